"""Links and pictures of the built documentation lead to something inside of it."""

from html.parser import HTMLParser
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

import pytest

from tests.helpers.built_site import PAGES, SITE, needs_site

pytestmark = [pytest.mark.slow, needs_site]


class _Page(HTMLParser):
    """Collects what a page refers to, what it loads, and the names that can be linked to."""

    def __init__(self, path):
        super().__init__()
        self.links, self.loaded, self.names = [], [], set()
        self.feed((SITE / path).read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.names |= {found[key] for key in ("id", "name") if found.get(key)}
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if tag == "link" and found.get("rel") in ("stylesheet", "icon", "preload"):
            self.loaded.append(found["href"])
        if found.get("src"):
            self.loaded.append(found["src"])


@pytest.fixture(scope="module")
def pages():
    return {path: _Page(path) for path in PAGES}


def _inside(path, address):
    """Page or file of the site that an address on a page means, and its fragment; or None."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return None
    target = (SITE / path).parent / unquote(parts.path) if parts.path else SITE / path
    if target.is_dir():
        target = target / "index.html"
    # What follows is text to look for on the page, as diagrams of estimators link to parameters.
    fragment, _, _ = parts.fragment.partition(":~:")
    return target.resolve(), unquote(fragment)


def _is_broken(pages, path, address):
    target = _inside(path, address)
    if target is None:
        return False
    file, fragment = target
    if not file.is_file() or not file.is_relative_to(SITE):
        return True
    name = PurePosixPath(file.relative_to(SITE)).as_posix()
    return bool(fragment) and fragment not in pages[name].names


@pytest.mark.parametrize("path", PAGES)
def test_links_lead_somewhere(pages, path):
    assert [link for link in pages[path].links if _is_broken(pages, path, link)] == []


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_loaded_from_elsewhere(pages, path):
    outside = [file for file in pages[path].loaded if _inside(path, file) is None]
    assert [file for file in outside if not file.startswith("data:")] == []
    assert [file for file in pages[path].loaded if _is_broken(pages, path, file)] == []


def test_a_broken_link_would_be_noticed(pages):
    assert _is_broken(pages, "index.html", "no_such_page.html")
    assert _is_broken(pages, "index.html", "api.html#no-such-heading")
    assert not _is_broken(pages, "index.html", "api.html#songs")
