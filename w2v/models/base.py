"""What the models share: two matrices of word vectors and the layers between them."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Any, cast

from w2v.backend import Array, Backend, backend_for, get_backend
from w2v.layers import (
    Embedding,
    HierarchicalSoftmaxLoss,
    Layer,
    NegativeSamplingLoss,
    TreeAndNegativesLoss,
)
from w2v.layers.base import Shown
from w2v.layers.context_loss import ContextLoss
from w2v.layers.unigram_sampler import count_words
from w2v.models.initial_weights import initial_weights, output_rows


class Vectors:
    """The vectors of one of a model's layers: what is assigned is copied into them.

    A model with layers of its own, which has none of that name, keeps what is assigned.

    Parameters
    ----------
    layer : str
        Name of the layer.
    doc : str
    """

    def __init__(self, layer: str, doc: str) -> None:
        self._layer = layer
        self.__doc__ = doc

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, model: Any, kind: type | None = None) -> Any:
        if model is None:
            return self
        kept = vars(model).get(self._name)
        return getattr(model, self._layer).params[0] if kept is None else kept

    def __set__(self, model: Any, vectors: Array) -> None:
        layer = getattr(model, self._layer, None)
        if layer is None:
            vars(model)[self._name] = vectors
            return
        W, vectors = layer.params[0], backend_for(layer.params[0]).asarray(vectors)
        if vectors.shape != W.shape:
            raise ValueError(f"vectors of shape {W.shape} are needed, got {vectors.shape}")
        if vectors.dtype.kind not in "biuf":
            raise ValueError(f"vectors must be numbers, got {vectors.dtype}")
        W[...] = vectors


class Collected:
    """The lists of a model's layers as one, and what a subclass adds to them or has instead.

    Read anew each time, so that an array that a layer works on in place of another is stepped.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, model: Any, kind: type | None = None) -> Any:
        if model is None:
            return self
        ours, more = vars(model).get(self._name, (True, []))
        return [*self._of_layers(model), *more] if ours else more

    def __set__(self, model: Any, arrays: list[Any]) -> None:
        ours = self._of_layers(model)
        if ours and list(map(id, arrays[: len(ours)])) == list(map(id, ours)):
            vars(model)[self._name] = True, list(arrays[len(ours) :])
        else:
            vars(model)[self._name] = False, list(arrays)

    def _of_layers(self, model: Any) -> list[Any]:
        layers = vars(model).get("layers", ())
        return [each for layer in layers for each in getattr(layer, self._name)]


class Model(ABC):
    """Layers put together.

    Attributes
    ----------
    layers : list of Layer
    params : list of arrays
        The layers' parameters, input vectors first.
    grads : list of arrays or RowGrad
        One a parameter, of the last backward pass: the layers' own, filled by every pass.
    """

    def __init__(self, *layers: Layer) -> None:
        self.layers = list(layers)

    params = Collected()
    grads = Collected()
    backend: Backend
    seed: int

    @abstractmethod
    def forward(self, contexts: Array, target: Array) -> Array:
        """Return the loss of a batch, a 0-d float array."""

    @abstractmethod
    def backward(self, dout: float = 1) -> None:
        """Compute the gradients of the last forward pass."""

    def set_params(self, *params: Array) -> None:
        """Let the layers work on other arrays from now on.

        Parameters
        ----------
        *params : arrays
            One for each of ``params``, used in place.
        """
        rest = iter(params)
        for layer in self.layers:
            layer.params[:] = [next(rest) for _ in layer.params]

    word_vecs = Vectors("in_layer", "(V, H) float32 array: what is wanted of the training.")


