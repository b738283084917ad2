"""How far many warps at once step each word's rows together, word by word."""

from __future__ import annotations

import cupy
import numpy as np

from w2v.backend.array import Array
from w2v.backend.gpu.runs import refresh_windows
from w2v.backend.noise import NoiseTable
from w2v.backend.output import Output
from w2v.backend.work import Work

# By how much a step at a learning rate of 1 shortens what the next on the same row has left to
# do, about: with 2,000 warps these gave the vectors of one.
_CONTEXT, _OUTPUT = 1.0, 0.3
_FLAT = 0.1  # powers that are less leave nothing to tell frequencies by


def crowd(work: Work, warps: int) -> tuple[Array, Array] | None:
    """Return, by word, what its steps at a learning rate are divided by, less 1, over that rate.

    While a warp trains on a window, all others step rows that it has read. Where n steps start
    from the same values, they go n times as far as one; one after another each finds less to do.
    With a share c forgotten in a step, 1 - (1 - c)ⁿ of the way is gone: about n c / (1 + n c).
    For rare words nothing changes; of a text's most frequent one, hundreds of steps may be under
    way at once, and what they add up to would not come to rest.

    Parameters
    ----------
    work : Work
    warps : int
        That train at once.

    Returns
    -------
    contexts, outputs : (V,) float32 arrays, or None
        None where a warp is alone, or where the words' frequencies cannot be told from the
        noise distribution: there are few warps then.
    """
    noise, settings = work.output, work.settings
    if warps == 1 or not isinstance(noise, NoiseTable) or not frequencies_known(noise):
        return None
    drawn = cupy.diff(noise.cumulative).astype(np.float64)
    drawn /= drawn.sum()
    kept = drawn ** (1 / noise.power)
    kept *= work.keep.astype(np.float64) + 1
    kept /= kept.sum()
    # An output's row is read for one window, a context's kept for some.
    others, uses = warps - 1, float(settings.contexts)
    if not settings.skip_gram and settings.mean:  # a row is a part of what is stepped
        uses /= settings.contexts ** (1 + settings.share_gradient)
    contexts = _CONTEXT * others * refresh_windows(settings.reach) * uses * kept
    outputs = _OUTPUT * others * (kept + settings.negative * drawn)
    return contexts.astype(np.float32), outputs.astype(np.float32)


def frequencies_known(output: Output) -> bool:
    """Say whether words' frequencies can be told from what windows are told by."""
    return isinstance(output, NoiseTable) and abs(output.power) > _FLAT
