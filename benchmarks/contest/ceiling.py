"""What training needs at least, and what a card could do at most."""

from benchmarks.harness.turns import steps_of
from w2v.backend import Backend


def training_flops(
    *, skip_gram: bool, kept: float, pairs: float, dim: int, negative: float
) -> float:
    """Count the float32 operations that a pass of negative sampling needs at least.

    An input against an output takes three products of ``dim`` multiply-adds: the score, the
    input's gradient, the output's. Skip-gram has an input a context; CBOW has one a window,
    and sums its contexts' rows and adds its gradient to them.
    """
    product = 3 * 2 * dim * (negative + 1)
    return product * pairs if skip_gram else product * kept + 2 * dim * pairs


def training_bytes(*, kept: float, dim: int, negative: float) -> float:
    """Count the bytes that a pass moves on a GPU: of rows, read and written.

    The rows of target and negatives, and three of a context's, which comes, is refreshed and
    goes; in between it stays in the multiprocessor.
    """
    return kept * (negative + 1 + 3) * 2 * 4 * dim


def copy_bandwidth(backend: Backend, size: int = 1 << 31, rounds: int = 20) -> float:
    """Return the bytes a second that copying on the device reads and writes."""
    source, target = (backend.xp.zeros(size, dtype="uint8") for _ in range(2))

    def copy(_: int) -> None:
        target[...] = source

    seconds = steps_of(copy, lambda n: list(range(n)), backend.synchronize)
    seconds(1)
    return 2 * size * rounds / seconds(rounds)
