"""The fused engine on the CPU: arrays in, Numba kernels, loss out."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from w2v.backend.cpu import negative_kernels as kernels
from w2v.backend.noise import NoiseTable
from w2v.backend.cpu.batch_kernels import Corpus, Windows
from w2v.backend.cpu.copies import OwnCopies, own_copies
from w2v.backend.cpu.vector_kernels import LANES, MAX_TILE
from w2v.backend.cpu.rows import padded, padded_copy
from w2v.backend.settings import StreamLoss, StreamSettings


def tile_shape(negative: int) -> tuple[int, int]:
    """Choose how many contexts and outputs are multiplied at once.

    As many outputs as registers hold, in tiles of even size, and as many contexts as
    a vector then has lanes for logits; more than four would mostly idle.

    Parameters
    ----------
    negative : int
        k; there are k + 1 outputs.

    Returns
    -------
    contexts, outputs : int
    """
    tiles = -(-(negative + 1) // MAX_TILE)
    outputs = -(-(negative + 1) // tiles)
    contexts = LANES // outputs
    return (4 if contexts > 4 else 2 if contexts > 1 else 1), outputs


@lru_cache
def lane_patterns(group: int, tile: int) -> np.ndarray:
    """Tell which lanes of a vector of logits count: context i, output j in lane i * tile + j.

    Parameters
    ----------
    group, tile : int
        Contexts and outputs that are multiplied at once.

    Returns
    -------
    (tile, group, LANES) float32 array
        1 in the lanes that count with j + 1 outputs and i + 1 contexts, 0 in the others.
    """
    out = np.zeros((tile, group, LANES), np.float32)
    for outputs in range(tile):
        for contexts in range(group):
            lanes = out[outputs, contexts, : group * tile].reshape(group, tile)
            lanes[: contexts + 1, : outputs + 1] = 1
    return out


def train_stream(
    W_in: np.ndarray,
    W_out: np.ndarray,
    tokens: np.ndarray,
    offsets: np.ndarray,
    noise: NoiseTable,
    keep: np.ndarray,
    settings: StreamSettings,
    position: int,
    own: OwnCopies | None = None,
) -> StreamLoss:
    """Train on a stream of sentences; see :meth:`w2v.backend.Backend.train_stream`.

    ``own``: a thread's copies that outlast the call, by default those of this call alone.
    """
    contexts, outputs = tile_shape(settings.negative)
    contexts = contexts if settings.skip_gram else 1
    return run_kernel(
        kernels.train,
        (W_in, W_out),
        (tokens, offsets),
        keep,
        settings,
        position,
        source=kernels.Negatives(
            settings.negative + 1,
            noise.table.view(np.uint64)[:, 0],
            noise.cumulative,
            settings.negative_key,
            settings.exact,
        ),
        tile_shape=(contexts, outputs),
        own=own,
    )


def run_kernel(
    train: Any,  # Numba's type says nothing of its arguments
    weights: tuple[np.ndarray, np.ndarray],
    corpus: tuple[np.ndarray, np.ndarray],
    keep: np.ndarray,
    settings: StreamSettings,
    position: int,
    *,
    source: Any,
    tile_shape: tuple[int, int],
    own: OwnCopies | None = None,
) -> StreamLoss:
    """Train on a stream by one of the kernels, on rows of whole vectors.

    Parameters
    ----------
    train : kernel
    weights : (V, H) and (outputs, H) float32 arrays
    corpus : (N,) and (S + 1,) int arrays
        Tokens and the sentences' offsets.
    keep, settings, position
        See :meth:`w2v.backend.Backend.train_stream`.
    outputs : tuple
        What the kernel takes to find a window's outputs.
    tiling : tuple
        How it multiplies them with contexts.
    own : OwnCopies, optional
        A thread's copies of rows that outlast the call.
    """
    whole_in, whole_out = (_vector_rows(W) for W in weights)
    tokens, offsets = corpus
    slope = (settings.alpha - settings.min_alpha) / settings.total
    loss = np.zeros(3)
    group, tile = tile_shape
    train(
        (whole_in, whole_out),
        Corpus(_read_only(tokens, np.int32), _read_only(offsets, np.int64), position),
        Windows(
            _read_only(keep, np.uint32),
            settings.token_key,
            settings.reach,
            settings.shrink_windows,
            settings.alpha,
            slope,
            settings.min_alpha,
        ),
        source,
        None if settings.skip_gram else (settings.mean, settings.mean and settings.share_gradient),
        ((0,) * group, (0,) * tile, lane_patterns(group, tile)),
        own or own_copies(settings, position, whole_in, whole_out),
        loss,
    )
    for W, whole in zip(weights, (whole_in, whole_out), strict=True):
        if not np.may_share_memory(W, whole):
            W[:] = whole[:, : W.shape[1]]
    return StreamLoss(float(loss[0]), int(loss[1]), int(loss[2]))


def _vector_rows(W: np.ndarray) -> np.ndarray:
    """Return W with rows of whole vectors: itself with its padding, or else a copy."""
    whole = padded(W)
    return whole if whole is not None else _vector_rows(padded_copy(W))


def _read_only(x: np.ndarray, dtype: type[np.integer[Any]]) -> np.ndarray:
    """Return x as memory maps are, so that the kernels are compiled for one type only."""
    view = np.ascontiguousarray(x, dtype=dtype).view()
    view.flags.writeable = False
    return view
