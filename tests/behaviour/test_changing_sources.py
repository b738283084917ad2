"""What is trained on is what the source holds when it is called for, or at every epoch."""

from __future__ import annotations

import io
import os
import random
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from w2v import Word2Vec
from w2v.data import CorpusError, read_corpus

TEXT = [[f"w{(7 * i + j) % 60}" for j in range(10)] for i in range(300)]
SMALL: dict[str, Any] = {"min_count": 1, "vector_size": 8, "workers": 1, "sample": 0}


def model(**more: Any) -> Word2Vec:
    made = Word2Vec(**{**SMALL, **more})
    made.build_vocab(TEXT)
    return made


class Part:
    """An iterable that begins anew, over rows that may be exchanged."""

    def __init__(self, rows: list[list[str]]) -> None:
        self.rows = rows

    def __iter__(self) -> Iterator[list[str]]:
        return iter(self.rows)


class Walks:
    """Other random walks each time it is gone through."""

    def __init__(self, seed: int = 0) -> None:
        self.random, self.passes = random.Random(seed), 0

    def __iter__(self) -> Iterator[list[str]]:
        self.passes += 1
        for start in range(50):
            node, walk = start, []
            for _ in range(20):
                walk.append(str(node))
                node = (node + self.random.choice((1, 2, 3, -1))) % 50
            yield walk


def refill(rows: list[list[str]]) -> None:
    rows.clear()
    rows.extend(TEXT[100:])


def swap_words(rows: list[list[str]]) -> None:
    for row in rows:
        row[:] = row[::-1]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (refill, 2000),
        (lambda rows: rows.extend(TEXT[100:]), 3000),
        (lambda rows: rows.__delitem__(slice(50, None)), 500),
        (lambda rows: rows[0].append("w0"), 1001),
        (lambda rows: rows[-1].pop(), 999),
        (swap_words, 1000),
    ],
)
@pytest.mark.parametrize("kind", [list, tuple, Part])
def test_sentences_that_changed_are_read_again(
    change: Callable[[Any], None], words: int, kind: type
) -> None:
    rows = [list(row) for row in TEXT[:100]]
    given = kind(rows) if kind is Part else rows
    trained = model()
    assert trained.train(given, epochs=1) == (1000, 1000)
    change(rows)
    assert trained.train(tuple(given) if kind is tuple else given, epochs=1) == (words, words)
    expected = model()
    expected.train(TEXT[:100], epochs=1)
    expected.train([list(row) for row in rows], epochs=1)
    np.testing.assert_array_equal(trained.wv.vectors, expected.wv.vectors)


def test_an_array_that_was_overwritten_is_read_again() -> None:
    rows = np.array(TEXT[:100])
    trained = model()
    trained.train(rows, epochs=1)
    rows[:] = "unknown"
    with pytest.warns(UserWarning, match="no word of this text"):
        assert trained.train(rows, epochs=1) == (0, 1000)


def write(path: Path, rows: list[list[str]]) -> None:
    path.write_text("\n".join(map(" ".join, rows)) + "\n")


def test_files_that_changed_are_read_again_whatever_their_times_say(tmp_path: Path) -> None:
    path = tmp_path / "text.txt"
    write(path, TEXT[:100])
    trained = model()
    assert trained.train(corpus_file=path, epochs=1)[1] == 1000
    write(path, TEXT)
    assert trained.train(corpus_file=path, epochs=1)[1] == 3000
    assert trained.train([str(path), path], epochs=1)[1] == 6000
    assert trained.train(corpus_file=tmp_path, epochs=1)[1] == 3000
    write(tmp_path / "more.txt", TEXT[:100])
    assert trained.train(corpus_file=tmp_path, epochs=1)[1] == 4000
    assert trained.train(corpus_file=f"{tmp_path}/*.txt", epochs=1)[1] == 4000
    # As many bytes, and the time of change put back.
    stat = path.stat()
    data = path.read_bytes()
    path.write_bytes(data.replace(b"w1 ", b"xx "))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert trained.train(corpus_file=path, epochs=1)[0] == 3000 - data.count(b"w1 ")


def test_what_still_holds_the_same_is_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "text.txt"
    write(path, TEXT)
    for source in (TEXT, str(path), [path]):
        trained = Word2Vec(**SMALL)
        trained.build_vocab(source)
        with monkeypatch.context() as patched:
            patched.setattr(trained, "read", None)
            for _ in range(2):
                assert trained.train(source, epochs=1) == (3000, 3000)


def test_a_generator_and_standard_input_are_read_once_and_used_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sentences = iter(TEXT)
    trained = Word2Vec(**SMALL)
    trained.build_vocab(sentences)
    assert trained.train(sentences, epochs=1) == (3000, 3000)
    assert Word2Vec(iter(TEXT), **SMALL).train(epochs=1) == (3000, 3000)
    text = "\n".join(map(" ".join, TEXT)).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    trained = Word2Vec(**SMALL)
    trained.build_vocab("-")
    assert trained.train("-", epochs=1) == (3000, 3000)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_reread_goes_through_the_sentences_for_the_vocabulary_and_for_every_epoch(
    optimizer: str,
) -> None:
    how: dict[str, Any] = {**SMALL, "optimizer": optimizer, "batch_size": 100, "window": 2}
    walks = Walks()
    trained = Word2Vec(walks, reread=True, epochs=4, **how)
    assert walks.passes == 5
    assert trained.trained_words == 4000
    assert len(trained.losses) == 4
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        once = Word2Vec(Walks(), epochs=4, **how)
    assert not np.array_equal(trained.wv.vectors, once.wv.vectors)
    # What stays the same trains to the same, read once or at every epoch.
    same = [Word2Vec(Part(TEXT), reread=reread, epochs=3, **how) for reread in (False, True)]
    np.testing.assert_array_equal(same[0].wv.vectors, same[1].wv.vectors)
    assert same[0].losses == same[1].losses
    assert same[0].get_latest_training_loss() == same[1].get_latest_training_loss()


def test_epochs_of_other_lengths_are_counted_as_they_are() -> None:
    part = Part(TEXT[:100])

    class Longer:
        def on_epoch_end(self, model: Word2Vec) -> None:
            part.rows = part.rows + TEXT[:100]

    trained = Word2Vec(callbacks=[Longer()], **SMALL)
    trained.build_vocab(TEXT)
    assert trained.train(part, epochs=3, reread=True) == (6000, 6000)
    positions = [words for words, _ in trained.curve]
    assert positions == sorted(positions)


def test_only_what_can_be_read_anew_is_reread() -> None:
    for source in ((row for row in TEXT), iter(TEXT), "-", ["-"], read_corpus(TEXT, min_count=1)):
        with pytest.raises(CorpusError, match="reread=True reads the source anew"):
            Word2Vec(source, reread=True, **SMALL)
    with pytest.raises(CorpusError, match="reread=True"):
        model().train(reread=True)


def test_an_iterable_that_varies_is_told_of_unless_it_is_reread_or_gone_through_once() -> None:
    with pytest.warns(UserWarning, match="reread=True"):
        Word2Vec(Walks(), epochs=2, **SMALL)
    trained = Word2Vec(**SMALL)
    walks = Walks()
    trained.build_vocab(walks)
    with pytest.warns(UserWarning, match="reread=True"):
        trained.train(walks, epochs=2)
    Word2Vec(Walks(), epochs=1, **SMALL)  # warnings are errors here
    Word2Vec(Walks(), epochs=2, reread=True, **SMALL)
    Word2Vec(Part(TEXT), epochs=2, **SMALL)
