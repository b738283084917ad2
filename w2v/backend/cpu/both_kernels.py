"""A window's outputs with negative sampling and hierarchical softmax at once.

For the fused engine's Numba kernel: the target and k negatives first, then the inner nodes on
the target's path, in rows as :class:`w2v.backend.tree_and_noise.TreeAndNoise` numbers them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from w2v.backend.cpu.copies_kernels import output_row
from w2v.backend.cpu.fused_kernels import Outputs, make_train
from w2v.backend.cpu.kernel_parts import inlined
from w2v.backend.cpu.negative_kernels import Negatives, draw
from w2v.backend.cpu.repeats_kernels import merge_outputs
from w2v.backend.cpu.tree_kernels import Tree, lay_path, lower


class Both(NamedTuple):
    """What negatives are drawn from, and a tree.

    Parameters
    ----------
    most : int
        Outputs of a window at most.
    negatives : Negatives
    tree : Tree
    """

    most: int
    negatives: Negatives
    tree: Tree

    @property
    def drawn(self) -> int:
        """Outputs that are drawn ahead, the target first."""
        return self.negatives.most


@inlined
def _draw(n, batch, both, outputs, again):
    """Draw the negatives."""
    draw(n, batch, both.negatives, outputs, again)


@inlined
def _lay(i, both, outputs, rows, labels, copies, tiling):
    """Find the rows of window i's outputs, the path last: it begins at the target, row 0."""
    _restore(i, outputs, rows, copies)
    first = np.int64(both.negatives.most)
    return lay_path(outputs[0, i], both.tree, first, (2, 1), rows, labels, copies, tiling)


@inlined
def _restore(i, outputs, rows, copies):
    """Find the rows of window i's target and negatives, again after some were merged."""
    for j in range(outputs.shape[0]):
        rows[j] = output_row(2 * np.int64(outputs[j, i]), copies)


_OUTPUTS = Outputs(_draw, _lay, merge_outputs, _restore, lower)
train_skip_gram = make_train("train_both_skip_gram", _OUTPUTS, skip_gram=True)
train_cbow = make_train("train_both_cbow", _OUTPUTS, skip_gram=False)
