"""The README's picture: how fast the peers train, and how good their vectors are."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.harness.machine import RESULTS, ROOT
from benchmarks.harness.report import read_json
from benchmarks.harness.scores import TITLES
from w2v.files import atomic_path

PICTURE = ROOT / "docs" / "speed-and-quality.svg"
# With their marks, and the side of it that the name stands on.
_MEASURES = {"analogies": ("^", "right"), "simlex999": ("s", "left"), "men": ("o", "center")}
_FULL = {"svg.hashsalt": "w2v", "axes.spines.top": False, "axes.spines.right": False,
         "legend.frameon": False}  # fmt: skip


def peers_at_hand(result: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return what was measured of skip-gram by the titles of those that trained it."""
    of = result["models"]["skip-gram"]
    return {result["systems"][name]["title"]: each for name, each in of.items() if each}


def figures() -> dict[str, dict[str, Any]]:
    """Return what is drawn, words a second and scores, of the first machine that has peers."""
    result = read_json(next(iter(sorted(RESULTS.glob("*/peers.json")))))
    return {
        title: {
            "words_per_second": each["words_per_second"]["median"],
            **{key: each["quality"][key]["mean"] for key in _MEASURES},
        }
        for title, each in peers_at_hand(result).items()
    }


def drawn(path: Path = PICTURE) -> Any:
    """Return the figures that a picture was drawn from, which it holds."""
    text = path.read_text(encoding="utf-8")
    return json.loads(text.split("<dc:description>")[1].split("</dc:description>")[0])


def draw_picture(path: Path = PICTURE) -> None:
    """Draw the picture aside and rename the file."""
    found = figures()
    names, rows = list(found), range(len(found))
    with mpl.rc_context(_FULL), atomic_path(path) as aside:  # type: ignore[arg-type]
        figure = Figure(figsize=(8, 2.8), layout="constrained")
        speed, quality = figure.subplots(1, 2, sharey=True)
        millions = [each["words_per_second"] / 1e6 for each in found.values()]
        colours = ["black" if name == "w2v" else "0.8" for name in names]
        bars = speed.barh(rows, millions, color=colours, edgecolor="black")
        speed.bar_label(bars, fmt="%.2f", padding=4)
        speed.set(yticks=rows, yticklabels=names, xlim=(0, 1.2 * max(millions)),
                  title="Speed: million words a second")  # fmt: skip
        for key, (mark, side) in _MEASURES.items():
            values = [each[key] for each in found.values()]
            fill = ["black" if name == "w2v" else "white" for name in names]
            quality.scatter(values, rows, marker=mark, c=fill, edgecolors="black", zorder=2)
            quality.annotate(TITLES[key], (values[0], 0), (0, 11), textcoords="offset points",
                             ha=side, fontsize="small")  # fmt: skip
        quality.set(xlim=(0, None), ylim=(len(found) - 0.5, -1),
                    title="Quality: scores after one epoch")  # fmt: skip
        quality.grid(axis="x", color="0.9")
        quality.set_axisbelow(True)
        quality.tick_params(axis="y", length=0)
        about = json.dumps(found)
        figure.savefig(aside, format="svg", metadata={"Date": None, "Description": about})
