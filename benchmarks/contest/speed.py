"""The fused engine beside gensim, and beside what the machine could do at most.

Training alone is timed: not reading, not compiling, no vocabulary.
"""

import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.contest.libraries import MODELS, Job, missing_gensim, train_gensim
from benchmarks.harness.machine import usable_cores
from benchmarks.harness.options import Corpus, Label, Negative, Rounds, Threads, Words
from benchmarks.harness.plots import bars
from benchmarks.harness.progress import take_turns
from benchmarks.harness.report import left_out, markdown_table, output_layer, page, shown, write
from benchmarks.harness.texts import encoded_text
from w2v.backend import Backend, HuffmanTree, available_backends, get_backend, keep_probabilities
from w2v.backend.cpu.peak import peak_flops
from w2v.bench.rounds import Spread, ratio
from w2v.bench.training import FusedRun, Sentences, Setting

_FLOAT = 4  # bytes
QUICK = {"words": 200_000, "rounds": 1}
SYSTEMS = {"cpu": "w2v", "gpu": "w2v, GPU"}
# Words a second of skip-gram on two common cores, to say beforehand how long all takes.
_EXPECTED = {"w2v": 4e6, "w2v, GPU": 4e7, "gensim": 0.5e6}


def result_name(what: str, negative: int, dim: int = 100) -> str:
    """Return the name of results, so that those of another setting are not replaced."""
    layer = [] if negative == 5 else [output_layer(negative).replace(" ", "-")]
    return "-".join([what, *layer, *([] if dim == 100 else [f"{dim}-dimensions"])])


def run(
    folder: Path, *, corpus: Corpus = None, words: Words = None, rounds: Rounds = 5,
    threads: Threads = None, dim: Annotated[int, typer.Option(min=1, help="Dimensions.")] = 100,
    negative: Negative = 5, label: Label = None,
) -> str:  # fmt: skip
    """Train an epoch with each in turn, and write ``engine-<label>``."""
    label, workers = label or result_name("speed", negative, dim), threads or usable_cores()
    setting = Setting(dim=dim, negative=negative, workers=workers)
    pairs: dict[str, float] = {}
    with encoded_text(corpus, words) as (text, encoded):
        sentences, total = Sentences.of(encoded), encoded.total_words

        def ours(backend: str, skip_gram: bool) -> float:
            changed = setting.changed(skip_gram=skip_gram)
            trained = FusedRun(get_backend(backend), sentences, changed).train()
            if skip_gram and backend == "cpu":
                pairs["pairs"] = float(trained.predictions)
            return total / trained.seconds

        def gensims(skip_gram: bool) -> float:
            job = Job(text.path, Path(), skip_gram, 1, 1, workers, dim=dim, negative=negative)
            return total / train_gensim(job)[1]["train_seconds"]

        measures: dict[str, Callable[[], float]] = {"ceiling, cpu": partial(peak_flops, workers)}
        if "gpu" in available_backends():
            measures["ceiling, gpu"] = partial(copy_bandwidth, get_backend("gpu"))
        for model, skip_gram in MODELS.items():
            for each in available_backends() if negative else ["cpu"]:
                measures[f"{model}, {SYSTEMS[each]}"] = partial(ours, each, skip_gram)
            if not missing_gensim():
                measures[f"{model}, gensim"] = partial(gensims, skip_gram)
        turns = {name: (each, _seconds(name, total, setting)) for name, each in measures.items()}
        speeds = take_turns(f"engine {label}", turns, rounds)
        windows = encoded.vocab.counts * keep_probabilities(encoded.vocab.counts, 1e-3)
        kept, outputs = float(windows.sum()), 1.0 + negative
        if not negative:
            outputs = float(windows @ HuffmanTree(encoded.vocab.counts).lengths) / kept
    copied = speeds.get("ceiling, gpu")
    figures: dict[str, Any] = {
        "setting": {"dim": dim, "negative": negative, "threads": workers, "text": str(text),
                    "words": total},
        "left_out": missing_gensim(),
        "ceiling": {"cpu_flops": Spread.of(speeds["ceiling, cpu"]).figures(),
                    "gpu_bytes_per_second": copied and Spread.of(copied).figures()},
        "work": {"kept_words": kept, "outputs": outputs, **pairs},
    }  # fmt: skip
    found = {f"{model} words_per_second": _summary(model, speeds, figures) for model in MODELS}
    figures |= {"summary": found, "words_per_second": speeds}
    bar = {name: each for name, each in speeds.items() if "ceiling" not in name}
    plot = bars(bar, 1e6, "million words a second")
    return write(folder, f"engine-{label}", figures, _table(figures), plot)


