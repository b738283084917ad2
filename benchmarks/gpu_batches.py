"""Where the minibatch engine begins to gain from the GPU."""

from __future__ import annotations

from functools import partial

from benchmarks.gpu_measure import minibatch_speed
from benchmarks.gpu_report import Report
from benchmarks.zipf import zipf_stream
from w2v.backend import get_backend

BATCHES = (100, 1_000, 10_000, 100_000)


def main(report: Report, words: int) -> None:
    """Measure every batch on both backends, with both ways to draw."""
    backends = get_backend("gpu"), get_backend("cpu")
    stream = zipf_stream(1_000_000, 10_000)
    for backend in backends:
        for exact in (False, True):
            for batch in BATCHES:
                label = f"{backend.name}, {'exact' if exact else 'fast'}, {batch}"
                measure = partial(minibatch_speed, backend, stream, batch, exact=exact)
                report.add("batches", label, measure)
