"""Numba kernels of the fused engine with negative sampling: a window's outputs.

They are the target and k negatives, drawn for a whole batch as vector code.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from w2v.backend.cpu.chunk_kernels import make_train_chunks
from w2v.backend.cpu.copies_kernels import output_row
from w2v.backend.cpu.fused_kernels import Outputs, make_train
from w2v.backend.cpu.kernel_parts import inlined, part
from w2v.backend.cpu.repeats_kernels import merge_outputs
from w2v.backend.cpu.sampling_kernels import draw_distinct, draw_packed, random_bits
from w2v.backend.cpu.window_kernels import damping

_WEYL = np.uint64(0x9E3779B97F4A7C15)


class Negatives(NamedTuple):
    """What negatives are drawn from.

    Parameters
    ----------
    most : int
        Outputs of a window: k negatives and the target.
    table : (V,) uint64 array
        Alias and threshold of a column.
    cumulative : (V + 1,) int64 array
        Sums of the weights before each word.
    key : uint64
        Of the bits that draw them.
    exact : bool
        Whether they are distinct and never the target.
    """

    most: int
    table: np.ndarray
    cumulative: np.ndarray
    key: np.uint64
    exact: bool

    @property
    def drawn(self) -> int:
        """Outputs that are drawn ahead, the target first."""
        return self.most


@part
def draw(n, batch, negatives, outputs, again):
    """Draw the outputs of n windows: row 0 the targets, rows 1 to k the negatives.

    Exact sampling mends the windows that have drawn a word twice.
    """
    _, table, cumulative, key, exact = negatives
    k = outputs.shape[0] - 1
    row_keys = batch.keys
    for i in range(n):
        if exact:
            row_keys[i] = random_bits(key, batch.places[i])
        else:
            row_keys[i] = key + batch.places[i] * np.uint64(k) * _WEYL
        outputs[0, i] = batch.words[i]
        again[i] = False
    for j in range(k):
        words = outputs[1 + j]
        for i in range(n):
            bits = random_bits(row_keys[i], np.uint64(j))
            words[i] = draw_packed(table, bits)
        for earlier in range(1 + j):
            other = outputs[earlier]
            for i in range(n):
                again[i] |= words[i] == other[i]
    if exact:
        for i in range(n):
            if again[i]:
                draw_distinct(row_keys[i], outputs[0, i], table, cumulative, outputs[1:, i])
                again[i] = False


@inlined
def _lay(i, negatives, outputs, rows, labels, copies, tiling):
    """Find the rows of window i's outputs; return how many there are."""
    for j in range(negatives.most):
        rows[j] = output_row(outputs[j, i], copies)
    return np.int64(negatives.most)


@inlined
def _restore(i, outputs, rows, copies):
    """Find the rows of window i's outputs again, after some were merged."""
    for j in range(outputs.shape[0]):
        rows[j] = output_row(outputs[j, i], copies)


@inlined
def _lower(rate, count):
    return rate * damping(count)


_OUTPUTS = Outputs(draw, _lay, merge_outputs, _restore, _lower)
train_skip_gram = make_train("train_negatives_skip_gram", _OUTPUTS, skip_gram=True)
train_cbow = make_train("train_negatives_cbow", _OUTPUTS, skip_gram=False)
train_chunks = make_train_chunks("train_negatives_chunks", _OUTPUTS)
