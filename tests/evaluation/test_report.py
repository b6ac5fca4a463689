"""The report of an evaluation, as a file: whole, safe, bounded and readable."""

import hashlib
import json
import re
import sys
from base64 import b64encode
from dataclasses import dataclass, field
from importlib.resources import files
from itertools import pairwise

import numpy as np
import pytest
from sklearn.utils import Bunch

from skgenre.evaluation import write_report
from skgenre.evaluation._marks import (
    COURSE_HEIGHT,
    MAX_STEPS,
    count_steps,
    draw_course,
    draw_curves,
    pick_ticks,
)
from tests.helpers.evaluations import make_evaluation, random_evaluation
from tests.helpers.pages import parse_page

HOSTILE = [
    "<script>alert(1)</script>.ogg",
    'rock/" onmouseover="alert(1)" x=\'.ogg',
    "</title></style><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }}{% include 'x' %}.ogg",
    "&lt;b&gt;.ogg",
]


@dataclass(frozen=True)
class ScannedSong:
    path: str
    genre: str
    seconds: float | None = 60.0
    sample_rate: int | None = 44_100
    n_channels: int | None = 2
    error: str | None = None


@dataclass(frozen=True)
class Scan:
    songs: list
    folder: str = "music"
    duplicates: list = field(default_factory=list)
    n_left_out: int = 0


@pytest.fixture
def write(tmp_path):
    """Write a report; returns its text and its parsed page."""

    def write(evaluation, **params):
        path = tmp_path / "report.html"
        assert write_report(evaluation, path, **params) is None
        text = path.read_bytes().decode("utf-8")
        return text, parse_page(text)

    return write


@pytest.fixture
def small():
    return random_evaluation(12, 3, 10)


# --- safe


def assert_nothing_runs(text, page):
    """Check that a page holds no code but its own, and asks for nothing from elsewhere."""
    assert len(page.find("script")) == len(page.find("style")) == 1
    attributes = {name for element in page.walk() for name in element.attributes}
    assert not {name for name in attributes if name.startswith("on")} | attributes & {
        "src",
        "style",
        "srcset",
        "data",
        "formaction",
        "xlink:href",
    }
    assert not {element.tag for element in page.walk()} & {"img", "link", "base", "iframe", "b"}
    assert all(link["href"].startswith("#") for link in page.find("a"))
    assert not re.search(r"https?://|@import|url\((?!#h\d+\))", text)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_from_outside_are_text_wherever_they_stand(write, name):
    scan = Scan(
        [ScannedSong(name, name), ScannedSong(name, name, error=name)],
        folder=name,
        duplicates=[[name, name]],
    )
    evaluation = make_evaluation(
        [name, "a", "a", name],
        [name, "a", name, "a"],
        names=[name] * 4,
        parameters={"cv": name, "classifier": {name: name, f"{name}__x": name}},
        versions={name: name},
    )
    for given in (scan, None):
        text, page = write(evaluation, scan=given, title=name)
        assert_nothing_runs(text, page)
        assert page.find("title")[0].text == page.find("h1")[0].text == name
        [first, *_] = page.find("table", "songs")[0].find("th", "name")
        assert (first.text, first["title"]) == (name, name)
        assert page.find("bdi")[0].text in {name, "a"}


def test_failures_and_duplicates_of_the_evaluation_are_text(write):
    evaluation = make_evaluation(
        ["a", "b"], ["a", "b"], failures=[(HOSTILE[0], HOSTILE[1])], duplicates=[HOSTILE[:2]]
    )
    text, page = write(evaluation)
    assert_nothing_runs(text, page)
    reasons = page.find("dl", "reasons")[0]
    assert (reasons.find("dt")[0].text, reasons.find("dd")[0].text) == tuple(HOSTILE[:2])


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("caf\udce9.ogg", r"caf\udce9.ogg"),
        ("a\x00b\nc\x1b[31m.ogg", r"a\x00b\nc\x1b[31m.ogg"),
        ("gpj.\u202eggo.ogg", r"gpj.\u202eggo.ogg"),
        ("موسيقى.ogg", "موسيقى.ogg"),
        ("👩\u200d🎤 عربي\u200c.ogg", "👩\u200d🎤 عربي\u200c.ogg"),
        ("n" * 300, "n" * 300),
        ("a  b", "a  b"),
    ],
)
def test_names_of_any_kind_are_shown(write, name, shown):
    _, page = write(make_evaluation(["a", "b"], ["a", "b"], names=[name, "x"]), title=name)
    assert {th.text for th in page.find("th", "name")} == {shown, "x"}
    assert all(th["dir"] == "auto" for th in page.find("th", "name"))


