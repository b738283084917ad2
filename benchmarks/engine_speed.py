"""The fused engine beside gensim, and beside what the machine could do at most.

Training alone is timed: not reading, not compiling, no vocabulary.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.ceiling import training_bytes, training_flops
from benchmarks.corpora import Text
from benchmarks.engine_report import speed_plot, speed_table
from benchmarks.progress import Progress
from benchmarks.report import write
from benchmarks.rounds import Spread, alternate, ratio
from benchmarks.trainers import (
    MODELS,
    NO_GENSIM,
    encoded_text,
    gensim_model,
    has_gensim,
    seconds_of,
    train_gensim,
    w2v_trainer,
)
from w2v.backend import HuffmanTree, available_backends, get_backend, keep_probabilities
from w2v.backend.cpu.peak import peak_flops
from w2v.data import EncodedCorpus

SYSTEMS = {"cpu": "w2v", "gpu": "w2v, GPU"}
# Words a second of two common cores, to say beforehand how long all takes.
_EXPECTED = {"w2v": 4e6, "w2v, GPU": 4e7, "gensim": 0.5e6}
_CEILING_SECONDS = 0.5


@dataclass(frozen=True)
class Setting:
    """What all systems train with."""

    dim: int
    negative: int
    threads: int


@dataclass
class Ours:
    """The fused engine, new in every round.

    Attributes
    ----------
    predictions : float
        Made in the last epoch; skip-gram's are pairs of a context and a target.
    """

    corpus: EncodedCorpus
    setting: Setting
    sg: int
    backend: str
    predictions: float = 0

    def __call__(self) -> float:
        """Train one epoch; return the words a second."""
        trainer = w2v_trainer(
            self.corpus, sg=self.sg, backend=self.backend, epochs=1, **vars(self.setting)
        )
        seconds = seconds_of(trainer.run)
        self.predictions = trainer.total_loss / trainer.losses[0]
        return self.corpus.total_words / seconds


def run(
    folder: Path,
    setting: Setting,
    *,
    corpus: Path | None,
    words: int | None,
    rounds: int,
    label: str = "speed",
) -> str:
    """Measure, and write ``engine-<label>``.

    Parameters
    ----------
    folder : Path
    setting : Setting
    corpus : Path, optional
        As for `benchmark_text`, and so is ``words``.
    words : int, optional
    rounds : int
    label : str
        Of the files.

    Returns
    -------
    str
        The table.
    """
    with encoded_text(corpus, words) as (text, encoded):
        ours = {
            (model, backend): Ours(encoded, setting, sg, backend)
            for model, sg in MODELS.items()
            for backend in _backends(setting)
        }
        figures: dict[str, Any] = {
            "setting": vars(setting) | {"text": str(text), "words": encoded.total_words},
            "left_out": [] if has_gensim() else [NO_GENSIM],
        }
        speeds = _measure(text, encoded, setting, ours, rounds, label)
        windows = encoded.vocab.counts * keep_probabilities(encoded.vocab.counts, 1e-3)
        kept = float(windows.sum())
        outputs = 1.0 + setting.negative
        if not setting.negative:
            outputs = float(windows @ HuffmanTree(encoded.vocab.counts).lengths) / kept
    figures["ceiling"] = {
        "cpu_flops": Spread.of(speeds["ceiling, cpu"]).figures(),
        "gpu_bytes_per_second": Spread.of(speeds["ceiling, gpu"]).figures()
        if "ceiling, gpu" in speeds
        else None,
    }
    figures["work"] = {
        "kept_words": kept,
        "outputs": outputs,
        "pairs": ours["skip-gram", "cpu"].predictions,
    }
    figures["summary"] = {
        f"{model} words_per_second": _summary(model, speeds, figures) for model in MODELS
    }
    figures["words_per_second"] = speeds
    return write(
        folder, f"engine-{label}", figures, speed_table(figures), partial(speed_plot, figures)
    )


def _measure(
    text: Text,
    encoded: EncodedCorpus,
    setting: Setting,
    ours: Mapping[tuple[str, str], Ours],
    rounds: int,
    label: str,
) -> dict[str, list[float]]:
    """Return what every system reached in every round, and the ceilings between them."""
    contestants: dict[str, Callable[[], float]] = {
        "ceiling, cpu": partial(peak_flops, setting.threads)
    }
    if "gpu" in available_backends():
        from benchmarks.gpu_measure import copy_bandwidth

        contestants["ceiling, gpu"] = partial(copy_bandwidth, get_backend("gpu"))
    for model, sg in MODELS.items():
        for backend in _backends(setting):
            contestants[f"{model}, {SYSTEMS[backend]}"] = ours[model, backend]
        if has_gensim():
            contestants[f"{model}, gensim"] = partial(
                _gensim_speed, text, encoded.total_words, setting, sg
            )
    seconds = rounds * sum(_seconds(name, encoded.total_words, setting) for name in contestants)
    with Progress(f"engine {label}", rounds * len(contestants), seconds) as progress:
        return alternate(contestants, rounds, progress)


def _backends(setting: Setting) -> list[str]:
    return available_backends() if setting.negative else ["cpu"]


def _gensim_speed(text: Text, words: int, setting: Setting, sg: int) -> float:
    model = gensim_model(text.path, sg=sg, **vars(setting))
    return words / seconds_of(partial(train_gensim, model, text.path, 1))


def _seconds(contestant: str, words: int, setting: Setting) -> float:
    """Return about what one round of a contestant takes."""
    model, _, system = contestant.partition(", ")
    if model == "ceiling":
        return _CEILING_SECONDS
    slower = setting.dim / 100 * ((setting.negative or 11) + 1) / 6 * 2 / setting.threads
    training = words / _EXPECTED[system] * slower * (1 if MODELS[model] else 0.5)
    return 1 + training + (words / 2.5e6 if system == "gensim" else 0)


def _summary(
    model: str, speeds: Mapping[str, list[float]], figures: Mapping[str, Any]
) -> dict[str, Any]:
    """Return medians, spreads, the ratio to gensim and the shares of the ceilings."""
    setting, work = figures["setting"], figures["work"]
    size = {"dim": setting["dim"], "negative": work["outputs"] - 1, "kept": work["kept_words"]}
    flops = training_flops(sg=MODELS[model], pairs=work["pairs"], **size)
    needed = {"cpu": flops, "gpu": training_bytes(**size)}
    each: dict[str, Any] = {"flops_a_word": flops / setting["words"], "spread": {}, "share": {}}
    for backend, system in SYSTEMS.items():
        found = speeds.get(f"{model}, {system}")
        if found:
            each["spread"][system] = Spread.of(found).figures()
            rate = [words * needed[backend] / setting["words"] for words in found]
            each["share"][system] = ratio(rate, speeds[f"ceiling, {backend}"]).figures()
    theirs = speeds.get(f"{model}, gensim")
    if theirs:
        times = ratio(speeds[f"{model}, w2v"], theirs)
        each["spread"] |= {"gensim": Spread.of(theirs).figures(), "ratio": times.figures()}
    return each
