"""The fused engine and gensim, ready to train on the same text."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.corpora import Text, benchmark_text
from w2v.config import TrainConfig
from w2v.data import EncodedCorpus, read_corpus
from w2v.models import CBOW, SkipGram
from w2v.training.fused import FusedTrainer
from w2v.training.resting_loss import RestingLoss, excerpt_for_loss

MODELS = {"skip-gram": 1, "cbow": 0}
"""gensim's ``sg`` by the model's name."""
NO_GENSIM = "gensim is not installed: `pip install gensim`"


@contextmanager
def encoded_text(
    corpus: Path | None = None, words: int | None = None
) -> Iterator[tuple[Text, EncodedCorpus]]:
    """Find a text as `benchmark_text` does, and encode it."""
    with benchmark_text(corpus, words) as text:
        yield text, read_corpus(text.path, min_count=5)


def w2v_trainer(
    corpus: EncodedCorpus,
    *,
    sg: int,
    threads: int,
    dim: int = 100,
    negative: int = 5,
    backend: str = "cpu",
    seed: int = 1,
    **options: Any,
) -> FusedTrainer:
    """Return the fused engine, compiled; ``options`` are those of `FusedTrainer`.

    Without negatives, as in `gensim_model`, it trains hierarchical softmax.
    """
    kind: type[CBOW | SkipGram] = SkipGram if sg else CBOW
    model = kind(
        len(corpus.vocab), dim, 5, None, hs=int(not negative), negative=negative,
        counts=corpus.vocab.counts, seed=seed, start="uniform", backend=backend,
    )  # fmt: skip
    trainer = FusedTrainer(
        model, corpus.tokens, corpus.offsets, corpus.vocab.counts, workers=threads, **options
    )
    trainer.compile()
    return trainer


def loss_at_rest(trainer: FusedTrainer, corpus: EncodedCorpus) -> float:
    """Return the loss of what was trained, as `Word2Vec.losses` has it."""
    config = TrainConfig(workers=trainer.workers)
    excerpt = excerpt_for_loss(corpus)
    loss = RestingLoss(trainer.model, excerpt, corpus.vocab, config).measure()
    return float("nan") if loss is None else loss


def has_gensim() -> bool:
    """Say whether gensim can be imported."""
    return importlib.util.find_spec("gensim") is not None


def gensim_model(
    path: Path,
    *,
    sg: int,
    threads: int,
    dim: int = 100,
    negative: int = 5,
    seed: int = 1,
    alpha: float = 0.025,
) -> Any:
    """Return a gensim model that has its vocabulary."""
    from gensim.models import Word2Vec

    model = Word2Vec(
        vector_size=dim, window=5, hs=int(not negative), negative=negative, sample=1e-3,
        min_count=5, sg=sg, workers=threads, seed=seed, alpha=alpha,
    )  # fmt: skip
    model.build_vocab(corpus_file=str(path))
    return model


def train_gensim(model: Any, path: Path, epochs: int, *, by_sentences: bool = False) -> None:
    """Train a model that has its vocabulary, from the text.

    ``corpus_file`` is gensim's fastest way, but each thread then lowers the learning rate by
    its own share of the text alone: by half of what it should with two threads, to begin
    anew lower in every epoch.  By sentences it falls as documented.
    """
    from gensim.models.word2vec import LineSentence

    text = {"corpus_iterable": LineSentence(path)} if by_sentences else {"corpus_file": str(path)}
    model.train(
        **text,
        total_words=model.corpus_total_words,
        total_examples=model.corpus_count,
        epochs=epochs,
    )


def seconds_of(work: Callable[[], object]) -> float:
    """Return what a call takes by the clock."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin
