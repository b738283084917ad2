"""Other systems beside w2v: speed, memory and quality of whole processes that take turns."""

from __future__ import annotations

import json
import statistics
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.corpora import Text, benchmark_text
from benchmarks.machine import usable_cores
from benchmarks.peers_contest import MODELS, Contest
from benchmarks.peers_job import Job, System
from benchmarks.peers_repeat import compare
from benchmarks.peers_report import draw, table
from benchmarks.progress import Progress
from benchmarks.report import write
from benchmarks.rounds import Spread, alternate, ratio

BASELINE = "gensim"


def run(
    folder: Path,
    systems: Sequence[System],
    *,
    corpus: Path | None = None,
    words: int | None = None,
    rounds: int = 3,
    epochs: int = 1,
    threads: int | None = None,
) -> str:
    """Measure all systems that are there, and write ``peers`` or ``peers-<n>-epochs``.

    Results of the same setting that are in the folder already are compared with the new ones.

    Parameters
    ----------
    folder : Path
    systems : sequence of System
        Also those that are missing, which are told how to get.
    corpus : Path, optional
        Text instead of books-18m.
    words : int, optional
        About so many words from its beginning, instead of all.
    rounds : int, default 3
        The seed is the round's number where a system takes one.
    epochs : int, default 1
        One serves speed; quality is better judged after three.
    threads : int, optional
        By default all cores.

    Returns
    -------
    str
        The Markdown written.
    """
    threads = threads or usable_cores()
    present = [system for system in systems if system.found()]
    contestants = {f"{s.title}, {model}": (s, model) for model in MODELS for s in present
                   if model in s.models}  # fmt: skip
    with benchmark_text(corpus, words) as text, tempfile.TemporaryDirectory() as scratch:
        counted = _count_words(text.path)
        contest = Contest(text.path, counted, epochs, threads, Path(scratch))
        expected = {
            name: 3
            + counted * epochs / (s.pace * 500 * threads * (1 if model == MODELS[0] else 2.5))
            for name, (s, model) in contestants.items()
        }
        with Progress("peers", rounds * sum(expected.values()), _whole(expected, rounds)) as told:
            for each in contestants.values():
                contest.warm_up(*each)
            turns = {name: partial(contest.measure, *each) for name, each in contestants.items()}
            alternate(turns, rounds, told, expected)
        figures = _figures(contest, text, systems, rounds)
    name = "peers" if epochs == 1 else f"peers-{epochs}-epochs"
    former = folder / f"{name}.json"
    if former.exists():
        figures["repeated"] = compare(figures, json.loads(former.read_text(encoding="utf-8")))
    return write(folder, name, figures, table(figures), partial(draw, figures))


def _whole(expected: dict[str, float], rounds: int) -> float:
    return rounds * sum(expected.values()) + 3 * len(expected)


def _count_words(text: Path) -> int:
    with text.open("rb") as lines:
        return sum(len(line.split()) for line in lines)


def _figures(
    contest: Contest, text: Text, systems: Sequence[System], rounds: int
) -> dict[str, Any]:
    shared = Job(text.path, contest.scratch, True, 1, contest.epochs, contest.threads)
    return {
        "setting": {
            "corpus": text.name,
            "note": text.note,
            "words": contest.words,
            "text_bytes": text.path.stat().st_size,
            "rounds": rounds,
            **{key: getattr(shared, key) for key in _SHARED},
        },
        "systems": {
            each.name: {
                "title": each.title,
                "found": each.found(),
                "get": each.get,
                "counts": each.counts,
                "seeded": each.seeded,
            }
            for each in systems
        },
        "models": {model: _summaries(contest.runs, model) for model in MODELS},
        "failures": contest.failures,
        "runs": contest.runs,
    }


_SHARED = ("epochs", "threads", "dim", "window", "negative", "min_count", "sample")


def _summaries(runs: Sequence[dict[str, Any]], model: str) -> dict[str, Any]:
    """Return a system's medians with spread, its ratios to gensim, and its quality."""
    of: dict[str, list[dict[str, Any]]] = {}
    for each in runs:
        if each["model"] == model:
            of.setdefault(each["system"], []).append(each)
    return {name: _summary(mine, of.get(BASELINE, [])) for name, mine in of.items()}


def _summary(mine: Sequence[dict[str, Any]], baseline: Sequence[dict[str, Any]]) -> dict[str, Any]:
    def values(runs: Sequence[dict[str, Any]], key: str) -> list[float]:
        return [each[key] for each in runs]

    def spread(key: str) -> dict[str, object] | None:
        found = values(mine, key)
        return None if None in found else Spread.of(found).figures()

    def times(key: str, *, faster_is_more: bool) -> dict[str, object] | None:
        pairs = list(zip(values(mine, key), values(baseline, key), strict=False))
        if not pairs or any(None in pair for pair in pairs):
            return None
        ours, theirs = zip(*pairs, strict=True)
        return (ratio(ours, theirs) if faster_is_more else ratio(theirs, ours)).figures()

    quality = {
        name: _mean([each["quality"][name] for each in mine])
        for name in mine[0]["quality"]
        if all(name in each["quality"] for each in mine)
    }
    return {
        "words_per_second": spread("words_per_second"),
        "ratio": times("words_per_second", faster_is_more=True),
        "end_to_end_seconds": spread("end_to_end_seconds"),
        "end_to_end_ratio": times("end_to_end_seconds", faster_is_more=False),
        "peak_mb": spread("peak_mb"),
        "peak_unmapped_mb": spread("peak_unmapped_mb"),
        "quality": quality,
    }


def _mean(values: Sequence[float]) -> dict[str, float | None]:
    deviation = statistics.stdev(values) if len(values) > 1 else None
    return {"mean": statistics.fmean(values), "deviation": deviation}
