"""What every system is asked to do, and what is asked of every system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from benchmarks.processes import Finished
from w2v.vectors import KeyedVectors


@dataclass(frozen=True)
class Job:
    """One training, the same for every system.

    Parameters
    ----------
    text : Path
        Plain text, a sentence a line.
    out : Path
        Folder for what the system writes.
    skip_gram : bool
        Otherwise CBOW.
    seed : int
        For those that take one.
    epochs, threads, dim, window, negative, min_count : int
    sample : float
        Threshold of subsampling.
    """

    text: Path
    out: Path
    skip_gram: bool
    seed: int
    epochs: int
    threads: int
    dim: int = 100
    window: int = 5
    negative: int = 5
    min_count: int = 5
    sample: float = 1e-3


class System:
    """A program that trains word vectors.

    Attributes
    ----------
    name, title : str
        Key in the results, and as the tables have it.
    models : tuple of str
    seeded : bool
        Whether it takes a seed.
    pace : float
        Thousand words a second of skip-gram on two cores, about, to tell how long it will take.
    get : str
        How to get it.
    counts : str
        What the training time counts.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    models: ClassVar[tuple[str, ...]] = ("skip-gram", "cbow")
    seeded: ClassVar[bool] = False
    pace: ClassVar[float]
    get: ClassVar[str]
    counts: ClassVar[str] = "by its percentages: 0 to 100 %, without the vocabulary"

    def found(self) -> str | None:
        """Return its version or what else tells which one it is; None if it is not there."""
        raise NotImplementedError

    def command(self, job: Job) -> list[str]:
        """Return what trains and writes the vectors."""
        raise NotImplementedError

    def training_seconds(self, finished: Finished, job: Job) -> float | None:
        """Return the time of the training alone, as `counts` says; None if it cannot be told."""
        return finished.progress_seconds

    def vectors(self, job: Job) -> tuple[list[str], np.ndarray]:
        """Return the words and the (V, dim) vectors that it has written."""
        return read_vectors(job.out / "vectors.bin")


def read_vectors(path: Path) -> tuple[list[str], np.ndarray]:
    """Return the words and the vectors of a file in one of word2vec's forms."""
    # Programs that cut words by bytes may cut a letter in two.
    keyed = KeyedVectors.load(path, unicode_errors="replace", duplicates="first")
    return keyed.index_to_key, keyed.vectors


def as_options(options: Mapping[str, object], dashes: str = "-") -> list[str]:
    """Return options as a command line has them."""
    return [word for key, value in options.items() for word in (dashes + key, str(value))]
