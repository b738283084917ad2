"""The systems compared, one by one: where each is found and how it is started."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import json
import os
import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict
from hashlib import sha256
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

import w2v
from benchmarks.machine import revision
from benchmarks.peers_job import Job, System, as_options, read_vectors
from benchmarks.processes import Finished
from w2v.backend import available_backends


class W2v(System):
    """The command line of this project, on the CPU."""

    name = title = "w2v"
    backend: ClassVar[str] = "cpu"
    seeded = True
    pace = 4000
    get = "it is this project"
    counts = "its own `seconds`: without reading, compiling, saving"

    def found(self) -> str | None:
        """Return the version."""
        return f"{w2v.__version__}, {revision()}"

    def command(self, job: Job) -> list[str]:
        """Return ``w2v train`` with the figures of the run beside the vectors."""
        options = {
            "output": job.out / "vectors.bin", "metrics": job.out / "run.jsonl",
            "model": "sg" if job.skip_gram else "cbow", "backend": self.backend, "seed": job.seed,
            "vector-size": job.dim, "window": job.window, "negative": job.negative,
            "min-count": job.min_count, "sample": job.sample, "epochs": job.epochs,
            "workers": job.threads,
        }  # fmt: skip
        command = [sys.executable, "-m", "w2v", "train", str(job.text), "--quiet"]
        return command + as_options(options, "--")

    def training_seconds(self, finished: Finished, job: Job) -> float | None:
        """Return the seconds that the run's figures give."""
        end = (job.out / "run.jsonl").read_text(encoding="utf-8").splitlines()[-1]
        return float(json.loads(end)["seconds"])


class W2vGpu(W2v):
    """The same command on an NVIDIA card."""

    name, title, backend = "w2v-gpu", "w2v on a GPU", "gpu"
    pace = 20_000
    get = "`pip install cupy-cuda12x`, or `cupy-cuda13x`; needs an NVIDIA GPU"

    def found(self) -> str | None:
        """Return the version, if a device answers."""
        return super().found() if self.backend in available_backends() else None


class _Library(System):
    """A Python library, run by `benchmarks.peers_libraries` in a process of its own."""

    module: ClassVar[str]

    def found(self) -> str | None:
        if importlib.util.find_spec(self.module) is None:
            return None
        distribution = packages_distributions()[self.module][0]
        return f"{distribution} {version(distribution)}"

    def command(self, job: Job) -> list[str]:
        settings = {k: str(v) if isinstance(v, Path) else v for k, v in asdict(job).items()}
        script, function = "benchmarks.peers_libraries", self.name.replace("-", "_")
        return [sys.executable, "-m", script, function, json.dumps(settings)]


class Gensim(_Library):
    """Gensim, by its fastest way: ``corpus_file``."""

    name = title = module = "gensim"
    seeded = True
    pace = 450
    get = "`pip install gensim`"
    counts = "around `train`: parses the text again as it trains, without `build_vocab`"

    def training_seconds(self, finished: Finished, job: Job) -> float | None:
        """Return what its script has printed last."""
        return float(json.loads(finished.output.splitlines()[-1])["train_seconds"])


class GensimBySentences(Gensim):
    """Gensim as most use it: on an iterable of sentences."""

    name, title = "gensim-by-sentences", "gensim, by sentences"
    pace = 400


class FastText(_Library):
    """fastText without subwords, as a Python package."""

    name, title, module = "fasttext", "fastText", "fasttext"
    pace = 250
    get = "`pip install fasttext-numpy2`, or a binary by `--fasttext PATH`"

    def vectors(self, job: Job) -> tuple[list[str], np.ndarray]:
        """Return the words' rows of the model written; without subwords they are the vectors."""
        fasttext: Any = importlib.import_module("fasttext")
        with contextlib.redirect_stderr(io.StringIO()):  # some releases warn at every loading
            model = fasttext.load_model(str(job.out / "vectors.bin"))
        words = model.get_words(on_unicode_error="replace")
        return words, model.get_input_matrix()[: len(words)]


class _Program(System):
    """A program given by path, or found by its usual name.

    Parameters
    ----------
    path : Path, optional
    """

    usual: ClassVar[str]

    def __init__(self, path: Path | None = None) -> None:
        self._program = str(path.resolve()) if path else shutil.which(self.usual)

    def found(self) -> str | None:
        if not self._program:
            return None
        program = Path(self._program)
        return f"program {program.name}, SHA-256 {sha256(program.read_bytes()).hexdigest()[:12]}…"


