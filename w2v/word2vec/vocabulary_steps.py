"""Building a vocabulary step by step, as gensim does inside of ``build_vocab``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from w2v.config import checked_flag
from w2v.data import Vocabulary
from w2v.data.errors import NoWordsError
from w2v.data.trimming import Rule, trimmed
from w2v.data.vocabulary import least_count
from w2v.word2vec.texts import ALL_WORDS, one_source
from w2v.word2vec.vocabulary import VocabularyBuilding
from w2v.word2vec.weights import NoVocabularyError


class VocabularySteps(VocabularyBuilding):
    """Counting words, choosing among them, and making weights, one after the other."""

    _chosen: Vocabulary | None = None

    @property
    def raw_vocab(self) -> dict[Any, int]:
        """Every word's count, where ``keep_raw_vocab`` or :meth:`scan_vocab` keeps it."""
        counted = self._counted
        return {} if counted is None else dict(zip(counted.words, counted.counts.tolist()))  # noqa: B905

    def scan_vocab(
        self,
        corpus_iterable: Any = None,
        corpus_file: str | Path | None = None,
        progress_per: int = 10_000,
        workers: int | None = None,
        trim_rule: Rule | None = None,
    ) -> tuple[int, int]:
        """Count a corpus's words, for :meth:`prepare_vocab`.

        Parameters
        ----------
        corpus_iterable, corpus_file
            See :meth:`build_vocab`.
        progress_per, workers, trim_rule
            Taken for gensim's sake; a rule is for :meth:`prepare_vocab`.

        Returns
        -------
        int, int
            Words and sentences.
        """
        corpus = self.read(one_source(corpus_iterable, corpus_file), **ALL_WORDS)
        self._counted = corpus.vocab
        self._texts.forget(corpus.sentences_read, corpus.total_words)
        return corpus.total_words, corpus.sentences_read

    def prepare_vocab(
        self,
        update: bool = False,
        keep_raw_vocab: bool = False,
        trim_rule: Rule | None = None,
        min_count: int | None = None,
        sample: float | None = None,
        dry_run: bool = False,
    ) -> dict[str, int]:
        """Choose among the words that were counted, for :meth:`prepare_weights`.

        Parameters
        ----------
        update, trim_rule
            See :meth:`build_vocab`.
        keep_raw_vocab : bool, default False
            Keep ``raw_vocab``.
        min_count, sample : optional
            In place of the constructor's, from now on.
        dry_run : bool, default False
            Change nothing.

        Returns
        -------
        dict of str to int
            How many words are dropped and kept, and how many are thinned out.

        Raises
        ------
        RuntimeError
            No words have been counted.
        CorpusError
            No word is frequent enough.
        """
        if self._counted is None:
            raise NoVocabularyError("there are no counts yet: call scan_vocab() or build_vocab()")
        self._weights.refuse_while_training("words")
        own, counted, dry = self.config, self._counted, checked_flag("dry_run", dry_run)
        limits = (own.max_vocab_size, own.max_final_vocab)
        least = least_count(counted.counts, min_count or own.min_count, limits)
        try:
            if trim_rule is None:
                kept = Vocabulary.from_counts(counted.words, counted.counts, min_count=least)
            else:
                kept = trimmed(counted, trim_rule, least, ())
        except NoWordsError:
            if not dry:
                raise
            kept = Vocabulary([], np.zeros(0, np.int64))
        grown = self.built()[1].extended(kept, min_count=0) if update else kept
        share = kept.keep_probabilities(sample or own.sample)
        if not dry:
            if min_count:
                self.min_count = min_count
            if sample:
                self.sample = sample
            self._chosen, self._least = grown, least
            if not keep_raw_vocab:
                self._counted = None
        return {
            "drop_unique": len(counted) - len(kept),
            "retain_total": kept.total,
            "downsample_unique": int((share < 1).sum()),
            "downsample_total": int(np.dot(share, kept.counts)),
            "num_retained_words": len(kept),
        }

    def prepare_weights(self, update: bool = False) -> None:
        """Make the weights of the vocabulary that :meth:`prepare_vocab` has chosen.

        Parameters
        ----------
        update : bool, default False
            Keep those of the words that were there.

        Raises
        ------
        RuntimeError
            None has been chosen.
        """
        if self._chosen is None:
            raise NoVocabularyError("no words are chosen yet: call prepare_vocab()")
        with self._changing("words"):
            if update:
                self._grow(self._chosen)
            else:
                self._begin_with(self._chosen)
            self._chosen = None
