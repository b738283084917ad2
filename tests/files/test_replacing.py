"""Files are replaced as a whole or stay as they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from w2v.files import atomic_path
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
