"""What training multiplies the changes of words' vectors by: 0 holds a vector fixed."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np
import numpy.typing as npt

from w2v.gensim_names import GensimNames

Factors = npt.NDArray[np.float32]


class LockFactors(GensimNames):
    """A table's factors, one a word or one for all; 1 where nobody has said otherwise."""

    _lockf: Factors | None = None  # 1 for all

    @abstractmethod
    def __len__(self) -> int:
        """Return the number of words."""

    @property
    def vectors_lockf(self) -> Factors:
        """What training multiplies the changes of a model's input vectors by.

        An array of one number for all words, at first 1, or of one for each, as
        ``numpy.ones(len(wv))``, which can be written to: 0 holds a word's vector fixed to the
        bit, 0.1 lets it change by a tenth.  Words that are added later have 1.  A saved model
        keeps them, files of vectors do not.
        """
        if self._lockf is None:
            self._lockf = np.ones(1, np.float32)
        return self._lockf

    @vectors_lockf.setter
    def vectors_lockf(self, factors: npt.ArrayLike) -> None:
        self._lockf = self._checked(np.asarray(factors))

    def lock_factors(self) -> Factors | None:
        """Return one factor for each word; None where all are 1.

        Raises
        ------
        ValueError
            Factors that have become negative or no finite number.
        """
        if self._lockf is None or (self._checked(self._lockf) == 1).all():
            return None
        return np.broadcast_to(self._lockf, len(self)).copy()

    def lock(self, rows: Any, factor: float) -> None:
        """Give some words' vectors another factor, and the others theirs of their own.

        Parameters
        ----------
        rows : list of int
        factor : float
        """
        of_all = np.broadcast_to(np.float32(1) if self._lockf is None else self._lockf, len(self))
        if len(rows) and not (of_all[rows] == factor).all():
            if self._lockf is None or len(self._lockf) != len(self):
                self._lockf = of_all.copy()
            self._lockf[rows] = factor

    def check_factor(self, factor: float) -> None:
        """Raise a ValueError for what is no factor."""
        self._checked(np.full(1, factor))

    def _fit_factors(self, n_words: int) -> None:
        """Go on with another number of words, of which those that are new come last."""
        kept = self._lockf
        if kept is not None and len(kept) != n_words and len(kept) != 1:
            self._lockf = np.ones(n_words, np.float32)
            self._lockf[: len(kept)] = kept[:n_words]

    def _checked(self, factors: npt.NDArray[Any]) -> Factors:
        if factors.shape not in ((1,), (len(self),)):
            raise ValueError(
                f"vectors_lockf is an array of one number for all words or one for each, of shape "
                f"(1,) or ({len(self)},), got {factors.shape}"
            )
        right = factors.dtype.kind in "biuf" and (
            not factors.size or 0 <= factors.min() <= factors.max() < np.inf
        )
        if not right:
            raise ValueError(
                "vectors_lockf has factors of vectors' changes, finite and 0 or more, got "
                + (f"{factors.min()} to {factors.max()}" if factors.dtype.kind in "f" else "others")
            )
        return factors.astype(np.float32, copy=False)
