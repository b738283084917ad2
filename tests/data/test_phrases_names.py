"""Phrases that are spelled alike, and sentences with their phrases joined, read more than once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from w2v import KeyedVectors, Word2Vec
from w2v.cli import main
from w2v.data import CorpusError, EncodedCorpus, Phrases, Vocabulary, read_corpus

Sentences = list[list[str]]


def encoded(sentences: Sentences) -> EncodedCorpus:
    return read_corpus(sentences, min_count=1)


def require_same(found: Phrases, sentences: Sentences) -> EncodedCorpus:
    """Join by sentence and by corpus; both must give the same words and counts."""
    corpus = encoded(sentences)
    expected = [found[sentence] for sentence in sentences]
    joined = found.join(corpus, min_count=1)
    assert list(joined.sentences()) == expected
    assert len(set(joined.vocab.words)) == len(joined.vocab)
    counts = dict(zip(joined.vocab.words, joined.vocab.counts.tolist(), strict=True))
    assert counts == Counter(word for sentence in expected for word in sentence)
    return joined


# Words that are made of each other, so that phrases are spelled as words and as other phrases.
PARTS = st.sampled_from(["a", "b", "_", "a_b", "b_a", "a_", "ab", "ba", "aba", "of", "a_of_b", ""])


@settings(deadline=None, max_examples=40)
@example(sentences=[["of"]], delimiter="_", connectors=frozenset({"of"}))
@given(
    sentences=st.lists(st.lists(PARTS, min_size=1, max_size=10), min_size=1, max_size=30),
    delimiter=st.sampled_from(["_", "", "a", " ", "→", "_of_"]),
    connectors=st.frozensets(st.sampled_from(["of", "_", "a_", "a_b"])),
)
def test_words_spelled_alike_are_one_word_however_they_came_about(
    sentences: Sentences, delimiter: str, connectors: frozenset[str]
) -> None:
    settings: dict[str, Any] = {"min_count": 1, "threshold": 0.05, "delimiter": delimiter}
    for _ in range(2):
        found = Phrases(encoded(sentences), connector_words=connectors, **settings)
        joined = require_same(found, sentences)
        assert len(found) == len(found.scores)
        # The next pass reads what this one wrote; it is the same as by sentences.
        again = Phrases(joined, connector_words=connectors, **settings)
        sentences = list(joined.sentences())
        assert again.scores == Phrases(sentences, connector_words=connectors, **settings).scores


@pytest.mark.parametrize(
    ("delimiter", "pairs"),
    [
        ("_", [("a_b", "c"), ("a", "b_c")]),
        ("-", [("a-b", "c"), ("a", "b-c")]),
        ("", [("ab", "c"), ("a", "bc")]),
        ("", [("t", "here"), ("the", "re"), ("th", "ere")]),
    ],
)
def test_pairs_of_one_spelling_leave_the_names_of_others_alone(
    delimiter: str, pairs: list[tuple[str, str]]
) -> None:
    others = [("king", "lear"), ("sea", "horse"), ("hot", "dog")]
    sentences = [list(pair) for pair in [*pairs * 9, *others * 8, ("dog", "house")]]
    found = Phrases(encoded(sentences), min_count=1, threshold=0.1, delimiter=delimiter)
    joined = require_same(found, sentences)
    name = delimiter.join(pairs[0])
    assert joined.vocab.counts[joined.vocab.word_to_id[name]] == 9 * len(pairs)
    assert {delimiter.join(pair) for pair in others} <= set(joined.vocab.words)
    alone = [
        Phrases(encoded(sentences), min_count=1, threshold=t, delimiter=delimiter).scores.get(name)
        for t in (0.1, found.scores[name] - 1e-9, found.scores[name])
    ]
    assert alone == [found.scores[name]] * 2 + [None]  # it is the best pair's score


def test_a_phrase_that_stands_in_the_text_already_is_that_word() -> None:
    sentences = [["new", "york", f"a{i}"] for i in range(6)]
    sentences += [["new_york", f"b{i}"] for i in range(4)]
    corpus = encoded(sentences)
    found = Phrases(corpus, min_count=2, threshold=0.1)
    joined = require_same(found, sentences)
    assert joined.vocab.words[0] == "new_york"
    assert joined.vocab.counts[0] == 10
    model = Word2Vec(joined, vector_size=4, min_count=1, epochs=1, sample=0)
    assert model.wv.index_to_key == joined.vocab.words
    # Neither spelling alone is frequent enough, both are.
    assert found.join(corpus, min_count=10).vocab.words == ["new_york"]


def test_a_phrase_spelled_as_a_connector_is_that_word() -> None:
    sentences = [["wit", "h", "cup", "with", "tea"]] * 8
    options: dict[str, Any] = {"min_count": 1, "threshold": 0.1, "connector_words": ["with"]}
    found = Phrases(encoded(sentences), delimiter="", **options)
    joined = require_same(found, sentences)
    assert found[sentences[0]] == ["with", "cupwithtea"]
    assert joined.vocab.words == ["with", "cupwithtea"]


def test_phrases_of_integers_are_refused_at_once() -> None:
    with pytest.raises(CorpusError, match="words of type int"):
        Phrases([[1, 2], [1, 2]])
    with pytest.raises(CorpusError, match="a token is 1 of type int"):
        Phrases(TEXT)[[1, 2]]


def test_many_connectors_in_a_row_are_one_phrase() -> None:
    sentences = [["bread", *["and"] * 3000, "butter"]] * 3
    found = Phrases(encoded(sentences), min_count=1, threshold=0.1, connector_words=["and"])
    require_same(found, sentences)
    assert list(found.scores) == ["_".join(sentences[0])]


def test_scores_follow_the_text_at_hand_and_not_counts_of_a_longer_one() -> None:
    sentences = [["new", "york", "is", "big"]] * 6
    corpus = encoded(sentences)
    vocab = Vocabulary(corpus.vocab.words, corpus.vocab.counts * 100)
    borrowed = EncodedCorpus(corpus.tokens, corpus.offsets, vocab, corpus.total_words)
    assert Phrases(borrowed, min_count=1).scores == Phrases(corpus, min_count=1).scores


def test_phrases_then_train_gives_every_word_its_vector(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    lines = []
    for i in range(400):
        words = [f"x{k}" for k in rng.integers(0, 30, 8)]
        words[2:2] = [["new", "york", "city"], ["new_york", "city"], ["new", "york_city"]][i % 3]
        lines.append(" ".join(words) + "\n")
    (tmp_path / "text.txt").write_text("".join(lines))
    folder, vectors = str(tmp_path / "p.w2v"), str(tmp_path / "v.bin")
    call(
        "phrases",
        str(tmp_path / "text.txt"),
        "-o",
        folder,
        "--passes",
        "3",
        "--threshold",
        "0.5",
        "-q",
    )
    call("train", folder, "-o", vectors, "--epochs", "1", "--vector-size", "4", "-q")
    vocab = EncodedCorpus.open(folder).vocab
    assert vocab.counts[vocab.word_to_id["new_york_city"]] == 400
    assert KeyedVectors.load(vectors).index_to_key == vocab.words


def call(*arguments: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["w2v", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
    assert end.value.code in (0, None)


TEXT = [[f"a{i}", "new", "york", "times" if i % 2 else f"b{i}"] for i in range(40)]
JOINED = [[first, "new_york", last] for first, _, _, last in TEXT]
JOINED_TWICE = [[a, "new_york_times"] if "times" in (a, c) else [a, b, c] for a, b, c in JOINED]
FIND: dict[str, Any] = {"min_count": 5, "threshold": 1}


class Rereadable:
    """Sentences as a file has them: begun anew by each reading, and counted in advance or not."""

    def __init__(self) -> None:
        self.readings = 0

    def __iter__(self) -> Iterator[list[str]]:
        self.readings += 1
        yield from TEXT


@pytest.mark.parametrize(
    "sentences",
    [TEXT, tuple(map(tuple, TEXT)), np.array(TEXT), Rereadable(), encoded(TEXT)],
    ids=["list", "tuple", "array", "iterable", "corpus"],
)
def test_joined_sentences_can_be_read_as_often_as_the_sentences(sentences: Any) -> None:
    joined = Phrases(TEXT, **FIND)[sentences]
    assert list(joined) == list(joined) == JOINED
    both = zip(joined, joined, strict=True)  # readings do not disturb each other
    assert all(a == b for a, b in both)
    twice = Phrases(joined, **FIND)[joined]
    assert list(twice) == JOINED_TWICE
    words = Word2Vec(twice, min_count=1, vector_size=4, epochs=1).wv
    assert words.get_vecattr("new_york_times", "count") == 20


def test_what_can_be_read_once_says_so_the_second_time() -> None:
    found = Phrases(TEXT, **FIND)
    for once in ((list(s) for s in TEXT), iter(TEXT), map(list, TEXT)):
        joined = found[once]
        assert list(joined) == JOINED
        with pytest.raises(CorpusError, match="only once") as caught:
            list(joined)
        assert type(once).__name__ in str(caught.value)


def test_one_sentence_gives_a_list_and_many_what_can_be_counted() -> None:
    found = Phrases(TEXT, **FIND)
    assert found[["new", "york"]] == found[("new", "york")] == ["new_york"]
    assert found[(word for word in ["new", "york"])] == ["new_york"]
    assert found[np.array(["new", "york"])] == ["new_york"]
    assert found[[]] == []
    assert list(found[[[], ["new", "york"]]]) == [[], ["new_york"]]
    assert len(found[TEXT]) == len(TEXT)
    with pytest.raises(TypeError):
        len(found[iter(TEXT)])


@pytest.mark.parametrize(
    ("sentence", "says"),
    [
        ("new york", "a sentence is 'new york' of type str"),
        (b"new york", "a sentence is b'new york' of type bytes"),
        (["new", 5], "a token is 5 of type int"),
        ([["new", "york"], "new york"], "a sentence is 'new york'"),
        ([[b"new"]], "a token is b'new' of type bytes"),
        ([["new"], None], "a sentence is None"),
        ([1, 2], "a token is 1 of type int"),
    ],
)
def test_what_is_no_sentence_is_refused(sentence: Any, says: str) -> None:
    with pytest.raises(CorpusError, match=says):
        list(Phrases(TEXT, min_count=1)[sentence])


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"delimiter": b"_"}, "delimiter must be a string"),
        ({"threshold": float("nan")}, "threshold must be a number"),
        ({"threshold": -1}, "threshold must be a number above 0"),
        ({"scoring": "npmi", "threshold": float("nan")}, "threshold"),
    ],
)
def test_parameters_that_would_find_nothing_or_everything_are_refused(
    parameters: dict[str, Any], says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        Phrases(TEXT, **parameters)
