"""The README's figures, made from the results that stand in the repository."""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import Any

from benchmarks.machine import RESULTS
from benchmarks.report import output_layer

README = Path(__file__).parents[1] / "README.md"
_BEGIN = (
    "<!-- figures: made by `python -m benchmarks readme` from benchmarks/results, not by hand -->"
)
_END = "<!-- end of figures -->"


def updated(page: str) -> str:
    """Return the README's text with its figures as the results say.

    Raises
    ------
    ValueError
        The page lacks the comments that the figures stand between.
    """
    if _BEGIN not in page or _END not in page:
        raise ValueError(f"the page needs the lines {_BEGIN} and {_END}")
    before, rest = page.split(_BEGIN)
    after = rest.split(_END)[1]
    parts = [_machine(folder) for folder in sorted(RESULTS.iterdir()) if folder.is_dir()]
    return "\n".join([before + _BEGIN, *(part for part in parts if part), _END]) + after


def _machine(folder: Path) -> str:
    rows = [
        row for make in (_engine, _end_to_end, _reading, _quality, _story) for row in make(folder)
    ]
    if not rows:
        return ""
    machine = next(_read(path)["machine"] for path in sorted(folder.glob("*.json")))
    title = f"{machine.get('cpu', folder.name)}, {machine.get('cores', '?')} cores"
    table = ["| what | w2v | compared with | |", "|---|---:|---:|---|", *rows]
    return (
        "\n".join(
            ["", f"On {title} ([all results](benchmarks/results/{folder.name})):", "", *table]
        )
        + "\n"
    )


def _read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def _engine(folder: Path) -> list[str]:
    rows = []
    for path in sorted(folder.glob("engine-speed*.json"), key=lambda path: len(path.stem)):
        result = _read(path)
        setting = result["setting"]
        for model in ("skip-gram", "cbow"):
            each = result["summary"][f"{model} words_per_second"]
            rows.append(
                f"| train {model}, {setting['dim']} dimensions, "
                f"{output_layer(setting['negative'])}, "
                f"{setting['threads']} threads | {_millions(each['w2v'])} "
                f"| gensim {_millions(each['gensim'])} | **{each['ratio']:.1f} ×** |"
            )
    return rows


def _end_to_end(folder: Path) -> list[str]:
    rows = []
    for path in sorted(folder.glob("end-to-end-*.json")):
        result = _read(path)
        if "ratio" not in result:
            continue
        seconds = {
            system: statistics.median(
                run["wall_seconds"] for run in result["runs"] if run["system"] == system
            )
            for system in ("w2v", "gensim")
        }
        setting = result["setting"]
        name = {"sg": "skip-gram", "cbow": "cbow"}[setting["model"]]
        rows.append(
            f"| text file to vectors file, {name}, {setting['epochs']} epochs of "
            f"{setting['text_bytes'] / 1e6:.0f} MB | {seconds['w2v']:.0f} s "
            f"| gensim {seconds['gensim']:.0f} s | **{result['ratio']:.1f} ×** |"
        )
    return rows


def _reading(folder: Path) -> list[str]:
    result = _read(folder / "reading.json")
    if not result:
        return []
    speed = {name: statistics.median(each) for name, each in result["words_per_second"].items()}
    ratio = statistics.median(result["ratios"])
    return [
        f"| read text and build the vocabulary | {_millions(speed['w2v'])} "
        f"| gensim {_millions(speed['gensim'])} | **{ratio:.1f} ×** |"
    ]


def _quality(folder: Path) -> list[str]:
    result = _read(folder / "engine-quality.json")
    if not result:
        return []
    names = {
        "wordsim353": "WordSim-353",
        "simlex999": "SimLex-999",
        "men": "MEN",
        "analogies": "Google analogies",
    }
    rows = []
    for model in ("skip-gram", "cbow"):
        ours, theirs = (result["summary"][f"{model} {system}"] for system in ("w2v", "gensim"))
        for key, name in names.items():
            rows.append(
                f"| {name}, {model} after {result['epochs']} epochs | {_spread(ours[key])} "
                f"| gensim {_spread(theirs[key])} | |"
            )
    return rows


def _story(folder: Path) -> list[str]:
    result = _read(folder / "story.json")
    if not result:
        return []
    return [
        f"| train minibatches, {name.rpartition(', ')[2]}, Adam, 10,000 words | | textbook code "
        f"| **{ratio:.0f} ×** |"
        for name, ratio in result["speedup"].items()
    ]


def _millions(words_per_second: float) -> str:
    return f"{words_per_second / 1e6:.2f} M words/s"


def _spread(values: dict[str, float | None]) -> str:
    deviation = values["deviation"]
    return f"{values['mean']:.3f}" + ("" if deviation is None else f" ± {deviation:.3f}")
