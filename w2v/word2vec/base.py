"""What all sides of Word2Vec stand on: its hyper-parameters, its weights, reading a text."""

from __future__ import annotations

import logging
import threading
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from w2v.config import AUTO, TrainConfig
from w2v.data import EncodedCorpus, Vocabulary, read_corpus
from w2v.data.reading.tables import has_columns
from w2v.gensim_names import COMPUTED, KEYED_VECTORS, WORD2VEC, GensimNames
from w2v.models import ContextModel
from w2v.training.engines import Engine, Run, first_rate, make_engine
from w2v.training.one_at_a_time import one_at_a_time
from w2v.training.position import Position
from w2v.training.progress import ReadingProgress
from w2v.vectors import KeyedVectors
from w2v.word2vec.texts import Texts
from w2v.word2vec.weights import Weights

# Hyper-parameters that a model can be given anew, as by ``model.alpha = 0.01``.
_CHANGEABLE = {
    *("alpha", "min_alpha", "epochs", "sample", "shrink_windows", "workers", "batch_size"),
    *("min_count", "max_vocab_size", "max_final_vocab"),
}
# And those that count until there is a vocabulary, which settles them.
_CHANGEABLE_BEFORE = {"window", "sg", "negative", "ns_exponent", "cbow_mean", "seed", "sampling"}


