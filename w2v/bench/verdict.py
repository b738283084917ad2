"""What `w2v bench` has measured, in sentences: which backend to use, and how long it takes."""

from __future__ import annotations

from typing import Any

from w2v.bench.machine import EPOCHS, Findings, Measurement
from w2v.bench.training import MODELS


def training_seconds(words: float, start: float, read: float, train: float) -> float:
    """Return what ``w2v train`` needs for a text, by default with 5 epochs.

    Parameters
    ----------
    words : float
        Of the text.
    start : float
        Seconds before the first word.
    read, train : float
        Words a second.
    """
    return start + words / read + EPOCHS * words / train


def break_even(start: float, speed: float, cpu_start: float, cpu_speed: float) -> float | None:
    """Return from how many words of text on a GPU is done before the CPU.

    Parameters
    ----------
    start, cpu_start : float
        Seconds before the first word.
    speed, cpu_speed : float
        Words a second of training, 5 epochs.

    Returns
    -------
    float or None
        None if it never is.
    """
    if speed <= cpu_speed:
        return None
    return max(0.0, (start - cpu_start) / (EPOCHS / cpu_speed - EPOCHS / speed))


def verdict(found: Findings) -> list[str]:
    """Say in sentences what the measurements mean for whoever trains on this machine."""
    best = {(name, model): _best(found, name, model) for name in found.sampling for model in MODELS}
    lines = []
    if found.gpu_problem:
        lines.append(f"No GPU here ({found.gpu_problem}): --backend cpu is what there is.")
    elif len(found.sampling) > 1:
        lines += [_advice(found, best, model) for model in MODELS]
    lines += [_times(found, each) for each in best.values()]
    if "cpu" in found.sampling:
        lines += [_threads(found, model) for model in MODELS]
    return lines + [_batches(found, best, name) for name in found.sampling]


def _best(found: Findings, backend: str, model: str) -> Measurement:
    """Return the default way to train: the backend's own sampling, all threads."""
    wanted = (backend, "fused", model, found.sampling[backend])
    ways = [each for each in found.measurements if each.case[:4] == wanted]
    return max(ways, key=lambda each: each.case.threads or 0)


def _advice(found: Findings, best: dict[tuple[str, str], Measurement], model: str) -> str:
    start, gpu, cpu = found.start_seconds, best["gpu", model].median, best["cpu", model].median
    words = break_even(start["gpu"], gpu, start["cpu"], cpu)
    if words is None:
        return f"{model}: use --backend cpu, it trains faster than this GPU."
    return (
        f"{model}: use --backend gpu above {_count(words)} words of text; it trains "
        f"{gpu / cpu:.1f} times as fast and starts {start['gpu'] - start['cpu']:.1f} s later."
    )


def _times(found: Findings, best: Measurement) -> str:
    start = found.start_seconds[best.case.backend]
    times = ", ".join(
        f"{_count(n)} words {duration(training_seconds(n, start, found.read_speed, best.median))}"
        for n in (1e6, 1e8, 1e9)
    )
    speed = f"{best.median / 1e6:.3g} M words/s"
    return f"{best.case}: {speed}. From text to vectors in {EPOCHS} epochs: {times}."


def _threads(found: Findings, model: str) -> str:
    fused = {
        (each.case.sampling, each.case.threads): each.median
        for each in found.measurements
        if each.case[:3] == ("cpu", "fused", model)
    }
    most = max(threads or 0 for _, threads in fused)
    exact = fused["exact", most]
    return (
        f"{model} on the CPU: {most} threads are {exact / fused['exact', 1]:.1f} times as fast as "
        f"one; exact sampling trains at {exact / fused['fast', most]:.0%} of fast sampling's speed."
    )


def _batches(found: Findings, best: dict[tuple[str, str], Measurement], backend: str) -> str:
    steps = [each for each in found.measurements if each.case[:2] == (backend, "minibatch")]
    top = max(steps, key=lambda each: each.median)
    return (
        f"The minibatch engine on the {backend.upper()} is fastest with {top.case.model} in "
        f"batches of {top.case.batch_size:,}: {top.median / 1e6:.2g} M words/s; the fused engine, "
        f"the default, is {best[backend, top.case.model].median / top.median:.0f} times as fast, "
        "on less work: it leaves out some of the frequent words and narrows most windows."
    )


def _count(words: float) -> str:
    """Return a number of words as a person says it, to two figures."""
    for unit, name in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if words >= 0.95 * unit:
            return f"{words / unit:.{int(words < 10 * unit)}f} {name}".replace(".0 ", " ")
    return f"{words:.0f}"


def duration(seconds: float) -> str:
    """Return seconds as a person says them.

    Parameters
    ----------
    seconds : float

    Returns
    -------
    str
        Such as ``35 s``, ``4 min``, ``1.5 h``.
    """
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


def summary(found: Findings) -> dict[str, Any]:
    """Return everything that was found, ready for JSON."""
    return {
        "corpus": {"name": "pydocs", "words": found.words},
        "read_words_per_second": round(found.read_speed),
        "start_seconds": {name: round(x, 2) for name, x in found.start_seconds.items()},
        "measurements": [
            {**each.case._asdict(), "words_per_second": [round(x) for x in each.words_per_second]}
            for each in found.measurements
        ],
        "verdict": verdict(found),
    }
