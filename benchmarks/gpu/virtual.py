"""The GPU engine on a virtual card: quality by how many warps train at once, without a GPU.

The kernels are compiled as C++ for a warp of one lane, and as many warps as are asked for take
turns, a window each, behind a stand-in for CuPy: a warp reads the rows that its window needs, and
all others do so before it writes. Launches, runs of sentences and the bound of warps are the
engine's own.
"""

import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.contest.libraries import MODELS
from benchmarks.gpu.report import Report, Row
from benchmarks.harness import scores, tables
from benchmarks.harness.machine import usable_cores
from benchmarks.harness.report import page, write_text
from benchmarks.harness.texts import encoded_text
from tests.support.cuda_host import FAST
from tests.support.cuda_host.standing_in import standing_in
from w2v.bench.training import FusedRun, Sentences, Setting
from w2v.data import EncodedCorpus

WAYS = ("fast", "exact")
_PROCESSORS = 132
_SHARED = 228 << 10  # bytes of a multiprocessor
_BLOCK = 1 << 10  # of them that a block takes for itself
_MOST_WARPS = 64


class Training(NamedTuple):
    """What a virtual card is to train.

    Parameters
    ----------
    corpus : Path
        An encoded corpus.
    words : int
        Of it, at most.
    epochs : int
    setting : Setting
    warps : int or None
        At once; by default what the engine chooses.
    """

    corpus: Path
    words: int
    epochs: int
    setting: Setting
    warps: int | None


def train(training: Training) -> dict[str, Any]:
    """Train on a virtual card, and judge the vectors."""
    corpus = EncodedCorpus.open(training.corpus)
    with standing_in() as gpu:
        _play_a_card(gpu)
        gpu.max_warps = training.warps
        text = Sentences.of(corpus).part(training.words)
        run = FusedRun(gpu, text, training.setting)
        trainer = run.train(training.epochs)
        vectors = np.array(gpu.to_numpy(run.model.params[0]))
    found = {"loss": trainer.losses[-1], "seconds": trainer.seconds}
    return found | {"scores": scores.evaluate(list(corpus.vocab.words), vectors)}


def _play_a_card(gpu: Any) -> None:
    """Give the stand-in an H100's room for warps, and compile for speed."""
    card = sys.modules["cupy"].card
    card.flags, card.many_warps = FAST, True
    type(gpu.device).attributes["MultiProcessorCount"] = _PROCESSORS

    def blocks(kernel: Any, threads: int, shared: int) -> int:
        return min(_SHARED // (shared + _BLOCK), _MOST_WARPS * 32 // threads)

    gpu.xp.cuda.driver.occupancyMaxActiveBlocksPerMultiprocessor = blocks


def run(folder: Path, *, corpus: Path | None, words: int, epochs: int, warps: str) -> str:
    """Train with some numbers of warps, a process a core, and return the table."""
    counts = [None if each == "auto" else int(each) for each in warps.split(",")]
    report = Report(folder, "gpu-virtual")
    with tempfile.TemporaryDirectory() as scratch:
        where = Path(scratch) / "corpus.w2v"
        with encoded_text(corpus, None) as (text, encoded):
            encoded.save(where)
            report.set("text", {"name": str(text), "words": min(words, len(encoded.tokens))})
            report.set("epochs", epochs)
        with ProcessPoolExecutor(usable_cores(), get_context("spawn")) as workers:
            report.measure(_rows(workers, where, counts, words, epochs))
    title = f"The GPU engine on a virtual card: {text}, {epochs} epochs"
    table = _table(report.results.get("virtual", {}))
    said = page(title, __doc__.partition("\n\n")[2].replace("\n", " ").strip(), table)
    write_text(folder / "gpu-virtual.md", said)
    return said


def _rows(
    workers: ProcessPoolExecutor, where: Path, counts: list[int | None], words: int, epochs: int
) -> Iterator[Row]:
    under_way = []
    for (kind, skip_gram), way, warps in product(MODELS.items(), WAYS, counts):
        setting = Setting(skip_gram, sampling=way)
        training = Training(where, words, epochs, setting, warps)
        name = f"{kind}, {way}, {'its own choice' if warps is None else warps}"
        under_way.append((name, workers.submit(train, training)))
    for name, future in under_way:
        yield "virtual", name, future.result


def _table(rows: dict[str, Any]) -> str:
    cells: dict[tuple[str, str], Any] = {}
    for name, found in rows.items():
        if isinstance(found, str):
            cells[name, "loss"] = found
            continue
        cells[name, "loss"] = f"{found['loss']:.3f}"
        for key, score in found["scores"].items():
            cells[name, scores.TITLES[key]] = f"{score:.3f}"
    return tables.pivot("model, sampling, warps", cells)
