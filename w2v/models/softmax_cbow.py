"""CBOW with the full softmax: the baseline whose step costs as much as the vocabulary is large."""

from __future__ import annotations

from w2v.backend import Array, Backend, get_backend
from w2v.layers import Embedding, MatMul, SoftmaxWithLoss
from w2v.models.base import Model, check_sizes
from w2v.models.initial_weights import initial_weights


class SoftmaxCBOW(Model):
    """Model that predicts a word from the mean of the vectors around it, over the whole vocabulary.

    Parameters
    ----------
    vocab_size : int
        V; word ids are 0 to V − 1.
    hidden_size : int
        H, the dimension of the word vectors.
    window_size : int
        Context words on each side.
    corpus : (N,) int array, optional
        Not needed, as nothing is sampled; taken so that the models can be exchanged.
    one_hot : bool, default False
        Contexts come as one-hot vectors and are multiplied with the whole input
        matrix, as the course's first CBOW does, instead of looked up.
    seed : int, default 1
        Of the initial weights.
    backend : Backend or str, optional
        Where the model lives; by default the backend in use.

    Raises
    ------
    ValueError
        A size below 1.
    """

    def __init__(
        self,
        vocab_size: int,
        hidden_size: int,
        window_size: int,
        corpus: Array | None = None,
        *,
        one_hot: bool = False,
        seed: int = 1,
        backend: Backend | str | None = None,
    ) -> None:
        self.backend = get_backend(backend)
        self.window_size = window_size
        self.seed = seed
        check_sizes(vocab_size, hidden_size, window_size)
        W_in, W_out = initial_weights(self.backend, vocab_size, hidden_size, vocab_size, seed=seed)
        self.in_layer = MatMul(W_in) if one_hot else Embedding(W_in)
        self.out_layer = MatMul(W_out.T)
        self.loss_layer = SoftmaxWithLoss()
        super().__init__(self.in_layer, self.out_layer)

    def forward(self, contexts: Array, target: Array) -> Array:
        """Return the loss of a batch.

        Parameters
        ----------
        contexts : (B, 2 · window_size) int array, or (B, 2 · window_size, V) one-hot array
        target : (B,) int array, or (B, V) one-hot array

        Returns
        -------
        0-d float32 array
            Mean over the batch, in nats; ln V before training.
        """
        rows = self.in_layer.forward(contexts)
        self.n_contexts = rows.shape[1]
        return self.loss_layer.forward(self.out_layer.forward(rows.mean(axis=1)), target)

    def backward(self, dout: float = 1) -> None:
        """Compute the gradients of the last forward pass."""
        dh = self.out_layer.backward(self.loss_layer.backward(dout)) / self.n_contexts
        shape = (len(dh), self.n_contexts, dh.shape[1])
        self.in_layer.backward(self.backend.xp.broadcast_to(dh[:, None], shape))
