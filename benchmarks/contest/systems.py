"""The systems compared, one by one: where each is found and how it is started."""

import contextlib
import importlib.util
import io
import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from hashlib import sha256
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Any

import numpy as np

import w2v
from benchmarks.contest.libraries import MODELS, Job
from benchmarks.harness.machine import revision
from benchmarks.harness.processes import Finished
from w2v.backend import available_backends
from w2v.vectors import KeyedVectors

Vectors = tuple[list[str], np.ndarray]
_BY_PERCENTAGES = "by its percentages: 0 to 100 %, without the vocabulary"
_W2V = {"output": "vectors", "seed": "seed", "vector-size": "dim", "window": "window",
        "negative": "negative", "min-count": "min_count", "sample": "sample", "epochs": "epochs",
        "workers": "threads"}  # fmt: skip
_WORD2VEC = {"train": "text", "output": "vectors", "size": "dim", "window": "window",
             "negative": "negative", "min-count": "min_count", "sample": "sample",
             "iter": "epochs", "threads": "threads"}  # fmt: skip
_FASTTEXT = {"input": "text", "dim": "dim", "ws": "window", "neg": "negative",
             "minCount": "min_count", "t": "sample", "epoch": "epochs",
             "thread": "threads"}  # fmt: skip


def read_vectors(path: Path) -> Vectors:
    """Return the words and the vectors of a file in one of word2vec's forms."""
    # Programs that cut words by bytes may cut a letter in two.
    keyed = KeyedVectors.load(path, unicode_errors="replace", duplicates="first")
    return keyed.index_to_key, keyed.vectors


@dataclass(frozen=True)
class System:
    """A program that trains word vectors.

    ``found`` is its version or what else tells which one it is, None if it is not there; ``pace``
    the thousand words a second of skip-gram on two cores, about; ``timed`` returns the seconds of
    the training alone as ``counts`` says, None if they cannot be told.
    """

    name: str  # key in the results
    title: str
    found: str | None
    get: str
    pace: float
    command: Callable[[Job], list[str]]
    counts: str = _BY_PERCENTAGES
    timed: Callable[[Finished, Job], float | None] = lambda finished, job: finished.progress_seconds
    vectors: Callable[[Job], Vectors] = lambda job: read_vectors(job.vectors)
    models: tuple[str, ...] = tuple(MODELS)
    seeded: bool = False

    def seconds(self, words: float, job: Job) -> float:
        """Return about how long a training on so many words takes."""
        return 3 + words / (self.pace * 500 * job.threads * (1 if job.skip_gram else 2.5))


def _options(job: Job, fields: dict[str, str], dashes: str = "-") -> list[str]:
    """Return a command line's options, whose values are the job's fields of these names."""
    pairs = ((dashes + option, str(getattr(job, field))) for option, field in fields.items())
    return [word for pair in pairs for word in pair]


def facts(job: Job) -> dict[str, Any]:
    """Return what a run of w2v has written of itself at its end."""
    lines = (job.out / "run.jsonl").read_text(encoding="utf-8").splitlines()
    return dict(json.loads(lines[-1]))


def w2v_itself(backend: str = "cpu") -> System:
    """Return the command line of this project."""

    def command(job: Job) -> list[str]:
        train = [sys.executable, "-m", "w2v", "train", str(job.text), "--quiet"]
        train += ["--model", "sg" if job.skip_gram else "cbow", "--backend", backend]
        return [*train, "--metrics", str(job.out / "run.jsonl"), *_options(job, _W2V, "--")]

    name, title, pace, get = "w2v", "w2v", 4000, "it is this project"
    if backend == "gpu":
        name, title, pace = "w2v-gpu", "w2v on a GPU", 20_000
        get = "`pip install cupy-cuda12x`, or `cupy-cuda13x`; needs an NVIDIA GPU"
    there = backend in ("auto", *available_backends())
    return System(
        name, title, f"{w2v.__version__}, {revision()}" if there else None, get, pace, command,
        "its own `seconds`: without reading, compiling, saving",
        lambda finished, job: float(facts(job)["seconds"]), seeded=True,
    )  # fmt: skip


def _library(name: str, title: str, module: str, get: str, pace: float, **more: Any) -> System:
    """Return a library, run by `benchmarks.contest.libraries` in a process of its own."""
    found = None
    if importlib.util.find_spec(module) is not None:
        distribution = packages_distributions()[module][0]
        found = f"{distribution} {version(distribution)}"
    start = [sys.executable, "-m", "benchmarks.contest.libraries", name]
    return System(name, title, found, get, pace,
                  lambda job: [*start, json.dumps(asdict(job), default=str)], **more)  # fmt: skip


