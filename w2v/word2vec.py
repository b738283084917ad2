"""Word2Vec: from text to vectors, in one object."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from w2v.backend import Backend, get_backend
from w2v.config import TrainConfig
from w2v.data import EncodedCorpus, read_corpus
from w2v.models import CBOW, NegativeSamplingModel, SkipGram
from w2v.training import Trainer
from w2v.training.minibatch import make_trainer, train_minibatches
from w2v.training.progress import ReadingProgress, TrainingProgress
from w2v.vectors import KeyedVectors


class Word2Vec:
    """Trains word vectors.

    Parameters
    ----------
    sentences : corpus, optional
        What to train on at once, as for :meth:`fit`.
    verbose : bool, default False
        Draw a progress bar if there is a terminal.
    **parameters
        Hyper-parameters, see :class:`w2v.config.TrainConfig`: ``vector_size``,
        ``window``, ``min_count``, ``sg``, ``negative``, ``epochs`` and so on.

    Attributes
    ----------
    config : TrainConfig
    backend : Backend
    model : CBOW or SkipGram
        After :meth:`fit`.
    corpus : EncodedCorpus
        After :meth:`fit`.
    trainer : Trainer
        After :meth:`fit`; its ``loss_list`` holds the mean losses.
    read_seconds, train_seconds : float
        What :meth:`fit` spent on each.

    Raises
    ------
    TypeError
        An unknown hyper-parameter.
    ValueError
        A hyper-parameter out of its range.
    BackendUnavailableError
        A GPU was asked for by name and cannot be had.
    """

    def __init__(self, sentences: Any = None, *, verbose: bool = False, **parameters: Any) -> None:
        unknown = sorted(set(parameters) - set(TrainConfig.names()))
        if unknown:
            raise TypeError(
                f"unknown parameter {unknown[0]!r}; Word2Vec takes {', '.join(TrainConfig.names())}"
            )
        self.config = TrainConfig(**parameters)
        self.backend: Backend = get_backend(
            None if self.config.backend == "auto" else self.config.backend
        )
        self.verbose = verbose
        self.model: NegativeSamplingModel
        self.corpus: EncodedCorpus
        self.trainer: Trainer
        self.read_seconds = self.train_seconds = 0.0
        if sentences is not None:
            self.fit(sentences)

    def read(self, source: Any, **reading: Any) -> EncodedCorpus:
        """Read a corpus with this model's vocabulary settings; :meth:`fit` takes it then.

        Parameters
        ----------
        source : str, path, sequence of these, or iterable of token lists
            Text files, folders, datasets by name such as ``"pydocs"``, or sentences as
            lists of words; see :func:`w2v.data.read_corpus`.
        **reading
            How to read text: ``tokenizer``, ``lowercase``, ``errors``, ``column``.

        Raises
        ------
        CorpusError
            The text cannot be read, or no word is frequent enough.
        """
        begin = time.perf_counter()
        config = self.config
        with ReadingProgress(enabled=None if self.verbose else False) as progress:
            corpus = read_corpus(
                source,
                min_count=config.min_count,
                max_vocab_size=config.max_vocab_size,
                max_final_vocab=config.max_final_vocab,
                workers=config.workers,
                progress=progress.update,
                **reading,
            )
        self.read_seconds = time.perf_counter() - begin
        return corpus

    def fit(
        self, source: Any, *, on_report: Callable[[float, float], None] | None = None
    ) -> Word2Vec:
        """Train on a corpus.

        Parameters
        ----------
        source : EncodedCorpus, or what :meth:`read` takes
        on_report : callable, optional
            Called now and then with the words trained and the latest mean loss.

        Returns
        -------
        Word2Vec
            This object.

        Raises
        ------
        CorpusError
            The text cannot be read, or no word is frequent enough.
        ValueError
            The vocabulary or the text is too small for these hyper-parameters.
        """
        config = self.config
        self.corpus = source if isinstance(source, EncodedCorpus) else self.read(source)
        begin = time.perf_counter()
        self.model = (SkipGram if config.sg else CBOW)(
            len(self.corpus.vocab),
            config.vector_size,
            config.window,
            None,
            negative=config.negative,
            ns_exponent=config.ns_exponent,
            counts=self.corpus.vocab.counts,
            sampling=config.sampling,
            seed=config.seed,
            backend=self.backend,
        )
        self.trainer = make_trainer(self.model, config)
        words = config.epochs * self.corpus.total_words
        shown = None if self.verbose else False
        with TrainingProgress(words, enabled=shown, on_report=on_report) as progress:
            train_minibatches(self.trainer, self.corpus, config, progress)
        self.backend.synchronize()
        self.train_seconds = time.perf_counter() - begin
        return self

    @property
    def trained_words(self) -> int:
        """Words of the corpus, in the vocabulary or not, times epochs."""
        return self.config.epochs * self.corpus.total_words

    @property
    def words_per_second(self) -> float:
        """Speed of the training alone, without reading and saving."""
        return self.trained_words / self.train_seconds

    def plot(self, path: Any) -> None:
        """Write a picture of the loss over training."""
        self.trainer.plot(path=path)

    @property
    def losses(self) -> list[float]:
        """Mean losses over training, one an evaluation interval."""
        return self.trainer.loss_list

    @property
    def wv(self) -> KeyedVectors:
        """The word vectors, for lookup, search and saving."""
        vocab = self.corpus.vocab
        return KeyedVectors(vocab.words, self.backend.to_numpy(self.model.word_vecs), vocab.counts)
