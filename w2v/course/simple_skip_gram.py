"""``ch03/simple_skip_gram.py``: the two words around a word, by products with one-hot vectors."""

from __future__ import annotations

from w2v.backend import Array
from w2v.course.one_hot import check_one_hot, initial_weight
from w2v.layers import MatMul, SoftmaxWithLoss

__all__ = ["SimpleSkipGram"]


class SimpleSkipGram:
    """Skip-gram of chapter 3, for a window of 1 and the whole softmax.

    Parameters
    ----------
    vocab_size : int
        V.
    hidden_size : int
        H.

    Attributes
    ----------
    in_layer, out_layer : MatMul
    loss_layer1, loss_layer2 : SoftmaxWithLoss
        Of the word before and the word after.
    params, grads : lists of arrays
        Collected from the layers once.
    word_vecs : (V, H) float32 array
    """

    def __init__(self, vocab_size: int, hidden_size: int) -> None:
        W_in = initial_weight(vocab_size, hidden_size)
        W_out = initial_weight(hidden_size, vocab_size)
        self.in_layer = MatMul(W_in)
        self.out_layer = MatMul(W_out)
        self.loss_layer1 = SoftmaxWithLoss()
        self.loss_layer2 = SoftmaxWithLoss()
        self.params = self.in_layer.params + self.out_layer.params
        self.grads = self.in_layer.grads + self.out_layer.grads
        self.word_vecs = W_in

    def forward(self, contexts: Array, target: Array) -> Array:
        """Return the loss of a batch, the sum of both words', 2 ln V before training.

        Parameters
        ----------
        contexts : (B, 2, V) one-hot array
        target : (B, V) one-hot array
        """
        check_one_hot(len(self.word_vecs), contexts, target)
        score = self.out_layer.forward(self.in_layer.forward(target))
        before = self.loss_layer1.forward(score, contexts[:, 0])
        return before + self.loss_layer2.forward(score, contexts[:, 1])

    def backward(self, dout: float = 1) -> None:
        """Compute the gradients of the last forward pass."""
        dscore = self.loss_layer1.backward(dout) + self.loss_layer2.backward(dout)
        self.in_layer.backward(self.out_layer.backward(dscore))
