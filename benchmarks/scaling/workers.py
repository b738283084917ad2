"""The fused engine on many workers: what their number costs the vectors, if anything."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from benchmarks.contest.libraries import MODELS
from benchmarks.harness import scores
from benchmarks.harness.machine import doubled, usable_cores
from benchmarks.harness.options import Corpus, Epochs, Rounds, Seeds, Threads, Words
from benchmarks.harness.plots import bars
from benchmarks.harness.progress import Progress, take_turns
from benchmarks.harness.report import left_out, markdown_table, page, write
from benchmarks.harness.texts import encoded_text
from tests.support.turns import train_in_turn
from w2v.backend import get_backend
from w2v.bench.rounds import Spread, ratio
from w2v.bench.training import FusedRun, Sentences, Setting

QUICK_THREADS = {"words": 200_000, "rounds": 1}
QUICK = {"words": 200_000, "seeds": 1, "epochs": 1, "most": 2}
HERE, FAIR = "threads here", "a core each, simulated"


def threads(
    folder: Path,
    *,
    corpus: Corpus = None,
    words: Words = None,
    rounds: Rounds = 3,
    most: Threads = None,
) -> str:
    """Measure 1, 2, 4 … threads, and write ``engine-threads``."""
    counts = doubled(most or usable_cores())
    losses: dict[str, list[float]] = {}
    with encoded_text(corpus, words) as (text, encoded):

        def speed(name: str, skip_gram: bool, n: int) -> float:
            run = FusedRun(get_backend("cpu"), Sentences.of(encoded), Setting(skip_gram, workers=n))
            trainer = run.train()
            losses.setdefault(name, []).append(scores.loss_at_rest(trainer, encoded))
            return encoded.total_words / trainer.seconds

        named = {f"{model}, {n} threads": (model, n) for model in MODELS for n in counts}
        turns = {x: partial(speed, x, MODELS[model], n) for x, (model, n) in named.items()}
        seconds = {x: 0.5 + encoded.total_words / 3e6 / n for x, (_, n) in named.items()}
        speeds = take_turns("engine threads", turns, rounds, seconds)
    spreads = {name: Spread.of(each) for name, each in speeds.items()}
    gains = {x: ratio(speeds[x], speeds[f"{model}, 1 threads"]) for x, (model, _) in named.items()}
    loss = {name: round(statistics.median(each), 5) for name, each in losses.items()}
    summary = [
        {"model": model, "threads": n, "spread": spreads[x].figures(), "ratio": gains[x].figures(),
         "loss": loss[x]}
        for x, (model, n) in named.items()
    ]  # fmt: skip
    rows = [[f"{model}, {n}", spreads[x].text(1e6), gains[x].text(), f"{loss[x]:.4f}"]
            for x, (model, n) in named.items()]  # fmt: skip
    table = page(
        "The fused engine on several threads",
        f"{text}; 100 dimensions, 5 negatives, window 5, one epoch.",
        markdown_table(["model, threads", "M words/s", "× one thread", "loss"], rows),
    )
    figures = {"text": str(text), "summary": summary, "words_per_second": speeds, "losses": losses}
    plot = partial(bars, values=spreads, unit=1e6, label="million words a second")
    return write(folder, "engine-threads", figures, table, plot)


class Contestant(NamedTuple):
    """A training to judge: a model, its workers, how they run, and a seed."""

    model: str
    workers: int
    how: str
    seed: int

    @property
    def title(self) -> str:
        """Name in tables."""
        return f"{self.model}, {self.workers}" + (f", {self.how}" if self.workers > 1 else "")


def _contestants(model: str, seeds: int, most: int) -> Iterator[Contestant]:
    yield from (Contestant(model, 1, HERE, seed) for seed in range(1, seeds + 1))
    for how in (HERE, FAIR):
        for power in range(1, most.bit_length()):
            yield Contestant(model, 1 << power, how, 1)


def run(
    folder: Path,
    *,
    corpus: Corpus = None,
    words: Words = None,
    seeds: Seeds = 3,
    epochs: Epochs = 3,
    most: Annotated[int, typer.Option(min=2, help="Workers.")] = 64,
) -> str:
    """Train with 1, 2, 4 … workers, evaluate, and write ``engine-workers``.

    The trainings of one worker have several seeds, against whose deviation the others are held.
    """
    contestants = [each for model in MODELS for each in _contestants(model, seeds, most)]
    runs: list[dict[str, Any]] = []
    with encoded_text(corpus, words) as (text, encoded):
        trained = epochs * encoded.total_words
        seconds = {c: trained / (1e6 if c.how == FAIR else 4e6) + 3 for c in contestants}
        with Progress("engine workers", sum(seconds.values())) as progress:
            for each in contestants:
                progress.step(f"{each.title}, seed {each.seed}", seconds[each])
                setting = Setting(MODELS[each.model], workers=each.workers, seed=each.seed)
                run = FusedRun(get_backend("cpu"), Sentences.of(encoded), setting)
                trainer = run.trainer(epochs)
                if each.how == FAIR:
                    train_in_turn(trainer, each.workers)
                else:
                    trainer.run()
                found = scores.judge(trainer, encoded)
                runs.append({"title": each.title, **each._asdict(), **found})
    reasons = [] if scores.evaluation_sets() else ["scores: no evaluation sets"]
    summary = _summary(runs)
    figures = {"text": str(text), "epochs": epochs, "seeds": seeds, "cores": usable_cores(),
               "left_out": reasons, "summary": summary, "runs": runs}  # fmt: skip
    fallen = [f"{name}: {', '.join(each['worse'])}" for name, each in summary.items()
              if each["worse"] and not name.endswith(", 1")]  # fmt: skip
    table = page(
        "The fused engine on many workers: quality",
        f"{text}, {epochs} epochs on {usable_cores()} cores. One worker: mean ± deviation over "
        f"{seeds} seeds; the others: one seed, as threads of this machine, which may outnumber its "
        "cores, and taking turns of a few windows, as threads would that have a core each. "
        "Correlations are Spearman's.",
        scores.score_table(summary, scores.MEASURES),
        f"More than a deviation below one worker: {'; '.join(fallen) or 'none'}.",
        left_out(reasons),
    )
    return write(
        folder, "engine-workers", figures, table, partial(scores.score_bars, summary, seeds)
    )


def _summary(runs: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return every contestant's scores, and the sets on which it is worse than one worker."""
    found: dict[str, dict[str, Any]] = {}
    for title in dict.fromkeys(run["title"] for run in runs):
        same = [run for run in runs if run["title"] == title]
        mine: dict[str, Any] = scores.summarize(same)
        alone = found.get(f"{same[0]['model']}, 1", mine)
        worse = [
            scores.TITLES[key]
            for key in scores.TITLES.keys() & mine.keys()
            if alone[key]["deviation"] is not None
            and mine[key]["mean"] < alone[key]["mean"] - alone[key]["deviation"]
        ]
        found[title] = {**mine, "worse": worse}
    return found
