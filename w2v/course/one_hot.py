"""What chapter 3's models share: one word on each side, as one-hot vectors."""

from __future__ import annotations

from w2v.backend import Array, get_backend

__all__ = ["check_one_hot", "initial_weight"]


def initial_weight(rows: int, columns: int) -> Array:
    """Return a float32 matrix that is normal with deviation 0.01, by ``np.random``."""
    backend = get_backend()
    return backend.asarray(0.01 * backend.xp.random.randn(rows, columns).astype("f"))


def check_one_hot(vocab_size: int, contexts: Array, target: Array) -> None:
    """Refuse ids, wider windows and another vocabulary's vectors.

    Raises
    ------
    ValueError
        Tells the shapes.
    """
    rows = len(target)
    if contexts.shape != (rows, 2, vocab_size) or target.shape != (rows, vocab_size):
        raise ValueError(
            f"contexts and target must be one-hot vectors of one word on each side, of shapes "
            f"(B, 2, {vocab_size}) and (B, {vocab_size}), got {contexts.shape} and "
            f"{target.shape}: convert_one_hot makes them from ids"
        )
