"""Collocations, against gensim's."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

import gensim.models.phrases
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from w2v.data import ENGLISH_CONNECTOR_WORDS, CorpusError, Phrases, read_corpus

WORDS = st.lists(st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=12), min_size=1)


def both(
    sentences: list[list[str]],
    scoring: str,
    threshold: float,
    min_count: int,
    connector_words: frozenset[str] = frozenset(),
) -> tuple[Phrases, gensim.models.phrases.Phrases]:
    ours = Phrases(
        read_corpus(sentences, min_count=1),
        min_count=min_count,
        threshold=threshold,
        scoring=scoring,
        connector_words=connector_words,
    )
    theirs = gensim.models.phrases.Phrases(
        sentences,
        min_count=min_count,
        threshold=threshold,
        scoring=scoring,
        connector_words=connector_words,
    )
    return ours, theirs


# Thresholds that no score of small counts equals: there rounding would decide.
@pytest.mark.parametrize(("scoring", "threshold"), [("default", 0.31415927), ("npmi", 0.12345678)])
@settings(max_examples=100, deadline=None)
@given(
    sentences=WORDS, min_count=st.integers(1, 3), connectors=st.frozensets(st.sampled_from("abcz"))
)
def test_scores_and_joined_sentences_are_gensims(
    scoring: str,
    threshold: float,
    sentences: list[list[str]],
    min_count: int,
    connectors: frozenset[str],
) -> None:
    ours, theirs = both(sentences, scoring, threshold, min_count, connectors)
    assert ours.export_phrases() == pytest.approx(theirs.export_phrases())
    expected = [theirs[sentence] for sentence in sentences]
    assert list(ours[sentences]) == expected
    for sentence, joined in zip(sentences, expected, strict=True):
        assert ours[sentence] == joined
    if any(expected):
        corpus = read_corpus(sentences, min_count=1)
        assert list(ours.join(corpus, min_count=1).sentences()) == expected


@pytest.mark.parametrize(
    ("scoring", "connector_words"), [("npmi", frozenset()), ("default", ENGLISH_CONNECTOR_WORDS)]
)
def test_real_text_gives_gensims_phrases_and_two_passes_its_corpus(
    bench_data: Path, scoring: str, connector_words: frozenset[str]
) -> None:
    assert ENGLISH_CONNECTOR_WORDS == gensim.models.phrases.ENGLISH_CONNECTOR_WORDS
    whole = read_corpus(bench_data / "books-1m.txt.gz", min_count=1)
    sentences = list(islice(whole.sentences(), 30_000))
    corpus = read_corpus(sentences, min_count=1)
    for first_pass in (True, False):
        threshold = {"default": 10.0, "npmi": 0.5}[scoring]
        ours = Phrases(corpus, scoring=scoring, connector_words=connector_words)
        theirs = gensim.models.phrases.Phrases(
            sentences, scoring=scoring, threshold=threshold, connector_words=connector_words
        )
        if first_pass:  # later gensim takes the words of its phrases for phrases of words
            assert ours.scores == pytest.approx(theirs.export_phrases())
            assert any("_of_" in phrase for phrase in ours.scores) == bool(connector_words)
            assert list(ours.scores.values()) == sorted(ours.scores.values(), reverse=True)
        corpus = ours.join(corpus, min_count=1)
        sentences = [theirs[sentence] for sentence in sentences]
        assert list(corpus.sentences()) == sentences


def test_joining_cuts_the_vocabulary_anew() -> None:
    sentences = [["new", "york", "rare"]] * 4 + [["new", "york", "york"]] * 4 + [["once"]]
    corpus = read_corpus(sentences, min_count=1)
    joined = Phrases(corpus, min_count=1, threshold=0.5).join(corpus, min_count=4)
    assert joined.vocab.words == ["new_york", "york", "rare"]
    assert joined.vocab.counts.tolist() == [8, 4, 4]
    assert list(joined.sentences()) == [["new_york", "rare"]] * 4 + [["new_york", "york"]] * 4
    with pytest.raises(CorpusError, match="min_count"):
        Phrases(corpus, min_count=1).join(corpus, min_count=100)


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"scoring": "magic"}, "scoring"),
        ({"min_count": 0}, "min_count"),
        ({"scoring": "npmi", "threshold": 2.0}, "threshold"),
        ({"connector_words": "english"}, "connector_words"),
    ],
)
def test_parameters_out_of_range_are_named(parameters: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Phrases(read_corpus([["a", "b"]], min_count=1), **parameters)


@pytest.mark.parametrize(
    "name",
    ["threshold", "min_count", "connector_words", "delimiter", "scoring", "scores", "max_vocab"],
)
def test_what_phrases_were_found_by_cannot_be_changed_after(name: str) -> None:
    phrases = Phrases([["new", "york"]] * 9 + [["a", "b"]], min_count=2, threshold=0.1)
    with pytest.raises(AttributeError, match=f"Phrases.{name} cannot be set: .* make another"):
        setattr(phrases, name, 1)
    assert (phrases.threshold, phrases.min_count, phrases.delimiter) == (0.1, 2, "_")
    assert phrases[["new", "york"]] == ["new_york"]
