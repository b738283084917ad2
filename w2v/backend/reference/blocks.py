"""Skip-gram's windows that share their negatives, in plain array code.

Consecutive windows of a sentence make a block, which is one small matrix product: all their
contexts by all their targets and one draw of negatives, as in Ji et al., "Parallelizing Word2Vec
in Shared and Distributed Memory", 2016, over more windows than one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from w2v.backend.array import Array
from w2v.backend.noise import NoiseTable
from w2v.backend.output import Ops
from w2v.backend.settings import FusedSettings


class Block(NamedTuple):
    """Inputs and outputs of some windows, and how often each pair of them counts.

    Parameters
    ----------
    contexts : (C,) int array
        Words, in the order of the text; all that stand in a window of the block.
    outputs : (O,) int array
        The m targets, then the negatives.
    labels : (O,) array
        1 for the targets, 0 for the negatives.
    counts : (C, O) float32 array
        1 for a target and a context of its window; for a negative, in how many windows the
        context is that the negative was drawn for, times k by the number of negatives shared.
    predictions : int
        Pairs of a context and a target.
    """

    contexts: Array
    outputs: Array
    labels: Array
    counts: Array
    predictions: int


def blocks_of(
    backend: Ops,
    noise: NoiseTable,
    sentence: Array,
    places: Array,
    widths: Array,
    settings: FusedSettings,
) -> list[Block]:
    """Cut a sentence into blocks of ``settings.block`` windows; the last may be less.

    Parameters
    ----------
    backend : Ops
    noise : NoiseTable
    sentence : (n,) int array
        Words that stayed.
    places, widths : (n,) uint64 arrays
        Where in the run they stand, and of their windows.
    settings : FusedSettings
    """
    size, m = sentence.size, settings.block
    if size < 2:
        return []
    starts = range(0, size, m)
    return [
        _block(
            backend,
            sentence,
            np.arange(start, min(start + m, size)),
            [int(width) for width in widths[start : start + m]],
            noise.shared_negatives(backend, int(places[start]), settings),
            settings,
        )
        for start in starts
    ]


def _block(
    backend: Ops,
    sentence: Array,
    targets: np.ndarray,
    widths: list[int],
    drawn: Array,
    settings: FusedSettings,
) -> Block:
    xp = backend.xp
    reach = np.array(widths)
    low = max(0, int((targets - reach).min()))
    top = min(sentence.size - 1, int((targets + reach).max()))
    distance = abs(np.arange(low, top + 1)[:, None] - targets)
    within = xp.asarray(((distance > 0) & (distance <= reach)).astype(np.float32))
    words = sentence[xp.asarray(targets)]
    # Of k + 1 words drawn one after another, a window has the first k that are not its target.
    chosen = xp.ones((targets.size, drawn.size), dtype=xp.float32)
    if settings.exact:
        chosen = (drawn != words[:, None]).astype(xp.float32)
        chosen *= xp.cumsum(chosen, axis=1) <= settings.shared_negatives
    share = np.float32(settings.negative / settings.shared_negatives)
    outputs = xp.concatenate((words, drawn))
    return Block(
        sentence[low : top + 1],
        outputs,
        xp.arange(outputs.size) < targets.size,
        xp.concatenate((within, share * (within @ chosen)), axis=1),
        int(within.sum()),
    )
