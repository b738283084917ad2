"""``ch03/simple_cbow.py``: a word from the two around it, by products with one-hot vectors."""

from __future__ import annotations

from w2v.backend import Array
from w2v.course.one_hot import check_one_hot, initial_weight
from w2v.layers import MatMul, SoftmaxWithLoss

__all__ = ["SimpleCBOW"]


class SimpleCBOW:
    """CBOW of chapter 3, for a window of 1 and the whole softmax.

    Parameters
    ----------
    vocab_size : int
        V.
    hidden_size : int
        H.

    Attributes
    ----------
    in_layer0, in_layer1 : MatMul
        Of the word before and the word after; they share one (V, H) matrix.
    out_layer : MatMul
    loss_layer : SoftmaxWithLoss
    params, grads : lists of arrays
        Collected from the layers once; the shared matrix is there twice.
    word_vecs : (V, H) float32 array
    """

    def __init__(self, vocab_size: int, hidden_size: int) -> None:
        W_in = initial_weight(vocab_size, hidden_size)
        W_out = initial_weight(hidden_size, vocab_size)
        self.in_layer0 = MatMul(W_in)
        self.in_layer1 = MatMul(W_in)
        self.out_layer = MatMul(W_out)
        self.loss_layer = SoftmaxWithLoss()
        layers = [self.in_layer0, self.in_layer1, self.out_layer]
        self.params = [param for layer in layers for param in layer.params]
        self.grads = [grad for layer in layers for grad in layer.grads]
        self.word_vecs = W_in

    def forward(self, contexts: Array, target: Array) -> Array:
        """Return the mean loss of a batch, ln V before training.

        Parameters
        ----------
        contexts : (B, 2, V) one-hot array
        target : (B, V) one-hot array
        """
        check_one_hot(len(self.word_vecs), contexts, target)
        h = self.in_layer0.forward(contexts[:, 0]) + self.in_layer1.forward(contexts[:, 1])
        return self.loss_layer.forward(self.out_layer.forward(h * 0.5), target)

    def backward(self, dout: float = 1) -> None:
        """Compute the gradients of the last forward pass."""
        dh = self.out_layer.backward(self.loss_layer.backward(dout)) * 0.5
        self.in_layer0.backward(dh)
        self.in_layer1.backward(dh)
