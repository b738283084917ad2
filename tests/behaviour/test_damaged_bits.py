"""One flipped bit in a corpus or a saved training: an error that says so, or nothing lost."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import readers
from tests.support.bitflips import Outcome, flip_bits
from w2v import Word2Vec
from w2v.data import CorpusError, EncodedCorpus, Phrases, prepare, read_corpus
from w2v.training.checkpoint import CheckpointError

LEAN, SOAK = 12, 220  # bits a file in every run of the tests and in a soak
ALL = 1 << 30  # lengths that a file is cut to in a soak


def corpus(folder: Path, sentences: list[list[str]] = readers.TEXT) -> Path:
    text = folder / "text.txt"
    text.write_text("".join(" ".join(sentence) + "\n" for sentence in sentences))
    prepare(text, folder / "corpus.w2v", min_count=1)
    return folder / "corpus.w2v"


def phrased(folder: Path) -> Path:
    text = read_corpus(readers.TEXT, min_count=1)
    Phrases(text, min_count=1, threshold=0.5).join(text, min_count=1).save(folder / "phrased.w2v")
    return folder / "phrased.w2v"


def model(folder: Path, sentences: list[list[str]] = readers.TEXT) -> Path:
    Word2Vec(sentences, **readers.SMALL).save(folder / "model")
    return folder / "model"


def tree(folder: Path) -> Path:
    settings = {**readers.SMALL, "hs": 1, "negative": 0}
    Word2Vec(readers.TEXT, **settings).save(folder / "tree")
    return folder / "tree"


def adam(folder: Path) -> Path:
    Word2Vec(readers.TEXT, **readers.SMALL, optimizer="adam").save(folder / "adam")
    return folder / "adam"


def without_checksums(folder: Path) -> Path:
    """Make of a folder what earlier versions wrote: then only the contents can be checked."""
    for name in ("corpus.json", "config.json"):
        path = folder / name
        if path.exists():
            described = json.loads(path.read_text())
            del described["checksum"], described["checksums"]
            described["format"] = 1
            path.write_text(json.dumps(described))
    return folder


Make = Callable[..., Path]


def soaks(*cases: Any) -> list[Any]:
    return [pytest.param(*case, marks=pytest.mark.soak) for case in cases]


def none_undocumented(outcome: Outcome) -> None:
    shown = "\n".join(outcome.undocumented[:5])
    assert not outcome.undocumented, f"{len(outcome.undocumented)}, such as\n{shown}"


@pytest.mark.parametrize(
    ("make", "reads", "flips", "cuts"),
    [
        (corpus, readers.CORPUS, LEAN, LEAN),
        (model, readers.MODEL, LEAN, LEAN),
        *soaks(
            (corpus, readers.CORPUS, SOAK, 0),
            (phrased, readers.CORPUS, SOAK, 0),
            (model, readers.MODEL, SOAK, 0),
            (tree, readers.MODEL, SOAK, 0),
            (adam, readers.MODEL, SOAK, 0),
            (corpus, readers.CORPUS[:1], 0, ALL),
            (adam, readers.MODEL[:1], 0, ALL),
        ),
    ],
)
def test_damage_to_any_file_of_a_folder_is_noticed(
    tmp_path: Path, make: Make, reads: tuple[Any, ...], flips: int, cuts: int
) -> None:
    folder = make(tmp_path)
    outcome = flip_bits(folder, reads, flips, cuts=cuts)
    none_undocumented(outcome)
    for path in folder.iterdir():
        times = flips + min(cuts, path.stat().st_size)
        assert outcome.refused[path.name, reads[0].__name__] == times, path.name


@pytest.mark.parametrize(("make", "load"), [(corpus, EncodedCorpus.open), (model, Word2Vec.load)])
def test_a_file_of_another_folder_is_noticed_and_so_is_a_missing_one(
    tmp_path: Path, make: Make, load: Callable[[Path], Any]
) -> None:
    (tmp_path / "theirs").mkdir()
    ours = make(tmp_path)
    theirs = make(tmp_path / "theirs", [[word.upper() for word in line] for line in readers.TEXT])
    for name in sorted(path.name for path in ours.iterdir()):
        if (theirs / name).read_bytes() == (ours / name).read_bytes():
            continue
        copy = tmp_path / f"with-{name}"
        shutil.copytree(ours, copy)
        shutil.copy(theirs / name, copy / name)
        with pytest.raises((CorpusError, CheckpointError), match="damaged") as raised:
            load(copy)
        assert str(copy) in str(raised.value)
        (copy / name).unlink()
        with pytest.raises((CorpusError, CheckpointError), match=name):
            load(copy)


def test_a_configuration_that_was_edited_says_how_it_is_accepted(tmp_path: Path) -> None:
    config = model(tmp_path) / "config.json"
    config.write_text(config.read_text().replace('"epochs": 1', '"epochs": 7'))
    with pytest.raises(CheckpointError, match=r'config.json .* take the line "checksum" out of it'):
        Word2Vec.load(config.parent)
    lines = config.read_text().splitlines()
    config.write_text("\n".join(line for line in lines if '"checksum"' not in line))
    assert Word2Vec.load(config.parent).epochs == 7


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
