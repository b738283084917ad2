"""Word2Vec: from text to vectors, in one object."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Self

from w2v.config import TrainConfig, checked_flag
from w2v.data import EncodedCorpus
from w2v.data.reading.rereading import require_rereadable
from w2v.gensim_names import METHODS, check_unsupported
from w2v.items import is_integer
from w2v.messages import quoted
from w2v.training.checkpoint import Checkpoint
from w2v.training.divergence import check_start, tell_if_worse_than_untrained
from w2v.training.one_at_a_time import one_at_a_time
from w2v.training.optimizer_state import tell_that_the_optimizer_begins_anew
from w2v.training.trainable_text import (
    require_same_text,
    require_something_to_predict,
    tell_that_nothing_was_left,
)
from w2v.word2vec.gensim_attributes import GensimAttributes
from w2v.word2vec.predicting import Predicting
from w2v.word2vec.saving import Saving
from w2v.word2vec.texts import one_source
from w2v.word2vec.training_session import Plan, Report, TrainingSession
from w2v.word2vec.vocabulary import VocabularyBuilding


class Word2Vec(VocabularyBuilding, Predicting, Saving, GensimAttributes):
    """Word vectors and their training; gensim's class, by its parameters and methods.

    Parameters
    ----------
    sentences : corpus, optional
        What to train on at once: sentences as lists of words, or anything else that
        :func:`w2v.data.read_corpus` reads.
    corpus_file : str or path, optional
        The same, as a file.
    vector_size, alpha, window, min_count, max_vocab_size, sample, seed, workers, min_alpha, sg, \
    hs, negative, ns_exponent, cbow_mean, epochs, max_final_vocab, shrink_windows
        See :class:`w2v.config.TrainConfig`.
    callbacks : iterable of objects, default ()
        Called with this model where they have a method ``on_train_begin``,
        ``on_epoch_begin``, ``on_batch_end`` (about ten times a second), ``on_epoch_end``
        or ``on_train_end``.
    compute_loss : bool, default False
        Taken for gensim's sake: the loss is always computed.
    backend, sampling, optimizer, batch_size
        See :class:`w2v.config.TrainConfig`.
    encoding : str, default "utf-8"
        Of text files, here and in all later calls: any that Python knows.
    reread : bool, default False
        Read the corpus anew for every epoch, as gensim does: for iterables that give other
        sentences each time, such as random walks, and files that change.  By default it is
        read once, and every epoch trains on what was there.
    verbose : bool, default False
        Draw progress bars if there is a terminal.
    **unsupported
        gensim's other parameters are errors that say why.

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
    epochs_done : int
        Epochs of the last training that have ended.
    trained_words : int
        Words of the corpus, in the vocabulary or not, times epochs, of the last
        :meth:`train`.
    predictions : int
        What the last :meth:`train` had to predict: 0 if it learnt nothing.
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
        alpha: float | None = None,
        window: int = 5,
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
        *,
        epochs: int = 5,
        callbacks: Iterable[Any] = (),
        compute_loss: bool = False,
        max_final_vocab: int | None = None,
        shrink_windows: bool = True,
        backend: str = "auto",
        sampling: str = "auto",
        optimizer: str = "sgd",
        batch_size: int = 500,
        encoding: str = "utf-8",
        reread: bool = False,
        verbose: bool = False,
        **unsupported: Any,
    ) -> None:
        check_unsupported("Word2Vec", unsupported)
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
            batch_size=batch_size,
            sampling=sampling,
            backend=backend,
            workers=workers,
            seed=seed,
        )
        super().__init__(config, verbose=verbose)
        self.callbacks = list(callbacks)
        self.reading = {"encoding": encoding}
        self.reread = checked_flag("reread", reread)
        checked_flag("compute_loss", compute_loss)
        self._settled = True  # from here on new names are typing errors
        if sentences is not None or corpus_file is not None:
            self.fit(one_source(sentences, corpus_file))

    def train(
        self,
        corpus_iterable: Any = None,
        corpus_file: str | Path | None = None,
        total_examples: int | None = None,
        total_words: int | None = None,
        epochs: int | None = None,
        start_alpha: float | None = None,
        end_alpha: float | None = None,
        compute_loss: bool = True,
        callbacks: Iterable[Any] = (),
        *,
        on_report: Report | None = None,
        checkpoint: str | Path | None = None,
        first_epoch: int = 0,
        reread: bool | None = None,
        encoding: str | None = None,
        **unsupported: Any,
    ) -> tuple[int, int]:
        """Train on a corpus; words that are not in the vocabulary are passed over.

        Parameters
        ----------
        corpus_iterable, corpus_file
            As ``sentences`` and ``corpus_file`` of the constructor; without either, what
            :meth:`build_vocab` read.  What still holds what was read last, as an unchanged
            file does, or a generator that is used up, is not read again.
        total_examples, total_words
            Taken for gensim's sake: the corpus is counted while it is read.
        epochs : int, optional
            By default the constructor's.
        start_alpha, end_alpha : float, optional
            In place of ``alpha`` and ``min_alpha``.
        compute_loss : bool
            Taken for gensim's sake.
        callbacks : iterable of objects
            Beside the constructor's.
        on_report : callable, optional
            Called now and then with the words trained and the latest mean loss.
        checkpoint : path, optional
            Folder to save the training to after every epoch.
        first_epoch : int, default 0
            Epochs of this run that are done already, ``epochs_done``: the learning rate and the
            optimizer go on from where they were.  At 0 the optimizer begins anew.
        reread, encoding : optional
            In place of the constructor's.
        **unsupported
            gensim's other parameters are errors that say why, or without effect here.

        Returns
        -------
        int, int
            Words of the vocabulary, and all words, that were trained on.

        Raises
        ------
        CorpusError
            The text cannot be read, no two words of the vocabulary stand together in it, a
            ``sample`` below the default leaves nothing of it, or ``first_epoch`` goes on with
            a training on another text.
        ValueError
            There is no vocabulary yet, too little text for a batch, another ``first_epoch``
            than 0 or ``epochs_done``, or another thread trains this model.
        DivergedError
            Steps too long have made vectors of numbers that are not finite.  ``losses``,
            ``epochs_done`` and the checkpoint are those of the last epoch that ended well; the
            model itself holds what has diverged: build its vocabulary anew, or load it.
        KeyboardInterrupt
            Ctrl-C; the model holds what was trained.
        """
        with one_at_a_time(self._lock):
            check_unsupported("train", unsupported, METHODS)
            if checkpoint is not None:
                Checkpoint.check_place(checkpoint)
            checked_flag("compute_loss", compute_loss)
            model, _ = self.built()
            self._weights.take_written()
            check_start(model)
            config = replace(
                self.config,
                epochs=self.config.epochs if epochs is None else epochs,
                alpha=self.config.alpha if start_alpha is None else start_alpha,
                min_alpha=self.config.min_alpha if end_alpha is None else end_alpha,
            )
            self._check_first_epoch(first_epoch, config.epochs)
            source = one_source(corpus_iterable, corpus_file, optional=True)
            anew = self._reads_anew(reread, source)
            read = partial(self._text_of, source, encoding, config)
            text = read()
            if first_epoch and not anew:
                require_same_text(self._texts.trained_on, text)
            self._begin_or_go_on(text, config, first_epoch, anew=anew)
            plan = Plan(
                text,
                config,
                first_epoch,
                hooks=[*self.callbacks, *callbacks],
                on_report=on_report,
                read_anew=read if anew else None,
                keep=None if checkpoint is None else partial(self.save, checkpoint),
            )
            with TrainingSession(self, plan) as session:
                for epoch in session.epochs():
                    session.engine.train_epoch(epoch)
            if first_epoch < config.epochs:
                if not self.predictions:
                    tell_that_nothing_was_left(config)
                elif self.losses:
                    tell_if_worse_than_untrained(self.losses[-1], config)
            session.call("on_train_end")
            return session.known_words, self.trained_words

    def _text_of(self, source: Any, encoding: str | None, config: TrainConfig) -> EncodedCorpus:
        """Return a source's text in the model's ids, if there is something to learn from it."""
        _, vocab = self.built()
        how = self.reading if encoding is None else {**self.reading, "encoding": encoding}
        text = self._texts.encoded(self.read, source, vocab, how)
        require_something_to_predict(text, config)
        return text

    def _begin_or_go_on(
        self, text: EncodedCorpus, config: TrainConfig, first_epoch: int, *, anew: bool
    ) -> None:
        """Have the optimizer and the text of the training to begin, or of the one to go on with."""
        if not first_epoch:
            self._weights.optimizer = None
        elif first_epoch < config.epochs and self._weights.optimizer_state() is None:
            tell_that_the_optimizer_begins_anew(config)
        self._texts.trained_on, self._texts.rereads = text, anew
        if not anew and config.epochs - first_epoch > 1:
            self._texts.warn_if_it_varies()

    def fit(self, source: Any, *, epochs: int | None = None, **training: Any) -> Self:
        """Read a corpus and train on it; a trained model goes on with its own vocabulary.

        Parameters
        ----------
        source : EncodedCorpus, or what :meth:`read` takes
        epochs : int, optional
            By default the constructor's.
        **training
            Further arguments of :meth:`train`: ``encoding``, ``reread``, ``checkpoint``, ….

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
        anew = self._reads_anew(training.get("reread"), source)
        if self.vocab is None:
            encoding = training.get("encoding")
            how = {} if encoding is None else {"encoding": encoding}
            self._build_vocab(source, source if isinstance(source, Iterator) else None, **how)
            if not anew:
                source = None
        self.train(source, epochs=epochs, **training)
        return self

    def _reads_anew(self, reread: bool | None, source: Any) -> bool:
        """Tell whether every epoch reads its text; ValueError for a source that has it once."""
        anew = checked_flag("reread", self.reread if reread is None else reread)
        if anew:
            require_rereadable(source)
        return anew

    def _check_first_epoch(self, first: Any, epochs: int) -> None:
        done = self.epochs_done
        known = is_integer(first) and (first == 0 or first == done)
        if not known or first > epochs:
            raise ValueError(
                f"first_epoch must be 0, to begin, or this model's epochs_done, which is {done}, "
                f"to go on, and at most epochs, which is {epochs}; got {quoted(first)}"
            )
