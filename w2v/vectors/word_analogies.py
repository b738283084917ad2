"""Scoring vectors by analogies, by gensim's rules of what a question may be answered with."""

from __future__ import annotations

import os
from typing import NamedTuple, TypeAlias, TypedDict

import numpy as np
import numpy.typing as npt

from w2v.vectors.nearest import IndexArray, nearest
from w2v.vectors.questions import lines_of, row_asked_for, rows_of_words, spelled
from w2v.vectors.search import three_cos_add, three_cos_mul
from w2v.vectors.similarity import cosines
from w2v.vectors.table import VectorTable

Question: TypeAlias = tuple[str, str, str, str]

# An answer is the best of five candidates after the words asked about; the five
# matter where words that differ only in case take the first places.
_CANDIDATES = 5
# Cosines closer than this may swap with the order in which a product is summed.
_TIE = 2e-6


class Section(TypedDict):
    """One section of questions: its name, and the questions answered rightly and wrongly."""

    section: str
    correct: list[Question]
    incorrect: list[Question]


class AnalogiesResult(NamedTuple):
    """Share of analogies solved.

    Attributes
    ----------
    accuracy : float
        Of all questions that counted, 0 to 1.
    sections : list of Section
        As in the file; the last one is ``"Total accuracy"``.
    """

    accuracy: float
    sections: list[Section]


def solve_analogies(
    table: VectorTable,
    path: str | os.PathLike[str],
    restrict_vocab: int | None,
    case_insensitive: bool,
    dummy4unknown: bool,
    multiply: bool = False,
) -> AnalogiesResult:
    """Answer analogies; see :meth:`w2v.KeyedVectors.evaluate_word_analogies`."""
    rows = rows_of_words(table, restrict_vocab, case_insensitive)
    sections: list[Section] = []
    questions: list[tuple[Section, Question]] = []
    for name, question in _read_questions(path, case_insensitive):
        if question is None:
            sections.append({"section": name, "correct": [], "incorrect": []})
        else:
            questions.append((sections[-1], question))
    if not questions:
        raise ValueError(f"{path}: no question, expected lines of four words")
    found = [[row_asked_for(rows, word) for word in question] for _, question in questions]
    known = [None not in places for places in found]
    asked = np.array([places for places in found if None not in places], np.int64).reshape(-1, 4)
    solve = _solve_each if multiply else _solve
    solved = iter(solve(table, asked, rows, restrict_vocab, case_insensitive))
    for (section, question), is_known in zip(questions, known, strict=True):
        if is_known:
            section["correct" if next(solved) else "incorrect"].append(question)
        elif dummy4unknown:
            section["incorrect"].append(question)
    total: Section = {
        "section": "Total accuracy",
        "correct": [q for section in sections for q in section["correct"]],
        "incorrect": [q for section in sections for q in section["incorrect"]],
    }
    right, wrong = len(total["correct"]), len(total["incorrect"])
    return AnalogiesResult(right / max(1, right + wrong), [*sections, total])


def _read_questions(
    path: str | os.PathLike[str], case_insensitive: bool
) -> list[tuple[str, Question | None]]:
    """Read sections, which come as (name, None), and the questions after them."""
    found: list[tuple[str, Question | None]] = []
    name = None
    for number, line in enumerate(lines_of(path, "utf-8"), 1):
        if line.startswith(": "):
            name = line.lstrip(": ").strip()
            found.append((name, None))
            continue
        if name is None:
            raise ValueError(
                f"{path}: line {number} is {line[:60]!r}, expected ': name' to open a section "
                "before the first question"
            )
        words = (line.upper() if case_insensitive else line).split()
        if len(words) == 4:
            found.append((name, (words[0], words[1], words[2], words[3])))
    return found


def _solve(
    table: VectorTable,
    asked: IndexArray,
    rows: dict[str, int],
    restrict_vocab: int | None,
    case_insensitive: bool,
) -> npt.NDArray[np.bool_]:
    """Tell which questions get the expected answer, by batched 3CosAdd."""
    if not len(asked):
        return np.zeros(0, np.bool_)
    a, b, c, expected = asked.T
    words = table.index_to_key[:restrict_vocab]
    # Words that differ only in case are one word, known by its first row.
    same = np.array([rows[spelled(w, case_insensitive)] for w in words], np.int64)
    vectors, norms = table.measured()

    def units(of: IndexArray) -> npt.NDArray[np.float32]:
        return cosines(vectors[of].T, norms[of]).T

    queries = units(b) + units(c) - units(a)
    lengths = np.linalg.norm(queries.astype(np.float64), axis=1)
    queries /= np.where(lengths > 0, lengths, 1.0)[:, None].astype(np.float32)
    stop = len(words)
    found, values = nearest(
        queries, vectors[:stop], norms[:stop], _CANDIDATES, np.stack([a, b, c], axis=1)
    )
    right = _picked(same, found, asked)[np.arange(len(asked)), 0] == expected
    for row in _undecided(same, found, values, asked):
        plus, minus = [words[b[row]], words[c[row]]], [words[a[row]]]
        answer = three_cos_add(table, plus, minus, _CANDIDATES, slice(0, stop))
        again = np.array([[table.key_to_index[word] for word, _ in answer]], np.int64)
        right[row] = _picked(same, again, asked[row : row + 1])[0, 0] == expected[row]
    return right


def _solve_each(
    table: VectorTable,
    asked: IndexArray,
    rows: dict[str, int],
    restrict_vocab: int | None,
    case_insensitive: bool,
) -> npt.NDArray[np.bool_]:
    """Tell which questions get the expected answer, by 3CosMul."""
    words = table.index_to_key[:restrict_vocab]
    same = np.array([rows[spelled(w, case_insensitive)] for w in words], np.int64)
    right = np.zeros(len(asked), np.bool_)
    for row, (a, b, c, expected) in enumerate(asked):
        plus, minus = [words[b], words[c]], [words[a]]
        answer = three_cos_mul(table, plus, minus, _CANDIDATES, slice(0, len(words)))
        found = np.array([[table.key_to_index[word] for word, _ in answer]], np.int64)
        right[row] = _picked(same, found, asked[row : row + 1])[0, 0] == expected
    return right


def _picked(same: IndexArray, found: IndexArray, asked: IndexArray) -> IndexArray:
    """Pick each question's answer: the first candidate that is no word asked about.

    If all are, the last candidate is taken; (n, 1) rows, -1 for none.
    """
    words = np.where(found >= 0, same[found], -1)
    allowed = ~(words[:, :, None] == asked[:, None, :3]).any(axis=2) & (found >= 0)
    last = np.maximum((found >= 0).sum(axis=1) - 1, 0)
    place = np.where(allowed.any(axis=1), allowed.argmax(axis=1), last)
    return np.take_along_axis(words, place[:, None], axis=1)


def _undecided(
    same: IndexArray, found: IndexArray, values: npt.NDArray[np.float32], asked: IndexArray
) -> IndexArray:
    """List the questions where the expected word and another one tie for the answer.

    A batch sums in another order than one query does; these are asked again
    singly, so that a figure does not depend on how the questions were batched.
    """
    words = np.where(found >= 0, same[found], -1)
    picked = _picked(same, found, asked)
    level = np.where(words == picked, values, -np.inf).max(axis=1, keepdims=True)
    with np.errstate(invalid="ignore"):
        close = np.abs(values - level) < _TIE
    hit = words == asked[:, 3:]
    return np.flatnonzero((close & hit).any(axis=1) & (close & ~hit).any(axis=1))
