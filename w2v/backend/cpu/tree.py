"""The fused engine with hierarchical softmax on the CPU: arrays in, Numba kernels, loss out."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from w2v.backend.cpu import tree_kernels as kernels
from w2v.backend.cpu.fused import run_kernel
from w2v.backend.cpu.vector_kernels import LANES
from w2v.backend.huffman import HuffmanTree
from w2v.backend.settings import StreamLoss, StreamSettings

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
    group = LANES // _TILE if settings.skip_gram else 1
    return run_kernel(
        kernels.train,
        (W_in, W_out),
        (tokens, offsets),
        keep,
        settings,
        position,
        outputs=((tree.parents, tree.labels, tree.longest), settings.token_key),
        tiling=((0,) * group, (0,) * _TILE, lane_patterns(group, _TILE)),
    )
