"""The systems compared, one by one: where each is found and how it is started."""

import contextlib
import importlib.util
import json
import os
import re
import shutil
import sys
from hashlib import sha256
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import w2v
from benchmarks.contest.libraries import MODELS, Job
from benchmarks.harness.machine import revision
from benchmarks.harness.processes import Finished
from w2v.backend import available_backends
from w2v.vectors import KeyedVectors

_BY_PERCENTAGES = "by its percentages: 0 to 100 %, without the vocabulary"
_W2V = (
    "{python} -m w2v train {text} --quiet --model {model} --metrics {out}/run.jsonl --output "
    "{vectors} --seed {seed} --vector-size {dim} --window {window} --negative {negative} "
    "--min-count {min_count} --sample {sample} --epochs {epochs} --workers {threads} --backend "
)
_LIBRARY = "{python} -m benchmarks.contest.libraries "
_WORD2VEC = (
    "{program} -train {text} -output {vectors} -size {dim} -window {window} -negative {negative} "
    "-min-count {min_count} -sample {sample} -iter {epochs} -threads {threads} -binary 1"
)
_FASTTEXT = (
    "{program} {fasttext} -input {text} -dim {dim} -ws {window} -neg {negative} -minCount "
    "{min_count} -t {sample} -epoch {epochs} -thread {threads} -output {out}/vectors -minn 0 "
    "-maxn 0"
)


class System(NamedTuple):
    """A program that trains word vectors.

    ``found`` is its version or what else tells which one it is, None if it is not there;
    ``arguments`` have a job's fields in braces; what it says at its end of its training's seconds
    is found by ``said``, if not by percentages, and counts what ``counts`` says.
    """

    name: str  # key in the results
    title: str
    found: str | None
    get: str
    arguments: str
    program: Path = Path()
    counts: str = _BY_PERCENTAGES
    said: str = ""
    models: tuple[str, ...] = tuple(MODELS)
    seeded: bool = False
    rate: str = ""  # arguments that set the learning rate, where the job's fields do not

    def command(self, job: Job) -> list[str]:
        """Return what starts it on a job."""
        known = job._asdict() | {
            "python": sys.executable, "program": self.program, "vectors": job.vectors,
            "cbow": int(not job.skip_gram), "model": "sg" if job.skip_gram else "cbow",
            "fasttext": "skipgram" if job.skip_gram else "cbow",
            "job": json.dumps(job._asdict(), default=str),
        }  # fmt: skip
        rate = "" if job.alpha is None else self.rate
        return [word.format(**known) for word in f"{self.arguments} {rate}".split()]

    def timed(self, finished: Finished, job: Job) -> float | None:
        """Return the seconds of training alone, None if they cannot be told."""
        if not self.said:
            return finished.progress_seconds
        written = job.out / "run.jsonl"
        text = written.read_text(encoding="utf-8") if written.exists() else finished.output
        found = re.findall(self.said, text)
        return float(found[-1]) if found else None

    def vectors(self, job: Job) -> tuple[list[str], np.ndarray]:
        """Return the words and the vectors that it has written."""
        text = job.out / "vectors.vec"  # fastText's, beside a model
        # Programs that cut words by bytes may cut a letter in two.
        kept: Any = {"unicode_errors": "replace", "duplicates": "first"}
        keyed = KeyedVectors.load(text if text.exists() else job.vectors, **kept)
        return keyed.index_to_key, keyed.vectors


def w2v_itself(backend: str = "cpu") -> System:
    """Return the command line of this project."""
    name, title, get = "w2v", "w2v", "it is this project"
    if backend == "gpu":
        get = "`pip install cupy-cuda12x`, or `cupy-cuda13x`; needs an NVIDIA GPU"
        name, title = "w2v-gpu", "w2v on a GPU"
    there = backend in ("auto", *available_backends())
    return System(
        name, title, f"{w2v.__version__}, {revision()}" if there else None, get,
        _W2V + backend, counts="its own `seconds`: without reading, compiling, saving",
        said=r'"seconds": ([\d.e-]+)', seeded=True, rate="--alpha {alpha}",
    )  # fmt: skip


