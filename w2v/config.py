"""Every hyper-parameter of a training, in one validated place."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from numbers import Real
from typing import Any

import numpy as np

from w2v.messages import quoted

OPTIMIZERS = ("sgd", "momentum", "adagrad", "rmsprop", "adam")
SAMPLINGS = ("auto", "exact", "fast")
MOST_WORKERS = 1024
_TOO_MANY = 2**31
WHOLE_SENTENCE = 10**9  # words on each side: more than any sentence has
AUTO = "auto"  # as a learning rate: chosen by the text
_RUNNING = ("epochs", "backend", "workers")  # how long a run is, where and how fast
_SWITCHES = ("sg", "hs", "cbow_mean", "shrink_windows")  # on or off, as numbers or truth values


@dataclass(frozen=True)
class TrainConfig:
    """Hyper-parameters, with gensim's names and defaults where gensim has them.

    Parameters
    ----------
    vector_size : int, default 100
        Dimension of the vectors.
    window : int or "sentence", default 5
        Context words on each side; with "sgd" it may be longer than every sentence, and with
        "sentence" every other word of it is context, as in a basket, whatever ``shrink_windows``.
    sg : {0, 1}, default 0
        1 trains skip-gram, 0 CBOW.
    hs : {0, 1}, default 0
        1 trains hierarchical softmax, and negative sampling beside it unless ``negative`` is
        0; 0 trains negative sampling.
    negative : int, default 5
        Negatives a target; 0 for none, with ``hs=1``.
    ns_exponent : float, default 0.75
        Exponent of the counts from which negatives are drawn.
    sample : float, default 1e-3
        Words with a larger share of the text than this are thinned out; 0 keeps all.
    min_count : int, default 5
        Rarer words are left out of the vocabulary.
    max_vocab_size, max_final_vocab : int, optional
        Bounds on the vocabulary, see :meth:`w2v.data.Vocabulary.from_counts`.
    epochs : int, default 5
        Passes over the corpus.
    optimizer : {"sgd", "adam", "adagrad", "rmsprop", "momentum"}, default "sgd"
        Update rule.  "sgd" runs on the fused engine, the others on minibatches.
    alpha : float or "auto", optional
        Learning rate; by default the optimizer's own, for "sgd" word2vec's: 0.025 for
        skip-gram and 0.05 for CBOW.  "auto" raises these where text and epochs are too few for
        them, see ``w2v/training/automatic_rate.py`` ("sgd" only).
    min_alpha : float, default 1e-4
        What the rate of "sgd" falls to, linearly with the words.  Above ``alpha`` it is the
        rate throughout, as in gensim, and training warns.
    shrink_windows : bool, default True
        Draw each window's width from 1 to ``window`` ("sgd" only).
    cbow_mean : {0, 1}, default 1
        CBOW's input is the mean of its contexts, or with 0 their sum ("sgd" only).
    share_negatives : int, default 1
        How many windows of skip-gram that follow each other share one draw of negatives, at most:
        a few more than ``negative`` of them, each of less weight.  4 trains a sixth faster
        and solves fewer analogies ("sgd" on the CPU only).
    batch_size : int, default 500
        Targets a minibatch (not for "sgd").
    sampling : {"auto", "exact", "fast"}, default "auto"
        How negatives are drawn: exactly on the CPU, fast on the GPU unless said otherwise.
    backend : str, default "auto"
        ``"auto"``, which with ``hs=1`` is the CPU, ``"cpu"``, ``"gpu"`` or ``"gpu:N"``.
    workers : int, optional
        Threads, up to 1024; by default one a core.
    seed : int, default 1
        Of the initial weights, the order of the batches and the negatives.  With one worker
        on the CPU the same seed gives the same vectors on one machine; threads, and warps of
        a GPU, step the same rows in whatever order they come, and another processor rounds
        otherwise.

    Raises
    ------
    ValueError
        A value out of its range: which, what it was and what it may be.
    """

    vector_size: int = 100
    window: int | str = 5
    sg: int = 0
    hs: int = 0
    negative: int = 5
    ns_exponent: float = 0.75
    sample: float = 1e-3
    min_count: int = 5
    max_vocab_size: int | None = None
    max_final_vocab: int | None = None
    epochs: int = 5
    optimizer: str = "sgd"
    alpha: float | str | None = None
    min_alpha: float = 1e-4
    shrink_windows: bool = True
    cbow_mean: int = 1
    share_negatives: int = 1
    batch_size: int = 500
    sampling: str = "auto"
    backend: str = "auto"
    workers: int | None = None
    seed: int = 1

    def __post_init__(self) -> None:
        self._take_numbers()
        self._require("backend", _is_backend(self.backend), "auto, cpu, gpu or gpu:N")
        self._require_output_layer()
        self._require_window()
        for name in ("vector_size", "epochs", "batch_size"):
            self._require(
                name, _is_int(getattr(self, name)) and getattr(self, name) >= 1, "1 or more"
            )
        for name in ("vector_size", "negative", "epochs", "batch_size"):
            self._require(name, getattr(self, name) < _TOO_MANY, "less than 2**31")
        for name in ("max_vocab_size", "max_final_vocab"):
            value = getattr(self, name)
            self._require(name, value is None or (_is_int(value) and value >= 1), "1 or more")
        self._require_sharing()
        a_team = _is_int(self.workers) and 1 <= self.workers <= MOST_WORKERS  # type: ignore[operator]
        self._require("workers", self.workers is None or a_team, f"1 to {MOST_WORKERS:,} threads")
        checked_flag("shrink_windows", self.shrink_windows)
        self._require("min_count", _is_int(self.min_count) and self.min_count >= 0, "0 or more")
        self._require("sg", self.sg in (0, 1), "1 for skip-gram or 0 for CBOW")
        self._require("seed", _is_int(self.seed) and 0 <= self.seed < 2**63, "0 to 2**63 - 1")
        self._require("ns_exponent", _is_finite(self.ns_exponent), "a finite number")
        self._require(
            "sample", _is_finite(self.sample) and 0 <= self.sample <= 1, "0 (keep every word) to 1"
        )
        a_rate = self.alpha in (None, AUTO) or _is_finite(self.alpha)
        self._require("alpha", a_rate, f"a learning rate above 0, or {AUTO!r}")
        if self.alpha == AUTO:
            self._require("optimizer", self.optimizer == "sgd", f"'sgd' with alpha={AUTO!r}")
        self._require("min_alpha", _is_finite(self.min_alpha), "a learning rate, 0 or more")
        self._require("cbow_mean", self.cbow_mean in (0, 1), "1 for the mean or 0 for the sum")
        self._require("optimizer", self.optimizer in OPTIMIZERS, "one of " + ", ".join(OPTIMIZERS))
        self._require("sampling", self.sampling in SAMPLINGS, "one of " + ", ".join(SAMPLINGS))

    def check_rates(self) -> None:
        """Refuse learning rates that no training can have.

        They are lowered by hand after the last training too, below zero at times, so this is
        asked where a model or a training begins.

        Raises
        ------
        ValueError
            Which, and what it was.
        """
        a_rate = self.alpha in (None, AUTO) or float(self.alpha) > 0
        self._require("alpha", a_rate, "a learning rate above 0")
        self._require("min_alpha", self.min_alpha >= 0, "a learning rate, 0 or more")

    def _take_numbers(self) -> None:
        """Take NumPy's numbers as Python's, and refuse what is no number where one is due."""
        for field in fields(self):
            value = getattr(self, field.name)
            kind = str(field.type)
            if isinstance(value, np.integer | np.floating | np.bool_):
                value = value.item()
            if kind.startswith("int") and isinstance(value, float) and value.is_integer():
                value = int(value)
            if field.name in _SWITCHES and value in (0, 1):
                value = bool(value) if kind == "bool" else int(value)
            if value is not getattr(self, field.name):
                object.__setattr__(self, field.name, value)
            if kind.startswith("float") and not (
                isinstance(value, int | float)
                or (value is None and field.default is None)
                or (value == AUTO and "str" in kind)
            ):
                self._require(
                    field.name, False, f'a number or "{AUTO}"' if "str" in kind else "a number"
                )

    def _require(self, name: str, holds: bool, expected: str) -> None:
        if not holds:
            raise ValueError(f"{name} must be {expected}, got {quoted(getattr(self, name))}")

    def _require_window(self) -> None:
        number = _is_int(self.window) and self.window >= 1  # type: ignore[operator]
        self._require("window", number or self.window == "sentence", "1 or more, or 'sentence'")
        self._require(
            "window",
            number or self.optimizer == "sgd",
            "a number: minibatches have windows of one width, only optimizer='sgd' has 'sentence'",
        )

    def _require_sharing(self) -> None:
        share = self.share_negatives
        self._require("share_negatives", _is_int(share) and share >= 1, "1 or more windows")
        alone = bool(self.sg) and not self.hs and self.optimizer == "sgd"
        self._require(
            "share_negatives",
            share == 1 or alone,
            "1: only skip-gram with negative sampling and optimizer='sgd' shares them",
        )

    def _require_output_layer(self) -> None:
        self._require("hs", self.hs in (0, 1), "1 for hierarchical softmax or 0")
        self._require("negative", _is_int(self.negative) and self.negative >= 0, "0 or more")
        if not self.hs and not self.negative:
            raise ValueError(
                "negative must be 1 or more, got 0; set hs=1 with it for hierarchical softmax"
            )

    @property
    def window_size(self) -> int:
        """Context words on each side, as a number."""
        return WHOLE_SENTENCE if isinstance(self.window, str) else self.window

    @property
    def draws_widths(self) -> bool:
        """Whether each window's width is drawn."""
        return self.shrink_windows and not isinstance(self.window, str)

    @property
    def learning_rate(self) -> float:
        """The fused engine's rate at the beginning; the usual one where it is yet to be chosen."""
        if self.alpha is None or isinstance(self.alpha, str):
            return sgd_rate(bool(self.sg))
        return self.alpha

    def to_dict(self) -> dict[str, Any]:
        """Return the hyper-parameters by name, for JSON."""
        return asdict(self)

    @classmethod
    def names(cls) -> list[str]:
        """Return the names of all hyper-parameters."""
        return [field.name for field in fields(cls)]


def sgd_rate(skip_gram: bool) -> float:
    """Return the learning rate that the original word2vec begins with."""
    return 0.025 if skip_gram else 0.05


def differing(these: Mapping[str, Any], those: Mapping[str, Any]) -> list[str]:
    """Return the hyper-parameters in which two trainings differ that should be of one run.

    Parameters
    ----------
    these, those : mapping
        As :meth:`TrainConfig.to_dict` gives them.

    Returns
    -------
    list of str
        Without those that may be others when a run is gone on with.
    """
    names = TrainConfig.names()
    return [name for name in names if name not in _RUNNING and these.get(name) != those.get(name)]


def checked_flag(name: str, value: Any) -> bool:
    """Return a truth value, Python's, NumPy's, 0 or 1; ValueError for what is none."""
    if not isinstance(value, bool | np.bool_ | int | np.integer) or value not in (0, 1):
        raise ValueError(f"{name} must be True or False, got {quoted(value)}")
    return bool(value)


def _is_finite(value: Any) -> bool:
    """Tell whether a value is a number that a float can hold."""
    if not isinstance(value, Real) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # an integer beyond every float
        return False


def _is_int(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_backend(value: object) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"auto|cpu|gpu(:[0-9]{1,4})?", value))
