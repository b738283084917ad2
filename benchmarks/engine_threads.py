"""The fused engine on one and more threads: its speed, and the loss that it reports."""

from __future__ import annotations

import statistics
from functools import partial
from pathlib import Path

from benchmarks.engine_report import threads_plot, threads_table
from benchmarks.progress import Progress
from benchmarks.report import write
from benchmarks.rounds import Spread, alternate, ratio
from benchmarks.trainers import MODELS, encoded_text, loss_at_rest, seconds_of, w2v_trainer
from w2v.data import EncodedCorpus


def run(folder: Path, *, corpus: Path | None, words: int | None, rounds: int, threads: int) -> str:
    """Measure 1, 2, 4 … threads, and write ``engine-threads``.

    Parameters
    ----------
    folder : Path
    corpus : Path, optional
        As for `benchmark_text`, and so is ``words``.
    words : int, optional
    rounds : int
    threads : int
        The most.

    Returns
    -------
    str
        The table.
    """
    counts = sorted({1, threads, *(1 << i for i in range(threads.bit_length()))})
    counts = [n for n in counts if n <= threads]
    losses: dict[str, list[float]] = {}
    with encoded_text(corpus, words) as (text, encoded):
        contestants = {
            f"{model}, {n} threads": partial(
                _speed, encoded, sg, n, losses.setdefault(f"{model}, {n} threads", [])
            )
            for model, sg in MODELS.items()
            for n in counts
        }
        seconds = rounds * sum(0.5 + 2 * encoded.total_words / 3e6 / n for n in counts)
        with Progress("engine threads", rounds * len(contestants), seconds) as progress:
            speeds = alternate(contestants, rounds, progress)
    figures = {
        "text": str(text),
        "summary": [
            {
                "model": model,
                "threads": n,
                "spread": Spread.of(speeds[f"{model}, {n} threads"]).figures(),
                "ratio": ratio(
                    speeds[f"{model}, {n} threads"], speeds[f"{model}, 1 threads"]
                ).figures(),
                "loss": round(statistics.median(losses[f"{model}, {n} threads"]), 5),
            }
            for model in MODELS
            for n in counts
        ],
        "words_per_second": speeds,
        "losses": losses,
    }
    return write(
        folder, "engine-threads", figures, threads_table(figures), partial(threads_plot, figures)
    )


def _speed(corpus: EncodedCorpus, sg: int, threads: int, losses: list[float]) -> float:
    trainer = w2v_trainer(corpus, sg=sg, threads=threads, epochs=1)
    seconds = seconds_of(trainer.run)
    losses.append(loss_at_rest(trainer, corpus))
    return corpus.total_words / seconds
