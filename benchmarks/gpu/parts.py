"""The parts of the GPU benchmark: what each measures, with the words of its Zipf corpus."""

import contextlib
import importlib.util
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

from benchmarks.contest.ceiling import copy_bandwidth, training_bytes
from benchmarks.contest.libraries import MODELS, Job
from benchmarks.contest.systems import System, gensim, w2v_accel
from benchmarks.gpu.report import Row
from benchmarks.gpu.torch_peer import torch_speed
from benchmarks.harness.machine import ROOT, usable_cores
from benchmarks.harness.processes import ProcessFailedError, watch
from benchmarks.harness.scores import evaluate
from benchmarks.harness.texts import encoded_text, find_books, write_text, zipf_sentences
from benchmarks.scaling.points import minibatch_speed
from tests.support import gpu_smoke
from w2v.backend import Backend, get_backend
from w2v.bench.training import FusedRun, Sentences, Setting
from w2v.data import EncodedCorpus, read_corpus

DIM = 128
SMOKE_DIMS, KERNEL_DIMS = gpu_smoke.DIMS, (100, 128, 300)
BATCHES = (100, 1_000, 10_000, 100_000)
BATCH_SECONDS = 2.0
EPOCHS = 3  # of books
THREADS = (1, 2, 4, 8, 16)
FEW_TESTS: list[Path] = []  # in place of all
_LONG = 1_000_000_000  # words
_WARM_UP_WORDS = 20_000  # not counted: the driver may have to compile a program for this card
_FIRST_TESTS = ("backend/gpu", "backend", "layers", "models", "training", "word2vec")
"""Folders of tests that concern the GPU most."""
_TEST_PROCESSES = 12  # at most: each has a part of the card's memory


def _setting(kind: str = "skip-gram", way: str = "fast", dim: int = DIM) -> Setting:
    return Setting(MODELS[kind], dim, sampling=way)


def smoke(words: int, folder: Path) -> Iterator[Row]:
    """Look, train a little, and compare."""
    gpu = get_backend("gpu")
    for name, look in gpu_smoke.LOOKS.items():
        yield "smoke", name, partial(look, gpu)
    yield "smoke", "kernels", partial(gpu_smoke.kernels, gpu, KERNEL_DIMS)
    for (kind, skip_gram), way in product(MODELS.items(), ("fast", "exact")):
        name = f"one warp, {kind}, {way}: largest difference"
        yield "smoke", name, partial(gpu_smoke.one_warp, gpu, skip_gram, way, SMOKE_DIMS)
    for (kind, skip_gram), (outputs, how) in product(MODELS.items(), gpu_smoke.TREES.items()):
        name = f"one warp, {kind}, {outputs}: largest difference"
        yield "smoke", name, partial(gpu_smoke.one_warp, gpu, skip_gram, "fast", **how)
    yield "smoke", "many warps, mean loss", partial(_many_warps, gpu, _setting(way="exact"))
    tree = Setting(dim=DIM, negative=0)
    yield "smoke", "many warps, a tree, mean loss", partial(_many_warps, gpu, tree)
    yield "smoke", "memory that is not there", partial(gpu_smoke.no_memory, gpu)
    for tool in ("memcheck", "racecheck"):
        yield "smoke", f"compute-sanitizer, {tool}", partial(gpu_smoke.sanitized, tool)


def tests(words: int, folder: Path) -> Iterator[Row]:
    """Run the test suite on both backends, folder by folder: first what concerns the GPU."""
    if FEW_TESTS:
        yield "tests", "few", partial(_run_tests, FEW_TESTS, folder / "gpu-tests-few.log")
        return
    missing = [x for x in ("pytest", "hypothesis") if not importlib.util.find_spec(x)]
    if missing:
        yield "tests", "not run", lambda: f"missing: {', '.join(missing)}"
        return
    for name, files in test_folders().items():
        log = folder / f"gpu-tests-{name.replace('/', '-')}.log"
        yield "tests", name, partial(_run_tests, files, log)


def test_folders() -> dict[str, list[Path]]:
    """Return the files of tests by folder, what concerns the GPU most first."""
    folders: dict[str, list[Path]] = {name: [] for name in _FIRST_TESTS}
    tests = ROOT / "tests"
    for path in sorted(tests.rglob("test_*.py")):
        inside = path.relative_to(tests).parent.as_posix()
        name = inside if inside in folders else inside.partition("/")[0]
        folders.setdefault("all" if name == "." else name, []).append(path)
    return folders


