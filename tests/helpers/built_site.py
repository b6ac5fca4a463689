"""The documentation's pages, where ``make -C docs html`` has built them."""

from pathlib import Path

import pytest

SITE = Path(__file__).parents[2] / "docs" / "_build" / "html"
# Other HTML files are parts of the theme, not pages.
PAGES = sorted(
    page.relative_to(SITE).as_posix()
    for page in SITE.rglob("*.html")
    if not {"_static", "_downloads", "_sources"} & {*page.relative_to(SITE).parts}
)

needs_site = pytest.mark.skipif(
    not PAGES, reason="no site in docs/_build/html: `make -C docs html` builds it"
)
