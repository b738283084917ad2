"""Evaluation: the figures gensim gives for the same vectors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from w2v.vectors import KeyedVectors

PAIRS = [
    "bruni_men.txt",
    "luong_rare.txt",
    "radinsky_mturk.txt",
    "simlex999.txt",
    "wordsim353.tsv",
]


def vectors_for(folder: Path) -> KeyedVectors:
    """Make vectors that solve part of the tasks, over words some of which are missing.

    The second word of an analogy lies near the first one plus an offset of its
    section; some words also stand in lower case, others only so.
    """
    rng = np.random.default_rng(3)
    vectors: dict[str, np.ndarray] = {}
    offset = np.zeros(30)
    for line in (folder / "questions-words.txt").read_text().splitlines():
        words = line.split()
        if words[0] == ":":
            offset = rng.normal(size=30)
            continue
        for a, b in (words[:2], words[2:]):
            vectors.setdefault(a, rng.normal(size=30))
            vectors.setdefault(b, vectors[a] + offset + 0.6 * rng.normal(size=30))
    for name in PAIRS:
        for line in (folder / name).read_text(encoding="utf-8").splitlines():
            for word in line.split()[:2]:
                vectors.setdefault(word.lower(), rng.normal(size=30))
    for word in list(vectors)[::3]:
        vectors.setdefault(word.lower(), vectors[word] + 0.1 * rng.normal(size=30))
    words = [word for word in vectors if rng.random() < 0.9]
    rng.shuffle(words)
    table = np.array([vectors[word] for word in words]) * rng.lognormal(size=(len(words), 1))
    return KeyedVectors(words, table)


@pytest.fixture(scope="module")
def both(bench_data: Path) -> tuple[KeyedVectors, Any]:
    kv = vectors_for(bench_data / "eval")
    return kv, kv.to_gensim()


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"dummy4unknown": True},
        {"case_insensitive": False},
        {"restrict_vocab": 4000, "dummy4unknown": True},
    ],
    ids=repr,
)
def test_word_pairs_score_as_in_gensim(
    both: tuple[KeyedVectors, Any], bench_data: Path, name: str, options: dict[str, Any]
) -> None:
    kv, theirs = both
    path = bench_data / "eval" / name
    delimiter = " " if name == "bruni_men.txt" else "\t"
    expected = theirs.evaluate_word_pairs(str(path), delimiter=delimiter, **options)
    for result in (
        kv.evaluate_word_pairs(path, **options),
        kv.evaluate_word_pairs(path, delimiter=delimiter, **options),
    ):
        assert result.pearson.statistic == pytest.approx(expected[0][0], abs=1e-6)
        assert result.spearman.statistic == pytest.approx(expected[1][0], abs=1e-6)
        assert result.oov_ratio == pytest.approx(expected[2], abs=1e-6)
        assert result.pearson.pvalue == pytest.approx(expected[0][1], abs=1e-6)
        assert result[1][1] == pytest.approx(expected[1][1], abs=1e-6)


def test_all_analogies_are_answered_as_in_gensim(
    both: tuple[KeyedVectors, Any], bench_data: Path
) -> None:
    kv, theirs = both
    path = bench_data / "eval" / "questions-words.txt"
    accuracy, sections = kv.evaluate_word_analogies(path)
    expected, expected_sections = theirs.evaluate_word_analogies(str(path))
    assert sections == expected_sections
    assert accuracy == expected
    assert 0.2 < accuracy < 0.9


@pytest.mark.parametrize(
    "options",
    [
        {"case_insensitive": False},
        {"dummy4unknown": True},
        {"restrict_vocab": 1500},
        {"restrict_vocab": 1500, "dummy4unknown": True, "case_insensitive": False},
        {"restrict_vocab": 10},
    ],
    ids=repr,
)
def test_analogies_follow_gensims_options(
    both: tuple[KeyedVectors, Any], bench_data: Path, tmp_path: Path, options: dict[str, Any]
) -> None:
    kv, theirs = both
    lines = (bench_data / "eval" / "questions-words.txt").read_text().splitlines()
    path = tmp_path / "some.txt"
    some = [line for i, line in enumerate(lines) if line.startswith(":") or i % 12 == 0]
    path.write_text("\n".join([*some, ": empty", "too few words", ": odd", "A B C", "a a a a"]))
    assert tuple(kv.evaluate_word_analogies(path, **options)) == theirs.evaluate_word_analogies(
        str(path), **options
    )


def test_equal_vectors_get_one_answer_however_questions_are_batched(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    table = np.repeat(rng.normal(size=(300, 20)).astype(np.float32), 2, axis=0)
    kv = KeyedVectors([f"w{i}" for i in range(600)], table)
    questions = [" ".join(f"w{i}" for i in rng.integers(0, 600, 4)) for _ in range(300)]
    whole = tmp_path / "whole.txt"
    whole.write_text(": all\n" + "\n".join(questions))
    together = kv.evaluate_word_analogies(whole).sections[0]["correct"]
    alone = []
    for question in questions:
        (tmp_path / "one.txt").write_text(f": one\n{question}\n")
        alone += kv.evaluate_word_analogies(tmp_path / "one.txt").sections[0]["correct"]
    assert together == alone


def test_files_without_anything_to_score_are_refused(tmp_path: Path) -> None:
    kv = KeyedVectors(["a", "b"], np.eye(2))
    path = tmp_path / "x.txt"
    path.write_text("# only\nc\td\t1\nnot three\n")
    with pytest.raises(ValueError, match=r"no pair.*1 with unknown words"):
        kv.evaluate_word_pairs(path)
    path.write_text("a b a b\n")
    with pytest.raises(ValueError, match="': name'"):
        kv.evaluate_word_analogies(path)
    path.write_text(": empty\n")
    with pytest.raises(ValueError, match="no question"):
        kv.evaluate_word_analogies(path)
    path.write_text(": unknown\na b c d\n")
    assert kv.evaluate_word_analogies(path).accuracy == 0
    path.write_text("a\tb\t1\na\ta\t1\n")
    assert np.isnan(kv.evaluate_word_pairs(path).pearson.statistic)
