"""A model on disk, and its copies in memory."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np

from w2v.config import TrainConfig
from w2v.files import is_pickle
from w2v.messages import quoted
from w2v.training.checkpoint import Checkpoint, CheckpointError, NotFiniteError
from w2v.vectors.formats.vector_data import check_finite
from w2v.word2vec.base import Base
from w2v.word2vec.pretrained import NotKept, checked_freeze, told_of_init
from w2v.word2vec.run_so_far import take_run, told_of_run
from w2v.word2vec.texts import Texts
from w2v.word2vec.weights import PlainWeights, Weights

# Keys of progress.json.
_OPTIMIZER, _DRAWN, _TEXT, _COMMENT = "optimizer", "negatives_drawn", "corpus", "comment"
_INIT, _FREEZE = "init", "freeze"
_READ = ("corpus_count", "corpus_total_words")
_DONE = ("train_count", "total_train_time", "lifecycle_events", "compute_loss")


class Saving(Base):
    """Saving and loading a :class:`w2v.Word2Vec`, and copies as by copy.deepcopy or pickle."""

    def save(
        self,
        folder: str | Path,
        separately: Any = None,
        sep_limit: int = 0,
        ignore: Any = (),
        pickle_protocol: int = 0,
    ) -> None:
        """Save all that is needed to use the model or go on training.

        Parameters
        ----------
        folder : str or path
            ``config.json``, ``vocab.arrow``, ``weights.safetensors``, ``progress.json`` and,
            with an optimizer that keeps a state, ``optimizer.safetensors``, as large as the
            weights or, with Adam, twice so, are written aside and renamed into place.  An empty
            file of that name gives way.
        separately, sep_limit, ignore, pickle_protocol
            Taken for gensim's sake: arrays always have files of their own, and nothing is pickled.

        Raises
        ------
        ValueError
            There is nothing to save yet, a number is not finite, or the folder holds something
            else.
        OSError
            It cannot be written.
        """
        if hasattr(folder, "write"):
            raise TypeError(
                "save() takes the name of a folder, got an open file: name one, or use "
                "pickle.dump(model, file)"
            )
        self._weights.built()
        self.add_lifecycle_event("saving", fname_or_handle=str(folder))
        self._save(folder)

    def _save(self, folder: str | Path, keep: int | None = None) -> None:
        """Save as :meth:`save` does, but for the event, and keep so many of the run."""
        kept = self._weights.plain()
        W_in, W_out = kept.matrices
        progress: dict[str, Any] = {"epochs_done": self.epochs_done, "losses": self.losses}
        if self.trained_on is not None:
            progress[_TEXT] = self.trained_on
        progress |= told_of_run(self)
        progress |= dict(zip(_READ, self._texts.counts, strict=True))
        progress |= {name: getattr(self, name) for name in _DONE}
        if self.comment is not None:
            progress[_COMMENT] = str(self.comment)
        if (init := told_of_init(self.init)) is not None:
            progress[_INIT] = init
        if self.freeze is not None:
            progress[_FREEZE] = checked_freeze(self.freeze, init)
        if kept.drawn is not None:
            progress[_DRAWN] = kept.drawn
        steps, state = kept.optimizer or (0, {})
        if steps:
            progress[_OPTIMIZER] = {"name": self.config.optimizer, "steps": steps}
        weights = {"W_in": W_in, "W_out": W_out}
        if kept.lockf is not None:
            weights["lockf"] = kept.lockf
        try:
            Checkpoint(self.config, kept.vocab, weights, progress, state).save(folder, keep)
        except NotFiniteError:
            check_finite(kept.vocab.words, W_in)  # its message names the word
            raise

    @classmethod
    def load(
        cls,
        folder: str | Path,
        mmap: str | None = None,
        *,
        backend: str | None = None,
        workers: int | None = None,
        verbose: bool = False,
    ) -> Self:
        """Load what :meth:`save` wrote.

        Parameters
        ----------
        folder : str or path
        mmap : str, optional
            Taken for gensim's sake: weights are copied, as training changes them.
        backend, workers : optional
            In place of those it was configured with.
        verbose : bool, default False
            Draw progress bars if there is a terminal.

        Returns
        -------
        Word2Vec
            Of the class that is asked; a subclass's constructor is not called.

        Raises
        ------
        CheckpointError
            The folder is no saved training, or a damaged one.
        """
        try:
            saved = Checkpoint.load(folder)
        except CheckpointError:
            if not (str(folder).strip() and is_pickle(folder)):
                raise
            raise CheckpointError(
                f"{folder} is a pickle, as gensim's save() writes: pickles can run code and are "
                "never read here; if you trust it and have gensim, Word2Vec.from_gensim"
                f"({quoted(str(folder))}).save('model') has gensim read it in a process of its own"
            ) from None
        config = replace(
            saved.config,
            backend=saved.config.backend if backend is None else backend,
            workers=saved.config.workers if workers is None else workers,
        )
        model = cls._made(config, verbose=verbose)
        progress = saved.progress
        steps = progress[_OPTIMIZER]["steps"] if saved.optimizer else 0
        model._weights.restore(
            PlainWeights(
                saved.vocab,
                [saved.weights[name] for name in ("W_in", "W_out")],
                progress[_DRAWN] if config.negative else None,
                (steps, saved.optimizer) if saved.optimizer else None,
                np.array(saved.weights["lockf"]) if "lockf" in saved.weights else None,
            )
        )
        model.losses = progress["losses"]
        model.epochs_done = progress["epochs_done"]
        take_run(model, progress)
        model._begun_as = saved.config
        model._texts.trained_on = progress.get(_TEXT)
        sentences, words = (progress.get(name, 0) for name in _READ)  # not in earlier versions'
        model._texts.counts = sentences, words
        model.comment = progress.get(_COMMENT)
        model._init = NotKept(progress[_INIT]) if _INIT in progress else None
        model._freeze = progress.get(_FREEZE)
        for name in _DONE:
            setattr(model, name, progress.get(name, getattr(model, name)))
        model.add_lifecycle_event("loaded", fname=str(folder))
        return model

    @classmethod
    def _made(cls, config: TrainConfig, *, verbose: bool = False) -> Self:
        """Make a model without the constructor, which may be a subclass's."""
        model = cls.__new__(cls)
        Base.__init__(model, config, verbose=verbose)
        model._settled = True
        return model

    def __getstate__(self) -> dict[str, Any]:
        """Return all but the corpus and the callbacks, with weights as plain arrays."""
        left_out = ("backend", "callbacks", "_weights", "_texts", "_lock")
        state = {
            name: list(value) if isinstance(value, list) else value
            for name, value in self.__dict__.items()
            if name not in left_out
        }
        # Credentials stay where they are.
        state["reading"] = {**self.reading, "storage_options": None}
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
            backend=weights.backend,
            callbacks=[],
            _weights=weights,
            _texts=texts,
            _lock=threading.Lock(),
        )
        if kept is not None:
            weights.restore(kept)
