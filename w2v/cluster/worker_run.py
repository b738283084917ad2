"""What one worker does of a run: the functions that the driver has it call.

Each is given the run's name; what belongs to it on this worker is kept from call to call, and
all of it can be made anew from what the driver sends.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import reduce
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from w2v.backend import Backend
from w2v.cluster import library
from w2v.cluster.changes import Changes, is_packed, length_of, merged, packed
from w2v.cluster.common_weights import CommonWeights
from w2v.cluster.errors import ClusterError, NotPreparedError
from w2v.cluster.orders import Answer, Deal, RoundOrder, Start, TextOrder, Told
from w2v.cluster.parts import PartSize, sentences_of
from w2v.cluster.rounds import RoundTrainer
from w2v.cluster.worker_memory import give_freed_memory_back, keep_freed_memory
from w2v.cluster.worker_text import WorkerText
from w2v.config import TrainConfig
from w2v.data import Vocabulary
from w2v.data.errors import CorpusError, NoWordsError
from w2v.data.reading.corpus_writer import cut_vocabulary, merge_words
from w2v.data.reading.word_counts import WordCounts

# Transports that bring arrays of one GPU to another as they are, past the memory of the host.
_BRING_DEVICE_MEMORY = ("ucx", "ucxx", "inproc")


class _Run:
    def __init__(self, text: WorkerText) -> None:
        self.text = text
        self.turn = Lock()
        self.version, self.whole = -1, -1
        self.sums: list[tuple[int, float]] = []  # rounds taken up, not told of yet; their lengths
        self.trained = -1  # the version from which it has gone on with rows of its own
        self.weights: CommonWeights | None = None
        self.trainer: RoundTrainer | None = None
        self.dealt: tuple[TrainConfig, int] | None = None  # what it was made for


_RUNS: MutableMapping[Any, dict[str, _Run]] = WeakKeyDictionary()


def _worker() -> Any:
    return library.distributed().get_worker()


def _address() -> str:
    return str(_worker().address)


def _run(name: str) -> _Run:
    # An error of a look-up would go along, and cannot be sent.
    run = _RUNS.get(_worker(), {}).get(name)
    if run is None:
        raise NotPreparedError(f"{_address()} knows nothing of the run {name}")
    return run


@contextmanager
def _named() -> Iterator[None]:
    """Name this worker where its disk or its memory fails it."""
    try:
        yield
    except (OSError, MemoryError) as error:
        what = str(error) or "there is not enough memory"
        raise ClusterError(f"{_address()}: {what}") from None


def prepare_worker(name: str, order: TextOrder, vocab: Vocabulary | None) -> str:
    """Begin a run on a worker, with what is known of its text."""
    worker = _worker()
    runs = _RUNS.setdefault(worker, {})
    if name not in runs:
        parent = Path(worker.local_directory)
        text = WorkerText(order.parts, order.settings, parent, vocab, order.sizes)
        runs[name] = _Run(text)
    keep_freed_memory()
    return str(worker.address)


def end_run(name: str) -> None:
    """Forget a run and remove its files."""
    runs = _RUNS.get(_worker(), {})
    if run := runs.pop(name, None):
        run.text.close()
    if not runs:
        give_freed_memory_back()


def count_part(name: str, number: int) -> tuple[str, WordCounts]:
    """Return who has read a part, and its words."""
    with _named():
        return _address(), _run(name).text.count(number)


def merge_counts(*counted: tuple[str, WordCounts]) -> tuple[str, WordCounts]:
    """Return the words of several parts."""
    words = [each for _, each in counted if len(each.counts)]
    if len({each.integers for each in words}) > 1:
        raise CorpusError(
            "some sources hold words, others lists of integers; tokens are all strings or all "
            "integers: make them of one kind"
        )
    if len(words) < 2:
        return "", words[0] if words else counted[0][1]
    merged, _ = merge_words(words)
    merged.arena = merged.arena[: merged.starts[-1] + 8]
    return "", merged


def vocabulary_of(counted: tuple[str, WordCounts], limits: dict[str, Any], what: str) -> Vocabulary:
    """Return the vocabulary of a text's words."""
    if not len(counted[1].counts):
        raise NoWordsError(f"{what} holds no words; give text with words in it")
    return cut_vocabulary(counted[1], limits)[0]


