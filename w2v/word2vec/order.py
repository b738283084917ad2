"""What one training is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from w2v.config import TrainConfig
from w2v.items import is_integer
from w2v.messages import quoted
from w2v.training.checkpoint import Checkpoint
from w2v.training.checkpoint_interval import Interval
from w2v.training.older_checkpoints import MOST_KEPT
from w2v.training.progress_lines import checked_delay
from w2v.word2vec.training_session import Report


def reading_of(**given: Any) -> dict[str, Any]:
    """Return the arguments of reading that are given."""
    return {name: value for name, value in given.items() if value is not None}


class Order(NamedTuple):
    """What one training is asked for; see :meth:`w2v.word2vec.training.Training.train`.

    ``forgiving`` makes a warning of a text in which there is nothing to learn.
    """

    epochs: int | None = None
    start_alpha: float | str | None = None
    end_alpha: float | None = None
    callbacks: Iterable[Any] | None = ()
    on_report: Report | None = None
    checkpoint: str | Path | None = None
    checkpoint_every: str | None = None
    checkpoint_keep: int = 1
    first_epoch: int = 0
    resume: bool = False
    reread: bool | None = None
    encoding: str | None = None
    column: str | None = None
    report_delay: float = 1.0
    sample_weight: Any = None
    forgiving: bool = False

    @property
    def asked(self) -> dict[str, Any]:
        """The hyper-parameters that the training is to have in place of the model's."""
        names = {"epochs": self.epochs, "alpha": self.start_alpha, "min_alpha": self.end_alpha}
        return {name: value for name, value in names.items() if value is not None}

    @property
    def reading(self) -> dict[str, Any]:
        """How the text is to be read, where it is not as the model says."""
        return reading_of(encoding=self.encoding, column=self.column)

    @property
    def interval(self) -> Interval:
        """How often the training is to be kept."""
        return Interval.parse(self.checkpoint_every)

    def keeper(self, save: Callable[[str | Path, int], None]) -> Callable[[], None] | None:
        """Return what keeps the training in its folder; None where it has none.

        Parameters
        ----------
        save : callable
            Writes a folder, and keeps so many.
        """
        folder = self.checkpoint
        return None if folder is None else partial(save, folder, self.checkpoint_keep)

    def check(self, going_on: TrainConfig | None) -> None:
        """Refuse to keep the training as it shall be, where that cannot be.

        Parameters
        ----------
        going_on : TrainConfig or None
            Of the run that is gone on with; None where one begins.

        Raises
        ------
        ValueError
            ``report_delay`` is no time, how it shall be kept is no way to, or there is no folder
            that is to be kept in; as a CheckpointError where something else stands, or a training
            that would be lost.
        """
        checked_delay(self.report_delay)
        folder, keep = self.checkpoint, self.checkpoint_keep
        if not is_integer(keep) or not 1 <= keep <= MOST_KEPT:
            raise ValueError(
                f"checkpoint_keep must be 1 or more, and {MOST_KEPT:,} at most, got {quoted(keep)}"
            )
        if folder is None:
            if self.checkpoint_every is not None or keep > 1:
                raise ValueError(
                    "checkpoint_every and checkpoint_keep are of checkpoints: name their folder, "
                    "checkpoint=…"
                )
            return
        Interval.parse(self.checkpoint_every)
        Checkpoint.check_begins(folder, keep)
        Checkpoint.check_not_lost(folder, going_on)
