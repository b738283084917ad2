"""The fused engine beside gensim: how good the vectors are, over several seeds."""

from __future__ import annotations

import statistics
from functools import partial
from pathlib import Path
from typing import Any

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
    train_gensim,
    w2v_trainer,
)


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
    systems = ["w2v", "gensim"] if has_gensim() else ["w2v"]
    with encoded_text(corpus, words) as (text, encoded):
        # w2v and gensim train so many words a second on two cores, both models together.
        seconds = seeds * epochs * encoded.total_words * (1 / 3e6 + (len(systems) > 1) / 0.38e6)
        steps = seeds * len(MODELS) * len(systems)
        with Progress("engine quality", steps, seconds + 3 * steps) as progress:
            for seed in range(1, seeds + 1):
                for model, sg in MODELS.items():
                    for system in systems:
                        progress.step(
                            f"{model}, {system}, seed {seed}", 10 if system == "gensim" else 1
                        )
                        run: dict[str, Any] = {"system": system, "model": model, "seed": seed}
                        same: dict[str, Any] = {
                            "sg": sg,
                            "threads": threads,
                            "seed": seed,
                            "negative": negative,
                        }
                        if system == "w2v":
                            trainer = w2v_trainer(encoded, epochs=epochs, **same)
                            run["loss"] = trainer.run()[-1]
                            run |= evaluate(list(encoded.vocab.words), trainer.model.word_vecs)
                        else:
                            theirs = gensim_model(text.path, **same)
                            train_gensim(theirs, text.path, epochs)
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
            f"{model} {system}": _summary(
                [each for each in runs if (each["model"], each["system"]) == (model, system)]
            )
            for model in MODELS
            for system in systems
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
