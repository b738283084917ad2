"""Trainings that take turns: what each of them took and gave."""

from __future__ import annotations

import contextlib
import math
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.evaluation import evaluate
from benchmarks.peers_job import Job, System
from benchmarks.processes import ProcessFailedError, watch

MODELS = ("skip-gram", "cbow")
_WARM_UP_BYTES = 1_000_000


@dataclass
class Contest:
    """Trainings on one text, and what they gave.

    Parameters
    ----------
    text : Path
        Plain text.
    words : int
        Of the text, in the vocabulary or not.
    epochs, threads : int
    scratch : Path
        Folder for what the systems write.
    """

    text: Path
    words: int
    epochs: int
    threads: int
    scratch: Path
    runs: list[dict[str, Any]] = field(default_factory=list)
    failures: dict[str, dict[str, str]] = field(
        default_factory=lambda: {model: {} for model in MODELS}
    )

    def job(self, model: str, seed: int, text: Path | None = None) -> Job:
        """Return a training into an empty folder."""
        out = self.scratch / "out"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        return Job(text or self.text, out, model == "skip-gram", seed, self.epochs, self.threads)

    def warm_up(self, system: System, model: str) -> None:
        """Train on the beginning of the text: kernels get compiled, programs come into memory."""
        beginning = self.scratch / "beginning.txt"
        if not beginning.exists():
            with self.text.open("rb") as lines, beginning.open("wb") as out:
                out.writelines(lines.readlines(_WARM_UP_BYTES))
        with contextlib.suppress(ProcessFailedError):  # it will be told when it counts
            watch(system.command(self.job(model, 1, beginning)))

    def measure(self, system: System, model: str) -> float:
        """Train once, note everything down and return the words a second of training alone.

        NaN where they cannot be told: the system has failed, now or before.
        """
        if system.name in self.failures[model]:
            return math.nan
        round_ = 1 + sum((x["system"], x["model"]) == (system.name, model) for x in self.runs)
        job = self.job(model, seed=round_)
        load = round(os.getloadavg()[0], 2)
        try:
            finished = watch(system.command(job))
            seconds = system.training_seconds(finished, job)
            words, vectors = system.vectors(job)
        except (ProcessFailedError, OSError, ValueError) as error:
            self.failures[model][system.name] = str(error)
            return math.nan
        speed = self.words * self.epochs / seconds if seconds else math.nan
        self.runs.append(
            {
                "system": system.name,
                "model": model,
                "round": round_,
                "words_per_second": speed if seconds else None,
                "end_to_end_seconds": finished.wall_seconds,
                "cpu_seconds": finished.cpu_seconds,
                "peak_mb": finished.peak_mb,
                "peak_unmapped_mb": finished.peak_unmapped_mb,
                "vocabulary": len(words),
                "load_before": load,
                "quality": evaluate(words, vectors),
            }
        )
        return speed
