"""Files are replaced as a whole or stay as they were."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from w2v.files import atomic_path, atomic_paths, replacing
from w2v.vectors import KeyedVectors


def test_a_file_appears_under_its_name_only_when_complete(tmp_path: Path) -> None:
    target = tmp_path / "new folder" / "a b.txt.gz"
    with atomic_path(target) as path:
        path.write_text("new")
        assert path.parent.parent == target.parent
        assert path.name == "a b.txt.gz"
        assert not target.exists()
    assert target.read_text() == "new"
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("folder", [False, True])
def test_a_failure_leaves_the_old_content_and_nothing_else(tmp_path: Path, folder: bool) -> None:
    target = tmp_path / "x"
    for attempt in ("old", "new"):
        try:
            with atomic_path(target) as path:
                if folder:
                    path.mkdir()
                (path / "content" if folder else path).write_text(attempt)
                if attempt == "new":
                    raise KeyboardInterrupt
        except KeyboardInterrupt:
            assert attempt == "new"
    assert (target / "content" if folder else target).read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_folder_takes_the_place_of_one_with_content(tmp_path: Path) -> None:
    target = tmp_path / "run"
    for content in ("old", "new"):
        with atomic_path(target) as path:
            (path / "deep").mkdir(parents=True)
            (path / "deep" / content).write_text(content)
    assert [p.name for p in (target / "deep").iterdir()] == ["new"]
    assert list(tmp_path.iterdir()) == [target]


def test_what_cannot_be_replaced_is_refused(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError), atomic_path(tmp_path / "folder") as path:
        path.write_text("x")
    with pytest.raises(FileNotFoundError, match="nothing was written"), atomic_path(tmp_path / "x"):
        pass
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]


def test_links_are_followed_and_devices_written_in_place(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link.txt").symlink_to(tmp_path / "real" / "file.txt")
    with atomic_path(tmp_path / "link.txt") as path:
        path.write_text("x")
    assert (tmp_path / "real" / "file.txt").read_text() == "x"
    assert (tmp_path / "link.txt").is_symlink()
    with atomic_path("/dev/null") as path:
        assert path == Path("/dev/null")


def test_a_refused_save_leaves_the_old_vectors(tmp_path: Path) -> None:
    path = tmp_path / "v.bin"
    KeyedVectors(["a"], [[1]]).save(path)
    with pytest.raises(ValueError, match="'b c'"):
        KeyedVectors(["a", "b c"], [[2], [3]]).save(path)
    assert KeyedVectors.load(path)["a"].tolist() == [1]
    assert list(tmp_path.iterdir()) == [path]


def test_names_as_long_as_the_file_system_allows_work(tmp_path: Path) -> None:
    target = tmp_path / ("ü" * 120 + ".txt")
    KeyedVectors(["a"], [[1]]).save(target)
    assert KeyedVectors.load(target).index_to_key == ["a"]


@pytest.fixture(params=[True, False], ids=["exchanged", "renamed"])
def exchanging(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether two folders can change places in one step."""
    if not request.param:
        monkeypatch.setattr(replacing, "exchange", lambda one, other: False)
    return bool(request.param)


def interrupted_at(n: int, call: Callable[[], object]) -> bool:
    """Have Ctrl-C come at the n-th line of this room that runs; tell whether there was one."""
    room, left = str(Path(replacing.__file__).parent), n

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal left
        if not frame.f_code.co_filename.startswith(room):
            return None
        if event == "line":
            left -= 1
            if left < 0:
                sys.settrace(None)
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    except KeyboardInterrupt as error:
        traceback.clear_frames(error.__traceback__)  # as whoever caught it forgets it
        return True
    finally:
        sys.settrace(before)
    return False


