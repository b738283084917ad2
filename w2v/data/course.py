"""Text helpers under the names and meanings of the from-scratch course."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from w2v.backend import to_cpu


def preprocess(
    text: str,
) -> tuple[NDArray[np.int64], dict[str, int], dict[int, str]]:
    """Turn a short text into word ids: lower case, full stops as words of their own.

    Parameters
    ----------
    text : str
        Words separated by single spaces.

    Returns
    -------
    corpus : (T,) int64
    word_to_id : dict of str to int
        Ids in order of first appearance.
    id_to_word : dict of int to str
    """
    words = text.lower().replace(".", " .").split(" ")
    word_to_id: dict[str, int] = {}
    corpus = np.array([word_to_id.setdefault(w, len(word_to_id)) for w in words], dtype=np.int64)
    return corpus, word_to_id, {i: w for w, i in word_to_id.items()}


def convert_one_hot(corpus: ArrayLike, vocab_size: int) -> NDArray[np.int32]:
    """Turn every word id into its one-hot row.

    Parameters
    ----------
    corpus : (N,) or (N, C) integers
        Word ids, or the context ids of N targets.
    vocab_size : int
        V, the length of a row.

    Returns
    -------
    (N, V) or (N, C, V) int32

    Raises
    ------
    ValueError
        An id that is negative or not below ``vocab_size``, or ids of neither one nor two
        dimensions.
    """
    ids = to_cpu(corpus)
    if ids.ndim not in (1, 2):
        raise ValueError(f"corpus must have one or two dimensions, got shape {ids.shape}")
    if ids.size and not 0 <= ids.min() <= ids.max() < vocab_size:
        bad = ids.min() if ids.min() < 0 else ids.max()
        raise ValueError(f"word id {bad} lies outside 0..{vocab_size - 1}")
    one_hot = np.zeros((*ids.shape, vocab_size), dtype=np.int32)
    np.put_along_axis(one_hot, ids[..., None], 1, axis=-1)
    return one_hot
