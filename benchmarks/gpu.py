"""The GPU engine on one card, beside this machine's cores and whoever else is installed.

``python -m benchmarks.gpu`` takes about five minutes and writes a table, JSON and plots
to ``benchmarks/results/<card>/``.  What is not at hand is left out, and the table says
so: gensim, ``w2v-accel`` (or its path in W2V_ACCEL), PyTorch, the folder of corpora
(W2V_BENCH_DATA).
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import gpu_peers
from benchmarks.gpu_measure import (
    FusedRun,
    books,
    copy_bandwidth,
    minibatch_speed,
    quality,
)
from benchmarks.gpu_report import draw, table
from benchmarks.machine import RESULTS, describe_machine
from benchmarks.zipf import Stream, zipf_stream
from w2v.backend import Backend, BackendUnavailableError, get_backend

WORDS, VOCABULARY, EPOCHS = 200_000_000, 500_000, 5
FORMS = {
    "skip-gram, fast": {"skip_gram": True, "exact": False},
    "skip-gram, exact": {"skip_gram": True, "exact": True},
    "cbow, fast": {"skip_gram": False, "exact": False},
    "cbow, exact": {"skip_gram": False, "exact": True},
}
BATCHES = (100, 1_000, 10_000, 100_000)


class Report:
    """Results as they come, each kept as soon as it is there.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.results: dict[str, Any] = {"machine": describe_machine()}

    def add(self, section: str, name: str, measure: Callable[[], Any]) -> None:
        """Measure; a failure is a result too, and does not keep others from being had."""
        begin = time.perf_counter()
        try:
            value = measure()
        except Exception as error:  # of a peer, or of memory: say so in the table
            value = f"{type(error).__name__}: {error}".splitlines()[0]
        self.results.setdefault(section, {})[name] = value
        print(f"{section}: {name}: {value} ({time.perf_counter() - begin:.0f} s)", file=sys.stderr)
        self.folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self.results, indent=1, default=float)
        (self.folder / "gpu.json").write_text(text + "\n")


def one_run(backend: Backend, stream: Stream, epochs: int, **form: bool) -> dict[str, float]:
    """Train on a corpus once, and drop the weights."""
    return FusedRun(backend, stream, epochs, **form).train()


def measure_speed(report: Report, gpu: Backend, stream: Stream) -> None:
    """Words a second of the fused engine, of the CPU's, and of others."""
    report.add("bandwidth", "copy, bytes/s", lambda: copy_bandwidth(gpu))
    for name, form in FORMS.items():
        epochs = EPOCHS if name == "skip-gram, fast" else 1
        report.add("gpu", name, partial(one_run, gpu, stream, epochs, **form))
    cpu, few = get_backend("cpu"), stream.part(10_000_000)
    for name, form in FORMS.items():
        if form["exact"]:
            report.add("cpu", name, partial(one_run, cpu, few, 1, **form))
    for skip_gram in (True, False):
        kind = "skip-gram" if skip_gram else "cbow"
        peers: dict[str, Any] = {
            "gensim": partial(gpu_peers.gensim, few, 5_000_000),
            "w2v-accel": partial(gpu_peers.w2v_accel, stream, 50_000_000),
            "PyTorch": partial(gpu_peers.torch_embedding, stream),
        }
        for peer, measure in peers.items():
            report.add("peers", f"{peer}, {kind}", partial(measure, skip_gram=skip_gram))


def measure_warps(report: Report, gpu: Any, corpus: Any, evaluations: Path) -> None:
    """Quality and speed by how many warps train at once, and beside the CPU's."""
    text = Stream(corpus.tokens, corpus.offsets, corpus.vocab.counts)

    def trained(backend: Any, warps: int | None, exact: bool) -> dict[str, float]:
        backend.max_warps = warps
        try:
            run = FusedRun(backend, text, 3, exact=exact)
            return run.train() | quality(run, corpus, evaluations)
        finally:
            backend.max_warps = None

    for warps in (None, 64, 256, 1024, 4096):
        name = "gpu, fast" + (f", {warps} warps" if warps else "")
        report.add("quality", name, partial(trained, gpu, warps, exact=False))
    report.add("quality", "gpu, exact", partial(trained, gpu, None, exact=True))
    report.add("quality", "cpu, exact", partial(trained, get_backend("cpu"), None, exact=True))


def measure_batches(report: Report, gpu: Backend, stream: Stream) -> None:
    """Where the minibatch engine begins to gain from the GPU."""
    for backend in (gpu, get_backend("cpu")):
        for exact in (False, True):
            for batch in BATCHES:
                name = f"{backend.name}, {'exact' if exact else 'fast'}, {batch}"
                measure = partial(minibatch_speed, backend, stream, batch, exact=exact)
                report.add("minibatch", name, measure)


def run(output: Path | None = None, words: int = WORDS) -> str:
    """Measure all, and return the table.

    Parameters
    ----------
    output : Path, optional
        Folder to write to; by default the card's own among the results.
    words : int
        Of the Zipf corpus.

    Raises
    ------
    BackendUnavailableError
        There is no GPU.
    """
    gpu = get_backend("gpu")
    card = gpu.describe().removeprefix("gpu, ").partition(", device")[0]
    report = Report(output or RESULTS / "-".join(re.findall(r"[a-z0-9.]+", card.lower())))
    report.results["card"] = card
    stream = zipf_stream(words, min(VOCABULARY, words // 20))
    measure_speed(report, gpu, stream)
    found = books()
    if found:
        measure_warps(report, gpu, *found)
    measure_batches(report, gpu, zipf_stream(1_000_000, 10_000))
    text = table(report.results)
    (report.folder / "gpu.md").write_text(text)
    draw(report.results, report.folder)
    return text


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gpu", description=__doc__)
    parser.add_argument("-o", "--output", type=Path, help="folder to write to")
    parser.add_argument("--words", type=int, default=WORDS, help="words of the Zipf corpus")
    parser.add_argument("--which", action="store_true", help="only say which card there is")
    options = parser.parse_args()
    try:
        print(get_backend("gpu").describe())
        if not options.which:
            print(run(options.output, options.words))
    except BackendUnavailableError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
