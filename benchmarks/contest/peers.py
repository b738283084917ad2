"""Other systems beside w2v: speed, memory and quality of whole processes that take turns."""

import contextlib
import math
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from typer import Option

from benchmarks.contest.libraries import MODELS, Job
from benchmarks.contest.systems import System, all_systems
from benchmarks.harness import machine, options, plots, report, scores, tables, texts, turns
from benchmarks.harness.processes import Finished, ProcessFailedError, watch
from w2v.bench.rounds import Spread

BASELINE = "gensim"
_WARM_UP_BYTES = 1_000_000
_SETTING = ("epochs", "threads", "dim", "window", "negative", "min_count", "sample")
_NOTE = (
    "Every training is a process of its own, with its own default learning rate; by `corpus_file` "
    "on several threads gensim's falls less than asked, which makes better vectors of few epochs."
)
_UNKNOWN = "Quality was not measured: the evaluation sets are not here (W2V_BENCH_DATA)."
# Of the table: the key of a measurement, its heading, unit and digits.
_COLUMNS = (
    ("words_per_second", "training, M words/s", 1e6, 2),
    ("ratio", "× gensim", 1, 2),
    ("end_to_end_seconds", "text to vectors, s", 1, 1),
    ("end_to_end_ratio", "× gensim", 1, 2),
    ("peak_mb", "peak memory, MB", 1, 0),
    ("peak_unmapped_mb", "without files' pages, MB", 1, 0),
)
# Ratios to gensim: of what, in words and by its key, and to which power.
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
        job = self.job._replace(skip_gram=MODELS[model], **changes)
        shutil.rmtree(job.out, ignore_errors=True)
        job.out.mkdir()
        return watch(system.command(job)), job

    def warm_up(self, system: System, model: str) -> None:
        """Train on the beginning of the text: kernels get compiled, programs come into memory."""
        beginning = self.scratch / "beginning.txt"
        with self.job.text.open("rb") as lines:
            beginning.write_bytes(b"".join(lines.readlines(_WARM_UP_BYTES)))
        with contextlib.suppress(ProcessFailedError):  # it will be told when it counts
            self.train(system, model, text=beginning)

    def measure(self, system: System, model: str, **changes: Any) -> float:
        """Train once, note everything down and return the words a second of training alone.

        NaN where they cannot be told: the system has failed, now or before.
        """
        if system.name in self.failures[model]:
            return math.nan
        this: dict[str, Any] = {"system": system.name, "model": model, **changes}
        round_ = 1 + sum(this.items() <= x.items() for x in self.runs)
        load = round(os.getloadavg()[0], 2)
        try:
            finished, job = self.train(system, model, seed=round_, **changes)
            seconds, (words, vectors) = system.timed(finished, job), system.vectors(job)
        except (ProcessFailedError, OSError, ValueError) as error:
            self.failures[model][system.name] = str(error)
            return math.nan
        speed = self.words * job.epochs / seconds if seconds else None
        facts = {**this, "round": round_, "words_per_second": speed,
                 "end_to_end_seconds": finished.wall_seconds, "cpu_seconds": finished.cpu_seconds,
                 "peak_mb": finished.peak_mb, "peak_unmapped_mb": finished.peak_unmapped_mb,
                 "vocabulary": len(words), "load_before": load}  # fmt: skip
        self.runs.append({**facts, "quality": scores.evaluate(words, vectors)})
        return speed or math.nan

    def summary(self, model: str) -> dict[str, dict[str, Any]]:
        """Return each system's medians with spread, its ratios to gensim, and its quality."""
        of = tables.grouped((x for x in self.runs if x["model"] == model), "system")
        found: dict[str, dict[str, Any]] = {}
        for name, mine in of.items():
            values: dict[str, list[Any]] = {
                key: [run.get(key) for run in mine] for key, *_ in _COLUMNS
            }
            for key, (_, what, power) in _RATIOS.items():
                pairs = zip(mine, of.get(BASELINE, []), strict=False)
                values[key] = [None if None in (a[what], b[what]) else (a[what] / b[what]) ** power
                               for a, b in pairs]  # fmt: skip
            found[name] = {"quality": scores.summarize([run["quality"] for run in mine])}
            found[name] |= {key: Spread.of(each).figures() if each and None not in each else None
                            for key, each in values.items()}  # fmt: skip
        return found


@contextlib.contextmanager
def contest_of(
    who: Mapping[str, tuple[System, str]], corpus: Path | None, words: int | None, epochs: int,
    threads: int | None,
) -> Iterator[tuple[Contest, dict[str, Any]]]:  # fmt: skip
    """Open a contest of systems and models that have been warmed up; yield it and its setting."""
    with texts.benchmark_text(corpus, words) as text, tempfile.TemporaryDirectory() as scratch:
        with text.path.open("rb") as lines:
            counted = sum(len(line.split()) for line in lines)
        cores = threads or machine.usable_cores()
        contest = Contest(text.path, counted, epochs, cores, Path(scratch))
        for name, each in who.items():
            turns.say(f"warming up: {name}", passing=True)
            contest.warm_up(*each)
        setting = {"corpus": text.name, "note": text.note, "words": counted,
                   "text_bytes": text.path.stat().st_size}  # fmt: skip
        yield contest, setting | {key: getattr(contest.job, key) for key in _SETTING}


