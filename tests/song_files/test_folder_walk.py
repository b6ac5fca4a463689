"""Files below a folder: links followed, circles ended, what cannot be read named."""

import os

import pytest

from skgenre._song_files.folder_walk import walk_files, walk_folders
from tests.helpers.powerless import without_rights

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows lets few users make links.")


def touch(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


@pytest.fixture
def folder(tmp_path):
    touch(tmp_path / "root" / "a" / "1")
    touch(tmp_path / "root" / "b" / "deep" / "2")
    touch(tmp_path / "beside" / "3")
    return tmp_path / "root"


def names(found):
    return list(map(str, found.files))


@pytest.mark.parametrize("walk", [walk_files, walk_folders])
def test_links_to_files_and_folders_are_followed(folder, walk):
    (folder / "c").symlink_to(folder.parent / "beside")
    (folder / "a" / "file").symlink_to(folder.parent / "beside" / "3")
    found = walk(folder)
    assert names(found) == ["a/1", "a/file", "b/deep/2", "c/3"]
    assert found.unreadable == []


@pytest.mark.parametrize("walk", [walk_files, walk_folders])
def test_circles_end(folder, walk):
    (folder / "a" / "up").symlink_to(folder)
    (folder / "a" / "itself").symlink_to(folder / "a")
    (folder / "b" / "deep" / "up").symlink_to(folder / "b")
    assert names(walk(folder)) == ["a/1", "b/deep/2"]


def test_many_links_to_each_other_end_soon(tmp_path):
    for number in range(20):
        touch(tmp_path / str(number) / "file")
    for number in range(20):
        for other in range(20):
            (tmp_path / str(number) / f"to {other}").symlink_to(tmp_path / str(other))
    assert len(walk_files(tmp_path).files) == 20
    assert len(walk_folders(tmp_path).files) == 400


def test_a_folder_that_two_share_is_in_both(folder):
    (folder / "a" / "shared").symlink_to(folder.parent / "beside")
    (folder / "b" / "shared").symlink_to(folder.parent / "beside")
    (folder / "b" / "again").symlink_to(folder.parent / "beside")
    assert names(walk_folders(folder)) == ["a/1", "a/shared/3", "b/again/3", "b/deep/2"]
    assert len(walk_files(folder).files) == 3


@pytest.mark.parametrize("walk", [walk_files, walk_folders])
def test_of_two_names_the_folders_own_counts(folder, walk):
    (folder / "b" / "a link").symlink_to(folder / "b" / "deep")
    assert names(walk(folder)) == ["a/1", "b/deep/2"]


@pytest.mark.parametrize("walk", [walk_files, walk_folders])
def test_links_that_lead_nowhere_are_named(folder, walk):
    (folder / "a" / "gone").symlink_to("nowhere")
    (folder / "round").symlink_to(folder / "round")
    found = walk(folder)
    assert names(found) == ["a/1", "b/deep/2"]
    unreadable = {os.path.basename(error.filename) for error in found.unreadable}
    assert unreadable == {"gone", "round"}
    assert "gone': No such file or directory" in found.describe_unreadable()


@pytest.fixture
def powerless():
    """A folder in which a user without rights works."""
    with without_rights() as folder:
        yield folder


@pytest.mark.parametrize("walk", [walk_files, walk_folders])
@pytest.mark.parametrize("mode", [0o000, 0o400, 0o100])
def test_folders_that_may_not_be_read_are_named(powerless, walk, mode):
    for name in ("a/1", "a/locked/2", "locked/3"):
        touch(powerless / name)
    (powerless / "a" / "locked").chmod(mode)
    (powerless / "locked").chmod(mode)
    found = walk(powerless)
    assert names(found) == ["a/1"]
    assert len(found.unreadable) == 2
    assert found.describe_unreadable().count("Permission denied") == 2


def test_a_root_that_may_not_be_read(powerless):
    (powerless / "locked").mkdir(mode=0)
    for walk in (walk_files, walk_folders):
        found = walk(powerless / "locked")
        assert (found.files, len(found.unreadable)) == ([], 1)


def test_pipes_are_left_aside(folder):
    os.mkfifo(folder / "a" / "pipe")
    assert names(walk_files(folder)) == ["a/1", "b/deep/2"]
