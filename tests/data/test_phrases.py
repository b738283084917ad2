"""Collocations, against gensim's."""

from __future__ import annotations

import copy
import pickle
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import gensim.models.phrases
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from w2v.data import CorpusError, Phrases, read_corpus
from w2v.data.phrases import ENGLISH_CONNECTOR_WORDS, npmi_scorer, original_scorer

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


@pytest.mark.parametrize("name", ["connector_words", "delimiter", "scores", "vocab", "max_vocab"])
def test_what_pairs_were_counted_by_cannot_be_changed_after(name: str) -> None:
    phrases = Phrases([["new", "york"]] * 9 + [["a", "b"]], min_count=2, threshold=0.1)
    with pytest.raises(AttributeError, match=name):
        setattr(phrases, name, 1)
    assert phrases[["new", "york"]] == ["new_york"]


def test_settings_count_when_they_are_changed() -> None:
    sentences = [["new", "york"]] * 9 + [["hot", "dog"]] * 4 + [["a", "b"]]
    ours, theirs = both(sentences, "default", 0.1, 2)
    for name, value, phrases in (
        ("threshold", 1.0, 1),
        ("min_count", 1, 1),
        ("threshold", np.float32(0.1), 2),
        ("min_count", 4, 1),
    ):
        for each in (ours, theirs):
            setattr(each, name, value)
        assert len(ours) == len(ours.find_phrases(sentences)) == phrases
        assert ours.export_phrases() == theirs.export_phrases() == ours.freeze().phrasegrams
    ours.scoring, ours.threshold = "npmi", 0.9
    assert ours.scoring is npmi_scorer
    assert set(ours.scores) == {"new_york", "hot_dog"}
    ours.scoring = original_scorer
    ours.threshold = -1
    with pytest.raises(ValueError, match="above 0"):
        ours.export_phrases()
    with pytest.raises(ValueError, match="a number"):
        ours.threshold = "high"  # type: ignore[assignment]


def random_case(seed: int) -> tuple[list[list[str]], dict[str, Any]]:
    """Draw a text of few words, some with the delimiter in them, and settings."""
    random = Random(seed)
    delimiter = random.choice(["_", "_", " ", "-", "__", "~~", "ab"])
    words = [*"abcdefgh", *(f"{a}{delimiter}{b}" for a in "ab" for b in "bc")]
    words = words[: random.choice([5, 8, 8, 12])]
    lengths = [random.randint(0, 12) for _ in range(random.randint(1, 40))]
    sentences = [random.choices(words, k=length) for length in lengths]
    scoring = random.choice(["default", "npmi", ratio])
    return sentences, {
        "min_count": random.choice([1, 2, 3, 5]),
        "threshold": random.uniform(0, 0.6) if scoring == "npmi" else random.uniform(0.01, 4),
        "delimiter": delimiter,
        "scoring": scoring,
        "connector_words": frozenset(random.sample(words, random.choice([0, 0, 1, 2]))),
    }


def ratio(
    worda_count: int,
    wordb_count: int,
    bigram_count: int,
    len_vocab: int,
    min_count: float,
    corpus_word_count: int,
) -> float:
    return (bigram_count + len_vocab / corpus_word_count) / (worda_count + wordb_count + min_count)


@pytest.mark.parametrize("seed", range(300))
def test_random_texts_give_gensims_phrases_whatever_is_asked(seed: int, tmp_path: Path) -> None:
    sentences, settings = random_case(seed)
    ours: Any = Phrases(sentences, **settings)
    theirs: Any = gensim.models.phrases.Phrases(sentences, **settings)
    others = random_case(seed + 1000)[0]
    for step in range(4):
        assert dict(ours.vocab) == theirs.vocab
        assert ours.corpus_word_count == theirs.corpus_word_count
        for a, b in ((ours, theirs), (ours.freeze(), theirs.freeze())):
            assert str(a) == str(b)
            for text in (sentences, others):
                assert list(a[text]) == list(b[text])
                assert a.find_phrases(text) == b.find_phrases(text)
        assert ours.export_phrases() == theirs.export_phrases() == ours.freeze().phrasegrams
        if step == 0:  # a second pass, as for phrases of three words
            first, second = ours[sentences], theirs[sentences]
            ours = Phrases(first, **settings)
            theirs = gensim.models.phrases.Phrases(second, **settings)
            sentences = list(first)
        elif step == 1:
            for each in (ours, theirs):
                each.add_vocab(others)
        else:
            ours.save(tmp_path / "phrases")
            ours = Phrases.load(tmp_path / "phrases")
            assert type(ours) is Phrases


