"""Noticing that a training has left the numbers behind."""

from __future__ import annotations

import math
import warnings

import numpy as np

from w2v.config import WHOLE_SENTENCE, TrainConfig
from w2v.models import ContextModel

_WORSE = 1.05  # text without any order in it may end a little above where it began
_LOST = 1000.0  # times as much: vectors that are of no use for anything
_USUAL_WINDOW = 10  # beyond it, a narrower one is worth a try


class DivergedError(ArithmeticError):
    """Steps too long have carried vectors away: the loss or a weight is no finite number, or huge.

    The model then holds what has diverged and serves nothing; its ``losses`` and
    ``epochs_done``, and a checkpoint, are those of the last epoch that ended well.
    """


def check_loss(loss: float, *, epoch: int, words: int, alpha: float, window: int) -> None:
    """Raise a DivergedError where a loss is no finite number.

    Parameters
    ----------
    loss : float
        Summed or averaged over whatever was trained on since the last check.
    epoch : int
        Counted from 1.
    words : int
        Trained on when it was noticed, over all epochs.
    alpha : float
        Learning rate at the beginning, named in the message; 0 where weights rest.
    window : int
        Named in the message too, if it is wide.
    """
    if math.isfinite(loss):
        return
    if not alpha:
        raise DivergedError(
            "the loss is no finite number: vectors are not finite, or so long that their products "
            "are not; train anew at a lower alpha, or load a model that was saved before"
        )
    raise DivergedError(
        f"training diverged in epoch {epoch}, noticed after {words:,} words: the loss or a weight "
        f"is no finite number any more; lower alpha, which is {alpha:g}{_wide(window)}"
    )


def _wide(window: int) -> str:
    """Name a window that is wider than usual."""
    if window <= _USUAL_WINDOW:
        return ""
    return f", or window, which is {'sentence' if window >= WHOLE_SENTENCE else window}"


def tell_if_worse_than_untrained(loss: float, untrained: float, config: TrainConfig) -> None:
    """Warn where a training ends above the loss of vectors that have learnt nothing.

    A thousand times that is a :class:`DivergedError`.

    Parameters
    ----------
    loss : float
        After the last epoch, at rest.
    untrained : float
        On the same text.
    config : TrainConfig
    """
    if loss <= _WORSE * untrained:
        return
    rate = config.learning_rate if config.optimizer == "sgd" else config.alpha
    which = "" if rate is None else f", which is {rate:g}"
    which += _wide(config.window_size)
    told = (
        f"the loss after the last epoch, {loss:.4g}, is above {untrained:.4g}, that of vectors "
        f"which have learnt nothing: the steps are too long; lower alpha{which}"
    )
    if loss > _LOST * untrained:
        raise DivergedError(told)
    warnings.warn(told, stacklevel=3)


def sum_of_weights(model: ContextModel) -> float:
    """Return what is a finite number if all weights are; one pass, nothing allocated."""
    with np.errstate(all="ignore"):
        return sum(map(model.backend.sum_of, model.params))


def check_after_hooks(model: ContextModel, epoch: int) -> None:
    """Raise a DivergedError where hooks have written no finite numbers to finite weights."""
    if not math.isfinite(sum_of_weights(model)):
        raise DivergedError(
            f"the weights were finite when epoch {epoch} ended, and are not after its hooks: have "
            "these write finite numbers"
        )


def check_start(model: ContextModel) -> None:
    """Refuse weights that no training can begin with.

    Raises
    ------
    ValueError
        Which matrix has numbers that are not finite, and the first of their rows.
    """
    if math.isfinite(sum_of_weights(model)):
        return
    xp = model.backend.xp
    for name, W in zip(("input", "output"), model.params, strict=True):
        wrong = ~xp.isfinite(W).all(axis=1)
        if wrong.any():
            raise ValueError(
                f"the {name} vectors hold numbers that are not finite before any training, first "
                f"in row {int(wrong.argmax())}: assign finite ones, load a saved model or build "
                f"the vocabulary anew"
            )
