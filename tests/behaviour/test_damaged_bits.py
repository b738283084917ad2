"""One flipped bit in a corpus or a saved training: an error that says so, or nothing lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import readers
from tests.support.bitflips import Outcome, flip_bits
from w2v import Word2Vec
from w2v.data import Phrases, prepare, read_corpus

LEAN, SOAK = 12, 200  # bits a file in every run of the tests and in a soak


def corpus(folder: Path) -> Path:
    text = folder / "text.txt"
    text.write_text("".join(" ".join(sentence) + "\n" for sentence in readers.TEXT))
    prepare(text, folder / "corpus.w2v", min_count=1)
    return folder / "corpus.w2v"


def phrased(folder: Path) -> Path:
    text = read_corpus(readers.TEXT, min_count=1)
    Phrases(text, min_count=1, threshold=0.5).join(text, min_count=1).save(folder / "phrased.w2v")
    return folder / "phrased.w2v"


def model(folder: Path) -> Path:
    Word2Vec(readers.TEXT, **readers.SMALL).save(folder / "model")
    return folder / "model"


def tree(folder: Path) -> Path:
    settings = {**readers.SMALL, "hs": 1, "negative": 0}
    Word2Vec(readers.TEXT, **settings).save(folder / "tree")
    return folder / "tree"


def without_checksums(folder: Path) -> Path:
    """Make of a folder what earlier versions wrote: then only the contents can be checked."""
    for name in ("corpus.json", "config.json"):
        path = folder / name
        if path.exists():
            described = json.loads(path.read_text())
            described.pop("checksum", None)
            del described["checksums"]
            described["format"] = 1
            path.write_text(json.dumps(described))
    return folder


Make = Callable[[Path], Path]


def soaks(*cases: Any) -> list[Any]:
    return [pytest.param(*case, marks=pytest.mark.soak) for case in cases]


def none_undocumented(outcome: Outcome) -> None:
    shown = "\n".join(outcome.undocumented[:5])
    assert not outcome.undocumented, f"{len(outcome.undocumented)}, such as\n{shown}"


@pytest.mark.parametrize(
    ("make", "flips"), [(corpus, LEAN), *soaks((corpus, SOAK), (phrased, SOAK))]
)
def test_a_flipped_bit_in_a_corpus_is_found(tmp_path: Path, make: Make, flips: int) -> None:
    outcome = flip_bits(make(tmp_path), readers.CORPUS, flips)
    none_undocumented(outcome)
    for name in ("tokens.int32", "offsets.int64", "vocab.arrow"):
        assert outcome.refused[name, "opened"] == flips
    assert not outcome.other["corpus.json", "opened"]


@pytest.mark.parametrize(("make", "flips"), [(model, LEAN), *soaks((model, SOAK), (tree, SOAK))])
def test_a_flipped_bit_in_a_saved_training_is_found(tmp_path: Path, make: Make, flips: int) -> None:
    outcome = flip_bits(make(tmp_path), readers.MODEL, flips)
    none_undocumented(outcome)
    for name in ("weights.safetensors", "vocab.arrow", "progress.json"):
        assert outcome.refused[name, "loaded"] == flips


@pytest.mark.parametrize(
    ("make", "reads", "flips"),
    [
        (corpus, readers.CORPUS, LEAN),
        (tree, readers.MODEL, LEAN),
        *soaks(
            (corpus, readers.CORPUS + readers.CORPUS_COMMANDS, SOAK),
            (model, readers.MODEL + readers.MODEL_COMMANDS, SOAK),
            (tree, readers.MODEL + readers.MODEL_COMMANDS, SOAK),
        ),
    ],
)
def test_folders_without_checksums_are_safe_by_their_contents_alone(
    tmp_path: Path, make: Make, reads: tuple[Any, ...], flips: int
) -> None:
    none_undocumented(flip_bits(without_checksums(make(tmp_path)), reads, flips))


@pytest.mark.parametrize(
    ("make", "reads", "flips"),
    [
        (corpus, readers.CORPUS_COMMANDS, LEAN // 4),
        (model, readers.MODEL_COMMANDS, LEAN // 4),
        *soaks(
            (corpus, readers.CORPUS_COMMANDS, SOAK),
            (phrased, readers.CORPUS_COMMANDS, SOAK),
            (model, readers.MODEL_COMMANDS, SOAK),
            (tree, readers.MODEL_COMMANDS, SOAK),
        ),
    ],
)
def test_commands_end_with_a_line_about_what_is_damaged(
    tmp_path: Path, make: Make, reads: tuple[Any, ...], flips: int
) -> None:
    none_undocumented(flip_bits(make(tmp_path), reads, flips))


@pytest.mark.soak
@pytest.mark.parametrize(
    "name", ["v.bin", "v.txt", "v.bin.gz", "v.txt.gz", "v.safetensors", "v.npz", "v.npy", "v.glove"]
)
def test_a_flipped_bit_in_vectors_is_refused_or_harmless(tmp_path: Path, name: str) -> None:
    model = Word2Vec(readers.TEXT, **readers.SMALL)
    (tmp_path / "vectors").mkdir()
    path = tmp_path / "vectors" / name
    model.wv.save(path, "glove" if name == "v.glove" else None)
    none_undocumented(flip_bits(path, readers.VECTORS, SOAK))


def test_what_must_not_happen_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(4))
    outcome = flip_bits(tmp_path / "file", [readers.careless], 32)
    assert len(outcome.undocumented) == 8  # the first byte
    assert outcome.refused["", "careless"] == 8
    assert outcome.other["", "careless"] == outcome.same["", "careless"] == 8
    (tmp_path / "file").write_bytes(bytes(5))
    with pytest.raises(AssertionError, match="status -"):
        flip_bits(tmp_path / "file", [readers.careless], 40)
