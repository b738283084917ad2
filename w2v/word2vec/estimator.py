"""Word2Vec: from text to vectors, in one object."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from w2v.config import TrainConfig, checked_flag
from w2v.data.reading.tables import has_columns
from w2v.data.trimming import Rule
from w2v.files.urls import checked_options
from w2v.gensim_names import REFUSED, check_unsupported, parameters
from w2v.messages import quoted
from w2v.word2vec.converting import Converting
from w2v.word2vec.gensim_attributes import GensimAttributes
from w2v.word2vec.gensim_methods import GensimMethods
from w2v.word2vec.predicting import Predicting
from w2v.word2vec.pretrained import Init, check_init, checked_freeze
from w2v.word2vec.texts import one_source
from w2v.word2vec.training import Training


class Word2Vec(Training, Predicting, Converting, GensimMethods, GensimAttributes):
    """Word vectors and their training; gensim's class, by its parameters and methods.

    Parameters
    ----------
    sentences : corpus, optional
        What to train on at once: sentences as lists of words, a table, or anything else that
        :func:`w2v.data.read_corpus` reads.
    corpus_file : str or path, optional
        The same, as a file.
    vector_size, alpha, window, min_count, max_vocab_size, sample, seed, workers, min_alpha, sg, \
    hs, negative, ns_exponent, cbow_mean, epochs, max_final_vocab, shrink_windows
        See :class:`w2v.TrainConfig`.
    callbacks : iterable of objects, default ()
        Called with this model in every training, where they have a method ``on_train_begin``,
        ``on_epoch_begin``, ``on_batch_end`` (about ten times a second), ``on_epoch_end``
        or ``on_train_end``.  Neither saved nor copied with it.
    compute_loss : bool, default False
        Taken for gensim's sake: the loss is always computed.
    trim_rule : callable, optional
        See :meth:`build_vocab`; for ``sentences`` alone.
    comment : str, optional
        Kept with the model.
    hashfxn, batch_words
        Taken for gensim's sake: the seed alone decides how weights begin, and work is cut into
        slices by itself.
    null_word : {0}
    sorted_vocab : {1}
    backend, sampling, optimizer, share_negatives, batch_size
        See :class:`w2v.TrainConfig`.
    encoding : str, default "utf-8"
        Of text files, here and in all later calls: any that Python knows.
    column : str, optional
        Of tables, and of Parquet, JSON Lines and CSV files, here and in all later calls: strings
        that are lines, or lists of words or of integers that are sentences.
    storage_options : dict, optional
        Of URLs, for fsspec: credentials and the like, kept in memory alone.
    reread : bool, default False
        Read the corpus anew for every epoch, as gensim does: for iterables that give other
        sentences each time, such as random walks, and files that change.  By default it is
        read once, and every epoch trains on what was there.
    init : path or KeyedVectors, optional
        Pretrained vectors of this ``vector_size``: words that they have begin with them, also
        those that ``build_vocab(…, update=True)`` adds; all others as without it.
    freeze : "known" or words, optional
        Words whose vectors training leaves as they are, to the bit: those that ``init`` has, or
        these.  It sets ``wv.vectors_lockf`` to 0.
    verbose : bool, default False
        Draw progress bars if there is a terminal.
    **unknown
        Names of earlier versions of gensim, and near misses, are errors that say the right one.

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
        Words trained in the last run and the mean loss since the report before.
    epochs_done : int
        Epochs of the last run that have ended.  A run is a :meth:`train` with those that have
        gone on with it.
    within_epoch : float
        The share that is done of the epoch after these.
    trained_words : int
        Words of the corpus, in the vocabulary or not, times epochs, of the last run.
    predictions : int
        What the last run had to predict: 0 if it learnt nothing.
    reading : dict
        Arguments of :func:`w2v.data.read_corpus` for every text that is read.
    read_seconds, train_seconds, compile_seconds : float
        What the last reading and training took; compiling is not in ``train_seconds``.

    Raises
    ------
    TypeError
        An unknown parameter.
    ValueError
        A parameter out of its range, contradictory or not supported.
    BackendUnavailableError
        A GPU was asked for by name and cannot be had.
    """

    def __init__(
        self,
        sentences: Any = None,
        corpus_file: str | Path | None = None,
        vector_size: int = 100,
        alpha: float | str | None = None,
        window: int | str = 5,
        min_count: int = 5,
        max_vocab_size: int | None = None,
        sample: float = 1e-3,
        seed: int = 1,
        workers: int | None = None,
        min_alpha: float = 1e-4,
        sg: int = 0,
        hs: int = 0,
        negative: int = 5,
        ns_exponent: float = 0.75,
        cbow_mean: int = 1,
        hashfxn: Callable[..., Any] | None = hash,
        epochs: int = 5,
        null_word: int = 0,
        trim_rule: Rule | None = None,
        sorted_vocab: int = 1,
        batch_words: int = 10_000,
        compute_loss: bool = False,
        callbacks: Iterable[Any] | None = (),
        comment: str | None = None,
        max_final_vocab: int | None = None,
        shrink_windows: bool = True,
        *,
        backend: str = "auto",
        sampling: str = "auto",
        optimizer: str = "sgd",
        share_negatives: int = 1,
        batch_size: int = 500,
        encoding: str = "utf-8",
        column: str | None = None,
        storage_options: Mapping[str, Any] | None = None,
        reread: bool = False,
        init: Init | None = None,
        freeze: Any = None,
        verbose: bool = False,
        **unknown: Any,
    ) -> None:
        taken = {"null_word": null_word, "sorted_vocab": sorted_vocab}
        check_unsupported("Word2Vec", {**taken, **unknown}, REFUSED, parameters(Word2Vec))
        if not (hashfxn is None or callable(hashfxn)):
            raise ValueError(f"hashfxn={quoted(hashfxn)} is no function: leave it out")
        config = TrainConfig(
            vector_size=vector_size,
            window=window,
            sg=sg,
            hs=hs,
            negative=negative,
            ns_exponent=ns_exponent,
            sample=sample,
            min_count=min_count,
            max_vocab_size=max_vocab_size,
            max_final_vocab=max_final_vocab,
            epochs=epochs,
            optimizer=optimizer,
            alpha=alpha,
            min_alpha=min_alpha,
            shrink_windows=shrink_windows,
            cbow_mean=cbow_mean,
            share_negatives=share_negatives,
            batch_size=batch_size,
            sampling=sampling,
            backend=backend,
            workers=workers,
            seed=seed,
        )
        config.check_rates()
        super().__init__(config, verbose=verbose)
        self.callbacks = list(callbacks or ())
        options = checked_options(storage_options)
        self.reading = {"encoding": encoding, "column": column, "storage_options": options}
        self.reread = checked_flag("reread", reread)
        check_init(init, config.vector_size)
        self.init, self.freeze = init, checked_freeze(freeze, init)
        self.comment, self.batch_words = comment, batch_words
        self.compute_loss = checked_flag("compute_loss", compute_loss)
        self._settled = True  # from here on new names are typing errors
        self.add_lifecycle_event("created", params=repr(self))
        if sentences is not None or corpus_file is not None:
            source = one_source(sentences, corpus_file)
            if column is not None and not has_columns(source):
                raise ValueError(
                    f"sentences of a {type(source).__name__} have no column {quoted(column)}: "
                    "leave column out, or give a table"
                )
            self._fit_with(trim_rule, source)
        elif trim_rule is not None:
            warnings.warn(
                "trim_rule is for the sentences given with it, and there are none: give it to "
                "build_vocab()",
                stacklevel=2,
            )