def gensim(*, by_sentences: bool = False) -> System:
    """Return gensim, by its fastest way ``corpus_file``, or as most use it."""
    names = ("gensim-by-sentences", "gensim, by sentences") if by_sentences else ("gensim",) * 2
    return _library(
        *names, "gensim", "`pip install gensim`", 400 if by_sentences else 450, seeded=True,
        counts="around `train`: parses the text again as it trains, without `build_vocab`",
        timed=lambda done, job: float(json.loads(done.output.splitlines()[-1])["train_seconds"]),
    )  # fmt: skip


def _program(
    path: str | Path | None, usual: str, fields: dict[str, str], *more: str
) -> tuple[str | None, Callable[[Job], list[str]]]:
    """Return what tells which program it is, given by path or found by its usual name; and it.

    Of the arguments after the fields, ``{model}`` is fastText's name of it, ``{cbow}`` 0 or 1.
    """
    where, found = Path(path or shutil.which(usual) or "missing").resolve(), None
    if where.is_file():
        found = f"program {where.name}, SHA-256 {sha256(where.read_bytes()).hexdigest()[:12]}…"

    def command(job: Job) -> list[str]:
        known = {"model": "skipgram" if job.skip_gram else "cbow", "cbow": int(not job.skip_gram)}
        before, *after = (word.format(**known, out=job.out) for word in more)
        return [str(where), *([before] if before else []), *_options(job, fields), *after]

    return found, command


def _fasttext(path: Path | None) -> System:
    """Return fastText without subwords: the program given, a Python package, a program found."""
    about = ("`pip install fasttext-numpy2`, or a binary by `--fasttext PATH`", 250)

    def rows(job: Job) -> Vectors:
        """Return the words' rows of the model written; without subwords they are the vectors."""
        library: Any = importlib.import_module("fasttext")
        with contextlib.redirect_stderr(io.StringIO()):  # some releases warn at every loading
            model = library.load_model(str(job.vectors))
        words = model.get_words(on_unicode_error="replace")
        return words, model.get_input_matrix()[: len(words)]

    package = _library("fasttext", "fastText", "fasttext", *about, vectors=rows)
    found, command = _program(path, "fasttext", _FASTTEXT, "{model}", "-output", "{out}/vectors",
                              "-minn", "0", "-maxn", "0")  # fmt: skip
    if path is None and (package.found or not found):
        return package
    return System("fasttext", "fastText", found, *about, command,
                  vectors=lambda job: read_vectors(job.out / "vectors.vec"))  # fmt: skip


def word2vec_c(path: Path | None = None) -> System:
    """Return the original program."""
    found, command = _program(path, "word2vec", _WORD2VEC, "", "-binary", "1", "-cbow", "{cbow}")
    get = (
        "`gcc word2vec.c -o word2vec -O3 -march=native -ffast-math -pthread -lm` (the source is "
        "in `pip download word2vec --no-binary :all:`), then `--word2vec-c PATH`"
    )
    return System("word2vec.c", "word2vec.c", found, get, 250, command)


def _pword2vec(path: Path | None) -> System:
    """Return HogBatch: negatives shared in a window, matrix products from MKL; no CBOW."""
    found, command = _program(path, "pWord2Vec", _WORD2VEC, "", "-binary", "1")
    get = "build github.com/IntelLabs/pWord2Vec with MKL, then `--pword2vec PATH`"
    return System("pword2vec", "pWord2Vec", found, get, 1200, command,
                  f"{_BY_PERCENTAGES} and reading the text into memory",
                  models=("skip-gram",))  # fmt: skip


def w2v_accel() -> System:
    """Return a binary for NVIDIA cards: the one that W2V_ACCEL names, or that its package keeps."""
    path, spec = os.environ.get("W2V_ACCEL"), importlib.util.find_spec("w2v_accel")
    if path is None and spec is not None and spec.origin is not None:
        # The one for up to 5 words a side and 5 negatives.
        program = Path(spec.origin).parent / "bin" / "word2vec_w5_k5"
        if not os.access(program, os.X_OK):  # it is packed like that
            with contextlib.suppress(OSError):
                program.chmod(program.stat().st_mode | 0o111)
        path = str(program)
    found, command = _program(path, "", _WORD2VEC, "", "-binary", "1", "-cbow", "{cbow}")

    def timed(finished: Finished, job: Job) -> float | None:
        """Return what it prints; its percentages come too seldom at a card's speed."""
        seconds = re.search(r"Total training time: *([\d.]+)", finished.output)
        return float(seconds[1]) if seconds else None

    get = "`pip install w2v-accel`; needs an NVIDIA GPU"
    counts = "its own `Total training time`: without vocabulary, reading, saving"
    return System("w2v-accel", "w2v-accel", found, get, 50_000, command, counts, timed)


def all_systems(
    fasttext: Path | None = None, word2vec: Path | None = None, pword2vec: Path | None = None
) -> list[System]:
    """Return every system that is known, whether it is there or not."""
    return [w2v_itself(), gensim(), gensim(by_sentences=True), _fasttext(fasttext),
            word2vec_c(word2vec), _pword2vec(pword2vec), w2v_itself("gpu"),
            w2v_accel()]  # fmt: skip
