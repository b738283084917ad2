"""What a model predicts, and how well."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from w2v.data import CorpusError, EncodedCorpus
from w2v.training.resting_loss import RestingLoss
from w2v.vectors.row_index import Key, listed
from w2v.word2vec.base import Base
from w2v.word2vec.texts import ALL_WORDS


class Predicting(Base):
    """Predictions and losses of a :class:`w2v.Word2Vec`."""

    def predict_output_word(
        self, context_words_list: Sequence[Key], topn: int = 10
    ) -> list[tuple[Any, float]] | None:
        """Return the words most likely to stand amid others.

        Parameters
        ----------
        context_words_list : list of str, or of int
            Keys as those of ``wv``.  Unknown ones are passed over.
        topn : int, default 10

        Returns
        -------
        list of (str, float) or None
            Words and their probabilities, best first, which are those of the tree with
            hierarchical softmax and else the softmax's; None if no context is known.

        Raises
        ------
        TypeError
            Contexts that are no list.
        KeyError
            A context that is neither word nor integer, or an integer whose digits are a word.
        """
        model, vocab = self.built()
        rows = [self.wv._find(word) for word in listed(context_words_list)]
        ids = [row for row in rows if row is not None]
        if not ids:
            return None
        W_in, _ = self._weights.matrices()
        h = W_in[ids].sum(axis=0)
        if self.config.cbow_mean:
            h /= len(ids)
        log_p = model.loss_layer.log_probabilities(self.backend.asarray(h))
        p = np.exp(self.backend.to_numpy(log_p))
        best = np.argsort(-p)[: max(0, topn)]
        return [(vocab.words[i], float(p[i])) for i in best]

    def heldout_loss(self, source: Any) -> float:
        """Return the mean loss on a text that is not trained on, in nats a prediction.

        Parameters
        ----------
        source : EncodedCorpus, or what :meth:`read` takes

        Raises
        ------
        CorpusError
            The text cannot be read, or no two words of the vocabulary stand together in it.
        """
        model, vocab = self.built()
        self._weights.take_written()
        corpus = source if isinstance(source, EncodedCorpus) else self.read(source, **ALL_WORDS)
        loss = RestingLoss(model, corpus.recoded(vocab), vocab, self.config).measure()
        if loss is None:
            raise CorpusError("nothing to predict: no two words of the vocabulary stand together")
        return loss

    def get_latest_training_loss(self) -> float:
        """Return the loss, in nats, summed over all predictions of the last :meth:`train`.

        Summed in float64 while training, it does not saturate; ``losses`` has means that
        can be compared.  ``running_training_loss = 0`` begins the sum anew.
        """
        return self._total_loss - self._loss_set_to

    @property
    def words_per_second(self) -> float:
        """Speed of the last training alone, without reading, compiling and saving."""
        return self._words_now / self.train_seconds if self.train_seconds else 0.0

    def plot(self, path: str | Path) -> None:
        """Write a picture of the loss over the last training."""
        from w2v.pictures.loss_curve import plot_training

        config = self.config
        what = f"Loss of {'skip-gram' if config.sg else 'CBOW'}, {config.vector_size} dimensions"
        questions = ["hierarchical softmax"] * config.hs
        questions += [f"{config.negative} negatives"] * bool(config.negative)
        plot_training(self.curve, self._rests, path, ", ".join([what, *questions]))
