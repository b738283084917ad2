"""What training costs on this machine: its CPU, its GPU, both engines, in two minutes.

Training alone is timed, on the embedded corpus, with the defaults of ``w2v train``; what a
new process needs before it trains is timed on its own.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from w2v.backend import available_backends, get_backend
from w2v.backend.select import gpu_problem
from w2v.bench.rounds import alternate
from w2v.bench.training import MODELS, FusedRun, MinibatchRun, Sentences, Setting
from w2v.data import pydocs, read_corpus

WINDOW, DIMENSIONS, EPOCHS, ROUNDS = 5, 100, 5, 3
_BATCHES = (100, 1_000, 10_000)
_COPIES = 20  # of the corpus: enough text for its reading to be timed
_GPU_WORDS = 10_000_000  # a GPU shows what it can do on a text that keeps all of it at work

FIRST_WORDS = """
import sys
from w2v import Word2Vec
sentences = [[str(i % 50) for i in range(20)]] * 500
Word2Vec(sentences, min_count=1, epochs=1, sg=int("cbow" not in sys.argv), backend=sys.argv[1])
"""
"""What a process does from its start to its first 10,000 words, on a backend, with a model."""


class Case(NamedTuple):
    """One way to train.

    Parameters
    ----------
    backend : {"cpu", "gpu"}
    engine : {"fused", "minibatch"}
    model : {"skip-gram", "cbow"}
    sampling : {"exact", "fast"}
    threads : int or None
        Of the fused engine on the CPU.
    batch_size : int or None
        Of the minibatch engine, which trains with Adam.
    """

    backend: str
    engine: str
    model: str
    sampling: str
    threads: int | None = None
    batch_size: int | None = None

    def __str__(self) -> str:
        size = f"{self.threads} thread{'s' * (self.threads > 1)}" if self.threads else ""
        if self.batch_size:
            size = f"batches of {self.batch_size:,}"
        parts = (self.backend.upper(), self.engine, self.model, f"{self.sampling} sampling", size)
        return ", ".join(part for part in parts if part)


class Measurement(NamedTuple):
    """Words a second of a case, in every round."""

    case: Case
    words_per_second: list[float]

    @property
    def median(self) -> float:
        """The middle round's."""
        return statistics.median(self.words_per_second)


@dataclass(frozen=True)
class Findings:
    """What was measured.

    Parameters
    ----------
    words : int
        Of the embedded corpus.
    read_speed : float
        Words a second that are read from text.
    start_seconds : dict of str to float
        By backend: a process from its start to its first words trained.
    sampling : dict of str to str
        By backend: what it does by default.
    measurements : list of Measurement
    gpu_problem : str
        Why there is no GPU; empty if there is one.
    """

    words: int
    read_speed: float
    start_seconds: dict[str, float]
    sampling: dict[str, str]
    measurements: list[Measurement]
    gpu_problem: str = ""


class Bench:
    """Measures this machine.

    Parameters
    ----------
    seconds : float, default 120
        About how long to measure; making the corpus and compiling kernels come on top at the
        first use.
    backends : sequence of str, optional
        By default all that are there.
    """

    def __init__(self, seconds: float = 120, backends: list[str] | None = None) -> None:
        self.seconds = seconds
        self.backends = available_backends() if backends is None else backends

    def cases(self) -> Iterator[Case]:
        """Give what is measured, and in which order."""
        for backend in self.backends:
            workers = get_backend(backend).fused_workers()
            threads = sorted({*(1 << i for i in range(workers.bit_length())), workers})
            for model in MODELS:
                if backend == "cpu":
                    yield from (Case(backend, "fused", model, "exact", n) for n in threads)
                    yield Case(backend, "fused", model, "fast", workers)
                else:
                    yield Case(backend, "fused", model, "exact")
                    yield Case(backend, "fused", model, "fast")
                sampling = get_backend(backend).sampling
                for size in _BATCHES:
                    yield Case(backend, "minibatch", model, sampling, batch_size=size)

    def run(self, tell: Callable[[str], None] = lambda line: None) -> Findings:
        """Measure everything, all cases in turn, round after round.

        Parameters
        ----------
        tell : callable, optional
            Is given a line at every step.

        Returns
        -------
        Findings
        """
        tell("reading the embedded corpus")
        corpus = read_corpus("pydocs")
        begin = time.perf_counter()
        many = read_corpus([pydocs()] * _COPIES)
        read_speed = many.total_words / (time.perf_counter() - begin)
        tell("compiling kernels, or loading them")
        text = Sentences.of(corpus)
        runners = {case: _runner(case, text) for case in self.cases()}
        start_seconds = {}
        for backend in self.backends:
            tell(f"starting a process on the {backend.upper()}")
            begin = time.perf_counter()
            subprocess.run([sys.executable, "-c", FIRST_WORDS, backend], check=True)
            start_seconds[backend] = time.perf_counter() - begin
        each, left = self.seconds / len(runners) / ROUNDS, self.seconds

        def step(what: str, case: Case) -> None:
            nonlocal left
            tell(f"{what}, about {left:.0f} s left")
            left -= each

        found = alternate(
            {case: partial(runner.speed, each) for case, runner in runners.items()}, ROUNDS, step
        )
        all_words = corpus.total_words / len(text.tokens)  # the fused engine's count them all
        return Findings(
            corpus.total_words,
            read_speed,
            start_seconds,
            {name: get_backend(name).sampling for name in self.backends},
            [
                Measurement(case, [x * (1 if case.batch_size else all_words) for x in speeds])
                for case, speeds in found.items()
            ],
            gpu_problem(),
        )


def _runner(case: Case, text: Sentences) -> FusedRun | MinibatchRun:
    backend = get_backend(case.backend)
    setting = Setting(
        case.model == "skip-gram", DIMENSIONS, WINDOW, workers=case.threads, sampling=case.sampling
    )
    if case.batch_size is not None:
        return MinibatchRun(backend, text, setting, case.batch_size)
    times = 1 if case.backend == "cpu" else max(1, _GPU_WORDS // len(text.tokens))
    run = FusedRun(backend, text.repeated(times), setting)
    run.speed(0)
    return run
