"""The fused engine beside gensim on one machine: speed, quality, threads, first use.

``python -m benchmarks.engine speed`` and so on; results are written as JSON beside
those of the other benchmarks.  Training alone is timed: not reading, not compiling.
Processor seconds are kept too, as they say what was lost to other work on the machine.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from benchmarks.corpora import DATA, unpack_books
from benchmarks.machine import describe_machine, results_folder
from w2v.data import EncodedCorpus, read_corpus
from w2v.models import CBOW, ContextModel, SkipGram
from w2v.training.stream import StreamTrainer, start_weights

app = typer.Typer(add_completion=False, no_args_is_help=True)

EVALUATIONS = {
    "wordsim353": ("wordsim353.tsv", "\t"),
    "simlex999": ("simlex999.txt", "\t"),
    "men": ("bruni_men.txt", " "),
}
Rounds = Annotated[int, typer.Option(help="Runs of each contestant; the median counts.")]
Threads = Annotated[int, typer.Option(help="Training threads of both.")]
Words = Annotated[int, typer.Option(help="Words of books-18m to use, about; 0 for all.")]


@contextmanager
def books(words: int) -> Iterator[tuple[Path, EncodedCorpus]]:
    """Unpack the corpus, or about so many words from its beginning, and encode it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "books.txt"
        unpack_books(path, limit=int(words * 5.28) if words else None)
        yield path, read_corpus(path, min_count=5)


def w2v_trainer(
    corpus: EncodedCorpus, *, sg: int, dim: int, negative: int, threads: int, **options: Any
) -> StreamTrainer:
    """Return the fused engine, ready to train."""
    kind = SkipGram if sg else CBOW
    seed = options.pop("seed", 1)
    model: ContextModel = kind(
        len(corpus.vocab), dim, 5, None, negative=negative, counts=corpus.vocab.counts, seed=seed,
        backend="cpu",
    )  # fmt: skip
    start_weights(model)
    return StreamTrainer(
        model, corpus.tokens, corpus.offsets, corpus.vocab.counts, workers=threads, **options
    )


def gensim_model(path: Path, *, sg: int, dim: int, negative: int, threads: int, seed: int) -> Any:
    """Return a gensim model that has its vocabulary."""
    from gensim.models import Word2Vec

    model = Word2Vec(
        vector_size=dim, window=5, negative=negative, sample=1e-3, min_count=5, sg=sg,
        workers=threads, seed=seed,
    )  # fmt: skip
    model.build_vocab(corpus_file=str(path))
    return model


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds by the clock and of the processor that a call takes."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - processor


def write(name: str, result: dict[str, Any]) -> None:
    """Print a result and keep it with the machine's others."""
    result = {"machine": describe_machine(), **result}
    text = json.dumps(result, indent=1)
    folder = results_folder()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"engine-{name}.json").write_text(text + "\n")
    print(text)


@app.command()
def speed(
    rounds: Rounds = 3,
    threads: Threads = 2,
    words: Words = 0,
    dim: int = 100,
    negative: int = 5,
    label: str = "speed",
) -> None:
    """Train one epoch with each in turn, and compare words a second."""
    runs: list[dict[str, Any]] = []
    with books(words) as (path, corpus):
        for round_, sg in ((r, sg) for r in range(rounds) for sg in (1, 0)):
            load = round(os.getloadavg()[0], 2)
            theirs = gensim_model(path, sg=sg, dim=dim, negative=negative, threads=threads, seed=1)
            seconds = {
                "gensim": timed(
                    partial(
                        theirs.train,
                        corpus_file=str(path),
                        total_words=theirs.corpus_total_words,
                        total_examples=theirs.corpus_count,
                        epochs=1,
                    )
                )
            }
            ours = w2v_trainer(corpus, sg=sg, dim=dim, negative=negative, threads=threads, epochs=1)
            ours.compile()
            seconds["w2v"] = timed(ours.run)
            for name, (clock, processor) in seconds.items():
                runs.append(
                    {
                        "round": round_,
                        "system": name,
                        "model": "skip-gram" if sg else "cbow",
                        "words_per_second": round(corpus.total_words / clock),
                        "words_per_cpu_second": round(corpus.total_words / processor),
                        "load_before": load,
                    }
                )
                print(runs[-1], file=sys.stderr)
    summary = {}
    for model in ("skip-gram", "cbow"):
        for unit in ("words_per_second", "words_per_cpu_second"):
            middle = {
                system: statistics.median(
                    run[unit] for run in runs if (run["model"], run["system"]) == (model, system)
                )
                for system in ("w2v", "gensim")
            }
            middle["ratio"] = round(middle["w2v"] / middle["gensim"], 2)
            summary[f"{model} {unit}"] = middle
    setting = {"dim": dim, "negative": negative, "threads": threads, "words": corpus.total_words}
    write(label, {"setting": setting, "summary": summary, "runs": runs})


