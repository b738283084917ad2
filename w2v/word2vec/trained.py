"""What can be asked of a word2vec model, during and after its training."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from w2v.backend import Backend, get_backend
from w2v.config import TrainConfig
from w2v.data import CorpusError, EncodedCorpus, Vocabulary, read_corpus
from w2v.gensim_names import COMPUTED, WORD2VEC, GensimNames
from w2v.items import Item
from w2v.layers import HierarchicalSoftmaxLoss
from w2v.models import CBOW, ContextModel, SkipGram
from w2v.training.checkpoint import Checkpoint
from w2v.training.memory import require_memory
from w2v.training.optimizer_state import optimizer_from, state_arrays
from w2v.training.optimizers import Optimizer
from w2v.training.progress import ReadingProgress
from w2v.training.resting_loss import RestingLoss
from w2v.vectors import KeyedVectors
from w2v.vectors.formats.vector_data import check_finite
from w2v.vectors.model_vectors import ModelVectors
from w2v.vectors.row_index import Key, listed

# Hyper-parameters that a model can be given anew, as by ``model.alpha = 0.01``.
_CHANGEABLE = {
    *("alpha", "min_alpha", "epochs", "sample", "shrink_windows", "workers", "batch_size"),
    *("min_count", "max_vocab_size", "max_final_vocab"),
}


# How a text was read, as far as it matters when it is read again.
_READING = ("tokenizer", "lowercase", "encoding", "errors", "column")
_MOST_SOURCES = 100
# To read a text for a vocabulary that is there: its words are kept however rare they are here.
ALL_WORDS: dict[str, Any] = {"min_count": 1, "max_vocab_size": None, "max_final_vocab": None}


class TrainedModel(GensimNames):
    """A model with its vocabulary and hyper-parameters; :class:`w2v.Word2Vec` trains it.

    Parameters
    ----------
    config : TrainConfig
    verbose : bool, default False
        Draw progress bars if there is a terminal.

    Attributes
    ----------
    config : TrainConfig
    backend : Backend
    vocab : Vocabulary
        After :meth:`build_vocab`.
    model : CBOW or SkipGram
        After :meth:`build_vocab`.
    losses : list of float
        Loss, in nats a prediction, after every epoch trained: on words from all over the
        text, the same ones each time, with weights that rest.  What is measured while
        they move, as ``curve`` is, also tells how much they follow the latest sentences,
        which a high learning rate does better: it can rise as that falls.
    curve : list of (float, float)
        Words trained in the last call of :meth:`train` and the mean loss since the report
        before.
    trained_words : int
        Words of the corpus, in the vocabulary or not, times epochs, of the last
        :meth:`train`.
    predictions : int
        What the last :meth:`train` had to predict: 0 if it learnt nothing.
    reading : dict
        Arguments of :func:`w2v.data.read_corpus` for every text that is read.
    read_seconds, train_seconds, compile_seconds : float
        What the last reading and training took; compiling is not in ``train_seconds``.
    """

    _instead = WORD2VEC
    _computed = COMPUTED

    def __init__(self, config: TrainConfig, *, verbose: bool = False) -> None:
        self.config = config
        self.backend = _backend_of(config)
        self.verbose = verbose
        self._vocab: Vocabulary | None = None
        self._model: ContextModel | None = None
        self._wv: ModelVectors | None = None
        # What the last training stepped the weights with, to go on with.
        self._optimizer: Optimizer | None = None
        self._training = self._device_is_ahead = False
        self._alone = threading.Lock()  # held by the thread that trains
        self.losses: list[float] = []
        self.curve: list[tuple[float, float]] = []
        self.epochs_done = 0
        self.trained_words = self.predictions = 0
        self.reading: dict[str, Any] = {}
        self.read_seconds = self.train_seconds = self.compile_seconds = 0.0
        self._corpus: EncodedCorpus | None = None
        self._read_counts = (0, 0)
        # What the last training was on: the text, or what a saved training says of it.
        self._trained_on: EncodedCorpus | dict[str, Any] | None = None
        self._rereads = False
        self._total_loss = self._loss_set_to = 0.0
        self._rests: list[tuple[float, float]] = []  # as the curve, after the epochs

    def built(self) -> tuple[ContextModel, Vocabulary]:
        """Return model and vocabulary, or say that there are none yet."""
        if self._model is None or self._vocab is None:
            raise ValueError("there is no vocabulary yet: call build_vocab() or fit() first")
        return self._model, self._vocab

    @property
    def vocab(self) -> Vocabulary | None:
        """Words and counts; None before :meth:`build_vocab`."""
        return self._vocab

    @property
    def model(self) -> ContextModel | None:
        """The layers that are trained; None before :meth:`build_vocab`."""
        if self._wv is not None:
            self._wv.changed(unseen=True)  # whoever has it can write to its weights
        return self._model

    def _hold(self, vocab: Vocabulary, model: ContextModel) -> None:
        """Be the model of a vocabulary, with vectors that are this model's weights."""
        self._vocab, self._model, self._optimizer = vocab, model, None
        if self._wv is not None:
            self._show_vectors(self._wv)

    def new_model(self, vocab: Vocabulary, *, start: str = "uniform") -> ContextModel:
        """Return a model for a vocabulary, by this configuration, with fresh weights."""
        config = self.config
        require_memory(self.backend, len(vocab), config)
        return (SkipGram if config.sg else CBOW)(
            len(vocab),
            config.vector_size,
            config.window,
            None,
            hs=config.hs,
            negative=config.negative,
            ns_exponent=config.ns_exponent,
            # A word of the vocabulary that this text lacks can still be drawn.
            counts=np.maximum(vocab.counts, 1),
            sampling=config.sampling,
            start=start,
            seed=config.seed,
            backend=self.backend,
        )

    @property
    def vocab_limits(self) -> dict[str, Any]:
        """What decides which words are kept; see :meth:`w2v.data.Vocabulary.from_counts`."""
        names = ("min_count", "max_vocab_size", "max_final_vocab")
        return {name: getattr(self.config, name) for name in names}

    # -- reading ------------------------------------------------------------------

    def read(self, source: Any, **reading: Any) -> EncodedCorpus:
        """Read a corpus with this model's vocabulary settings; :meth:`fit` takes it then.

        Parameters
        ----------
        source : str, path, sequence of these, or iterable of token lists
            Text files, folders, datasets by name such as ``"pydocs"``, or sentences as
            lists of words; see :func:`w2v.data.read_corpus`.
        **reading
            How to read text, in place of ``self.reading``: ``tokenizer``, ``lowercase``,
            ``encoding``, ``errors``, ``column``.

        Raises
        ------
        CorpusError
            The text cannot be read, or no word is frequent enough.
        """
        begin = time.perf_counter()
        with ReadingProgress(enabled=None if self.verbose else False) as progress:
            corpus = read_corpus(
                source,
                workers=self.config.workers,
                progress=progress.update,
                **{**self.vocab_limits, **self.reading, **reading},
            )
        self.read_seconds = time.perf_counter() - begin
        return corpus

    @property
    def trained_on(self) -> dict[str, Any] | None:
        """Fingerprint, sources and reading of the text of the last training, for JSON."""
        text = self._trained_on
        if text is None or isinstance(text, dict):
            return text
        reading = {name: text.info[name] for name in _READING if name in text.info}
        sources = [each.get("path", each.get("name")) for each in text.info.get("sources", ())]
        known = {"reread": True} if self._rereads else text.fingerprint
        return {**known, "sources": sources[:_MOST_SOURCES], "reading": reading}

    # -- what was learnt ------------------------------------------------------------

    @property
    def wv(self) -> KeyedVectors:
        """The word vectors, for lookup, search and saving; always the same object.

        They are the weights that are trained: what is written to them is saved, measured
        and trained on, and what training changes is seen in them, by other threads too.
        Assigned vectors take the place of those of the same words.
        """
        if self._wv is None:
            self._wv = ModelVectors(self, self.config.vector_size)
        self._show_vectors(self._wv)
        return self._wv

    @wv.setter
    def wv(self, vectors: KeyedVectors) -> None:
        if vectors is self._wv:
            return
        if not isinstance(vectors, KeyedVectors) or vectors.vector_size != self.config.vector_size:
            raise AttributeError(
                f"a model's wv can be KeyedVectors of vector_size {self.config.vector_size}, got "
                f"{vectors!r:.100}"
            )
        if self._model is None:
            counts = np.ones(len(vectors)) if vectors.counts is None else vectors.counts
            self._refuse_while_training("words")
            vocab = Vocabulary(vectors.index_to_key, counts.astype(np.int64))
            self._hold(vocab, self.new_model(vocab))
        own = self.wv
        if set(own.key_to_index) != set(vectors.key_to_index):
            raise AttributeError(
                f"the model has {len(own):,} words and these vectors others ({len(vectors):,}): "
                "build_vocab(text, update=True) adds words, and wv[words] = … replaces the "
                "vectors of some; or assign them to a new Word2Vec(vector_size=…)"
            )
        own.vectors = vectors[own.index_to_key]

    def _show_vectors(self, wv: ModelVectors) -> None:
        """See to it that the vectors are the model's, whose layers may have been given others."""
        model, vocab = self._model, self._vocab
        if model is None or vocab is None:
            return
        weights = model.word_vecs
        if not isinstance(weights, np.ndarray):
            if wv.index_to_key is vocab.words:
                return
            weights = self.backend.to_numpy(weights)
        elif weights is wv.held and wv.index_to_key is vocab.words:
            return
        self._device_is_ahead = False
        wv.adopt(vocab.words, vocab.word_to_id, weights, vocab.counts)

    # -- what ModelVectors asks of its owner -------------------------------------------

    @property
    def is_training(self) -> bool:
        """Whether weights may be changing at this moment."""
        return self._training

    def bring_vectors(self) -> None:
        """Bring the vectors from the device that has trained them, where that is another."""
        if self._device_is_ahead and self._wv is not None and self._model is not None:
            self._device_is_ahead = False
            self._wv.held[:] = self.backend.to_numpy(self._model.word_vecs)

    def take_words(self, words: list[Item], vectors: np.ndarray, counts: np.ndarray | None) -> None:
        """Go on with words added, their vectors and counts; see :class:`ModelVectors`."""
        _, vocab = self.built()
        self._refuse_while_training("words and counts")
        if counts is None:
            counts = np.append(vocab.counts, np.zeros(len(words) - len(vocab), np.int64))
        grown = Vocabulary(words, counts)
        self._grow(grown)
        self.wv.vectors = vectors

    def _grow(self, vocab: Vocabulary) -> None:
        """Be a model of this one's words and more, with other counts, that goes on from it."""
        model, _ = self.built()
        if self.config.hs:
            raise ValueError(
                "words cannot be added with hs=1: other counts make another tree, and what its "
                "inner nodes have learnt would be lost; build the vocabulary anew, or train with "
                "hs=0 and negative=5"
            )
        self._bring_vectors_back()
        grown = self.new_model(vocab)
        for new_rows, old_rows in zip(grown.params, model.params, strict=True):
            new_rows[: len(old_rows)] = old_rows
        grown.ns_loss.sampler.stream.counter = model.ns_loss.sampler.stream.counter
        kept = self._optimizer_state()
        self._hold(vocab, grown)
        self._take_optimizer_state(kept)

    def _optimizer_state(self) -> tuple[int, dict[str, np.ndarray]] | None:
        """Return the steps of the optimizer and its state; None before the first step."""
        optimizer = self._optimizer
        if optimizer is None or not optimizer.iter:
            return None
        return optimizer.iter, state_arrays(optimizer, self.backend)

    def _take_optimizer_state(self, kept: tuple[int, Mapping[str, np.ndarray]] | None) -> None:
        """Have the optimizer go on from a state that was kept, of these weights' first rows."""
        if kept is not None and self._model is not None:
            self._optimizer = optimizer_from(self.config.optimizer, *kept, self._model.params)

    def _refuse_while_training(self, what: str) -> None:
        if self._training:
            raise ValueError(f"{what} cannot be changed while the model trains: do so between")

    def _after_steps(self) -> None:
        """Say that weights have been trained."""
        if self._wv is not None and self._model is not None:
            self._device_is_ahead = not isinstance(self._model.word_vecs, np.ndarray)
            self._wv.changed()

    def _bring_vectors_back(self) -> None:
        """Bring vectors that someone may have written to back to another device's weights."""
        if self._wv is None or self._model is None or self._device_is_ahead:
            return
        if not isinstance(self._model.word_vecs, np.ndarray):
            self._model.word_vecs[:] = self.backend.asarray(self._wv.held)

    def get_latest_training_loss(self) -> float:
        """Return the loss, in nats, summed over all predictions of the last :meth:`train`.

        Summed in float64 while training, it does not saturate; ``losses`` has means that
        can be compared.  ``running_training_loss = 0`` begins the sum anew.
        """
        return self._total_loss - self._loss_set_to

    @property
    def running_training_loss(self) -> float:
        """Gensim's name for :meth:`get_latest_training_loss`, to be set to 0 in a callback."""
        return self.get_latest_training_loss()

    @running_training_loss.setter
    def running_training_loss(self, value: float) -> None:
        self._loss_set_to = self._total_loss - float(value)

    @property
    def compute_loss(self) -> bool:
        """Always True: the loss is always computed."""
        return True

    @compute_loss.setter
    def compute_loss(self, value: bool) -> None:
        if not value:
            raise AttributeError("the loss is always computed: compute_loss can be True alone")

    def predict_output_word(
        self, context_words_list: Sequence[Key], topn: int = 10
    ) -> list[tuple[Any, float]] | None:
        """Return the words most likely to stand amid others.

        Parameters
        ----------
        context_words_list : list of str, or of int
            Keys as those of ``wv``.  Unknown ones are passed over.
        topn : int, default 10

        Returns
        -------
        list of (str, float) or None
            Words and their probabilities, best first, which are those of the tree with
            hierarchical softmax and else the softmax's; None if no context is known.

        Raises
        ------
        TypeError
            Contexts that are no list.
        KeyError
            A context that is neither word nor integer, or an integer whose digits are a word.
        """
        model, vocab = self.built()
        rows = [self.wv._find(word) for word in listed(context_words_list)]
        ids = [row for row in rows if row is not None]
        if not ids:
            return None
        self._bring_vectors_back()
        W_in, W_out = (self.backend.to_numpy(W) for W in model.params)
        h = W_in[ids].sum(axis=0)
        if self.config.cbow_mean:
            h /= len(ids)
        if isinstance(model.loss_layer, HierarchicalSoftmaxLoss):
            p = np.exp(model.loss_layer.log_probabilities(h))
        else:
            scores = (W_out @ h).astype(np.float64)
            p = np.exp(scores - scores.max())
            p /= p.sum()
        best = np.argsort(-p)[: max(0, topn)]
        return [(vocab.words[i], float(p[i])) for i in best]

    def heldout_loss(self, source: Any) -> float:
        """Return the mean loss on a text that is not trained on, in nats a prediction.

        Parameters
        ----------
        source : EncodedCorpus, or what :meth:`read` takes

        Raises
        ------
        CorpusError
            The text cannot be read, or no two words of the vocabulary stand together in it.
        """
        model, vocab = self.built()
        self._bring_vectors_back()
        corpus = source if isinstance(source, EncodedCorpus) else self.read(source, **ALL_WORDS)
        loss = RestingLoss(model, corpus.recoded(vocab), vocab, self.config).measure()
        if loss is None:
            raise CorpusError("nothing to predict: no two words of the vocabulary stand together")
        return loss

    @property
    def words_per_second(self) -> float:
        """Speed of the last training alone, without reading, compiling and saving."""
        return self.trained_words / self.train_seconds if self.train_seconds else 0.0

    def plot(self, path: str | Path) -> None:
        """Write a picture of the loss over the last training."""
        from w2v.pictures.plotting import plot_training

        plot_training(self.curve, self._rests, path)

    # -- on disk --------------------------------------------------------------------

    def save(self, folder: str | Path) -> None:
        """Save all that is needed to use the model or go on training.

        Parameters
        ----------
        folder : str or path
            ``config.json``, ``vocab.arrow``, ``weights.safetensors``, ``progress.json`` and,
            with an optimizer that keeps a state, ``optimizer.safetensors``, as large as the
            weights or, with Adam, twice so, are written aside and renamed into place.

        Raises
        ------
        ValueError
            There is nothing to save yet, a vector is not finite, or the folder holds something
            else.
        OSError
            It cannot be written.
        """
        model, vocab = self.built()
        self._bring_vectors_back()
        W_in, W_out = (self.backend.to_numpy(W) for W in model.params)
        check_finite(vocab.words, W_in)
        progress: dict[str, Any] = {
            "epochs_done": self.epochs_done,
            "losses": self.losses,
        }
        if self._trained_on is not None:
            progress["corpus"] = self.trained_on
        if not self.config.hs:
            progress["negatives_drawn"] = model.ns_loss.sampler.stream.counter
        steps, state = self._optimizer_state() or (0, {})
        if steps:
            progress["optimizer"] = {"name": self.config.optimizer, "steps": steps}
        weights = {"W_in": W_in, "W_out": W_out}
        Checkpoint(self.config, vocab, weights, progress, state).save(folder)

    # -- gensim's names for what stands elsewhere -------------------------------------

    if not TYPE_CHECKING:  # type checkers shall still find names that nobody has

        def __getattr__(self, name: str) -> Any:
            config = self.__dict__.get("config")
            if config is not None and name in config.names():
                return getattr(config, name)
            if not name.startswith("_") and hasattr(KeyedVectors, name):
                raise AttributeError(f"a model has no {name!r}: ask model.wv.{name}")
            return super().__getattr__(name)

        def __setattr__(self, name: str, value: Any) -> None:
            if name == "config" and self.__dict__.get("_model") is not None:
                for each in set(TrainConfig.names()) - _CHANGEABLE:
                    if getattr(value, each) != getattr(self.config, each):
                        raise AttributeError(f"{each} is settled: make a new model")
            if name in ("backend", "config") or name not in TrainConfig.names():
                super().__setattr__(name, value)
            elif name not in _CHANGEABLE:
                raise AttributeError(f"{name} is settled when the model is made: make a new one")
            elif self._training:
                raise AttributeError(
                    f"{name} cannot be changed while the model trains: train an epoch at a time, "
                    "train(…, epochs=1, start_alpha=…, end_alpha=…)"
                )
            else:
                self.config = replace(self.config, **{name: value})

    @property
    def syn1neg(self) -> np.ndarray:
        """The output vectors of negative sampling, (V, H) float32; may be assigned.

        They can be written to where they are the CPU's.
        """
        return self._output_vectors("syn1neg", hs=0)

    @syn1neg.setter
    def syn1neg(self, vectors: np.ndarray) -> None:
        self._set_output_vectors("syn1neg", vectors, hs=0)

    @property
    def syn1(self) -> np.ndarray:
        """The vectors of the tree's inner nodes with ``hs=1``, (V − 1, H) float32, root first.

        They may be assigned.
        """
        return self._output_vectors("syn1", hs=1)

    @syn1.setter
    def syn1(self, vectors: np.ndarray) -> None:
        self._set_output_vectors("syn1", vectors, hs=1)

    def _output_vectors(self, name: str, *, hs: int) -> np.ndarray:
        model, _ = self.built()
        if self.config.hs != hs:
            raise AttributeError(name)  # the advice is __getattr__'s
        weights = model.params[1]
        if isinstance(weights, np.ndarray):
            return weights
        copy = self.backend.to_numpy(weights)
        copy.setflags(write=False)  # what is written to a copy would be lost
        return copy

    def _set_output_vectors(self, name: str, vectors: np.ndarray, *, hs: int) -> None:
        model, _ = self.built()
        if self.config.hs != hs:
            raise AttributeError(f"{name} is not this model's: {WORD2VEC[name]}")
        given = np.asarray(vectors)
        if given.dtype.kind not in "biuf":
            raise ValueError(f"{name} must be numbers, got {given.dtype!r}")
        given = given.astype(np.float32, copy=False)
        if given.shape != model.params[1].shape:
            raise ValueError(f"{name} has shape {tuple(model.params[1].shape)}, got {given.shape}")
        model.params[1][:] = self.backend.asarray(given)

    @property
    def vector_size(self) -> int:
        """Dimension of the vectors."""
        return self.config.vector_size

    @property
    def epochs(self) -> int:
        """Passes over the corpus, by default."""
        return self.config.epochs

    @property
    def corpus_count(self) -> int:
        """Sentences of the corpus read last, those without a known word too."""
        return self._read_counts[0]

    @property
    def corpus_total_words(self) -> int:
        """Words of the corpus read last, in the vocabulary or not."""
        return self._read_counts[1]

    # -- copies, as by copy.deepcopy or pickle -------------------------------------------

    def __getstate__(self) -> dict[str, Any]:
        """Return all but the corpus, with weights as plain arrays."""
        if self._model is not None:
            self._bring_vectors_back()
        left_out = (
            "backend", "_model", "_wv", "_corpus", "_source", "_first", "_training", "_optimizer",
            "_alone",
        )  # fmt: skip
        state: dict[str, Any] = {
            name: list(value) if isinstance(value, list) else value
            for name, value in self.__dict__.items()
            if name not in left_out
        }
        state["_trained_on"] = self.trained_on  # what is known of the text, not the text
        if self._model is not None:
            state["_weights"] = [np.array(self.backend.to_numpy(W)) for W in self._model.params]
            if not self.config.hs:
                state["_drawn"] = self._model.ns_loss.sampler.stream.counter
            state["_kept"] = self._optimizer_state()
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        weights, drawn = state.get("_weights"), state.get("_drawn")
        self.__dict__.update(state)
        for name in ("_weights", "_drawn", "_kept"):
            self.__dict__.pop(name, None)
        self.__dict__.update(
            backend=_backend_of(self.config), _model=None, _wv=None, _corpus=None, _source=None,
            _first=None, _training=False, _device_is_ahead=False, _optimizer=None,
            _alone=threading.Lock(),
        )  # fmt: skip
        if weights is not None and self._vocab is not None:
            self._model = self._filled(self._vocab, weights, drawn)
            self._take_optimizer_state(state.get("_kept"))

    def _filled(
        self, vocab: Vocabulary, weights: Sequence[np.ndarray], drawn: int | None
    ) -> ContextModel:
        """Make a model of given weights, whose negatives go on where they were."""
        model = self.new_model(vocab, start="zeros")
        for W, given in zip(model.params, weights, strict=True):
            W[: len(given)] = self.backend.asarray(given)
        if drawn is not None:
            model.ns_loss.sampler.stream.counter = drawn
        return model


def _backend_of(config: TrainConfig) -> Backend:
    return get_backend("cpu" if config.hs else None if config.backend == "auto" else config.backend)
