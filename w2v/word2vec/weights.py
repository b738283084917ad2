"""The weights of a model and the word vectors that show them: one owner of both."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from w2v.backend import Array, Backend, get_backend
from w2v.config import TrainConfig
from w2v.data import Vocabulary
from w2v.items import Item
from w2v.models import CBOW, ContextModel, SkipGram
from w2v.training.memory import require_memory
from w2v.training.optimizer_state import optimizer_from, state_arrays
from w2v.training.optimizers import Optimizer
from w2v.vectors import KeyedVectors
from w2v.vectors.model_vectors import ModelVectors

_FEWEST_LEAVES = 2


class NoVocabularyError(ValueError, RuntimeError):
    """A model is asked for what it has with a vocabulary; a RuntimeError, as gensim's is."""


class PlainWeights(NamedTuple):
    """A model's weights as NumPy arrays, and from where its negatives and optimizer go on.

    Parameters
    ----------
    vocab : Vocabulary
    matrices : sequence of arrays
        ``W_in`` and ``W_out``.
    drawn : int or None
        Negatives drawn so far; None where none are.
    optimizer : (int, mapping of str to array) or None
        Its steps and its state; None before the first step.
    lockf : (V,) float32 array or None
        What changes of input vectors are multiplied by; None for 1.
    """

    vocab: Vocabulary
    matrices: Sequence[np.ndarray]
    drawn: int | None
    optimizer: tuple[int, Mapping[str, np.ndarray]] | None
    lockf: np.ndarray | None = None


