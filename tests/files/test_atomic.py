"""Files are replaced whole, or stay as they are."""

import os
import stat

import pytest

from skgenre._files.atomic import replacing
from tests.helpers.interpreter import run_python

posix_only = pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes or limits.")


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "model.skops"
    path.write_bytes(b"old")
    return path


def write(path, content=b"new"):
    with replacing(path) as file:
        file.write(content)


def test_a_file_is_written_or_replaced(path, tmp_path):
    write(tmp_path / "fresh")
    write(str(path))
    assert (tmp_path / "fresh").read_bytes() == path.read_bytes() == b"new"
    assert {file.name for file in tmp_path.iterdir()} == {"fresh", "model.skops"}


@posix_only
def test_permissions_are_those_of_any_new_file_or_of_the_old_one(path, tmp_path):
    (tmp_path / "ordinary").touch()
    write(tmp_path / "fresh")
    path.chmod(0o640)
    write(path)
    modes = [stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "fresh", path)]
    assert modes == [stat.S_IMODE((tmp_path / "ordinary").stat().st_mode), 0o640]


@posix_only
def test_of_a_link_the_file_behind_it_is_replaced(path, tmp_path):
    (tmp_path / "link").symlink_to(path)
    write(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_what_interrupts_the_writing_leaves_the_old_file_alone(path, error):
    def interrupted():
        with replacing(path) as file:
            file.write(b"half of the n")
            raise error

    with pytest.raises(error):
        interrupted()
    assert path.read_bytes() == b"old"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("name", ["missing/model", "model.skops/model", "."])
def test_places_where_no_file_can_be(path, name):
    with pytest.raises(OSError, match=name.split("/")[0]):
        write(path.parent / name)
    assert list(path.parent.iterdir()) == [path]


@posix_only
def test_what_is_no_file_is_not_replaced(path):
    pipe = path.with_name("pipe")
    os.mkfifo(pipe)
    with pytest.raises(OSError, match=r"it is not a regular file: .*pipe"):
        write(pipe)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_name_as_long_as_the_system_allows(tmp_path):
    write(tmp_path / ("n" * 255))
    assert [len(file.name) for file in tmp_path.iterdir()] == [255]


# A limit on the size of files ends a write where a full disk would.
FULL_DISK = """
import resource, sys
from skgenre._files.atomic import replacing

resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    with replacing(sys.argv[1]) as file:
        file.write(bytes(1_000_000))
except OSError as error:
    print(error)
"""


@posix_only
def test_a_full_disk_leaves_the_old_file_alone(path):
    printed = run_python("-c", FULL_DISK, path)
    assert repr(str(path)) in printed
    assert "File too large" in printed
    assert path.read_bytes() == b"old"
    assert list(path.parent.iterdir()) == [path]
