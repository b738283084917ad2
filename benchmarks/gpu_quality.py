"""Quality on books by how negatives are drawn and how many warps train, beside the CPU's."""

from __future__ import annotations

from functools import partial
from typing import Any

from benchmarks.evaluation import evaluate
from benchmarks.gpu_measure import FusedRun, books
from benchmarks.gpu_report import Report
from benchmarks.zipf import Stream
from w2v.backend import get_backend

EPOCHS = 3


def main(report: Report, words: int) -> None:
    """Measure, what matters most first."""
    corpus = books()
    if corpus is None:
        report.add("quality", "books-18m", lambda: "not at hand: set W2V_BENCH_DATA")
        return
    text = Stream(corpus.tokens, corpus.offsets, corpus.vocab.counts)

    def trained(backend: Any, warps: int | None, **form: bool) -> dict[str, Any]:
        backend.max_warps = warps
        try:
            run = FusedRun(backend, text, EPOCHS, **form)
            measured: dict[str, Any] = run.train()
            vectors = backend.to_numpy(run.W_in)
            return measured | {"scores": evaluate(list(corpus.vocab.words), vectors)}
        finally:
            backend.max_warps = None

    gpu, cpu = get_backend("gpu"), get_backend("cpu")
    for skip_gram, kind in ((True, "skip-gram"), (False, "cbow")):
        for backend, exact in ((gpu, False), (gpu, True), (cpu, True)):
            name = f"{backend.name}, {kind}, {'exact' if exact else 'fast'}"
            run = partial(trained, backend, None, skip_gram=skip_gram, exact=exact)
            report.add("quality", name, run)
    for warps in (64, 256, 1024, 4096):
        run = partial(trained, gpu, warps, skip_gram=True, exact=False)
        report.add("quality", f"gpu, skip-gram, fast, {warps} warps", run)
