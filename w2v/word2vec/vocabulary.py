"""Building a vocabulary, from a text or from counts, and the model that goes with it."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from w2v.data import EncodedCorpus, Vocabulary
from w2v.data.errors import NothingKnownError
from w2v.data.trimming import Rule, trimmed
from w2v.gensim_names import check_unsupported, parameters
from w2v.word2vec.base import Base
from w2v.word2vec.order import reading_of
from w2v.word2vec.pretrained import Pretrained, read_pretrained
from w2v.word2vec.texts import ALL_WORDS, held_by, one_source


class VocabularyBuilding(Base):
    """The vocabulary of a :class:`w2v.Word2Vec`: building it, anew or by adding to it."""

    _counted: Vocabulary | None = None

    def build_vocab(
        self,
        corpus_iterable: Any = None,
        corpus_file: str | Path | None = None,
        update: bool = False,
        progress_per: int = 10_000,
        keep_raw_vocab: bool = False,
        trim_rule: Rule | None = None,
        *,
        encoding: str | None = None,
        column: str | None = None,
        **unknown: Any,
    ) -> Self:
        """Read a corpus, take its vocabulary and make the model.

        Parameters
        ----------
        corpus_iterable, corpus_file
            As ``sentences`` and ``corpus_file`` of the constructor.
        update : bool, default False
            Add new words to a vocabulary that is there, with new vectors, and keep the
            old ones as trained.  With ``hs=1`` the tree is built anew, and a warning says so.
        progress_per
            Taken for gensim's sake.
        keep_raw_vocab : bool, default False
            Keep every word's count in ``raw_vocab``.
        trim_rule : callable, optional
            Given a word, its count and ``min_count``, it says ``RULE_KEEP``, ``RULE_DISCARD`` or
            ``RULE_DEFAULT``, which are in :mod:`w2v.data` and gensim's numbers.
        encoding, column : optional
            Of this text, in place of the constructor's.
        **unknown
            See the constructor.

        Returns
        -------
        Word2Vec
            This object.

        Raises
        ------
        CorpusError
            The text cannot be read, or no word is frequent enough.
        ValueError
            The vocabulary is too small for these hyper-parameters, or there is none to update.
        """
        check_unsupported("build_vocab", unknown, names=parameters(VocabularyBuilding.build_vocab))
        source = one_source(corpus_iterable, corpus_file)
        with self._changing("words"):
            how: dict[str, Any] = reading_of(encoding=encoding, column=column)
            held = held_by(source, self.how_to_read(source, how))
            how |= {"update": update, "trim_rule": trim_rule, "keep_raw_vocab": keep_raw_vocab}
            self._build_vocab(source, held, **how)
        return self

    def _build_vocab(
        self,
        source: Any,
        held: Any,
        *,
        update: bool = False,
        trim_rule: Rule | None = None,
        keep_raw_vocab: bool = False,
        uncut: bool = False,
        **how: Any,
    ) -> None:
        self._least = None
        uncut |= keep_raw_vocab and not isinstance(source, EncodedCorpus)
        limits = ALL_WORDS if update or trim_rule or uncut else {}
        corpus = self._texts.read_once(self.read, source, **limits, **how)
        self._counted = corpus.vocab if keep_raw_vocab else None
        self._take_vocab(corpus.vocab, update=update, trim_rule=trim_rule, uncut=uncut)
        try:
            self._texts.take(corpus, self.built()[1], held)
        except NothingKnownError:
            if not update:
                raise
            self._texts.forget(corpus.sentences_read, corpus.total_words)
            warnings.warn(
                "no word was added: none of this text is known or frequent enough", stacklevel=4
            )

    def build_vocab_from_freq(
        self,
        word_freq: Mapping[Any, int],
        keep_raw_vocab: bool = False,
        corpus_count: int | None = None,
        trim_rule: Rule | None = None,
        update: bool = False,
    ) -> Self:
        """Take a vocabulary that is counted already and make the model.

        Parameters
        ----------
        word_freq : dict of str, or of int, to int
            Words and how often they occur.
        corpus_count : int, optional
            Taken for gensim's sake: :meth:`train` counts the sentences it reads.
        keep_raw_vocab, trim_rule, update
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
        with self._changing("words"):
            vocab = Vocabulary.from_counts([*word_freq], [*word_freq.values()], **ALL_WORDS)
            self._counted = vocab if keep_raw_vocab else None
            self._take_vocab(vocab, update=update, trim_rule=trim_rule, uncut=True)
            self._texts.forget(corpus_count or 0, vocab.total)
        return self

    def reset_from(self, other_model: Base) -> None:
        """Take another model's vocabulary, and begin anew with fresh weights.

        Parameters
        ----------
        other_model : Word2Vec
        """
        with self._changing("words"):
            _, vocab = other_model.built()
            self._begin_with(vocab)
            self._texts.forget(*other_model._texts.counts)

    def _take_vocab(
        self,
        vocab: Vocabulary,
        *,
        update: bool,
        trim_rule: Rule | None = None,
        uncut: bool = False,
    ) -> None:
        """Make the model of a vocabulary, or add its words to the one that is there.

        Words that are too rare are left out of one that is ``uncut``.
        """
        limits = self.vocab_limits
        if trim_rule is not None:
            least, *most = limits.values()
            vocab = trimmed(vocab, trim_rule, least, tuple(most))
            limits = ALL_WORDS
        if update:
            self._grow(self.built()[1].extended(vocab, **limits))
        else:
            if uncut and trim_rule is None:
                vocab = Vocabulary.from_counts(vocab.words, vocab.counts, **limits)
            self._begin_with(vocab)
        self.add_lifecycle_event("build_vocab", update=update, trim_rule=str(trim_rule))

    def _grow(self, vocab: Vocabulary) -> None:
        """Add words to those that are there."""
        before, pretrained = len(self.built()[1]), self._pretrained()
        self._weights.grow(vocab)
        self._give(pretrained, before)

    def _begin_with(self, vocab: Vocabulary) -> None:
        pretrained = self._pretrained()
        model = self._weights.new_model(vocab)
        asked, drawn = self.config.negative, self._weights.negatives(len(vocab))
        if drawn < asked:
            warnings.warn(
                f"negative={asked} is more than this vocabulary of {len(vocab)} words has "
                f"beside one: {drawn} instead for each window",
                stacklevel=4,
            )
        self.losses, self.epochs_done, self._position = [], 0, None
        self._weights.hold(vocab, model)
        self._give(pretrained, 0)

    def _pretrained(self) -> Pretrained | None:
        """Read what new words are to begin with; None where nothing is asked for."""
        if self.init is None and self.freeze is None:
            return None
        return read_pretrained(self.init, self.freeze, self.config.vector_size)

    def _give(self, pretrained: Pretrained | None, first: int) -> None:
        if pretrained is not None:
            self.add_lifecycle_event("init", **pretrained.give(self._weights, first))
