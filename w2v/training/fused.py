"""The fused engine: whole epochs of :meth:`w2v.backend.Backend.train`, on all cores.

Threads take slices of the corpus in turn and step the same weights without locks,
as in Recht et al., "Hogwild!: A Lock-Free Approach to Parallelizing Stochastic
Gradient Descent", 2011.  Every draw and the learning rate follow from a word's
place in the run, so with one worker the result does not depend on the slices.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from w2v.backend import Array, FusedLoss, FusedSettings, PendingLoss, Work, keep_thresholds
from w2v.config import sgd_rate
from w2v.models import ContextModel, SkipGram
from w2v.training.divergence import check_loss
from w2v.training.slices import Slice, Slices

_WAIT = 0.1  # seconds between looks for Ctrl-C


class FusedProgress(NamedTuple):
    """How far a run has come.

    Parameters
    ----------
    words : int
        Words of the encoded corpus trained on, times epochs.
    total : int
        Words of the whole run.
    seconds : float
        Since training began.
    rate : float
        Learning rate now.
    loss : float
        Mean loss of a prediction, in nats, since the last report.
    """

    words: int
    total: int
    seconds: float
    rate: float
    loss: float


class FusedTrainer:
    """Trains a CBOW or skip-gram model in one pass a word, with plain SGD.

    Parameters
    ----------
    model : ContextModel
        Its weights, window, sampler and backend are used; the weights are replaced
        by equal ones in the layout that is fastest, and trained in place.
    tokens : (N,) int32 array
        Word ids, sentence after sentence; may be a memory map.
    offsets : (S + 1,) int64 array
        Sentence i is ``tokens[offsets[i]:offsets[i + 1]]``.
    counts : (V,) array of numbers
        Occurrences of every word, from which frequent ones are thinned out.
    epochs : int, default 5
    alpha : float, optional
        Learning rate at the beginning, from which it falls linearly with the words; by
        default word2vec's own, 0.025 for skip-gram and 0.05 for CBOW.
    min_alpha : float, default 0.0001
        Learning rate at the end.
    sample : float, default 1e-3
        Words with a larger share of the text are thinned out; 0 keeps all.
    shrink_windows : bool, default True
        Draw each window's width from 1 to the model's.
    cbow_mean : bool, default True
        CBOW's input is the contexts' mean, or else their sum.
    share_gradient : bool, default False
        See :class:`w2v.backend.FusedSettings`.
    share_negatives : int, default 1
        How many windows share one draw of negatives, at most; fewer where the vocabulary has
        too few words.
    workers : int, optional
        Threads; by default one a core.  One gives the same bytes in every run on one
        machine's CPU; several do not, and nor do the warps of a GPU.
    seed : int, optional
        By default the model's.
    start : int, default 0
        Words of the run that an earlier part of it has trained on, its :attr:`trained`.
    before : int, default 0
        Words of a longer run before this one, which is a part of it: draws and learning rate
        follow from the place in that.
    of : int, optional
        Words of the longer run.

    Attributes
    ----------
    lockf : (V,) float32 array or None
        What changes of each word's input vector are multiplied by, to be set between epochs.
    look_at : callable or None
        Called with the first sentence of a slice and the one after its last, on the thread that
        is going to train on it; an error that it raises ends the run.
    total : int
        Words that the whole run sees.
    trained : int
        Words of the run that have been seen.
    losses : list of float
        Mean loss of a prediction, in nats, of every epoch that has begun.
    total_loss : float
        Loss, in nats, summed over all predictions so far.
    predictions : int
    kept : int
        Words that subsampling has kept.
    seconds : float
        What :meth:`run` has spent, without compiling.
    compile_seconds : float
        What the first :meth:`run` spent on compiling the kernels or loading them.

    Raises
    ------
    ValueError
        A parameter out of its range.
    """

    def __init__(
        self,
        model: ContextModel,
        tokens: Array,
        offsets: Array,
        counts: Array,
        *,
        epochs: int = 5,
        alpha: float | None = None,
        min_alpha: float = 0.0001,
        sample: float = 1e-3,
        shrink_windows: bool = True,
        cbow_mean: bool = True,
        share_gradient: bool = False,
        share_negatives: int = 1,
        workers: int | None = None,
        seed: int | None = None,
        start: int = 0,
        before: int = 0,
        of: int | None = None,
    ) -> None:
        self.workers = model.backend.fused_workers() if workers is None else workers
        if epochs < 1 or self.workers < 1:
            raise ValueError(
                f"epochs and workers must be 1 or more, got {epochs} and {self.workers}"
            )
        self.model = model
        self.backend = model.backend
        self.tokens, self.offsets = self.backend.fused_tokens(tokens), offsets
        self.epochs = epochs
        self.total = epochs * int(offsets[-1] - offsets[0])
        self.trained = self._handed_out = start
        self._before = before
        self.lockf: Array | None = None
        self.look_at: Callable[[int, int], None] | None = None
        self.seconds = self.compile_seconds = 0.0
        self.keep = self.backend.asarray(keep_thresholds(self.backend.to_numpy(counts), sample))
        self.settings = FusedSettings(
            skip_gram=isinstance(model, SkipGram),
            window=model.window_size,
            negative=model.loss_layer.sample_size,
            exact=model.loss_layer.exact,
            total=max(1, self.total if of is None else of),
            seed=model.seed if seed is None else seed,
            alpha=sgd_rate(isinstance(model, SkipGram)) if alpha is None else alpha,
            min_alpha=min_alpha,
            shrink_windows=shrink_windows,
            mean=cbow_mean,
            share_gradient=share_gradient,
            # Of so many windows at most that there are as many other words as they share.
            share_negatives=min(
                share_negatives, max(1, len(counts) - model.loss_layer.sample_size)
            ),
            workers=self.workers,
            hs=model.loss_layer.hs,
        )
        self._sums: dict[int, FusedLoss] = {}  # by epoch
        self.total_loss, self.predictions, self.kept = 0.0, 0, 0
        words = self.backend.fused_words(self.settings, model.params[0].shape[1])
        self._slices = Slices(offsets, words)
        model.set_params(*map(self.backend.fused_rows, model.params))

    @property
    def losses(self) -> list[float]:  # noqa: D102
        return self._losses(range(self.epochs))

    def _losses(self, epochs: range) -> list[float]:
        sums = (self._sums.get(epoch, _NOTHING) for epoch in epochs)
        return [each.total / each.predictions for each in sums if each.predictions]

    def run(
        self,
        on_progress: Callable[[FusedProgress], None] | None = None,
        *,
        last_epoch: int | None = None,
        pause: Callable[[], bool] | None = None,
    ) -> list[float]:
        """Train to the end of the run.

        Parameters
        ----------
        on_progress : callable, optional
            Called in this thread, about ten times a second.
        last_epoch : int, optional
            Stop after this one, counted from 1; another call goes on.
        pause : callable, optional
            Asked after every slice: where it says so, the slices that have begun are ended and
            the call returns; another one goes on.

        Returns
        -------
        list of float
            Mean losses, as in :attr:`losses`, of the epochs that this call trained.

        Raises
        ------
        KeyboardInterrupt
            Ctrl-C; the model then holds what was trained, :attr:`trained` says how much.
        DivergedError
            The loss of a slice is no finite number; training stops with it.
        """
        self.compile()
        first_epoch, epochs = self._epoch, last_epoch or self.epochs
        begin, earlier = time.perf_counter(), self.seconds
        slices, hand_out = self._slices.begin(self.trained, epochs), threading.Lock()
        self._handed_out = self.trained
        done: queue.SimpleQueue[Any] = queue.SimpleQueue()
        stop = threading.Event()

        def work() -> None:
            # What has begun: a device is given the next slice before it is done with the last.
            begun: deque[tuple[Slice, PendingLoss]] = deque()

            def end(piece: Slice, pending: PendingLoss) -> None:
                loss = pending.result()
                with hand_out:
                    self._count(piece, loss)
                done.put((piece, loss))

            try:
                while not stop.is_set():
                    with hand_out:
                        piece = next(slices, None)
                        self._handed_out += 0 if piece is None else piece.words
                    if piece is None:
                        break
                    begun.append((piece, self.backend.train(self._work_of(piece))))
                    while begun and begun[0][1].ready:
                        end(*begun.popleft())
                for each in begun:
                    end(*each)
                done.put(None)
            except BaseException as error:
                done.put(error)

        threads = [threading.Thread(target=work, daemon=True) for _ in range(self.workers)]
        running, recent, shown = len(threads), _NOTHING, begin
        try:
            for thread in threads:
                thread.start()
            while running:
                try:
                    result = done.get(timeout=_WAIT)
                except queue.Empty:
                    continue
                if isinstance(result, BaseException):
                    raise result
                if result is None:
                    running -= 1
                else:
                    recent = _plus(recent, result[1])
                    self._check(*result)
                    if pause is not None and not stop.is_set() and pause():
                        stop.set()
                now = time.perf_counter()
                self.seconds = earlier + now - begin
                if on_progress and recent.predictions and (now - shown > _WAIT or not running):
                    on_progress(self._progress(recent))
                    recent, shown = _NOTHING, now
        finally:
            stop.set()
            for thread in threads:
                if thread.ident is not None:
                    thread.join()
            self.seconds = earlier + time.perf_counter() - begin
        return self._losses(range(first_epoch, epochs))

    @property
    def at_rest(self) -> bool:
        """Whether all that was begun is done, so that a run from :attr:`trained` on goes on."""
        return self.trained == self._handed_out

    @property
    def _epoch(self) -> int:
        """The epoch that has begun and not ended, or that begins next."""
        return self.trained // max(1, self.total // self.epochs)

    def compile(self) -> None:
        """Compile the kernels or load them, as :meth:`run` does at first."""
        begin = time.perf_counter()
        nothing = self._work(self.tokens[:0], np.zeros(1, np.int64), 0)
        self.backend.train(nothing)
        self.compile_seconds = self.compile_seconds or time.perf_counter() - begin

    def _work_of(self, piece: Slice) -> Work:
        if self.look_at is not None:
            self.look_at(piece.first, piece.last)
        offsets = np.asarray(self.offsets[piece.first : piece.last + 1])
        tokens = self.tokens[offsets[0] : offsets[-1]]
        return self._work(tokens, offsets - offsets[0], self._before + piece.position)

    def _work(self, tokens: Array, offsets: Array, position: int) -> Work:
        W_in, W_out = self.model.params
        output = self.model.loss_layer.output
        how = self.keep, self.settings, position, self.lockf
        return Work(W_in, W_out, tokens, offsets, output, *how)

    def _count(self, piece: Slice, loss: FusedLoss) -> None:
        self._sums[piece.epoch] = _plus(self._sums.get(piece.epoch, _NOTHING), loss)
        self.total_loss += loss.total
        self.predictions += loss.predictions
        self.kept += loss.words
        self.trained += piece.words

    def _check(self, piece: Slice, loss: FusedLoss) -> None:
        how: dict[str, Any] = {"alpha": self.settings.alpha, "window": self.settings.window}
        check_loss(loss.total, epoch=piece.epoch + 1, words=self.trained, **how)

    def _progress(self, recent: FusedLoss) -> FusedProgress:
        return FusedProgress(
            self.trained,
            self.total,
            self.seconds,
            self.settings.rate(self._before + self.trained),
            recent.total / recent.predictions,
        )


_NOTHING = FusedLoss(0.0, 0, 0)


def _plus(a: FusedLoss, b: FusedLoss) -> FusedLoss:
    return FusedLoss(a.total + b.total, a.predictions + b.predictions, a.words + b.words)
