"""What a CPU's cores could do at most: multiply-adds on numbers that stay in registers."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from w2v.backend.cpu.kernel_cache import kept_njit
from w2v.backend.cpu.vector_kernels import LANES, add, multiply_add, splat, store

_CHAINS, _BURSTS = 12, 5


def peak_flops(workers: int, seconds: float = 0.2) -> float:
    """Measure the float32 operations a second of so many threads at once.

    A multiply-add counts as two. Twelve chains of them are as many as hide the
    latency of two units and still fit the registers of any processor of today.

    Parameters
    ----------
    workers : int
        Threads, at work at the same time.
    seconds : float, default 0.2
        How long to measure, about.

    Returns
    -------
    float
        Summed over the threads, in the best of a few bursts: other work on the machine
        lowers what is measured, and not the ceiling.
    """
    _run(1)
    steps = 100_000
    steps = max(steps, int(steps * seconds / _BURSTS / max(_seconds(steps), 1e-9)))
    with ThreadPoolExecutor(workers) as pool:
        bursts = [list(pool.map(_seconds, [steps] * workers)) for _ in range(_BURSTS)]
    return max(sum(2 * LANES * _CHAINS * steps / spent for spent in burst) for burst in bursts)


def _seconds(steps: int) -> float:
    begin = time.perf_counter()
    _run(steps)
    return time.perf_counter() - begin


def _run(steps: int) -> np.ndarray:
    result = np.empty(LANES, np.float32)  # used, so that no compiler drops the work
    _multiply_adds(steps, result.ctypes.data)
    return result


@kept_njit(nogil=True)
def _multiply_adds(steps, result):
    x, y = splat(np.float32(0.999)), splat(np.float32(0.001))
    # Of different numbers: a compiler would compute equal chains once.
    a0, a1, a2 = splat(np.float32(1)), splat(np.float32(2)), splat(np.float32(3))
    a3, a4, a5 = splat(np.float32(4)), splat(np.float32(5)), splat(np.float32(6))
    b0, b1, b2 = splat(np.float32(7)), splat(np.float32(8)), splat(np.float32(9))
    b3, b4, b5 = splat(np.float32(10)), splat(np.float32(11)), splat(np.float32(12))
    for _ in range(steps):
        a0, a1, a2 = multiply_add(a0, x, y), multiply_add(a1, x, y), multiply_add(a2, x, y)
        a3, a4, a5 = multiply_add(a3, x, y), multiply_add(a4, x, y), multiply_add(a5, x, y)
        b0, b1, b2 = multiply_add(b0, x, y), multiply_add(b1, x, y), multiply_add(b2, x, y)
        b3, b4, b5 = multiply_add(b3, x, y), multiply_add(b4, x, y), multiply_add(b5, x, y)
    a = add(add(add(a0, a1), add(a2, a3)), add(a4, a5))
    b = add(add(add(b0, b1), add(b2, b3)), add(b4, b5))
    store(result, add(a, b))
