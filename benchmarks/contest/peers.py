"""Other systems beside w2v: speed, memory and quality of whole processes that take turns."""

import contextlib
import json
import math
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.contest.libraries import MODELS, Job
from benchmarks.contest.systems import System, all_systems
from benchmarks.harness.machine import usable_cores
from benchmarks.harness.options import Corpus, Program, Rounds, Threads, Words
from benchmarks.harness.plots import Plot, bars
from benchmarks.harness.processes import Finished, ProcessFailedError, watch
from benchmarks.harness.progress import Progress
from benchmarks.harness.report import markdown_table, page, shown, write
from benchmarks.harness.scores import evaluate, score_table, summarize
from benchmarks.harness.texts import benchmark_text
from w2v.bench.rounds import Spread

QUICK = {"words": 200_000, "rounds": 1}
BASELINE = "gensim"
TOLERANCE = 0.1
"""Ratios of two runs that differ by less say the same."""
_TITLES = {"skip-gram": "Skip-gram", "cbow": "CBOW"}
_WARM_UP_BYTES = 1_000_000
_SETTING = ("epochs", "threads", "dim", "window", "negative", "min_count", "sample")
# Of the table: the key of a measurement, its heading, unit and digits.
_COLUMNS = (
    ("words_per_second", "training, M words/s", 1e6, 2),
    ("ratio", "× gensim", 1, 2),
    ("end_to_end_seconds", "text to vectors, s", 1, 1),
    ("end_to_end_ratio", "× gensim", 1, 2),
    ("peak_mb", "peak memory, MB", 1, 0),
    ("peak_unmapped_mb", "without files' pages, MB", 1, 0),
)
# Ratios to gensim: what they are of, and to which power.
_RATIOS = {
    "ratio": ("training", "words_per_second", 1),
    "end_to_end_ratio": ("text to vectors", "end_to_end_seconds", -1),
}
_VERDICTS = {
    "same": "within 10 %",
    "spread": "not within 10 %, but their rounds overlap",
    "differs": "**not within 10 %**",
    "unknown": "not within 10 %; a single round has no spread",
}


class Contest:
    """Trainings on a plain text of so many words, in the vocabulary or not, and what they gave."""

    def __init__(self, text: Path, words: int, epochs: int, threads: int, scratch: Path) -> None:
        self.words, self.scratch = words, scratch
        self.job = Job(text, scratch / "out", True, 1, epochs, threads)
        self.runs: list[dict[str, Any]] = []
        self.failures: dict[str, dict[str, str]] = {model: {} for model in MODELS}

    def train(self, system: System, model: str, **changes: Any) -> tuple[Finished, Job]:
        """Train into an empty folder."""
        job = self.job.changed(skip_gram=MODELS[model], **changes)
        shutil.rmtree(job.out, ignore_errors=True)
        job.out.mkdir()
        return watch(system.command(job)), job

    def warm_up(self, system: System, model: str) -> None:
        """Train on the beginning of the text: kernels get compiled, programs come into memory."""
        beginning = self.scratch / "beginning.txt"
        if not beginning.exists():
            with self.job.text.open("rb") as lines:
                beginning.write_bytes(b"".join(lines.readlines(_WARM_UP_BYTES)))
        with contextlib.suppress(ProcessFailedError):  # it will be told when it counts
            self.train(system, model, text=beginning)

    def measure(self, system: System, model: str) -> float:
        """Train once, note everything down and return the words a second of training alone.

        NaN where they cannot be told: the system has failed, now or before.
        """
        if system.name in self.failures[model]:
            return math.nan
        round_ = 1 + sum((x["system"], x["model"]) == (system.name, model) for x in self.runs)
        load = round(os.getloadavg()[0], 2)
        try:
            finished, job = self.train(system, model, seed=round_)
            seconds, (words, vectors) = system.timed(finished, job), system.vectors(job)
        except (ProcessFailedError, OSError, ValueError) as error:
            self.failures[model][system.name] = str(error)
            return math.nan
        speed = self.words * self.job.epochs / seconds if seconds else None
        facts = {"system": system.name, "model": model, "round": round_, "words_per_second": speed,
                 "end_to_end_seconds": finished.wall_seconds, "cpu_seconds": finished.cpu_seconds,
                 "peak_mb": finished.peak_mb, "peak_unmapped_mb": finished.peak_unmapped_mb,
                 "vocabulary": len(words), "load_before": load}  # fmt: skip
        self.runs.append({**facts, "quality": evaluate(words, vectors)})
        return speed or math.nan

    def summary(self, model: str) -> dict[str, dict[str, Any]]:
        """Return each system's medians with spread, its ratios to gensim, and its quality."""
        of: dict[str, list[dict[str, Any]]] = {}
        for run in self.runs:
            if run["model"] == model:
                of.setdefault(run["system"], []).append(run)
        found: dict[str, dict[str, Any]] = {}
        for name, mine in of.items():
            found[name] = {"quality": summarize([run["quality"] for run in mine])}
            pairs = list(zip(mine, of.get(BASELINE, []), strict=False))
            for key, *_ in _COLUMNS:
                _, of_what, power = _RATIOS.get(key, ("", key, 1))
                values = [run[of_what] for run in mine]
                if key in _RATIOS:
                    known = None not in [run[of_what] for pair in pairs for run in pair]
                    values = [(a[of_what] / b[of_what]) ** power for a, b in pairs] if known else []
                some = values and None not in values
                found[name][key] = Spread.of(values).figures() if some else None
        return found


