"""Penn Treebank as the from-scratch course reads it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from w2v.data.datasets.download import fetch
from w2v.data.datasets.registry import PTB
from w2v.messages import quoted


def load_data(
    split: str = "train",
) -> tuple[NDArray[np.int64], dict[str, int], dict[int, str]]:
    """Load Penn Treebank (Mikolov's edition: 10,000 words, rare ones as ``<unk>``).

    The files are fetched once, checked by SHA-256 and kept in the cache folder. The
    environment variable ``W2V_PTB_URL`` names another place to fetch them from, ``W2V_DATA``
    another cache folder.

    Parameters
    ----------
    split : {"train", "valid", "test"}, default "train"
        929,589, 73,760 and 82,430 words.

    Returns
    -------
    corpus : (T,) int64
        Word ids; the end of a line is the word ``<eos>``.
    word_to_id : dict of str to int
        Ids in order of first appearance in the training text, whatever the split.
    id_to_word : dict of int to str

    Raises
    ------
    ValueError
        No such split, or a file fetched that is not the published one.
    OSError
        A file that can neither be found nor fetched.
    """
    if split not in PTB:
        raise ValueError(f"split must be one of {', '.join(PTB)}, got {quoted(split)}")
    word_to_id: dict[str, int] = {}
    corpus = np.array(
        [word_to_id.setdefault(word, len(word_to_id)) for word in _words("train")], dtype=np.int64
    )
    if split != "train":
        corpus = np.array([word_to_id[word] for word in _words(split)], dtype=np.int64)
    return corpus, word_to_id, {i: word for word, i in word_to_id.items()}


def _words(split: str) -> list[str]:
    text = fetch(PTB[split]).read_text("utf-8")
    return text.replace("\n", "<eos>").strip().split()
