"""Whenever a process is killed, the old is there or the new, and the next one clears the rest."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.file_calls import forked, killed_at
from w2v import KeyedVectors, Word2Vec
from w2v.cli import main
from w2v.data import EncodedCorpus, Phrases, prepare
from w2v.files import recovered
from w2v.pictures.explorer import write_explorer
from w2v.pictures.loss_curve import plot_loss
from w2v.pictures.word_map import plot_words
from w2v.vectors import UsearchIndexer

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks")

OLD, NEW = "ab", "cd"


def sentences(letters: str) -> list[list[str]]:
    return [[f"{letters[(7 * i + j) % 2]}{(i + j) % 9}" for j in range(6)] for i in range(40)]


def vectors(letters: str) -> KeyedVectors:
    return KeyedVectors(list(letters), [[ord(c), 1] for c in letters], [2, 1])


SMALL: dict[str, Any] = {"min_count": 1, "vector_size": 4, "workers": 1, "seed": 3}


class Kind(NamedTuple):
    """Something that is written to a path from two letters, and loaded to tell which they were."""

    write: Callable[[Path, str], object]
    first: Callable[[Path], str]  # of the words


def counted(path: Path) -> str:
    loaded = KeyedVectors.load_word2vec_format(path, f"{path}.vocab")
    assert loaded.counts is not None
    assert loaded.counts.tolist() == [2, 1]  # of another's words they are 0
    return loaded.index_to_key[0]


AXES = {"a": [1, 0], "b": [0, 1], "c": [0, 1], "d": [1, 0]}


def saved_index(path: Path, letters: str) -> None:
    pytest.importorskip("usearch")
    UsearchIndexer(KeyedVectors(list(letters), [AXES[c] for c in letters])).save(path)


def indexed(path: Path) -> str:
    index = UsearchIndexer()
    index.load(path)
    assert index.labels is not None
    for label in index.labels:  # another's would have the other axis
        assert index.most_similar(AXES[label], 1)[0][0] == label
    return str(index.labels[0])


@cache
def picture(name: str, letters: str) -> bytes:
    with tempfile.TemporaryDirectory() as place:
        FILES[name].write(Path(place, name), letters)
        return Path(place, name).read_bytes()


def drawn(path: Path) -> str:
    """Return whose picture it is, whole."""
    content = path.read_bytes()
    return next((each for each in (OLD, NEW) if picture(path.name, each) == content), "")


FOLDERS = {
    "run": Kind(
        lambda path, letters: MODELS[letters].save(path),
        lambda path: min(Word2Vec.load(path).wv.index_to_key),
    ),
    "corpus": Kind(
        lambda path, letters: prepare(sentences(letters), path, min_count=1, workers=1),
        lambda path: min(EncodedCorpus.open(path).vocab.words),
    ),
}
VECTORS = Kind(
    lambda path, letters: vectors(letters).save(path),
    lambda path: KeyedVectors.load(path).index_to_key[0],
)
FILES = {
    **dict.fromkeys(("v.bin", "v.txt.gz", "v.npz", "v.safetensors", "v.npy"), VECTORS),
    "v.vec": Kind(
        lambda path, letters: vectors(letters).save_word2vec_format(path, f"{path}.vocab"), counted
    ),
    "index": Kind(saved_index, indexed),
    "phrases": Kind(
        lambda path, letters: PHRASES[letters].save(path),
        lambda path: min(Phrases.load(path).vocab),
    ),
    "map.png": Kind(lambda path, letters: plot_words(vectors(letters), [*letters], path), drawn),
    "loss.png": Kind(
        lambda path, letters: plot_loss([ord(c) for c in letters], 1, path=path), drawn
    ),
    "page.html": Kind(
        lambda path, letters: write_explorer(vectors(letters), path, neighbors=1),
        lambda path: (
            path.read_text().partition('"words":["')[2][0]
            if path.read_text().rstrip().endswith("</html>")
            else ""
        ),
    ),
}
MODELS: dict[str, Word2Vec] = {}
PHRASES: dict[str, Phrases] = {
    each: Phrases([[*each]] * 9, min_count=1, threshold=0.1) for each in (OLD, NEW)
}


@pytest.fixture(scope="module", autouse=True)
def _models() -> None:
    MODELS.update({each: Word2Vec(sentences(each), epochs=1, **SMALL) for each in (OLD, NEW)})


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nothing wait for the disk: processes are stopped, not the machine."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)


@pytest.mark.parametrize(
    ("name", "exchanging_works"),
    [
        *(
            pytest.param(name, True, marks=[pytest.mark.soak] * name.endswith(".png"))
            for name in (*FOLDERS, *FILES)
        ),
        ("run", False),
        pytest.param("corpus", False, marks=pytest.mark.soak),
    ],
)
def test_the_old_is_there_or_the_new_at_every_call(
    name: str, exchanging_works: bool, tmp_path: Path
) -> None:
    kind, path = {**FOLDERS, **FILES}[name], tmp_path / name
    kind.write(path, OLD)
    whole = sorted(tmp_path.iterdir())
    seen, n = [], 0
    while killed_at(n, lambda: kind.write(path, NEW), exchanging_works=exchanging_works):
        seen.append(kind.first(path)[0])
        kind.write(path, OLD)
        assert sorted(tmp_path.iterdir()) == whole
        n += 1
    assert seen == sorted(seen)
    assert {*seen} == {OLD[0], NEW[0]}
    assert kind.first(path)[0] == NEW[0]


def train(folder: Path) -> None:
    """Train two epochs with a checkpoint after each, or go on with what is there."""
    model = Word2Vec.load(folder) if folder.is_dir() else Word2Vec(epochs=2, **SMALL)
    model.fit(sentences(OLD), checkpoint=folder, first_epoch=model.epochs_done)


def content(folder: Path) -> dict[str, Any]:
    """Return what is in the files, but for what tells the time."""
    files = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    progress, config = (json.loads(files.pop(f"{name}.json")) for name in ("progress", "config"))
    for name in ("lifecycle_events", "total_train_time"):
        progress.pop(name)
    return {**files, "progress": progress, "vector_size": config["vector_size"]}


@pytest.mark.parametrize("exchanging_works", [True, pytest.param(False, marks=pytest.mark.soak)])
def test_a_training_goes_on_from_every_call_to_the_same_bytes(
    exchanging_works: bool, tmp_path: Path
) -> None:
    train(tmp_path / "whole")
    expected = content(tmp_path / "whole")
    run, n, done, reached = tmp_path / "run", 0, set(), 0
    while killed_at(n, lambda: train(run), exchanging_works=exchanging_works):
        n += 1
        state = Word2Vec.load(run).epochs_done if recovered(run) or run.is_dir() else 0
        assert state >= reached  # at most one interval is lost
        reached = state
        if state not in done:
            done.add(state)
            train(run)
            assert content(run) == expected
            assert sorted(tmp_path.iterdir()) == [run, tmp_path / "whole"]
        for left in tmp_path.iterdir():
            if left.is_file():  # the lock of a folder, which nobody has any more
                left.unlink()
            elif left.name != "whole":
                shutil.rmtree(left)
    assert done == {0, 1, 2}


@pytest.mark.soak
@pytest.mark.parametrize("kills", [200])
def test_a_command_killed_at_any_moment_goes_on_to_the_same_bytes(
    kills: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.chdir(tmp_path)
    text = [" ".join(f"w{(7 * i + j * j) % 300}" for j in range(12)) for i in range(3000)]
    Path("t.txt").write_text("\n".join(text))
    options = ["-q", "--vector-size", "8", "--workers", "1", "--epochs", "4", "--min-count", "1"]

    def command(output: str, run: str) -> list[str]:
        going_on = Path(run).is_dir() or recovered(Path(run)) is not None
        rest = ["--resume", run] if going_on else ["--checkpoint", run, *options[1:]]
        return ["w2v", "train", "t.txt", "-o", output, "-q", *rest]

    def start(arguments: list[str]) -> int:
        def call() -> None:
            sys.argv = arguments
            try:
                main()
            except SystemExit as end:
                assert not end.code

        return forked(call)

    begun = time.monotonic()
    assert os.waitpid(start(command("whole.bin", "whole")), 0)[1] == 0
    lasts = time.monotonic() - begun
    rng, resumed = random.Random(0), 0
    for _ in range(kills):
        child = start(command("v.bin", "run"))
        time.sleep(rng.uniform(0, lasts))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        resumed += Path("run").is_dir()
        assert os.waitpid(start(command("v.bin", "run")), 0)[1] == 0
        assert Path("v.bin").read_bytes() == Path("whole.bin").read_bytes()
        left = sorted(path.name for path in tmp_path.iterdir())
        assert left == ["run", "t.txt", "tmp", "v.bin", "whole", "whole.bin"]
        assert not list(Path("tmp").iterdir())
        shutil.rmtree("run")
        Path("v.bin").unlink()
    assert resumed > kills // 4
