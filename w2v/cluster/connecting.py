"""A client of Dask, from what a command line says."""

from __future__ import annotations

import gc
import json
import logging
import os
import re
import signal
import socket
import ssl
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any

from w2v.backend import get_backend
from w2v.cluster import library
from w2v.cluster.errors import ClusterError
from w2v.messages import quoted
from w2v.optional import optional

_ADDRESS = r"(\w+://)?\S+:\d+"
# Dask looks at much all the time in every process, which takes a tenth of two workers' time.
_LOOKS_LESS = {
    "distributed.worker.profile.enabled": False,
    "distributed.worker.memory.monitor-interval": "500ms",
    "distributed.admin.tick.interval": "1s",
    "distributed.admin.system-monitor.interval": "5s",
}


@dataclass(frozen=True)
class Place:
    """Where a cluster is; one of the first three.

    Parameters
    ----------
    scheduler : str, optional
        Its scheduler's address.
    scheduler_file : Path, optional
        As ``dask scheduler --scheduler-file`` writes it.
    local_cluster : int, optional
        Workers to start here, for as long as the client is there.
    tls_ca_file, tls_cert, tls_key : Path, optional
        For an encrypted connection: certificates to trust, this side's own, and its key.

    Raises
    ------
    ValueError
        What contradicts itself; it names the options.
    """

    scheduler: str | None = None
    scheduler_file: Path | None = None
    local_cluster: int | None = None
    tls_ca_file: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None

    @property
    def _keys(self) -> tuple[Path | None, ...]:
        return self.tls_ca_file, self.tls_cert, self.tls_key

    def __post_init__(self) -> None:
        """Refuse what contradicts itself, by a ValueError that names the options."""
        places = self.scheduler, self.scheduler_file, self.local_cluster
        keys = dict(zip(("--tls-ca-file", "--tls-cert", "--tls-key"), self._keys, strict=True))
        given = [name for name, key in keys.items() if key is not None]
        if given and (len(given) < len(keys) or self.local_cluster is not None):
            raise ValueError(
                "--tls-ca-file, --tls-cert and --tls-key go together, with --scheduler or "
                "--scheduler-file"
            )
        if sum(each is not None for each in places) != 1:
            raise ValueError(
                "--scheduler, --scheduler-file and --local-cluster are one cluster each: give one"
            )
        for name, path in {**keys, "--scheduler-file": self.scheduler_file}.items():
            if path is not None and not path.is_file():
                raise ValueError(f"{name}: {quoted(str(path))}: no such file")
        if self.scheduler is not None and not re.fullmatch(_ADDRESS, self.scheduler):
            raise ValueError(
                f"--scheduler is {quoted(self.scheduler)}, expected an address, tcp://host:8786"
            )
        if self.local_cluster is not None and self.local_cluster < 1:
            raise ValueError(f"--local-cluster is {self.local_cluster}: it needs 1 worker or more")


@contextmanager
def connected(place: Place, *, threads: int | None = None, backend: str = "auto") -> Iterator[Any]:
    """Connect to a cluster, or start one here, for the length of a block.

    Parameters
    ----------
    place : Place
    threads : int, optional
        Of each worker that is started here; by default all processors' among them.
    backend : str, default "auto"
        With a GPU, and dask-cuda, each worker that is started here has one of its own.

    Yields
    ------
    distributed.Client

    Raises
    ------
    ClusterError
        There is no scheduler.
    ImportError
        Dask is not installed.
    """
    distributed = library.distributed()
    with ExitStack() as stack:
        if place.local_cluster is not None:
            cluster = stack.enter_context(
                _started(distributed, place.local_cluster, threads, backend)
            )
            yield stack.enter_context(distributed.Client(cluster, direct_to_workers=True))
            return
        how: dict[str, Any] = {}
        if place.tls_ca_file is not None:
            how["security"] = distributed.Security(
                tls_ca_file=str(place.tls_ca_file),
                tls_client_cert=str(place.tls_cert),
                tls_client_key=str(place.tls_key),
                require_encryption=True,
            )
        where = place.scheduler or _address_in(place.scheduler_file)
        yield stack.enter_context(_client(distributed, where, how))


def _client(distributed: Any, where: str, how: Mapping[str, Any]) -> Any:
    """Return a client of a scheduler, of which nothing is left where none answers."""
    _require_host(where)
    try:
        return distributed.Client(where, **how)
    except (OSError, ValueError, RuntimeError, TypeError) as error:
        why = _reason(error)
    # A client that could not begin takes the lock of all clients' threads when it is collected:
    # for ever, if that is by chance while the thread of another begins.
    gc.collect()
    raise ClusterError(f"no scheduler answers at {where}: {why}")


def _require_host(address: str) -> None:
    """Say at once that a host is unknown, which Dask asks for again and again."""
    found = re.fullmatch(r"(?:tcp://|tls://)?\[?([^/\]]+)\]?:\d+", address)
    if found is None:
        return
    try:
        socket.getaddrinfo(found[1], None)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise ClusterError(
            f"no scheduler answers at {address}: the host {quoted(found[1])} is not known ({why})"
        ) from None


def _address_in(file: Path | None) -> str:
    """Return the address that a scheduler has written to a file."""
    assert file is not None
    try:
        address = json.loads(file.read_bytes())["address"]
    except OSError as error:
        raise ClusterError(f"{quoted(str(file))} cannot be read: {error.strerror}") from None
    except (ValueError, LookupError, TypeError):
        address = None
    if not isinstance(address, str) or not re.fullmatch(_ADDRESS, address):
        raise ClusterError(
            f"{quoted(str(file))} has no address of a scheduler: give the file that dask scheduler "
            "--scheduler-file has written"
        )
    return address


def _reason(error: BaseException) -> str:
    """Return in one line why a scheduler cannot be reached, with what else may be the matter."""
    found: BaseException | None = error
    while found is not None and not isinstance(found, ssl.SSLError):
        found = found.__cause__ or found.__context__
    if isinstance(found, ssl.SSLCertVerificationError):
        return (
            f"its certificate is not trusted ({found.verify_message}): --tls-ca-file is to have "
            "the one that has signed it"
        )
    if isinstance(found, ssl.SSLError):
        return (
            f"{found.reason or found}: is it tls:// on one side alone, or is a certificate or a "
            "key not the right one?"
        )
    reason = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, RuntimeError | TypeError):  # which are of TLS
        return f"{reason}: an encrypted one is tls://host:8786 with the options --tls-…"
    return reason


@contextmanager
def _by_itself() -> Iterator[None]:
    """Keep Ctrl-C from processes that begin in a block, and from this thread until it is over.

    A terminal sends Ctrl-C, and that it is closed, to all processes that were started in it.  The
    one that trains then asks the workers for what they have learnt, so that these are to go on.
    """
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    resource_tracker.ensure_running()  # which lets Ctrl-C through again when it begins
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _started(distributed: Any, workers: int, threads: int | None, backend: str) -> Any:
    how: dict[str, Any] = {
        "n_workers": workers,
        "threads_per_worker": threads or max(1, (os.cpu_count() or 1) // workers),
        "dashboard_address": ":0",
        "silence_logs": logging.CRITICAL,
    }
    with library.dask().config.set(_LOOKS_LESS), _by_itself():
        if backend != "cpu" and get_backend(backend).name == "gpu":
            cuda = optional("dask_cuda", None, "dask-cuda")
            past_the_host = find_spec("distributed_ucxx") is not None
            return cuda.LocalCUDACluster(protocol="ucx" if past_the_host else None, **how)
        return distributed.LocalCluster(processes=True, **how)
