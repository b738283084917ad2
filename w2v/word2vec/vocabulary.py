"""Building a vocabulary, from a text or from counts, and the model that goes with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from w2v.data import Vocabulary
from w2v.gensim_names import METHODS, check_unsupported
from w2v.word2vec.base import Base
from w2v.word2vec.texts import ALL_WORDS, held_by, one_source


class VocabularyBuilding(Base):
    """The vocabulary of a :class:`w2v.Word2Vec`: building it, anew or by adding to it."""

    def build_vocab(
        self,
        corpus_iterable: Any = None,
        corpus_file: str | Path | None = None,
        update: bool = False,
        **unsupported: Any,
    ) -> Self:
        """Read a corpus, take its vocabulary and make the model.

        Parameters
        ----------
        corpus_iterable, corpus_file
            As ``sentences`` and ``corpus_file`` of the constructor.
        update : bool, default False
            Add new words to a vocabulary that is there, with new vectors, and keep the
            old ones as trained.
        **unsupported
            gensim's other parameters are errors that say why, or without effect here.

        Returns
        -------
        Word2Vec
            This object.

        Raises
        ------
        CorpusError
            The text cannot be read, or no word is frequent enough.
        ValueError
            The vocabulary is too small for these hyper-parameters, there is none to update,
            or hierarchical softmax has built its tree for the one that is there.
        """
        check_unsupported("build_vocab", unsupported, METHODS)
        self._weights.refuse_while_training("words")
        source = one_source(corpus_iterable, corpus_file)
        held = held_by(source, self.reading)
        self._build_vocab(source, held, update=update)
        return self

    def _build_vocab(self, source: Any, held: Any, *, update: bool = False, **how: Any) -> None:
        limits = ALL_WORDS if update else {}
        corpus = self._texts.read_once(self.read, source, **limits, **how)
        self._take_vocab(corpus.vocab, update=update)
        self._texts.take(corpus, self.built()[1], held)

    def build_vocab_from_freq(
        self,
        word_freq: Mapping[Any, int],
        corpus_count: int | None = None,
        update: bool = False,
        **unsupported: Any,
    ) -> Self:
        """Take a vocabulary that is counted already and make the model.

        Parameters
        ----------
        word_freq : dict of str, or of int, to int
            Words and how often they occur.
        corpus_count : int, optional
            Taken for gensim's sake: :meth:`train` counts the sentences it reads.
        update, **unsupported
            See :meth:`build_vocab`.

        Returns
        -------
        Word2Vec
            This object.

        Raises
        ------
        CorpusError
            No word is frequent enough.
        ValueError
            See :meth:`build_vocab`.
        """
        check_unsupported("build_vocab_from_freq", unsupported, METHODS)
        self._weights.refuse_while_training("words")
        limits = ALL_WORDS if update else self.vocab_limits
        vocab = Vocabulary.from_counts([*word_freq], [*word_freq.values()], **limits)
        self._take_vocab(vocab, update=update)
        self._texts.forget(corpus_count or 0, vocab.total)
        return self

    def _take_vocab(self, vocab: Vocabulary, *, update: bool) -> None:
        """Make the model of a vocabulary, or add its words to the one that is there."""
        if update:
            self._weights.grow(self.built()[1].extended(vocab, **self.vocab_limits))
        else:
            model = self._weights.new_model(vocab)
            self.losses, self.epochs_done = [], 0
            self._weights.hold(vocab, model)