def test_the_policy_allows_the_pages_own_code_alone(write, small):
    text, page = write(small)
    [policy] = page.find("meta", **{"http-equiv": "Content-Security-Policy"})
    rules = dict(rule.strip().split(" ", 1) for rule in policy["content"].split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    for tag in ("style", "script"):
        [content] = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        digest = b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert rules[f"{tag}-src"] == f"'sha256-{digest}'"
    # Nothing before it that it would not hold for.
    assert text.index("Content-Security-Policy") < text.index("<title>")


# --- what it shows


def test_the_headline_stands_beside_its_baseline(write):
    evaluation = make_evaluation(list("aaaaaaabbb"), list("aaaaaabbba"))
    _, page = write(evaluation)
    assert page.find("p", "figure")[0].find("strong")[0].text == "80%"
    text = " ".join(page.find("section", id="result")[0].text.split())
    assert "8 of 10 songs predicted correctly" in text
    assert "not clearly different from the baseline: always predicting a would get 70%" in text
    assert "interval is 49% to 94%" in text
    assert "each genre counts the same: 76%" in text


@pytest.mark.parametrize(
    ("y_pred", "verdict"),
    [("ab" * 20, "is better than the baseline"), ("ba" * 20, "is worse than the baseline")],
)
def test_the_verdict_depends_on_the_interval(write, y_pred, verdict):
    text, _ = write(make_evaluation(list("ab" * 20), list(y_pred)))
    assert verdict in text


def test_groups_are_said_to_make_the_interval_too_narrow(write, small):
    assert "too narrow" not in write(small)[0]
    grouped = make_evaluation(["a", "b"], ["a", "b"], parameters={"groups": 2})
    assert "too narrow" in write(grouped)[0]


def test_mistakes_come_first_and_then_the_least_certain(write):
    probabilities = [[0.9, 0.1], [0.4, 0.6], [0.1, 0.9], [0.3, 0.7], [0.0, 1.0]]
    _, page = write(make_evaluation(list("aaabb"), list("abbbb"), probabilities))
    rows = page.find("table", "songs")[0].find("tbody")[0].find("tr")
    assert [row.find("th", "name")[0].text for row in rows] == [
        "2.ogg",
        "1.ogg",
        "3.ogg",
        "0.ogg",
        "4.ogg",
    ]
    assert ["wrong" in row.attributes.get("class", "") for row in rows] == [True, True] + [
        False
    ] * 3
    assert len(page.find("span", "mark")) == 2
    cells = [td.text for td in rows[0].find("td") if "data-value" in td.attributes]
    assert cells == ["90%", "3:20", "fold 1"]


def test_the_matrix_counts_what_is_confused(write):
    _, page = write(make_evaluation(list("aaabbc"), list("aabbbb")))
    [table] = page.find("table", "confusion")
    rows = table.find("tbody")[0].find("tr")
    assert [[td.text for td in row.find("td")] for row in rows] == [
        ["2 67%", "1 33%", "0"],
        ["0", "2 100%", "0"],
        ["0", "1 100%", "0"],
    ]
    assert [th.text for th in table.find("th", scope="col")] == ["a", "b", "c"]


def test_the_folder_is_summed_up(write, small):
    songs = [
        ScannedSong("a/1.ogg", "genre 00", 600.0),
        ScannedSong("a/2.ogg", "genre 00", 300.0, 48_000, 1),
        ScannedSong("a/3.ogg", "genre 00", 500.0, 48_000, 6),
        ScannedSong("b/4.ogg", "unheard", None, None, None),
        ScannedSong("b/5.ogg", "unheard", error="it holds no sound"),
    ]
    scan = Scan(songs, duplicates=[["a/1.ogg", "a/2.ogg"]], n_left_out=7)
    _, page = write(small, scan=scan)
    [folder] = page.find("section", id="folder")
    figures = {
        entry.find("dt")[0].text: entry.find("dd")[0].text
        for entry in folder.find("dl", "figures")[0].find("div")
    }
    assert figures == {
        "Songs": "4",
        "Length": "23 min",
        "Unreadable": "1",
        "Files left out": "7",
        "Recordings found twice": "1",
    }
    known, unknown = folder.find("tbody")[0].find("tr")
    assert [td.text for td in known.find("td")] == [
        "3",
        "23 min",
        "8:20",
        "48 kHz (2), 44.1 kHz (1)",
        "stereo (1), mono (1), 6 channels (1)",
    ]
    assert [td.text for td in unknown.find("td")] == ["1", "unknown", "unknown", "", ""]
    assert "it holds no sound" in folder.text
    assert "a/1.ogg, a/2.ogg" in folder.text


def test_without_a_scan_the_songs_are_summed_up(write, small):
    _, page = write(small)
    [music] = page.find("section", id="folder")
    assert "Sample rate" not in music.text
    assert len(music.find("tbody")[0].find("tr")) == 3


def test_trainings_are_drawn_where_there_are_any(write):
    history = {"loss": [0.5, 0.25, float("nan")], "accuracy": [0.5, 1.0, 1.0]}
    validated = {**history, "val_loss": [1.0], "val_accuracy": [0.0]}
    _, page = write(make_evaluation(["a", "b"], ["a", "b"], histories=[history, validated]))
    loss, accuracy = page.find("figure", "chart")
    assert [line["class"] for line in loss.find("polyline")] == [
        "training",
        "training",
        "validation",
    ]
    assert len(loss.find("polyline")[0]["points"].split()) == 2
    assert len(accuracy.find("polyline")[0]["points"].split()) == 3
    _, page = write(make_evaluation(["a", "b"], ["a", "b"]))
    assert not page.find("figure")


def test_settings_and_versions_are_listed(write):
    parameters = {
        "cv": 5,
        "random_state": 0,
        "classifier": {
            "sample_rate": 400,
            "estimator": "Pipeline",
            "estimator__steps": [["scaler", "WaveformScaler"]],
            "estimator__scaler": "WaveformScaler",
            "estimator__scaler__center": True,
        },
    }
    evaluation = make_evaluation(
        ["a", "b"], ["a", "b"], parameters=parameters, versions={"numpy": "2.4.6"}
    )
    _, page = write(evaluation)
    [section] = page.find("section", id="settings")
    groups = {
        block.find("h3")[0].text: [dt.text for dt in block.find("dt")]
        for block in section.find("div", "columns")[0].children
    }
    assert groups == {
        "Cross-validation": ["cv", "random_state"],
        "SongClassifier": ["sample_rate", "estimator"],
        "Pipeline": ["scaler"],
        "WaveformScaler": ["center"],
        "Versions": ["numpy"],
    }


@pytest.mark.parametrize("labels", [[0, 1], [False, True], [-1.0, 2.0]])
def test_labels_of_any_kind_are_named(write, labels):
    _, page = write(make_evaluation(labels, labels[::-1]))
    assert {span.text for span in page.find("span", "genre")} == set(map(str, np.array(labels)))


def test_the_title_is_the_number_of_songs_unless_given(write, small):
    assert write(small)[1].find("h1")[0].text == "Evaluation of 12 songs"
    assert write(small, title="Jazz & more")[1].find("title")[0].text == "Jazz & more"


# --- structure


def test_the_page_is_in_order_for_those_who_do_not_see_it(write, small):
    _, page = write(small, scan=Scan([ScannedSong("a.ogg", "genre 00")]))
    [html] = page.find("html")
    assert html["lang"] == "en"
    ids = [element["id"] for element in page.walk() if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    assert {link["href"].removeprefix("#") for link in page.find("a")} <= set(ids)
    assert len(page.find("main")) == len(page.find("h1")) == 1
    levels = [int(element.tag[1]) for element in page.walk() if re.fullmatch("h[1-6]", element.tag)]
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert all("scope" in th.attributes for th in page.find("th"))
    for svg in page.find("svg"):
        assert svg.attributes.get("role") == "img" or svg["aria-hidden"] == "true"
        assert svg.attributes.get("aria-label") or svg.attributes.get("aria-hidden")
    for box in page.find("input"):
        assert any(box in label.walk() for label in page.find("label"))


def test_controls_that_need_javascript_are_hidden_without_it(write, small):
    _, page = write(small)
    assert "hidden" in page.find("form", "controls")[0].attributes
    assert not page.find("button")


# --- bounded


def test_a_course_has_its_shares_from_left_to_right():
    [top, bottom] = draw_course([[1.0, 0.0], [0.5, 0.5], [0.5, 0.5], [0.0, 1.0]])
    assert (top.genre, bottom.genre) == (1, 0)
    assert top.path == "M0 48V0H480V48Z"
    assert bottom.path == "M0 48V0H120V24H360V48H480V48Z"


def test_what_cannot_be_seen_is_not_drawn():
    assert [area.genre for area in draw_course([[0.0, 1.0, 0.0]] * 3)] == [1]
    assert [area.genre for area in draw_course([[0.999, 0.0005, 0.0005]])] == [0]


def test_long_courses_are_averaged():
    rng = np.random.default_rng(0)
    shares = rng.dirichlet([1, 1], size=1001)
    [_, area] = draw_course(shares)
    heights = [COURSE_HEIGHT - int(place) for place in re.findall(r"V(\d+)", area.path)]
    assert len(heights) <= MAX_STEPS + 1
    mean = shares[:, 0].mean() * COURSE_HEIGHT
    assert abs(np.mean(heights[:-1]) - mean) < 1
    flat = draw_course(np.tile([0.25, 0.75], (5000, 1)))
    assert flat[1].path == "M0 48V36H480V48Z"


@pytest.mark.parametrize("n_songs", [1, 100, 2000, 100_000])
def test_the_more_songs_and_genres_the_fewer_steps(n_songs):
    assert count_steps(n_songs, 2) >= count_steps(n_songs, 20)
    assert 16 <= count_steps(n_songs, 20) <= MAX_STEPS
    assert count_steps(2000, 20) * 2000 * 20 <= 1_000_000


@pytest.mark.slow
def test_two_thousand_songs_of_twenty_genres_make_a_page_that_opens(write):
    names = ["n" * 100 + str(number) for number in range(2000)]
    text, page = write(random_evaluation(2000, 20, 300, names=names))
    assert len(text) < 10_000_000
    assert len(page.find("th", "name")) == 2000


def test_a_genre_of_twenty_has_a_pattern_of_its_own(write):
    _, page = write(random_evaluation(20, 20, 3))
    swatches = page.find("p", "legend")[0].find("rect")
    looks = set()
    for rect in swatches:
        if "fill" in rect.attributes:
            [pattern] = page.find("pattern", id=re.search(r"h\d+", rect["fill"])[0])
            shapes = [(e.tag, *sorted(e.attributes.items())) for e in pattern.walk()]
            looks.add((pattern.attributes.get("patterntransform"), *shapes))
        else:
            looks.add(rect["class"])
    assert len(swatches) == len(looks) == 20


# --- readable


STYLE = files("skgenre.evaluation").joinpath("templates", "style.css").read_text(encoding="utf-8")


def colours(theme):
    light, dark = re.findall(r":root \{([^}]*--page[^}]*--genre-7[^}]*)\}", STYLE)
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", light))
    if theme == "dark":
        found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", dark))
    return {name: bytes.fromhex(value[1:]) for name, value in found.items()}


def luminance(colour):
    """Relative luminance, as WCAG 2.2 defines it."""
    parts = np.array(list(colour)) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def contrast(one, other):
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_computed_as_wcag_does():
    assert contrast(b"\0\0\0", b"\xff\xff\xff") == pytest.approx(21)
    assert contrast(bytes.fromhex("767676"), b"\xff\xff\xff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_and_marks_stand_out(theme):
    palette = colours(theme)
    grounds = palette["page"], palette["surface"]
    for name in ("text", "muted", "accent", "wrong"):
        assert min(contrast(palette[name], ground) for ground in grounds) >= 4.5, name
    for name in ("edge", *(f"genre-{number}" for number in range(8))):
        assert min(contrast(palette[name], ground) for ground in grounds) >= 3, name


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_numbers_stand_out_from_the_deepest_shade(theme):
    palette = colours(theme)
    levels = [int(level) / 100 for level in re.findall(r"--level: (\d+)%", STYLE)]
    assert len(levels) == 10
    assert levels == sorted(levels)
    shade, surface = (np.array(list(palette[name])) for name in ("shade", "surface"))
    for level in levels:
        mixed = level * shade + (1 - level) * surface
        assert contrast(palette["text"], mixed) >= 4.5


def test_print_is_light():
    assert "@media screen and (prefers-color-scheme: dark)" in STYLE
    assert STYLE.count("prefers-color-scheme") == 1
    assert "@media print" in STYLE


# --- numbers


@pytest.mark.parametrize(
    ("low", "high"),
    [
        (0.0, 1.0),
        (0.11, 0.29),
        (0.5, 0.5),
        (0.0, 0.0),
        (1e-12, 1e30),
        (-3.0, 7.0),
        (1.0, 1 + 2e-16),
    ],
)
def test_ticks_are_few_and_around_the_range(low, high):
    ticks = pick_ticks(low, high)
    assert 2 <= len(ticks) <= 8
    assert ticks == sorted(set(ticks))
    assert ticks[0] <= low + 1e-6 * abs(low)
    assert ticks[-1] >= high - 1e-6 * abs(high)


@pytest.mark.parametrize("values", [[], [float("nan")], [float("inf"), -float("inf")]])
def test_curves_without_a_finite_value_are_not_drawn(values):
    assert draw_curves("Loss", [("Fold 1", False, values)]) is None
    assert draw_curves("Loss", []) is None


def test_one_epoch_is_a_point():
    chart = draw_curves("Loss", [("Fold 1", False, [0.5])])
    assert chart.lines[0].points.count(",") == 1
    assert [tick.text for tick in chart.x_ticks] == ["1"]


def test_thousands_of_epochs_are_thinned():
    chart = draw_curves("Loss", [("Fold 1", False, np.linspace(1, 0, 5000).tolist())])
    assert chart.lines[0].points.count(",") <= MAX_STEPS + 1
    assert chart.lines[0].end == (chart.frame[2], chart.frame[3])


# --- files and errors


def test_another_object_is_refused(tmp_path):
    with pytest.raises(TypeError, match="must be a SongEvaluation, got 'evaluation'"):
        write_report("evaluation", tmp_path / "report.html")


def test_the_file_that_was_there_stays_until_all_is_written(tmp_path, small):
    path = tmp_path / "report.html"
    path.write_text("former")
    broken = Scan([ScannedSong("a.ogg", "a", seconds="long")])
    with pytest.raises(TypeError):
        write_report(small, path, scan=broken)
    assert path.read_text() == "former"
    write_report(small, path)
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_named(tmp_path, small):
    with pytest.raises(OSError, match="no_such_folder"):
        write_report(small, tmp_path / "no_such_folder" / "report.html")


def test_the_extra_is_named_where_jinja_is_missing(tmp_path, small, monkeypatch):
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'skgenre\[report\]'"):
        write_report(small, tmp_path / "report.html")
    assert not list(tmp_path.iterdir())


def test_songs_without_excerpts_have_an_empty_course(write):
    empty = Bunch(seconds=np.empty(0), probabilities=np.empty((0, 2)))
    _, page = write(make_evaluation(["a", "b"], ["a", "b"], courses=[empty, empty]))
    assert [svg.children for svg in page.find("svg", "course")] == [[], []]


def test_the_records_of_what_is_shown_are_data(small):
    assert len(json.loads(json.dumps(small.to_records()))) == 12
