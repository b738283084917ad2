"""The minibatch engine: forward, backward, update, over shuffled batches."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any, Protocol

import numpy as np

from w2v.backend import Array, Backend, backend_for, get_backend
from w2v.training.divergence import DivergedError
from w2v.training.gradients import clip_grads, remove_duplicate
from w2v.training.progress import TrainingProgress
from w2v.training.report_line import report_line


class TrainableModel(Protocol):
    """What the Trainer asks of a model; any of the course's form will do."""

    params: list[Array]
    grads: list[Any]

    def forward(self, x: Array, t: Array, /) -> Any: ...  # noqa: D102
    def backward(self) -> Any: ...  # noqa: D102


class AnyOptimizer(Protocol):
    """What the Trainer asks of an optimizer."""

    def update(self, params: list[Array], grads: list[Any], /) -> Any: ...  # noqa: D102


class Trainer:
    """Training of a model by minibatches.

    Parameters
    ----------
    model : object
        With ``forward(x, t)``, which returns the loss, ``backward()``, and the lists
        ``params`` and ``grads``; parameters may stand there several times.
    optimizer : object
        With ``update(params, grads)``; it is given each parameter once.

    Attributes
    ----------
    loss_list : list of float
        Mean loss of every evaluation interval, over all calls of :meth:`fit`.
    current_epoch : int
        Epochs finished, over all calls.
    current_batch : int
        Batches finished of the epoch that has begun.
    at_rest : bool
        Whether no batch is done by halves, as where Ctrl-C breaks one off.
    between_batches : callable or None
        Called within an epoch when a batch is done and counted.
    eval_interval : int or None
        Iterations an entry of ``loss_list`` stands for.
    """

    def __init__(self, model: TrainableModel, optimizer: AnyOptimizer) -> None:
        self.model = model
        self.optimizer = optimizer
        self.loss_list: list[float] = []
        self.eval_interval: int | None = None
        self.current_epoch = self.current_batch = 0
        self.at_rest = True
        self.between_batches: Callable[[], None] | None = None
        self._unreported: Any = (0.0, 0)  # losses since the last report, and how many
        self._start = 0, self._unreported  # batch and losses that the next epoch begins with

    @property
    def unreported(self) -> tuple[float, int]:
        """The sum of the losses since the last report, and how many they are."""
        total, count = self._unreported
        return float(total), count

    def go_on_at(self, batch: int, unreported: tuple[float, int]) -> None:
        """Have the next :meth:`fit` begin within an epoch, where an earlier one has stopped.

        Parameters
        ----------
        batch : int
            ``current_batch`` then.
        unreported : (float, int)
            As it was then.
        """
        self._start = batch, unreported

    def fit(
        self,
        x: Array,
        t: Array,
        max_epoch: int = 10,
        batch_size: int = 32,
        max_grad: float | None = None,
        eval_interval: int | None = 20,
        *,
        verbose: bool = True,
        progress: TrainingProgress | None = None,
    ) -> None:
        """Train for some epochs.

        Each epoch goes through the rows in a new order and drops what does not
        fill a last batch.  The order follows from the model's ``seed``, or, where it has
        none, from NumPy's global generator.  Batches go to where the parameters are.

        Parameters
        ----------
        x : (N, ...) array
            Contexts.
        t : (N, ...) array
            Targets.
        max_epoch : int, default 10
        batch_size : int, default 32
        max_grad : float, optional
            Bound on the gradients' common norm.
        eval_interval : int or None, default 20
            Iterations between two reports of the mean loss since the last.
        verbose : bool, default True
            Print the reports and draw a progress bar where there is a terminal.
        progress : TrainingProgress, optional
            A bar of the caller's to move instead, one word a row.

        Raises
        ------
        ValueError
            ``x`` and ``t`` differ in length, or there are fewer rows than a batch takes.
        DivergedError
            The loss of an evaluation interval, or of an epoch's last batches, is no finite
            number.
        """
        n = len(t)
        if len(x) != n:
            raise ValueError(f"x and t must have equal lengths, got {len(x)} and {n}")
        for name, value in (("batch_size", batch_size), ("eval_interval", eval_interval or 1)):
            if value < 1:
                raise ValueError(f"{name} must be 1 or more, got {value}")
        if n < batch_size:
            raise ValueError(
                f"{n} rows do not fill one batch of {batch_size}: "
                f"lower batch_size or give more data"
            )
        self.eval_interval = eval_interval
        backend = self._backend()
        x, t = backend.asarray(x), backend.asarray(t)
        with ExitStack() as stack:
            stack.enter_context(backend.deferred_checks())
            if progress is None:
                total = max_epoch * (n // batch_size) * batch_size
                shown = None if verbose else False
                progress = stack.enter_context(TrainingProgress(total, enabled=shown))
            self._epochs(x, t, max_epoch, batch_size, max_grad, verbose, progress)

    def _epochs(
        self,
        x: Array,
        t: Array,
        max_epoch: int,
        batch_size: int,
        max_grad: float | None,
        verbose: bool,
        progress: TrainingProgress,
    ) -> None:
        backend, interval = self._backend(), self.eval_interval
        iterations = len(t) // batch_size
        begin = time.perf_counter()
        total, order = backend.xp.zeros((), dtype="float64"), np.arange(len(t))
        (self.current_batch, self._unreported), self._start = self._start, (0, (0.0, 0))
        total[...], count = self._unreported
        for _ in range(max_epoch):
            order = self._order(order)
            there = backend.asarray(order)
            for i in range(self.current_batch, iterations):
                rows = there[i * batch_size : (i + 1) * batch_size]
                self.at_rest = False
                total += self._step(x[rows], t[rows], max_grad)
                count += 1
                loss = None
                if interval and i % interval == 0:
                    loss = float(total) / count
                    self._check(loss, (i + 1) * batch_size)
                    self.loss_list.append(loss)
                    total[...], count = 0, 0
                self._unreported, self.current_batch, self.at_rest = (total, count), i + 1, True
                if loss is not None and verbose:
                    self._report(i + 1, iterations, time.perf_counter() - begin, loss)
                progress.advance(batch_size, loss)
                if self.between_batches is not None and i + 1 < iterations:
                    self.between_batches()
            self._check(float(total), iterations * batch_size)
            self.current_epoch += 1
            self.current_batch = 0

    def _backend(self) -> Backend:
        params = self.model.params
        return backend_for(params[0]) if params else get_backend()

    def _check(self, loss: float, rows: int) -> None:
        if not math.isfinite(loss):
            raise DivergedError(
                f"training diverged in epoch {self.current_epoch + 1}, noticed after {rows:,} "
                f"targets of it: the loss is no finite number any more; lower the learning rate "
                f"(alpha, lr), which is {getattr(self.optimizer, 'lr', 'not known')}"
            )

    def _order(self, before: np.ndarray) -> np.ndarray:
        """Return the order of this epoch's rows, the same on every backend."""
        seed = getattr(self.model, "seed", None)
        if not isinstance(seed, int | np.integer):
            # What np.random.seed repeats; the course goes on shuffling the shuffled rows.
            return before[np.random.permutation(len(before))]  # noqa: NPY002
        key = [int(seed), 2**32 + self.current_epoch]
        return np.random.Generator(np.random.Philox(key=key)).permutation(len(before))

    def _step(self, x: Array, t: Array, max_grad: float | None) -> Array:
        loss = self.model.forward(x, t)
        if getattr(loss, "ndim", 0):
            loss = loss.reshape(())
        self.model.backward()
        params, grads = remove_duplicate(self.model.params, self.model.grads)
        if max_grad is not None:
            clip_grads(grads, max_grad)
        self.optimizer.update(params, grads)
        return loss

    def _report(self, iteration: int, iterations: int, seconds: float, loss: float) -> None:
        with suppress(OSError, ValueError):  # nobody may listen any more
            print(report_line(self.current_epoch + 1, iteration, iterations, seconds, loss))

    def plot(self, ylim: tuple[float, float] | None = None, *, path: Any = None) -> None:
        """Plot the loss over training.

        Parameters
        ----------
        ylim : (float, float), optional
            Limits of the loss axis.
        path : str or path, optional
            Picture to write; without it a window is shown.
        """
        from w2v.pictures.loss_curve import plot_loss

        plot_loss(self.loss_list, self.eval_interval or 1, path=path, ylim=ylim)
