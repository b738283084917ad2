"""What the GPU benchmarks measure of this library: speed, bandwidth, batches; and on what."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from benchmarks.corpora import DATA
from benchmarks.machine import usable_cores
from benchmarks.zipf import Stream
from w2v.backend import (
    Backend,
    FusedLoss,
    FusedSettings,
    NoiseTable,
    PendingLoss,
    Work,
    keep_thresholds,
)

DIM, WINDOW, NEGATIVE, SAMPLE = 128, 5, 5, 1e-3


def seconds_of(backend: Backend, work: Callable[[], Any]) -> float:
    """Return how long a call takes, until the device has done it."""
    backend.synchronize()
    begin = time.perf_counter()
    work()
    backend.synchronize()
    return time.perf_counter() - begin


def copy_bandwidth(backend: Backend, size: int = 1 << 31, rounds: int = 20) -> float:
    """Return the bytes a second that copying on the device reads and writes."""
    xp = backend.xp
    source, target = xp.zeros(size, dtype="uint8"), xp.zeros(size, dtype="uint8")

    def copy() -> None:
        for _ in range(rounds):
            target[...] = source

    copy()
    return 2 * size * rounds / seconds_of(backend, copy)


class FusedRun:
    """A run of the fused engine over a corpus.

    Parameters
    ----------
    backend : Backend
    stream : Stream
    epochs : int
    dim : int, default 128
    resident : bool, default True
        Put the corpus where the backend reads it fastest, if it fits there.
    **changes
        Of the settings: ``skip_gram``, ``exact``, …
    """

    def __init__(
        self,
        backend: Backend,
        stream: Stream,
        epochs: int,
        *,
        dim: int = DIM,
        resident: bool = True,
        **changes: Any,
    ) -> None:
        self.backend, self.stream, self.epochs, self.dim = backend, stream, epochs, dim
        self.settings = FusedSettings(
            **{
                "skip_gram": True,
                "window": WINDOW,
                "negative": NEGATIVE,
                "exact": False,
                "total": epochs * len(stream.tokens),
                "seed": 1,
                "alpha": 0.025 if changes.get("skip_gram", True) else 0.05,
                **changes,
            }
        )
        V = len(stream.counts)
        rng = np.random.default_rng(1)
        start = (rng.random((V, dim), dtype=np.float32) - np.float32(0.5)) / dim
        self.W_in = backend.fused_rows(backend.asarray(start))
        self.W_out = backend.fused_rows(backend.xp.zeros((V, dim), dtype="float32"))
        self.noise = NoiseTable(stream.counts, backend=backend)
        self.keep = backend.asarray(keep_thresholds(stream.counts, SAMPLE))
        self.tokens = backend.fused_tokens(stream.tokens) if resident else stream.tokens
        self.begin(np.zeros(1, np.int64), 0)  # compiles

    def begin(self, offsets: np.ndarray, position: int) -> PendingLoss:
        """Train on some sentences."""
        work = Work(
            self.W_in,
            self.W_out,
            self.tokens,
            offsets,
            output=self.noise,
            keep=self.keep,
            settings=self.settings,
            position=position,
        )
        return self.backend.train(work)

    def train(self) -> dict[str, float]:
        """Train all epochs; the words a second are the corpus's, kept or not."""
        losses: list[FusedLoss] = []
        seconds = seconds_of(self.backend, lambda: losses.extend(self._epochs()))
        kept, last = sum(loss.words for loss in losses), losses[-1]
        return {
            "words_per_second": self.epochs * len(self.stream.tokens) / seconds,
            "kept_per_second": kept / seconds,
            # Rows of target and negatives, read and added to; a context row comes, is
            # refreshed twice, and goes.
            "bytes_per_second": kept / seconds * (NEGATIVE + 1 + 3) * 2 * 4 * self.dim,
            "loss": last.total / max(1, last.predictions),
            "finite": float(self.backend.xp.isfinite(self.W_in).all()),
        }

    def _epochs(self) -> Iterator[FusedLoss]:
        """Train; on the CPU by slices on all cores, Hogwild."""
        n, offsets = len(self.stream.tokens), self.stream.offsets
        if self.backend.name == "gpu":
            begun = [self.begin(offsets, epoch * n) for epoch in range(self.epochs)]
            yield from (each.result() for each in begun)
            return
        cuts = np.linspace(0, len(offsets) - 1, 20 * usable_cores() + 1).astype(int)

        def slice_of(place: tuple[int, int]) -> FusedLoss:
            epoch, i = place
            part = offsets[cuts[i] : cuts[i + 1] + 1]
            return self.begin(part, epoch * n + int(part[0])).result()

        with ThreadPoolExecutor(usable_cores()) as pool:
            for epoch in range(self.epochs):
                parts = pool.map(slice_of, [(epoch, i) for i in range(len(cuts) - 1)])
                yield FusedLoss(*map(sum, zip(*parts, strict=True)))


def minibatch_speed(
    backend: Backend, stream: Stream, batch: int, *, exact: bool, seconds: float = 2
) -> float:
    """Return the target words a second of skip-gram's layers with Adam."""
    from w2v.models import SkipGram
    from w2v.training import Adam

    sampling = "exact" if exact else "fast"
    model = SkipGram(
        len(stream.counts), 100, WINDOW, None, counts=stream.counts, sampling=sampling,
        backend=backend,
    )  # fmt: skip
    optimizer = Adam()
    around = np.array([d for d in range(-WINDOW, WINDOW + 1) if d])
    rng = np.random.default_rng(1)
    places = rng.integers(WINDOW, len(stream.tokens) - WINDOW, (8, batch))
    batches = [
        (backend.asarray(stream.tokens[p[:, None] + around]), backend.asarray(stream.tokens[p]))
        for p in places
    ]

    def step(i: int) -> None:
        model.forward(*batches[i % 8])
        model.backward()
        optimizer.update(model.params, model.grads)

    with backend.deferred_checks():  # as `Trainer.fit` has it
        step(0)
        backend.synchronize()
        begin, done = time.perf_counter(), 0
        while time.perf_counter() - begin < seconds:
            step(done)
            done += 1
            if done % 8 == 0 or batch >= 10_000:
                backend.synchronize()
        backend.synchronize()
        return done * batch / (time.perf_counter() - begin)


def first_words(stream: Stream, words: int) -> Stream:
    """Return a corpus's first sentences, about so many words."""
    offsets = stream.offsets[stream.offsets <= words]
    return Stream(stream.tokens[: offsets[-1]], offsets, stream.counts)


def books() -> Any:
    """Return books-18m, encoded, or None where it is not at hand, in any packing."""
    packed = next((path for path in sorted(DATA.glob("books-18m.txt*"))), None)
    if packed is None:
        return None
    from w2v.data import read_corpus

    return read_corpus(packed, min_count=5)
