"""CUDA kernels compiled on demand, and launched."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cupy
import cupyx
import numpy as np

from w2v.backend.array import Array
from w2v.backend.gpu.source import MINIBATCH_KERNELS, source
from w2v.backend.touched_rows import TouchedRows

BLOCK = 256
_MAX_BLOCKS = 1 << 16
LANES = 32


@lru_cache
def module(name: str, options: tuple[str, ...]) -> Any:
    """Return a .cu file compiled with some options; CuPy keeps what it compiled on disk."""
    return cupy.RawModule(code=source(name), options=options)


class Minibatch:
    """The kernels of ``minibatch.cu`` for one type of weights.

    Parameters
    ----------
    dtype : numpy.dtype
        float32 or float64.
    """

    def __init__(self, dtype: Any) -> None:
        real = {"float32": "float", "float64": "double"}[np.dtype(dtype).name]
        self._module = module("minibatch.cu", ("-std=c++17", f"-DREAL={real}"))
        # Asked for once: CuPy looks a function up anew each time.
        self._kernels = {name: self._module.get_function(name) for name in MINIBATCH_KERNELS}

    def launch(self, name: str, threads: int, *args: Any) -> None:
        """Run a kernel whose threads share out their work.

        Parameters
        ----------
        name : str
        threads : int
            How many have work to do; 0 launches nothing.
        *args : arrays and NumPy scalars
            Of the very types that the kernel names.
        """
        if threads:
            blocks = min(-(-threads // BLOCK), _MAX_BLOCKS)
            self._kernels[name]((blocks,), (BLOCK,), args)


@lru_cache
def minibatch(dtype: str = "float32") -> Minibatch:
    """Return the kernels for one type of weights, compiled once."""
    return Minibatch(np.dtype(dtype))


def wrong_id(wrong: np.ndarray, size: int) -> int | None:
    """Return the word id that ``check_ids`` has found out of range, if it has.

    Parameters
    ----------
    wrong : (2,) int32 NumPy array
        As the kernel leaves it.
    size : int
        V.
    """
    below, beyond = wrong.tolist()
    return below or (size - 1 + beyond if beyond else None)


def warps_for(rows: int) -> int:
    """Return how many warps a launch for that many rows has."""
    return min(-(-rows * LANES // BLOCK), _MAX_BLOCKS) * (BLOCK // LANES)


class DeviceRows(TouchedRows):
    """Rows whose number the host need not know.

    The arrays have room for more; how much of them counts is on the device, and
    whoever asks for :attr:`index` or :attr:`rows` waits for it.

    Parameters
    ----------
    index : (N,) int32 array
    rows : (N, H) float array
        Zero beyond those that count.
    count : (1,) int32 array
        Rows that count.
    """

    def __init__(self, index: Array, rows: Array, count: Array) -> None:
        self.room = index, rows
        self.count = count
        self._known: int | None = None

    def _n(self) -> int:
        if self._known is None:
            self._known = int(self.count[0])
        return self._known

    @property
    def index(self) -> Array:
        """The rows' numbers, each once, in no particular order."""
        return self.room[0][: self._n()]

    @property
    def rows(self) -> Array:
        """The rows; a view."""
        return self.room[1][: self._n()]

    @property
    def padded_index(self) -> Array:  # noqa: D102
        index = self.room[0]
        return cupy.where(cupy.arange(index.size) < self.count, index, index[:1])

    @property
    def padded_rows(self) -> Array:  # noqa: D102
        return self.room[1]

    def with_rows(self, rows: Array) -> DeviceRows:  # noqa: D102
        return DeviceRows(self.room[0], rows, self.count)

    def to_dense(self, n_rows: int) -> Array:  # noqa: D102
        dense = cupy.zeros((n_rows, self.room[1].shape[1]), dtype=self.room[1].dtype)
        cupyx.scatter_add(dense, self.padded_index, self.padded_rows)
        return dense
