"""The fused engine beside gensim, the machine's ceiling, and itself on more threads.

Training alone is timed: not reading, not compiling, no vocabulary.
"""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from typer import Option

from benchmarks.contest.ceiling import copy_bandwidth, training_bytes, training_flops
from benchmarks.contest.libraries import MODELS, Job, missing_gensim, train_gensim
from benchmarks.harness import machine, options, plots, report, scores, tables, texts, turns
from tests.support.turns import train_in_turn
from w2v.backend import HuffmanTree, available_backends, get_backend, keep_probabilities
from w2v.backend.cpu.peak import peak_flops
from w2v.bench.rounds import Spread, ratio
from w2v.bench.training import FusedRun, Sentences, Setting
from w2v.config import TrainConfig
from w2v.data import EncodedCorpus
from w2v.training.resting_loss import RestingLoss, excerpt_for_loss

BY_FILE, BY_SENTENCES, FAIR = "gensim (corpus_file)", "gensim (sentences)", "simulated"
_JUDGED = ("loss", "scores")
_SEEDS = "Scores: mean ± deviation of the seeds; correlations are Spearman's."
_WORKERS = (
    "One worker has all seeds, the others one: as threads of this machine, which may outnumber its "
    "cores, and taking turns of a few windows, as threads would that have a core each."
)


class Case(NamedTuple):
    """A training by a backend, by gensim, or by workers that take turns on one core."""

    model: str
    by: str = "cpu"
    workers: int | None = None
    alpha: float | None = None


class Trainings:
    """A text on which cases are trained, in a setting, and what they gave, by title."""

    def __init__(
        self, text: texts.Text, corpus: EncodedCorpus, setting: Setting, epochs: int = 1
    ) -> None:
        self.text, self.corpus, self.setting, self.epochs = text, corpus, setting, epochs
        self.runs: dict[str, list[dict[str, Any]]] = {}
        self.pairs = 0.0  # contexts that skip-gram has trained

    def take_turns(
        self, name: str, cases: dict[str, Case], rounds: int, judged: Sequence[str] = _JUDGED,
        **others: Callable[[], float],
    ) -> dict[str, list[float]]:  # fmt: skip
        """Train in rounds, beside other contestants; return words a second."""
        ready = {title: partial(self.train, title, each, judged) for title, each in cases.items()}
        return turns.take_turns(name, {**others, **ready}, rounds)

    def train(self, title: str, case: Case, judged: Sequence[str]) -> float:
        """Train once, with the round as seed, note what is judged; return words a second."""
        runs, by_gensim = self.runs.setdefault(title, []), "gensim" in case.by
        note: dict[str, Any] = {"title": title, "seed": len(runs) + 1}
        setting = self.setting.changed(
            skip_gram=MODELS[case.model], seed=note["seed"],
            workers=case.workers or self.setting.workers,
        )  # fmt: skip
        if by_gensim:
            size = setting.dim, setting.window, setting.negative
            job = Job(self.text.path, Path(), setting.skip_gram, setting.seed, self.epochs,
                      setting.workers or 1, *size)  # fmt: skip
            model, told = train_gensim(job, by_sentences=case.by == BY_SENTENCES)
            words, vectors, seconds = model.wv.index_to_key, model.wv.vectors, told["train_seconds"]
        else:
            backend = get_backend("gpu" if case.by == "gpu" else "cpu")
            run = FusedRun(backend, Sentences.of(self.corpus), setting, alpha=case.alpha)
            trainer = run.trainer(self.epochs)
            (partial(train_in_turn, trainer, setting.workers or 1) if case.by == FAIR
             else trainer.run)()  # fmt: skip
            words, vectors, seconds = self.corpus.vocab.words, run.model.word_vecs, trainer.seconds
            self.pairs = float(trainer.predictions) if setting.skip_gram else self.pairs
        if "loss" in judged and not by_gensim:  # as `Word2Vec.losses` has it
            config, excerpt = TrainConfig(workers=trainer.workers), excerpt_for_loss(self.corpus)
            loss = RestingLoss(run.model, excerpt, self.corpus.vocab, config).measure()
            note["loss"] = float("nan") if loss is None else loss
        runs.append(note | (scores.evaluate(list(words), vectors) if "scores" in judged else {}))
        return self.epochs * self.corpus.total_words / seconds if seconds else 0.0


def result_name(what: str, negative: int, dim: int = 100, window: int = 5) -> str:
    """Return the name of results, so that those of another setting are not replaced."""
    layer = tables.output_layer(negative).replace(" ", "-")
    parts = [(layer, negative != 5), (f"{dim}-dimensions", dim != 100),
             (f"window-{window}", window != 5)]  # fmt: skip
    return "-".join([what, *(part for part, unusual in parts if unusual)])


