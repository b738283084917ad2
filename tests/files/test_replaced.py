"""What is replaced while it is read is read again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from w2v import KeyedVectors, Word2Vec
from w2v.data import CorpusError, EncodedCorpus, prepare
from w2v.files import read_as_one
from w2v.training.checkpoint import CheckpointError

SMALL: dict[str, Any] = {"min_count": 1, "vector_size": 4, "workers": 1, "epochs": 1}
TEXTS = {letter: [[f"{letter}{i}" for i in range(8)]] * 30 for letter in "ab"}


def words(found: Any) -> set[str]:
    return {word[0] for word in found}


def test_files_are_read_until_they_stand_still(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("old")
    other.write_text("old")
    read: list[str] = []

    def both() -> str:
        first = one.read_text()
        if not read:
            for path in (one, other):
                (tmp_path / "new").write_text("new")
                (tmp_path / "new").replace(path)
        read.append(first + other.read_text())
        if len({first, other.read_text()}) > 1:
            raise ValueError("they do not belong together")
        return first

    assert read_as_one(both, one, other) == "new"
    assert read == ["oldnew", "newnew"]
    with pytest.raises(FileNotFoundError):
        read_as_one((tmp_path / "none").read_text, tmp_path / "none")


def test_what_is_always_replaced_is_given_up(tmp_path: Path) -> None:
    tries = 0

    def restless() -> None:
        nonlocal tries
        tries += 1
        (tmp_path / "new").write_text("")
        (tmp_path / "new").replace(tmp_path / "it")
        raise ValueError("damaged")

    with pytest.raises(ValueError, match="damaged"):
        read_as_one(restless, tmp_path / "it")
    assert 1 < tries < 20


def saved(folder: Path, letter: str) -> None:
    Word2Vec(TEXTS[letter], **SMALL).save(folder)


def prepared(folder: Path, letter: str) -> None:
    prepare(TEXTS[letter], folder, min_count=1)


@pytest.mark.parametrize(
    ("write", "read", "step"),
    [
        (saved, lambda path: Word2Vec.load(path).wv.index_to_key, "training.checkpoint.check_sums"),
        (
            prepared,
            lambda path: EncodedCorpus.open(path).vocab.words,
            "data.corpus_folder.check_offsets_file",
        ),
    ],
    ids=["model", "corpus"],
)
def test_a_folder_that_is_replaced_within_its_reading_is_read_anew(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    write: Callable[[Path, str], None],
    read: Callable[[Path], list[str]],
    step: str,
) -> None:
    write(tmp_path / "it", "a")
    module, _, name = step.rpartition(".")
    original: Any = getattr(__import__(f"w2v.{module}", fromlist=[name]), name)
    times = 0

    def meanwhile(*args: Any) -> Any:
        nonlocal times
        times += 1
        if times == 1:
            write(tmp_path / "it", "b")
        return original(*args)

    monkeypatch.setattr(f"w2v.{step}", meanwhile)
    assert words(read(tmp_path / "it")) == {"b"}
    assert times == 2


def test_what_is_damaged_is_not_read_again_and_again(tmp_path: Path) -> None:
    saved(tmp_path / "run", "a")
    prepared(tmp_path / "corpus", "a")
    for name in ("run/weights.safetensors", "corpus/tokens.int32"):
        content = bytearray((tmp_path / name).read_bytes())
        content[-1] ^= 1
        (tmp_path / name).write_bytes(content)
    with pytest.raises(CheckpointError, match=r"weights\.safetensors is damaged"):
        Word2Vec.load(tmp_path / "run")
    with pytest.raises(CorpusError, match=r"tokens\.int32 is damaged"):
        EncodedCorpus.open(tmp_path / "corpus")


def test_vectors_in_two_files_are_those_of_one_save(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    KeyedVectors(["a0", "a1"], [[1.0], [2.0]]).save(tmp_path / "v.npy")
    original, times = Path.read_bytes, 0

    def meanwhile(self: Path) -> bytes:
        nonlocal times
        times += self.name.startswith("v.") and self.parent == tmp_path
        if times == 1:
            times = 2
            KeyedVectors(["b0", "b1"], [[3.0], [4.0]]).save(tmp_path / "v.npy")
        return original(self)

    monkeypatch.setattr(Path, "read_bytes", meanwhile)
    loaded = KeyedVectors.load(tmp_path / "v.npy")
    assert loaded.index_to_key == ["b0", "b1"] and loaded["b1"].tolist() == [4.0]
