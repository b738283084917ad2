"""Vectors from elsewhere that a model's words begin with, and words that keep theirs."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from w2v.files.urls import is_url, shown_url
from w2v.items import Item, checked_items
from w2v.messages import quoted, shortened
from w2v.vectors import KeyedVectors
from w2v.vectors.exports.static_model import is_static_model
from w2v.vectors.formats.detect import check_is_a_file_of_vectors
from w2v.vectors.formats.vector_data import check_finite
from w2v.vectors.shared_words import shared_rows
from w2v.word2vec.weights import Weights

Init: TypeAlias = str | os.PathLike[str] | KeyedVectors
KNOWN = "known"


class NotKept(NamedTuple):
    """What stands for ``init`` in a model that was loaded: its name, as the vectors are not kept.

    Parameters
    ----------
    name : str
    """

    name: str


class Pretrained(NamedTuple):
    """What words of a model begin with.

    Parameters
    ----------
    vectors : KeyedVectors or None
        Those of their words.
    freeze : "known", list of str or of int, or None
        Words whose vectors training leaves as they are.
    """

    vectors: KeyedVectors | None
    freeze: Any

    def give(self, weights: Weights, first: int = 0) -> dict[str, int]:
        """Give a model's words from a row on their vectors, and hold those fixed that shall be.

        Parameters
        ----------
        weights : Weights
            With a vocabulary.
        first : int, default 0

        Returns
        -------
        dict of str to int
            How many are ``known`` and how many ``frozen``.
        """
        words = weights.vectors.index_to_key[first:]
        known = frozen = np.empty(0, np.int64)
        if self.vectors is not None:
            known, rows = shared_rows(words, self.vectors)
            weights.give_vectors(first + known, self.vectors.take(rows))
            if not len(known) and words:
                own = self.vectors.index_to_key
                theirs = f"its own are such as {quoted(own[0])}" if own else "it has no words"
                warnings.warn(
                    f"init has a vector for none of these {len(words):,} words, such as "
                    f"{quoted(words[0])}; {theirs}: all begin as without it",
                    stacklevel=6,
                )
        if self.freeze == KNOWN:
            frozen = first + known
        elif self.freeze is not None:
            places, frozen = shared_rows(self.freeze, weights.vectors)
            if len(places) < len(self.freeze):
                missing = np.setdiff1d(np.arange(len(self.freeze)), places)
                warnings.warn(
                    f"{len(missing):,} of the {len(self.freeze):,} words of freeze are not in the "
                    f"vocabulary, such as {quoted(self.freeze[missing[0]])}",
                    stacklevel=6,
                )
        weights.vectors.lock(frozen, 0)
        return {"known": len(known), "frozen": len(frozen)}


def checked_freeze(freeze: Any, init: Any) -> Any:
    """Return what ``freeze=`` is to be: None, "known", or a list of words.

    Parameters
    ----------
    freeze : None, "known" or iterable of str or of int
    init : object
        What was given as such.

    Raises
    ------
    ValueError
        "known" without vectors that words could be known by, or another string.
    TypeError
        Something else than words.
    """
    if freeze is None:
        return None
    if isinstance(freeze, str):
        if freeze != KNOWN:
            raise ValueError(
                f'freeze is "known" or a list of words, got {quoted(freeze)}: for one word, '
                f"[{quoted(freeze)}]"
            )
        if init is None:
            raise ValueError('freeze="known" is of the words that init has: give init too')
        return KNOWN
    if not isinstance(freeze, Iterable):
        raise TypeError(f'freeze is "known" or a list of words, got {quoted(freeze)}')
    words: list[Item] = checked_items(freeze)
    return words


def check_vectors(path: Path | None) -> None:
    """Refuse what is no file of vectors by what stands there, before it is read.

    Raises
    ------
    VectorFormatError
        Nothing stands there, or a folder or a pickle does.
    """
    if path is not None and not is_static_model(path):
        check_is_a_file_of_vectors(path)


def check_init(init: Any, vector_size: int) -> None:
    """Refuse early what no model of this size can begin with.

    Parameters
    ----------
    init : path, KeyedVectors or None
    vector_size : int

    Raises
    ------
    TypeError
        Something else.
    ValueError
        Vectors of another size, or a file of none.
    """
    if isinstance(init, str | os.PathLike):
        _check_size(KeyedVectors.load(init, limit=1), init, vector_size)
    elif init is not None:
        read_pretrained(init, None, vector_size)


def read_pretrained(init: Any, freeze: Any, vector_size: int) -> Pretrained:
    """Read what words are to begin with.

    Parameters
    ----------
    init : path, KeyedVectors, NotKept or None
    freeze : None, "known" or iterable of str or of int
    vector_size : int
        The model's.

    Returns
    -------
    Pretrained

    Raises
    ------
    TypeError, ValueError
        As :func:`check_init` and :func:`checked_freeze`; a ValueError also for numbers that are
        not finite, and in a loaded model, which has not kept its ``init``.
    """
    if isinstance(init, NotKept):
        raise ValueError(
            f"this model's words began with vectors of {shortened(init.name)}, which a saved model "
            "does not keep: set model.init to them again, or model.init and model.freeze to None"
        )
    freeze = checked_freeze(freeze, init)
    if init is None:
        return Pretrained(None, freeze)
    name: Any
    if isinstance(init, KeyedVectors):
        check_finite(init.index_to_key, init.vectors)
        vectors, name = init, "the KeyedVectors given"
    elif isinstance(init, str | os.PathLike):
        vectors, name = KeyedVectors.load(init), init
    else:
        instead = ": give its wv" if hasattr(init, "wv") else ""
        raise TypeError(
            f"init is the path of a file of vectors, or KeyedVectors, got a {type(init).__name__}"
            f"{instead}"
        )
    _check_size(vectors, name, vector_size)
    return Pretrained(vectors, freeze)


def told_of_init(init: Any) -> str | None:
    """Return what a saved model says its words began with."""
    if init is None or isinstance(init, NotKept):
        return None if init is None else init.name
    if isinstance(init, KeyedVectors):
        return "KeyedVectors"
    return shown_url(init) if is_url(init) else str(Path(init))


def _check_size(vectors: KeyedVectors, name: Any, vector_size: int) -> None:
    if vectors.vector_size != vector_size:
        raise ValueError(
            f"init: {shortened(name)} has vectors of size {vectors.vector_size}, and this model "
            f"{vector_size}: set vector_size={vectors.vector_size}"
        )
