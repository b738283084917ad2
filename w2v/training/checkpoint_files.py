"""The files of a saved training, none of which is believed before it is checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from w2v.files import checksum
from w2v.files.sealed_json import CHECKSUM, unsealed
from w2v.messages import quoted
from w2v.training.position import Position

# What earlier versions did not keep, by type.
_DONE: dict[str, tuple[type, ...]] = {
    "train_count": (int,),
    "total_train_time": (int, float),
    "lifecycle_events": (list,),
    "compute_loss": (bool,),
}


class CheckpointError(ValueError):
    """A folder holds no saved training, or a damaged one."""


class NoCheckpointError(CheckpointError, FileNotFoundError):
    """There is nothing of the name."""


class NotFiniteError(ValueError):
    """A number of a model that is to be saved is none.

    Parameters
    ----------
    name : str
        Of the array.
    row : int
        The first in which there is such a number.
    """

    def __init__(self, name: str, row: int) -> None:
        super().__init__(f"row {row:,} of {name} holds NaN or infinity: the training has diverged")
        self.name, self.row = name, row


def check_finite(name: str, rows: slice, block: np.ndarray) -> None:
    """Refuse rows of a matrix, in which a number is not finite, with a NotFiniteError."""
    with np.errstate(all="ignore"):
        if np.isfinite(block.sum()):
            return
    wrong = ~np.isfinite(block.reshape(len(block), -1)).all(axis=1)
    if wrong.any():
        raise NotFiniteError(name, rows.start + int(wrong.argmax()))


def read_object(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Parameters
    ----------
    path : Path

    Returns
    -------
    dict

    Raises
    ------
    CheckpointError
        It is none; the message names the file.
    FileNotFoundError
        The file is missing.
    """
    try:
        value = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"{path} is damaged: {error}") from None
    if not isinstance(value, dict):
        raise CheckpointError(f"{path} is damaged: it is {quoted(value, 40)}, expected an object")
    return value


def read_config(path: Path) -> dict[str, Any]:
    """Read the file that has a checksum of itself.

    Parameters
    ----------
    path : Path

    Returns
    -------
    dict
        Without its checksum, which earlier versions did not write.

    Raises
    ------
    CheckpointError
        It is damaged, or was edited and kept its checksum.
    FileNotFoundError
        The file is missing.
    """
    try:
        config = unsealed(path.read_bytes())
    except ValueError as error:
        raise CheckpointError(
            f"{path} is damaged: {error}; if it was changed on purpose, take the line "
            f'"{CHECKSUM}" out of it'
        ) from None
    config.pop(CHECKSUM, None)
    return config


def checksums(folder: Path, names: tuple[str, ...]) -> dict[str, int]:
    """Return the checksums of some of a folder's files.

    Parameters
    ----------
    folder : Path
    names : tuple of str

    Returns
    -------
    dict of str to int
    """
    return {name: checksum(folder / name) for name in names}


def check_sums(folder: Path, expected: Any, kept_in: str) -> None:
    """Compare files with the checksums that were kept of them.

    Parameters
    ----------
    folder : Path
    expected : dict of str to int
    kept_in : str
        The file they were kept in, for messages.

    Raises
    ------
    CheckpointError
        It names the file that is damaged.
    """
    if not isinstance(expected, dict):
        raise CheckpointError(f"{folder} has {quoted(expected, 40)} for its checksums")
    for name, value in expected.items():
        if checksum(folder / Path(name).name) != value:
            raise CheckpointError(
                f"{folder / name} is damaged: its checksum is another than {kept_in} has; if it "
                f'was changed on purpose, take "checksums" out of {kept_in}'
            )


def check_progress(progress: Mapping[str, Any], path: Path, *, drawn: bool) -> None:
    """Refuse a progress that training cannot go on from.

    Parameters
    ----------
    progress : mapping
    path : Path
        The file, for messages.
    drawn : bool
        Whether it must tell the negatives drawn.

    Raises
    ------
    CheckpointError
        Something is missing or of another type.
    """
    for name in ("epochs_done", "negatives_drawn")[: 1 + drawn]:
        value = progress.get(name)
        if type(value) is not int or not 0 <= value < 1 << 63:
            raise CheckpointError(
                f"{path} is damaged: {name} is {quoted(value, 40)}, expected a count"
            )
    for name, kinds in _DONE.items():
        if name in progress and type(progress[name]) not in kinds:
            raise CheckpointError(f"{path} is damaged: {name} is {quoted(progress[name], 40)}")
    losses = progress.get("losses")
    if not isinstance(losses, list) or not all(map(_is_number, losses)):
        raise CheckpointError(
            f"{path} is damaged: losses are {quoted(losses, 40)}, expected numbers"
        )
    if "position" in progress:
        try:
            Position.from_dict(progress["position"])
        except ValueError as error:
            raise CheckpointError(f"{path} is damaged: {error}") from None
    if "run" in progress and not _is_run(progress["run"]):
        raise CheckpointError(
            f"{path} is damaged: the run is {quoted(progress['run'], 80)}, expected what it "
            "has come to"
        )


def _is_run(run: Any) -> bool:
    if not isinstance(run, dict) or not isinstance(run.get("asked"), dict):
        return False
    counts = [run.get(name) for name in ("words", "words_in_epochs", "predictions")]
    points: list[Any] = [run.get(name, []) for name in ("curve", "rests")]
    return (
        all(type(count) is int and count >= 0 for count in counts)
        and _is_number(run.get("loss"))
        and all(isinstance(each, list) for each in points)
        and all(
            isinstance(point, list) and len(point) == 2 and all(map(_is_number, point))
            for point in (*points[0], *points[1])
        )
        and run["asked"].keys() <= {"epochs", "alpha", "min_alpha"}
        and all(map(_is_number, run["asked"].values()))
    )


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def check_optimizer(kept: Any, name: str, path: Path) -> None:
    """Refuse an optimizer that is not the training's own.

    Parameters
    ----------
    kept : dict
        Its name and the steps it took.
    name : str
        Of the training's own.
    path : Path
        The file, for messages.

    Raises
    ------
    CheckpointError
        It is another's, or something is missing or of another type.
    """
    if not isinstance(kept, dict) or kept.get("name") != name:
        raise CheckpointError(
            f"{path} is damaged: its optimizer is {quoted(kept, 60)}, expected {name}'s state"
        )
    steps = kept.get("steps")
    if type(steps) is not int or not 0 < steps < 1 << 63:
        raise CheckpointError(
            f"{path} is damaged: the optimizer's steps are {quoted(steps, 40)}, expected a count"
        )


def check_matrix(
    weights: Mapping[str, np.ndarray], name: str, shape: tuple[int, ...], path: Path
) -> None:
    """Refuse an array that is not one of a model or its optimizer.

    Parameters
    ----------
    weights : mapping of str to array
    name : str
        Of the matrix to look at.
    shape : tuple of int
        That it must have.
    path : Path
        The file, for messages.

    Raises
    ------
    CheckpointError
        It is missing, of another type or shape, or has numbers that are not finite.
    """
    W = weights.get(name)
    if W is None:
        raise CheckpointError(f"{path} is damaged: it has no {name}")
    if W.shape != shape:
        raise CheckpointError(f"{path} is damaged: {name} has shape {W.shape}, expected {shape}")
    if W.dtype != np.float32:
        raise CheckpointError(f"{path} is damaged: {name} is {W.dtype}, expected float32")
    # The least and the greatest of numbers with a NaN among them are NaN.
    if W.size and not (np.isfinite(W.min()) and np.isfinite(W.max())):
        raise CheckpointError(f"{path} is damaged: {name} has numbers that are not finite")
