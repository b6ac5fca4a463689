"""``skgenre timeline``."""

import os
import re
import shutil
from xml.etree import ElementTree

import matplotlib
import pytest

from skgenre.persistence import load, save
from tests.cli.commands import run
from tests.helpers.interpreter import run_python

SVG = "{http://www.w3.org/2000/svg}"
posix_only = pytest.mark.skipif(os.name != "posix", reason="Windows has no such names.")


def texts(svg):
    """Read what is written in a picture."""
    return [element.text for element in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def picture_in(page):
    """Take the picture out of a page."""
    text = page.read_text(encoding="utf-8")
    return text[text.index("<svg") : text.index("</svg>") + len("</svg>")]


def test_a_picture(music, model, tmp_path):
    output = tmp_path / "low.PNG"
    done = run("timeline", model, music / "low" / "0.flac", "-o", output)
    assert (done.returncode, done.stdout) == (0, "")
    message = rf"0\.flac is low as a whole \(\d+%\); the picture is in {re.escape(str(output))}\.\n"
    assert re.fullmatch(message, done.stderr)
    assert output.read_bytes().startswith(b"\x89PNG")


def test_a_picture_of_text_and_lines(music, model, tmp_path):
    output = tmp_path / "low.svg"
    assert run("timeline", model, music / "low" / "0.flac", "-o", output).returncode == 0
    written = texts(output.read_bytes())
    assert {"0.flac", "Time in the song (s)", "The whole song"} <= set(written)
    assert any(re.fullmatch(r"low: \d+%", text) for text in written)
    first = output.read_bytes()
    assert run("timeline", model, music / "low" / "0.flac", "-o", output).returncode == 0
    assert output.read_bytes() == first


def test_a_page(music, model, tmp_path):
    output = tmp_path / "low.html"
    assert run("timeline", model, music / "low" / "0.flac", "-o", output).returncode == 0
    page = output.read_text(encoding="utf-8")
    assert "<title>0.flac</title>" in page
    assert re.search(r"<td>low</td><td>\d+%</td></tr>\n<tr><td>high</td>", page)
    assert "0.flac" in texts(picture_in(output))
    assert 'role="img" aria-label="Probabilities of the genres along 0.flac"' in page
    # It needs nothing from anywhere else.
    assert not re.search(r"<script|<link|<img|src=|href=\"[^#]", page)


@posix_only
@pytest.mark.parametrize("suffix", [".png", ".svg", ".html"])
@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("<b>&\"'$x$ {song}.flac", "<b>&\"'$x$ {song}.flac"),
        ("歌\33[31m.flac", "歌\\x1b[31m.flac"),
        (os.fsdecode(b"\xff.flac"), "\\udcff.flac"),
    ],
    ids=["markup", "control", "bytes"],
)
def test_names_of_any_kind(music, model, tmp_path, suffix, name, written):
    classifier = load(model)
    classifier.classes_ = classifier.classes_.astype("<U30")
    classifier.classes_[:] = ["<script>alert(1)</script>", "\udce9 $a$ b"]
    save(classifier, tmp_path / "model.skops")
    shutil.copy(music / "low" / "0.flac", tmp_path / name)
    output = tmp_path / f"output{suffix}"
    done = run("timeline", tmp_path / "model.skops", tmp_path / name, "-o", output)
    assert done.returncode == 0, done.stderr
    if suffix != ".png":
        svg = picture_in(output) if suffix == ".html" else output.read_bytes()
        found = texts(svg)
        assert written in found
        assert any(text.startswith("\\udce9 $a$ b: ") for text in found)
        assert b"<script" not in output.read_bytes()


def test_matplotlib_stays_as_it_is(music, model, tmp_path):
    before = dict(matplotlib.rcParams)
    run("timeline", model, music / "low" / "0.flac", "-o", tmp_path / "low.svg")
    assert dict(matplotlib.rcParams) == before


LOOK = """
import sys
from skgenre.cli import main

status = main(["timeline", *sys.argv[1:]])
print(status, {"tensorflow", "keras", "matplotlib.pyplot"} & set(sys.modules))
"""


@pytest.mark.parametrize("kind", ["model", "onnx_model"])
def test_it_needs_neither_tensorflow_nor_pyplot(music, kind, tmp_path, request):
    song, output = music / "low" / "0.flac", tmp_path / "low.svg"
    printed = run_python("-c", LOOK, request.getfixturevalue(kind), song, "-o", output)
    assert printed == "0 set()\n"
    assert any(text.startswith("low: ") for text in texts(output.read_bytes()))


@pytest.mark.parametrize("on_error", ["raise", "skip"])
def test_a_song_that_cannot_be_read_leaves_the_output_as_it_is(model, tmp_path, on_error):
    (tmp_path / "bad.mp3").write_bytes(b"<html>")
    (tmp_path / "out.png").write_bytes(b"before")
    save(load(model).set_params(on_error=on_error), tmp_path / "model.skops")
    done = run(
        "timeline", tmp_path / "model.skops", tmp_path / "bad.mp3", "-o", tmp_path / "out.png"
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "bad.mp3': it is a web page (HTML), no sound." in done.stderr
    assert (tmp_path / "out.png").read_bytes() == b"before"


@pytest.mark.parametrize(
    ("output", "message"),
    [
        (["-o", "song.jpg"], "'song.jpg' does not end in .png or .svg or .html"),
        (["-o", "nowhere/song.png"], "there is no folder 'nowhere'"),
        ([], "Missing option '-o' / '--output'"),
    ],
)
def test_the_output_is_checked_before_the_model_is_loaded(
    music, tmp_path, monkeypatch, output, message
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.skops").write_bytes(b"no model")
    done = run("timeline", "model.skops", music / "low" / "0.flac", *output)
    assert done.returncode == 2
    assert message in done.stderr


def test_matplotlib_is_asked_for_before_the_model_is_loaded(music, tmp_path, monkeypatch):
    (tmp_path / "model.skops").write_bytes(b"no model")
    monkeypatch.setattr("skgenre._extras.find_spec", lambda name: None)
    song, output = music / "low" / "0.flac", tmp_path / "low.png"
    done = run("timeline", tmp_path / "model.skops", song, "-o", output)
    assert done.returncode == 2
    assert "pip install 'skgenre[plot]'" in done.stderr


def test_decoded_songs_are_kept(music, model, tmp_path):
    output, cache = ["-o", tmp_path / "low.svg"], ["--cache", tmp_path / "cache"]
    assert run("timeline", model, music / "low" / "0.flac", *output, *cache).returncode == 0
    assert len(list((tmp_path / "cache").glob("*.npy"))) == 1