class Weights:
    """The layers that are trained, and the table of vectors whose matrix is theirs.

    Where the layers are on another device, the table holds a copy, and the one that was
    written to last goes before the other.

    Parameters
    ----------
    config : TrainConfig

    Attributes
    ----------
    backend : Backend
        Where the layers are.
    vocab : Vocabulary or None
    model : ContextModel or None
        Made with the vocabulary.
    optimizer : Optimizer or None
        What the last training stepped the weights with, to go on with.
    is_training : bool
        Whether weights may be changing at this moment.
    """

    def __init__(self, config: TrainConfig) -> None:
        self.config = config
        self.backend = _backend_of(config)
        self.vocab: Vocabulary | None = None
        self.model: ContextModel | None = None
        self.optimizer: Optimizer | None = None
        self.is_training = False
        self._vectors: ModelVectors | None = None
        self._device_is_ahead = False

    def built(self) -> tuple[ContextModel, Vocabulary]:
        """Return model and vocabulary, or say that there are none yet."""
        if self.model is None or self.vocab is None:
            raise NoVocabularyError("there is no vocabulary yet: call build_vocab() or fit() first")
        return self.model, self.vocab

    def refuse_while_training(self, what: str) -> None:
        """Raise a ValueError if weights may be changing at this moment."""
        if self.is_training:
            raise ValueError(f"{what} cannot be changed while the model trains: do so between")

    # -- layers ---------------------------------------------------------------------

    def new_model(self, vocab: Vocabulary, *, start: str = "uniform") -> ContextModel:
        """Return a model for a vocabulary, by the configuration, with fresh weights."""
        config = self.config
        if config.hs and len(vocab) < _FEWEST_LEAVES:
            raise ValueError(
                f"hierarchical softmax needs {_FEWEST_LEAVES} words or more, and the vocabulary "
                f"has {len(vocab)}: give more text, lower min_count, or take hs=0 and negative=5"
            )
        require_memory(self.backend, len(vocab), config)
        return (SkipGram if config.sg else CBOW)(
            len(vocab),
            config.vector_size,
            config.window_size,
            None,
            hs=config.hs,
            negative=self.negatives(len(vocab)),
            ns_exponent=config.ns_exponent,
            # A word of the vocabulary that this text lacks can still be drawn.
            counts=np.maximum(vocab.counts, 1),
            sampling=config.sampling,
            start=start,
            seed=config.seed,
            backend=self.backend,
        )

    def negatives(self, words: int) -> int:
        """Return how many negatives are drawn: those asked for, or as many as are distinct."""
        config = self.config
        exact = (self.backend.sampling if config.sampling == "auto" else config.sampling) == "exact"
        if not exact or config.negative < words:
            return config.negative
        return max(1, words - 1)

    def hold(self, vocab: Vocabulary, model: ContextModel) -> None:
        """Take a vocabulary and its model, whose weights the vectors are from now on."""
        self.vocab, self.model, self.optimizer = vocab, model, None
        if self._vectors is not None:
            self._vectors.vectors_lockf = np.ones(1)
            self._show(self._vectors)

    def grow(self, vocab: Vocabulary) -> None:
        """Take the words that there are and more, with other counts, and go on from there."""
        model, _ = self.built()
        if self.config.hs:
            warnings.warn(
                "other counts make another tree: its inner nodes keep their vectors by number, "
                "from the root, and stand for other words now; train on all the text again",
                stacklevel=5,
            )
        self.take_written()
        grown = self.new_model(vocab)
        for new_rows, old_rows in zip(grown.params, model.params, strict=True):
            new_rows[: len(old_rows)] = old_rows
        _set_drawn(grown, _drawn(model))
        kept, lockf = self.optimizer_state(), self.vectors.vectors_lockf
        self.hold(vocab, grown)
        if len(lockf) > 1:
            lockf = np.append(lockf, np.ones(len(vocab) - len(lockf)))
        self.vectors.vectors_lockf = lockf
        self._take_optimizer_state(kept)

    def give_vectors(self, rows: np.ndarray, vectors: np.ndarray) -> None:
        """Give words other input vectors, where the layers are."""
        model, _ = self.built()
        model.word_vecs[self.backend.asarray(rows)] = self.backend.asarray(
            vectors.astype(np.float32, copy=False)
        )
        self.stepped()

    def optimizer_state(self) -> tuple[int, dict[str, np.ndarray]] | None:
        """Return the steps of the optimizer and its state; None before the first step."""
        optimizer = self.optimizer
        if optimizer is None or not optimizer.iter:
            return None
        return optimizer.iter, state_arrays(optimizer, self.backend)

    def _take_optimizer_state(self, kept: tuple[int, Mapping[str, np.ndarray]] | None) -> None:
        if kept is not None and self.model is not None:
            self.optimizer = optimizer_from(self.config.optimizer, *kept, self.model.params)

    # -- vectors --------------------------------------------------------------------

    @property
    def vectors(self) -> ModelVectors:
        """The word vectors; always the same object."""
        if self._vectors is None:
            self._vectors = ModelVectors(self, self.config.vector_size)
        self._show(self._vectors)
        return self._vectors

    def assign_vectors(self, vectors: KeyedVectors) -> None:
        """Take vectors in place of those of the same words, or as a model's first ones."""
        if vectors is self._vectors:
            return
        if not isinstance(vectors, KeyedVectors) or vectors.vector_size != self.config.vector_size:
            raise AttributeError(
                f"a model's wv can be KeyedVectors of vector_size {self.config.vector_size}, got "
                f"{vectors!r:.100}"
            )
        if self.model is None:
            counts = np.ones(len(vectors)) if vectors.counts is None else vectors.counts
            self.refuse_while_training("words")
            vocab = Vocabulary(vectors.index_to_key, counts.astype(np.int64))
            self.hold(vocab, self.new_model(vocab))
        own = self.vectors
        if set(own.key_to_index) != set(vectors.key_to_index):
            raise AttributeError(
                f"the model has {len(own):,} words and these vectors others ({len(vectors):,}): "
                "build_vocab(text, update=True) adds words, and wv[words] = … replaces the "
                "vectors of some; or assign them to a new Word2Vec(vector_size=…)"
            )
        own.vectors = vectors[own.index_to_key]
        lockf = vectors.vectors_lockf
        if len(lockf) > 1:
            lockf = lockf[[vectors.key_to_index[word] for word in own.index_to_key]]
        own.vectors_lockf = lockf

    def _show(self, vectors: ModelVectors) -> None:
        """See to it that the vectors are the model's, whose layers may have been given others."""
        model, vocab = self.model, self.vocab
        if model is None or vocab is None:
            return
        weights = model.word_vecs
        if not isinstance(weights, np.ndarray):
            if vectors.index_to_key is vocab.words:
                return
            weights = self.backend.to_numpy(weights)
        elif weights is vectors.held and vectors.index_to_key is vocab.words:
            return
        self._device_is_ahead = False
        vectors.adopt(vocab.words, vocab.word_to_id, weights, vocab.counts)

    def bring_vectors(self) -> None:
        """Bring the vectors from the device that has trained them, where that is another."""
        if self._device_is_ahead and self._vectors is not None and self.model is not None:
            self._device_is_ahead = False
            self._vectors.held[:] = self.backend.to_numpy(self.model.word_vecs)

    def take_words(self, words: list[Item], vectors: np.ndarray, counts: np.ndarray | None) -> None:
        """Go on with words added, their vectors and counts; see :class:`ModelVectors`."""
        _, vocab = self.built()
        self.refuse_while_training("words and counts")
        if self.config.hs:
            raise ValueError(
                "words and counts of vectors cannot be changed with hs=1, as other counts make "
                "another tree: use build_vocab(text, update=True), or hs=0 and negative=5"
            )
        if counts is None:
            counts = np.append(vocab.counts, np.zeros(len(words) - len(vocab), np.int64))
        self.grow(Vocabulary(words, counts))
        self.vectors.vectors = vectors

    def lockf(self) -> Array | None:
        """Return what changes of input vectors are multiplied by, on the backend; None for 1.

        Raises
        ------
        ValueError
            Factors that are negative or not finite.
        """
        lockf = self.vectors.lock_factors()
        return None if lockf is None else self.backend.asarray(lockf)

    def given_out(self) -> None:
        """Say that someone has the layers, who can write to their weights without a word more."""
        if self._vectors is not None:
            self._vectors.changed(unseen=True)

    def stepped(self) -> None:
        """Say that weights have been trained."""
        if self._vectors is not None and self.model is not None:
            self._device_is_ahead = not isinstance(self.model.word_vecs, np.ndarray)
            self._vectors.changed()

    def take_written(self) -> None:
        """Take vectors that someone may have written to back to another device's weights."""
        if self._vectors is None or self.model is None or self._device_is_ahead:
            return
        if not isinstance(self.model.word_vecs, np.ndarray):
            self.model.word_vecs[:] = self.backend.asarray(self._vectors.held)

    # -- plain arrays, to be kept ----------------------------------------------------

    def matrices(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the input and the output weights as NumPy arrays; those themselves on the CPU."""
        model, _ = self.built()
        self.take_written()
        W_in, W_out = (self.backend.to_numpy(W) for W in model.params)
        return W_in, W_out

    def plain(self) -> PlainWeights:
        """Return all that it takes to go on with these weights elsewhere."""
        model, vocab = self.built()
        lockf = self.vectors.lock_factors()
        return PlainWeights(vocab, self.matrices(), _drawn(model), self.optimizer_state(), lockf)

    def restore(self, kept: PlainWeights) -> None:
        """Go on with weights that were kept, which are copied."""
        model = self.new_model(kept.vocab, start="zeros")
        for W, given in zip(model.params, kept.matrices, strict=True):
            W[: len(given)] = self.backend.asarray(given)
        _set_drawn(model, kept.drawn)
        self.hold(kept.vocab, model)
        self._take_optimizer_state(kept.optimizer)
        if kept.lockf is not None:
            self.vectors.vectors_lockf = kept.lockf


def _drawn(model: ContextModel) -> int | None:
    sampler = model.loss_layer.sampler
    return None if sampler is None else sampler.stream.counter


def _set_drawn(model: ContextModel, drawn: int | None) -> None:
    if drawn is not None:
        model.loss_layer.sampler.stream.counter = drawn


def _backend_of(config: TrainConfig) -> Backend:
    if config.backend == "auto":
        # Every window steps the nodes near the root, so that a GPU's many warps have to wait.
        return get_backend("cpu" if config.hs else None)
    return get_backend(config.backend)
