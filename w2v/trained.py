"""What can be asked of a word2vec model, during and after its training."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from w2v.backend import Backend, get_backend
from w2v.config import TrainConfig
from w2v.data import CorpusError, EncodedCorpus, Vocabulary, read_corpus
from w2v.gensim_names import WORD2VEC, GensimNames
from w2v.layers import HierarchicalSoftmaxLoss
from w2v.models import CBOW, ContextModel, SkipGram
from w2v.training.checkpoint import Checkpoint
from w2v.training.memory import require_memory
from w2v.training.progress import ReadingProgress
from w2v.training.resting_loss import RestingLoss
from w2v.vectors import KeyedVectors

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

    def __init__(self, config: TrainConfig, *, verbose: bool = False) -> None:
        self.config = config
        name = "cpu" if config.hs else None if config.backend == "auto" else config.backend
        self.backend: Backend = get_backend(name)
        self.verbose = verbose
        self.vocab: Vocabulary | None = None
        self.model: ContextModel | None = None
        self.losses: list[float] = []
        self.curve: list[tuple[float, float]] = []
        self.epochs_done = 0
        self.trained_words = self.predictions = 0
        self.reading: dict[str, Any] = {}
        self.read_seconds = self.train_seconds = self.compile_seconds = 0.0
        self._corpus: EncodedCorpus | None = None
        # What the last training was on: the text, or what a saved training says of it.
        self._trained_on: EncodedCorpus | dict[str, Any] | None = None
        self._rereads = False
        self._vectors: KeyedVectors | None = None
        self._total_loss = 0.0
        self._rests: list[tuple[float, float]] = []  # as the curve, after the epochs

    def built(self) -> tuple[ContextModel, Vocabulary]:
        """Return model and vocabulary, or say that there are none yet."""
        if self.model is None or self.vocab is None:
            raise ValueError("there is no vocabulary yet: call build_vocab() or fit() first")
        return self.model, self.vocab

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
        """The word vectors, for lookup, search and saving.

        What is written to its ``vectors`` is what the next training begins with.
        """
        model, vocab = self.built()
        if self._vectors is None:
            vectors = self.backend.to_numpy(model.word_vecs)
            self._vectors = KeyedVectors(vocab.words, vectors, vocab.counts)
        return self._vectors

    def _take_vectors(self) -> None:
        """Bring vectors that someone may have written to back to where the weights are."""
        model, vocab = self.built()
        if self._vectors is None:
            return
        if self._vectors.index_to_key != vocab.words:
            raise ValueError("wv has other words than the model: add words by build_vocab(update)")
        model.word_vecs[:] = self.backend.asarray(self._vectors.vectors)

    def get_latest_training_loss(self) -> float:
        """Return the loss, in nats, summed over all predictions of the last :meth:`train`.

        Summed in float64 while training, it does not saturate; ``losses`` has means that
        can be compared.
        """
        return self._total_loss

    def predict_output_word(
        self, context_words_list: list[str], topn: int = 10
    ) -> list[tuple[str, float]] | None:
        """Return the words most likely to stand amid others.

        Parameters
        ----------
        context_words_list : list of str
            Unknown ones are passed over.
        topn : int, default 10

        Returns
        -------
        list of (str, float) or None
            Words and their probabilities, best first, which are those of the tree with
            hierarchical softmax and else the softmax's; None if no context is known.
        """
        model, vocab = self.built()
        ids = [vocab.word_to_id[word] for word in context_words_list if word in vocab]
        if not ids:
            return None
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
        best = np.argsort(-p)[:topn]
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
        from w2v.plotting import plot_training

        plot_training(self.curve, self._rests, path)

    # -- on disk --------------------------------------------------------------------

    def save(self, folder: str | Path) -> None:
        """Save all that is needed to use the model or go on training.

        Parameters
        ----------
        folder : str or path
            ``config.json``, ``vocab.arrow``, ``weights.safetensors`` and
            ``progress.json`` are written aside and renamed into place.

        Raises
        ------
        ValueError
            There is nothing to save yet, or the folder holds something else.
        OSError
            It cannot be written.
        """
        model, vocab = self.built()
        W_in, W_out = (self.backend.to_numpy(W) for W in model.params)
        progress = {
            "epochs_done": self.epochs_done,
            "losses": self.losses,
        }
        if self._trained_on is not None:
            progress["corpus"] = self.trained_on
        if not self.config.hs:
            progress["negatives_drawn"] = model.ns_loss.sampler.stream.counter
        Checkpoint(self.config, vocab, {"W_in": W_in, "W_out": W_out}, progress).save(folder)

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
            if name == "backend" or name not in TrainConfig.names():
                super().__setattr__(name, value)
            elif name in _CHANGEABLE:
                self.config = replace(self.config, **{name: value})
            else:
                raise AttributeError(f"{name} is settled when the model is made: make a new one")

    @property
    def syn1neg(self) -> np.ndarray:
        """The output vectors of negative sampling, (V, H) float32."""
        return self._output_vectors("syn1neg", hs=0)

    @property
    def syn1(self) -> np.ndarray:
        """The vectors of the tree's inner nodes with ``hs=1``, (V − 1, H) float32, root first."""
        return self._output_vectors("syn1", hs=1)

    def _output_vectors(self, name: str, *, hs: int) -> np.ndarray:
        model, _ = self.built()
        if self.config.hs != hs:
            raise AttributeError(name)  # the advice is __getattr__'s
        return self.backend.to_numpy(model.params[1])

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
        """Sentences of the corpus read last."""
        return 0 if self._corpus is None else len(self._corpus)

    @property
    def corpus_total_words(self) -> int:
        """Words of the corpus read last, in the vocabulary or not."""
        return 0 if self._corpus is None else self._corpus.total_words