def reader_of(counted: tuple[str, WordCounts]) -> str:
    """Return who has read a part."""
    return counted[0]


def together(*results: Any) -> tuple[Any, ...]:
    """Return results as one, which is fetched at once."""
    return results


def first_of(result: Any, *others: Any) -> Any:
    """Return a result when the others are there as well."""
    return result


def encode_part(name: str, number: int, vocab: Vocabulary) -> tuple[str, PartSize]:
    """Return who has encoded a part, and what it holds."""
    text = _run(name).text
    text.vocab = vocab
    with _named():
        return _address(), text.encode(number)


def excerpt_of_part(name: str, number: int, sentences: np.ndarray) -> Any:
    """Return tokens and offsets of some sentences of a part."""
    return _run(name).text.excerpt(number, sentences)


def take_deal(name: str, deal: Deal, vocab: Vocabulary) -> tuple[list[tuple[int, int]], float]:
    """Put together what a worker is to train, and make ready.

    Parameters
    ----------
    name : str
    deal : Deal
    vocab : Vocabulary

    Returns
    -------
    list of (int, int)
        For each of the pieces, where its first sentence begins and its last ends, in the part.
    float
        Seconds of compiling.
    """
    run = _run(name)
    with run.turn, _named():
        run.text.vocab, run.text.sizes = vocab, deal.sizes
        bounds = []
        for piece in deal.pieces:
            offsets = run.text.encoded(piece.part).offsets
            first, last = sentences_of(offsets, piece.start, piece.stop)
            bounds.append((int(offsets[first]), int(offsets[last])))
        corpus = run.text.shard(deal.shard, deal.pieces)
        begin = time.perf_counter()
        dealt = deal.config, deal.total
        if run.trainer is None or run.dealt != dealt:  # another fit has other epochs, or rates
            run.dealt = dealt
            run.trainer = RoundTrainer(deal.config, corpus, deal.total)
            if run.trainer.backend.name == "cpu" and deal.config.workers is None:
                threads = _worker().state.nthreads
                run.trainer.config = replace(deal.config, workers=threads)
            run.trainer.compile()  # while others do, and not when it is waited for
        run.trainer.shard = corpus
        return bounds, time.perf_counter() - begin


def train_round(
    name: str, order: RoundOrder, start: Start | None, own: Answer | None, *updates: Any
) -> Answer:
    """Train a worker's part of a round.

    Parameters
    ----------
    name : str
    order : RoundOrder
    start : Start, optional
        Where the worker is to have other weights than those of the round before.
    own : Answer, optional
        What it has changed itself in the round before, which is to be over.
    *updates : Answer
        What all workers have changed in rounds before, as the order counts them; where that comes
        late, as one tuple.

    Raises
    ------
    NotPreparedError
        The worker has not the weights that these changes are of.
    """
    run = _run(name)
    with run.turn, _named():
        begin, trainer = time.perf_counter(), run.trainer
        if trainer is None:
            raise NotPreparedError("this worker has no shard")
        backend = trainer.backend
        updates = updates[0] if order.late else updates
        if start is not None:
            # Copies: where workers are threads, those are the driver's own.
            run.weights = CommonWeights(
                backend.fused_rows(backend.asarray(start.W_in.copy())),
                backend.fused_rows(backend.asarray(start.W_out.copy())),
            )
            trainer.lockf = None if start.lockf is None else backend.asarray(start.lockf)
            trainer.begin()
            run.version = run.whole = order.version
            run.trained = -1
        if run.trained == order.version:  # Dask does again what it has lost
            raise NotPreparedError(f"the words of round {order.version} are in rows here already")
        common = _come_to(run, order.version - order.late, order.before, updates)
        weights = common.matrices
        trainer.shard = run.text.shard(order.shard, order.pieces)
        if order.alone:
            run.version = run.whole = -1  # until it is done
            changes = trainer.train_alone(weights, order.span)
            run.version = run.whole = order.version + 1
        else:
            run.trained = order.version
            # The sum of the round will be taken along these.
            along = common.directions() if trainer.keeps_balance else None
            changes = trainer.train(
                weights, order.span, whole=order.whole, late=order.late, directions=along
            )
        stays = _address().partition("://")[0] in _BRING_DEVICE_MEMORY
        changes = changes if stays else _with_parts(backend.to_numpy, changes)
        norms, run.sums = (length_of(changes), tuple(run.sums)), []
    if order.half and not order.alone:
        changes = packed(changes)
    backend.synchronize()  # before others read what stays on a GPU
    of_text = changes.words, changes.predictions, changes.loss
    took = trainer.seconds, time.perf_counter() - begin
    told = Told(_address(), order.version, *of_text, *took, *norms, changes.bytes)
    return Answer(changes, told)


