"""The report in a browser: quiet, usable with a keyboard, and fit for a phone and for print."""

import base64
import shutil
from dataclasses import replace

import numpy as np
import pytest

from skgenre.evaluation import write_report
from tests.helpers.evaluations import make_evaluation, random_evaluation

pytest.importorskip(
    "selenium", reason="selenium, which drives the browser, is not installed (docs-test)"
)

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
CHROMEDRIVER = shutil.which("chromedriver")
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (CHROMIUM and CHROMEDRIVER), reason="Chromium and its chromedriver are not installed"
    ),
]


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


NAMES = [
    "rock/Élan.ogg",
    "rock/song 10.ogg",
    "rock/song 9.ogg",
    "<script>document.title = 'taken over'</script>.ogg",
    "أغنية.ogg",
    "n" * 300,
]


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A report of six songs, of which the fourth and the last are mistakes."""
    path = tmp_path_factory.mktemp("report") / "report.html"
    history = {"loss": [0.3, 0.1], "accuracy": [0.6, 0.9], "val_loss": [0.4, 0.3]}
    evaluation = make_evaluation(
        ["rock", "rock", "pop", "pop", "rock", "pop"],
        ["rock", "rock", "pop", "rock", "rock", "rock"],
        [[0.1, 0.9], [0.2, 0.8], [0.7, 0.3], [0.4, 0.6], [0.05, 0.95], [0.01, 0.99]],
        names=NAMES,
        durations=np.array([100, 200, 300, 60, 50, 40]),
        histories=[history, history],
        failures=[("broken.ogg", "it holds no sound")],
        parameters={"cv": 2, "classifier": {"sample_rate": 400}},
        versions={"numpy": "2.4.6"},
    )
    write_report(evaluation, path)
    return path.as_uri()


@pytest.fixture(scope="module")
def wide_page(tmp_path_factory):
    """A report of twenty genres with long names."""
    path = tmp_path_factory.mktemp("report") / "wide.html"
    evaluation = random_evaluation(200, 20, 30, names=["x" * 90 + str(n) for n in range(200)])
    long = {
        name: np.char.add(getattr(evaluation, name), " with quite a long name")
        for name in ("y_true", "y_pred", "classes")
    }
    write_report(replace(evaluation, **long), path)
    return path.as_uri()


def open_page(browser, address):
    browser.get_log("browser")
    browser.get(address)


def names(browser):
    rows = browser.find_elements(By.CSS_SELECTOR, "table.songs tbody tr")
    return [
        row.find_element(By.CSS_SELECTOR, ".name").get_attribute("title")
        for row in rows
        if row.is_displayed()
    ]


def header(browser, text):
    return browser.find_element(By.XPATH, f"//table[contains(@class, 'songs')]//th[.='{text}']")


def set_theme(browser, theme):
    features = [{"name": "prefers-color-scheme", "value": theme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def test_the_page_is_quiet_and_runs_nothing_foreign(browser, page):
    open_page(browser, page)
    assert browser.get_log("browser") == []
    assert browser.title == "Evaluation of 6 songs"
    assert (
        browser.execute_script(
            "return performance.getEntriesByType('resource').map(entry => entry.name)"
        )
        == []
    )
    assert names(browser) == [NAMES[row] for row in (5, 3, 2, 1, 0, 4)]


def test_what_is_smuggled_in_would_not_run(browser, page):
    open_page(browser, page)
    browser.execute_script(
        "document.body.insertAdjacentHTML('beforeend', "
        '\'<img src="data:," onerror="document.title = 1"><p style="color: red">x</p>\')'
    )
    logged = [entry["message"] for entry in browser.get_log("browser")]
    assert sum("Content Security Policy" in message for message in logged) >= 2
    assert browser.title == "Evaluation of 6 songs"


@pytest.mark.parametrize(
    ("column", "order"),
    [
        ("Song", [3, 5, 0, 2, 1, 4]),
        ("Probability", [3, 2, 1, 0, 4, 5]),
        ("Length", [5, 4, 3, 0, 1, 2]),
    ],
)
def test_columns_sort_both_ways_with_mouse_and_keyboard(browser, page, column, order):
    open_page(browser, page)
    button = header(browser, column).find_element(By.TAG_NAME, "button")
    button.click()
    assert names(browser) == [NAMES[row] for row in order]
    assert header(browser, column).get_attribute("aria-sort") == "ascending"
    button.send_keys(Keys.ENTER)
    assert names(browser) == [NAMES[row] for row in order[::-1]]
    assert header(browser, column).get_attribute("aria-sort") == "descending"
    other = header(browser, "Fold")
    other.find_element(By.TAG_NAME, "button").send_keys(Keys.SPACE)
    sorted_by = browser.find_elements(By.CSS_SELECTOR, "th[aria-sort]")
    assert sorted_by == [other]


def test_the_course_alone_cannot_be_sorted(browser, page):
    open_page(browser, page)
    assert not header(browser, "Course").find_elements(By.TAG_NAME, "button")
    assert len(browser.find_elements(By.CSS_SELECTOR, "th button")) == 6


def test_songs_are_found_by_words_without_accents_and_by_genre(browser, page):
    open_page(browser, page)
    search = browser.find_element(By.ID, "search")
    shown = browser.find_element(By.ID, "shown")
    for text, rows in [
        ("elan", [0]),
        ("song 10", [1]),
        ("POP wrong", [5, 3]),
        ("<script>", [3]),
        ("أغنية", [4]),
    ]:
        search.clear()
        search.send_keys(text)
        assert names(browser) == [NAMES[row] for row in rows]
        assert shown.text == f"{len(rows)} of 6"
    search.clear()
    search.send_keys("jazz")
    assert names(browser) == []
    assert browser.find_element(By.CSS_SELECTOR, "p.nothing").text == "No song matches."
    search.send_keys(Keys.ENTER)
    assert browser.current_url == page


def test_mistakes_can_be_shown_alone(browser, page):
    open_page(browser, page)
    browser.find_element(By.ID, "mistakes").send_keys(Keys.SPACE)
    assert names(browser) == [NAMES[5], NAMES[3]]
    header(browser, "Probability").find_element(By.TAG_NAME, "button").click()
    assert names(browser) == [NAMES[3], NAMES[5]]


def test_without_javascript_nothing_is_missing_but_the_controls(browser, page):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        open_page(browser, page)
        assert not browser.find_element(By.CSS_SELECTOR, "form.controls").is_displayed()
        assert not browser.find_elements(By.TAG_NAME, "button")
        assert names(browser) == [NAMES[row] for row in (5, 3, 2, 1, 0, 4)]
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


CUT_OFF = """
const scrolls = element => ["auto", "scroll"].includes(getComputedStyle(element).overflowX);
const inScrollingBox = element => {
    for (let box = element; box; box = box.parentElement) if (scrolls(box)) return true;
    return false;
};
return [...document.querySelectorAll("h1, h2, h3, p, dt, dd, li, th, td, figure, label, svg")]
    .filter(element => element.checkVisibility())
    .filter(element => element.getBoundingClientRect().right > window.innerWidth + 1)
    .filter(element => !inScrollingBox(element))
    .map(element => element.outerHTML.slice(0, 200));
