"""gensim's names for what stands elsewhere, or is computed."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from w2v.backend import Array
from w2v.backend.tree_and_noise import nodes_of, words_of
from w2v.gensim_names import WORD2VEC
from w2v.messages import quoted
from w2v.models import ContextModel
from w2v.word2vec.base import Base


class GensimAttributes(Base):
    """gensim's attributes of a :class:`w2v.Word2Vec`."""

    @property
    def syn1neg(self) -> np.ndarray:
        """The output vectors of negative sampling, (V, H) float32; may be assigned.

        They can be written to where they are the CPU's.
        """
        return self._shown(self._words_vectors())

    @syn1neg.setter
    def syn1neg(self, vectors: np.ndarray) -> None:
        self._assign("syn1neg", self._words_vectors(), vectors)

    @property
    def syn1(self) -> np.ndarray:
        """The vectors of the tree's inner nodes with ``hs=1``, (V − 1, H) float32, root first.

        They may be assigned, and can be written to where they are the CPU's.
        """
        return self._shown(self._nodes_vectors())

    @syn1.setter
    def syn1(self, vectors: np.ndarray) -> None:
        self._assign("syn1", self._nodes_vectors(), vectors)

    def _words_vectors(self) -> Array:
        model = self._built_for("syn1neg")
        if not self.config.negative:
            raise AttributeError(f"this model has no 'syn1neg': {WORD2VEC['syn1neg']}")
        return words_of(model.params[1]) if self.config.hs else model.params[1]

    def _nodes_vectors(self) -> Array:
        model = self._built_for("syn1")
        if not self.config.hs:
            raise AttributeError(f"this model has no 'syn1': {WORD2VEC['syn1']}")
        return nodes_of(model.params[1]) if self.config.negative else model.params[1]

    def _built_for(self, name: str) -> ContextModel:
        if self._weights.model is None:
            raise AttributeError(f"{name} is there after build_vocab()")
        return self._weights.model

    def _shown(self, weights: Array) -> np.ndarray:
        if isinstance(weights, np.ndarray):
            return weights
        copy = self.backend.to_numpy(weights)
        copy.setflags(write=False)  # what is written to a copy would be lost
        return copy

    def _assign(self, name: str, weights: Array, vectors: np.ndarray) -> None:
        given = np.asarray(vectors)
        if given.dtype.kind not in "biuf":
            raise ValueError(f"{name} must be numbers, got {given.dtype!r}")
        given = given.astype(np.float32, copy=False)
        if given.shape != weights.shape:
            raise ValueError(f"{name} has shape {tuple(weights.shape)}, got {given.shape}")
        weights[:] = self.backend.asarray(given)

    @property
    def vector_size(self) -> int:
        """Dimension of the vectors."""
        return self.config.vector_size

    layer1_size = vector_size

    @property
    def epochs(self) -> int:
        """Passes over the corpus, by default."""
        return self.config.epochs

    @property
    def sorted_vocab(self) -> int:
        """Always 1: words are sorted by count."""
        return 1

    @property
    def null_word(self) -> int:
        """Always 0: there is no null word."""
        return 0

    @property
    def effective_min_count(self) -> int:
        """``min_count``, or what ``max_final_vocab`` or ``max_vocab_size`` raised it to."""
        config, vocab = self.config, self.vocab
        if self._least is not None:
            return self._least
        if vocab is None or (config.max_final_vocab or config.max_vocab_size) is None:
            return config.min_count
        return max(config.min_count, int(vocab.counts.min()))

    @property
    def corpus_count(self) -> int:
        """Sentences of the corpus read last, those without a known word too.

        What is assigned is kept until another is read; training counts what it reads.
        """
        return self._texts.counts[0]

    @corpus_count.setter
    def corpus_count(self, sentences: int) -> None:
        self._texts.counts = int(sentences), self._texts.counts[1]

    @property
    def corpus_total_words(self) -> int:
        """Words of the corpus read last, in the vocabulary or not; see :attr:`corpus_count`."""
        return self._texts.counts[1]

    @corpus_total_words.setter
    def corpus_total_words(self, words: int) -> None:
        self._texts.counts = self._texts.counts[0], int(words)

    @property
    def running_training_loss(self) -> float:
        """The sum of :meth:`get_latest_training_loss`, to be set to 0 in a callback."""
        return self._total_loss - self._loss_set_to

    @running_training_loss.setter
    def running_training_loss(self, value: float) -> None:
        self._loss_set_to = self._total_loss - float(value)

    # -- what gensim's models could be asked before version 4 ---------------------

    def __getitem__(self, word: Any) -> NoReturn:
        raise TypeError(f"a model has no vectors by word: use model.wv[{quoted(word)}]")

    def __contains__(self, word: object) -> bool:
        raise TypeError(f"a model has no words to look in: use {quoted(word)} in model.wv")

    def __repr__(self) -> str:
        name, size = type(self).__name__, self.vector_size
        return f"{name}<vocab={len(self.wv)}, vector_size={size}, alpha={self.alpha}>"
