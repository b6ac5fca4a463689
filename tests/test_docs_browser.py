"""The built documentation in a browser: complete, quiet, and fit for a phone."""

import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.helpers.built_site import PAGES, SITE, needs_site

pytest.importorskip(
    "selenium", reason="selenium, which drives the browser, is not installed (docs-test)"
)

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
CHROMEDRIVER = shutil.which("chromedriver")
SECONDS_TO_WAIT = 20
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}

pytestmark = [
    pytest.mark.slow,
    needs_site,
    pytest.mark.skipif(
        not (CHROMIUM and CHROMEDRIVER), reason="Chromium and its chromedriver are not installed"
    ),
]


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format, *args):
        """Requests are no news."""


@pytest.fixture(scope="module")
def address():
    handler = partial(_QuietHandler, directory=SITE)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in (
        "--headless=new",
        # Chromium refuses its sandbox to root, which continuous integration often is.
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        f"--user-data-dir={tmp_path_factory.mktemp('chromium')}",
        "--window-size=1280,900",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(CHROMEDRIVER))
    yield driver
    driver.quit()


def _wait_for(browser, condition):
    return WebDriverWait(browser, SECONDS_TO_WAIT).until(condition)


def _open(browser, address):
    browser.get(address)
    _wait_for(browser, lambda _: browser.execute_script("return document.readyState") == "complete")


BROKEN_PICTURES = """
const pictures = [...document.images];
// What lies below the fold is loaded late otherwise.
pictures.forEach(picture => { picture.loading = "eager"; });
return Promise.all(pictures.map(picture => picture.decode().then(() => null, () => picture.src)))
    .then(failed => failed.filter(source => source));
"""


@pytest.mark.parametrize("page", PAGES)
def test_pages_load_whole_and_without_errors(browser, address, page):
    browser.get_log("browser")
    _open(browser, f"{address}/{page}")
    assert browser.execute_script(BROKEN_PICTURES) == []
    errors = [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert errors == []
    assert browser.find_element(By.TAG_NAME, "h1").text or page == "search.html"


CUT_OFF = """
const scrolls = element => ["auto", "scroll"].includes(getComputedStyle(element).overflowX);
const inScrollingBox = element => {
    for (let box = element; box.tagName !== "ARTICLE"; box = box.parentElement)
        if (scrolls(box)) return true;
    return false;
};
const texts = document.querySelectorAll("article :is(h1, h2, h3, p, dt, dd, li, img)");
return [...texts]
    .filter(element => element.getBoundingClientRect().right > window.innerWidth + 1)
    .filter(element => !inScrollingBox(element))
    .map(element => element.outerHTML.slice(0, 200));
"""


@pytest.mark.parametrize("page", PAGES)
def test_pages_fit_a_phone(browser, address, page):
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    try:
        _open(browser, f"{address}/{page}")
        width = browser.execute_script("return document.scrollingElement.scrollWidth")
        assert browser.execute_script("return window.innerWidth") == PHONE["width"]
        assert width <= PHONE["width"]
        assert browser.execute_script(CUT_OFF) == []
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_the_search_finds_a_class_on_its_page(browser, address):
    _open(browser, f"{address}/search.html?q=WaveformScaler")
    results = _wait_for(
        browser, lambda _: browser.find_elements(By.CSS_SELECTOR, "#search-results li a")
    )
    found = [result.get_attribute("href").partition("#")[0] for result in results]
    assert f"{address}/generated/skgenre.WaveformScaler.html" in found


def test_a_missing_page_would_be_noticed(browser, address):
    browser.get_log("browser")
    _open(browser, f"{address}/no_such_page.html")
    errors = [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    assert any("no_such_page.html" in entry["message"] for entry in errors)
