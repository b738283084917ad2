"""The fused engine with hierarchical softmax on the CPU: arrays in, Numba kernels, loss out."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from w2v.backend import cpu_tree_kernels as kernels
from w2v.backend.cpu_stream import _read_only, _vector_rows, own_copies
from w2v.backend.cpu_vector_kernels import LANES
from w2v.backend.huffman import HuffmanTree
from w2v.backend.stream import StreamLoss, StreamSettings

_TILE = LANES // 2  # nodes that are multiplied at once; paths are a dozen long


@lru_cache
def lane_patterns(group: int, tile: int) -> np.ndarray:
    """Tell which lanes of a vector of logits count: context i, node j in lane i * tile + j.

    Parameters
    ----------
    group, tile : int
        Contexts and nodes that are multiplied at once.

    Returns
    -------
    (tile, group, LANES) float32 array
        1 in the lanes that count with j + 1 nodes and i + 1 contexts, 0 in the others.
    """
    out = np.zeros((tile, group, LANES), np.float32)
    for nodes in range(tile):
        for contexts in range(group):
            lanes = out[nodes, contexts, : group * tile].reshape(group, tile)
            lanes[: contexts + 1, : nodes + 1] = 1
    return out


def train_stream(
    W_in: np.ndarray,
    W_out: np.ndarray,
    tokens: np.ndarray,
    offsets: np.ndarray,
    tree: HuffmanTree,
    keep: np.ndarray,
    settings: StreamSettings,
    position: int,
) -> StreamLoss:
    """Train on a stream of sentences; see :meth:`w2v.backend.Backend.train_tree_stream`."""
    whole_in, whole_out = _vector_rows(W_in), _vector_rows(W_out)
    group = LANES // _TILE if settings.skip_gram else 1
    slope = (settings.alpha - settings.min_alpha) / settings.total
    loss = np.zeros(3)
    train: Any = kernels.train  # Numba's type says nothing of its arguments
    train(
        (whole_in, whole_out),
        (_read_only(tokens, np.int32), _read_only(offsets, np.int64)),
        position,
        keep,
        (tree.parents, tree.labels, tree.longest),
        settings.token_key,
        (settings.window, settings.shrink_windows),
        (settings.alpha, slope, settings.min_alpha),
        None if settings.skip_gram else (settings.mean, settings.mean and settings.share_gradient),
        ((0,) * group, (0,) * _TILE, lane_patterns(group, _TILE)),
        own_copies(settings, position),
        loss,
    )
    for W, whole in ((W_in, whole_in), (W_out, whole_out)):
        if not np.may_share_memory(W, whole):
            W[:] = whole[:, : W.shape[1]]
    return StreamLoss(float(loss[0]), int(loss[1]), int(loss[2]))
