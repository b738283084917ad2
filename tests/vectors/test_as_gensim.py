"""Hundreds of drawn questions, evaluations and files: gensim's answers and ours."""

from __future__ import annotations

import logging
import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gensim.models import KeyedVectors as GensimVectors

from tests.support.vector_tables import assert_same
from w2v.vectors import KeyedVectors

CASES = 200
SIZE = 12
# gensim's own methods call some that it has deprecated, warn of vectors that are added, and leave
# files open.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore:Call to deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:Adding single vectors:UserWarning"),
    pytest.mark.filterwarnings("ignore::scipy.stats.ConstantInputWarning"),
    pytest.mark.filterwarnings("ignore::scipy.stats.NearConstantInputWarning"),
]


class Draw:
    """Draws of one case, of words in both cases and of other alphabets."""

    def __init__(self, case: int, rows: int = 80) -> None:
        self.rng = np.random.default_rng(case)
        letters = list("abcdefgXYZßéж")
        words: dict[str, None] = {}
        while len(words) < rows:
            words["".join(self.rng.choice(letters, self.rng.integers(1, 7)))] = None
        self.words = list(words)
        scale = self.rng.lognormal(size=(rows, 1))
        vectors = (self.rng.normal(size=(rows, SIZE)) * scale).astype(np.float32)
        self.ours = KeyedVectors(self.words, vectors, self.rng.permutation(rows))
        self.theirs = self.ours.to_gensim()

    def word(self) -> str:
        return str(self.rng.choice(self.words))

    def some(self, most: int = 4, least: int = 1) -> list[str]:
        n_words = self.rng.integers(least, most + 1)
        return [str(word) for word in self.rng.choice(self.words, n_words, replace=False)]

    def vector(self) -> np.ndarray:
        return self.rng.normal(size=SIZE).astype(np.float32)

    def terms(self) -> list[Any]:
        kinds = [
            self.word,
            self.vector,
            lambda: int(self.rng.integers(len(self.words))),
            lambda: (self.word(), float(self.rng.normal())),
        ]
        return [kinds[self.rng.integers(4)]() for _ in range(self.rng.integers(1, 4))]

    def topn(self) -> int:
        return int(self.rng.integers(1, 2 * len(self.words)))


def most_similar(draw: Draw) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
    clip: dict[str, Any] = {}
    if draw.rng.random() < 0.3:
        clip = {
            "clip_start": int(draw.rng.integers(20)),
            "clip_end": int(draw.rng.integers(30, 90)),
        }
    elif draw.rng.random() < 0.3:
        clip = {"restrict_vocab": int(draw.rng.integers(1, 90))}
    negative = draw.terms() if draw.rng.random() < 0.5 else None
    return "most_similar", (draw.terms(), negative, draw.topn()), clip


QUESTIONS: dict[str, Any] = {
    "sum": most_similar,
    "all": lambda d: ("most_similar", (d.some(), d.some(2)), {"topn": None}),
    "product": lambda d: (
        "most_similar_cosmul",
        (d.some(), d.some(2) if d.rng.random() < 0.5 else None, d.topn()),
        {},
    ),
    "by word": lambda d: ("similar_by_word", (d.word(), d.topn(), 50), {}),
    "by key": lambda d: ("similar_by_key", (d.word(), d.topn()), {}),
    "by vector": lambda d: ("similar_by_vector", (d.vector(), d.topn()), {}),
    "similarity": lambda d: ("similarity", (d.word(), d.word()), {}),
    "distance": lambda d: ("distance", (d.word(), d.word()), {}),
    "distances": lambda d: ("distances", (d.word(), d.some()), {}),
    "distances to all": lambda d: ("distances", (d.vector(), None), {}),
    "texts": lambda d: ("n_similarity", (d.some(), [*d.some(), "unknown"]), {}),
    "odd one": lambda d: ("doesnt_match", ([*d.some(6, 3), "unknown"],), {}),
    "centrality": lambda d: (
        "rank_by_centrality",
        (d.some(9, 3), bool(d.rng.integers(2))),
        {},
    ),
    "rank": lambda d: ("rank", (d.word(), d.word()), {}),
    "closer": lambda d: ("closer_than", (d.word(), d.word()), {}),
    "one given": lambda d: ("most_similar_to_given", (d.word(), d.some(5)), {}),
    "relative": lambda d: (
        "relative_cosine_similarity",
        (d.word(), d.word(), int(d.rng.integers(1, 20))),
        {},
    ),
    "mean": lambda d: (
        "get_mean_vector",
        ([*d.some(), d.vector(), "unknown"],),
        {"pre_normalize": bool(d.rng.integers(2)), "post_normalize": bool(d.rng.integers(2))},
    ),
    "unit": lambda d: ("get_vector", (d.word(), True), {}),
    "counts": lambda d: ("get_vecattr", (d.word(), "count"), {}),
    "cosines": lambda d: ("cosine_similarities", (d.vector(), d.ours.vectors), {}),
}


