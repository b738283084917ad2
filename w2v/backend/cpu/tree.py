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
        source=kernels.Tree(tree.longest, tree.parents, tree.labels),
        tile_shape=(group, _TILE),
    )
