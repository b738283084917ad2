"""Training a model: what is asked for, and what must hold before it begins."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Self

from w2v.config import AUTO, TrainConfig, checked_flag
from w2v.data import EncodedCorpus
from w2v.data.errors import NothingKnownError, NoWordsError
from w2v.data.reading.rereading import require_rereadable
from w2v.data.reading.text_source import is_open_file, names_of
from w2v.data.trimming import Rule
from w2v.gensim_names import check_unsupported, parameters
from w2v.training.automatic_rate import with_rate
from w2v.training.divergence import check_start, tell_if_worse_than_untrained
from w2v.training.engines import first_rate
from w2v.training.folder_lock import hold_folder
from w2v.training.one_at_a_time import one_at_a_time
from w2v.training.optimizer_state import tell_that_the_optimizer_begins_anew
from w2v.training.trainable_text import (
    require_same_text,
    require_something_to_predict,
    tell_that_nothing_was_left,
)
from w2v.word2vec.hooks import each_once
from w2v.word2vec.order import Order
from w2v.word2vec.run_so_far import check_first_epoch, forget_run, goes_on, require_same_settings
from w2v.word2vec.saving import Saving
from w2v.word2vec.texts import one_source
from w2v.word2vec.training_session import Plan, Report, TrainingSession
from w2v.word2vec.vocabulary_steps import VocabularySteps
from w2v.word2vec.weighting import weighted_text, weights_of_text

_log = logging.getLogger("w2v")


class Training(VocabularySteps, Saving):
    """The training of a :class:`w2v.Word2Vec`."""

    def train(
        self,
        corpus_iterable: Any = None,
        corpus_file: str | Path | None = None,
        total_examples: int | None = None,
        total_words: int | None = None,
        epochs: int | None = None,
        start_alpha: float | str | None = None,
        end_alpha: float | None = None,
        word_count: int = 0,
        queue_factor: int = 2,
        report_delay: float = 1.0,
        compute_loss: bool = True,
        callbacks: Iterable[Any] | None = (),
        *,
        on_report: Report | None = None,
        checkpoint: str | Path | None = None,
        checkpoint_every: str | None = None,
        checkpoint_keep: int = 1,
        first_epoch: int = 0,
        resume: bool = False,
        reread: bool | None = None,
        encoding: str | None = None,
        column: str | None = None,
        sample_weight: Any = None,
        **unknown: Any,
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
        word_count, queue_factor, compute_loss
            Taken for gensim's sake.
        report_delay : float, default 1.0
            Seconds between two lines that the log ``w2v`` has of it, at level INFO.
        callbacks : iterable of objects
            Beside the constructor's; each is called once.
        on_report : callable, optional
            Called now and then with the words trained and the latest mean loss.
        checkpoint : path, optional
            Folder to save the training to, now and then, at its end, and where Ctrl-C or an
            error of a callback ends it.  One that cannot be written is a warning, and the next is
            tried when it is due; only the last one's failure is raised, when all is trained.
        checkpoint_every : str, optional
            How often, within an epoch too: ``"10m"`` (or s, h) of time, ``"50Mw"`` (or k, G) words
            or ``"2e"`` epochs; by default after every epoch.
        checkpoint_keep : int, default 1
            How many of the last to keep: the folder has the newest, and beside it those of its
            name with ``.1``, ``.2`` and so on the ones before.
        first_epoch : int, default 0
            Epochs of this run that are done already, ``epochs_done``: as with ``resume``, but
            with what else is given.  At 0 a run begins, and the optimizer anew.
        resume : bool, default False
            Go on with the run that this model, trained or loaded, has been stopped in, where it
            stands, within an epoch too, or begin it.  The text is to be the same, and so are all
            hyper-parameters but ``workers`` and ``backend``; ``epochs``, which can be raised,
            ``start_alpha`` and ``end_alpha`` are that run's unless they are given.
        reread, encoding, column : optional
            In place of the constructor's.
        sample_weight : (n_sentences,) array of numbers, optional
            How often an epoch has each of the sentences, given as lists or as an EncodedCorpus,
            on the mean: 0 never, 0.5 in every other epoch, 3 three times.  A draw by the seed
            says which.  Words are counted as they stand.
        **unknown
            See the constructor.

        Returns
        -------
        int, int
            Words of the vocabulary, and all words, that were trained on.  Where no two words of
            the vocabulary stand together in the text, nothing is trained and a warning says so.

        Raises
        ------
        CorpusError
            The text cannot be read, a ``sample`` below the default leaves nothing of it, or
            ``first_epoch`` goes on with a training on another text.
        ValueError
            There is no vocabulary yet (which is a RuntimeError too), a learning rate that is not
            above 0, too little text for a batch, another ``first_epoch`` than 0 or
            ``epochs_done``, settings that contradict the run to go on with, another thread that
            trains this model, or a ``checkpoint`` that another training has or would lose.
        DivergedError
            Steps too long have made vectors of numbers that are not finite.  ``losses``,
            ``epochs_done`` and the checkpoint are those of the last epoch that ended well; the
            model itself holds what has diverged: build its vocabulary anew, or load it.
        KeyboardInterrupt
            Ctrl-C; the model holds what was trained.
        """
        check_unsupported("train", unknown, names=parameters(Training.train))
        checked_flag("compute_loss", compute_loss)
        source = one_source(corpus_iterable, corpus_file, optional=True)
        return self._train(
            source,
            Order(
                epochs,
                start_alpha,
                end_alpha,
                callbacks,
                on_report,
                checkpoint,
                checkpoint_every,
                checkpoint_keep,
                first_epoch,
                resume,
                reread,
                encoding,
                column,
                report_delay,
                sample_weight,
                forgiving=True,
            ),
        )

    def _train(self, source: Any, order: Order) -> tuple[int, int]:
        """Train as :meth:`train` does."""
        with self._alone(order):
            return self._train_alone(*self._weighed(source, order))

    def _weighed(self, source: Any, order: Order) -> tuple[Any, Order]:
        """Read a source whose sentences have weights: the text, and an order that has both."""
        if order.sample_weight is None:
            return source, order
        if self._reads_anew(order, source):
            raise ValueError("sample_weight is of sentences that are read once: leave out reread")
        weighted = weighted_text(self, source, order.sample_weight, order.reading)
        return weighted.text, order._replace(sample_weight=weighted)

    @contextmanager
    def _alone(self, order: Order) -> Iterator[None]:
        """Have the model, and the folder that its training is kept in, for a block."""
        with one_at_a_time(self._lock), hold_folder(order.checkpoint):
            order.check(self._begun_as if goes_on(self, order.resume, order.first_epoch) else None)
            yield

    def _train_alone(self, source: Any, order: Order) -> tuple[int, int]:
        model, _ = self.built()
        going_on = goes_on(self, order.resume, order.first_epoch)
        first_epoch = self.epochs_done if order.resume else order.first_epoch
        asked = {**(self._asked if order.resume and going_on else {}), **order.asked}
        config = self._config_of(asked, goes_on=going_on)
        if order.resume and going_on:
            require_same_settings(self, config.epochs)
        self._weights.take_written()
        check_start(model)
        check_first_epoch(self, first_epoch, config.epochs)
        anew = self._reads_anew(order, source)
        read = partial(self._text_of, source, order.reading, config)
        try:
            text = read()
        except (NothingKnownError, NoWordsError) as nothing:
            if not order.forgiving or (
                isinstance(nothing, NoWordsError) and names_of(source) is not None
            ):
                raise
            warnings.warn(f"nothing was trained: {nothing}", stacklevel=4)
            epochs = config.epochs - first_epoch
            return nothing.known * epochs, nothing.words * epochs
        if going_on and not anew:
            require_same_text(self._texts.trained_on, text)
        weighted = weights_of_text(self, order.sample_weight, text, goes_on=going_on)
        if config.alpha == AUTO:
            config = with_rate(config, text.n_tokens, len(text.vocab))
            asked["alpha"] = config.alpha
            _log.info(
                "alpha=%r: this training begins at the learning rate %.3g", AUTO, config.alpha
            )
        self._begin_or_go_on(text, config, first_epoch, goes_on=going_on, anew=anew)
        of_epoch = partial(weighted.of_epoch, config.seed) if weighted else None
        self._asked, self._begun_as = asked, self.config
        plan = Plan(
            of_epoch(first_epoch) if of_epoch else text,
            config,
            first_epoch,
            self._position if going_on else None,
            hooks=each_once([*self.callbacks, *(order.callbacks or ())]),
            on_report=order.on_report,
            read_anew=(lambda epoch: read()) if anew else of_epoch,
            keep=order.keeper(self._save),
            interval=order.interval,
            report_delay=order.report_delay,
            measured=text,
        )
        with TrainingSession(self, plan) as session:
            session.run()
        if first_epoch < config.epochs:
            self.train_count += 1
            self.add_lifecycle_event("train", words=self.trained_words, epochs=config.epochs)
            if not self.predictions:
                later = range(first_epoch, config.epochs)
                tell_that_nothing_was_left(config, map(of_epoch, later) if of_epoch else ())
            elif self.losses:
                tell_if_worse_than_untrained(self.losses[-1], session.resting.of_zeros(), config)
        session.call("on_train_end")
        return session.known_words, session.trained_words

    def _config_of(self, asked: Mapping[str, Any], *, goes_on: bool) -> TrainConfig:
        """Return the hyper-parameters of one training, if it can have them."""
        config = replace(self.config, **asked)
        config.check_rates()
        if config.optimizer == "sgd" and config.min_alpha > config.learning_rate:
            warnings.warn(
                f"the learning rate would rise: alpha is {config.learning_rate:g} and min_alpha "
                f"{config.min_alpha:g}, which is then the rate throughout; set both, or leave "
                "min_alpha at 0.0001",
                stacklevel=5,
            )
        rate, reached = first_rate(config), self.min_alpha_yet_reached
        if not goes_on and rate > reached:
            how = "this training begins at the learning rate %g, above %g, to which an earlier one "
            _log.warning(how + "lowered it", rate, reached)
        return config

    def _text_of(self, source: Any, asked: dict[str, Any], config: TrainConfig) -> EncodedCorpus:
        """Return a source's text in the model's ids, if there is something to learn from it."""
        _, vocab = self.built()
        how = self.how_to_read(source, asked)
        text = self._texts.encoded(self.read, source, vocab, how)
        require_something_to_predict(text, config)
        return text

    def _begin_or_go_on(
        self,
        text: EncodedCorpus,
        config: TrainConfig,
        first_epoch: int,
        *,
        goes_on: bool,
        anew: bool,
    ) -> None:
        """Have the optimizer and the text of the training to begin, or of the one to go on with."""
        if not goes_on:
            self._weights.optimizer = None
            forget_run(self)
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
            Further arguments of :meth:`train`: ``sample_weight``, ``reread``, ``checkpoint``, ….

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
        self._fit_with(None, source, epochs=epochs, **training)
        return self

    def _fit_with(self, trim_rule: Rule | None, source: Any, **training: Any) -> None:
        """Fit as :meth:`fit` does, with a rule for the words of a new vocabulary."""
        unknown = {name: given for name, given in training.items() if name not in Order._fields}
        check_unsupported("fit", unknown, names=Order._fields)
        order = Order(**training)
        with self._alone(order):
            anew = self._reads_anew(order, source)
            given = source
            source, order = self._weighed(source, order)
            if self.vocab is None:
                held = source if isinstance(source, Iterator) or is_open_file(source) else None
                how = {**order.reading, "trim_rule": trim_rule, "uncut": source is not given}
                self._build_vocab(source, held, **how)
                if not anew:
                    source = None
            self._train_alone(source, order)

    def _reads_anew(self, order: Order, source: Any) -> bool:
        """Tell whether every epoch reads its text; ValueError for a source that has it once."""
        before = self.reread or (order.resume and self._texts.were_reread)
        anew = checked_flag("reread", before if order.reread is None else order.reread)
        if anew:
            require_rereadable(source)
        return anew
