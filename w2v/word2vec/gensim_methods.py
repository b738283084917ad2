"""gensim's methods that are seldom called, or have nothing to do here."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, NoReturn

import numpy as np

from w2v.data import CorpusError
from w2v.messages import quoted
from w2v.training.sentence_losses import sentence_losses
from w2v.word2vec.base import Base

_BYTES_A_WORD = 200  # of the word, its row and its count, about


class GensimMethods(Base):
    """gensim's further methods of a :class:`w2v.Word2Vec`."""

    def score(
        self,
        sentences: Iterable[Sequence[Any]],
        total_sentences: int = 1_000_000,
        chunksize: int = 100,
        queue_factor: int = 2,
        report_delay: float = 1,
    ) -> np.ndarray:
        """Return the log probability of each sentence, with ``hs=1``.

        It is the sum over all pairs of a word and a context, or with CBOW over all words, of the
        whole window and of every word of the vocabulary; negatives beside the tree do not count.

        Parameters
        ----------
        sentences : iterable of lists of words
            Unknown words are passed over.
        total_sentences : int, default 1,000,000
            Sentences beyond it are left out.
        chunksize, queue_factor, report_delay
            Taken for gensim's sake.

        Returns
        -------
        (n_sentences,) float32 array

        Raises
        ------
        RuntimeError
            There is no vocabulary, or the model has no tree.
        CorpusError
            A sentence that is a string.
        """
        model, vocab = self.built()
        if not self.config.hs:
            raise RuntimeError(
                "score() is of hierarchical softmax, hs=1: use heldout_loss(text), "
                "which is the mean loss whatever the model"
            )
        self._weights.take_written()
        rows = vocab.word_to_id
        encoded = []
        for sentence in islice(sentences, total_sentences):
            if isinstance(sentence, str | bytes):
                raise CorpusError(
                    f"a sentence is the string {quoted(sentence, 40)}; give lists of tokens"
                )
            known = [row for row in map(rows.get, sentence) if row is not None]
            encoded.append(np.array(known, np.int32))
        return -sentence_losses(model, encoded, self.config).astype(np.float32)

    def estimate_memory(
        self, vocab_size: int | None = None, report: dict[str, int] | None = None
    ) -> dict[str, int]:
        """Return how many bytes the parts of a model take, about.

        Parameters
        ----------
        vocab_size : int, optional
            By default this model's.
        report : dict of str to int, optional
            What to add them to.

        Returns
        -------
        dict of str to int
        """
        words = len(self.wv) if vocab_size is None else vocab_size
        parts = dict(report or {})
        parts["vocab"] = words * _BYTES_A_WORD
        parts["vectors"] = weights = words * self.config.vector_size * 4
        if self.config.hs:
            parts["syn1"] = weights
        if self.config.negative:
            parts["syn1neg"] = weights
        parts["total"] = sum(parts.values())
        return parts

    def init_sims(self, replace: bool = False) -> None:
        """Do what gensim before version 4 needed; leave it out.

        Parameters
        ----------
        replace : bool, default False
            Give every vector the length 1.
        """
        instead = "use wv.unit_normalize_all()" if replace else "leave it out"
        warnings.warn(f"init_sims() is of earlier versions of gensim: {instead}", stacklevel=2)
        if replace:
            self.wv.unit_normalize_all()

    @classmethod
    def load_word2vec_format(cls, *args: Any, **kwargs: Any) -> NoReturn:
        """Say that vectors alone are no model.

        Raises
        ------
        AttributeError
        """
        raise AttributeError(
            "files of vectors have no model to train: use KeyedVectors.load_word2vec_format(path), "
            "and assign them to the wv of a model to train on"
        )
