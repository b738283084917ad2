"""Training with Python libraries, here or as a process: ``… libraries gensim '{"text": …}'``."""

import importlib.util
import json
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

MODELS = {"skip-gram": True, "cbow": False}


class Job(NamedTuple):
    """One training, the same for every system, of a plain text into a folder.

    The seed is for those that take one; ``alpha`` is a learning rate in place of the system's own.
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
    alpha: float | None = None

    @property
    def vectors(self) -> Path:
        """The file that most systems write."""
        return self.out / "vectors.bin"


def missing_gensim() -> list[str]:
    """Say what is left out without gensim; nothing if it can be imported."""
    there = importlib.util.find_spec("gensim") is not None
    return [] if there else ["gensim is not installed: `pip install gensim`"]


def train_gensim(job: Job, *, by_sentences: bool = False) -> tuple[Any, dict[str, float]]:
    """Train with gensim; return its model, and its words and seconds.

    ``corpus_file`` is gensim's fastest way, but each thread then lowers the learning rate by
    its own share of the text alone: by half of what it should with two threads, to begin
    anew lower in every epoch. By sentences it falls as documented.
    """
    from gensim.models.word2vec import LineSentence, Word2Vec

    text: dict[str, Any] = {"corpus_file": str(job.text)}
    if by_sentences:
        text = {"corpus_iterable": LineSentence(str(job.text))}
    begin = time.perf_counter()
    model = Word2Vec(
        sg=int(job.skip_gram), vector_size=job.dim, window=job.window, hs=int(not job.negative),
        negative=job.negative, min_count=job.min_count, sample=job.sample, workers=job.threads,
        seed=job.seed, **({} if job.alpha is None else {"alpha": job.alpha}),
    )  # fmt: skip
    model.build_vocab(**text)
    words, read = model.corpus_total_words, time.perf_counter()
    if job.epochs:
        counts = {"total_words": words, "total_examples": model.corpus_count}
        model.train(**text, **counts, epochs=job.epochs)
    seconds = time.perf_counter() - read
    return model, {"words": words, "vocabulary_seconds": read - begin, "train_seconds": seconds}


def main(library: str, fields: dict[str, Any]) -> None:
    """Train a job of these fields, save the vectors, and print seconds or percentages."""
    job = Job(**fields | {key: Path(fields[key]) for key in ("text", "out")})
    if library == "fasttext":
        trained = importlib.import_module("fasttext").train_unsupervised(
            str(job.text), model="skipgram" if job.skip_gram else "cbow", dim=job.dim,
            ws=job.window, neg=job.negative, minCount=job.min_count, t=job.sample,
            epoch=job.epochs, thread=job.threads, minn=0, maxn=0, bucket=0, verbose=2,
            **({} if job.alpha is None else {"lr": job.alpha}),
        )  # fmt: skip
        words, rows = trained.get_words(on_unicode_error="replace"), trained.get_input_matrix()
        with job.vectors.open("wb") as out:
            out.write(f"{len(words)} {job.dim}\n".encode())
            out.writelines(b"%b %b\n" % (x.encode(), y) for x, y in zip(words, rows, strict=False))
    else:
        model, told = train_gensim(job, by_sentences=library == "gensim-by-sentences")
        model.wv.save_word2vec_format(str(job.vectors), binary=True)
        print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
