"""A model on disk, and its copies in memory."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from w2v.training.checkpoint import Checkpoint
from w2v.vectors.formats.vector_data import check_finite
from w2v.word2vec.base import Base
from w2v.word2vec.texts import Texts
from w2v.word2vec.weights import PlainWeights, Weights

_OPTIMIZER, _DRAWN, _TEXT = "optimizer", "negatives_drawn", "corpus"  # keys of progress.json


class Saving(Base):
    """Saving and loading a :class:`w2v.Word2Vec`, and copies as by copy.deepcopy or pickle."""

    def save(self, folder: str | Path) -> None:
        """Save all that is needed to use the model or go on training.

        Parameters
        ----------
        folder : str or path
            ``config.json``, ``vocab.arrow``, ``weights.safetensors``, ``progress.json`` and,
            with an optimizer that keeps a state, ``optimizer.safetensors``, as large as the
            weights or, with Adam, twice so, are written aside and renamed into place.

        Raises
        ------
        ValueError
            There is nothing to save yet, a vector is not finite, or the folder holds something
            else.
        OSError
            It cannot be written.
        """
        kept = self._weights.plain()
        W_in, W_out = kept.matrices
        check_finite(kept.vocab.words, W_in)
        progress: dict[str, Any] = {"epochs_done": self.epochs_done, "losses": self.losses}
        if self.trained_on is not None:
            progress[_TEXT] = self.trained_on
        if kept.drawn is not None:
            progress[_DRAWN] = kept.drawn
        steps, state = kept.optimizer or (0, {})
        if steps:
            progress[_OPTIMIZER] = {"name": self.config.optimizer, "steps": steps}
        weights = {"W_in": W_in, "W_out": W_out}
        if kept.lockf is not None:
            weights["lockf"] = kept.lockf
        Checkpoint(self.config, kept.vocab, weights, progress, state).save(folder)

    @classmethod
    def load(
        cls,
        folder: str | Path,
        *,
        backend: str | None = None,
        workers: int | None = None,
        verbose: bool = False,
    ) -> Self:
        """Load what :meth:`save` wrote.

        Parameters
        ----------
        folder : str or path
        backend, workers : optional
            In place of those it was configured with.
        verbose : bool, default False
            Draw progress bars if there is a terminal.

        Returns
        -------
        Word2Vec

        Raises
        ------
        CheckpointError
            The folder is no saved training, or a damaged one.
        """
        saved = Checkpoint.load(folder)
        config = replace(
            saved.config,
            backend=saved.config.backend if backend is None else backend,
            workers=saved.config.workers if workers is None else workers,
        )
        make: Any = cls  # the class that all sides make up takes hyper-parameters by name
        model: Self = make(**config.to_dict(), verbose=verbose)
        progress = saved.progress
        steps = progress[_OPTIMIZER]["steps"] if saved.optimizer else 0
        model._weights.restore(
            PlainWeights(
                saved.vocab,
                [saved.weights[name] for name in ("W_in", "W_out")],
                None if config.hs else progress[_DRAWN],
                (steps, saved.optimizer) if saved.optimizer else None,
                saved.weights.get("lockf"),
            )
        )
        model.losses = progress["losses"]
        model.epochs_done = progress["epochs_done"]
        model._texts.trained_on = progress.get(_TEXT)
        return model

    def __getstate__(self) -> dict[str, Any]:
        """Return all but the corpus, with weights as plain arrays."""
        left_out = ("backend", "_weights", "_texts", "_lock")
        state = {
            name: list(value) if isinstance(value, list) else value
            for name, value in self.__dict__.items()
            if name not in left_out
        }
        kept = None
        if self._weights.model is not None:
            kept = self._weights.plain()
            kept = kept._replace(matrices=[np.array(W) for W in kept.matrices])
        # What is known of the text, not the text.
        return {**state, "_kept": (self.config, kept, self.trained_on, self._texts.counts)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        config, kept, trained_on, counts = state["_kept"]
        weights, texts = Weights(config), Texts()
        texts.trained_on, texts.counts = trained_on, counts
        self.__dict__.update(
            {name: value for name, value in state.items() if name != "_kept"},
            backend=weights.backend, _weights=weights, _texts=texts, _lock=threading.Lock(),
        )  # fmt: skip
        if kept is not None:
            weights.restore(kept)