def run(
    folder: Path, systems: Sequence[System] | None = None, *, corpus: Corpus = None,
    words: Words = None, rounds: Rounds = 3,
    epochs: Annotated[int, typer.Option(min=1, help="1 for speed, 3 for quality.")] = 1,
    threads: Threads = None, fasttext: Program = None, word2vec_c: Program = None,
    pword2vec: Program = None,
) -> str:  # fmt: skip
    """Measure all systems that are there, and write ``peers`` or ``peers-<n>-epochs``.

    The seed is the round's number where a system takes one. Those that are missing are told how
    to get. Results of the same setting that are in the folder are compared with the new ones.
    """
    systems = systems or all_systems(fasttext, word2vec_c, pword2vec)
    contestants = {f"{s.title}, {model}": (s, model) for model in MODELS for s in systems
                   if s.found and model in s.models}  # fmt: skip
    with benchmark_text(corpus, words) as text, tempfile.TemporaryDirectory() as scratch:
        size = text.path.stat().st_size
        with text.path.open("rb") as lines:
            counted = sum(len(line.split()) for line in lines)
        contest = Contest(text.path, counted, epochs, threads or usable_cores(), Path(scratch))
        turns = {name: (partial(contest.measure, s, model),
                        s.seconds(counted * epochs, contest.job.changed(skip_gram=MODELS[model])))
                 for name, (s, model) in contestants.items()}  # fmt: skip
        expected = rounds * sum(seconds for _, seconds in turns.values()) + 3 * len(turns)
        with Progress("peers", expected) as progress:
            for name, who in contestants.items():
                progress.step(f"warming up: {name}", 3)
                contest.warm_up(*who)
            progress.alternate(turns, rounds)
    told = ("found", "title", "get", "counts", "seeded")
    figures: dict[str, Any] = {
        "setting": {"corpus": text.name, "note": text.note, "words": counted, "text_bytes": size,
                    "rounds": rounds, **{key: getattr(contest.job, key) for key in _SETTING}},
        "systems": {s.name: {key: getattr(s, key) for key in told} for s in systems},
        "models": {model: contest.summary(model) for model in MODELS},
        "failures": contest.failures,
        "runs": contest.runs,
    }  # fmt: skip
    name = "peers" if epochs == 1 else f"peers-{epochs}-epochs"
    former = folder / f"{name}.json"
    if former.exists():
        figures["repeated"] = compare(figures, json.loads(former.read_text(encoding="utf-8")))
    return write(folder, name, figures, table(figures), _bars(figures))


def compare(now: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any] | None:
    """Compare the ratios to gensim of two runs of one setting; of another there is nothing to say.

    A ratio's verdict is ``"same"`` within `TOLERANCE`, ``"spread"`` where the ranges of the two
    runs' rounds overlap, ``"unknown"`` where a range is of a single round, else ``"differs"``.
    """
    if now["setting"] != before.get("setting"):
        return None
    ratios = []
    for model, systems in now["models"].items():
        for system, mine in systems.items():
            theirs = before["models"].get(model, {}).get(system)
            for key in _RATIOS:
                a, b = mine[key], theirs and theirs[key]
                if a and b and system != BASELINE:
                    ratios.append({"model": model, "system": system, "of": key, **_verdict(a, b)})
    return {"when": before["made"]["when"], "ratios": ratios}


