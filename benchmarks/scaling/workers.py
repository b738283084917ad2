"""The fused engine on many workers: what their number costs the vectors, if anything."""

import statistics
from functools import partial
from itertools import product
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.contest.libraries import MODELS
from benchmarks.harness import scores
from benchmarks.harness.machine import doubled, usable_cores
from benchmarks.harness.options import Corpus, Epochs, Rounds, Seeds, Threads, Words
from benchmarks.harness.plots import bars
from benchmarks.harness.progress import take_turns
from benchmarks.harness.report import markdown_table, page, shown, write
from benchmarks.harness.texts import encoded_text
from tests.support.turns import train_in_turn
from w2v.backend import get_backend
from w2v.bench.rounds import Spread, ratio
from w2v.bench.training import FusedRun, Sentences, Setting

QUICK_THREADS = {"words": 200_000, "rounds": 1}
QUICK = {"words": 200_000, "seeds": 1, "epochs": 1, "most": 2}
HERE, FAIR = "threads here", "a core each, simulated"


def threads(
    folder: Path, *, corpus: Corpus = None, words: Words = None, rounds: Rounds = 3,
    most: Threads = None,
) -> str:  # fmt: skip
    """Measure 1, 2, 4 … threads, and write ``engine-threads``."""
    named = {f"{model}, {n} threads": (model, n)
             for model, n in product(MODELS, doubled(most or usable_cores()))}  # fmt: skip
    losses: dict[str, list[float]] = {name: [] for name in named}
    with encoded_text(corpus, words) as (text, encoded):

        def speed(name: str, model: str, n: int) -> float:
            setting = Setting(MODELS[model], workers=n)
            trainer = FusedRun(get_backend("cpu"), Sentences.of(encoded), setting).train()
            losses[name].append(scores.loss_at_rest(trainer, encoded))
            return encoded.total_words / trainer.seconds

        turns = {name: (partial(speed, name, *who), 0.5 + encoded.total_words / 3e6 / who[1])
                 for name, who in named.items()}  # fmt: skip
        speeds = take_turns("engine threads", turns, rounds)
    summary: list[dict[str, Any]] = [
        {"model": model, "threads": n, "spread": Spread.of(speeds[name]).figures(),
         "ratio": ratio(speeds[name], speeds[f"{model}, 1 threads"]).figures(),
         "loss": round(statistics.median(losses[name]), 5)}
        for name, (model, n) in named.items()
    ]  # fmt: skip
    rows = [[f"{x['model']}, {x['threads']}", shown(x["spread"], 1e6), shown(x["ratio"]),
             f"{x['loss']:.4f}"] for x in summary]  # fmt: skip
    table = page(
        "The fused engine on several threads",
        f"{text}; 100 dimensions, 5 negatives, window 5, one epoch.",
        markdown_table(["model, threads", "M words/s", "× one thread", "loss"], rows),
    )
    figures = {"text": str(text), "summary": summary, "words_per_second": speeds, "losses": losses}
    plot = bars(speeds, 1e6, "million words a second")
    return write(folder, "engine-threads", figures, table, plot)


def run(
    folder: Path, *, corpus: Corpus = None, words: Words = None, seeds: Seeds = 3,
    epochs: Epochs = 3, most: Annotated[int, typer.Option(min=2, help="Workers.")] = 64,
) -> str:  # fmt: skip
    """Train with 1, 2, 4 … workers, evaluate, and write ``engine-workers``.

    The trainings of one worker have several seeds, against whose deviation the others are held.
    """
    alone = [(1, HERE, seed) for seed in range(1, seeds + 1)]
    powers = range(1, most.bit_length())
    several = [(1 << power, how, 1) for how, power in product((HERE, FAIR), powers)]
    contestants: list[dict[str, Any]] = [
        {"title": f"{model}, {workers}" + (f", {how}" if workers > 1 else ""), "model": model,
         "workers": workers, "how": how, "seed": seed}
        for model, (workers, how, seed) in product(MODELS, [*alone, *several])
    ]  # fmt: skip
    with encoded_text(corpus, words) as (text, encoded):

        def judge(each: dict[str, Any]) -> scores.Scores:
            setting = Setting(MODELS[each["model"]], workers=each["workers"], seed=each["seed"])
            run = FusedRun(get_backend("cpu"), Sentences.of(encoded), setting)
            trainer = run.trainer(epochs)
            if each["how"] == FAIR:
                train_in_turn(trainer, each["workers"])
            else:
                trainer.run()
            return scores.judge(trainer, encoded)

        trained = epochs * encoded.total_words
        runs = scores.judge_all("engine workers", [
            (each, partial(judge, each), trained / (1e6 if each["how"] == FAIR else 4e6) + 3)
            for each in contestants
        ])  # fmt: skip
    summary: dict[str, dict[str, Any]] = scores.summaries(runs)
    for name, each in summary.items():
        one = summary[f"{name.partition(',')[0]}, 1"]
        each["worse"] = [
            title for key, title in scores.TITLES.items() if key in each
            and one[key]["deviation"] is not None
            and each[key]["mean"] < one[key]["mean"] - one[key]["deviation"]
        ]  # fmt: skip
    figures = {"text": str(text), "epochs": epochs, "seeds": seeds, "cores": usable_cores(),
               "left_out": [] if scores.evaluation_sets() else [scores.NO_SETS],
               "summary": summary, "runs": runs}  # fmt: skip
    fallen = [f"{name}: {', '.join(each['worse'])}" for name, each in summary.items()
              if each["worse"] and not name.endswith(", 1")]  # fmt: skip
    intro = (
        f"{text}, {epochs} epochs on {usable_cores()} cores. One worker: mean ± deviation over "
        f"{seeds} seeds; the others: one seed, as threads of this machine, which may outnumber its "
        "cores, and taking turns of a few windows, as threads would that have a core each. "
        "Correlations are Spearman's."
    )
    note = f"More than a deviation below one worker: {'; '.join(fallen) or 'none'}."
    title = "The fused engine on many workers: quality"
    return scores.write_scores(folder, "engine-workers", title, intro, figures, note)
