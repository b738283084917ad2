"""Arrays on one device: where all primitives of a backend begin."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from w2v.backend.array import Array
from w2v.backend.host_memory import free_and_total
from w2v.backend.place import at

_FILLED_AT_ONCE = 2**20  # numbers; they stay in the cache


class MemoryInfo(NamedTuple):
    """Memory in bytes where a backend's arrays live."""

    free: int
    total: int


class Arrays:
    """What every backend can do with arrays.

    Attributes
    ----------
    name : str
        ``"cpu"`` or ``"gpu"``.
    xp : module
        The array library: numpy or cupy.
    sampling : str
        How ``sampling="auto"`` samples negatives here: ``"exact"`` or ``"fast"``.
    """

    name = "reference"
    sampling = "exact"

    def __init__(self, xp: ModuleType = np) -> None:
        self.xp: Any = xp

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"

    def __reduce__(self) -> Any:
        # A copied or pickled model finds the backend again; the library itself is not written.
        return at, (self.place,)

    @property
    def place(self) -> str:
        """What :func:`w2v.backend.get_backend` finds this backend by."""
        return self.name

    def describe(self) -> str:
        """Return the name and what stands behind it, for people."""
        return self.name

    def asarray(self, x: Any, dtype: Any = None) -> Array:
        """Return x as an array of this backend, copying only if it must."""
        return self.xp.asarray(x, dtype=dtype)

    def to_numpy(self, x: Array) -> np.ndarray:
        """Return x as a NumPy array."""
        return np.asarray(x)

    def sum_of(self, W: Array) -> float:
        """Return the sum of an array's numbers, which is finite if all of them are."""
        return float(W.sum())

    def synchronize(self) -> None:
        """Wait until the device has done all it was given."""

    def memory_info(self) -> MemoryInfo:
        """Return the free and total memory, in bytes, where arrays live."""
        return MemoryInfo(*free_and_total())

    def normal(self, shape: tuple[int, ...], scale: float, seed: int, stream: int = 0) -> Array:
        """Return float32 normal deviates, the same on every backend.

        Parameters
        ----------
        shape : tuple of int
        scale : float
            Standard deviation.
        seed, stream : int
            As in :class:`RandomStream`.
        """
        rng = np.random.Generator(np.random.Philox(key=[seed, stream]))
        values = rng.standard_normal(shape, dtype=np.float32)
        values *= np.float32(scale)
        return self.asarray(values)

    def fill_uniform(self, W: Array, limit: float, seed: int, stream: int = 0) -> None:
        """Fill a matrix with deviates from (−limit, limit), the same on every backend.

        Parameters
        ----------
        W : (V, H) float32 array
        limit : float
        seed, stream : int
            As in :class:`RandomStream`.
        """
        rng = np.random.Generator(np.random.Philox(key=[seed, stream]))
        rows = max(1, _FILLED_AT_ONCE // W.shape[1])
        for first in range(0, len(W), rows):
            part = W[first : first + rows]
            values = rng.random(part.shape, dtype=np.float32) - np.float32(0.5)
            part[:] = self.asarray(values * np.float32(2 * limit))

    def fresh_seed(self) -> int:
        """Draw a seed from the array library's global generator, which ``random.seed`` seeds."""
        high, low = self.xp.random.randint(0, 2**31 - 1, size=2).tolist()
        return int(high) << 31 | int(low)

    # -- checks ---------------------------------------------------------------

    @contextmanager
    def deferred_checks(self) -> Iterator[None]:
        """Let :meth:`check_ids` answer at the block's end, where that saves waiting."""
        yield

    def apart(self, x: Array, written: Array) -> Array:
        """Return an array, or a copy where it may be in the memory of what is written to."""
        return x.copy() if self.xp.may_share_memory(x, written) else x
