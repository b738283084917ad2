"""Skip-gram: the contexts from a word."""

from __future__ import annotations

from w2v.backend import Array
from w2v.layers.base import Shown
from w2v.layers.negative_sampling_part import NegativeSamplingPart
from w2v.models.base import ContextModel, windows_of


class SkipGram(ContextModel):
    """Model that predicts the words around a word from its vector [1]_.

    Built with the arguments of :class:`w2v.models.ContextModel`, the first
    four by position: ``vocab_size, hidden_size, window_size, corpus``.

    References
    ----------
    .. [1] Mikolov et al., "Efficient Estimation of Word Representations in
       Vector Space", 2013, section 3.2.
    """

    @Shown
    def loss_layers(self) -> list[NegativeSamplingPart]:
        """The losses one by one, to be read: one for each context position."""
        return [NegativeSamplingPart(self.ns_loss, i) for i in range(2 * self.window_size)]

    def forward(self, contexts: Array, target: Array) -> Array:
        """Return the loss of a batch.

        Parameters
        ----------
        contexts : (B, 2 · window_size) int array
            Word ids around each target, each predicted for itself.
        target : (B,) int array

        Returns
        -------
        0-d float32 array
            Summed over the contexts and averaged over the batch, in nats;
            2 · window_size · (1 + k) ln 2 before training with k negatives.
        """
        h = self.in_layer.forward(target)
        return self.loss_layer.forward(h, windows_of(self.backend.asarray(contexts), target))

    def backward(self, dout: float = 1) -> None:
        """Compute the gradients of the last forward pass."""
        self.in_layer.backward(self.loss_layer.backward(dout))
