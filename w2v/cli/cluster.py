"""Training on a cluster: the options that name one, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from w2v.cli.common import CommandLineError, command_line

if TYPE_CHECKING:
    from w2v.cli.metrics import MetricsLog
    from w2v.cluster import ClusterTraining
    from w2v.cluster.connecting import Place
    from w2v.word2vec import Word2Vec

Scheduler = Annotated[
    str | None,
    typer.Option(
        help="Train on the workers of the Dask cluster whose scheduler is here, tcp://host:8786.",
        show_default=False,
    ),
]
SchedulerFile = Annotated[
    Path | None,
    typer.Option(
        help="The same, by the file that dask scheduler --scheduler-file writes.",
        show_default=False,
    ),
]
LocalCluster = Annotated[
    int | None,
    typer.Option(
        help="Train on so many worker processes of this machine; on its GPUs with dask-cuda.",
        show_default=False,
    ),
]
TlsCaFile = Annotated[
    Path | None,
    typer.Option(help="Certificates that the cluster is trusted by.", show_default=False),
]
TlsCert = Annotated[Path | None, typer.Option(help="This side's certificate.", show_default=False)]
TlsKey = Annotated[Path | None, typer.Option(help="Its key.", show_default=False)]

RoundWords = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Words that each worker trains, at most, before what all have learnt is put together; "
        "by default 1,600,000 of all workers, and more in runs of over 100 million.",
        show_default=False,
    ),
]
HalfPrecision = Annotated[
    bool, typer.Option("--half-precision", help="Halve what the workers exchange.")
]

_NAMES = (
    "scheduler",
    "scheduler_file",
    "local_cluster",
    "tls_ca_file",
    "tls_cert",
    "tls_key",
)


def place_of_cluster(given: Mapping[str, Any]) -> Place | None:
    """Return the cluster that is asked for, None for none.

    Parameters
    ----------
    given : mapping of str to value
        Of the command's parameters.

    Raises
    ------
    CommandLineError
        Options that contradict each other, or cannot be on a cluster.
    ImportError
        Dask is not installed.
    """
    named = {name: given[name] for name in _NAMES}
    if all(value is None for value in named.values()):
        if given["round_words"] is not None or given["half_precision"]:
            raise CommandLineError(
                "--round-words and --half-precision are of a cluster: give --scheduler, "
                "--scheduler-file or --local-cluster too"
            )
        return None
    from w2v.cluster import library
    from w2v.cluster.connecting import Place

    with command_line():
        place = Place(**named)
        if given["reread"]:
            raise ValueError("--reread cannot be on a cluster, where the text is read once")
        if given["optimizer"] != "sgd":
            raise ValueError(
                f"--optimizer {given['optimizer']} cannot be on a cluster, where sgd trains"
            )
        if "-" in (given["corpus"] or ()):
            raise ValueError("standard input cannot be read on a cluster: name files")
    library.distributed()
    return place


@contextmanager
def on_cluster(
    place: Place | None, word2vec: Word2Vec, given: Mapping[str, Any], say: Callable[[str], None]
) -> Iterator[ClusterTraining | None]:
    """Have a model trained on a cluster for the length of a block; None without one.

    Parameters
    ----------
    place : Place or None
    word2vec : Word2Vec
    given : mapping of str to value
        The command's parameters: the text, the workers' backend, and how rounds are to be.
    say : callable
    """
    if place is None:
        yield None
        return
    from w2v.cluster import ClusterTraining
    from w2v.cluster.connecting import connected
    from w2v.data.reading.read_corpus import encoded_folder
    from w2v.data.reading.text_source import find_sources

    names = given["corpus"]
    if names and not encoded_folder(names):
        find_sources(names, word2vec.reading.get("storage_options"))  # before anything starts
    backend = given["backend"]
    rounds: dict[str, Any] = {"half_precision": given["half_precision"]}
    if given["round_words"] is not None:
        rounds["round_words"] = given["round_words"]
    say(f"backend: {backend}, on each worker")
    with connected(place, threads=word2vec.config.workers, backend=backend) as client:
        workers = len(client.scheduler_info(n_workers=-1)["workers"])
        say(f"cluster: {workers} worker{'s' * (workers != 1)} at {client.scheduler.address}")
        if client.dashboard_link:
            blank = place.local_cluster is not None and find_spec("bokeh") is None
            needs = " (it needs bokeh, which is not installed)" if blank else ""
            say(f"dashboard: {client.dashboard_link}{needs}")
        with ClusterTraining(client, word2vec, backend=backend, **rounds) as cluster:
            yield cluster


class ClusterLog:
    """What the rounds of each epoch cost, for people and for the file of metrics.

    Parameters
    ----------
    cluster : ClusterTraining
    log : MetricsLog
    say : callable
    """

    def __init__(
        self, cluster: ClusterTraining, log: MetricsLog, say: Callable[[str], None]
    ) -> None:
        self._cluster, self._log, self._say = cluster, log, say

    def on_epoch_end(self, word2vec: Word2Vec) -> None:
        """Tell it; a callback of :class:`w2v.Word2Vec`."""
        told = self._cluster.report
        if not told:
            return
        self._log.write("cluster", epoch=word2vec.epochs_done, **told)
        speeds = ", ".join(f"{name} {speed:,}" for name, speed in told["workers"].items())
        gone = f"; gone: {', '.join(told['gone'])}" if told["gone"] else ""
        self._say(
            f"epoch {word2vec.epochs_done}: {told['rounds']:,} rounds so far, "
            f"{told['exchange_share']:.0%} of the time exchange, workers disagree by "
            f"{told['disagreement']:.2f}; words/s: {speeds}{gone}"
        )


def logs(
    log: MetricsLog, cluster: ClusterTraining | None, say: Callable[[str], None]
) -> list[MetricsLog | ClusterLog]:
    """Return what is called on the way of a training, on a cluster or not."""
    return [log] if cluster is None else [log, ClusterLog(cluster, log, say)]
