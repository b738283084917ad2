"""The fused engine beside gensim: how good the vectors are, over several seeds."""

from __future__ import annotations

import statistics
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.engine_report import quality_plot, quality_table
from benchmarks.evaluation import TITLES, evaluate, evaluation_sets
from benchmarks.progress import Progress
from benchmarks.report import write
from benchmarks.trainers import (
    MODELS,
    NO_GENSIM,
    encoded_text,
    gensim_model,
    has_gensim,
    loss_at_rest,
    train_gensim,
    w2v_trainer,
)


class Contestant(NamedTuple):
    """A training to judge.

    Parameters
    ----------
    model, system : str
    words_per_second : float
        On two cores, about, for the estimate of time.
    alpha : float, optional
        The learning rate to begin with, in place of the system's default.
    by_sentences : bool
        gensim reads sentences instead of ``corpus_file``, see `train_gensim`.
    """

    model: str
    system: str
    words_per_second: float
    alpha: float | None = None
    by_sentences: bool = False

    @property
    def title(self) -> str:
        """Name in tables."""
        reading = {"gensim": " (sentences)" if self.by_sentences else " (corpus_file)", "w2v": ""}
        rate = "" if self.alpha is None else f", alpha {self.alpha}"
        return f"{self.model} {self.system}{reading[self.system]}{rate}"


CONTESTANTS = [
    Contestant("skip-gram", "w2v", 6e6),
    Contestant("skip-gram", "gensim", 0.5e6, by_sentences=True),
    Contestant("skip-gram", "gensim", 0.5e6),
    Contestant("cbow", "w2v", 9e6),
    Contestant("cbow", "w2v", 9e6, alpha=0.025),
    Contestant("cbow", "gensim", 1.2e6, by_sentences=True),
    Contestant("cbow", "gensim", 1.5e6),
]


def run(
    folder: Path,
    *,
    corpus: Path | None,
    words: int | None,
    seeds: int,
    epochs: int,
    threads: int,
    negative: int = 5,
    label: str = "quality",
) -> str:
    """Train both with several seeds, evaluate, and write ``engine-<label>``.

    Parameters
    ----------
    folder : Path
    corpus : Path, optional
        As for `benchmark_text`, and so is ``words``.
    words : int, optional
    seeds, epochs, threads : int
    negative : int, default 5
        0 trains hierarchical softmax.
    label : str
        Of the files.

    Returns
    -------
    str
        The table.
    """
    runs: list[dict[str, Any]] = []
    contestants = [c for c in CONTESTANTS if c.system == "w2v" or has_gensim()]
    with encoded_text(corpus, words) as (text, encoded):
        trained = seeds * epochs * encoded.total_words
        seconds = sum(trained / c.words_per_second + 3 * seeds for c in contestants)
        steps = seeds * sum(1e6 / c.words_per_second for c in contestants)
        with Progress("engine quality", steps, seconds) as progress:
            for seed in range(1, seeds + 1):
                for each in contestants:
                    progress.step(f"{each.title}, seed {seed}", 1e6 / each.words_per_second)
                    same: dict[str, Any] = {
                        "sg": MODELS[each.model],
                        "threads": threads,
                        "seed": seed,
                        "negative": negative,
                    }
                    if each.alpha is not None:
                        same["alpha"] = each.alpha
                    run: dict[str, Any] = {"title": each.title, "seed": seed}
                    if each.system == "w2v":
                        trainer = w2v_trainer(encoded, epochs=epochs, **same)
                        trainer.run()
                        run["loss"] = loss_at_rest(trainer, encoded)
                        run |= evaluate(list(encoded.vocab.words), trainer.model.word_vecs)
                    else:
                        theirs = gensim_model(text.path, **same)
                        train_gensim(theirs, text.path, epochs, by_sentences=each.by_sentences)
                        run |= evaluate(theirs.wv.index_to_key, theirs.wv.vectors)
                    runs.append(run)
    left_out = [] if has_gensim() else [NO_GENSIM]
    if not evaluation_sets():
        left_out.append("scores: no evaluation sets, W2V_BENCH_DATA names no folder with eval/")
    figures = {
        "text": str(text),
        "epochs": epochs,
        "seeds": seeds,
        "threads": threads,
        "negative": negative,
        "left_out": left_out,
        "summary": {
            each.title: _summary([run for run in runs if run["title"] == each.title])
            for each in contestants
        },
        "runs": runs,
    }
    return write(
        folder, f"engine-{label}", figures, quality_table(figures), partial(quality_plot, figures)
    )


def _summary(runs: list[dict[str, Any]]) -> dict[str, dict[str, float | None] | None]:
    """Return mean and deviation of every score that the runs have."""
    found: dict[str, dict[str, float | None] | None] = {"loss": None}
    for key in ("loss", *TITLES):
        values = [run[key] for run in runs if key in run]
        if values:
            deviation = round(statistics.stdev(values), 4) if len(values) > 1 else None
            found[key] = {"mean": round(statistics.mean(values), 4), "deviation": deviation}
    return found
