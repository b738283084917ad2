"""A loss that may still be on its way."""

from __future__ import annotations

from w2v.backend.settings import FusedLoss


class DeviceFailedError(RuntimeError):
    """A GPU has failed, and what was on it is lost: the process needs a new beginning."""


class PendingLoss:
    """What a piece of work costs, once a device has done it.

    Parameters
    ----------
    loss : FusedLoss
        Known at once here; see :class:`w2v.backend.gpu.fused.DeviceLoss` for one that is not.
    """

    def __init__(self, loss: FusedLoss) -> None:
        self._loss = loss

    @property
    def ready(self) -> bool:
        """Whether :meth:`result` would not wait."""
        return True

    def result(self) -> FusedLoss:
        """Return the loss; waits for it.

        Raises
        ------
        ValueError
            A word id was out of range.
        DeviceFailedError
            The GPU has failed.
        """
        return self._loss