"""


@pytest.mark.parametrize("address", ["page", "wide_page"])
@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_no_width_scrolls_sideways(browser, request, address, width):
    metrics = {**PHONE, "width": width}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        open_page(browser, request.getfixturevalue(address))
        assert browser.execute_script("return window.innerWidth") == width
        assert browser.execute_script("return document.scrollingElement.scrollWidth") <= width
        assert browser.execute_script(CUT_OFF) == []
        for number in browser.find_elements(By.CSS_SELECTOR, ".songs td.number")[:9]:
            assert number.is_displayed()
            assert number.text
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_rows_of_the_matrix_keep_their_names_while_it_scrolls(browser, wide_page):
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    try:
        open_page(browser, wide_page)
        left = browser.execute_script(
            "const box = document.querySelector('.confusion').parentElement;"
            "box.scrollLeft = 300;"
            "return [box.scrollLeft, box.querySelector('tbody th').getBoundingClientRect().left]"
        )
        assert left[0] == 300
        assert left[1] >= 0
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


BRIGHTNESS = """
const [red, green, blue] = getComputedStyle(document.body)[arguments[0]].match(/[\\d.]+/g);
return (Number(red) + Number(green) + Number(blue)) / 3;
"""


def test_the_page_follows_the_systems_colours(browser, page):
    try:
        for theme, is_dark in [("light", False), ("dark", True)]:
            set_theme(browser, theme)
            open_page(browser, page)
            ground = browser.execute_script(BRIGHTNESS, "backgroundColor")
            text = browser.execute_script(BRIGHTNESS, "color")
            assert (ground < 60, text > 180) == (is_dark, is_dark)
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_paper_is_white_in_any_theme(browser, page):
    try:
        set_theme(browser, "dark")
        open_page(browser, page)
        features = [{"name": "prefers-color-scheme", "value": "dark"}]
        browser.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"media": "print", "features": features}
        )
        assert browser.execute_script(BRIGHTNESS, "backgroundColor") == 255
        assert not browser.find_element(By.CSS_SELECTOR, "form.controls").is_displayed()
        printed = browser.execute_cdp_cmd("Page.printToPDF", {})["data"]
        assert base64.b64decode(printed).startswith(b"%PDF")
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})


def test_each_control_can_be_reached_and_shows_its_focus(browser, page):
    open_page(browser, page)
    browser.find_element(By.ID, "mistakes").send_keys(Keys.TAB)
    focused = browser.switch_to.active_element
    assert (focused.tag_name, focused.text) == ("button", "Song")
    outline = focused.value_of_css_property("outline-style")
    assert outline == "solid"
