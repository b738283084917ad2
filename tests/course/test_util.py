"""The course's helpers against plain loops, on every backend."""

from __future__ import annotations

import math
import pickle
from typing import Any

import numpy as np
import pytest

import w2v.data.ptb
from tests.support import cuda_host
from tests.support.stand_in_gpu import gpu as gpu
from w2v.backend import Backend, to_cpu, use_backend
from w2v.course import ptb
from w2v.course.util import (
    analogy,
    convert_one_hot,
    cos_similarity,
    create_co_matrix,
    create_contexts_target,
    keyed_vectors,
    most_similar,
    normalize,
    ppmi,
    preprocess,
)

TEXT = "You say goodbye and I say hello."
RNG = np.random.default_rng(3)


def co_matrix_by_loops(corpus: Any, vocab_size: int, window_size: int) -> np.ndarray:
    matrix = np.zeros((vocab_size, vocab_size), dtype=np.int32)
    for i, word in enumerate(corpus):
        for j in range(max(0, i - window_size), min(len(corpus), i + window_size + 1)):
            if j != i:
                matrix[word, corpus[j]] += 1
    return matrix


def ppmi_by_loops(C: np.ndarray, eps: float = 1e-8) -> np.ndarray:
    M = np.zeros(C.shape, dtype=np.float32)
    sums = [sum(map(float, C[:, j])) for j in range(len(C))]
    for i in range(len(C)):
        for j in range(len(C)):
            if C[i, j]:
                M[i, j] = max(
                    0.0, math.log2(float(C[i, j]) * sum(sums) / (sums[i] * sums[j]) + eps)
                )
    return M


def cosine_by_loops(x: Any, y: Any) -> float:
    dot = sum(float(a) * float(b) for a, b in zip(x, y, strict=True))
    lengths = [math.sqrt(sum(float(a) ** 2 for a in v)) for v in (x, y)]
    return dot / ((lengths[0] + 1e-8) * (lengths[1] + 1e-8))


CORPORA = {
    "sentence": preprocess(TEXT)[0],
    "random": RNG.integers(0, 30, 500),
    "repeats": np.array([1, 1, 1, 2], dtype=np.int32),
    "shorter than the window": np.array([0, 2]),
    "one word": np.array([3]),
    "small ids": RNG.integers(0, 200, 300).astype(np.uint8),
}


@pytest.mark.parametrize("window_size", [1, 2, 5])
@pytest.mark.parametrize("corpus", CORPORA.values(), ids=CORPORA)
def test_counts_and_their_information_are_those_of_the_loops(
    backend: Backend, corpus: np.ndarray, window_size: int
) -> None:
    size = int(corpus.max()) + 2  # one that never occurs
    counts = create_co_matrix(backend.asarray(corpus), size, window_size)
    assert counts.dtype == "int32"
    np.testing.assert_array_equal(to_cpu(counts), co_matrix_by_loops(corpus, size, window_size))

    information = ppmi(counts)
    assert information.dtype == "float32"
    np.testing.assert_allclose(to_cpu(information), ppmi_by_loops(to_cpu(counts)), rtol=1e-6)


def test_counts_whose_products_are_large_are_told_right(backend: Backend) -> None:
    counts = np.full((3, 3), 2_000_000_000, dtype=np.int32)
    counts[0, 0] = 1
    on = backend.asarray(counts)
    np.testing.assert_allclose(to_cpu(ppmi(on)), ppmi_by_loops(counts), rtol=1e-6, atol=1e-7)
    assert float(cos_similarity(on[1], on[2])) == pytest.approx(1)


def test_progress_is_told_about_a_hundred_times(capsys: pytest.CaptureFixture[str]) -> None:
    for size, lines in ((4, 4), (250, 84)):
        ppmi(np.ones((size, size)), verbose=True)
        printed = capsys.readouterr().out.splitlines()
        assert len(printed) == lines
        assert printed[-1] == "100.0% done"


