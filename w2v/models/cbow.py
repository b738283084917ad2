"""Continuous bag of words: a word from the mean of its contexts."""

from __future__ import annotations

from w2v.backend import Array
from w2v.layers.base import Shown
from w2v.layers.columns import Columns
from w2v.layers.parts import EmbeddingPart
from w2v.models.base import ContextModel, Vectors, windows_of


class CBOW(ContextModel):
    """Model that predicts a word from the mean of the vectors around it [1]_.

    Built with the arguments of :class:`w2v.models.ContextModel`, the first
    four by position: ``vocab_size, hidden_size, window_size, corpus``.

    References
    ----------
    .. [1] Mikolov et al., "Efficient Estimation of Word Representations in
       Vector Space", 2013, section 3.1.
    """

    @Shown
    def in_layers(self) -> list[EmbeddingPart]:
        """The look-ups one by one, to be read: one for each context position."""
        n = 2 * self.window_size
        return [EmbeddingPart.of(self.in_layer, Columns(i, n)) for i in range(n)]

    word_vecs1 = Vectors("in_layer", "(V, H) float32 array, the input vectors.")
    word_vecs2 = Vectors("loss_layer", "(V, H) float32 array, the output vectors.")

    def forward(self, contexts: Array, target: Array) -> Array:
        """Return the loss of a batch.

        Parameters
        ----------
        contexts : (B, 2 · window_size) int array
            Word ids around each target.
        target : (B,) int array

        Returns
        -------
        0-d float32 array
            Mean over the batch, in nats; (1 + k) ln 2 before training with k negatives.
        """
        h = self.in_layer.mean(windows_of(self.backend.asarray(contexts), target))
        return self.loss_layer.forward(h, target)

    def backward(self, dout: float = 1) -> None:
        """Compute the gradients of the last forward pass."""
        self.in_layer.backward_mean(self.loss_layer.backward(dout))
