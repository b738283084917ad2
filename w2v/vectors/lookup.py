"""Looking up what a table has of words, beside the vector of one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from w2v.vectors.means import mean_vector
from w2v.vectors.row_index import Key
from w2v.vectors.similarity import FloatArray
from w2v.vectors.table import Vector, VectorTable


class LookupMixin(VectorTable):
    """What can be looked up in a table.

    Of the table it needs its words' rows, counts and vectors: :meth:`get_index`,
    :meth:`get_vector`, :meth:`measured`.
    """

    def has_index_for(self, key: Key) -> bool:
        """Tell whether ``key`` is a known word or a row of the table."""
        return key in self

    def get_vecattr(self, key: Key, attr: str) -> Any:
        """Look up what is known of a word beside its vector.

        Parameters
        ----------
        key : str or int
        attr : str
            ``"count"``, how often the word occurred, or what :meth:`set_vecattr` set.

        Returns
        -------
        int, or what was set

        Raises
        ------
        KeyError
            An unknown word, an attribute that nobody set, or vectors without counts.
        """
        value = self.expandos[attr][self.get_index(key)]
        return value.item() if isinstance(value, np.generic) else value

    def get_mean_vector(
        self,
        keys: Sequence[Key | Vector],
        weights: Sequence[float] | npt.NDArray[np.floating] | None = None,
        pre_normalize: bool = True,
        post_normalize: bool = False,
        ignore_missing: bool = True,
    ) -> FloatArray:
        """Average vectors.

        Parameters
        ----------
        keys : sequence of str, int or (vector_size,) array
            Words, rows or vectors.
        weights : (n_keys,) array, optional
            One factor a key, 1 by default.  The sum is divided by the sum of
            their absolute values.
        pre_normalize : bool, default True
            Scale the vectors of words to length 1 first; vectors given as such
            are taken as they are.
        post_normalize : bool, default False
            Scale the mean to length 1.
        ignore_missing : bool, default True
            Leave unknown words out; if none is known the mean is zero.

        Returns
        -------
        (vector_size,) float32 array

        Raises
        ------
        KeyError
            An unknown word, without ``ignore_missing``.
        ValueError
            No keys, another number of weights than of keys, or a vector of another size.
        """
        return mean_vector(self, keys, weights, pre_normalize, post_normalize, ignore_missing)

    def take(self, rows: npt.NDArray[np.int64]) -> FloatArray:
        """Return a copy of the vectors of some rows."""
        taken: FloatArray = self._matrix[rows]
        return taken

    def fill_norms(self, force: bool = False) -> None:
        """Compute the lengths of all vectors, which queries do by themselves.

        Parameters
        ----------
        force : bool
            Taken for gensim's sake: lengths are those that the vectors have.
        """
        self.measured()