@pytest.mark.parametrize(
    ("corpus", "window_size", "message"),
    [
        ([0, -1, 2], 1, "word id -1 lies outside 0..2"),
        ([0, 3], 1, "word id 3 lies outside 0..2"),
        ([[0, 1], [1, 2]], 1, r"one-dimensional array of word ids, got shape \(2, 2\)"),
        ([0.0, 1.0], 1, "float64"),
        ([0, 1], 0, "window_size must be 1 or more, got 0"),
    ],
)
def test_what_cannot_be_counted_is_refused(corpus: Any, window_size: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        create_co_matrix(corpus, 3, window_size)


@pytest.mark.parametrize("dtype", ["int32", "float16", "float32", "float64"])
def test_cosines_are_those_of_the_loops(backend: Backend, dtype: str) -> None:
    x, y = (10 * RNG.normal(size=(2, 20))).astype(dtype)
    got = float(cos_similarity(backend.asarray(x), backend.asarray(y)))
    assert got == pytest.approx(cosine_by_loops(x, y), abs=1e-6)
    assert float(cos_similarity(backend.asarray(0 * x), backend.asarray(y))) == 0


def neighbours(printed: str) -> list[tuple[str, float]]:
    lines = [line.rsplit(": ", 1) for line in printed.splitlines() if line.startswith(" ")]
    return [(word[1:], float(number)) for word, number in lines]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_neighbours_and_analogies_are_those_of_the_loops(
    backend: Backend, dtype: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = {i: f"w{i}" for i in range(12)}
    ids = {word: i for i, word in words.items()}
    matrix = RNG.normal(size=(12, 8)).astype(dtype)
    kept = matrix.copy()
    on = backend.asarray(matrix)

    most_similar("w3", ids, words, on, top=4)
    expected = {words[i]: cosine_by_loops(matrix[i], matrix[3]) for i in range(12) if i != 3}
    best = sorted(expected, key=lambda word: -expected[word])[:4]
    got = neighbours(capsys.readouterr().out)
    assert got == [(word, pytest.approx(expected[word], abs=1e-3)) for word in best]

    analogy("w1", "w2", "w5", ids, words, on, top=3, answer="w7")
    wide = matrix.astype("float64")
    query = wide[2] - wide[1] + wide[5]
    query /= math.sqrt(sum(query**2))
    products = {words[i]: float(sum(wide[i] * query)) for i in range(12)}
    best = sorted(products.keys() - {"w1", "w2", "w5"}, key=lambda word: -products[word])[:3]
    printed = capsys.readouterr().out
    assert printed.splitlines()[:2] == ["", "[analogy] w1:w2 = w5:?"]
    assert float(printed.splitlines()[2].removeprefix("==>w7:")) == pytest.approx(
        products["w7"], abs=1e-2
    )
    assert neighbours(printed) == [(word, pytest.approx(products[word], abs=1e-2)) for word in best]
    np.testing.assert_array_equal(to_cpu(on), kept)


def test_the_printed_lines_have_the_courses_form(capsys: pytest.CaptureFixture[str]) -> None:
    corpus, word_to_id, id_to_word = preprocess(TEXT)
    counts = create_co_matrix(corpus, len(word_to_id))
    most_similar("you", word_to_id, id_to_word, counts, top=5)
    lines = capsys.readouterr().out.split("\n")
    assert lines[:2] == ["", "[query] you"]
    # All three stand beside "say" once and beside one other word: 1 / √2, and equals in the
    # order of their ids.
    assert [line.split(": ")[0] for line in lines[2:5]] == [" goodbye", " i", " hello"]
    assert [line.split(": ")[1][:10] for line in lines[2:5]] == ["0.70710676"] * 3
    assert lines[5:] == [" say: 0.0", " and: 0.0", ""]


def test_words_that_are_not_there_are_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    ids, words, matrix = {"a": 0, "b": 1}, ["a", "b"], np.eye(2)
    most_similar("x", ids, words, matrix)
    analogy("a", "x", "b", ids, words, matrix)
    analogy("a", "b", "a", ids, words, matrix, answer="y")
    assert capsys.readouterr().out == "x is not found\nx is not found\ny is not found\n"


def test_more_neighbours_than_there_are_and_what_is_no_number(
    capsys: pytest.CaptureFixture[str],
) -> None:
    matrix = np.array([[1.0, 0.0], [np.nan, 1.0], [1.0, 1.0]])
    most_similar("a", {"a": 0, "b": 1, "c": 2}, ["a", "b", "c"], matrix, top=9)
    assert [word for word, _ in neighbours(capsys.readouterr().out)] == ["c"]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_normalize_works_in_place_and_leaves_zeros(backend: Backend, dtype: str) -> None:
    x = backend.asarray(np.array([[3, 4], [0, 0], [300, 400]], dtype=dtype))
    assert normalize(x) is x
    expected = [[0.6, 0.8], [0, 0], [0.6, 0.8]]
    np.testing.assert_allclose(to_cpu(x), np.array(expected), atol=1e-3)
    row = x[2] * 2
    normalize(row)
    np.testing.assert_allclose(to_cpu(row), [0.6, 0.8], atol=1e-3)
    with pytest.raises(ValueError, match="in place on floats, got int"):
        normalize(backend.asarray([3, 4]))


@pytest.mark.skipif(cuda_host.compiler() is None, reason="there is no C++ compiler")
def test_arrays_of_a_device_stay_there_or_come_back_as_asked(
    gpu: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus, word_to_id, id_to_word = preprocess(TEXT)
    with use_backend(gpu):
        on = gpu.asarray(corpus)
        contexts, target = create_contexts_target(on, 1)
        for got, expected in zip((contexts, target), create_contexts_target(corpus), strict=True):
            assert type(got) is np.ndarray
            np.testing.assert_array_equal(got, expected)
        one_hot = convert_one_hot(gpu.asarray(contexts), 7)
        np.testing.assert_array_equal(one_hot, convert_one_hot(contexts, 7))

        information = ppmi(create_co_matrix(on, 7))
        assert type(information) is type(on)
        expected = ppmi(create_co_matrix(corpus, 7))
        np.testing.assert_array_equal(to_cpu(information), expected)

        most_similar("you", word_to_id, id_to_word, information, top=3)
        analogy("you", "say", "i", word_to_id, id_to_word, information, top=3)
        printed = capsys.readouterr().out
    most_similar("you", word_to_id, id_to_word, expected, top=3)
    analogy("you", "say", "i", word_to_id, id_to_word, expected, top=3)
    assert capsys.readouterr().out == printed


def test_the_parts_of_the_treebank_go_by_the_courses_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loaded = (np.arange(2), {"a": 0, "b": 1}, {0: "a", 1: "b"})
    asked = []

    def load_data(split: str) -> Any:
        asked.append(split)
        return loaded

    monkeypatch.setattr(w2v.data.ptb, "load_data", load_data)
    assert ptb.load_data() is ptb.load_data("val") is ptb.load_data("test") is loaded
    assert ptb.load_vocab() == loaded[1:]
    assert asked == ["train", "valid", "test", "train"]


def test_the_courses_pickled_dictionary_goes_to_keyed_vectors() -> None:
    word_vecs = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float16)
    word_to_id = {"b": 1, "a": 0, "c": 2}
    params: dict[str, Any] = {"word_vecs": word_vecs, "word_to_id": word_to_id}
    params["id_to_word"] = {i: word for word, i in word_to_id.items()}
    params = pickle.loads(pickle.dumps(params, -1))
    for given in (params, {**params, "word_to_id": None}):
        vectors = keyed_vectors(given)
        assert vectors.index_to_key == ["a", "b", "c"]
        np.testing.assert_array_equal(vectors["b"], word_vecs[1].astype(np.float32))
    for wrong, said in (
        ({}, "got one with nothing"),
        ({"word_vecs": word_vecs}, "got one with word_vecs"),
        ({**params, "word_vecs": word_vecs[:2]}, "each of 3 words needs a vector"),
        ({**params, "word_to_id": {"a": 0, "b": 0, "c": 2}}, "each of 3 words needs a vector"),
    ):
        with pytest.raises(ValueError, match=said):
            keyed_vectors(wrong)
