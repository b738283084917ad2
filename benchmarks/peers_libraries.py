"""The script of a process that trains with a Python library: text file to vectors file."""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any


def gensim(job: dict[str, Any]) -> None:
    """Train with gensim by its fastest way."""
    _gensim(job, corpus_file=job["text"])


def gensim_by_sentences(job: dict[str, Any]) -> None:
    """Train with gensim as most do, on an iterable of sentences."""
    from gensim.models.word2vec import LineSentence

    _gensim(job, corpus_iterable=LineSentence(job["text"]))


def _gensim(job: dict[str, Any], **corpus: Any) -> None:
    """Train with gensim and print the seconds of its ``train``."""
    from gensim.models import Word2Vec

    model = Word2Vec(
        sg=int(job["skip_gram"]), vector_size=job["dim"], window=job["window"],
        negative=job["negative"], min_count=job["min_count"], sample=job["sample"],
        workers=job["threads"], seed=job["seed"],
    )  # fmt: skip
    model.build_vocab(**corpus)
    begin = time.perf_counter()
    model.train(
        **corpus,
        total_words=model.corpus_total_words,
        total_examples=model.corpus_count,
        epochs=job["epochs"],
    )
    seconds = time.perf_counter() - begin
    model.wv.save_word2vec_format(str(Path(job["out"]) / "vectors.bin"), binary=True)
    print(json.dumps({"train_seconds": seconds}))


def fasttext(job: dict[str, Any]) -> None:
    """Train with fastText, which prints percentages, and save its model."""
    library: Any = importlib.import_module("fasttext")
    model = library.train_unsupervised(
        job["text"], model="skipgram" if job["skip_gram"] else "cbow", dim=job["dim"],
        ws=job["window"], neg=job["negative"], minCount=job["min_count"], t=job["sample"],
        epoch=job["epochs"], thread=job["threads"], minn=0, maxn=0, bucket=0, verbose=2,
    )  # fmt: skip
    model.save_model(str(Path(job["out"]) / "vectors.bin"))


if __name__ == "__main__":
    scripts = {each.__name__: each for each in (gensim, gensim_by_sentences, fasttext)}
    scripts[sys.argv[1]](json.loads(sys.argv[2]))
