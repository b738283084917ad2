"""Counter-based random numbers: a draw is a hash of (seed, stream, counter).

Nothing is carried from draw to draw, so the same numbers come out whatever the
backend, the number of threads or the order of work, and a resumed run goes on
where it stopped.  The hash is the finaliser of SplitMix64 over a Weyl sequence
(Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

_WEYL = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S27, _S30, _S31 = np.uint64(27), np.uint64(30), np.uint64(31)
_ONE = np.uint64(1)


def mix64(x: Any) -> Any:
    """Scramble 64 bits (SplitMix64's finaliser).

    Written once for NumPy and CuPy arrays and, compiled by Numba, for scalars.

    Parameters
    ----------
    x : uint64 array or scalar
    """
    x = (x ^ (x >> _S30)) * _MIX_1
    x = (x ^ (x >> _S27)) * _MIX_2
    return x ^ (x >> _S31)


def random_bits(key: Any, counter: Any) -> Any:
    """64 random bits for every counter under a key; the two broadcast.

    Parameters
    ----------
    key, counter : uint64 arrays or scalars

    Returns
    -------
    uint64 array or scalar
    """
    return mix64(key + (counter + _ONE) * _WEYL)


@dataclass
class RandomStream:
    """A position in one of the 2**64 streams of a seed.

    Parameters
    ----------
    seed : int
        0 or more.
    stream : int, default 0
        Independent streams of one seed: one for each use of randomness.
    counter : int, default 0
        Draws already taken.
    """

    seed: int
    stream: int = 0
    counter: int = 0

    @property
    def key(self) -> np.uint64:
        """The stream's own key, to be hashed with counters."""
        pair = np.array([self.seed, self.stream], dtype=np.uint64)
        return random_bits(mix64(pair[:1] + _WEYL), pair[1:])[0]

    def take(self, n: int) -> int:
        """Reserve n counters and return the first."""
        start = self.counter
        self.counter += n
        return start