class ContextModel(Model):
    """Embedding and a loss that spares the softmax, the frame of CBOW and skip-gram.

    Parameters
    ----------
    vocab_size : int
        V; word ids are 0 to V − 1.
    hidden_size : int
        H, the dimension of the word vectors, gensim's ``vector_size``.
    window_size : int
        Context words on each side.
    corpus : (N,) int array
        Word ids; negatives are drawn, or the tree is built, by their count. Of the beginning
        of a corpus, ids as of first appearance, the last words may be missing, but for a tree.
    hs : {0, 1}, default 0
        1 trains hierarchical softmax, beside the negatives if there are any.
    negative : int, default 5
        Negatives a target; with ``hs=1`` it may be 0.
    ns_exponent : float, default 0.75
        Exponent of the counts.
    counts : (V,) array of numbers, optional
        Count of every word, in place of the corpus.
    sampling : {"auto", "exact", "fast"}, default "auto"
        How negatives are drawn, see :class:`w2v.layers.UnigramSampler`.
    start : {"normal", "uniform", "zeros"}, default "normal"
        The initial weights: normal for optimizers such as Adam, uniform for plain SGD,
        zeros to be filled in.
    seed : int, default 1
        Of the initial weights and the negatives.
    backend : Backend or str, optional
        Where the model lives; by default the backend in use.

    Raises
    ------
    ValueError
        A size below 1, a corpus that is empty, has an id outside 0 .. V − 1 or
        lacks a word, or more negatives than exact sampling can find.

    Attributes
    ----------
    in_layer : Embedding
        (V, H) input vectors.
    loss_layer : NegativeSamplingLoss, HierarchicalSoftmaxLoss or TreeAndNegativesLoss
        (V, H) output vectors, or (V − 1, H) of the tree's inner nodes, or both, (2V − 1, H).
    """

    def __init__(
        self,
        vocab_size: int,
        hidden_size: int,
        window_size: int,
        corpus: Array | None,
        *,
        hs: int = 0,
        negative: int = 5,
        ns_exponent: float = 0.75,
        counts: Array | None = None,
        sampling: str = "auto",
        start: str = "normal",
        seed: int = 1,
        backend: Backend | str | None = None,
    ) -> None:
        self.backend = get_backend(backend)
        self.window_size = window_size
        self.seed = seed
        check_sizes(vocab_size, hidden_size, window_size)
        W_in, W_out = initial_weights(
            self.backend,
            vocab_size,
            hidden_size,
            output_rows(vocab_size, hs=hs, negative=negative),
            start=start,
            seed=seed,
        )
        if counts is None:
            corpus = self.backend.asarray(corpus)
            self.backend.check_ids(corpus, vocab_size)
            # A tree is of all words; negatives are drawn among those of the corpus, which may be
            # the beginning of a longer one.
            counts = count_words(corpus, vocab_size if hs else 0)
        self.in_layer = Embedding(W_in)
        self.loss_layer: ContextLoss
        if hs and not negative:
            self.loss_layer = HierarchicalSoftmaxLoss(W_out, counts=counts)
        else:
            self.loss_layer = (TreeAndNegativesLoss if hs else NegativeSamplingLoss)(
                W_out, None, ns_exponent, negative, counts=counts, sampling=sampling, seed=seed
            )
        super().__init__(self.in_layer, self.loss_layer)

    @Shown
    def ns_loss(self) -> NegativeSamplingLoss:
        """The course's name for the loss layer, where that is negative sampling."""
        if self.loss_layer.hs:
            raise AttributeError("this model trains hierarchical softmax: it has no ns_loss")
        return cast(NegativeSamplingLoss, self.loss_layer)


def windows_of(contexts: Array, target: Array) -> Array:
    """Return contexts as (B, C), or say that there are not as many windows as targets."""
    if len(contexts) != len(target):
        raise ValueError(
            f"each of {len(target)} targets needs a window of contexts, got contexts in shape "
            f"{contexts.shape}"
        )
    return contexts.reshape(len(contexts), math.prod(contexts.shape[1:]))


def check_sizes(vocab_size: int, hidden_size: int, window_size: int) -> None:
    """Refuse sizes below 1.

    Raises
    ------
    ValueError
        Names the first.
    """
    sizes: dict[str, Any] = {
        "vocab_size": vocab_size,
        "hidden_size": hidden_size,
        "window_size": window_size,
    }
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{name} must be 1 or more, got {size}")