def speed(
    folder: Path, *, corpus: options.Corpus = None, words: options.Words = None,
    rounds: options.Rounds = 5, threads: options.Threads = None,
    dim: Annotated[int, Option(min=1, help="Dimensions.")] = 100,
    negative: options.Negative = 5, label: options.Label = None,
    window: Annotated[int, Option(min=1, help="Words on each side.")] = 5,
) -> str:  # fmt: skip
    """Train an epoch with each in turn, and write ``engine-<label>``."""
    label = label or result_name("speed", negative, dim, window)
    workers = threads or machine.usable_cores()
    setting = Setting(dim=dim, window=window, negative=negative, workers=workers)
    with texts.encoded_text(corpus, words) as (text, encoded):
        counts, total = encoded.vocab.counts, encoded.total_words
        trainings = Trainings(text, encoded, setting)
        by = {"w2v": "cpu"} if missing_gensim() else {"w2v": "cpu", "gensim": BY_FILE}
        ceilings: Any = {"ceiling, cpu": partial(peak_flops, workers)}
        if "gpu" in available_backends() and negative:
            by = {"w2v": "cpu", "w2v, GPU": "gpu"} | by
            ceilings["ceiling, gpu"] = partial(copy_bandwidth, get_backend("gpu"))
        cases = {f"{model}, {system}": Case(model, way)
                 for model, (system, way) in product(MODELS, by.items())}  # fmt: skip
        speeds = trainings.take_turns(f"engine {label}", cases, rounds, (), **ceilings)
    windows, outputs = counts * keep_probabilities(counts, 1e-3), 1.0 + negative
    kept, pairs = float(windows.sum()), trainings.pairs
    if not negative:
        outputs = float(windows @ HuffmanTree(counts).lengths) / kept
    # What a word of the text needs at least, and what could be had: operations, or a card's bytes.
    size: Any = {"dim": dim, "negative": outputs - 1, "kept": kept / total}
    rows, summary, work = [], dict[str, Any](), list[list[str | None]]()
    for model, skip_gram in MODELS.items():
        flops = training_flops(skip_gram=skip_gram, pairs=pairs / total, **size)
        needed, theirs = (
            {"cpu": flops, "gpu": training_bytes(**size)},
            speeds.get(f"{model}, gensim"),
        )
        times = theirs and ratio(speeds[f"{model}, w2v"], theirs).figures()
        spread, shares = dict[str, Any](), dict[str, Any]()
        for system, way in by.items():
            found, need = speeds[f"{model}, {system}"], needed.get(way)
            share = ratio([x * need for x in found], speeds[f"ceiling, {way}"]) if need else None
            spread[system] = Spread.of(found).figures()
            shares |= {system: share.figures()} if share else {}
            rows.append([f"{model}, {system}", tables.shown(found, 1e6),
                         tables.shown(system == "w2v" and times, 1, 1),
                         share and f"{share.text(0.01, 0)} %"])  # fmt: skip
        spread |= {"ratio": times} if times else {}
        summary[f"{model} words_per_second"] = {
            "flops_a_word": flops, "spread": spread, "share": shares
        }  # fmt: skip
        work.append([f"kflop a word of the text, {model}", f"{flops / 1e3:.1f}"])
    ceiling = {"cpu_flops": Spread.of(speeds["ceiling, cpu"]).figures(),
               "gpu_bytes_per_second": None}  # fmt: skip
    if copied := speeds.get("ceiling, gpu"):
        ceiling["gpu_bytes_per_second"] = Spread.of(copied).figures()
    figures: dict[str, Any] = {
        "setting": {"dim": dim, "window": window, "negative": negative, "threads": workers,
                    "text": str(text), "words": total},
        "left_out": missing_gensim(), "ceiling": ceiling,
        "work": {"kept_words": kept, "outputs": outputs, "pairs": pairs},
        "summary": summary, "words_per_second": speeds,
    }  # fmt: skip
    work = [
        ["float32 multiply-adds in registers, Gflop/s",
         tables.shown(ceiling["cpu_flops"], 1e9, 0)],
        ["copying on the GPU, read and written, TB/s", tables.shown(copied, 1e12)],
        ["words kept", f"{kept / total:.0%}"], ["contexts of each", f"{pairs / kept:.2f}"], *work,
    ]  # fmt: skip
    columns = ["model, system", "M words/s", "× gensim", "share of the ceiling"]
    parts = [report.MEDIANS, tables.markdown_table(columns, rows),
             tables.markdown_table(["the ceiling, and the work at least", ""], work)]  # fmt: skip
    plot = plots.bars({title: speeds[title] for title in cases}, 1e6, "million words a second")
    title = "The fused engine: words a second, and its share of what the machine can do"
    return report.write(folder, f"engine-{label}", title, figures, parts, plot)


