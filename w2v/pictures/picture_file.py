"""Figures as files, in the format that the suffix tells."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

from w2v.files import atomic_path
from w2v.messages import quoted

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def write_figure(figure: Figure, path: str | os.PathLike[str]) -> None:
    """Write a figure aside and rename it into place; PNG without a suffix."""
    # Drawn in memory: a disk that is full in the middle is then told as what it is.
    picture = io.BytesIO()
    figure.savefig(picture, format=Path(path).suffix[1:].lower() or "png")
    with atomic_path(path, needs=picture.tell()) as beside:
        beside.write_bytes(picture.getbuffer())


def check_picture(path: str | os.PathLike[str]) -> None:
    """Raise a ValueError if the suffix is that of no kind of picture."""
    suffix = Path(path).suffix
    if not suffix:
        return

    from matplotlib.backend_bases import FigureCanvasBase

    if suffix[1:].lower() not in FigureCanvasBase.get_supported_filetypes():
        raise ValueError(
            f"{path}: got suffix {quoted(suffix)}, expected one of .png, .svg, .pdf, .jpg, .webp"
        )
