"""What a run has come to, as it is kept with a saved training."""

from __future__ import annotations

from typing import Any

from w2v.config import AUTO, TrainConfig, checked_flag, differing
from w2v.items import is_integer
from w2v.messages import quoted
from w2v.training.engines import first_rate
from w2v.training.position import Position
from w2v.word2vec.base import Base

POSITION, RUN = "position", "run"  # keys of progress.json
_MOST_POINTS = 2_000  # of a curve that is kept; a picture has fewer


def forget_run(trained: Base) -> None:
    """Begin a run anew: nothing is done of it."""
    trained.curve, trained._rests = [], []
    trained.trained_words = trained.predictions = trained._words_in_epochs = 0
    trained._total_loss = 0.0
    trained.epochs_done = 0
    trained._position, trained._asked, trained._torn = None, {}, False


def require_same_settings(trained: Base, epochs: int) -> None:
    """Refuse to go on with a run that was begun with other hyper-parameters, or to cut it short.

    Parameters
    ----------
    trained : Base
    epochs : int
        That it is to have.

    Raises
    ------
    ValueError
        It names those that contradict.
    """
    now, begun = trained.config, trained._begun_as
    if begun is None:
        return
    rates = {"alpha": (_rate(now), _rate(begun))}
    values = {
        name: rates.get(name, (getattr(now, name), getattr(begun, name)))
        for name in differing(now.to_dict(), begun.to_dict())
    }
    told = [
        f"{name} is {value}, was {was}" for name, (value, was) in values.items() if value != was
    ]
    before = trained._asked.get("epochs", begun.epochs)
    if epochs < before:
        told.append(f"epochs is {epochs}, was {before}: it can be raised")
    if told:
        raise ValueError(
            f"this run was begun with other settings: {'; '.join(told)}; set them back to go on "
            "with it, or train anew without resume=True"
        )


def _rate(config: TrainConfig) -> float | str:
    return AUTO if config.alpha == AUTO else first_rate(config)


def goes_on(trained: Base, resume: Any, first_epoch: int) -> bool:
    """Tell whether a training goes on with the run that a model has been trained in.

    Parameters
    ----------
    trained : Base
    resume, first_epoch
        As the training is asked for.

    Raises
    ------
    ValueError
        It cannot.
    """
    resume = checked_flag("resume", resume)
    if trained._torn and (resume or first_epoch):
        raise ValueError(
            "this model cannot be gone on with, as its weights are further than what is known of "
            "its run: its training diverged, or it was saved in the middle of an epoch; train "
            "anew, or go on from what checkpoint=… keeps"
        )
    if not resume:
        return first_epoch != 0
    if first_epoch:
        raise ValueError("resume=True goes on where the model stands: leave out first_epoch")
    return trained.epochs_done + trained.within_epoch > 0


def check_first_epoch(trained: Base, first: Any, epochs: int) -> None:
    """Refuse to begin anywhere but at the start or where the model stands."""
    done = trained.epochs_done
    known = is_integer(first) and (first == 0 or first == done)
    if not known or first > epochs:
        raise ValueError(
            f"first_epoch must be 0, to begin, or this model's epochs_done, which is {done}, "
            f"to go on, and at most epochs, which is {epochs}; got {quoted(first)}"
        )


def told_of_run(trained: Base) -> dict[str, Any]:
    """Return what a run has come to, for JSON; see :func:`take_run`."""
    run: dict[str, Any] = {
        "asked": trained._asked,
        "words": trained.trained_words,
        "words_in_epochs": trained._words_in_epochs,
        "predictions": trained.predictions,
        "loss": trained._total_loss,
    }
    if trained._torn:
        run["torn"] = True
    # Reports may come by time; a run at its end is the same, byte for byte, however it came there.
    if trained.epochs_done < trained._asked.get("epochs", trained.config.epochs):
        run |= {"curve": _thinned(trained.curve), "rests": _thinned(trained._rests)}
    kept: dict[str, Any] = {RUN: run}
    if trained._position is not None:
        kept[POSITION] = trained._position.to_dict()
    return kept


def take_run(trained: Base, progress: dict[str, Any]) -> None:
    """Have a model stand where the run of a saved training did; earlier versions kept nothing."""
    if POSITION in progress:
        trained._position = Position.from_dict(progress[POSITION])
    run = progress.get(RUN)
    if run is None:
        return
    trained._asked, trained._torn = dict(run["asked"]), bool(run.get("torn"))
    trained.trained_words, trained.predictions = run["words"], run["predictions"]
    trained._words_in_epochs = run["words_in_epochs"]
    trained._total_loss = run["loss"]
    trained.curve = [(words, loss) for words, loss in run.get("curve", ())]
    trained._rests = [(words, loss) for words, loss in run.get("rests", ())]


def _thinned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return every n-th point, and the last, if there are more than anyone looks at."""
    if len(points) <= _MOST_POINTS:
        return points
    step = -(-len(points) // _MOST_POINTS)
    return points[(len(points) - 1) % step :: step]
