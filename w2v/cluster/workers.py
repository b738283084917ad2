"""The workers of a cluster, as the driver sees them: who is there, who answers, who fails."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from w2v.cluster import library
from w2v.cluster.errors import ClusterError, NotPreparedError, reason_of
from w2v.data.errors import CorpusError
from w2v.training.divergence import DivergedError

_log = logging.getLogger("w2v")

Future = Any  # of Dask
_LOOK_EVERY = 0.25  # seconds from one look at who is there to the next
_LOOK_COUNTS = 1.0  # seconds of silence, at most, from one look to the next
PATIENCE = 30.0
_LONGEST_REST = 5  # doublings of the patience
_SENT_IN = 600.0  # seconds, after which what is sent will not come
_FIRST_WORKER = 60.0  # seconds until a cluster that starts has its first worker


class WorkersLeftError(Exception):
    """Workers are gone or do not answer, and what they were to do is to be done by others.

    Parameters
    ----------
    workers : iterable of str
    """

    def __init__(self, workers: Iterable[str]) -> None:
        self.workers = sorted(workers)
        super().__init__(", ".join(self.workers))


class Workers:
    """Who is there, and has been prepared for a run.

    Parameters
    ----------
    client : distributed.Client
    prepare : callable
        Makes workers ready, given their addresses, and returns why some cannot be used.
    patience : float
        Seconds without a sign of life after which others do a worker's work.
    """

    def __init__(
        self,
        client: Any,
        prepare: Callable[[list[str]], Mapping[str, ClusterError]],
        patience: float = PATIENCE,
    ) -> None:
        self.client, self.patience = client, patience
        self._dask = library.distributed()
        self._prepare = prepare
        self._ready: set[str] = set()
        self._refused: set[str] = set()
        self._silent: dict[str, Future] = {}
        # How often each has been silent, and until when it is left alone.
        self._rests: dict[str, tuple[int, float]] = {}
        # The last sign of life of each as the scheduler has it, and for how many seconds.
        self._signs: dict[str, tuple[Any, float]] = {}
        self._looked, self._unanswered = time.monotonic(), ""

    # -- who is there -----------------------------------------------------------------

    def alive(self) -> set[str]:
        """Return the addresses of all workers that the scheduler knows."""
        known = self._answer("identity", n_workers=-1)["workers"]
        now = time.monotonic()
        # Between looks that are far apart this process has slept, or the scheduler: whether
        # workers have is not known.
        passed, self._looked = min(now - self._looked, _LOOK_COUNTS), now
        for worker, info in known.items():
            sign, (before, silent) = info.get("last_seen"), self._signs.get(worker, (None, 0.0))
            self._signs[worker] = sign, silent + passed if sign == before else 0.0
        return set(known)

    def versions_of_scheduler(self) -> dict[str, str]:
        """Return the versions of the packages that the scheduler runs with."""
        return dict(self._answer("versions", packages=[])["packages"])

    def _answer(self, what: str, **asked_for: Any) -> Any:
        """Return what the scheduler answers; a ClusterError where it does not."""
        if self._unanswered or self.client.status != "running":
            raise self._gone(self._unanswered)
        with self.told():
            asked = self._on_loop(getattr(self.client.scheduler, what)(**asked_for))
            try:
                return asked.result(2 * self.patience)
            except TimeoutError:
                asked.cancel()
                self._unanswered = f"no answer for {2 * self.patience:g} seconds"
                raise self._gone(self._unanswered) from None

    def quiet(self, workers: Iterable[str]) -> set[str]:
        """Return those of some workers, just seen, that give no sign of life; none if all do so."""
        quiet = {
            worker
            for worker in self._ready
            if self._signs.get(worker, (None, 0.0))[1] > self.patience
        }
        return quiet & set(workers) if quiet < self._ready else set()

    def prepared(self) -> list[str]:
        """Return who has been told of the run and is still there."""
        return sorted(self._ready & self.alive())

    def ready(self, *, wait: bool = False, strict: bool = False) -> list[str]:
        """Return who can be given work, those who have come meanwhile too.

        Parameters
        ----------
        wait : bool, default False
            Whether to wait for a first one.
        strict : bool, default False
            Whether one that cannot be used is an error; otherwise it is left out.

        Raises
        ------
        ClusterError
            There is none, or if strict one cannot be used.
        """
        deadline = time.monotonic() + _FIRST_WORKER
        while True:
            there = self.alive()
            for worker in sorted(self._ready - there):
                _log.warning("%s has left: others do its work", worker)
            self._ready &= there
            self._refused &= there
            for worker, answer in list(self._silent.items()):
                rested = time.monotonic() > self._rests[worker][1] or not self._ready
                if worker not in there or (answer.status == "finished" and rested):
                    del self._silent[worker]
            new = there - self._ready - self._refused - self._silent.keys()
            if new:
                self._make_ready(sorted(new), strict=strict)
            able = sorted(self._ready - self._silent.keys())
            if able or not wait:
                return able
            if time.monotonic() > deadline:
                raise ClusterError(
                    f"no worker of the {len(there)} at {self.place} can be given work: start some, "
                    "as dask worker does"
                )
            time.sleep(_LOOK_EVERY)

    def _make_ready(self, new: list[str], *, strict: bool) -> None:
        try:
            refused = self._prepare(new)
            if strict and refused:
                raise next(iter(refused.values()))
            for error in refused.values():
                _log.warning("%s; it is left out", error)
            self._refused.update(refused)
            self._ready.update(set(new) - refused.keys())
        except WorkersLeftError as left:
            self.is_silent(left.workers)

    def is_silent(self, workers: Iterable[str]) -> None:
        """Give some workers nothing more until they answer, and for a while."""
        for worker in sorted(set(workers) - self._silent.keys()):
            _log.warning("%s is gone or does not answer: others do its work", worker)
            self._ready.discard(worker)
            # One that leaves again and again would have the others begin again and again.
            times = self._rests.get(worker, (0, 0.0))[0] + 1
            rest = self.patience * 2 ** min(times - 1, _LONGEST_REST)
            self._rests[worker] = times, time.monotonic() + rest
            self._silent[worker] = self.submit(str, worker, worker=worker)

    def forget(self, workers: Iterable[str]) -> None:
        """Prepare some workers anew: they have forgotten what they were told."""
        self._ready -= set(workers)

    @property
    def place(self) -> str:
        """Where the scheduler is."""
        scheduler = self.client.scheduler
        return str(scheduler.address) if scheduler is not None else "an address unknown"

    # -- work -------------------------------------------------------------------------

    def submit(
        self, function: Callable[..., Any], *given: Any, worker: str | None = None
    ) -> Future:
        """Have a function called, on one worker alone or on any that has been prepared."""
        among = sorted(self._ready) if worker is None else [worker]
        with self.told():
            where = {"workers": among, "allow_other_workers": False} if among else {}
            return self.client.submit(function, *given, pure=False, **where)

    def send(self, value: Any, workers: list[str]) -> Future:
        """Send a value to one of some workers, from which the others take it.

        Raises
        ------
        WorkersLeftError
            That one is gone or does not answer.
        """
        first, begin = workers[0], time.monotonic()
        with self.told():
            # What is sent by Dask itself waits for a worker that is dead or stopped.
            sending = self._on_loop(
                self.client.scatter([value], workers=[first], hash=False, asynchronous=True)
            )
        while True:
            # Connections that end may be the worker's; whether the scheduler is there, alive says.
            with suppress(OSError, RuntimeError, self._dask.client.CancelledError):
                return sending.result(_LOOK_EVERY)[0]
            there = self.alive()
            # It may have arrived since the last look, while the scheduler was asked.
            failed = sending.done() and (sending.cancelled() or sending.exception() is not None)
            gone = first not in there or bool(self.quiet([first]))
            if gone or failed or time.monotonic() - begin > _SENT_IN:
                sending.cancel()
                raise WorkersLeftError([first])

    def wait(
        self,
        futures: Mapping[Future, str],
        *,
        needed: Iterable[str] = (),
        bound: float | None = None,
        late_after: float | None = None,
        watch: Callable[[int], None] | None = None,
    ) -> None:
        """Wait until all of some work is done.

        Parameters
        ----------
        futures : mapping of future to str
            Who does each; an empty name for anyone.
        needed : iterable of str
            Who else must not leave.
        bound : float, optional
            Seconds after which others are to do what is not done.
        late_after : float, optional
            The same, where others have done theirs: where none has, all are slow.
        watch : callable, optional
            Given now and then how many are done.

        Raises
        ------
        WorkersLeftError
            Who is gone, gives no sign of life, or has not done its work in time.
        ClusterError, CorpusError, DivergedError
            What the work itself has failed with.
        """
        begin = looked = last_there = time.monotonic()
        waiting, needed = set(futures), set(needed)
        while waiting:
            done: set[Future] = set()
            with self.told(), suppress(TimeoutError):
                done, waiting = self._dask.wait(
                    list(waiting), timeout=_LOOK_EVERY, return_when="FIRST_COMPLETED"
                )
            for future in done:
                if future.status != "finished":
                    self._raise(future, futures[future])
            if watch is not None:
                watch(len(futures) - len(waiting))
            now = time.monotonic()
            if not waiting or now - looked < _LOOK_EVERY:
                continue
            looked, there = now, self.alive()
            last_there = now if there else last_there
            if now - last_there > _FIRST_WORKER:
                raise ClusterError(f"all workers at {self.place} are gone: start some again")
            who = {futures[future] for future in waiting} - {""}
            left = ((who | needed) - there) | self.quiet((who | needed or self._ready) & there)
            if not self._ready & there:  # others may have come, who know nothing
                left |= self._ready
            late = now - begin > (late_after or now) and len(waiting) < len(futures)
            if not left and (late or now - begin > (bound or now)):
                left = who
            if left:
                raise WorkersLeftError(left)

    def result(self, future: Future, needed: Iterable[str] = ()) -> Any:
        """Return what some work gives, as :meth:`wait` does."""
        self.wait({future: ""}, needed=needed)
        return self.results([future], needed)[0]

    def results(self, futures: list[Future], needed: Iterable[str] = ()) -> list[Any]:
        """Return what some work that is done has given."""
        needed, begin = set(needed), time.monotonic()
        with self.told():
            coming = self._on_loop(self.client.gather(futures, asynchronous=True))
        while True:
            with self.told(), suppress(TimeoutError):
                return list(coming.result(_LOOK_EVERY))
            there = self.alive()
            left = self.quiet(needed) | (needed - there)
            if left or time.monotonic() - begin > _SENT_IN:
                coming.cancel()
                raise WorkersLeftError(left)

    def _on_loop(self, coroutine: Any) -> Any:
        """Begin something of Dask's that itself would wait for ever."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.client.loop.asyncio_loop)

    def _raise(self, future: Future, worker: str) -> None:
        if future.status in ("cancelled", "lost"):
            if self.client.status != "running":
                raise self._gone("")
            raise WorkersLeftError([])
        with self.told():
            try:
                error = future.exception(timeout=self.patience)
            except TimeoutError:
                raise WorkersLeftError([worker] if worker else []) from None
        if isinstance(error, NotPreparedError):
            self.forget([worker] if worker else self._ready)
            raise WorkersLeftError([])
        if isinstance(error, CorpusError | DivergedError | ClusterError):
            raise error
        if isinstance(error, self._dask.KilledWorker):
            raise ClusterError(
                f"{error.last_worker.address} has died of this, and other workers before it: give "
                "them more memory, as by --memory-limit, or look at their logs"
            ) from error
        where = f"{worker}: " if worker else ""
        raise ClusterError(f"{where}{reason_of(error)}") from error

    @contextmanager
    def told(self) -> Iterator[None]:
        """Say that the scheduler is gone where it is."""
        cancelled = self._dask.client.CancelledError
        try:
            yield
        except (OSError, RuntimeError, cancelled) as error:
            running = self.client.status == "running"
            if running and not isinstance(error, self._dask.comm.CommClosedError | cancelled):
                raise
            if running and isinstance(error, cancelled):  # what was sent is nowhere any more
                raise WorkersLeftError([]) from error
            raise self._gone(str(error)) from error

    def _gone(self, why: str) -> ClusterError:
        first_line = why.partition("\n")[0] or "closed"
        return ClusterError(
            f"the scheduler at {self.place} is gone ({first_line}): start it again with its "
            "workers, and go on from the checkpoint, if one is kept"
        )
