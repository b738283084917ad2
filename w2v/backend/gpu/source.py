"""The CUDA source of the GPU backend, made ready for a compiler."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from w2v.backend.gpu.runs import RUN_TOKENS, refresh_windows
from w2v.backend.settings import PART, FusedSettings

MINIBATCH_KERNELS = (
    *("check_ids", "sample_fast", "sample_exact", "row_dot", "weighted_rows"),
    *("number_words", "add_rows", "put_rows", "sigmoid_loss", "adam_rows", "mark_sentences"),
)
"""What ``minibatch.cu`` holds."""

FOLDER = Path(__file__).parent / "cuda"
_INCLUDE = re.compile(r'#include "(\w+\.cuh)"')


@lru_cache
def source(name: str) -> str:
    """Return one of the .cu files with the project's own headers in place.

    One text, so that CuPy's cache of compiled kernels knows when a header changes.

    Parameters
    ----------
    name : str
        As ``"train.cu"``.
    """
    return "\n".join(_lines(name, set()))


def _lines(name: str, known: set[str]) -> list[str]:
    lines = []
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        include = _INCLUDE.fullmatch(line)
        if include is None or not (FOLDER / include[1]).exists():
            lines.append(line.replace("#pragma once", ""))
        elif include[1] not in known:
            known.add(include[1])
            lines += _lines(include[1], known)
    return lines


def training_options(
    dim: int, settings: FusedSettings, placement: int, *, lock: bool = False, longest: int = 0
) -> tuple[str, ...]:
    """Return the compiler options that say what ``train.cu`` is compiled for.

    Parameters
    ----------
    dim : int
        H, the length of the vectors.
    settings : FusedSettings
    placement : {0, 1, 2, 3}
        How much of a warp's memory is not in shared memory, see ``shape.cuh``.
    lock : bool, default False
        Whether input vectors have factors for their changes.
    longest : int, default 0
        Inner nodes of a tree's longest path, or more; 0 without a tree.
    """
    values = {
        "DIM": dim,
        "WINDOW": min(settings.reach, RUN_TOKENS - 1),  # sentences are cut where it is less
        "WIDEST": settings.reach,
        "REFRESH": refresh_windows(settings.reach),
        "PART": PART,
        "NEGATIVE": settings.negative,
        "LONGEST": longest,
        "SKIP_GRAM": settings.skip_gram,
        "EXACT": settings.exact,
        "SHRINK": settings.shrink_windows,
        "MEAN": settings.mean,
        "SHARE": settings.share_gradient,
        "LOCK": lock,
        "PLACEMENT": placement,
    }
    return ("-std=c++17", *(f"-D{name}={int(value)}" for name, value in values.items()))