def _verdict(a: Mapping[str, float], b: Mapping[str, float]) -> dict[str, Any]:
    difference, verdict = a["median"] / b["median"] - 1, "same"
    if abs(difference) > TOLERANCE:
        overlap = a["lowest"] <= b["highest"] and b["lowest"] <= a["highest"]
        several = min(a["rounds"], b["rounds"]) > 1
        verdict = ("spread" if overlap else "differs") if several else "unknown"
    return {"now": a["median"], "before": b["median"], "difference": difference, "verdict": verdict}


def table(figures: Mapping[str, Any]) -> str:
    """Return the page: a table a model, what was run and counted, and the former run's ratios."""
    setting, systems = figures["setting"], figures["systems"]
    corpus = setting["corpus"] + (f" ({setting['note']})" if setting["note"] else "")
    epochs = f"{setting['epochs']} epoch" + "s" * (setting["epochs"] > 1)
    parts = [
        f"{setting['words'] / 1e6:.2f} M words of {corpus}, {epochs}, "
        f"{setting['threads']} threads, {setting['dim']} dimensions, window {setting['window']}, "
        f"{setting['negative']} negatives, sample {setting['sample']:g}, min-count "
        f"{setting['min_count']}. Every training is a process of its own; in every round each "
        f"system trains once. Rounds: {setting['rounds']}; medians, in brackets the lowest and the "
        "highest; ratios are taken within rounds.",
        "Each trains with its own default learning rate; with `corpus_file` and several threads "
        "gensim's falls less than asked, which after few epochs makes better vectors.",
    ]
    for model, found in figures["models"].items():
        scores = {systems[name]["title"]: each["quality"] for name, each in found.items()}
        unknown = "Quality was not measured: the evaluation sets are not here (W2V_BENCH_DATA)."
        rows = [_row(each, found.get(name), figures["failures"][model].get(name), model)
                for name, each in systems.items()]  # fmt: skip
        speeds = markdown_table(["", *(heading for _, heading, *_ in _COLUMNS)], rows)
        quality = score_table(scores) if any(scores.values()) else unknown
        parts += [f"## {_TITLES[model]}", speeds, quality]
    which = [(each["title"], each["found"] or f"not installed: {each['get']}", each["counts"],
              "the round's number" if each["seeded"] else "none to give")
             for each in systems.values()]  # fmt: skip
    texts = markdown_table(["", "which", "training time counts", "seed"], which)
    parts += ["## What was run", texts.replace("---:", "---")]
    if repeated := figures.get("repeated"):
        rows = [
            (f"{systems[x['system']]['title']}, {x['model']}, {_RATIOS[x['of']][0]}",
             f"{x['now']:.2f}", f"{x['before']:.2f}", f"{x['difference']:+.0%}",
             _VERDICTS[x["verdict"]])
            for x in repeated["ratios"]
        ]  # fmt: skip
        ratios = markdown_table(["× gensim", "now", "before", "difference", ""], rows)
        parts += ["## Run before", f"Beside the same run of {repeated['when']}:", ratios]
    return page("Other systems", *parts)


def _row(
    system: Mapping[str, Any], each: Mapping[str, Any] | None, failure: str | None, model: str
) -> tuple[object, ...]:
    failed = "failed: " + " ".join(failure.replace("|", "/").split()) if failure else ""
    if each is None:
        missing = "not installed" if system["found"] is None else failed or f"has no {model}"
        return (system["title"], missing, *[None] * 5)
    cells = (shown(each[key], *how) for key, _, *how in _COLUMNS)
    return (system["title"] + (f" (then {failed})" if failed else ""), *cells)


def _bars(figures: Mapping[str, Any]) -> Plot:
    speeds, notes = {}, {}
    for model, systems in figures["models"].items():
        for name, each in systems.items():
            title = f"{model}, {figures['systems'][name]['title']}"
            if each["words_per_second"]:
                speeds[title] = each["words_per_second"]
            if each["ratio"] and name != BASELINE:
                notes[title] = f"  ({each['ratio']['median']:.1f} × gensim)"
    return bars(speeds, 1e6, "million words a second, training alone", notes)
