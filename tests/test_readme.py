"""What the README shows must run."""

import re
from pathlib import Path

import pytest

README = Path(__file__).parent.parent / "README.md"


@pytest.mark.slow
def test_the_example_beats_the_commonest_genre(capsys):
    (example,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    exec(compile(example, str(README), "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    on_bands, of_lesson, commonest = (float(line.split()[-1]) for line in lines)
    assert commonest == 0.5
    assert commonest < of_lesson < on_bands <= 1


def test_ci_runs_the_test_command_as_it_is_written():
    command = 'pip install -e ".[test]" && pytest -n 2 --dist loadfile'
    assert f"```sh\n{command}\n```" in README.read_text(encoding="utf-8")
    assert command in (README.parent / ".ci" / "run").read_text(encoding="utf-8")


PAGES = ["CONTRIBUTING.md", "SECURITY.md", "pyproject.toml", ".ci/run"]


@pytest.mark.parametrize("page", PAGES)
def test_files_that_are_named_exist(page):
    text = (README.parent / page).read_text(encoding="utf-8")
    named = set(re.findall(r"\b(?:skgenre|tests|docs)(?:/[\w*]+)+(?:\.\w+)?/?", text))
    built = ("docs/_build", "docs/auto_examples", "docs/generated")
    written = {name for name in named if not name.startswith(built)}
    assert written
    assert not [name for name in written if not list(README.parent.glob(name.rstrip("/")))]
