"""The fused engine beside gensim: how good the vectors are, over several seeds."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.contest.libraries import MODELS, NO_GENSIM, Job, has_gensim, train_gensim
from benchmarks.contest.speed import result_name
from benchmarks.harness import scores
from benchmarks.harness.machine import usable_cores
from benchmarks.harness.options import Corpus, Epochs, Label, Negative, Seeds, Threads, Words
from benchmarks.harness.progress import Progress
from benchmarks.harness.report import left_out, output_layer, page, write
from benchmarks.harness.texts import encoded_text
from w2v.backend import get_backend
from w2v.bench.training import FusedRun, Sentences, Setting

QUICK = {"words": 200_000, "seeds": 1, "epochs": 1}


class Contestant(NamedTuple):
    """A training to judge, and its words a second on two cores, about.

    The rate is the one to begin with, in place of the system's default; gensim reads sentences
    instead of ``corpus_file``, see `train_gensim`.
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
    corpus: Corpus = None,
    words: Words = None,
    seeds: Seeds = 3,
    epochs: Epochs = 3,
    negative: Negative = 5,
    label: Label = None,
    threads: Threads = None,
) -> str:
    """Train both with several seeds, evaluate, and write ``engine-<label>``."""
    threads = threads or usable_cores()
    contestants = [c for c in CONTESTANTS if c.system == "w2v" or has_gensim()]
    runs: list[dict[str, Any]] = []
    with encoded_text(corpus, words) as (text, encoded):

        def judge(each: Contestant, seed: int) -> dict[str, Any]:
            skip_gram = MODELS[each.model]
            if each.system == "gensim":
                job = Job(text.path, Path(), skip_gram, seed, epochs, threads or 1,
                          negative=negative, alpha=each.alpha)  # fmt: skip
                found = train_gensim(job, by_sentences=each.by_sentences)[0].wv
                return scores.evaluate(found.index_to_key, found.vectors)
            setting = Setting(skip_gram, negative=negative, workers=threads, seed=seed)
            sentences, backend = Sentences.of(encoded), get_backend("cpu")
            trainer = FusedRun(backend, sentences, setting, alpha=each.alpha).train(epochs)
            return scores.judge(trainer, encoded)

        seconds = {c: 3 + epochs * encoded.total_words / c.words_per_second for c in contestants}
        with Progress("engine quality", seeds * sum(seconds.values())) as progress:
            for seed in range(1, seeds + 1):
                for each in contestants:
                    progress.step(f"{each.title}, seed {seed}", seconds[each])
                    runs.append({"title": each.title, "seed": seed, **judge(each, seed)})
    reasons = [] if has_gensim() else [NO_GENSIM]
    if not scores.evaluation_sets():
        reasons.append("scores: no evaluation sets, W2V_BENCH_DATA names no folder with eval/")
    summary = {
        each.title: scores.summarize([run for run in runs if run["title"] == each.title])
        for each in contestants
    }
    figures = {"text": str(text), "epochs": epochs, "seeds": seeds, "threads": threads,
               "negative": negative, "left_out": reasons, "summary": summary,
               "runs": runs}  # fmt: skip
    table = page(
        "The fused engine beside gensim: quality",
        f"{text}, {output_layer(negative)}, {epochs} epochs, {threads} threads; mean ± deviation "
        f"over {seeds} seeds. Correlations are Spearman's.",
        scores.score_table(summary, scores.MEASURES),
        left_out(reasons),
    )
    name = f"engine-{label or result_name('quality', negative)}"
    return write(folder, name, figures, table, partial(scores.score_bars, summary, seeds))