@app.command()
def quality(seeds: int = 3, epochs: int = 3, threads: Threads = 2, words: Words = 0) -> None:
    """Train both with several seeds, and evaluate by gensim's rules."""
    runs: list[dict[str, Any]] = []
    with books(words) as (path, corpus):
        for seed, sg in ((s, sg) for s in range(1, seeds + 1) for sg in (1, 0)):
            size = {"sg": sg, "dim": 100, "negative": 5, "threads": threads}
            trainer = w2v_trainer(corpus, **size, seed=seed, epochs=epochs)
            losses = trainer.run()
            vectors = {"w2v": (list(corpus.vocab.words), trainer.model.word_vecs)}
            theirs = gensim_model(path, **size, seed=seed)
            theirs.train(
                corpus_file=str(path),
                total_words=theirs.corpus_total_words,
                total_examples=theirs.corpus_count,
                epochs=epochs,
            )
            vectors["gensim"] = (theirs.wv.index_to_key, theirs.wv.vectors)
            for name, (vocab, rows) in vectors.items():
                run: dict[str, Any] = {
                    "system": name,
                    "model": "skip-gram" if sg else "cbow",
                    "seed": seed,
                }
                run |= evaluate(vocab, rows)
                if name == "w2v":
                    run["losses"] = [round(loss, 4) for loss in losses]
                runs.append(run)
                print(run, file=sys.stderr)
    summary: dict[str, Any] = {}
    for run in runs:
        group = summary.setdefault(f"{run['model']} {run['system']}", {})
        for task in (*EVALUATIONS, "analogies"):
            group.setdefault(task, []).append(run[task])
    for group in summary.values():
        for task, values in group.items():
            group[task] = {
                "mean": round(statistics.mean(values), 4),
                "deviation": round(statistics.stdev(values), 4) if len(values) > 1 else None,
            }
    write("quality", {"epochs": epochs, "threads": threads, "summary": summary, "runs": runs})


def evaluate(vocab: list[str], rows: np.ndarray) -> dict[str, float]:
    """Return rank correlations with people's judgement, and the share of analogies solved."""
    from gensim.models import KeyedVectors

    vectors = KeyedVectors(rows.shape[1])
    vectors.add_vectors(vocab, np.ascontiguousarray(rows))
    folder = DATA / "eval"
    scores = {
        name: vectors.evaluate_word_pairs(folder / file, delimiter=delimiter)[1][0]
        for name, (file, delimiter) in EVALUATIONS.items()
    }
    scores["analogies"] = vectors.evaluate_word_analogies(folder / "questions-words.txt")[0]
    return {name: round(float(score), 4) for name, score in scores.items()}


@app.command()
def threads(rounds: Rounds = 3, words: Words = 0) -> None:
    """Compare two threads with one, in speed and in the loss that they report."""
    runs: list[dict[str, Any]] = []
    with books(words) as (_, corpus):
        for sg, workers in ((sg, n) for _ in range(rounds) for sg in (1, 0) for n in (1, 2)):
            trainer = w2v_trainer(corpus, sg=sg, dim=100, negative=5, threads=workers, epochs=1)
            trainer.compile()
            clock, processor = timed(trainer.run)
            runs.append(
                {
                    "model": "skip-gram" if sg else "cbow",
                    "threads": workers,
                    "words_per_second": round(corpus.total_words / clock),
                    "words_per_cpu_second": round(corpus.total_words / processor),
                    "loss": round(trainer.losses[0], 5),
                    "load_after": round(os.getloadavg()[0], 2),
                }
            )
            print(runs[-1], file=sys.stderr)
    write("threads", {"runs": runs})


_FIRST_USE = """
import time; begin = time.perf_counter()
import sys, numpy as np
from w2v.models import SkipGram, CBOW
from w2v.training.stream import StreamTrainer, start_weights
tokens = np.random.default_rng(1).integers(0, 1000, 10_000, dtype=np.int32)
counts = np.bincount(tokens, minlength=1000)
kind = SkipGram if sys.argv[1] == "skip-gram" else CBOW
model = kind(1000, 100, 5, None, counts=counts, backend="cpu"); start_weights(model)
offsets = np.arange(0, 10_001, 20)
StreamTrainer(model, tokens, offsets, counts, epochs=1, workers=1).run()
print(time.perf_counter() - begin, time.process_time())
"""


@app.command()
def first_use() -> None:
    """Time a process from its start to its first 10,000 words, without and with cached kernels."""
    runs = []
    for model in ("skip-gram", "cbow"):
        with tempfile.TemporaryDirectory() as cache:
            for state in ("cold", "warm", "warm"):
                begin = time.perf_counter()
                done = subprocess.run(
                    [sys.executable, "-c", _FIRST_USE, model],
                    env=dict(os.environ, NUMBA_CACHE_DIR=cache),
                    check=True, capture_output=True, text=True,
                )  # fmt: skip
                runs.append(
                    {
                        "model": model,
                        "kernel_cache": state,
                        "seconds": round(time.perf_counter() - begin, 2),
                        "cpu_seconds": round(float(done.stdout.split()[1]), 2),
                        "load": round(os.getloadavg()[0], 2),
                    }
                )
                print(runs[-1], file=sys.stderr)
    write("first-use", {"runs": runs})


if __name__ == "__main__":
    app()
