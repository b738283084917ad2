"""Collocations, against gensim's."""

from __future__ import annotations

from pathlib import Path

import gensim.models.phrases
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from w2v.data import CorpusError, Phrases, read_corpus

WORDS = st.lists(st.lists(st.sampled_from("abcdefg"), min_size=1, max_size=12), min_size=1)


def both(
    sentences: list[list[str]], scoring: str, threshold: float, min_count: int
) -> tuple[Phrases, gensim.models.phrases.Phrases]:
    ours = Phrases(
        read_corpus(sentences, min_count=1),
        min_count=min_count,
        threshold=threshold,
        scoring=scoring,
    )
    theirs = gensim.models.phrases.Phrases(
        sentences, min_count=min_count, threshold=threshold, scoring=scoring
    )
    return ours, theirs


# Thresholds that no score of small counts equals: there rounding would decide.
@pytest.mark.parametrize(("scoring", "threshold"), [("default", 0.31415927), ("npmi", 0.12345678)])
@settings(max_examples=60, deadline=None)
@given(sentences=WORDS, min_count=st.integers(1, 3))
def test_scores_and_joined_sentences_are_gensims(
    scoring: str, threshold: float, sentences: list[list[str]], min_count: int
) -> None:
    ours, theirs = both(sentences, scoring, threshold, min_count)
    expected = theirs.export_phrases()
    assert ours.scores == pytest.approx(expected)
    for sentence in sentences:
        assert ours[sentence] == theirs[sentence]


def test_real_text_gives_gensims_phrases_and_a_corpus_that_has_them(bench_data: Path) -> None:
    corpus = read_corpus(bench_data / "books-1m.txt.gz", min_count=1)
    ours = Phrases(corpus)
    sentences = list(corpus.sentences())
    theirs = gensim.models.phrases.Phrases(sentences)
    assert ours.scores == pytest.approx(theirs.export_phrases())
    assert "new_york" in ours.scores
    assert list(ours.scores.values()) == sorted(ours.scores.values(), reverse=True)
    joined = ours.join(corpus, min_count=1)
    assert list(joined.sentences()) == [theirs[sentence] for sentence in sentences]


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
    ],
)
def test_parameters_out_of_range_are_named(parameters: dict[str, float], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Phrases(read_corpus([["a", "b"]], min_count=1), **parameters)  # type: ignore[arg-type]
