"""The fused engine on many workers: what their number costs the vectors, if anything."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.engine_report import quality_plot, workers_table
from benchmarks.evaluation import TITLES, evaluate, evaluation_sets
from benchmarks.machine import usable_cores
from benchmarks.progress import Progress
from benchmarks.report import write
from benchmarks.trainers import MODELS, encoded_text, loss_at_rest, w2v_trainer
from benchmarks.turns import train_in_turn
from w2v.data import EncodedCorpus

HERE, FAIR = "threads here", "a core each, simulated"


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


def run(
    folder: Path,
    *,
    corpus: Path | None,
    words: int | None,
    seeds: int,
    epochs: int,
    most: int,
    models: tuple[str, ...] = tuple(MODELS),
) -> str:
    """Train with 1, 2, 4 … workers, evaluate, and write ``engine-workers``.

    Parameters
    ----------
    folder : Path
    corpus : Path, optional
        As for `benchmark_text`, and so is ``words``.
    words : int, optional
    seeds : int
        Trainings of one worker, whose deviation the others are held against.
    epochs : int
    most : int
        Workers.
    models : tuple of str

    Returns
    -------
    str
        The table.
    """
    runs: list[dict[str, Any]] = []
    contestants = [each for model in models for each in _contestants(model, seeds, most)]
    with encoded_text(corpus, words) as (text, encoded):
        trained = epochs * encoded.total_words
        each_takes = [trained / (1e6 if c.how == FAIR else 4e6) + 3 for c in contestants]
        with Progress("engine workers", sum(each_takes), sum(each_takes)) as progress:
            for each, seconds in zip(contestants, each_takes, strict=True):
                progress.step(f"{each.title}, seed {each.seed}", seconds)
                runs.append(
                    {"title": each.title, **each._asdict(), **_judge(each, encoded, epochs)}
                )
    figures = {
        "text": str(text),
        "epochs": epochs,
        "seeds": seeds,
        "cores": usable_cores(),
        "left_out": [] if evaluation_sets() else ["scores: no evaluation sets"],
        "summary": _summary(runs),
        "runs": runs,
    }
    return write(
        folder, "engine-workers", figures, workers_table(figures), partial(quality_plot, figures)
    )


def _contestants(model: str, seeds: int, most: int) -> Iterator[Contestant]:
    for seed in range(1, seeds + 1):
        yield Contestant(model, 1, HERE, seed)
    for how in (HERE, FAIR):
        for power in range(1, most.bit_length()):
            yield Contestant(model, 1 << power, how, 1)


def _judge(each: Contestant, corpus: EncodedCorpus, epochs: int) -> dict[str, float]:
    trainer = w2v_trainer(
        corpus, sg=MODELS[each.model], threads=each.workers, epochs=epochs, seed=each.seed
    )
    if each.how == FAIR:
        train_in_turn(trainer, each.workers)
    else:
        trainer.run()
    scores = evaluate(list(corpus.vocab.words), trainer.model.word_vecs)
    return {"loss": loss_at_rest(trainer, corpus), **scores}


def _summary(runs: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return every contestant's scores, and the sets on which it is worse than one worker."""
    found: dict[str, dict[str, Any]] = {}
    for title in dict.fromkeys(run["title"] for run in runs):
        same = [run for run in runs if run["title"] == title]
        scores: dict[str, Any] = {}
        for key in ("loss", *TITLES):
            values = [run[key] for run in same if key in run]
            if values:
                deviation = statistics.stdev(values) if len(values) > 1 else None
                scores[key] = {"mean": statistics.mean(values), "deviation": deviation}
        alone = found.get(f"{same[0]['model']}, 1", scores)
        worse = [
            title
            for key, title in TITLES.items()
            if key in scores
            and alone[key]["deviation"] is not None
            and scores[key]["mean"] < alone[key]["mean"] - alone[key]["deviation"]
        ]
        found[title] = {**scores, "worse": worse}
    return found
