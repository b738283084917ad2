"""The speed story as a table and as a picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from benchmarks.report import line_style, markdown_table, plain_axes
from benchmarks.rounds import Spread

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Story = Mapping[str, Any]


def markdown(story: Story) -> str:
    """Return the results as a Markdown table with what is asked of them below.

    Parameters
    ----------
    story : mapping
        What ``story.json`` holds.
    """
    cells = {(r["method"], r["vocab_size"]): _cell(r) for r in story["results"]}
    sizes = sorted({size for _, size in cells})
    settings = story["settings"]
    rows = [[name, *(cells.get((name, size)) for size in sizes)] for name in _methods(story)]
    lines = [
        "# A training step against the size of the vocabulary",
        "",
        f"Microseconds for {settings['batch']} centre words, median (quartiles) over the rounds. "
        f"Window {settings['window']}, {settings['dimensions']} dimensions, "
        f"{settings['negatives']} negatives; one thread; Adam, but SGD in the fused engine.",
        "",
        markdown_table(["method, by words in the vocabulary", *(f"{s:,}" for s in sizes)], rows),
        "",
    ]
    middle, largest = settings["middle"], settings["largest"]
    for name, spread in story["speedup_spread"].items():
        times = Spread(**spread).text(1, 0)
        lines.append(f"- {name}, at {middle:,} words, within a round: **{times} ×**.")
    for name, spread in story["growth_spread"].items():
        times = Spread(**spread).text()
        lines.append(
            f"- {name}: a step at {largest:,} words takes **{times} ×** one at {middle:,}."
        )
    return "\n".join(lines + [f"- Left out: {reason}." for reason in story["left_out"]])


def draw(story: Story, figure: Figure) -> None:
    """Draw time against vocabulary size, both in powers of ten; CBOW left, skip-gram right.

    Parameters
    ----------
    story : mapping
        What ``story.json`` holds.
    figure : Figure
    """
    figure.set_size_inches(11, 6)
    styles = {name: i for i, name in enumerate(dict.fromkeys(map(_short, _methods(story))))}
    shared = None
    drawn = {}
    for place, kind in enumerate(("CBOW", "skip-gram")):
        axes = figure.add_subplot(1, 2, place + 1, sharey=shared)
        shared = shared or axes
        for method in _methods(story):
            if ("skip-gram" if "skip-gram" in method else "CBOW") != kind:
                continue
            results = [r for r in story["results"] if r["method"] == method]
            (drawn[_short(method)],) = axes.plot(
                [r["vocab_size"] for r in results],
                [r["us"] for r in results],
                **line_style(styles[_short(method)]),
            )
        axes.set_xscale("log")
        axes.set_yscale("log")
        step = f"µs for {story['settings']['batch']} words"
        plain_axes(axes, "words in the vocabulary", step if place == 0 else "", kind)
    figure.legend(
        list(drawn.values()), list(drawn), loc="outside lower center", ncols=4, frameon=False
    )


def _methods(story: Story) -> list[str]:
    """Return the methods, the slowest way of computing first."""
    found = list(dict.fromkeys(r["method"] for r in story["results"]))
    order = ("one-hot", "lookup", "textbook", "minibatch", "fused")
    return sorted(found, key=lambda name: order.index(name.partition(" ")[0].strip(",")))


def _short(method: str) -> str:
    """Return a method's name without the model's."""
    return method.replace(", CBOW", "").replace(", skip-gram", "")


def _cell(result: Mapping[str, Any]) -> str:
    low, high = result["us_quartiles"]
    return f"{result['us']:,.0f} ({low:,.0f}–{high:,.0f})"
