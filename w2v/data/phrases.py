"""Collocations: words that stand together so often that they are one, as new_york."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from w2v.data.corpus import EncodedCorpus, renumbered
from w2v.data.vocabulary import Vocabulary, frequent

SCORINGS = ("default", "npmi")
_THRESHOLDS = {"default": 10.0, "npmi": 0.5}


class Phrases:
    """Finds pairs of words that occur together more often than by chance.

    The corpus should have its rare words still in it (``min_count=1``): where they are
    left out, words that never met become neighbours.

    Parameters
    ----------
    corpus : EncodedCorpus
    min_count : int, default 5
        Pairs must occur this often.
    threshold : float, optional
        Pairs must score above this; by default 10, or 0.5 for "npmi".
    scoring : {"default", "npmi"}, default "default"
        ``(ab − min_count) · v / (a · b)`` with the counts of the words and the pair and the
        number v of distinct words and pairs (Mikolov et al., "Distributed Representations of
        Words and Phrases and their Compositionality", 2013, equation 6, scaled as gensim
        does); or normalised pointwise mutual information, −1 to 1 (Bouma, "Normalized
        (Pointwise) Mutual Information in Collocation Extraction", 2009).
    delimiter : str, default "_"
        What joins the words of a phrase.

    Attributes
    ----------
    scores : dict of str to float
        The phrases found, highest score first.

    Raises
    ------
    ValueError
        A parameter out of its range.
    """

    def __init__(
        self,
        corpus: EncodedCorpus,
        *,
        min_count: int = 5,
        threshold: float | None = None,
        scoring: str = "default",
        delimiter: str = "_",
    ) -> None:
        if scoring not in SCORINGS:
            raise ValueError(f"scoring must be one of {', '.join(SCORINGS)}, got {scoring!r}")
        if min_count < 1:
            raise ValueError(f"min_count must be 1 or more, got {min_count}")
        threshold = _THRESHOLDS[scoring] if threshold is None else threshold
        if scoring == "npmi" and not -1 <= threshold <= 1:
            raise ValueError(f"threshold must be -1 to 1 for npmi scoring, got {threshold}")
        from w2v.backend.phrase_kernels import count_pairs

        self.delimiter = delimiter
        words, counts = corpus.vocab.words, corpus.vocab.counts
        pairs, together = count_pairs(corpus.tokens, corpus.offsets, len(words))
        distinct = len(words) + len(pairs)
        kept = together >= min_count
        pairs, together = pairs[kept], together[kept]
        first, second = counts[pairs // len(words)], counts[pairs % len(words)]
        if scoring == "default":
            scores = (together - min_count) * distinct / (first * second.astype(np.float64))
        else:
            p = together / corpus.total_words
            chance = (first / corpus.total_words) * (second / corpus.total_words)
            with np.errstate(divide="ignore", invalid="ignore"):
                scores = np.log(p / chance) / -np.log(p)
        above = np.flatnonzero(scores > threshold)
        # Ties in the order of the words, so that the result does not depend on a hash.
        order = above[np.lexsort((pairs[above], -scores[above]))]
        self._pairs: NDArray[np.int64] = pairs[order]
        self._source = corpus.vocab
        self.scores: dict[str, float] = {
            self._name(int(pair)): float(score)
            for pair, score in zip(self._pairs, scores[order], strict=True)
        }
        self._known = set(self._pairs.tolist())

    def _name(self, pair: int) -> str:
        words = self._source.words
        return words[pair // len(words)] + self.delimiter + words[pair % len(words)]

    def __len__(self) -> int:
        return len(self._pairs)

    def __getitem__(self, sentence: Sequence[str]) -> list[str]:
        """Join the phrases of a sentence, from the left.

        Parameters
        ----------
        sentence : sequence of str

        Returns
        -------
        list of str
        """
        ids, size = self._source.word_to_id, len(self._source)
        joined: list[str] = []
        i = 0
        while i < len(sentence):
            if i + 1 < len(sentence):
                a, b = ids.get(sentence[i]), ids.get(sentence[i + 1])
                if a is not None and b is not None and a * size + b in self._known:
                    joined.append(sentence[i] + self.delimiter + sentence[i + 1])
                    i += 2
                    continue
            joined.append(sentence[i])
            i += 1
        return joined

    def join(self, corpus: EncodedCorpus, *, min_count: int = 5) -> EncodedCorpus:
        """Make the corpus in which phrases are words.

        Parameters
        ----------
        corpus : EncodedCorpus
            The one that phrases were found in.
        min_count : int, default 5
            Words, phrases among them, that occur less often are left out.

        Returns
        -------
        EncodedCorpus

        Raises
        ------
        ValueError
            Another corpus.
        CorpusError
            If no word remains.
        """
        if corpus.vocab is not self._source and corpus.vocab != self._source:
            raise ValueError("phrases can be joined only in the corpus that they were found in")
        from w2v.backend.phrase_kernels import join_pairs, pair_table

        size = len(self._source)
        joined = np.empty(len(corpus.tokens), np.int32)
        offsets = np.empty_like(corpus.offsets)
        keys, place = pair_table(self._pairs)
        length = join_pairs(corpus.tokens, corpus.offsets, size, keys, place, joined, offsets)
        joined = joined[:length]
        words = self._source.words + list(self.scores)
        counts = np.bincount(joined, minlength=len(words))
        kept = frequent(counts, min_count=min_count)
        new_id = np.full(len(words), -1, np.int32)
        new_id[kept] = np.arange(len(kept), dtype=np.int32)
        vocab = Vocabulary([words[i] for i in kept.tolist()], counts[kept])
        tokens, offsets = renumbered(joined, offsets, new_id)
        info = {**corpus.info, "phrases": len(self), "min_count": min_count}
        return EncodedCorpus(tokens, offsets, vocab, length, info)