def test_functions_of_ones_own_score_pairs() -> None:
    sentences = [["new", "york", "is", "big"], ["new", "york"], ["hot", "dog"]]
    assert set(Phrases(sentences, 1, 1, scoring=lambda bigram_count: bigram_count).scores) == {
        "new_york"
    }
    everything = Phrases(sentences, threshold=-1, scoring=lambda **told: len(told))
    assert everything[["is", "hot", "dog"]] == ["is", "hot_dog"]
    assert set(everything.export_phrases().values()) == {6}
    for wrong in (lambda a, b: 1, lambda worda_count, /: 1, 5):
        with pytest.raises(ValueError, match="scoring"):
            Phrases(sentences, scoring=wrong)  # type: ignore[arg-type]


def test_a_class_of_ones_own_says_what_a_phrase_is() -> None:
    class Pairs(Phrases):
        def score_candidate(self, word_a: str, word_b: str, in_between: Any) -> Any:
            if (word_a, word_b) == ("grand", "piano"):
                return "+".join([word_a, *in_between, word_b]), 1.0
            return super().score_candidate(word_a, word_b, in_between)

    found = Pairs([["new", "york"]] * 5, 1, 0.1, connector_words=["old"])
    joined = ["grand+old+piano", "new_york"]
    assert found[["grand", "old", "piano", "new", "york"]] == joined
    assert [score for _, score in found.analyze_sentence(["grand", "piano"])] == [1.0]


def test_the_rarest_are_forgotten_beyond_max_vocab_size() -> None:
    sentences = [["new", "york"]] * 9 + [["a", "b"]] * 3 + [["c", "d", "e"]]
    found = Phrases(sentences, min_count=1, threshold=0.1, max_vocab_size=6)
    kept = {"new": 9, "york": 9, "new_york": 9, "a": 3, "b": 3, "a_b": 3}
    assert dict(found.vocab) == kept
    assert found.min_reduce == 2
    assert found[["new", "york", "c", "d"]] == ["new_york", "c", "d"]
    found.add_vocab([["new", "york", "f"]])
    assert dict(found.vocab) == {**kept, "new": 10, "york": 10, "new_york": 10}
    assert found.corpus_word_count == 30
    assert len(Phrases(sentences, max_vocab_size=5).vocab) <= 5


def test_texts_without_words_have_no_phrases() -> None:
    nothings: list[Any] = [[], [[]], (), None, [iter(())]]
    for nothing in nothings:
        found = Phrases(nothing)
        assert dict(found.vocab) == found.export_phrases() == found.freeze().phrasegrams == {}
        assert found[["new", "york"]] == ["new", "york"]
        found.add_vocab([["new", "york"]] * 9)
        assert found.vocab["new_york"] == 9
    with pytest.warns(UserWarning, match="gone through before"):
        Phrases(iter([]))
    with pytest.raises(TypeError, match="connector_words"):
        Phrases([["a"]], common_terms=["of"])
    with pytest.raises(TypeError, match="treshold"):
        Phrases([["a"]], treshold=5)


def test_any_corpus_can_be_joined_and_copies_are_equal() -> None:
    sentences = [["new", "york", "of", "old"]] * 9 + [["a", "b"]]
    found = Phrases(sentences, 1, 0.1, connector_words=["of"])
    other = [["old", "new", "york", "b"], ["york", "of", "old"]]
    for each in (found, copy.deepcopy(found), pickle.loads(pickle.dumps(found))):
        joined = each.join(read_corpus(other, min_count=1), min_count=1)
        assert list(joined.sentences()) == list(found[other]) == list(each[other])
        assert pickle.loads(pickle.dumps(each.freeze())).phrasegrams == found.scores


def test_kernels_return_one_array_each() -> None:
    # Of a tuple of arrays Numba loses one to a signal that comes while it is made.
    from numba import types

    from w2v.data.phrase_kernels import count_pairs, lookup_table

    Phrases([["a", "b", "c"]] * 9, min_count=1, threshold=0.1)[["a", "b"]]
    Phrases([["a", "b", "c"]] * 9, min_count=1, threshold=0.1).join(
        read_corpus([["a", "b"]] * 9, min_count=1), min_count=1
    )
    for kernel in (count_pairs, lookup_table):
        assert kernel.nopython_signatures
        for signature in kernel.nopython_signatures:
            assert isinstance(signature.return_type, types.Array)
