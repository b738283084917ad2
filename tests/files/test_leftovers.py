"""What killed processes left is removed; what may be at work is not."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.file_calls import forked
from w2v.data import read_corpus
from w2v.files import atomic_path, clear_leftovers, own_folder, recovered, temporary_folder
from w2v.files.own_folder import OwnFolder, own_folders

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks and locks")


def left_by_a_killed_process(folder: Path, *, whole: bool = False) -> Path:
    """Return what a process was writing in a folder when it was killed: ``new``."""

    def write() -> None:
        with OwnFolder(folder) as own:
            (own.path / "new").write_text("half")
            if whole:
                own.commit()
            os.kill(os.getpid(), signal.SIGKILL)

    os.waitpid(forked(write), 0)
    [left] = own_folders(folder)
    return left


def test_the_next_one_that_writes_there_removes_it(tmp_path: Path) -> None:
    left_by_a_killed_process(tmp_path)
    with atomic_path(tmp_path / "other.txt") as path:
        path.write_text("x")
    assert [p.name for p in tmp_path.iterdir()] == ["other.txt"]


def test_what_is_at_work_is_left_alone(tmp_path: Path) -> None:
    def write() -> None:
        with atomic_path(tmp_path / "slow.txt") as path:
            path.write_text("x")
            (tmp_path / "begun").touch()
            while (tmp_path / "begun").exists():
                time.sleep(0.01)

    child = forked(write)
    while not (tmp_path / "begun").exists():
        time.sleep(0.01)
    with atomic_path(tmp_path / "mine.txt") as mine:
        mine.write_text("y")
        clear_leftovers(tmp_path)  # this process's own too
        (tmp_path / "begun").unlink()
        assert os.waitpid(child, 0)[1] == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine.txt", "slow.txt"]


@pytest.mark.parametrize(("shared", "cleared"), [(True, False), (False, True)])
def test_another_machines_is_left_alone_where_it_may_be_at_work(
    shared: bool, cleared: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = left_by_a_killed_process(tmp_path)
    monkeypatch.setattr(own_folder, "_place", lambda: "0" * 8)
    monkeypatch.setattr(own_folder, "_is_local", lambda folder: not shared)
    clear_leftovers(tmp_path)
    assert left.exists() != cleared


def test_other_files_and_names_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".w2v-cache").mkdir()
    (tmp_path / ".w2v-00000000-1-00000000").write_text("a file of that name")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / ".w2v-00000000-2-00000000").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "kept").touch()
    before = sorted(tmp_path.rglob("*"))
    clear_leftovers(tmp_path)
    clear_leftovers(tmp_path / "missing")
    assert sorted(tmp_path.rglob("*")) == before


def test_what_was_whole_is_put_in_place_unless_something_newer_is_there(tmp_path: Path) -> None:
    left_by_a_killed_process(tmp_path, whole=True)
    assert recovered(tmp_path / "new") == tmp_path / "new"
    assert recovered(tmp_path / "new") is None
    assert (tmp_path / "new").read_text() == "half"
    left_by_a_killed_process(tmp_path, whole=True)
    time.sleep(0.02)  # longer than the clock of a file system stands still
    (tmp_path / "new").write_text("newer")
    clear_leftovers(tmp_path)
    assert (tmp_path / "new").read_text() == "newer"
    assert [p.name for p in tmp_path.iterdir()] == ["new"]


def test_what_was_whole_is_found_where_nothing_may_be_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = left_by_a_killed_process(tmp_path, whole=True)

    def refused(self: Path, target: Path) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "replace", refused)
    assert recovered(tmp_path / "new") == left / "new"


def test_a_reading_that_is_killed_leaves_nothing_for_the_next_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def sentences() -> Iterator[list[str]]:
        yield ["a", "b"]
        assert list(tmp_path.glob(".w2v-*/spool"))
        os.kill(os.getpid(), signal.SIGKILL)

    def read() -> None:
        read_corpus(sentences(), min_count=1)

    os.waitpid(forked(read), 0)
    assert list(tmp_path.iterdir())
    assert len(read_corpus([["a", "b"]], min_count=1)) == 1
    assert not list(tmp_path.iterdir())


def test_a_temporary_folder_is_its_owners_and_goes_with_the_block(tmp_path: Path) -> None:
    with temporary_folder() as folder:
        assert folder.path.stat().st_mode & 0o777 == 0o700
    assert not folder.path.exists()
