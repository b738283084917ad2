"""The corpora that benchmarks run on; too large to be kept with the source."""

from __future__ import annotations

import gzip
import os
import shutil
from pathlib import Path

DATA = Path(os.environ.get("W2V_BENCH_DATA", Path(__file__).parents[2] / "shared" / "data"))


def unpack_books(
    target: Path, *, repeats: int = 1, name: str = "books-18m", limit: int | None = None
) -> Path:
    """Write a corpus of books as plain text.

    Parameters
    ----------
    target : Path
    repeats : int, default 1
        How many times over.
    name : {"books-18m", "books-1m"}
    limit : int, optional
        Whole lines of about so many bytes of it, instead of all.

    Returns
    -------
    Path
        The target.

    Raises
    ------
    FileNotFoundError
        The folder that ``W2V_BENCH_DATA`` names, or ``../shared/data``, has no such corpus.
    """
    packed = DATA / f"{name}.txt.gz"
    if not packed.exists():
        raise FileNotFoundError(f"{packed} is not there: set W2V_BENCH_DATA to the folder with it")
    with target.open("wb") as text:
        for _ in range(repeats):
            with gzip.open(packed) as source:
                if limit is None:
                    shutil.copyfileobj(source, text, 1 << 20)
                else:
                    text.writelines(source.readlines(limit))
    return target