def agree(ours: Any, theirs: Any) -> None:
    if isinstance(theirs, list) and theirs and isinstance(theirs[0], tuple):
        if isinstance(theirs[0][0], str):
            assert_same(ours, theirs)
        else:
            assert_same([(word, value) for value, word in ours], [(w, v) for v, w in theirs])
    elif isinstance(theirs, str | list):
        assert ours == theirs
    else:
        assert np.shape(ours) == np.shape(theirs)
        np.testing.assert_allclose(ours, theirs, rtol=2e-4, atol=2e-5)


@pytest.mark.parametrize("kind", QUESTIONS)
def test_questions_are_answered_as_by_gensim(kind: str) -> None:
    draws = [Draw(case) for case in range(10)]
    for case in range(CASES):
        draw = draws[case % 10]
        name, given, options = QUESTIONS[kind](draw)
        agree(
            getattr(draw.ours, name)(*given, **options),
            getattr(draw.theirs, name)(*given, **options),
        )


def test_changes_leave_what_they_leave_in_gensim() -> None:
    for case in range(CASES):
        draw = Draw(case, rows=20)
        ours, theirs, rng = draw.ours, draw.theirs, draw.rng
        new = [f"new{i}" for i in range(rng.integers(1, 5))]
        keys = [*new, *rng.choice(draw.words, 3, replace=False).tolist()]
        vectors = rng.normal(size=(len(keys), SIZE)).astype(np.float32)
        replace = bool(rng.integers(2))
        for table in (ours, theirs):
            table.add_vectors(keys, vectors, replace=replace)
            table.allocate_vecattrs()
            table[keys[1]] = vectors[0]
            table[[keys[0], "more"]] = [vectors[2], vectors[1]]
            table.allocate_vecattrs(["weight"], [np.float32])
            table.set_vecattr(keys[0], "weight", np.float32(1.5))
            table.set_vecattr("more", "count", 5)
            table.norms = None
        theirs.next_index = len(theirs)  # which gensim forgets
        assert ours.add_vector("last", vectors[0]) == theirs.add_vector("last", vectors[0])
        for index, word in enumerate(ours.index_to_key):  # ties are sorted either way
            for table in (ours, theirs):
                table.set_vecattr(word, "count", (index * 7919) % 104729)
        ours.sort_by_descending_frequency()
        theirs.sort_by_descending_frequency()
        theirs.fill_norms(force=True)
        assert ours.index_to_key == theirs.index_to_key
        assert ours.key_to_index == theirs.key_to_index
        np.testing.assert_array_equal(ours.vectors, theirs.vectors)
        np.testing.assert_array_equal(ours.expandos["weight"], theirs.expandos["weight"])
        some = ours.vectors_for_all([*keys, "nobody", keys[0]], copy_vecattrs=True)
        expected = theirs.vectors_for_all([*keys, "nobody", keys[0]], copy_vecattrs=True)
        assert some.index_to_key == expected.index_to_key
        np.testing.assert_array_equal(some.vectors, expected.vectors)
        assert some.get_vecattr(keys[0], "weight") == expected.get_vecattr(keys[0], "weight")
        for table in (ours, theirs):
            table.unit_normalize_all()
        np.testing.assert_allclose(ours.vectors, theirs.vectors, rtol=1e-5, atol=1e-7)


