"""Whether the GPU engine works on this card at all, and how its kernels came out."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.harness.machine import package_version
from tests.support import ROOT
from w2v.backend import Backend, FusedSettings, NoiseTable, get_backend
from w2v.bench.training import FusedRun, Sentences, Setting

_PACKAGES = (
    *("numpy", "numba", "pyarrow", "safetensors", "scipy", "matplotlib", "typer", "rich", "pooch"),
    *("cupy-cuda12x", "cupy-cuda13x", "torch", "gensim", "w2v-accel"),
    *("pytest", "hypothesis", "pytest-xdist"),
)
DIMS = (1, 17, 100, 128, 300)


def _versions(gpu: Any) -> dict[str, str]:
    return {name: package_version(name) or "missing" for name in _PACKAGES}


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

    def build(**where: Any) -> tuple[NoiseTable, float]:
        begin = time.perf_counter()
        made = NoiseTable(counts, **where)
        gpu.synchronize()
        return made, time.perf_counter() - begin

    (there, first), (_, seconds), (here, processor) = (
        build(backend=gpu),
        build(backend=gpu),
        build(),
    )
    same = np.array_equal(gpu.to_numpy(there.table), here.table)
    took = f"1 M words in {seconds:.3f} s, {first:.1f} s at first, {processor:.3f} s on the CPU"
    return f"{'the same bits' if same else 'DIFFERS'}; {took}"


def kernels(gpu: Any, dims: Sequence[int]) -> dict[str, Any]:
    """Compile for some sizes; say how many warps a multiprocessor holds, and why."""
    from w2v.backend.gpu.fused import kernel_for
    from w2v.backend.gpu.kernels import LANES

    found = {}
    processors = gpu.device.attributes["MultiProcessorCount"]
    for dim in dims:
        for skip_gram in (True, False):
            settings = FusedSettings(skip_gram, 5, 5, exact=False, total=1, seed=1)
            begin = time.perf_counter()
            made = kernel_for(gpu.device.id, dim, settings)
            seconds = time.perf_counter() - begin
            found[f"{'skip-gram' if skip_gram else 'cbow'} {dim}"] = {
                "registers": made.kernel.num_regs,
                "local_bytes": made.kernel.local_size_bytes,
                "shared_bytes_a_warp": made.shared,
                "warps_a_block": made.warps_a_block,
                "warps_a_multiprocessor": made.resident // processors,
                "block_threads": made.warps_a_block * LANES,
                "compile_seconds": round(seconds, 2),
            }
    return found


LOOKS: dict[str, Callable[[Any], Any]] = {
    "packages": _versions,
    "CUDA": _cuda,
    "noise table": _tables,
}


TREES: dict[str, dict[str, Any]] = {
    "a tree": {"negative": 0, "dims": (100,)},
    "a tree and negatives": {"hs": True, "dims": (17,)},
}


def one_warp(
    gpu: Any, skip_gram: bool, sampling: str, dims: Sequence[int] = DIMS, **outputs: Any
) -> dict[str, float]:
    """Train 300 words with one warp and by the reference; compare all weights and the loss."""
    differences = {}
    for dim in dims:
        rng = np.random.default_rng(dim)
        p = 1 / np.arange(3, 43)
        tokens = rng.choice(40, 300, p=p / p.sum()).astype(np.int32)
        offsets = np.unique(np.r_[0, rng.integers(0, 300, 20), 300])
        text = Sentences(tokens, offsets, np.bincount(tokens, minlength=40) + 1)
        setting = Setting(skip_gram, dim, sample=1e-2, workers=1, sampling=sampling, **outputs)
        start: list[np.ndarray] = []
        trained = []
        for backend in (Backend(), gpu):
            run = FusedRun(backend, text, setting, alpha=0.005, min_alpha=0.0001)
            start = start or [
                rng.normal(0, 0.3, W.shape).astype(np.float32) for W in run.model.params
            ]
            run.model.set_params(*(backend.asarray(W.copy()) for W in start))
            trainer = run.train()
            trained.append((trainer, [backend.to_numpy(W) for W in run.model.params]))
        (right, expected), (got, ours) = trained
        if got.predictions != right.predictions:
            raise AssertionError(
                f"{dim} dimensions: {got.predictions} predictions, expected {right.predictions}"
            )
        worst = max(abs(a - b).max() for a, b in zip(ours, expected, strict=True))
        if not worst < 1e-4:
            raise AssertionError(f"{dim} dimensions: weights differ by {worst}")
        differences[f"{dim} dimensions"] = float(worst)
    return differences


def sanitized(tool: str, seconds: float = 40) -> str:
    """Train a little under one of compute-sanitizer's tools; return what it counts in the end."""
    program = shutil.which("compute-sanitizer") or "/usr/local/cuda/bin/compute-sanitizer"
    if not Path(program).exists():
        return "not at hand: compute-sanitizer is not installed"
    command = [program, "--tool", tool, sys.executable, "-m", "tests.support.gpu_smoke"]
    ran = subprocess.run(
        command, capture_output=True, text=True, timeout=seconds, check=False, cwd=ROOT
    )
    counted = [x.strip("= ") for x in ran.stdout.splitlines() if "SUMMARY" in x]
    if ran.returncode or not counted:
        raise RuntimeError(
            f"{tool} ended with {ran.returncode}: {(ran.stdout + ran.stderr)[-300:]}"
        )
    return "; ".join(counted)


def no_memory(gpu: Any) -> str:
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


if __name__ == "__main__":
    for sg in (True, False):
        one_warp(get_backend("gpu"), sg, "exact", dims=(17,))
