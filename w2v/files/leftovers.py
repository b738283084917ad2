"""What processes that ended in the middle left: removed, or brought to its end."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from w2v.files.own_folder import WHOLE, OwnFolder, dispose, own_folders, taken_over

_PATIENCE = 10.0  # seconds; putting files in place takes some thousandths


def clear_leftovers(folder: Path) -> None:
    """Remove what processes that are gone were writing in a folder.

    What they had begun to put in place is put there.  What may be another process's at work is
    left alone, as is what cannot be removed.

    Parameters
    ----------
    folder : Path
    """
    for path in own_folders(folder):
        with taken_over(path) as ours:
            if ours:
                dispose(path)


def temporary_folder() -> OwnFolder:
    """Return a folder for the block in the system's place for temporary files.

    What processes that are gone left there is removed.
    """
    place = Path(tempfile.gettempdir())
    clear_leftovers(place)
    return OwnFolder(place, private=True)


def recovered(path: Path) -> Path | None:
    """Find what was being put in place when its process ended, and put it there.

    Parameters
    ----------
    path : Path
        Where it belongs.

    Returns
    -------
    Path or None
        Where it is: there or, in a folder that may not be written to, where it was found.
        None if there is nothing to be found.
    """
    real = Path(os.path.realpath(path))
    for place in own_folders(real.parent):
        found = place / real.name
        if not (place.name.endswith(WHOLE) and found.exists()):
            continue
        end = time.monotonic() + _PATIENCE
        while found.exists():
            with taken_over(place) as ours:
                if ours:
                    dispose(place)
                    return found if found.exists() and not real.exists() else path
            if time.monotonic() > end:
                return found if not real.exists() else path
            time.sleep(0.002)  # its process is just at it
        return path
    return None


def standing(path: Path) -> Path:
    """Return where a folder stands: at its path or, if it is missing there, where it is found.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Path
    """
    return path if os.path.exists(path) else recovered(path) or path  # noqa: PTH110
