"""Vocabularies keep the words gensim keeps, with gensim's chances to survive subsampling."""

import gensim
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from w2v.data import CorpusError, Vocabulary, read_corpus

ODD = ["New York", "", "tab\there", "line\nend", "nul\0", "ß", "漢字", '"quoted"', "\u2028", "🦊"]


def gensim_vocabulary(
    counts: dict[str, int], sample: float = 0, **limits: int
) -> tuple[dict[str, int], list[float]]:
    model = gensim.models.Word2Vec(sample=sample, **limits)
    model.build_vocab_from_freq(counts)
    words = model.wv.index_to_key
    chances = [model.wv.get_vecattr(w, "sample_int") / (2**32 - 1) for w in words]
    return {w: model.wv.get_vecattr(w, "count") for w in words}, chances


@settings(deadline=None, max_examples=40)
@given(
    counts=st.lists(st.integers(1, 30), min_size=1, max_size=40),
    min_count=st.integers(1, 10),
    limit=st.none() | st.integers(1, 40),
    sample=st.sampled_from([0, 1e-3, 0.05, 0.5]),
)
def test_the_words_counts_and_chances_are_gensims(
    counts: list[int], min_count: int, limit: int | None, sample: float
) -> None:
    by_word = {f"w{i}": n for i, n in enumerate(counts)}
    limits = {"min_count": min_count} | ({"max_final_vocab": limit} if limit else {})
    try:
        expected, chances = gensim_vocabulary(by_word, sample, **limits)
    except RuntimeError:  # gensim's word for an empty vocabulary
        expected, chances = {}, []
    if not expected:
        with pytest.raises(CorpusError, match=r"lower min_count|raise max_vocab_size"):
            Vocabulary.from_counts(list(by_word), counts, **limits)
        return
    vocab = Vocabulary.from_counts(list(by_word), counts, **limits)
    assert dict(zip(vocab.words, vocab.counts.tolist(), strict=True)) == expected
    order = [vocab.word_to_id[word] for word in expected]
    np.testing.assert_allclose(vocab.keep_probabilities(sample)[order], chances, atol=1e-9)


def test_words_are_sorted_by_count_then_by_first_appearance() -> None:
    vocab = Vocabulary.from_counts(["b", "a", "z", "c"], [2, 2, 1, 3], min_count=2)
    assert vocab.words == ["c", "b", "a"]
    assert vocab.counts.dtype == np.int64
    assert [vocab.word_to_id[w] for w in vocab.words] == [0, 1, 2]
    assert "z" not in vocab
    assert len(vocab) == 3


def test_max_vocab_size_drops_the_rarest_words_all_of_one_count_together() -> None:
    words, counts = ["a", "b", "c", "d"], [4, 2, 2, 1]
    kept = [Vocabulary.from_counts(words, counts, min_count=1, max_vocab_size=n) for n in (4, 3, 2)]
    assert [v.words for v in kept] == [["a", "b", "c", "d"], ["a", "b", "c"], ["a"]]


def test_words_with_odd_characters_survive_saving(tmp_path) -> None:  # type: ignore[no-untyped-def]
    corpus = read_corpus([ODD], min_count=1)
    corpus.vocab.save(tmp_path / "vocab.arrow")
    assert Vocabulary.load(tmp_path / "vocab.arrow") == Vocabulary(ODD, [1] * len(ODD))
    (tmp_path / "vocab.arrow").write_bytes(b"no arrow file at all")
    with pytest.raises(CorpusError, match="is no saved vocabulary"):
        Vocabulary.load(tmp_path / "vocab.arrow")


@pytest.mark.parametrize("sample", [-0.1, 1.5])
def test_a_sample_outside_its_range_is_named(sample: float) -> None:
    with pytest.raises(ValueError, match=str(sample)):
        Vocabulary(["a"], [1]).keep_probabilities(sample)


def test_a_text_is_recoded_into_another_vocabulary_and_extends_it() -> None:
    first = read_corpus([["a", "b", "b", "c"]] * 2, min_count=1)
    second = read_corpus([["x", "b", "x"], ["y"], ["c", "x"]], min_count=1)
    recoded = second.recoded(first.vocab)
    assert recoded.vocab.words == first.vocab.words
    assert dict(zip(recoded.vocab.words, recoded.vocab.counts.tolist(), strict=True)) == {
        "b": 1,
        "a": 0,
        "c": 1,
    }
    assert list(recoded.sentences()) == [["b"], ["c"]]
    assert recoded.total_words == second.total_words
    assert first.recoded(first.vocab) is first
    longer = first.vocab.extended(second.vocab, min_count=2)
    assert dict(zip(longer.words, longer.counts.tolist(), strict=True)) == {
        "b": 5,
        "a": 2,
        "c": 3,
        "x": 3,
    }
    assert longer.words[:3] == first.vocab.words
    with pytest.raises(CorpusError, match="no word of this text"):
        second.recoded(Vocabulary(["z"], [1]))
