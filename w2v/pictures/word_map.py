"""The map of words, drawn with labels that do not cover one another."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from w2v.pictures.fonts import Fonts, fonts_for
from w2v.pictures.picture_file import write_figure
from w2v.pictures.projection import Progress, project
from w2v.vectors import KeyedVectors
from w2v.vectors.given import given_table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FloatArray = npt.NDArray[np.float64]

_LABEL_LENGTH = 24


class WordVectors(Protocol):
    """Anything that gives the vectors of a list of words, such as KeyedVectors."""

    def __getitem__(self, words: list[str], /) -> npt.NDArray[np.floating]: ...


def plot_words(
    vectors: WordVectors | npt.NDArray[np.floating] | str | os.PathLike[str],
    words: Sequence[str],
    path: str | os.PathLike[str],
    *,
    method: str = "pca",
    progress: Progress | None = None,
) -> int:
    """Draw a map on which words of like meaning lie close together.

    Vectors are scaled to length 1 first, so that distances follow cosines.
    Labels never cover one another; where a place is too crowded a point stays
    without one, the earlier words of the list being served first.  Words are
    written in whichever installed fonts have their letters; where none has, a
    warning says so and their points stay without a label.

    Parameters
    ----------
    vectors : KeyedVectors, path, or (n_words, vector_size) array
        A path is loaded; an array has one row for each of ``words``.
    words : sequence of str
        What to draw, the most important first.
    path : str or path
        Where to write the picture; its suffix tells the format, PNG without one.
    method : {"pca", "tsne"}, default "pca"
        Principal components, or t-SNE, which needs scikit-learn.
    progress : callable, optional
        ``progress(done, steps)``, now and then, of t-SNE's steps.

    Returns
    -------
    int
        How many labels there was room for, and a font.

    Raises
    ------
    KeyError
        A word has no vector.
    ValueError
        There are no words, not as many vectors, or the method or the suffix
        is not known.
    ImportError
        t-SNE is asked for and scikit-learn is not installed.
    """
    words = list(words)
    if isinstance(vectors, str | os.PathLike) or hasattr(vectors, "wv"):
        vectors = given_table(vectors, "vectors", KeyedVectors.load)
    if not words:
        raise ValueError("no words to plot")
    given: Any = vectors
    as_rows = isinstance(given, np.ndarray | list | tuple)
    table = np.asarray(given if as_rows else given[words], np.float64)
    if table.ndim != 2 or len(table) != len(words):
        raise ValueError(f"{len(words)} words but vectors of shape {table.shape}")
    positions = project(table, method, progress=progress)
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 10), dpi=150)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.02, 0.02, 0.96, 0.96))
    axes.set(xticks=[], yticks=[])
    axes.margins(0.06)
    axes.plot(positions[:, 0], positions[:, 1], "o", markersize=3, color="black")
    labels = [_shortened(str(word)) for word in words]
    fonts = fonts_for(labels)
    labelled = _label(axes, positions, labels, fonts)
    write_figure(figure, path)
    if problem := fonts.problem(labels):
        warnings.warn(problem, stacklevel=2)
    return labelled


def _shortened(word: str) -> str:
    shown = " ".join(word.split())
    return shown if len(shown) <= _LABEL_LENGTH else shown[: _LABEL_LENGTH - 1] + "…"


def _label(axes: Axes, positions: FloatArray, labels: Sequence[str], fonts: Fonts) -> int:
    """Write labels beside their points and return for how many there was room."""
    figure: Any = axes.get_figure()
    renderer = figure.canvas.get_renderer()
    pixel = figure.dpi / 72
    axes.autoscale_view()
    points = axes.transData.transform(positions)
    to_data = axes.transData.inverted()
    frame = axes.get_window_extent(renderer)
    marks = np.concatenate([points - 2.5 * pixel, points + 2.5 * pixel], axis=1)
    placed = np.empty((0, 4))
    look: Any = {"ha": "center", "va": "center_baseline", "parse_math": False}
    for point, label in zip(points, labels, strict=True):
        if not fonts.can_draw(label):
            continue
        text = axes.text(0, 0, label, fontsize=8, fontfamily=fonts.families, **look)
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
    """List places for a label of half size ``half`` around a point, nearest first."""
    angles = np.arange(16) * (2 * np.pi / 16)
    directions = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    distance = np.repeat(np.array([4.0, 6.0, 10.0, 16.0, 24.0, 34.0, 46.0]) * pixel, 16)
    # Directions are stretched to the label's shape, so that it hugs the point all round.
    reach = directions * half
    return point + np.tile(reach, (7, 1)) + np.tile(directions, (7, 1)) * distance[
        :, None
    ], distance


def _overlaps(boxes: FloatArray, others: FloatArray) -> npt.NDArray[np.bool_]:
    """Tell which of ``boxes`` (n, left-bottom-right-top) overlap any of ``others``."""
    low, high = boxes[:, None, :2], boxes[:, None, 2:]
    meet: npt.NDArray[np.bool_] = (low < others[None, :, 2:]) & (high > others[None, :, :2])
    return np.any(meet.all(axis=2), axis=1)
