"""The fused engine beside gensim: how good the vectors are, over several seeds."""

from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks.contest.libraries import MODELS, Job, missing_gensim, train_gensim
from benchmarks.contest.speed import result_name
from benchmarks.harness import scores
from benchmarks.harness.machine import usable_cores
from benchmarks.harness.options import Corpus, Epochs, Label, Negative, Seeds, Threads, Words
from benchmarks.harness.report import output_layer
from benchmarks.harness.texts import encoded_text
from w2v.backend import get_backend
from w2v.bench.training import FusedRun, Sentences, Setting

QUICK = {"words": 200_000, "seeds": 1, "epochs": 1}


class Contestant(NamedTuple):
    """A training to judge, its words a second on two cores, about, and a rate to begin with."""

    title: str
    words_per_second: float
    alpha: float | None = None


CONTESTANTS = [
    Contestant("skip-gram w2v", 6e6),
    Contestant("skip-gram gensim (sentences)", 0.5e6),
    Contestant("skip-gram gensim (corpus_file)", 0.5e6),
    Contestant("cbow w2v", 9e6),
    Contestant("cbow w2v, alpha 0.025", 9e6, 0.025),
    Contestant("cbow gensim (sentences)", 1.2e6),
    Contestant("cbow gensim (corpus_file)", 1.5e6),
]


def run(
    folder: Path, *, corpus: Corpus = None, words: Words = None, seeds: Seeds = 3,
    epochs: Epochs = 3, negative: Negative = 5, label: Label = None, threads: Threads = None,
) -> str:  # fmt: skip
    """Train both with several seeds, evaluate, and write ``engine-<label>``."""
    threads = threads or usable_cores()
    with encoded_text(corpus, words) as (text, encoded):

        def judge(each: Contestant, seed: int) -> scores.Scores:
            skip_gram = MODELS[each.title.split()[0]]
            if "gensim" in each.title:
                job = Job(text.path, Path(), skip_gram, seed, epochs, threads or 1,
                          negative=negative, alpha=each.alpha)  # fmt: skip
                model, _ = train_gensim(job, by_sentences="sentences" in each.title)
                return scores.evaluate(model.wv.index_to_key, model.wv.vectors)
            setting = Setting(skip_gram, negative=negative, workers=threads, seed=seed)
            run = FusedRun(get_backend("cpu"), Sentences.of(encoded), setting, alpha=each.alpha)
            return scores.judge(run.train(epochs), encoded)

        runs = scores.judge_all("engine quality", [
            ({"title": each.title, "seed": seed}, partial(judge, each, seed),
             3 + epochs * encoded.total_words / each.words_per_second)
            for seed in range(1, seeds + 1) for each in CONTESTANTS
            if "w2v" in each.title or not missing_gensim()
        ])  # fmt: skip
    reasons = missing_gensim() + ([] if scores.evaluation_sets() else [scores.NO_SETS])
    figures = {"text": str(text), "epochs": epochs, "seeds": seeds, "threads": threads,
               "negative": negative, "left_out": reasons, "summary": scores.summaries(runs),
               "runs": runs}  # fmt: skip
    intro = (
        f"{text}, {output_layer(negative)}, {epochs} epochs, {threads} threads; mean ± deviation "
        f"over {seeds} seeds. Correlations are Spearman's."
    )
    name = f"engine-{label or result_name('quality', negative)}"
    return scores.write_scores(
        folder, name, "The fused engine beside gensim: quality", intro, figures
    )
