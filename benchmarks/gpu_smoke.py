"""Whether the GPU engine works on this card at all, and how its kernels came out."""

from __future__ import annotations

import importlib.util
import time
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from benchmarks.gpu_measure import FusedRun
from benchmarks.gpu_report import Report
from benchmarks.zipf import zipf_stream
from w2v.backend import Backend, FusedSettings, NoiseTable, Work, get_backend, keep_thresholds

_PACKAGES = (
    *("numpy", "numba", "pyarrow", "safetensors", "scipy", "matplotlib", "typer", "rich", "pooch"),
    *("cupy-cuda12x", "cupy-cuda13x", "torch", "gensim", "w2v-accel"),
    *("pytest", "hypothesis", "pytest-xdist"),
)
_DIMS = (1, 17, 100, 128, 300)


def main(report: Report, words: int) -> None:
    """Look, train a little, and compare."""
    gpu: Any = get_backend("gpu")
    report.add("smoke", "packages", _versions)
    report.add("smoke", "CUDA", partial(_cuda, gpu))
    report.add("smoke", "noise table", partial(_tables, gpu))
    report.add("smoke", "kernels", partial(_kernels, gpu))
    for skip_gram, kind in ((True, "skip-gram"), (False, "cbow")):
        for exact in (False, True):
            name = f"one warp, {kind}, {'exact' if exact else 'fast'}: largest difference"
            report.add("smoke", name, partial(_one_warp, gpu, skip_gram, exact))
    report.add("smoke", "many warps, mean loss", partial(_many_warps, gpu))
    report.add("smoke", "memory that is not there", partial(_no_memory, gpu))


def _versions() -> dict[str, str]:
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "missing"
    return found


def _cuda(gpu: Any) -> dict[str, Any]:
    runtime = gpu.xp.cuda.runtime
    free, total = gpu.memory_info()
    return {
        "driver": runtime.driverGetVersion(),
        "runtime": runtime.runtimeGetVersion(),
        "capability": gpu.device.compute_capability,
        "multiprocessors": gpu.device.attributes["MultiProcessorCount"],
        "free_gb": free / 1e9,
        "total_gb": total / 1e9,
    }


def _tables(gpu: Any) -> str:
    """Compare the device's noise table with the processor's."""
    counts = np.maximum(10**9 // np.arange(3, 1_000_003), 1)
    begin = time.perf_counter()
    there = NoiseTable(counts, backend=gpu)
    gpu.synchronize()
    first = time.perf_counter() - begin
    begin = time.perf_counter()
    NoiseTable(counts, backend=gpu)
    gpu.synchronize()
    seconds = time.perf_counter() - begin
    begin = time.perf_counter()
    here = NoiseTable(counts)
    processor = time.perf_counter() - begin
    same = np.array_equal(gpu.to_numpy(there.table), here.table)
    took = f"1 M words in {seconds:.3f} s, {first:.1f} s at first, {processor:.3f} s on the CPU"
    return f"{'the same bits' if same else 'DIFFERS'}; {took}"


def _kernels(gpu: Any) -> dict[str, Any]:
    """Compile for the usual sizes; say how many warps a multiprocessor holds, and why."""
    from w2v.backend.gpu.fused import kernel_for
    from w2v.backend.gpu.kernels import LANES

    found = {}
    processors = gpu.device.attributes["MultiProcessorCount"]
    for dim in (100, 128, 300):
        for skip_gram in (True, False):
            settings = FusedSettings(skip_gram, 5, 5, exact=False, total=1, seed=1)
            begin = time.perf_counter()
            made = kernel_for(gpu.device.id, dim, settings)
            seconds = time.perf_counter() - begin
            kernel = made.kernel
            found[f"{'skip-gram' if skip_gram else 'cbow'} {dim}"] = {
                "registers": kernel.num_regs,
                "local_bytes": kernel.local_size_bytes,
                "shared_bytes_a_warp": made.shared,
                "warps_a_block": made.warps_a_block,
                "warps_a_multiprocessor": made.resident // processors,
                "block_threads": made.warps_a_block * LANES,
                "compile_seconds": round(seconds, 2),
            }
    return found


def _one_warp(gpu: Any, skip_gram: bool, exact: bool) -> dict[str, float]:
    """Train 300 words with one warp and by the reference; compare all weights and the loss."""
    differences = {}
    for dim in _DIMS:
        rng = np.random.default_rng(dim)
        start = [rng.normal(0, 0.3, (40, dim)).astype(np.float32) for _ in range(2)]
        p = 1 / np.arange(3, 43)
        tokens = rng.choice(40, 300, p=p / p.sum()).astype(np.int32)
        offsets = np.unique(np.r_[0, rng.integers(0, 300, 20), 300])
        counts = np.bincount(tokens, minlength=40) + 1
        settings = FusedSettings(
            skip_gram, 5, 5, exact=exact, total=300, seed=1, alpha=0.005, min_alpha=0.0001
        )
        trained = []
        for backend in (Backend(), gpu):
            weights = [backend.asarray(W.copy()) for W in start]
            work = Work(
                weights[0],
                weights[1],
                backend.asarray(tokens),
                offsets,
                output=NoiseTable(counts).to(backend),
                keep=backend.asarray(keep_thresholds(counts, 1e-2)),
                settings=settings,
                position=0,
            )
            loss = backend.train(work).result()
            trained.append((loss, [backend.to_numpy(W) for W in weights]))
        (right, expected), (got, ours) = trained
        if got[1:] != right[1:]:
            raise AssertionError(f"{dim} dimensions: {got}, expected {right}")
        worst = max(abs(a - b).max() for a, b in zip(ours, expected, strict=True))
        if not worst < 1e-4:
            raise AssertionError(f"{dim} dimensions: weights differ by {worst}")
        differences[f"{dim} dimensions"] = float(worst)
    return differences


def _many_warps(gpu: Any) -> dict[str, float]:
    """Train two million words with all warps, and on the processor."""
    stream = zipf_stream(2_000_000, 20_000)
    return {
        backend.name: FusedRun(backend, stream, 1, skip_gram=True, exact=True).train()["loss"]
        for backend in (get_backend("cpu"), gpu)
    }


def _no_memory(gpu: Any) -> str:
    """Ask for more than there is: one line has to come of it, and nothing stay behind."""
    from w2v.backend.gpu.memory import on_device

    before = gpu.memory_info().free
    needed = gpu.memory_info().total * 2
    try:
        with on_device(gpu.device, "far too many word vectors", needed):
            gpu.xp.empty(needed, dtype="uint8")
    except MemoryError as error:
        left = gpu.memory_info().free - before
        return f"{error} (free memory changed by {left / 1e6:.0f} MB)"
    raise AssertionError("twice the card's memory was given out")


def at_hand(name: str) -> bool:
    """Say whether a module can be imported."""
    return importlib.util.find_spec(name) is not None