def _run_tests(files: list[Path], log: Path) -> str:
    # Warnings of other versions of other packages than the project is developed with are
    # no failures here. Tests do not share a process's state, so they may run side by side.
    options = ["-rfE", "-W", "default", "-p", "no:cacheprovider", "--continue-on-collection-errors"]
    options += ["-m", "not soak and not extras and not alone"]
    if len(files) > 1 and importlib.util.find_spec("xdist"):
        options += ["-n", str(min(_TEST_PROCESSES, usable_cores()))]
    command = [sys.executable, "-m", "pytest", *options, *map(str, files)]
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w", encoding="utf-8") as output:
        subprocess.run(command, stdout=output, stderr=subprocess.STDOUT, check=False, cwd=ROOT)
    return summary(log.read_text(encoding="utf-8"))


def summary(output: str) -> str:
    """Return what pytest's report comes to: its last line, and the names of what failed."""
    lines = output.strip().splitlines() or ["no output"]
    failed = re.findall(r"^(?:FAILED|ERROR) (\S+)", output, re.MULTILINE)
    return "; ".join([lines[-1].strip("= "), *failed])


def speed(words: int, folder: Path) -> Iterator[Row]:
    """Measure the fused engine's words a second on the card, the CPU's and others'."""
    gpu, cpu = get_backend("gpu"), get_backend("cpu")
    text = zipf_sentences(words, min(500_000, words // 20))
    few, run = text.part(10_000_000), partial(trained, gpu, text)
    yield "bandwidth", "copy, bytes/s", partial(copy_bandwidth, gpu)
    for way, kind in product(("fast", "exact"), MODELS):
        epochs = 5 if (kind, way) == ("skip-gram", "fast") else 1
        yield "gpu", f"{kind}, {way}", partial(run, _setting(kind, way), epochs)
    blocks = "skip-gram, fast, corpus sent in blocks"
    yield "gpu", blocks, partial(run, _setting(), resident=False)
    for dim in (100, 300):
        yield "gpu", f"skip-gram, fast, {dim} dimensions", partial(run, _setting(dim=dim))
    for kind in MODELS:
        yield "peers", f"PyTorch, {kind}", partial(torch_speed, text, _setting(kind))
        yield "cpu", kind, partial(trained, cpu, few, _setting(kind, "exact"))
    accel = partial(peer_speed, w2v_accel(), text, 30_000_000, 3)
    theirs = partial(peer_speed, gensim(), few, 5_000_000, 1)
    for (title, peer), kind in product((("w2v-accel", accel), ("gensim", theirs)), MODELS):
        yield "peers", f"{title}, {kind}", partial(peer, MODELS[kind])


def quality(words: int, folder: Path) -> Iterator[Row]:
    """Judge vectors of books by how negatives are drawn and how many warps train."""
    if (path := find_books()) is None:
        yield "quality", "books-18m", lambda: "not at hand: set W2V_BENCH_DATA"
        return
    corpus, gpu = read_corpus(path, min_count=5), get_backend("gpu")
    for kind, (backend, way) in product(
        MODELS, (("gpu", "fast"), ("gpu", "exact"), ("cpu", "exact"))
    ):
        judge = partial(_judged, get_backend(backend), corpus, _setting(kind, way))
        yield "quality", f"{backend}, {kind}, {way}", judge
    for warps in (64, 256, 1024, 4096):
        judge = partial(_judged, gpu, corpus, _setting(), warps)
        yield "quality", f"gpu, skip-gram, fast, {warps} warps", judge


def _judged(
    backend: Any, corpus: EncodedCorpus, setting: Setting, warps: int | None = None
) -> dict[str, Any]:
    backend.max_warps = warps  # of a GPU
    try:
        run = FusedRun(backend, Sentences.of(corpus), setting)
        measured = _trained_by(run, EPOCHS)
        vectors = backend.to_numpy(run.model.params[0])
        return measured | {"scores": evaluate(list(corpus.vocab.words), vectors)}
    finally:
        backend.max_warps = None


def batches(words: int, folder: Path) -> Iterator[Row]:
    """Find where the minibatch engine begins to gain from the GPU, with both ways to draw."""
    text = zipf_sentences(1_000_000, 10_000)
    for backend, way, batch in product(("gpu", "cpu"), ("fast", "exact"), BATCHES):
        measure = partial(minibatch_speed, get_backend(backend), text, way, batch, BATCH_SECONDS)
        yield "batches", f"{backend}, {way}, {batch}", measure


def threads(words: int, folder: Path) -> Iterator[Row]:
    """Train on the processor with more and more threads: words a second, and quality."""
    if (path := find_books()) is None:
        yield "threads", "books-18m", lambda: "not at hand: set W2V_BENCH_DATA"
        return
    corpus, cpu = read_corpus(path, min_count=5), get_backend("cpu")
    for n in (n for n in reversed(THREADS) if n <= usable_cores()):
        setting = _setting(way="exact", dim=100).changed(workers=n)
        yield "threads", f"skip-gram, {n} threads", partial(_judged, cpu, corpus, setting)


@contextlib.contextmanager
def small() -> Iterator[None]:
    """Make every part small enough for a processor that plays a GPU."""
    own, text = globals(), zipf_sentences(3000, 100)
    few = {
        "SMOKE_DIMS": (17,), "KERNEL_DIMS": (17,), "BATCHES": (10, 100), "BATCH_SECONDS": 0.01,
        "EPOCHS": 1, "THREADS": (1, 2),
        "FEW_TESTS": [ROOT / "tests" / "backend" / "gpu" / "test_fallback.py"],
        "zipf_sentences": lambda *_: text,
        "copy_bandwidth": partial(copy_bandwidth, size=1000, rounds=1),
        "peer_speed": lambda *_: None, "torch_speed": lambda *_: None,
        "read_corpus": lambda path, min_count: _first_words(path, min_count),
    }  # fmt: skip
    before = {name: own[name] for name in few}
    own.update(few)
    try:
        yield
    finally:
        own.update(before)


def _first_words(path: Path, min_count: int, words: int = 20_000) -> EncodedCorpus:
    with encoded_text(path, words) as (_, corpus):
        return corpus


def long(words: int, folder: Path) -> Iterator[Row]:
    """Train on a thousand million words, after which all weights must be finite."""
    text = zipf_sentences(words, min(1_000_000, words // 20))
    epochs = max(1, min(5, _LONG // words))
    for kind in MODELS:
        run = partial(trained, get_backend("gpu"), text, _setting(kind), epochs)
        yield "long", f"{kind}, {epochs * words / 1e9:.2g} G words", run


def _many_warps(gpu: Backend, setting: Setting) -> dict[str, float]:
    """Train two million words with all warps, and on the processor."""
    text = zipf_sentences(2_000_000, 20_000)
    return {each.name: trained(each, text, setting)["loss"] for each in (get_backend("cpu"), gpu)}


def trained(
    backend: Backend, text: Sentences, setting: Setting, epochs: int = 1, *, resident: bool = True
) -> dict[str, Any]:
    """Train once, and drop the weights; the words a second are the corpus's, kept or not."""
    return _trained_by(FusedRun(backend, text, setting), epochs, resident=resident)


def _trained_by(run: FusedRun, epochs: int, *, resident: bool = True) -> dict[str, Any]:
    """Train a run's model; its corpus may be sent in blocks as it trains."""
    trainer, setting = run.trainer(epochs), run.setting
    if not resident:
        trainer.tokens = run.text.tokens
    trainer.run()
    words = epochs * len(run.text.tokens) / trainer.seconds
    kept = run.kept * words
    return {
        "words_per_second": words,
        "kept_per_second": kept,
        "bytes_per_second": training_bytes(kept=kept, dim=setting.dim, negative=setting.negative),
        "loss": trainer.losses[-1] if trainer.losses else 0.0,
        "finite": float(trainer.backend.xp.isfinite(run.model.params[0]).all()),
    }


def peer_speed(
    system: System, text: Sentences, words: int, epochs: int, skip_gram: bool
) -> float | None:
    """Return words a second of another system on all cores or the card; None where it is not."""
    if system.found is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        few, path = Path(folder) / "few.txt", Path(folder) / "corpus.txt"
        write_text(text, few, min(words, _WARM_UP_WORDS))
        written = write_text(text, path, words)
        job = Job(path, Path(folder), skip_gram, 1, epochs, usable_cores(), DIM, min_count=1)
        with contextlib.suppress(ProcessFailedError):  # it will be told when it counts
            watch(system.command(job._replace(text=few)), limit=60)
        seconds = system.timed(watch(system.command(job), limit=120), job)
    return written * epochs / seconds if seconds else None
