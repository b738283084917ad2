"""A long run: a thousand million words, after which all weights must be finite."""

from __future__ import annotations

from functools import partial

from benchmarks.gpu_measure import FusedRun
from benchmarks.gpu_report import Report
from benchmarks.zipf import Stream, zipf_stream
from w2v.backend import Backend, get_backend

TOTAL = 1_000_000_000
VOCABULARY = 1_000_000


def main(report: Report, words: int) -> None:
    """Train skip-gram and then CBOW on as many epochs as that takes."""
    gpu = get_backend("gpu")
    stream = zipf_stream(words, min(VOCABULARY, words // 20))
    epochs = max(1, min(5, TOTAL // words))
    for skip_gram, kind in ((True, "skip-gram"), (False, "cbow")):
        run = partial(_train, gpu, stream, epochs, skip_gram)
        report.add("long", f"{kind}, {epochs * words / 1e9:.2g} G words", run)


def _train(gpu: Backend, stream: Stream, epochs: int, skip_gram: bool) -> dict[str, float]:
    return FusedRun(gpu, stream, epochs, skip_gram=skip_gram, exact=False).train()
