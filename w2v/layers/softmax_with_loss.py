"""Cross-entropy over the whole vocabulary, the baseline's loss."""

from __future__ import annotations

from w2v.backend import Array, backend_for
from w2v.layers.base import Layer


class SoftmaxWithLoss(Layer):
    """Softmax and cross-entropy, averaged over the batch.

    Attributes
    ----------
    y : (B, V) float array or None
        Probabilities of the last forward pass.
    t : (B,) int array or None
        Its right words.
    """

    y: Array = None
    t: Array = None

    def forward(self, x: Array, t: Array) -> Array:
        """Return the mean loss.

        Parameters
        ----------
        x : (B, V) float array
            Logits.
        t : (B,) int array or (B, V) one-hot array
            The right words.

        Returns
        -------
        0-d float array
            ``−Σ log softmax(x)[t] / B``, in nats; ln V before training.
        """
        xp = backend_for(x).xp
        self.t = t.argmax(axis=1) if t.shape == x.shape else t.reshape(len(x))
        shifted = x - x.max(axis=1, keepdims=True)
        exp = xp.exp(shifted)
        total = exp.sum(axis=1, keepdims=True)
        self.y = exp / total
        self.rows = xp.arange(len(x))
        return (xp.log(total[:, 0]) - shifted[self.rows, self.t]).mean()

    def backward(self, dout: float = 1) -> Array:
        """Return the gradient by x, ``(softmax(x) − t) · dout / B``, shape (B, V)."""
        dx = self.y.copy()
        dx[self.rows, self.t] -= 1
        dx *= dout / len(dx)
        return dx
