"""``dataset/ptb.py``: Penn Treebank."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from w2v.data import ptb

__all__ = ["load_data", "load_vocab"]


def load_data(
    data_type: str = "train",
) -> tuple[NDArray[np.int64], dict[str, int], dict[int, str]]:
    """Load a part of Penn Treebank, see :func:`w2v.data.ptb.load_data`.

    Parameters
    ----------
    data_type : {"train", "valid", "val", "test"}, default "train"
    """
    return ptb.load_data("valid" if data_type == "val" else data_type)


def load_vocab() -> tuple[dict[str, int], dict[int, str]]:
    """Return the words of the training text as ``word_to_id`` and ``id_to_word``."""
    _, word_to_id, id_to_word = ptb.load_data("train")
    return word_to_id, id_to_word
