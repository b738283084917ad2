"""Word2Vec: from text to vectors, in one object."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

from w2v.config import TrainConfig, checked_flag
from w2v.data import EncodedCorpus, Vocabulary
from w2v.data.reading.rereading import FirstSentences, may_vary, require_rereadable
from w2v.data.reading.source_state import state_of
from w2v.gensim_names import METHODS, check_unsupported
from w2v.items import is_integer
from w2v.messages import quoted
from w2v.training.checkpoint import Checkpoint
from w2v.training.divergence import (
    check_loss,
    check_start,
    sum_of_weights,
    tell_if_worse_than_untrained,
)
from w2v.training.engines import Engine, Run, make_engine
from w2v.training.one_at_a_time import one_at_a_time
from w2v.training.progress import TrainingProgress
from w2v.training.resting_loss import RestingLoss, excerpt_for_loss
from w2v.training.trainable_text import (
    require_same_text,
    require_something_to_predict,
    tell_that_nothing_was_left,
    tell_that_the_optimizer_begins_anew,
)
from w2v.training.words_trained import Passes
from w2v.word2vec.trained import ALL_WORDS, TrainedModel

Report = Callable[[float, float], None]


class Word2Vec(TrainedModel):
    """Trains word vectors; gensim's class, by its parameters and methods.

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

    Its attributes are those of :class:`w2v.word2vec.trained.TrainedModel`.

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
        # What the corpus at hand was read from: an iterator, or the state of the source then.
        self._source: Any = None
        self._first: FirstSentences | None = None
        self._settled = True  # from here on new names are typing errors
        if sentences is not None or corpus_file is not None:
            self.fit(_one_source(sentences, corpus_file))

    # -- vocabulary ----------------------------------------------------------------

    def build_vocab(
        self,
        corpus_iterable: Any = None,
        corpus_file: str | Path | None = None,
        update: bool = False,
        **unsupported: Any,
    ) -> Word2Vec:
        """Read a corpus, take its vocabulary and make the model.

        Parameters
        ----------
        corpus_iterable, corpus_file
            As ``sentences`` and ``corpus_file`` of the constructor.
        update : bool, default False
            Add new words to a vocabulary that is there, with new vectors, and keep the
            old ones as trained.
        **unsupported
            gensim's other parameters are errors that say why, or without effect here.

        Returns
        -------
        Word2Vec
            This object.

        Raises
        ------
        CorpusError
            The text cannot be read, or no word is frequent enough.
        ValueError
            The vocabulary is too small for these hyper-parameters, there is none to update,
            or hierarchical softmax has built its tree for the one that is there.
        """
        check_unsupported("build_vocab", unsupported, METHODS)
        self._refuse_while_training("words")
        source = _one_source(corpus_iterable, corpus_file)
        held = self._held_by(source, {})
        self._build_vocab(source, update=update)
        self._source = held
        return self

    def _build_vocab(self, source: Any, *, update: bool = False, **reading: Any) -> None:
        limits = ALL_WORDS if update else {}
        corpus = self._read_once(source, **limits, **reading)
        self._take_vocab(corpus.vocab, update=update)
        self._source = source if isinstance(source, Iterator) else None
        self._corpus = corpus.recoded(self.built()[1]) if update else corpus
        self._read_counts = corpus.sentences_read, corpus.total_words

    def build_vocab_from_freq(
        self,
        word_freq: Mapping[Any, int],
        corpus_count: int | None = None,
        update: bool = False,
        **unsupported: Any,
    ) -> Word2Vec:
        """Take a vocabulary that is counted already and make the model.

        Parameters
        ----------
        word_freq : dict of str, or of int, to int
            Words and how often they occur.
        corpus_count : int, optional
            Taken for gensim's sake: :meth:`train` counts the sentences it reads.
        update, **unsupported
            See :meth:`build_vocab`.

        Returns
        -------
        Word2Vec
            This object.

        Raises
        ------
        CorpusError
            No word is frequent enough.
        ValueError
            See :meth:`build_vocab`.
        """
        check_unsupported("build_vocab_from_freq", unsupported, METHODS)
        self._refuse_while_training("words")
        limits = ALL_WORDS if update else self.vocab_limits
        vocab = Vocabulary.from_counts([*word_freq], [*word_freq.values()], **limits)
        self._take_vocab(vocab, update=update)
        self._source = self._corpus = self._first = None
        self._read_counts = (corpus_count or 0, vocab.total)
        return self

    def _take_vocab(self, vocab: Vocabulary, *, update: bool) -> None:
        """Make the model of a vocabulary, or add its words to the one that is there."""
        if update:
            self._grow(self.built()[1].extended(vocab, **self.vocab_limits))
        else:
            model = self.new_model(vocab)
            self.losses, self.epochs_done = [], 0
            self._hold(vocab, model)

    # -- training -----------------------------------------------------------------

    @one_at_a_time
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
        check_unsupported("train", unsupported, METHODS)
        if checkpoint is not None:
            Checkpoint.check_place(checkpoint)
        checked_flag("compute_loss", compute_loss)
        model, vocab = self.built()
        self._bring_vectors_back()
        check_start(model)
        source = _one_source(corpus_iterable, corpus_file, optional=True)
        anew = self._reads_anew(reread)
        if anew:
            require_rereadable(source)
        reading = {} if encoding is None else {"encoding": encoding}
        corpus = self._encoded(source, vocab, reading)
        config = replace(
            self.config,
            epochs=self.config.epochs if epochs is None else epochs,
            alpha=self.config.alpha if start_alpha is None else start_alpha,
            min_alpha=self.config.min_alpha if end_alpha is None else end_alpha,
        )
        self._check_first_epoch(first_epoch, config.epochs)
        require_something_to_predict(corpus, config)
        if first_epoch and not anew:
            require_same_text(self._trained_on, corpus)
        if not first_epoch:
            self._optimizer = None
        elif first_epoch < config.epochs and self._optimizer_state() is None:
            tell_that_the_optimizer_begins_anew(config)
        self._trained_on, self._rereads = corpus, anew
        if not anew and config.epochs - first_epoch > 1:
            self._warn_if_it_varies()
        hooks = [*self.callbacks, *callbacks]
        self.curve, self._rests = [], []
        resting = RestingLoss(model, excerpt_for_loss(corpus), vocab, config)
        done = Passes(first_epoch, corpus.total_words)

        def report(words: float, loss: float) -> None:
            self.curve.append((done.position(words), loss))
            self._after_steps()
            self._call(hooks, "on_batch_end")
            if on_report:
                on_report(done.position(words), loss)

        words = config.epochs * corpus.total_words
        shown = None if self.verbose else False
        begin = time.perf_counter()
        with TrainingProgress(words, enabled=shown, on_report=report) as progress:
            run = Run(model, corpus, vocab, config, progress, first_epoch, self._optimizer)
            engine = make_engine(run)
            self._optimizer = engine.optimizer
            self._training, self._loss_set_to = True, 0.0
            try:
                self._call(hooks, "on_train_begin")
                for epoch in range(first_epoch, config.epochs):
                    if anew and epoch > first_epoch:
                        corpus = self._encoded(source, vocab, reading)
                        require_something_to_predict(corpus, config)
                        engine.go_on_with(corpus, epoch)
                    done.begin(corpus.total_words)
                    label = f"epoch {epoch + 1}/{config.epochs}"
                    progress.update(epoch * corpus.total_words, label=label)
                    self._call(hooks, "on_epoch_begin")
                    self._bring_vectors_back()
                    engine.train_epoch(epoch)
                    self._note(engine)
                    done.end(len(corpus.tokens))
                    progress.update((epoch + 1) * corpus.total_words)
                    check_loss(
                        sum_of_weights(model),
                        epoch=epoch + 1,
                        words=round(progress.done),
                        alpha=config.learning_rate,
                        window=config.window,
                    )
                    loss = resting.measure()
                    self.epochs_done = epoch + 1
                    if loss is not None:
                        self.losses.append(loss)
                        self._rests.append((done.position(progress.done), loss))
                    self._call(hooks, "on_epoch_end")
                    if checkpoint is not None and self.predictions:
                        self.save(checkpoint)
            finally:
                self.backend.synchronize()
                self._note(engine)
                self._training = False
                self.compile_seconds = engine.compile_seconds or resting.compile_seconds
                self.train_seconds = time.perf_counter() - begin - self.compile_seconds
                words_done = round(done.position(progress.done)) - done.begun_with
                self.trained_words = words_done if first_epoch < config.epochs else 0
        if not self.predictions and first_epoch < config.epochs:
            tell_that_nothing_was_left(config)
        elif self.losses and first_epoch < config.epochs:
            tell_if_worse_than_untrained(self.losses[-1], config)
        self._call(hooks, "on_train_end")
        return done.known_words, self.trained_words

    def fit(self, source: Any, *, epochs: int | None = None, **training: Any) -> Word2Vec:
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
        anew = self._reads_anew(training.get("reread"))
        if anew:
            require_rereadable(source)
        if self._vocab is None:
            encoding = training.get("encoding")
            self._build_vocab(source, **({} if encoding is None else {"encoding": encoding}))
            if not anew:
                source = None
        self.train(source, epochs=epochs, **training)
        return self

    def _reads_anew(self, reread: bool | None) -> bool:
        return checked_flag("reread", self.reread if reread is None else reread)

    def _check_first_epoch(self, first: Any, epochs: int) -> None:
        done = self.epochs_done
        known = is_integer(first) and (first == 0 or first == done)
        if not known or first > epochs:
            raise ValueError(
                f"first_epoch must be 0, to begin, or this model's epochs_done, which is {done}, "
                f"to go on, and at most epochs, which is {epochs}; got {quoted(first)}"
            )

    def _encoded(self, source: Any, vocab: Vocabulary, reading: Mapping[str, Any]) -> EncodedCorpus:
        """Return a corpus in the model's ids; what still holds what was read is not read again."""
        if source is None:
            if self._corpus is None:
                raise ValueError("there is no corpus to train on: give one")
            return self._corpus
        if isinstance(source, Iterator) and source is self._source and self._corpus is not None:
            rest = list(islice(source, 1))
            if not rest:
                return self._corpus
            return self._take_text(self.read(chain(rest, source), **ALL_WORDS, **reading), vocab)
        held = self._held_by(source, reading)
        if self._corpus is not None and held is not None and held == self._source:
            return self._corpus
        corpus = self._take_text(self._read_once(source, **ALL_WORDS, **reading), vocab)
        self._source = held
        return corpus

    def _take_text(self, corpus: EncodedCorpus, vocab: Vocabulary) -> EncodedCorpus:
        self._corpus = corpus.recoded(vocab)
        self._read_counts = corpus.sentences_read, corpus.total_words
        return self._corpus

    def _held_by(self, source: Any, reading: Mapping[str, Any]) -> Any:
        """Return what will tell whether a source still holds the same; None if nothing can."""
        if isinstance(source, EncodedCorpus):
            return None
        if isinstance(source, Iterator):
            return source
        state = state_of(source)
        return None if state is None else (state, {**self.reading, **reading})

    def _read_once(self, source: Any, **reading: Any) -> EncodedCorpus:
        """Read a source, with what it takes to tell later whether it gives other sentences."""
        if isinstance(source, EncodedCorpus):
            return source
        self._first = FirstSentences(source) if may_vary(source) else None
        return self.read(self._first or source, **reading)

    def _warn_if_it_varies(self) -> None:
        first, self._first = self._first, None
        if first is not None and first.differ_now():
            warnings.warn(
                "the iterable gives other sentences when it is gone through again; it was read "
                "once, and every epoch trains on the same: reread=True reads it anew each time",
                stacklevel=5,
            )

    def _call(self, hooks: list[Any], name: str) -> None:
        for hook in hooks:
            method = getattr(hook, name, None)
            if method is not None:
                method(self)

    def _note(self, engine: Engine) -> None:
        self._total_loss, self.predictions = engine.total_loss, engine.predictions
        self._after_steps()

    @classmethod
    def load(
        cls,
        folder: str | Path,
        *,
        backend: str | None = None,
        workers: int | None = None,
        verbose: bool = False,
    ) -> Word2Vec:
        """Load what :meth:`save` wrote.

        Parameters
        ----------
        folder : str or path
        backend, workers : optional
            In place of those it was configured with.
        verbose : bool, default False
            Draw progress bars if there is a terminal.

        Returns
        -------
        Word2Vec

        Raises
        ------
        CheckpointError
            The folder is no saved training, or a damaged one.
        """
        saved = Checkpoint.load(folder)
        config = replace(
            saved.config,
            backend=saved.config.backend if backend is None else backend,
            workers=saved.config.workers if workers is None else workers,
        )
        word2vec = cls(**config.to_dict(), verbose=verbose)
        weights = [saved.weights[name] for name in ("W_in", "W_out")]
        drawn = None if config.hs else saved.progress["negatives_drawn"]
        word2vec._hold(saved.vocab, word2vec._filled(saved.vocab, weights, drawn))
        if saved.optimizer:
            steps = saved.progress["optimizer"]["steps"]
            word2vec._take_optimizer_state((steps, saved.optimizer))
        word2vec.losses = saved.progress["losses"]
        word2vec.epochs_done = saved.progress["epochs_done"]
        word2vec._trained_on = saved.progress.get("corpus")
        return word2vec


def _one_source(sentences: Any, corpus_file: Any, *, optional: bool = False) -> Any:
    if sentences is not None and corpus_file is not None:
        raise ValueError("give sentences or corpus_file, not both")
    source = corpus_file if sentences is None else sentences
    if source is None and not optional:
        raise ValueError("there is no corpus: give sentences or corpus_file")
    return source
