"""The word vectors that training starts from."""

from __future__ import annotations

from w2v.backend import Array, Backend
from w2v.messages import quoted


def output_rows(words: int, *, hs: int, negative: int) -> int:
    """Return how many output vectors there are: one a word, one an inner node of a tree, or both.

    Parameters
    ----------
    words : int
        V.
    hs, negative : int
        As in :class:`w2v.models.ContextModel`.
    """
    return (words if negative else 0) + (words - 1 if hs else 0)


def initial_weights(
    backend: Backend,
    vocab_size: int,
    hidden_size: int,
    outputs: int,
    *,
    start: str = "normal",
    seed: int = 1,
) -> tuple[Array, Array]:
    """Return float32 input vectors (V, H) and output vectors (outputs, H).

    Parameters
    ----------
    backend : Backend
    vocab_size, hidden_size, outputs : int
    start : {"normal", "uniform", "zeros"}, default "normal"
        normal: both with standard deviation 0.01, what optimizers such as Adam go well from.
        uniform: inputs in (−0.5, 0.5) / H and outputs zero, as word2vec and gensim begin
        with plain SGD.  zeros: both, to be filled in.
    seed : int, default 1
        A row is the same for any number of rows.

    Raises
    ------
    ValueError
        Another ``start``.
    """
    shape = (vocab_size, hidden_size)
    if start == "normal":
        return backend.normal(shape, 0.01, seed, 0), backend.normal(
            (outputs, hidden_size), 0.01, seed, 1
        )
    if start not in ("uniform", "zeros"):
        raise ValueError(f"start must be normal, uniform or zeros, got {quoted(start)}")
    W_in, W_out = backend.zero_rows(shape), backend.zero_rows((outputs, hidden_size))
    if start == "uniform":
        backend.fill_uniform(W_in, 0.5 / hidden_size, seed)
        W_out[:] = 0  # zeros get their memory when first written: now, not while training
    return W_in, W_out