def _come_to(
    run: _Run, version: int, before: Sequence[int], updates: Sequence[Answer]
) -> CommonWeights:
    """Return the weights of a version; those here may be some rounds behind, and are brought there.

    Parameters
    ----------
    run : _Run
    version : int
    before : sequence of int
        How many of the updates are of each round, up to that version.
    updates : sequence of Answer
    """
    trainer, weights = run.trainer, run.weights
    if run.version == version - len(before) and trainer is not None and weights is not None:
        each = iter(updates)
        for number in before:
            at, last, run.version, run.whole = run.version, run.whole, -1, -1  # until it is done
            changes = [on_backend(trainer.backend, next(each).changes) for _ in range(number)]
            together = reduce(merged, changes)
            weights.step(together, threads=trainer.threads)
            run.version, run.whole = at + 1, at + 1 if together.whole else last
            run.sums.append((at, length_of(together)))
    if run.version != version or run.weights is None:
        raise NotPreparedError(f"weights {version} are asked for, {run.version} are here")
    return run.weights


def told_of(answer: Answer) -> Told | None:
    """Return how a worker's round went, without what it has changed."""
    return answer.told


def merge_answers(*answers: Answer) -> Answer:
    """Return what several workers have changed, in half precision if theirs are."""
    changes = reduce(merged, (answer.changes for answer in answers))
    return Answer(packed(changes) if is_packed(answers[0].changes) else changes, None)


def weights_of(
    name: str, version: int | None, before: Sequence[int] = (), *updates: Answer
) -> tuple[int, Start]:
    """Return the weights that this worker has after a round that put all rows together.

    Parameters
    ----------
    name : str
    version : int or None
        Theirs; None for the last.
    before : sequence of int, default ()
        How many of the updates are of each of the rounds before it.
    *updates : Answer
        What all workers have changed in these.

    Returns
    -------
    int
        Their version.
    Start
    """
    run = _run(name)
    with run.turn:
        if version is not None:
            _come_to(run, version, before, updates)
        if run.weights is None or run.trainer is None or run.whole < 0:
            raise NotPreparedError("this worker has no weights")
        # Copies, which are on their way while the next round steps the weights.
        W_in, W_out = map(run.trainer.backend.to_numpy, run.weights.after_whole())
        lockf = run.trainer.lockf
        kept = None if lockf is None else run.trainer.backend.to_numpy(lockf)
        return run.whole, Start(W_in, W_out, kept)


def start_of(weights: tuple[int, Start]) -> Start:
    """Return weights, for others to begin with."""
    return weights[1]


def on_backend(backend: Backend, changes: Changes) -> Changes:
    """Return changes on a backend, which they come from or as NumPy's."""
    return _with_parts(backend.asarray, changes)


def _with_parts(move: Callable[[Any], Any], changes: Changes) -> Changes:
    inputs, outputs = (type(rows)(*map(move, rows)) for rows in (changes.inputs, changes.outputs))
    matrices = changes.matrices and changes.matrices.map(move)
    return changes._replace(inputs=inputs, outputs=outputs, matrices=matrices)