@pytest.mark.parametrize("kind", ["file", "two files", "folder"])
def test_ctrl_c_at_any_line_leaves_the_old_or_the_new_and_nothing_else(
    kind: str, exchanging: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    names = ("a", "b") if kind == "two files" else ("a",)

    def write(text: str) -> None:
        with atomic_paths(*(tmp_path / name for name in names)) as paths:
            for path in paths:
                if kind == "folder":
                    path.mkdir()
                (path / "content" if kind == "folder" else path).write_text(text)

    def content() -> set[str]:
        paths = [tmp_path / name for name in names]
        return {(path / "content" if path.is_dir() else path).read_text() for path in paths}

    write("old")
    n, seen = 0, set()
    while interrupted_at(n, lambda: write("new")):
        assert sorted(p.name for p in tmp_path.iterdir()) == [*names]
        [found] = content()
        seen.add(found)
        if found == "new":
            write("old")
        n += 1
    assert seen == {"old", "new"}
    assert n > 50


@pytest.mark.skipif(os.name != "posix", reason="modes as POSIX has them")
@pytest.mark.parametrize("umask", [0o022, 0o002, 0o077])
def test_modes_are_those_that_open_gives(umask: int, tmp_path: Path) -> None:
    before = os.umask(umask)
    try:
        with atomic_path(tmp_path / "folder") as path:
            path.mkdir()
            os.close(os.open(path / "private", os.O_CREAT | os.O_WRONLY, 0o600))
            (path / "usual").touch()
        with atomic_path(tmp_path / "file") as path:
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    finally:
        os.umask(before)
    for path in (tmp_path / "folder/private", tmp_path / "folder/usual", tmp_path / "file"):
        assert path.stat().st_mode & 0o777 == 0o666 & ~umask
    assert (tmp_path / "folder").stat().st_mode & 0o777 == 0o777 & ~umask


@pytest.mark.skipif(os.name != "posix", reason="modes as POSIX has them")
def test_what_is_replaced_passes_on_its_mode(exchanging: bool, tmp_path: Path) -> None:
    (tmp_path / "file").touch(0o640)
    (tmp_path / "folder").mkdir(0o750)
    for text in ("1", "2"):
        with atomic_path(tmp_path / "file") as path:
            path.write_text(text)
        with atomic_path(tmp_path / "folder") as path:
            path.mkdir()
            (path / "x").write_text(text)
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "folder").stat().st_mode & 0o777 == 0o750


def test_a_folder_replaces_an_empty_file_and_what_a_link_leads_to(
    exchanging: bool, tmp_path: Path
) -> None:
    (tmp_path / "real").touch()
    (tmp_path / "link").symlink_to("real")
    for text in ("1", "2"):
        with atomic_path(tmp_path / "link") as path:
            path.mkdir()
            (path / "x").write_text(text)
    assert (tmp_path / "real" / "x").read_text() == "2"
    assert (tmp_path / "link").is_symlink()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link", "real"]


def test_one_file_is_not_named_for_two(tmp_path: Path) -> None:
    with (
        pytest.raises(ValueError, match="for two files"),
        atomic_paths(tmp_path / "a", tmp_path / "a"),
    ):
        pass
    assert not list(tmp_path.iterdir())


def test_errors_name_the_path_that_was_given(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(OSError, match="file") as caught,
        atomic_path(tmp_path / "file" / "x"),
    ):
        pass
    assert ".w2v-" not in str(caught.value)
    with pytest.raises(OSError, match="proc") as caught, atomic_path("/proc/x.bin"):
        pass
    assert ".w2v-" not in str(caught.value)


def test_what_nothing_can_take_the_place_of_is_refused_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "disk").mkdir()
    monkeypatch.setattr(os.path, "ismount", lambda path: Path(path).name == "disk")
    with pytest.raises(OSError, match="mounted here"), atomic_path(tmp_path / "disk"):
        raise AssertionError
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    (tmp_path / "read only").mkdir()
    with pytest.raises(PermissionError), atomic_path(tmp_path / "read only"):
        raise AssertionError
    assert sorted(p.name for p in tmp_path.iterdir()) == ["disk", "read only"]