class FastTextProgram(_Program):
    """fastText without subwords, as a program."""

    name, title, usual = "fasttext", "fastText", "fasttext"
    pace = FastText.pace
    get = FastText.get

    def command(self, job: Job) -> list[str]:
        """Return ``fasttext skipgram`` or ``fasttext cbow``."""
        options = {
            "input": job.text, "output": job.out / "vectors", "dim": job.dim, "ws": job.window,
            "neg": job.negative, "minCount": job.min_count, "t": job.sample, "epoch": job.epochs,
            "thread": job.threads, "minn": 0, "maxn": 0,
        }  # fmt: skip
        model = "skipgram" if job.skip_gram else "cbow"
        return [str(self._program), model, *as_options(options)]

    def vectors(self, job: Job) -> tuple[list[str], np.ndarray]:
        """Return what its ``.vec`` file holds."""
        return read_vectors(job.out / "vectors.vec")


class Word2vecC(_Program):
    """The original program."""

    name, title, usual = "word2vec.c", "word2vec.c", "word2vec"
    pace = 250
    get = (
        "`gcc word2vec.c -o word2vec -O3 -march=native -ffast-math -pthread -lm` (the source is "
        "in `pip download word2vec --no-binary :all:`), then `--word2vec-c PATH`"
    )

    def command(self, job: Job) -> list[str]:
        """Return the program with its options."""
        return [str(self._program), *word2vec_options(job), "-cbow", str(int(not job.skip_gram))]


class PWord2vec(_Program):
    """HogBatch: negatives shared in a window, matrix products from MKL; skip-gram alone."""

    name, title, usual = "pword2vec", "pWord2Vec", "pWord2Vec"
    models = ("skip-gram",)
    pace = 1200
    get = "build github.com/IntelLabs/pWord2Vec with MKL, then `--pword2vec PATH`"
    counts = f"{System.counts} and reading the text into memory"

    def command(self, job: Job) -> list[str]:
        """Return the program with its options."""
        return [str(self._program), *word2vec_options(job)]


class W2vAccel(_Program):
    """A binary for NVIDIA cards: the one that W2V_ACCEL names, or that its package keeps."""

    name = title = "w2v-accel"
    pace = 50_000
    get = "`pip install w2v-accel`; needs an NVIDIA GPU"
    counts = "its own `Total training time`: without vocabulary, reading, saving"

    def __init__(self) -> None:
        self._program = os.environ.get("W2V_ACCEL")
        spec = importlib.util.find_spec("w2v_accel")
        if self._program is None and spec is not None and spec.origin is not None:
            # The one for up to 5 words a side and 5 negatives.
            program = Path(spec.origin).parent / "bin" / "word2vec_w5_k5"
            if not os.access(program, os.X_OK):  # it is packed like that
                with contextlib.suppress(OSError):
                    program.chmod(program.stat().st_mode | 0o111)
            self._program = str(program)

    def command(self, job: Job) -> list[str]:
        """Return the program with its options."""
        model = ["-cbow", str(int(not job.skip_gram))]
        return [str(self._program), *word2vec_options(job), *model]

    def training_seconds(self, finished: Finished, job: Job) -> float | None:
        """Return what it prints; its percentages come too seldom at a card's speed."""
        found = re.search(r"Total training time: *([\d.]+)", finished.output)
        return float(found[1]) if found else None


def word2vec_options(job: Job) -> list[str]:
    """Return the options that word2vec.c and its descendants have in common."""
    return as_options(
        {
            "train": job.text, "output": job.out / "vectors.bin", "size": job.dim,
            "window": job.window, "negative": job.negative, "min-count": job.min_count,
            "sample": job.sample, "iter": job.epochs, "threads": job.threads, "binary": 1,
        }
    )  # fmt: skip


def all_systems(
    *, fasttext: Path | None = None, word2vec_c: Path | None = None, pword2vec: Path | None = None
) -> Sequence[System]:
    """Return every system that is known, whether it is there or not.

    Parameters
    ----------
    fasttext, word2vec_c, pword2vec : Path, optional
        Programs to take. Otherwise fastText's Python package, and what the search path has.
    """
    package = FastText()
    program = FastTextProgram(fasttext)
    return (
        W2v(),
        Gensim(),
        GensimBySentences(),
        package if fasttext is None and (package.found() or not program.found()) else program,
        Word2vecC(word2vec_c),
        PWord2vec(pword2vec),
        W2vGpu(),
        W2vAccel(),
    )
