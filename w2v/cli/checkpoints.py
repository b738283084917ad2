"""The folder that a run is kept in: whether it begins there, goes on, or leaves it alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer

from w2v.cli.common import CommandLineError, command_line
from w2v.cli.outputs import check_outside
from w2v.messages import shortened

_AUTO = Path("auto")

Folder = Annotated[
    Path | None,
    typer.Option(
        help="Folder to keep the training in: after every epoch, or as --checkpoint-every says, "
        "and where Ctrl-C stops it. A training that it holds is gone on with by --resume auto; "
        "an unfinished one is not overwritten, a finished one gets the name's .1.",
        show_default=False,
    ),
]
Every = Annotated[
    str | None,
    typer.Option(
        help="Time (30s, 10m, 2h), words (500kw, 50Mw, 1Gw) or epochs (1e, 0.5e) from one "
        "checkpoint to the next.  [default: 1e]",
        show_default=False,
    ),
]
Keep = Annotated[
    int,
    typer.Option(
        min=1,
        help="Checkpoints to keep: beside the newest, run, those before: run.1, run.2, …",
    ),
]
Resume = Annotated[
    Path | None,
    typer.Option(
        help="auto: go on with the training in the folder of --checkpoint, or begin it if there "
        "is none. Or the folder of a training to go on with. The same corpus is to be named; the "
        "training's own options count; --epochs may be raised.",
        show_default=False,
    ),
]


def place_of_run(
    ctx: typer.Context,
    checkpoint: Path | None,
    resume: Path | None,
    keep: int,
    every: str | None,
    outputs: Iterable[Path | None],
    say: Callable[[str], None],
) -> tuple[Path | None, Path | None]:
    """Return the folder that a run is kept in and the one that it goes on from, and hold it.

    Parameters
    ----------
    ctx : typer.Context
        Of the command, for as long as which the folder is held.
    checkpoint, resume : Path or None
        As on the command line.
    keep : int
        Checkpoints to keep.
    every : str or None
        How often; looked at before anything is done.
    outputs : iterable of Path or None
        What else the command writes, which cannot be in a training's folder.
    say : callable
        What tells a person.

    Raises
    ------
    CheckpointError
        Something else stands there, or another training is kept there at this moment.
    CommandLineError
        Options that do not go together, or have no such value.
    ValueError
        The folder holds a training that would be overwritten unfinished.
    """
    from w2v.training.checkpoint import Checkpoint
    from w2v.training.checkpoint_interval import Interval
    from w2v.training.folder_lock import hold_folder
    from w2v.training.older_checkpoints import MOST_KEPT

    if resume == _AUTO and checkpoint is None:
        raise CommandLineError(
            "--resume auto goes on in the folder of --checkpoint, which is not given: name it, or "
            "the folder to go on from (./auto for one of that name)"
        )
    with command_line("--checkpoint-every"):
        Interval.parse(every)
    if keep > MOST_KEPT:
        raise CommandLineError(f"--keep is {keep:,}: {MOST_KEPT:,} checkpoints can be kept at most")
    folder = checkpoint or resume
    if folder is None:
        if every is not None or keep > 1:
            raise CommandLineError(
                "--checkpoint-every and --keep are of checkpoints: name their folder, --checkpoint"
            )
        return None, None
    Checkpoint.check_begins(folder, keep)
    with command_line():
        for place in (folder, resume):
            if place is not None and place != _AUTO:
                check_outside(place, outputs)
    ctx.with_resource(hold_folder(folder))
    stands = Checkpoint.stands_at(folder)
    if resume is not None and (resume == _AUTO or _are_one(resume, checkpoint)):
        return folder, folder if stands else None
    if stands and checkpoint is not None and not _are_one(folder, resume):
        if not Checkpoint.is_finished(folder):
            raise ValueError(
                f"{shortened(folder)} holds a training that has not come to its end: --resume "
                f"auto goes on with it; to begin anew, name another folder or remove this one"
            )
        Checkpoint.move_on(folder, MOST_KEPT)  # none gives way
        say(f"{folder} holds a finished training, which is kept as {folder}.1")
    return folder, resume


def _are_one(path: Path, other: Path | None) -> bool:
    return other is not None and os.path.realpath(path) == os.path.realpath(other)
