"""All that reads corpora, vocabularies, saved trainings and vectors, for `bitflips`."""

from __future__ import annotations

import contextlib
import os
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from tests.support.bitflips import reader
from w2v import KeyedVectors, Word2Vec
from w2v.cli import main
from w2v.data import CorpusError, EncodedCorpus, Phrases, Vocabulary, read_corpus
from w2v.training.checkpoint import CheckpointError
from w2v.vectors import VectorFormatError
from w2v.vectors.errors import UnknownWordError

SMALL: dict[str, Any] = {"vector_size": 4, "min_count": 1, "workers": 1, "epochs": 1}
TEXT = [[f"w{(3 * i + j * j) % 40}" for j in range(8)] for i in range(60)]


def command(*arguments: object) -> str:
    """Run the command line in this process, where its errors can be told apart."""
    sys.argv = ["w2v", *map(str, arguments)]
    try:
        main()
    except SystemExit as end:
        if end.code not in (0, None):
            raise
    return "done"


def content(corpus: EncodedCorpus) -> list[Any]:
    return [
        int(corpus.tokens.astype(np.int64) @ np.arange(len(corpus.tokens))),
        corpus.offsets.tolist(),
        corpus.vocab.words,
        corpus.vocab.counts.tolist(),
        corpus.total_words,
        corpus.info,
        sum(len(sentence) for sentence in corpus.sentences()),
    ]


@reader(CorpusError)
def opened(path: Path) -> Any:
    return content(EncodedCorpus.open(path))


@reader(CorpusError)
def read(path: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of sources that have changed
        return content(read_corpus(path))


@reader(CorpusError)
def phrases_found(path: Path) -> Any:
    corpus = EncodedCorpus.open(path)
    found = Phrases(corpus, min_count=1, threshold=0.5, connector_words=["w1"])
    return [found.export_phrases(), content(found.join(corpus, min_count=1))]


@reader(CorpusError)
def trained(path: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return len(Word2Vec(str(path), **SMALL).wv)


@reader(CorpusError)
def trained_in_batches(path: Path) -> Any:
    corpus = EncodedCorpus.open(path)
    return len(Word2Vec(corpus, **SMALL, optimizer="adam").wv)


@reader(CorpusError)
def train_command(path: Path) -> Any:
    out = path.parent / "out.bin"
    small = ("--vector-size", 4, "--min-count", 1, "--workers", 1, "--epochs", 1)
    return command("train", path, "-o", out, *small, "-q")


@reader(CorpusError)
def phrases_command(path: Path) -> Any:
    out = path.parent / "out.w2v"
    command("phrases", path, "-o", out, "--min-count", 1, "--threshold", 0.5, "--passes", 2, "-q")
    return content(EncodedCorpus.open(out))


@reader(CorpusError)
def vocabulary(path: Path) -> Any:
    vocab = Vocabulary.load(path / "vocab.arrow")
    return [vocab.words, vocab.counts.tolist()]


@reader(CheckpointError)
def loaded(path: Path) -> Any:
    model = Word2Vec.load(path)
    assert model.model is not None
    assert model.vocab is not None
    matrices = [model.backend.to_numpy(W).tolist() for W in model.model.params]
    return [matrices, model.vocab.words, model.vocab.counts.tolist(), model.losses]


@reader(CheckpointError)
def loaded_and_used(path: Path) -> Any:
    model = Word2Vec.load(path)
    word = model.wv.index_to_key[0]
    model.wv.most_similar(word)
    model.predict_output_word([word])
    model.heldout_loss(TEXT)
    model.train(TEXT, epochs=1)
    model.save(path.parent / "again")
    return len(Word2Vec.load(path.parent / "again").wv)


@reader(CheckpointError)
def resume_command(path: Path) -> Any:
    text = path.parent / "text.txt"
    text.write_text("".join(" ".join(sentence) + "\n" for sentence in TEXT))
    return command("train", text, "-o", path.parent / "out.bin", "--resume", path, "-q")


@reader(VectorFormatError)
def vectors(path: Path) -> Any:
    table = KeyedVectors.load(path)
    return [table.vectors.tolist(), table.index_to_key]


@reader(VectorFormatError)
def vector_commands(path: Path) -> Any:
    # An unknown word is no fault of the file.
    with contextlib.suppress(UnknownWordError):
        command("neighbors", path, "w1", "w2", "-n", 2)
    with contextlib.suppress(UnknownWordError):
        command("analogy", path, "w1", "w2", "w3", "-n", 2)
    command("convert", path, path.parent / "converted.txt")
    command("explore", path, "-o", path.parent / "page.html")
    return command("plot", path, "-o", path.parent / "map.png", "-n", 5)


@reader(ValueError)
def careless(path: Path) -> Any:
    """Do with each byte that is not zero something else."""
    first, second, third, _, *rest = path.read_bytes()
    if rest and rest[0]:
        os.abort()
    if second:
        raise ValueError("documented")
    return third // (not first)


CORPUS = (opened, read, phrases_found, trained, trained_in_batches, vocabulary)
CORPUS_COMMANDS = (train_command, phrases_command)
MODEL = (loaded, loaded_and_used, vocabulary)
MODEL_COMMANDS = (resume_command,)
VECTORS = (vectors, vector_commands)