def test_word_pairs_are_scored_as_by_gensim(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    for case in range(CASES):
        draw = Draw(case)
        lines = [
            f"{draw.word()}\t{draw.word() if draw.rng.random() < 0.9 else 'nobody'}\t{score:.3f}"
            for score in draw.rng.normal(size=draw.rng.integers(9, 40))
        ]
        path.write_text("\n".join(["# head", *lines, "no pair"]), encoding="utf-8")
        options: dict[str, Any] = {
            "case_insensitive": bool(draw.rng.integers(2)),
            "dummy4unknown": bool(draw.rng.integers(2)),
            "restrict_vocab": int(draw.rng.integers(60, 90)),
        }
        ours = draw.ours.evaluate_word_pairs(path, **options)
        theirs = draw.theirs.evaluate_word_pairs(str(path), **options)
        for mine, other in zip(ours[:2], theirs[:2], strict=True):
            found = (mine.statistic, mine.pvalue, mine.correlation)
            expected = (other.statistic, other.pvalue, other.correlation)
            # Ranks of cosines that differ in the last bit may swap.
            np.testing.assert_allclose(found, expected, atol=1e-5)
            assert tuple(mine) == (mine.statistic, mine.pvalue)
        assert ours[2] == pytest.approx(theirs[2])


def test_analogies_are_solved_as_by_gensim(tmp_path: Path) -> None:
    path = tmp_path / "questions.txt"
    for case in range(CASES):
        draw = Draw(case)
        lines = [": first"]
        for _ in range(8):
            a, b, c = draw.word(), draw.word(), draw.word()
            answer = draw.theirs.most_similar([b, c], [a], topn=1)[0][0]
            lines.append(f"{a} {b} {c} {answer if draw.rng.random() < 0.6 else draw.word()}")
            lines += [": next"] if draw.rng.random() < 0.2 else []
        lines.append("a b c nobody")
        path.write_text("\n".join(lines), encoding="utf-8")
        options: dict[str, Any] = {
            "case_insensitive": bool(draw.rng.integers(2)),
            "dummy4unknown": bool(draw.rng.integers(2)),
            "restrict_vocab": int(draw.rng.integers(40, 90)),
        }
        accuracy, sections = draw.ours.evaluate_word_analogies(path, **options)
        expected = draw.theirs.evaluate_word_analogies(str(path), **options)
        assert sections == expected[1]
        assert accuracy == expected[0]


def test_analogies_by_products_are_what_single_questions_give(tmp_path: Path) -> None:
    draw, path = Draw(1), tmp_path / "questions.txt"
    asked = [[draw.word() for _ in range(3)] for _ in range(20)]
    right = [draw.ours.most_similar_cosmul([b, c], [a], topn=1)[0][0] for a, b, c in asked]
    lines = [" ".join([*three, word]) for three, word in zip(asked, right, strict=True)]
    path.write_text("\n".join([": all", *lines]), encoding="utf-8")
    accuracy, _ = draw.ours.evaluate_word_analogies(
        path, case_insensitive=False, similarity_function="most_similar_cosmul"
    )
    assert accuracy == 1.0


@pytest.mark.parametrize("options", [{"binary": True}, {"binary": False}, {"header": False}])
def test_files_of_each_are_read_by_the_other(
    tmp_path: Path, options: dict[str, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # hundreds of files that nobody keeps
    monkeypatch.setattr(logging.getLogger("gensim"), "disabled", True)
    header, binary = options.get("header", True), options.get("binary", False)
    path, counts = tmp_path / "vectors", tmp_path / "counts"
    reading: dict[str, Any] = {"binary": binary, "no_header": not header, "fvocab": str(counts)}
    for case in range(CASES):
        draw = Draw(case, rows=20)
        prefix = "p_" if case % 2 else ""
        sort = "count" if case % 3 else ""
        writing: dict[str, Any] = {"binary": binary, "write_header": header, "prefix": prefix}
        if sort:
            writing["fvocab"] = str(counts)
        else:
            reading = {**reading, "fvocab": None}
        written = []
        for table, reader in ((draw.ours, GensimVectors), (draw.theirs, KeyedVectors)):
            table.save_word2vec_format(str(path), sort_attr=sort, **writing)
            written.append(path.read_bytes())
            limit = int(draw.rng.integers(1, 20)) if case % 4 == 0 else None
            read: Any = reader.load_word2vec_format(str(path), limit=limit, **reading)
            order = np.argsort(-draw.ours.expandos["count"]) if sort else np.arange(20)
            words = [prefix + draw.words[row] for row in order][:limit]
            assert read.index_to_key == words
            np.testing.assert_array_equal(read.vectors, draw.ours.vectors[order][:limit])
            if reading["fvocab"]:
                count = draw.ours.get_vecattr(draw.words[order[0]], "count")
                assert read.get_vecattr(words[0], "count") == count
        if binary:
            assert written[0] == written[1]


def test_files_are_read_with_gensims_options(tmp_path: Path) -> None:
    path = tmp_path / "latin"
    path.write_bytes("2 3\ncafé 1 2 3\nthé 4 5 6\n".encode("latin-1"))
    for encoding, errors in (("latin-1", "strict"), ("utf8", "ignore"), ("utf8", "replace")):
        options: Any = {"encoding": encoding, "unicode_errors": errors, "datatype": np.float16}
        ours = KeyedVectors.load_word2vec_format(path, **options)
        theirs = GensimVectors.load_word2vec_format(str(path), **options)
        assert ours.index_to_key == theirs.index_to_key
        assert ours.vectors.dtype == theirs.vectors.dtype == np.float16
        np.testing.assert_array_equal(ours.vectors, theirs.vectors)
        first = ours.index_to_key[0]
        (word, cosine), (expected, other) = (
            ours.most_similar(first)[0],
            theirs.most_similar(first)[0],
        )
        assert word == expected and cosine == pytest.approx(other, abs=1e-3)
    with pytest.raises(UnicodeDecodeError, match=r"latin: the word of row 0"):
        KeyedVectors.load_word2vec_format(path)
    path.write_text("3 3\na 1 2 3\nb 4 5 6\n")
    with pytest.raises(EOFError, match="cut off"):
        KeyedVectors.load_word2vec_format(path)


def test_empty_sides_are_the_same_kind_of_error() -> None:
    draw = Draw(0)
    for kv in (draw.ours, draw.theirs):
        with pytest.raises(ZeroDivisionError):
            kv.n_similarity([], ["a"])
        with pytest.raises(KeyError):
            kv.most_similar("nobody")
        none: Any = np.uint8(0)
        assert kv.most_similar(draw.words[0], topn=none) == []
        assert math.isclose(kv.similarity(draw.words[0], draw.words[0]), 1, rel_tol=1e-6)
