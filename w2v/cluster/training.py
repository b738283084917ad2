"""Training a model on a cluster: what is asked for, and what that cannot be there."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from w2v.cluster import library
from w2v.cluster.checks import tell_of_short_rounds
from w2v.cluster.cluster_run import ClusterRun
from w2v.cluster.engine import ClusterEngine
from w2v.cluster.errors import ClusterError
from w2v.cluster.schedule import Rounds
from w2v.cluster.sharded_corpus import ShardedCorpus
from w2v.cluster.workers import PATIENCE
from w2v.config import TrainConfig, checked_flag
from w2v.data.reading.read_settings import ReadSettings
from w2v.items import is_integer
from w2v.messages import quoted
from w2v.training.checkpoint import Checkpoint
from w2v.training.engines import Engine, Run
from w2v.training.progress import ReadingProgress
from w2v.word2vec import Word2Vec

_log = logging.getLogger("w2v")


class ClusterTraining:
    """A model that is trained on a cluster inside of its block.

    Parameters
    ----------
    client : distributed.Client or None
        None for Dask's default client.
    word2vec : Word2Vec
        With a backend of this machine, whose ``fit`` trains on the workers while the block lasts,
        given what :meth:`read` returns.  What a callback writes to the vectors within an epoch is
        gone when the workers' arrive; at an epoch's end it is what they go on from.
    backend : str, default "auto"
        Of the workers.
    round_words : int or None
        Words that each worker trains, at most, before what all have learnt is put together.
    half_precision : bool
        Whether that travels in half precision.
    overlap : bool or None
        Whether workers go on while it travels; None where waiting for it takes long.
    patience : float
        Seconds without a sign of life after which others do a worker's work.

    Raises
    ------
    ImportError
        Dask is not installed.
    ClusterError
        There is no client.
    ValueError
        What the model is to be trained with cannot be on a cluster.
    """

    def __init__(
        self,
        client: Any,
        word2vec: Word2Vec,
        *,
        backend: str = "auto",
        round_words: int | None = None,
        half_precision: bool = False,
        overlap: bool | None = None,
        patience: float = PATIENCE,
    ) -> None:
        optimizer = word2vec.config.optimizer
        if optimizer != "sgd":
            raise ValueError(f"on a cluster optimizer='sgd' trains, got {quoted(optimizer)}")
        if word2vec.reread:
            raise ValueError("on a cluster the text is read once: leave out reread")
        if round_words is not None and not (is_integer(round_words) and round_words >= 1):
            raise ValueError(
                f"round_words must be an integer, 1 or more, got {quoted(round_words)}"
            )
        if type(patience) is bool or not (isinstance(patience, int | float) and patience > 0):
            raise ValueError(f"patience must be above 0 seconds, got {quoted(patience)}")
        self._word2vec, self._backend = word2vec, backend
        half = checked_flag("half_precision", half_precision)
        if overlap is not None:
            overlap = checked_flag("overlap", overlap)
        self._rounds = Rounds(round_words, half, overlap)
        tell_of_short_rounds(round_words)
        self._run = ClusterRun(client_or_default(client), patience)
        self._engine: ClusterEngine | None = None

    def __enter__(self) -> Self:
        if "_engine_of" in vars(self._word2vec):
            raise ValueError("this model is trained on a cluster already, by a block around this")
        self._word2vec._engine_of = self._engine_of
        client = self._run.workers.client
        _log.info("dashboard: %s", client.dashboard_link or "none")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        del self._word2vec._engine_of
        if self._engine is not None:
            self._engine.leave()
        self._run.__exit__(kind, error, trace)
        texts = self._word2vec._texts
        if isinstance(texts.trained_on, ShardedCorpus):
            texts.trained_on = texts.told()
        if isinstance(texts.corpus, ShardedCorpus):
            texts.forget(*texts.counts)

    def read(self, corpus: Any) -> ShardedCorpus:
        """Read a text on the workers, with the model's settings; its ``fit`` takes it then."""
        word2vec, begin = self._word2vec, time.perf_counter()
        settings = ReadSettings(**word2vec.vocab_limits, **word2vec.reading)
        with ReadingProgress(enabled=None if word2vec.verbose else False) as progress:
            text = self._run.read(corpus, settings, progress.update)
        word2vec.read_seconds = time.perf_counter() - begin
        return text

    @property
    def report(self) -> Mapping[str, Any]:
        """What the rounds have cost, for JSON; nothing before the first."""
        return {} if self._engine is None else self._engine.report.told()

    def _engine_of(self, run: Run) -> Engine:
        if not isinstance(run.corpus, ShardedCorpus):
            raise ValueError(
                "a cluster trains on what its workers have read, and this text was read here: give "
                "fit() what this block's read() returns"
            )
        if self._engine is not None:  # of an earlier fit
            self._engine.leave()
        config = replace(run.config, backend=self._backend)
        self._engine = ClusterEngine(run, self._run, config, self._rounds)
        return self._engine


