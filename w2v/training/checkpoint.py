"""A training on disk: a folder of plain files, from which it can be used or gone on with."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from w2v.config import TrainConfig, differing
from w2v.data import Vocabulary
from w2v.files import (
    atomic_paths,
    clear_leftovers,
    files_beside,
    is_foreign,
    named,
    read_as_one,
    standing,
)
from w2v.files.sealed_json import sealed
from w2v.files.tensors import map_tensors, write_tensors
from w2v.messages import quoted
from w2v.models.initial_weights import output_rows
from w2v.training.checkpoint_files import (
    CheckpointError,
    NoCheckpointError,
    NotFiniteError,
    check_finite,
    check_matrix,
    check_optimizer,
    check_progress,
    check_sums,
    checksums,
    read_config,
    read_object,
)
from w2v.training.older_checkpoints import link_files, moves, older_folders, remove_while
from w2v.training.optimizer_state import state_names

__all__ = ["Checkpoint", "CheckpointError", "NotFiniteError"]

# Format 1, of earlier versions, had no checksum of config.json itself, at first none at all.
FORMAT = 2
CONFIG, VOCAB, WEIGHTS, OPTIMIZER, PROGRESS = (
    "config.json",
    "vocab.arrow",
    "weights.safetensors",
    "optimizer.safetensors",
    "progress.json",
)


@dataclass
class Checkpoint:
    """All that a training is.

    Parameters
    ----------
    config : TrainConfig
    vocab : Vocabulary
    weights : dict of str to array
        ``W_in``, (V, H) float32, ``W_out`` of the same shape or, with hierarchical softmax,
        (V − 1, H), or with both (2V − 1, H), in which row 2w is word w's and row 2n + 1 inner
        node n's; and where it is not 1 for all words, ``lockf``, (V,) float32, what changes of
        input vectors are multiplied by.
    progress : dict
        Plain values for JSON: epochs done, losses and the like; with an optimizer's state its
        ``optimizer``, a dict of ``name`` and ``steps``.
    optimizer : dict of str to array
        Its state, by the names of :func:`w2v.training.optimizer_state.state_names`; empty
        where there is none.
    """

    config: TrainConfig
    vocab: Vocabulary
    weights: Mapping[str, np.ndarray]
    progress: dict[str, Any] = field(default_factory=dict)
    optimizer: Mapping[str, np.ndarray] = field(default_factory=dict)

    def save(self, folder: str | Path, keep: int | None = None) -> None:
        """Write the folder aside and put it in its place.

        Parameters
        ----------
        folder : str or Path
            A saved training that is there is replaced.
        keep : int, optional
            Saved trainings of this run to keep: those before it move on to the folder's name and a
            number, and what the run had kept beyond so many is removed.

        Raises
        ------
        CheckpointError
            The folder holds something else.
        NotFiniteError
            Weights or an optimizer's state have diverged.
        OSError
            It cannot be written; what was there is still there.
        """
        self.check_place(folder, keep or 1)
        moved = moves(folder, keep or 1)
        arrays = {WEIGHTS: self.weights} | ({OPTIMIZER: self.optimizer} if self.optimizer else {})
        needs = sum(array.nbytes for named in arrays.values() for array in named.values())
        with atomic_paths(folder, *(to for _, to in moved), needs=needs) as [aside, *others]:
            for (path, _), other in zip(moved, others, strict=True):
                link_files(path, other)
            aside.mkdir()
            (aside / PROGRESS).write_text(json.dumps(self.progress, default=str), "utf-8")
            self.vocab.save(aside / VOCAB)
            sums = {
                file: write_tensors(aside / file, named, look=check_finite)
                for file, named in arrays.items()
            }
            config = {"format": FORMAT, **self.config.to_dict()}
            config["checksums"] = checksums(aside, (VOCAB, PROGRESS)) | sums
            (aside / CONFIG).write_bytes(sealed(config))
        if keep:
            remove_while(self._is_of_the_run, folder, keep)

    def _is_of_the_run(self, folder: Path) -> bool:
        """Tell whether a folder holds an earlier checkpoint of this run."""
        try:
            if not self.stands_at(folder) or self.is_finished(folder):
                return False
            text = read_object(folder / PROGRESS).get("corpus")
            same = not differing(self._settings(folder), self.config.to_dict())
            return same and text is not None and text == self.progress.get("corpus")
        except (OSError, ValueError):
            return False

    @staticmethod
    def check_place(folder: str | Path, keep: int = 1) -> None:
        """Raise a CheckpointError if something else than saved trainings stands there.

        What processes that are gone left beside it is removed, or put there.
        """
        clear_leftovers(Path(os.path.realpath(named(folder))).parent)
        for path in (folder, *older_folders(folder, keep)):
            if is_foreign(path, CONFIG):
                what = ": it is a file, and a saved training is a folder" * Path(path).is_file()
                raise CheckpointError(
                    f"{path} exists and is no saved training{what}; name another folder"
                )
            others = files_beside(path, (CONFIG, VOCAB, WEIGHTS, OPTIMIZER, PROGRESS))
            if others:
                raise CheckpointError(
                    f"{path} holds {', '.join(others[:3])} beside a saved training, which is "
                    "replaced as a whole: move what is not of it elsewhere"
                )

    @classmethod
    def check_begins(cls, folder: str | Path, keep: int = 1) -> None:
        """Raise a CheckpointError if a run cannot be kept there, newest and older ones.

        Parameters
        ----------
        folder : str or Path
        keep : int, default 1
            Of which those before the newest have names that another training may have.
        """
        cls.check_place(folder, keep)
        taken = [path for path in older_folders(folder, keep) if path.exists()]
        if taken and not cls.stands_at(folder):
            raise CheckpointError(
                f"{taken[0]} is another training's, and would be taken for an older checkpoint of "
                f"{folder}: name another folder, or move it"
            )

    @classmethod
    def check_not_lost(cls, folder: str | Path, going_on: TrainConfig | None) -> None:
        """Raise a CheckpointError if an unfinished training there would give way to another.

        Parameters
        ----------
        folder : str or Path
        going_on : TrainConfig or None
            Of the run that is gone on with, whose own older checkpoints give way.
        """
        if not cls.stands_at(folder) or cls.is_finished(folder):
            return
        if going_on is None or differing(cls._settings(folder), going_on.to_dict()):
            raise CheckpointError(
                f"{folder} holds a training that has not come to its end, and would be lost: "
                f"Word2Vec.load({quoted(str(folder))}).fit(…, resume=True) goes on with it; to "
                "begin anew, name another folder or remove this one"
            )

    @staticmethod
    def _settings(folder: str | Path) -> dict[str, Any]:
        """Return the hyper-parameters of a saved training; earlier versions kept fewer."""
        return {**TrainConfig().to_dict(), **read_config(standing(named(folder)) / CONFIG)}

    @classmethod
    def move_on(cls, folder: str | Path, keep: int) -> None:
        """Have a saved training stand under the next name too, as if there were a newer one."""
        cls.check_place(folder, keep)
        moved = moves(folder, keep)
        with atomic_paths(*(to for _, to in moved)) as others:
            for (path, _), other in zip(moved, others, strict=True):
                link_files(path, other)

    @staticmethod
    def stands_at(folder: str | Path) -> bool:
        """Tell whether a saved training stands there, whole or not."""
        return (standing(named(folder)) / CONFIG).is_file()

    @staticmethod
    def is_finished(folder: str | Path) -> bool:
        """Tell whether the run of a saved training has come to its end.

        Raises
        ------
        CheckpointError
            The files that say so are damaged.
        OSError
            They cannot be read.
        """
        folder = standing(named(folder))
        progress, config = read_object(folder / PROGRESS), read_config(folder / CONFIG)
        check_progress(progress, folder / PROGRESS, drawn=False)
        asked = progress.get("run", {}).get("asked", {})
        return bool(progress["epochs_done"] == asked.get("epochs", config.get("epochs")))

    @classmethod
    def load(cls, folder: str | Path) -> Checkpoint:
        """Read what :meth:`save` wrote.

        Parameters
        ----------
        folder : str or Path

        Returns
        -------
        Checkpoint

        Raises
        ------
        CheckpointError
            The folder is no saved training, or its files are damaged or disagree; a
            FileNotFoundError too, where it is missing.
        OSError
            It cannot be read.

        Notes
        -----
        Arrays are mapped from disk, and not to be written to.
        """
        try:
            path = standing(named(folder))
        except ValueError as error:
            raise CheckpointError(str(error)) from None
        return read_as_one(lambda: cls._read(standing(path)), path)

    @classmethod
    def _read(cls, folder: Path) -> Checkpoint:
        from safetensors import SafetensorError

        try:
            config = read_config(folder / CONFIG)
            progress = read_object(folder / PROGRESS)
            if config.pop("format", None) not in (1, FORMAT):
                raise CheckpointError(f"{folder} was written by another version of w2v")
            check_sums(folder, config.pop("checksums", {}), CONFIG)
            settings = TrainConfig(**config)
            vocab = Vocabulary.load(folder / VOCAB)
            weights = map_tensors(folder / WEIGHTS)
            outputs = output_rows(len(vocab), hs=settings.hs, negative=settings.negative)
            for name, rows in (("W_in", len(vocab)), ("W_out", outputs)):
                check_matrix(weights, name, (rows, settings.vector_size), folder / WEIGHTS)
            if "lockf" in weights:
                check_matrix(weights, "lockf", (len(vocab),), folder / WEIGHTS)
                if (weights["lockf"] < 0).any():
                    raise ValueError("lockf has factors below 0")
            check_progress(progress, folder / PROGRESS, drawn=bool(settings.negative))
            state: dict[str, np.ndarray] = {}
            if "optimizer" in progress:  # earlier versions kept none
                check_optimizer(progress["optimizer"], settings.optimizer, folder / PROGRESS)
                state = map_tensors(folder / OPTIMIZER)
                for name, param in state_names(settings.optimizer):
                    check_matrix(state, name, weights[param].shape, folder / OPTIMIZER)
            return cls(settings, vocab, weights, progress, state)
        except (FileNotFoundError, NotADirectoryError) as error:
            kind = CheckpointError if Path(folder).exists() else NoCheckpointError
            raise kind(
                f"{folder} is no saved training: {Path(error.filename or folder).name} is missing"
                + (
                    "; it is a file, and a saved training is a folder"
                    if Path(folder).is_file()
                    else ""
                )
            ) from None
        except CheckpointError:
            raise
        # A type of tensors that NumPy lacks is a KeyError.
        except (KeyError, TypeError, ValueError, SafetensorError) as error:
            raise CheckpointError(f"{folder} is a damaged saved training: {error}") from None
