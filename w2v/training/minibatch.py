"""Training a model on an encoded corpus with the minibatch engine."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from w2v.config import TrainConfig
from w2v.data import EncodedCorpus, context_windows
from w2v.models import NegativeSamplingModel
from w2v.training.optimizers import SGD, AdaGrad, Adam, Momentum, Optimizer, RMSprop
from w2v.training.progress import TrainingProgress
from w2v.training.trainer import Trainer

_REPORTS_AN_EPOCH = 50

_OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {
    "sgd": SGD,
    "momentum": Momentum,
    "adagrad": AdaGrad,
    "rmsprop": RMSprop,
    "adam": Adam,
}


def make_trainer(model: NegativeSamplingModel, config: TrainConfig) -> Trainer:
    """Return a Trainer with the optimizer and learning rate of a configuration."""
    options = {} if config.alpha is None else {"lr": config.alpha}
    return Trainer(model, _OPTIMIZERS[config.optimizer](**options))


def train_minibatches(
    trainer: Trainer, corpus: EncodedCorpus, config: TrainConfig, progress: TrainingProgress
) -> None:
    """Train for the configured epochs, subsampling the corpus anew for each.

    Windows run over the whole stream of tokens: the sentences of a text are
    neighbours, and a window of fixed size makes batches of one shape.

    Parameters
    ----------
    trainer : Trainer
    corpus : EncodedCorpus
    config : TrainConfig
    progress : TrainingProgress
        Moved by the corpus's words, in the vocabulary or not.

    Raises
    ------
    ValueError
        Too few words remain for one window or one batch.
    """
    keep = corpus.vocab.keep_probabilities(config.sample)
    for epoch in range(config.epochs):
        tokens = _subsample(corpus.tokens, keep, config.seed, trainer.current_epoch)
        windows = context_windows(tokens, config.window)
        targets = tokens[config.window : -config.window]
        batch_size = min(config.batch_size, len(targets))
        progress.words_per_row = corpus.total_words / len(targets)
        progress.update(epoch * corpus.total_words, label=f"epoch {epoch + 1}/{config.epochs}")
        trainer.fit(
            windows,
            targets,
            1,
            batch_size,
            eval_interval=max(1, len(targets) // batch_size // _REPORTS_AN_EPOCH),
            verbose=False,
            progress=progress,
        )
    progress.update(config.epochs * corpus.total_words)


def _subsample(tokens: np.ndarray, keep: np.ndarray, seed: int, epoch: int) -> np.ndarray:
    if (keep >= 1).all():
        return tokens
    rng = np.random.Generator(np.random.Philox(key=[seed, 2**33 + epoch]))
    return tokens[rng.random(len(tokens), dtype=np.float32) < keep[tokens]]