def _seconds(contestant: str, words: int, setting: Setting) -> float:
    """Return about what one round of a contestant takes."""
    model, _, system = contestant.partition(", ")
    if model == "ceiling":
        return 0.5
    slower = setting.dim / 100 * ((setting.negative or 11) + 1) / 6 * 2 / (setting.workers or 1)
    training = words / _EXPECTED[system] * slower * (1 if MODELS[model] else 0.5)
    return 1 + training + (words / 2.5e6 if system == "gensim" else 0)


def _summary(
    model: str, speeds: Mapping[str, list[float]], figures: Mapping[str, Any]
) -> dict[str, Any]:
    """Return medians, spreads, the ratio to gensim and the shares of the ceilings."""
    setting, work = figures["setting"], figures["work"]
    size = {"dim": setting["dim"], "negative": work["outputs"] - 1, "kept": work["kept_words"]}
    flops = training_flops(skip_gram=MODELS[model], pairs=work["pairs"], **size)
    needed = {"cpu": flops, "gpu": training_bytes(**size)}
    each: dict[str, Any] = {"flops_a_word": flops / setting["words"], "spread": {}, "share": {}}
    for backend, system in SYSTEMS.items():
        if found := speeds.get(f"{model}, {system}"):
            each["spread"][system] = Spread.of(found).figures()
            rate = [words * needed[backend] / setting["words"] for words in found]
            each["share"][system] = ratio(rate, speeds[f"ceiling, {backend}"]).figures()
    if theirs := speeds.get(f"{model}, gensim"):
        times = ratio(speeds[f"{model}, w2v"], theirs)
        each["spread"] |= {"gensim": Spread.of(theirs).figures(), "ratio": times.figures()}
    return each


def _table(figures: Mapping[str, Any]) -> str:
    setting, ceiling, work = (figures[key] for key in ("setting", "ceiling", "work"))
    rows, flops = [], []
    for model in MODELS:
        each = figures["summary"][f"{model} words_per_second"]
        flops.append(f"{each['flops_a_word'] / 1e3:.1f} kflop a word of the text for {model}")
        for system in (name for name in each["spread"] if name != "ratio"):
            share, times = each["share"].get(system), each["spread"].get("ratio")
            speed = shown(each["spread"][system], 1e6)
            rows.append([f"{model}, {system}", speed, shown(system == "w2v" and times, 1, 1),
                         share and f"{shown(share, 0.01, 0)} %"])  # fmt: skip
    notes = [
        f"Ceiling of the CPU: {shown(ceiling['cpu_flops'], 1e9, 0)} Gflop/s, multiply-adds of "
        f"float32 in registers on {setting['threads']} threads, measured in the same rounds.",
        f"Work: {work['kept_words'] / setting['words']:.0%} of the words are kept, with "
        f"{work['pairs'] / work['kept_words']:.2f} contexts each; {', '.join(flops)}.",
    ]
    if copied := shown(ceiling["gpu_bytes_per_second"], 1e12):
        notes.append(f"Ceiling of the GPU: copying {copied} TB/s, read and written.")
    return page(
        "The fused engine: words a second, and its share of what the machine can do",
        f"{setting['text']}, {setting['words'] / 1e6:.2f} M words; {setting['dim']} dimensions, "
        f"{output_layer(setting['negative'])}, window 5, {setting['threads']} threads. Medians "
        f"(lowest–highest) of {ceiling['cpu_flops']['rounds']} rounds in which all took turns; "
        "ratios within a round.",
        markdown_table(["model, system", "M words/s", "× gensim", "share of the ceiling"], rows),
        notes + left_out(figures["left_out"]),
    )


def training_flops(
    *, skip_gram: bool, kept: float, pairs: float, dim: int, negative: float
) -> float:
    """Count the float32 operations that a pass of negative sampling needs at least.

    An input against an output takes three products of ``dim`` multiply-adds: the score, the
    input's gradient, the output's. Skip-gram has an input a context; CBOW has one a window,
    and sums its contexts' rows and adds its gradient to them.
    """
    product = 3 * 2 * dim * (negative + 1)
    return product * pairs if skip_gram else product * kept + 2 * dim * pairs


def training_bytes(*, kept: float, dim: int, negative: float) -> float:
    """Count the bytes that a pass moves on a GPU: of rows, read and written.

    The rows of target and negatives, and three of a context's, which comes, is refreshed and
    goes; in between it stays in the multiprocessor.
    """
    return kept * (negative + 1 + 3) * 2 * _FLOAT * dim


def copy_bandwidth(backend: Backend, size: int = 1 << 31, rounds: int = 20) -> float:
    """Return the bytes a second that copying on the device reads and writes."""
    source, target = (backend.xp.zeros(size, dtype="uint8") for _ in range(2))

    def seconds(times: int) -> float:
        backend.synchronize()
        begin = time.perf_counter()
        for _ in range(times):
            target[...] = source
        backend.synchronize()
        return time.perf_counter() - begin

    seconds(1)
    return 2 * size * rounds / seconds(rounds)
