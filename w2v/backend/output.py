"""What the fused engine tells a window's target by: drawn words, or answers down a tree."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Protocol, Self

import numpy as np

from w2v.backend.array import Array
from w2v.backend.random import RandomStream
from w2v.backend.settings import FusedSettings


class Ops(Protocol):
    """What an output asks of the backend that it is on."""

    xp: Any

    def asarray(self, x: Any, dtype: Any = None) -> Array:
        """Return x as an array of the backend."""

    def alias_table(self, weights: np.ndarray) -> tuple[Array, Array]:
        """Build a noise distribution's tables."""

    def sample_fast(self, noise: Any, shape: tuple[int, ...], stream: RandomStream) -> Array:
        """Draw words with replacement."""

    def sample_exact(self, noise: Any, targets: Array, k: int, stream: RandomStream) -> Array:
        """Draw distinct words, never the target."""

    def sample_distinct(
        self, noise: Any, shape: tuple[int, ...], k: int, stream: RandomStream
    ) -> Array:
        """Draw distinct words, whatever the target."""

    def tree_paths(self, tree: Any, words: Array) -> tuple[Array, Array]:
        """Find the inner nodes above words, and the answers there."""


class Output(ABC):
    """The output side of a model: what each word is told by, and what that needs.

    Attributes
    ----------
    name : str
        For messages.
    size : int
        V, the number of words.
    wide_damping : int
        By what power of √(P / n) the rate of skip-gram's windows of n > P contexts is lowered.
    """

    name: ClassVar[str]
    wide_damping: ClassVar[int] = 1
    size: int

    @property
    @abstractmethod
    def rows(self) -> int:
        """Rows of the matrix of output vectors."""

    @abstractmethod
    def to(self, backend: Ops) -> Self:
        """Return this with its arrays on a backend's device."""

    @abstractmethod
    def check(self) -> None:
        """Refuse arrays that are no longer of these words; of their numbers nothing is read.

        Raises
        ------
        ValueError
            Another type or shape.
        """

    @abstractmethod
    def check_settings(self, settings: FusedSettings) -> None:
        """Refuse settings that windows' outputs cannot be found by.

        Raises
        ------
        ValueError
            Another number of negatives than there can be.
        """

    @abstractmethod
    def of_window(
        self, backend: Ops, target: Array, place: int, settings: FusedSettings
    ) -> tuple[Array, Array]:
        """Return the output rows of a window and their labels: 1 for yes, 0 for no.

        Parameters
        ----------
        backend : Ops
            That this is on.
        target : (1,) int array
        place : int
            Of the target in the run, by which alone words are drawn.
        settings : FusedSettings
        """

    @abstractmethod
    def log_probabilities(self, backend: Ops, W: Array, h: Array) -> Array:
        """Return how likely every word is.

        Parameters
        ----------
        backend : Ops
            That this is on.
        W : (rows, H) float array
            Output vectors.
        h : (H,) float array
            A hidden vector.

        Returns
        -------
        (V,) float64 array
            Logarithms of probabilities that add up to 1.
        """


def check_counts(counts: Any) -> np.ndarray:
    """Return words' counts as an array, or refuse what no output can be made of.

    Raises
    ------
    ValueError
        No words, or a count that is not above zero and finite.
    """
    counts = np.asarray(counts)
    if counts.ndim != 1 or counts.size == 0:
        raise ValueError(
            f"the counts of at least one word are needed, got an array of shape {counts.shape}"
        )
    bad = np.flatnonzero(~((counts > 0) & np.isfinite(counts)))
    if bad.size:
        raise ValueError(
            f"every word needs a count above zero, but word {bad[0]} has count {counts[bad[0]]} "
            f"({bad.size} of {counts.size} words are like this); leave such words out of the "
            f"vocabulary"
        )
    return counts


def check_array(x: Any, dtype: Any, shape: tuple[int, ...], what: str) -> None:
    """Refuse a table that is not of exactly a type and a shape.

    Raises
    ------
    ValueError
        Another type or shape.
    """
    got = getattr(x, "dtype", None), getattr(x, "shape", None)
    if got != (np.dtype(dtype), shape):
        raise ValueError(
            f"{what} must be {np.dtype(dtype).name} of shape {shape}, got "
            f"{type(x).__name__ if got[0] is None else got[0]} of shape {got[1]}"
        )
