"""A loss that may still be on its way."""

from __future__ import annotations

from w2v.backend.settings import StreamLoss


class PendingLoss:
    """What a stream's training costs, once a device has done it.

    Parameters
    ----------
    loss : StreamLoss
        Known at once here; see :class:`w2v.backend.gpu.fused.DeviceLoss` for one that is not.
    """

    def __init__(self, loss: StreamLoss) -> None:
        self._loss = loss

    @property
    def ready(self) -> bool:
        """Whether :meth:`result` would not wait."""
        return True

    def result(self) -> StreamLoss:
        """Return the loss; waits for it.

        Raises
        ------
        ValueError
            A word id was out of range.
        """
        return self._loss