def run(
    folder: Path, systems: Sequence[System] | None = None, *, corpus: options.Corpus = None,
    words: options.Words = None, rounds: options.Rounds = 3,
    epochs: Annotated[int, Option(min=1, help="1 for speed, 3 for quality.")] = 1,
    threads: options.Threads = None, fasttext: options.Program = None,
    word2vec_c: options.Program = None, pword2vec: options.Program = None,
) -> str:  # fmt: skip
    """Measure all systems that are there, and write ``peers`` or ``peers-<n>-epochs``.

    The seed is the round's number where a system takes one. Those that are missing are told how
    to get. Results of the same setting that are in the folder are compared with the new ones.
    """
    systems = systems or all_systems(fasttext, word2vec_c, pword2vec)
    who = {f"{s.title}, {model}": (s, model) for model in MODELS for s in systems
           if s.found and model in s.models}  # fmt: skip
    with contest_of(who, corpus, words, epochs, threads) as (contest, setting):
        measures = {name: partial(contest.measure, *each) for name, each in who.items()}
        turns.take_turns("peers", measures, rounds)
    told = ("found", "title", "get", "counts", "seeded")
    figures: dict[str, Any] = {
        "setting": {**setting, "rounds": rounds},
        "systems": {s.name: {key: getattr(s, key) for key in told} for s in systems},
        "models": {model: contest.summary(model) for model in MODELS},
        "failures": contest.failures, "runs": contest.runs,
    }  # fmt: skip
    name = "peers" if epochs == 1 else f"peers-{epochs}-epochs"
    if former := report.read_json(folder / f"{name}.json"):
        figures["repeated"] = compare(figures, former)
    speeds = {f"{model}, {figures['systems'][key]['title']}": each["words_per_second"]
              for model, of in figures["models"].items() for key, each in of.items()
              if each["words_per_second"]}  # fmt: skip
    plot = plots.bars(speeds, 1e6, "million words a second, training alone")
    return report.write(folder, name, "Other systems", figures, table(figures), plot)


def compare(now: report.Figures, before: report.Figures) -> dict[str, Any] | None:
    """Compare the ratios to gensim of two runs, if they are of one setting."""
    if now["setting"] != before.get("setting"):
        return None
    ratios = []
    for model, systems in now["models"].items():
        for system, key in ((x, key) for x in systems if x != BASELINE for key in _RATIOS):
            a, b = systems[system][key], before["models"].get(model, {}).get(system, {}).get(key)
            if not (a and b):
                continue
            difference, verdict = a["median"] / b["median"] - 1, "same"
            if abs(difference) > 0.1:
                overlap = a["lowest"] <= b["highest"] and b["lowest"] <= a["highest"]
                several = min(a["rounds"], b["rounds"]) > 1
                verdict = ("spread" if overlap else "differs") if several else "unknown"
            ratios.append({"model": model, "system": system, "of": key, "now": a["median"],
                           "before": b["median"], "difference": difference,
                           "verdict": verdict})  # fmt: skip
    return {"when": before["made"]["when"], "ratios": ratios}


def table(figures: report.Figures) -> list[report.Part]:
    """Return a table a model, what was run and counted, and the former run's ratios."""
    systems, parts = figures["systems"], list[report.Part]([report.MEDIANS, _NOTE])
    for model, found in figures["models"].items():
        rows = [_row(each, found.get(name), figures["failures"][model].get(name), model)
                for name, each in systems.items()]  # fmt: skip
        good = {systems[name]["title"]: each["quality"] for name, each in found.items()}
        parts += [f"## {model}", tables.markdown_table(["", *(x for _, x, *_ in _COLUMNS)], rows),
                  scores.score_table(good) if any(good.values()) else _UNKNOWN]  # fmt: skip
    which = [(each["title"], each["found"] or f"not installed: {each['get']}", each["counts"],
              "the round's number" if each["seeded"] else "none to give")
             for each in systems.values()]  # fmt: skip
    told = tables.markdown_table(["", "which", "training time counts", "seed"], which)
    parts += ["## What was run", told.replace("---:", "---")]
    if repeated := figures.get("repeated"):
        ratios = [(f"{systems[x['system']]['title']}, {x['model']}, {_RATIOS[x['of']][0]}",
                   f"{x['now']:.2f}", f"{x['before']:.2f}", f"{x['difference']:+.0%}",
                   _VERDICTS[x["verdict"]]) for x in repeated["ratios"]]  # fmt: skip
        parts += ["## Run before", f"Beside the same run of {repeated['when']}:"]
        parts += [tables.markdown_table(["× gensim", "now", "before", "difference", ""], ratios)]
    return parts


def _row(
    system: report.Figures, each: Mapping[str, Any] | None, failure: str | None, model: str
) -> tuple[object, ...]:
    failed = "failed: " + " ".join(failure.replace("|", "/").split()) if failure else ""
    if each is None:
        missing = "not installed" if system["found"] is None else failed or f"has no {model}"
        return (system["title"], missing, *[None] * (len(_COLUMNS) - 1))
    cells = (tables.shown(each[key], *how) for key, _, *how in _COLUMNS)
    return (system["title"] + (f" (then {failed})" if failed else ""), *cells)
