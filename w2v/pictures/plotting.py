"""Pictures: the loss curve and the map of words.

The only file that imports matplotlib, and only when a picture is asked for.
Pictures are black on white, told apart by form rather than by colour.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from w2v.files import atomic_path
from w2v.pictures.projection import project

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FloatArray = npt.NDArray[np.float64]

_NOT_INTERACTIVE = {"agg", "cairo", "pdf", "pgf", "ps", "svg", "template"}
_LABEL_LENGTH = 24


class WordVectors(Protocol):
    """Anything that gives the vectors of a list of words, such as KeyedVectors."""

    def __getitem__(self, words: list[str], /) -> npt.NDArray[np.floating]: ...


def plot_loss(
    losses: Sequence[float],
    eval_interval: int,
    *,
    path: str | os.PathLike[str] | None = None,
    ylim: tuple[float, float] | None = None,
) -> None:
    """Draw the loss curve.

    Parameters
    ----------
    losses : sequence of float
        Mean losses, one for each `eval_interval` iterations.
    eval_interval : int
        Iterations from one value to the next; it stands in the x label.
    path : str or path, optional
        Where to write the picture; its suffix tells the format, PNG without one.
        By default a window is shown, and where none can be shown a line says so.
    ylim : (float, float), optional
        Lower and upper end of the y axis.

    Raises
    ------
    ValueError
        If there is no loss, or the suffix is of no known format.
    """
    if len(losses) == 0:
        raise ValueError("no losses to plot: nothing was trained, or less than one eval_interval")
    curve = _Curve(range(len(losses)), losses, f"iterations (x{eval_interval})", ylim)
    if path is None:
        _show_loss(curve)
    else:
        _write_loss(curve, path)


def plot_training(
    running: Sequence[tuple[float, float]],
    rests: Sequence[tuple[float, float]],
    path: str | os.PathLike[str],
) -> None:
    """Draw the loss over the words trained.

    Parameters
    ----------
    running : sequence of (float, float)
        Words trained, and the mean loss since the report before.
    rests : sequence of (float, float)
        Words trained after an epoch, and the loss with the weights at rest.
    path : str or path
        Where to write the picture; its suffix tells the format, PNG without one.

    Raises
    ------
    ValueError
        If there is no loss, or the suffix is of no known format.
    """
    if len(running) == 0:
        raise ValueError("no losses to plot: nothing was trained")
    words, losses = zip(*running, strict=True)
    curve = _Curve([each / 1e6 for each in words], losses, "million words", None)
    _write_loss(curve._replace(rests=[(each / 1e6, loss) for each, loss in rests]), path)


def plot_words(
    vectors: WordVectors | npt.NDArray[np.floating],
    words: Sequence[str],
    path: str | os.PathLike[str],
    *,
    method: str = "pca",
) -> int:
    """Draw a map on which words of like meaning lie close together.

    Vectors are scaled to length 1 first, so that distances follow cosines.
    Labels never cover one another; where a place is too crowded a point stays
    without one, the earlier words of the list being served first.

    Parameters
    ----------
    vectors : KeyedVectors, or (n_words, vector_size) array
        An array has one row for each of `words`.
    words : sequence of str
        What to draw, the most important first.
    path : str or path
        Where to write the picture; its suffix tells the format, PNG without one.
    method : {"pca", "tsne"}, default "pca"
        Principal components, or t-SNE, which needs scikit-learn.

    Returns
    -------
    int
        How many labels there was room for.

    Raises
    ------
    KeyError
        If a word has no vector.
    ValueError
        If there are no words, not as many vectors, or the method or the suffix
        is not known.
    ImportError
        If t-SNE is asked for and scikit-learn is not installed.
    """
    words = list(words)
    if not words:
        raise ValueError("no words to plot")
    table = np.asarray(vectors if isinstance(vectors, np.ndarray) else vectors[words], np.float64)
    if table.ndim != 2 or len(table) != len(words):
        raise ValueError(f"{len(words)} words but vectors of shape {table.shape}")
    positions = project(table, method)
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 10), dpi=150)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.02, 0.02, 0.96, 0.96))
    axes.set(xticks=[], yticks=[])
    axes.margins(0.06)
    axes.plot(positions[:, 0], positions[:, 1], "o", markersize=3, color="black")
    with warnings.catch_warnings():
        # A script without an installed font is drawn as boxes; the map stays useful.
        warnings.filterwarnings("ignore", message="Glyph .* missing", category=UserWarning)
        labelled = _label(axes, positions, list(map(str, words)))
        _write(figure, path)
    return labelled


class _Curve(NamedTuple):
    x: Sequence[float]
    losses: Sequence[float]
    xlabel: str
    ylim: tuple[float, float] | None
    rests: Sequence[tuple[float, float]] = ()


def _show_loss(curve: _Curve) -> None:
    try:
        import matplotlib.pyplot as plt

        backend = plt.get_backend().lower()
        if backend in _NOT_INTERACTIVE:
            raise ImportError
        figure = plt.figure(layout="constrained")
    except ImportError:
        print("no display to show the loss curve on: give a path to write it", file=sys.stderr)
        return
    _draw_loss(figure.add_subplot(), curve)
    plt.show()
    plt.close(figure)


def _write_loss(curve: _Curve, path: str | os.PathLike[str]) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.0), dpi=150, layout="constrained")
    _draw_loss(figure.add_subplot(), curve)
    _write(figure, path)


def _draw_loss(axes: Axes, curve: _Curve) -> None:
    # A single value makes no line.
    marker = "o" if len(curve.losses) == 1 else ""
    axes.plot(curve.x, curve.losses, color="black", linewidth=1, marker=marker, label="training")
    if curve.rests:
        axes.plot(*zip(*curve.rests, strict=True), "s--", color="0.45", label="after an epoch")
        axes.legend(frameon=False)
    axes.set(xlabel=curve.xlabel, ylabel="loss")
    axes.grid(color="0.85", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    if curve.ylim is not None:
        axes.set_ylim(*curve.ylim)


def _write(figure: Figure, path: str | os.PathLike[str]) -> None:
    with atomic_path(path) as beside:
        figure.savefig(beside, format=Path(path).suffix[1:].lower() or "png")


def check_picture(path: str | os.PathLike[str]) -> None:
    """Raise a ValueError if the suffix is that of no kind of picture."""
    from matplotlib.backend_bases import FigureCanvasBase

    kinds = FigureCanvasBase.get_supported_filetypes()
    suffix = Path(path).suffix
    if suffix and suffix[1:].lower() not in kinds:
        raise ValueError(
            f"{path}: got suffix {suffix!r}, expected one of .png, .svg, .pdf, .jpg, .webp"
        )


def _label(axes: Axes, positions: FloatArray, words: Sequence[str]) -> int:
    """Write the words beside their points and return for how many there was room."""
    figure: Any = axes.get_figure()
    renderer = figure.canvas.get_renderer()
    pixel = figure.dpi / 72
    axes.autoscale_view()
    points = axes.transData.transform(positions)
    to_data = axes.transData.inverted()
    frame = axes.get_window_extent(renderer)
    marks = np.concatenate([points - 2.5 * pixel, points + 2.5 * pixel], axis=1)
    placed = np.empty((0, 4))
    for point, word in zip(points, words, strict=True):
        shown = " ".join(word.split())
        if len(shown) > _LABEL_LENGTH:
            shown = shown[: _LABEL_LENGTH - 1] + "…"
        text = axes.text(
            0, 0, shown, fontsize=8, ha="center", va="center_baseline", parse_math=False
        )
        size = text.get_window_extent(renderer)
        half = np.array([size.width, size.height]) / 2 + pixel
        centres, distance = _around(point, half, pixel)
        boxes = np.concatenate([centres - half, centres + half], axis=1)
        free = (boxes[:, :2] >= frame.min).all(axis=1) & (boxes[:, 2:] <= frame.max).all(axis=1)
        free &= ~_overlaps(boxes, placed)
        clear = free & ~_overlaps(boxes, marks)
        if not free.any():
            text.remove()
            continue
        # Nearest first; a place that covers points only if there is no other.
        best = int(np.argmax(clear if clear.any() else free))
        placed = np.vstack([placed, boxes[best]])
        x, y = to_data.transform(centres[best])
        text.set_position((x, y))
        if distance[best] > 8 * pixel:
            end = to_data.transform(np.clip(point, boxes[best, :2], boxes[best, 2:]))
            start = to_data.transform(point)
            axes.plot([start[0], end[0]], [start[1], end[1]], color="0.6", linewidth=0.5, zorder=0)
    return len(placed)


def _around(point: FloatArray, half: FloatArray, pixel: float) -> tuple[FloatArray, FloatArray]:
    """List places for a label of half size `half` around a point, nearest first."""
    angles = np.arange(16) * (2 * np.pi / 16)
    directions = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    distance = np.repeat(np.array([4.0, 6.0, 10.0, 16.0, 24.0, 34.0, 46.0]) * pixel, 16)
    # Directions are stretched to the label's shape, so that it hugs the point all round.
    reach = directions * half
    return point + np.tile(reach, (7, 1)) + np.tile(directions, (7, 1)) * distance[
        :, None
    ], distance


def _overlaps(boxes: FloatArray, others: FloatArray) -> npt.NDArray[np.bool_]:
    """Tell which of `boxes` (n, left-bottom-right-top) overlap any of `others`."""
    low, high = boxes[:, None, :2], boxes[:, None, 2:]
    meet: npt.NDArray[np.bool_] = (low < others[None, :, 2:]) & (high > others[None, :, :2])
    return np.any(meet.all(axis=2), axis=1)
