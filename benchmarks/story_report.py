"""The speed story as a table and as a picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

# Told apart by mark and line, so that they can be told apart in print: (mark, line, filled).
FORMS = (
    ("s", ":", True),
    ("^", "--", True),
    ("o", "-", True),
    ("D", "-", False),
    ("X", "", True),
    ("P", "", False),
)


def markdown(story: dict[str, Any], methods: Sequence[str]) -> str:
    """Return the results as a Markdown table with what is asked of them below.

    Parameters
    ----------
    story : dict
        What ``story.json`` holds.
    methods : sequence of str
        The columns.
    """
    cells = {(r["method"], r["vocab_size"]): _cell(r) for r in story["results"]}
    sizes = sorted({size for _, size in cells})
    settings, machine = story["settings"], story["machine"]
    lines = [
        "# A training step against the size of the vocabulary",
        "",
        "Microseconds a step, median (quartiles), and the words/s this makes.",
        "",
        f"Batch {settings['batch']}, window {settings['window']}, {settings['dimensions']} "
        f"dimensions, {settings['negatives']} negatives, Adam. {machine['cpu']}, "
        f"{machine['cores']} cores, load {machine['load_average']} before and "
        f"{story['load_average_after']} after; Python {machine['python']}, NumPy "
        f"{machine['numpy']}, Numba {machine['numba']}.",
        "",
        "| words | " + " | ".join(methods) + " |",
        "|---:|" + "---:|" * len(methods),
    ]
    lines += [
        f"| {size:,} | " + " | ".join(cells.get((m, size), "–") for m in methods) + " |"
        for size in sizes
    ]
    cbow, skip_gram = story["speedup"].values()
    growth_cbow, growth_sg = story["growth"].values()
    lines += [
        "",
        f"- Minibatch engine against textbook code at 10,000 words: **{cbow} ×** the words/s "
        f"for CBOW (at least 10 × wanted), **{skip_gram} ×** for skip-gram (at least 30 ×).",
        f"- A minibatch step at 1,000,000 words against one at 10,000: **{growth_cbow} ×** the "
        f"time for CBOW, **{growth_sg} ×** for skip-gram (at most 2.5 × wanted).",
        "- Ratios are medians over rounds in which all took turns.",
    ]
    lines += [f"- Left out: {reason}." for reason in story["left_out"]]
    return "\n".join(lines) + "\n"


def _cell(result: dict[str, Any]) -> str:
    low, high = result["us_quartiles"]
    return f"{result['us']:,.0f} ({low:,.0f}–{high:,.0f}) · {result['words_per_second']:,}/s"


def draw(story: dict[str, Any], methods: Sequence[str], path: Path) -> None:
    """Draw time against vocabulary size, both in powers of ten.

    Parameters
    ----------
    story : dict
        What ``story.json`` holds.
    methods : sequence of str
        In the order of the legend.
    path : Path
        Picture to write.
    """
    figure = Figure(figsize=(7.5, 5.2), dpi=150, layout="constrained")
    axes = figure.add_subplot()
    for method, (mark, line, filled) in zip(methods, FORMS, strict=True):
        results = [r for r in story["results"] if r["method"] == method]
        axes.plot(
            [r["vocab_size"] for r in results],
            [r["us"] for r in results],
            color="black" if filled else "0.35",
            marker=mark,
            linestyle=line or "none",
            markerfacecolor="black" if filled else "white",
            label=method,
        )
    settings, machine = story["settings"], story["machine"]
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("words in the vocabulary")
    axes.set_ylabel(f"µs a training step of {settings['batch']} words")
    axes.set_title(
        f"A training step against the size of the vocabulary\n"
        f"{machine['cpu']}, {machine['cores']} cores",
        fontsize="medium",
    )
    axes.grid(color="0.9")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize="small")
    figure.savefig(path)
