"""The loss of a model whose weights do not move."""

from __future__ import annotations

import numpy as np

from w2v.config import TrainConfig
from w2v.data import EncodedCorpus, Vocabulary
from w2v.models import ContextModel
from w2v.training.fused import FusedTrainer
from w2v.training.untrained_loss import loss_of_zeros

_FEWEST, _MOST = 20_000, 200_000  # words of an excerpt


def excerpt_for_loss(corpus: EncodedCorpus) -> EncodedCorpus:
    """Return the hundredth of a text, about, on which the loss after an epoch is measured."""
    return corpus.excerpt(min(max(corpus.n_tokens // 100, _FEWEST), _MOST))


class RestingLoss:
    """A model's loss on one text, over the same windows and negatives every time.

    The loss that is summed while training also tells how much the weights follow the
    latest sentences, which a high learning rate does better, so it can rise from epoch
    to epoch as this one falls; and it depends on how threads take turns.

    Parameters
    ----------
    model : ContextModel
        Trained by either engine.
    corpus : EncodedCorpus
        In the ids of the model's vocabulary.
    vocab : Vocabulary
        The model's, by whose counts frequent words are thinned out.
    config : TrainConfig

    Attributes
    ----------
    compile_seconds : float
        What compiling the kernels, or loading them, took.
    """

    def __init__(
        self, model: ContextModel, corpus: EncodedCorpus, vocab: Vocabulary, config: TrainConfig
    ) -> None:
        self._model, self._corpus, self._vocab, self._config = model, corpus, vocab, config
        self.compile_seconds = 0.0

    def measure(self) -> float | None:
        """Return the mean loss, in nats a prediction; None if there is nothing to predict."""
        config, corpus = self._config, self._corpus
        trainer = FusedTrainer(
            self._model,
            corpus.tokens,
            corpus.offsets,
            self._vocab.counts,
            epochs=1,
            alpha=0.0,  # steps of length zero leave the weights as they are
            min_alpha=0.0,
            sample=config.sample,
            shrink_windows=config.draws_widths,
            cbow_mean=bool(config.cbow_mean),
            workers=config.workers,
        )
        losses = trainer.run()
        self.compile_seconds = self.compile_seconds or trainer.compile_seconds
        return losses[0] if losses else None

    def of_zeros(self) -> float:
        """Return the loss of vectors that have learnt nothing."""
        counts = np.bincount(self._corpus.tokens, minlength=len(self._vocab))
        return loss_of_zeros(self._model, self._vocab, self._config, counts)
