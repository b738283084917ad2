"""The training kernel compiled as plain C++ and called as a function."""

from __future__ import annotations

import atexit
import ctypes
import hashlib
import os
import shutil
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from w2v.backend import FusedLoss, FusedSettings, HuffmanTree, NoiseTable, TreeAndNoise, Work
from w2v.backend.gpu.runs import cut_runs, sentence_marks
from w2v.backend.gpu.source import FOLDER, training_options

HERE = Path(__file__).parent


BUILD_FOLDER = "W2V_TESTS_BUILD_FOLDER"
"""The variable that names a folder which processes share, so that each thing is compiled once."""


@lru_cache
def compiler() -> str | None:
    """Return the C++ compiler to use, if there is one."""
    return shutil.which(os.environ.get("CXX", "")) or shutil.which("c++") or shutil.which("g++")


@lru_cache
def _build_folder() -> Path:
    """Return where what is compiled is kept: the session's folder, or this process's own."""
    if shared := os.environ.get(BUILD_FOLDER):
        return Path(shared)
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


_FLAGS = (
    *("-O1", "-std=c++17", "-shared", "-fPIC", "-fvisibility=hidden"),
    *(f"-I{FOLDER}", f"-I{HERE}"),
)


def compiled(code: str, *options: str) -> ctypes.CDLL:
    """Compile C++ and load it, once for all processes that share a folder.

    Parameters
    ----------
    code : str
    *options : str
        For the compiler, beside the usual.

    Returns
    -------
    CDLL
    """
    name = hashlib.sha256("\n".join((code, *options)).encode()).hexdigest()
    library = _build_folder() / f"{name}.so"
    if not library.exists():
        _compile(library, *_standard(), *options, "-xc++", "-", code=code)
    return ctypes.CDLL(str(library))


@lru_cache
def _standard() -> tuple[str, ...]:
    """Have what is C++'s own parsed in advance, by a compiler of which that can be had."""
    about = subprocess.run(
        [str(compiler()), "--version"], capture_output=True, text=True, check=True
    )
    if "Free Software Foundation" not in about.stdout:
        return ()
    parsed = _build_folder() / "standard.h.gch"
    if not parsed.exists():
        _compile(parsed, "-xc++-header", str(HERE / "standard.h"))
    return "-iquote", str(parsed.parent), "-include", "standard.h"


def _compile(target: Path, *options: str, code: str | None = None) -> None:
    """Compile into a file that is there whole or not at all."""
    beside = target.with_name(f"{os.getpid()}-{target.name}")
    command = [str(compiler()), *_FLAGS, *options, "-o", str(beside)]
    subprocess.run(command, input=code, check=True, capture_output=True, text=True)
    beside.replace(target)


FAST = (
    *("-O3", "-march=native", "-fno-math-errno", "-fno-trapping-math"),
    *("-fassociative-math", "-fno-signed-zeros", "-freciprocal-math"),
    *("-DVECTOR=DIM", "-DMAX_HELD=1000000", "-DMAX_GROUP=1"),
)
"""Flags with which a single lane makes the most of a processor's vectors: a row is one piece."""

Weights = tuple[np.ndarray, np.ndarray]


class HostTrainer:
    """The training kernel for one form of network and run.

    Parameters
    ----------
    dim : int
    settings : FusedSettings
    lanes : {1, 32, -32}
        Width of a warp; negative for lanes that take turns downwards.
    placement : {0, 1, 2, 3}, default 0
    lock : bool, default False
        Whether works have factors for input vectors' changes.
    longest : int, default 0
        Nodes of a tree's longest path, or more.
    vector : int, default 4
        Floats that a lane adds to weights at once: 1 as on cards before sm_90.
    """

    def __init__(
        self,
        dim: int,
        settings: FusedSettings,
        lanes: int,
        placement: int = 0,
        lock: bool = False,
        longest: int = 0,
        vector: int = 4,
    ) -> None:
        options = (
            f"-DVECTOR={vector}",
            f"-DHOST_LANES={abs(lanes)}",
            f"-DHOST_DOWNWARDS={int(lanes < 0)}",
            *training_options(dim, settings, placement, lock=lock, longest=longest),
        )
        self.settings = settings
        self.run = compiled('#include "train_host.cpp"', *options).train_host
        self.run.restype = None

    def __call__(self, work: Work, n_runs: int = 1, warps: int = 1) -> FusedLoss:
        """Train in place, as ``Backend.train`` does; warps take runs in turn."""
        weights, tokens, offsets, position = work[:2], work.tokens, work.offsets, work.position
        output, keep = work.output, work.keep
        noise = output.noise if isinstance(output, TreeAndNoise) else output
        tree = output.tree if isinstance(output, TreeAndNoise) else output
        s = self.settings
        runs, starts = cut_runs(offsets, n_runs, longest=None)
        marks = sentence_marks(starts, tokens.size)
        outcome = np.zeros(4)  # loss, predictions, words, and ids that are wrong: none
        self.run(
            *(_pointer(array) for array in (*weights, tokens, marks, runs)),
            ctypes.c_int(runs.size - 1),
            *(_pointer(array) for array in (keep, *_arrays(noise, NoiseTable, "table cumulative"))),
            ctypes.c_uint32(output.size),
            *(_pointer(array) for array in _arrays(tree, HuffmanTree, "parents labels")),
            ctypes.c_uint64(int(s.token_key)),
            ctypes.c_uint64(int(s.negative_key)),
            ctypes.c_uint64((position - int(offsets[0])) % 2**64),
            ctypes.c_double(s.alpha),
            ctypes.c_double((s.alpha - s.min_alpha) / s.total),
            ctypes.c_double(s.min_alpha),
            _pointer(work.lockf),
            _pointer(outcome),
            ctypes.c_int(warps),
        )
        total, predictions, words, _ = outcome.tolist()
        return FusedLoss(total, int(predictions), int(words))


def _arrays(output: Any, kind: type, names: str) -> list[Any]:
    return [getattr(output, name) if isinstance(output, kind) else None for name in names.split()]


def _pointer(array: np.ndarray | None) -> Any:
    if array is None:
        return None
    assert array.flags.c_contiguous
    return ctypes.c_void_p(array.ctypes.data)