def threads(
    folder: Path, *, corpus: options.Corpus = None, words: options.Words = None,
    rounds: options.Rounds = 3, most: options.Threads = None,
) -> str:  # fmt: skip
    """Measure 1, 2, 4 … threads, and write ``engine-threads``."""
    cases = {f"{model}, {n} threads": Case(model, workers=n) for model, n in
             product(MODELS, machine.doubled(most or machine.usable_cores()))}  # fmt: skip
    with texts.encoded_text(corpus, words) as (text, encoded):
        trainings = Trainings(text, encoded, Setting())
        speeds = trainings.take_turns("engine threads", cases, rounds, ["loss"])
    one = {title: f"{case.model}, 1 threads" for title, case in cases.items()}
    title = "The fused engine on several threads"
    return _write(folder, "engine-threads", title, trainings, speeds, one)


def quality(
    folder: Path, *, corpus: options.Corpus = None, words: options.Words = None,
    seeds: options.Seeds = 3, epochs: options.Epochs = 3, negative: options.Negative = 5,
    label: options.Label = None, threads: options.Threads = None,
) -> str:  # fmt: skip
    """Train both with several seeds, evaluate, and write ``engine-<label>``."""
    by = {"w2v": "cpu"} | ({} if missing_gensim() else {x: x for x in (BY_SENTENCES, BY_FILE)})
    cases = {f"{model} {system}": Case(model, way)
             for model, (system, way) in product(MODELS, by.items())}  # fmt: skip
    cases["cbow w2v, alpha 0.025"] = Case("cbow", alpha=0.025)
    setting = Setting(negative=negative, workers=threads or machine.usable_cores())
    with texts.encoded_text(corpus, words) as (text, encoded):
        trainings = Trainings(text, encoded, setting, epochs)
        speeds = trainings.take_turns("engine quality", cases, seeds)
    name = f"engine-{label or result_name('quality', negative)}"
    theirs = {title: f"{title.split()[0]} {BY_FILE}" for title in cases}
    title = "The fused engine beside gensim: quality"
    left_out = missing_gensim() + scores.missing_sets()
    return _write(folder, name, title, trainings, speeds, theirs, left_out=left_out)


def workers(
    folder: Path, *, corpus: options.Corpus = None, words: options.Words = None,
    seeds: options.Seeds = 3, epochs: options.Epochs = 3,
    most: Annotated[int, Option(min=2, help="Workers."), options.Quick(2)] = 64,
) -> str:  # fmt: skip
    """Train with 1, 2, 4 … workers, evaluate, and write ``engine-workers``."""
    ways = {"threads here": "cpu", "a core each, simulated": FAIR}
    several = {f"{model}, {1 << i}, {how}": Case(model, by, 1 << i) for model, (how, by), i in
               product(MODELS, ways.items(), range(1, most.bit_length()))}  # fmt: skip
    with texts.encoded_text(corpus, words) as (text, encoded):
        trainings = Trainings(text, encoded, Setting(), epochs)
        one = {f"{model}, 1": Case(model, workers=1) for model in MODELS}
        speeds = trainings.take_turns("engine workers: one", one, seeds)
        speeds |= trainings.take_turns("engine workers: several", several, 1)
    title = "The fused engine on many workers: quality"
    left_out = scores.missing_sets()
    return _write(folder, "engine-workers", title, trainings, speeds, {}, _WORKERS, left_out)


def _write(
    folder: Path, name: str, title: str, trainings: Trainings, speeds: dict[str, list[float]],
    against: dict[str, str], note: str = "", left_out: Sequence[str] = (),
) -> str:  # fmt: skip
    """Write speed, alone and against another's, and what was judged; draw scores or else speed."""
    summary = {key: scores.summarize(runs) for key, runs in trainings.runs.items()}
    cells, drawn = dict[tuple[str, str], Any](), dict[str, Any]()
    for key, each in summary.items():
        cells[key, "M words/s"] = tables.shown(any(speeds[key]) and speeds[key], 1e6)
        if other := speeds.get(against.get(key, "")):
            cells[key, f"× {against[key].partition(' ')[2]}"] = ratio(speeds[key], other).text()
        for measure, found in each.items():
            cells[key, scores.MEASURES[measure]] = scores.shown(**found)
            if measure in scores.TITLES:
                mean, off = found["mean"], found["deviation"] or 0
                spread = Spread(mean, mean - off, mean + off, (mean, mean), len(speeds[key]))
                drawn[f"{scores.TITLES[measure]}, {key}"] = spread.figures()
    setting, rounds = trainings.setting, max(map(len, speeds.values()))
    figures = {"text": str(trainings.text), "epochs": trainings.epochs, "seeds": rounds,
               "threads": setting.workers, "negative": setting.negative, "left_out": left_out,
               "summary": summary, "words_per_second": speeds,
               "runs": [run for runs in trainings.runs.values() for run in runs]}  # fmt: skip
    plot = plots.bars(speeds, 1e6, "million words a second")
    if drawn:
        plot = plots.bars(drawn, 1, "correlation, or share of analogies solved")
    parts = [f"{report.MEDIANS} {_SEEDS}", tables.pivot("", cells), note]
    return report.write(folder, name, title, figures, parts, plot)
