"""The systems compared, one by one: where each is found and how it is started."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import io
import json
import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import asdict
from hashlib import sha256
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

import w2v
from benchmarks.contest.libraries import MODELS, Job
from benchmarks.harness.machine import revision
from benchmarks.harness.processes import Finished
from w2v.backend import available_backends
from w2v.vectors import KeyedVectors


class System:
    """A program that trains word vectors."""

    name: ClassVar[str]  # key in the results
    title: ClassVar[str]
    models: ClassVar[tuple[str, ...]] = tuple(MODELS)
    seeded: ClassVar[bool] = False
    pace: ClassVar[float]  # thousand words a second of skip-gram on two cores, about
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
        return read_vectors(job.vectors)

    def seconds(self, words: float, job: Job) -> float:
        """Return about how long a training on so many words takes."""
        return 3 + words / (self.pace * 500 * job.threads * (1 if job.skip_gram else 2.5))


def read_vectors(path: Path) -> tuple[list[str], np.ndarray]:
    """Return the words and the vectors of a file in one of word2vec's forms."""
    # Programs that cut words by bytes may cut a letter in two.
    keyed = KeyedVectors.load(path, unicode_errors="replace", duplicates="first")
    return keyed.index_to_key, keyed.vectors


def _options(job: Job, fields: Mapping[str, str], dashes: str = "-") -> list[str]:
    """Return a command line's options, whose values are the job's fields of these names."""
    pairs = ((dashes + option, str(getattr(job, field))) for option, field in fields.items())
    return [word for pair in pairs for word in pair]


class W2v(System):
    """The command line of this project, on the CPU."""

    name = title = "w2v"
    backend: ClassVar[str] = "cpu"
    seeded = True
    pace = 4000
    get = "it is this project"
    counts = "its own `seconds`: without reading, compiling, saving"

    def found(self) -> str | None:
        return f"{w2v.__version__}, {revision()}"

    def command(self, job: Job) -> list[str]:
        fields = {"output": "vectors", "seed": "seed", "vector-size": "dim", "window": "window",
                  "negative": "negative", "min-count": "min_count", "sample": "sample",
                  "epochs": "epochs", "workers": "threads"}  # fmt: skip
        command = [sys.executable, "-m", "w2v", "train", str(job.text), "--quiet"]
        command += ["--model", "sg" if job.skip_gram else "cbow", "--backend", self.backend]
        return [*command, "--metrics", str(job.out / "run.jsonl"), *_options(job, fields, "--")]

    def facts(self, job: Job) -> dict[str, Any]:
        """Return what the run has written of itself at its end."""
        lines = (job.out / "run.jsonl").read_text(encoding="utf-8").splitlines()
        return dict(json.loads(lines[-1]))

    def training_seconds(self, finished: Finished, job: Job) -> float | None:
        return float(self.facts(job)["seconds"])


class W2vGpu(W2v):
    """The same command on an NVIDIA card."""

    name, title, backend = "w2v-gpu", "w2v on a GPU", "gpu"
    pace = 20_000
    get = "`pip install cupy-cuda12x`, or `cupy-cuda13x`; needs an NVIDIA GPU"

    def found(self) -> str | None:
        return super().found() if self.backend in available_backends() else None


class _Library(System):
    """A Python library, run by `benchmarks.contest.libraries` in a process of its own."""

    module: ClassVar[str]

    def found(self) -> str | None:
        if importlib.util.find_spec(self.module) is None:
            return None
        distribution = packages_distributions()[self.module][0]
        return f"{distribution} {version(distribution)}"

    def command(self, job: Job) -> list[str]:
        settings = json.dumps(asdict(job), default=str)
        return [sys.executable, "-m", "benchmarks.contest.libraries", self.name, settings]


class Gensim(_Library):
    """Gensim, by its fastest way: ``corpus_file``."""

    name = title = module = "gensim"
    seeded = True
    pace = 450
    get = "`pip install gensim`"
    counts = "around `train`: parses the text again as it trains, without `build_vocab`"

    def training_seconds(self, finished: Finished, job: Job) -> float | None:
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
            model = fasttext.load_model(str(job.vectors))
        words = model.get_words(on_unicode_error="replace")
        return words, model.get_input_matrix()[: len(words)]


class _Program(System):
    """A program given by path, or found by its usual name, with word2vec.c's options."""

    usual: ClassVar[str]
    chooses_model = True
    fields: ClassVar[Mapping[str, str]] = {
        "train": "text", "output": "vectors", "size": "dim", "window": "window",
        "negative": "negative", "min-count": "min_count", "sample": "sample", "iter": "epochs",
        "threads": "threads",
    }  # fmt: skip

    def __init__(self, path: Path | None = None) -> None:
        self._program = str(path.resolve()) if path else shutil.which(self.usual)

    def found(self) -> str | None:
        if not self._program:
            return None
        program = Path(self._program)
        return f"program {program.name}, SHA-256 {sha256(program.read_bytes()).hexdigest()[:12]}…"

    def command(self, job: Job) -> list[str]:
        model = ["-cbow", str(int(not job.skip_gram))] if self.chooses_model else []
        return [str(self._program), *_options(job, self.fields), "-binary", "1", *model]


class FastTextProgram(_Program):
    """fastText without subwords, as a program."""

    name, title, usual = "fasttext", "fastText", "fasttext"
    pace = FastText.pace
    get = FastText.get

    def command(self, job: Job) -> list[str]:
        fields = {"input": "text", "dim": "dim", "ws": "window", "neg": "negative",
                  "minCount": "min_count", "t": "sample", "epoch": "epochs",
                  "thread": "threads"}  # fmt: skip
        model = "skipgram" if job.skip_gram else "cbow"
        written = ["-output", str(job.out / "vectors"), "-minn", "0", "-maxn", "0"]
        return [str(self._program), model, *_options(job, fields), *written]

    def vectors(self, job: Job) -> tuple[list[str], np.ndarray]:
        return read_vectors(job.out / "vectors.vec")


class Word2vecC(_Program):
    """The original program."""

    name, title, usual = "word2vec.c", "word2vec.c", "word2vec"
    pace = 250
    get = (
        "`gcc word2vec.c -o word2vec -O3 -march=native -ffast-math -pthread -lm` (the source is "
        "in `pip download word2vec --no-binary :all:`), then `--word2vec-c PATH`"
    )


class PWord2vec(_Program):
    """HogBatch: negatives shared in a window, matrix products from MKL; skip-gram alone."""

    name, title, usual = "pword2vec", "pWord2Vec", "pWord2Vec"
    models = ("skip-gram",)
    chooses_model = False
    pace = 1200
    get = "build github.com/IntelLabs/pWord2Vec with MKL, then `--pword2vec PATH`"
    counts = f"{System.counts} and reading the text into memory"


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

    def training_seconds(self, finished: Finished, job: Job) -> float | None:
        """Return what it prints; its percentages come too seldom at a card's speed."""
        found = re.search(r"Total training time: *([\d.]+)", finished.output)
        return float(found[1]) if found else None


def all_systems(
    fasttext: Path | None = None, word2vec_c: Path | None = None, pword2vec: Path | None = None
) -> list[System]:
    """Return every system that is known, whether it is there or not.

    Programs are those given, and otherwise fastText's Python package and what the search path has.
    """
    package, program = FastText(), FastTextProgram(fasttext)
    use_package = fasttext is None and (package.found() or not program.found())
    return [W2v(), Gensim(), GensimBySentences(), package if use_package else program,
            Word2vecC(word2vec_c), PWord2vec(pword2vec), W2vGpu(), W2vAccel()]  # fmt: skip
