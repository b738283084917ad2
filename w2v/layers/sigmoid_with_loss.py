"""Binary cross-entropy on logits."""

from __future__ import annotations

from w2v.backend import Array, backend_for
from w2v.layers.base import Layer, Shown


class SigmoidWithLoss(Layer):
    """Logistic loss of yes-or-no answers, averaged over the batch.

    With several answers a row, (B, K), the losses of a row are summed, as K
    layers side by side would give.

    Attributes
    ----------
    x : (B,) or (B, K) float array or None
        Logits of the last forward pass.
    t : array of x's shape, or one that broadcasts to it, or None
        Its labels.
    """

    def __init__(self) -> None:
        super().__init__()
        self.x: Array = None
        self.t: Array = None
        self._total: Array = None

    @Shown
    def y(self) -> Array:
        """σ(x) of the last forward pass, in x's shape; None before."""
        return None if self.x is None else (backend_for(self.x).xp.tanh(self.x / 2) + 1) / 2

    @Shown
    def loss(self) -> Array:
        """Mean loss of the last forward pass, 0-d; None before."""
        # Not the array that forward returned, to which a caller may add another layer's loss.
        return None if self.x is None else self._total / len(self.x)

    def forward(self, x: Array, t: Array) -> Array:
        """Return the mean loss.

        Parameters
        ----------
        x : (B,) or (B, K) float array
            Logits.
        t : int array of x's shape, or one that broadcasts to it
            1 for yes, 0 for no, or how likely a yes is.

        Returns
        -------
        0-d float array
            ``−Σ [t log σ(x) + (1 − t) log(1 − σ(x))] / B``, in nats.
        """
        if x.dtype.kind != "f":
            x = x.astype(float)
        self.x, self.t = x, t
        self._total, self.difference = backend_for(x).sigmoid_loss(x, t)
        return self._total / len(x)

    def backward(self, dout: float | Array = 1) -> Array:
        """Return the gradient by x, ``(σ(x) − t) · dout / B``, in x's shape.

        Parameters
        ----------
        dout : float or (B,) array, default 1
            Of the whole loss, or of every row's.
        """
        if self.x is None:
            raise ValueError("a backward pass comes after a forward pass")
        scale: Array = dout
        if getattr(dout, "ndim", 0) == 1 and self.difference.ndim == 2:
            scale = scale[:, None]
        return self.difference * (scale / len(self.difference))
