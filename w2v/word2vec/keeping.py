"""The checkpoints of one training: when each is due, and what becomes of one that fails."""

from __future__ import annotations

from collections.abc import Callable

from w2v.training.checkpoint import CheckpointError
from w2v.training.checkpoint_interval import Interval, Schedule

_FAILURES = (OSError, MemoryError, CheckpointError)


class Keeping:
    """What saves a training now and then.

    A checkpoint that cannot be written ends no training: the next is tried when it is due.

    Parameters
    ----------
    save : callable or None
        Saves the model; None where it is not to be kept.
    interval : Interval
        How often.
    words, epochs : float
        That the run has done already.

    Attributes
    ----------
    failure : Exception or None
        Why the last checkpoint could not be written, if it could not.
    is_saving : bool
        Whether a save has begun and not come to its end.
    """

    def __init__(
        self, save: Callable[[], None] | None, interval: Interval, words: float, epochs: float
    ) -> None:
        self._save = save
        self._schedule = Schedule(interval, words, epochs)
        self._saved_at: object = None
        self.failure: Exception | None = None
        self.is_saving = False

    def due(self, words: float, epochs: float) -> bool:
        """Tell whether it is time."""
        return self._save is not None and self._schedule.due(words, epochs)

    def has(self, stands: object) -> bool:
        """Tell whether the last checkpoint is of where the training stands."""
        return self._saved_at == stands

    def save(self, stands: object, words: float, epochs: float) -> bool:
        """Save the model as it stands, and note in ``failure`` why that could not be.

        Parameters
        ----------
        stands : object
            What tells one place of a run from others.
        words, epochs : float
            That the run has done.

        Returns
        -------
        bool
            Whether it failed, and the one before had not.
        """
        if self._save is None:
            return False
        before, self.failure = self.failure, None
        self.is_saving = True
        try:
            self._save()
            self._saved_at = stands
        except _FAILURES as error:
            self.failure = error.with_traceback(None)  # which holds what was being written
        self.is_saving = False
        self._schedule.kept(words, epochs)
        return self.failure is not None and before is None
