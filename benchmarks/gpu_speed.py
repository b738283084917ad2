"""Words a second of the fused engine on the card, of the CPU's, and of others."""

from __future__ import annotations

from functools import partial
from typing import Any

from benchmarks import gpu_peers
from benchmarks.gpu_measure import FusedRun, copy_bandwidth, first_words
from benchmarks.gpu_report import Report
from benchmarks.zipf import Stream, zipf_stream
from w2v.backend import Backend, get_backend

VOCABULARY, EPOCHS = 500_000, 5
FORMS: dict[str, dict[str, Any]] = {
    "skip-gram, fast": {"skip_gram": True, "exact": False},
    "cbow, fast": {"skip_gram": False, "exact": False},
    "skip-gram, exact": {"skip_gram": True, "exact": True},
    "cbow, exact": {"skip_gram": False, "exact": True},
}


def one_run(backend: Backend, stream: Stream, epochs: int, **how: Any) -> dict[str, float]:
    """Train on a corpus once, and drop the weights."""
    return FusedRun(backend, stream, epochs, **how).train()


def main(report: Report, words: int) -> None:
    """Measure, what matters most first."""
    gpu = get_backend("gpu")
    report.add("bandwidth", "copy, bytes/s", partial(copy_bandwidth, gpu))
    stream = zipf_stream(words, min(VOCABULARY, words // 20))
    for name, form in FORMS.items():
        epochs = EPOCHS if name == "skip-gram, fast" else 1
        report.add("gpu", name, partial(one_run, gpu, stream, epochs, **form))
    fast = FORMS["skip-gram, fast"]
    sent = partial(one_run, gpu, stream, 1, resident=False, **fast)
    report.add("gpu", "skip-gram, fast, corpus sent in blocks", sent)
    for dim in (100, 300):
        run = partial(one_run, gpu, stream, 1, dim=dim, **fast)
        report.add("gpu", f"skip-gram, fast, {dim} dimensions", run)
    cpu, few = get_backend("cpu"), first_words(stream, 10_000_000)
    kinds = {"skip-gram": True, "cbow": False}
    for kind, skip_gram in kinds.items():
        torch = partial(gpu_peers.torch_embedding, stream, skip_gram=skip_gram)
        report.add("peers", f"PyTorch, {kind}", torch)
    for kind, skip_gram in kinds.items():
        report.add("cpu", kind, partial(one_run, cpu, few, 1, skip_gram=skip_gram, exact=True))
    for kind, skip_gram in kinds.items():
        accel = partial(gpu_peers.w2v_accel, stream, 30_000_000, skip_gram=skip_gram)
        report.add("peers", f"w2v-accel, {kind}", accel)
    for kind, skip_gram in kinds.items():
        gensim = partial(gpu_peers.gensim, few, 5_000_000, skip_gram=skip_gram)
        report.add("peers", f"gensim, {kind}", gensim)
