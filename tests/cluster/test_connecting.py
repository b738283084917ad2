"""Clusters that cannot be reached are one error that says why."""

from __future__ import annotations

import gc
import logging
import socket
import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest

from w2v.cluster import ClusterError
from w2v.cluster.connecting import Place, connected
from w2v.cluster.workers import Workers, WorkersLeftError


def new_keys(folder: Path) -> dict[str, Any]:
    """Make a certificate that is signed by itself; return the options of one who has it."""
    folder.mkdir(exist_ok=True)
    cert, key = folder / "cert.pem", folder / "key.pem"
    words = (
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=w2v"
    )
    command = ["openssl", *words.split(), "-keyout", str(key), "-out", str(cert)]
    subprocess.run(command, check=True, capture_output=True)
    return {"tls_ca_file": cert, "tls_cert": cert, "tls_key": key}


def options(keys: dict[str, Path]) -> dict[str, str]:
    """Return keys by Dask's names."""
    ca, cert, key = map(str, keys.values())
    own = {
        f"tls_{who}_{what}": value
        for who in ("scheduler", "worker", "client")
        for what, value in (("cert", cert), ("key", key))
    }
    return {"tls_ca_file": ca, **own}


def told(place: Place) -> str:
    """Return why a cluster cannot be reached, by Dask that does not try again for long."""
    pytest.importorskip("distributed")  # whose settings go with a block that it is imported in
    dask = pytest.importorskip("dask")
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "5s"}),
        pytest.raises(ClusterError) as error,
        connected(place),
    ):
        pass
    assert "\n" not in str(error.value)
    return str(error.value)


def test_a_host_that_is_unknown_is_not_asked_for_again_and_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def unknown(host: str, *_: Any) -> None:
        asked.append(host)
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    why = told(Place(scheduler="tcp://a-host.invalid:8786"))
    assert why.endswith("the host 'a-host.invalid' is not known (Name or service not known)")
    assert asked == ["a-host.invalid"]


@pytest.mark.soak
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Dask's sockets
def test_an_encrypted_scheduler_is_reached_by_who_has_its_keys(tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    ours, others = new_keys(tmp_path / "ours"), new_keys(tmp_path / "others")
    security = distributed.Security(require_encryption=True, **options(ours))
    here: dict[str, Any] = {
        "n_workers": 0, "processes": False, "dashboard_address": ":0",
        "silence_logs": logging.CRITICAL,
    }  # fmt: skip
    with distributed.LocalCluster(security=security, **here) as cluster:
        address = cluster.scheduler_address
        assert address.startswith("tls://")
        with connected(Place(scheduler=address, **ours)) as client:
            assert client.status == "running"
        assert "is not trusted" in told(Place(scheduler=address, **others))
        assert "--tls-" in told(Place(scheduler=address))
        told(Place(scheduler=address.replace("tls", "tcp")))
    with distributed.LocalCluster(protocol="tcp://", **here) as cluster:
        address = cluster.scheduler_address
        told(Place(scheduler=address.replace("tcp", "tls"), **ours))
        assert "--tls-" in told(Place(scheduler=address, **ours))
    assert "no scheduler answers at tcp" in told(Place(scheduler=address))
    gc.collect()  # here, and not in another test, which would be blamed


@pytest.mark.parametrize("held", [b"", b"{", b"[]", b'{"address": 3}', b"\xff\xfe"])
def test_a_file_that_no_scheduler_has_written_is_told_at_once(held: bytes, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    file = tmp_path / "scheduler.json"
    file.write_bytes(held)
    assert "has no address of a scheduler" in told(Place(scheduler_file=file))


def test_gpus_without_the_package_for_them_are_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    from types import SimpleNamespace

    from w2v.cluster import connecting

    pytest.importorskip("distributed")
    monkeypatch.setattr(connecting, "get_backend", lambda name: SimpleNamespace(name="gpu"))
    monkeypatch.setitem(sys.modules, "dask_cuda", None)
    place = Place(local_cluster=2)
    what = r"^dask-cuda is not installed: pip install dask-cuda$"
    with pytest.raises(ImportError, match=what), connected(place, backend="gpu"):
        pass


def test_what_arrives_while_the_scheduler_is_asked_has_arrived(monkeypatch: Any) -> None:
    pytest.importorskip("distributed")
    sending: Future[list[str]] = Future()

    class Sending(Workers):
        def alive(self) -> set[str]:
            if not sending.done():
                sending.set_result(["it"])
            return {"one"}

        def _on_loop(self, coroutine: Any) -> Any:
            return sending

    monkeypatch.setattr("w2v.cluster.workers._LOOK_EVERY", 0.01)
    assert Sending(MagicMock(), lambda addresses: {}).send("it", ["one"]) == "it"


def test_results_that_will_not_come_are_not_waited_for(monkeypatch: Any) -> None:
    pytest.importorskip("distributed")

    class Gone(Workers):
        def alive(self) -> set[str]:
            return {"other"}

        def _on_loop(self, coroutine: Any) -> Any:
            return Future()

    monkeypatch.setattr("w2v.cluster.workers._LOOK_EVERY", 0.01)
    with pytest.raises(WorkersLeftError, match=r"^one$"):
        Gone(MagicMock(), lambda addresses: {}, patience=1e9).results([], ["one", "other"])