def train(
    client: Any = None,
    corpus: Any = None,
    *,
    tokenizer: Any = "whitespace",
    lowercase: bool = False,
    errors: str = "replace",
    checkpoint: str | Path | None = None,
    checkpoint_every: str | None = None,
    checkpoint_keep: int = 1,
    resume: bool = False,
    round_words: int | None = None,
    half_precision: bool = False,
    overlap: bool | None = None,
    patience: float = PATIENCE,
    **parameters: Any,
) -> Word2Vec:
    """Train word vectors on the workers of a Dask cluster.

    Parameters
    ----------
    client : distributed.Client, optional
        By default Dask's default client.
    corpus : str, path, or sequence of these
        Files, folders, patterns and URLs, as :func:`w2v.data.read_corpus` takes them, which this
        process and every worker find under the same name; or an encoded corpus.
    tokenizer, lowercase, errors
        See :func:`w2v.data.read_corpus`.
    checkpoint, checkpoint_every, checkpoint_keep
        See :meth:`w2v.Word2Vec.train`; the folder is on this machine.
    resume : bool, default False
        Go on with the training in ``checkpoint``, or begin it if there is none.
    round_words : int, optional
        Words that each worker trains, at most, before what all have learnt is put together:
        fewer where that takes less than a tenth of the time.  Fewer are nearer to one machine,
        more exchange less.  By default 1,600,000 of all workers together, or a 64th of the run
        where that is more and they are eight at most.
    half_precision : bool, default False
        Whether that travels in half precision: half the bytes.
    overlap : bool, optional
        Whether a worker goes on with its own part of a round while the others' are on their way.
        By default once waiting takes a tenth of the time in the longest rounds.
    patience : float, default 30.0
        Seconds without a sign of life after which others do a worker's work.
    **parameters
        Those of :class:`w2v.Word2Vec`.  ``workers`` are threads of each worker, by default as
        many as Dask gives it; ``backend`` is that of the workers.

    Returns
    -------
    Word2Vec
        On this machine's CPU.

    Raises
    ------
    ClusterError
        Workers that have other versions, cannot read the corpus or have too little memory, before
        anything is trained; later a cluster that is gone, or a worker that fails by itself.  The
        checkpoint has what was trained.
    CorpusError
        The text cannot be read, or no word is frequent enough.
    ImportError
        Dask is not installed.
    TypeError, ValueError
        A parameter that is unknown, out of its range, or cannot be on a cluster.
    """
    if corpus is None:
        raise TypeError("there is no corpus: train(client, corpus, …)")
    for name in ("sentences", "corpus_file", "trim_rule", "sample_weight"):
        if parameters.get(name) is not None:
            raise TypeError(f"on a cluster there is no {name}: the text is corpus, as it stands")
    if resume and checkpoint is None:
        raise ValueError("resume goes on in the folder of checkpoint: name it")
    backend = parameters.pop("backend", "auto")
    going_on = checkpoint is not None and resume and Checkpoint.stands_at(checkpoint)
    word2vec = (
        _going_on(str(checkpoint), parameters)
        if going_on
        else Word2Vec(backend="cpu", **parameters)
    )
    word2vec.reading = {
        **word2vec.reading, "tokenizer": tokenizer, "lowercase": lowercase, "errors": errors
    }  # fmt: skip
    how: dict[str, Any] = {
        "round_words": round_words, "half_precision": half_precision, "overlap": overlap,
        "patience": patience,
    }  # fmt: skip
    with ClusterTraining(client, word2vec, backend=backend, **how) as cluster:
        word2vec.fit(
            cluster.read(corpus),
            checkpoint=checkpoint,
            checkpoint_every=checkpoint_every,
            checkpoint_keep=checkpoint_keep,
            resume=resume,
        )
    return word2vec


def _going_on(folder: str, parameters: Mapping[str, Any]) -> Word2Vec:
    """Load a training, and refuse hyper-parameters that contradict it."""
    hyper = {name: value for name, value in parameters.items() if name in TrainConfig.names()}
    others = {name: value for name, value in parameters.items() if name not in hyper}
    word2vec = Word2Vec.load(folder, backend="cpu", workers=hyper.pop("workers", None))
    for name, value in others.items():
        setattr(word2vec, name, value)
    if "epochs" in hyper:
        hyper["epochs"] = max(hyper["epochs"], word2vec.config.epochs)
    asked = replace(word2vec.config, **hyper)
    told = [
        f"{name} is {quoted(value)}, was {quoted(getattr(word2vec.config, name))}"
        for name, value in hyper.items()
        if name != "epochs" and getattr(asked, name) != getattr(word2vec.config, name)
    ]
    if told:
        raise ValueError(
            f"{folder} was begun with other settings: {'; '.join(told)}; leave them out to go on "
            "with it, or train anew without resume=True"
        )
    word2vec.config = asked
    return word2vec


def client_or_default(client: Any) -> Any:
    """Return a client, Dask's default one for None; a ClusterError if there is none."""
    distributed = library.distributed()
    if client is None:
        try:
            return distributed.default_client()
        except ValueError:
            raise ClusterError(
                "there is no Dask client: give one, distributed.Client('tcp://host:8786')"
            ) from None
    if not isinstance(client, distributed.Client) or client.asynchronous:
        raise TypeError(
            f"expected a distributed.Client that is not asynchronous, got {quoted(client)}"
        )
    if client.status != "running":
        raise ClusterError(f"the client is {client.status}: give one that is connected")
    return client