class Base(GensimNames):
    """Hyper-parameters, weights and texts of a :class:`w2v.Word2Vec`, and what training left.

    Parameters
    ----------
    config : TrainConfig
    verbose : bool, default False
        Draw progress bars if there is a terminal.
    """

    _instead: ClassVar[Mapping[str, str]] = WORD2VEC
    _computed: ClassVar[Mapping[str, str]] = COMPUTED

    def __init__(self, config: TrainConfig, *, verbose: bool = False) -> None:
        self._weights = Weights(config)
        self._texts = Texts()
        self._lock = threading.Lock()  # held by the thread that trains
        self.backend = self._weights.backend
        self.verbose = verbose
        self.reading: dict[str, Any] = {"encoding": "utf-8"}
        self.reread = False
        self.callbacks: list[Any] = []
        # What words begin with, and those that keep it: see `pretrained.py`.
        self._init: Any = None
        self._freeze: Any = None
        self.comment: str | None = None
        self.compute_loss = False  # gensim's, to be read back: the loss is always computed
        self.batch_words = 10_000  # gensim's, to be read back: work is cut into slices by itself
        self.losses: list[float] = []
        self.curve: list[tuple[float, float]] = []
        self._rests: list[tuple[float, float]] = []  # before the first epoch, after each
        self.epochs_done = 0
        self._position: Position | None = None  # in the epoch after these
        self._torn = False  # whether the weights are further than what is known of the run
        self.not_kept: str | None = None  # why the last training's last checkpoint is not written
        self._words_in_epochs = self._words_now = 0  # of the run's epochs, of the last training
        self._begun_as: TrainConfig | None = None  # of the run
        self._asked: dict[str, Any] = {}  # of the last training, in place of what the model has
        self.trained_words = self.predictions = 0
        self._total_loss = self._loss_set_to = 0.0
        self._rate_reached: float | None = None
        self._least: int | None = None  # effective_min_count, where words were chosen by it
        self.train_count, self.total_train_time = 0, 0.0
        self.lifecycle_events: list[dict[str, Any]] = []
        self.read_seconds = self.train_seconds = self.compile_seconds = 0.0

    _engine_of: Callable[[Run], Engine] = staticmethod(make_engine)  # what trains

    # -- hyper-parameters -----------------------------------------------------------

    @property
    def config(self) -> TrainConfig:
        """All hyper-parameters."""
        return self._weights.config

    @config.setter
    def config(self, config: TrainConfig) -> None:
        if self._weights.model is not None:
            for name in set(TrainConfig.names()) - _CHANGEABLE:
                if getattr(config, name) != getattr(self.config, name):
                    raise AttributeError(f"{name} is settled: make a new model")
        self._weights.config = config

    @property
    def init(self) -> Any:
        """What words begin with that the vocabulary gets from now on."""
        return self._init

    @init.setter
    def init(self, vectors: Any) -> None:
        self._tell_that_words_are_there("init", vectors, "wv[word] = …")
        self._init = vectors

    @property
    def freeze(self) -> Any:
        """Words, of those that the vocabulary gets from now on, that keep what they begin with."""
        return self._freeze

    @freeze.setter
    def freeze(self, words: Any) -> None:
        self._tell_that_words_are_there("freeze", words, "wv.vectors_lockf")
        self._freeze = words

    def _tell_that_words_are_there(self, name: str, value: Any, instead: str) -> None:
        known = getattr(self, f"_{name}") is not None  # a loaded model is given again what it had
        if value is not None and not known and self._weights.model is not None:
            warnings.warn(
                f"{name} is for words that the vocabulary gets from now on; those that are there "
                f"stay as they are: for them there is {instead}",
                stacklevel=3,
            )

    @property
    def alpha(self) -> float:
        """Learning rate at the beginning: what was asked for, or the optimizer's own.

        With ``"auto"`` that of the last training, or before the first the usual one.
        """
        chosen = self._asked.get("alpha") if self.config.alpha == AUTO else None
        return first_rate(self.config) if chosen is None else float(chosen)

    @alpha.setter
    def alpha(self, rate: float | str | None) -> None:
        self.config = replace(self.config, alpha=rate)

    @property
    def min_alpha_yet_reached(self) -> float:
        """The learning rate that the last training came to; ``alpha`` before the first."""
        return self.alpha if self._rate_reached is None else self._rate_reached

    @min_alpha_yet_reached.setter
    def min_alpha_yet_reached(self, rate: float) -> None:
        self._rate_reached = float(rate)

    @property
    def within_epoch(self) -> float:
        """The share that is done of the epoch after ``epochs_done``; 0 between epochs."""
        return 0.0 if self._position is None else self._position.share

    @property
    def vocab_limits(self) -> dict[str, Any]:
        """What decides which words are kept; see :meth:`w2v.data.Vocabulary.from_counts`."""
        names = ("min_count", "max_vocab_size", "max_final_vocab")
        return {name: getattr(self.config, name) for name in names}

    if not TYPE_CHECKING:  # type checkers shall still find names that nobody has

        def __getattr__(self, name: str) -> Any:
            weights = self.__dict__.get("_weights")
            if weights is not None and name in TrainConfig.names():
                return getattr(weights.config, name)
            if name not in self._instead and not name.startswith("_"):
                if name in KEYED_VECTORS:
                    advice = KEYED_VECTORS[name]
                    raise AttributeError(f"a model has no {name!r}: of model.wv, {advice}")
                if hasattr(KeyedVectors, name):
                    raise AttributeError(f"a model has no {name!r}: ask model.wv.{name}")
            return super().__getattr__(name)

        def __setattr__(self, name: str, value: Any) -> None:
            if name == "backend" or name not in TrainConfig.names():
                super().__setattr__(name, value)
            elif name not in _CHANGEABLE | (set() if self.vocab else _CHANGEABLE_BEFORE):
                raise AttributeError(f"{name} is settled when the model is made: make a new one")
            elif self._weights.is_training:
                raise AttributeError(
                    f"{name} cannot be changed while the model trains: train an epoch at a time, "
                    "train(…, epochs=1, start_alpha=…, end_alpha=…)"
                )
            else:
                self.config = replace(self.config, **{name: value})

    # -- vocabulary, layers and vectors -----------------------------------------------

    def built(self) -> tuple[ContextModel, Vocabulary]:
        """Return model and vocabulary, or say that there are none yet."""
        return self._weights.built()

    @property
    def vocab(self) -> Vocabulary | None:
        """Words and counts; None before :meth:`build_vocab`."""
        return self._weights.vocab

    @property
    def model(self) -> ContextModel | None:
        """The layers that are trained; None before :meth:`build_vocab`."""
        self._weights.given_out()
        return self._weights.model

    @property
    def wv(self) -> KeyedVectors:
        """The word vectors, for lookup, search and saving; always the same object.

        They are the weights that are trained: what is written to them is saved, measured
        and trained on, and what training changes is seen in them, by other threads too.
        Assigned vectors take the place of those of the same words.
        """
        return self._weights.vectors

    @wv.setter
    def wv(self, vectors: KeyedVectors) -> None:
        self._weights.assign_vectors(vectors)

    @contextmanager
    def _changing(self, what: str) -> Iterator[None]:
        """Change the vocabulary in a block, in which nobody else trains the model or does so."""
        self._weights.refuse_while_training(what)
        with one_at_a_time(self._lock):
            yield

    # -- texts ------------------------------------------------------------------------

    def read(self, source: Any, **reading: Any) -> EncodedCorpus:
        """Read a corpus with this model's vocabulary settings; :meth:`fit` takes it then.

        Parameters
        ----------
        source : str, path, sequence of these, or iterable of token lists
            Text files, folders, datasets by name such as ``"pydocs"``, or sentences as
            lists of words; see :func:`w2v.data.read_corpus`.
        **reading
            How to read text, in place of ``self.reading``: ``tokenizer``, ``lowercase``,
            ``encoding``, ``errors``, ``column``.

        Raises
        ------
        CorpusError
            The text cannot be read, or no word is frequent enough.
        """
        begin = time.perf_counter()
        how = {**self.vocab_limits, **self.how_to_read(source, reading)}
        with ReadingProgress(enabled=None if self.verbose else False) as progress:
            corpus = read_corpus(
                source,
                workers=self.config.workers,
                progress=progress.update,
                **how,
            )
        self.read_seconds = time.perf_counter() - begin
        return corpus

    def how_to_read(self, source: Any, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments of reading for a source; a model's column is not of sentences."""
        how = {**self.reading, **asked}
        own = how.get("column") is not None and "column" not in asked and source is not None
        if own and not has_columns(source):
            how["column"] = None
        return how

    @property
    def trained_on(self) -> dict[str, Any] | None:
        """Fingerprint, sources and reading of the text of the last training, for JSON."""
        return self._texts.told()

    def add_lifecycle_event(
        self, event_name: str, log_level: int = logging.INFO, **event: Any
    ) -> None:
        """Note what happened to the model in ``lifecycle_events``, and log it.

        Parameters
        ----------
        event_name : str
        log_level : int, default logging.INFO
            0 does not log.
        **event
            What there is to say of it.
        """
        when = datetime.now(UTC).isoformat()
        noted = {**event, "datetime": when, "event": event_name}
        self.lifecycle_events.append(noted)
        if log_level:
            logging.getLogger("w2v").log(log_level, "%s: %s", event_name, event)