def gensim(name: str = "gensim", title: str = "gensim") -> System:
    """Return gensim, by its fastest way ``corpus_file``, or as most use it, by sentences."""
    return System(
        name, title, _package("gensim"), "`pip install gensim`", f"{_LIBRARY}{name} {{job}}",
        counts="around `train`: parses the text again as it trains, without `build_vocab`",
        said=r'"train_seconds": ([\d.e-]+)', seeded=True,
    )  # fmt: skip


def word2vec_c(path: Path | None = None) -> System:
    """Return the original program."""
    get = (
        "`gcc word2vec.c -o word2vec -O3 -march=native -ffast-math -pthread -lm` (the source is "
        "in `pip download word2vec --no-binary :all:`), then `--word2vec-c PATH`"
    )
    program, found = _program(path, "word2vec")
    return System("word2vec.c", "word2vec.c", found, get, _WORD2VEC + " -cbow {cbow}", program,
                  rate="-alpha {alpha}")  # fmt: skip


def w2v_accel() -> System:
    """Return a binary for NVIDIA cards: the one that W2V_ACCEL names, or that its package keeps."""
    path, spec = os.environ.get("W2V_ACCEL"), importlib.util.find_spec("w2v_accel")
    if path is None and spec is not None and spec.origin is not None:
        # The one for up to 5 words a side and 5 negatives.
        path = str(Path(spec.origin).parent / "bin" / "word2vec_w5_k5")
        with contextlib.suppress(OSError):  # it is packed without the right to be run
            Path(path).chmod(0o755)
    program, found = _program(path)
    # Its percentages come too seldom at a card's speed.
    counts = "its own `Total training time`: without vocabulary, reading, saving"
    return System("w2v-accel", "w2v-accel", found, "`pip install w2v-accel`; needs an NVIDIA GPU",
                  _WORD2VEC + " -cbow {cbow}", program, counts,
                  r"Total training time: *([\d.]+)", rate="-alpha {alpha}")  # fmt: skip


def all_systems(
    fasttext: Path | None = None, word2vec: Path | None = None, pword2vec: Path | None = None
) -> list[System]:
    """Return every system that is known, whether it is there or not."""
    package, (program, found) = _package("fasttext"), _program(fasttext, "fasttext")
    arguments, rate = _FASTTEXT, "-lr {alpha}"
    if fasttext is None and (package or not found):
        found, arguments, rate = package, f"{_LIBRARY}fasttext {{job}}", ""
    get = "`pip install fasttext-numpy2`, or a binary by `--fasttext PATH`"
    fast = System("fasttext", "fastText", found, get, arguments, program, rate=rate)
    get = "build github.com/IntelLabs/pWord2Vec with MKL, then `--pword2vec PATH`"
    counts = f"{_BY_PERCENTAGES} and reading the text into memory"
    program, found = _program(pword2vec, "pWord2Vec")
    hog_batch = System("pword2vec", "pWord2Vec", found, get, _WORD2VEC, program, counts,
                       models=("skip-gram",), rate="-alpha {alpha}")  # fmt: skip
    by_sentences = gensim("gensim-by-sentences", "gensim, by sentences")
    return [w2v_itself(), gensim(), by_sentences, fast, word2vec_c(word2vec), hog_batch,
            w2v_itself("gpu"), w2v_accel()]  # fmt: skip


def _package(module: str) -> str | None:
    """Return which package a module is of, None if it is not there."""
    if importlib.util.find_spec(module) is None:
        return None
    name = packages_distributions()[module][0]
    return f"{name} {version(name)}"


def _program(path: str | Path | None, usual: str = "") -> tuple[Path, str | None]:
    """Return a program, given by path or found by its usual name, and what tells which it is."""
    program = Path(path or shutil.which(usual) or "missing").resolve()
    if not program.is_file():
        return program, None
    digest = sha256(program.read_bytes()).hexdigest()
    return program, f"program {program.name}, SHA-256 {digest[:12]}…"
