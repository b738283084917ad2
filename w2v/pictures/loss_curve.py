"""The loss over a training, drawn."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from w2v.pictures.fonts import fonts_for
from w2v.pictures.picture_file import write_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_NOT_INTERACTIVE = {"agg", "cairo", "pdf", "pgf", "ps", "svg", "template"}


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
        Mean losses, one for each ``eval_interval`` iterations.
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
        There is no loss, or the suffix is of no known format.
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
    title: str = "Loss while training",
) -> None:
    """Draw the loss over the words trained.

    Parameters
    ----------
    running : sequence of (float, float)
        Words trained, and the mean loss since the report before.
    rests : sequence of (float, float)
        Words trained, and the loss with the weights at rest: untrained ones at 0 words,
        and those after each epoch.
    path : str or path
        Where to write the picture; its suffix tells the format, PNG without one.
    title : str, default "Loss while training"
        A warning says which of its letters no installed font has.

    Raises
    ------
    ValueError
        There is no loss, or the suffix is of no known format.
    """
    if len(running) == 0:
        raise ValueError("no losses to plot: nothing was trained")
    words, losses = zip(*running, strict=True)
    unit, name = (1e6, "million") if words[-1] >= 1e6 else (1e3, "thousand")
    curve = _Curve([each / unit for each in words], losses, f"{name} words trained", None, title)
    rests = [(each / unit, loss) for each, loss in rests]
    _write_loss(curve._replace(ylabel="loss of a prediction, in nats", rests=rests), path)


class _Curve(NamedTuple):
    x: Sequence[float]
    losses: Sequence[float]
    xlabel: str
    ylim: tuple[float, float] | None
    title: str = "Loss while training"
    ylabel: str = "loss"
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
    write_figure(figure, path)


def _draw_loss(axes: Axes, curve: _Curve) -> None:
    # A single value makes no line.
    marker = "o" if len(curve.losses) == 1 else ""
    label = "of the words just trained on"
    axes.plot(curve.x, curve.losses, color="black", linewidth=1, marker=marker, label=label)
    if curve.rests:
        label = "after each epoch, on the same part of the text"
        axes.plot(*zip(*curve.rests, strict=True), "s--", color="0.45", label=label)
        axes.legend(frameon=False)
        if curve.rests[0][0] == 0:
            axes.annotate("untrained", curve.rests[0], (0, 7), textcoords="offset points")
            axes.margins(y=0.12)
    fonts = fonts_for([curve.title])
    axes.set(xlabel=curve.xlabel, ylabel=curve.ylabel)
    shown = "".join(x if fonts.can_draw(x) else "\N{REPLACEMENT CHARACTER}" for x in curve.title)
    axes.set_title(shown, fontfamily=fonts.families, parse_math=False)
    if problem := fonts.problem([curve.title]):
        warnings.warn(problem, stacklevel=4)
    axes.grid(color="0.85", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    if curve.ylim is not None:
        axes.set_ylim(*curve.ylim)
