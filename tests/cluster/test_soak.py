"""Whatever dies, stops or is full on the way: the training ends right, or in one clear error."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from w2v import Word2Vec
from w2v.cluster import ClusterError, train

pytestmark = pytest.mark.soak

HOW: dict[str, Any] = {
    "vector_size": 32, "min_count": 3, "epochs": 3, "sg": 1, "workers": 1,
    "round_words": 10_000, "patience": 4.0,
}  # fmt: skip


class Processes:
    """A scheduler and workers, each a process of its own."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "scheduler.json"
        self.scheduler = self._begin("scheduler", "--port", "0", "--no-dashboard")
        while not self._file.exists():
            time.sleep(0.1)
        self.workers: list[subprocess.Popen[bytes]] = []

    def _begin(self, what: str, *words: str, limit: str = "") -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *words]
        command += ["--scheduler-file", str(self._file)]
        shell = ["sh", "-c", f'{limit} exec "$@"', "sh", *command]
        return subprocess.Popen(shell, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def add(self, folder: Path, limit: str = "") -> None:
        """Begin a worker."""
        words = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory"]
        self.workers.append(self._begin("worker", *words, str(folder), limit=limit))

    def end(self) -> None:
        """End all."""
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait()

    def client(self, workers: int) -> Any:
        """Connect, and wait for workers."""
        from distributed import Client

        client = Client(scheduler_file=str(self._file))
        client.wait_for_workers(workers, timeout=120)
        return client


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    begun = Processes(tmp_path)
    yield begun
    begun.end()


@pytest.fixture(scope="module")
def long_text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A text of 400,000 words."""
    rng = np.random.default_rng(6)
    ranks = np.minimum(rng.zipf(1.3, 400_000) - 1, 2_999)
    path = tmp_path_factory.mktemp("soak") / "text.txt"
    lines = (" ".join(f"w{rank}" for rank in some) for some in np.split(ranks, 20_000))
    path.write_text("\n".join(lines), "utf-8")
    return path


class At:
    """Calls something once, when a training has come so far."""

    def __init__(self, share: float, what: Callable[[], None]) -> None:
        self._share, self._what, self.done = share, what, False

    def on_batch_end(self, model: Word2Vec) -> None:
        if not self.done and model.epochs_done + model.within_epoch >= self._share:
            self.done = True
            self._what()


def check(model: Word2Vec) -> None:
    """Every word is trained once an epoch, and something was learnt."""
    assert model.trained_words == 3 * 400_000
    assert model.epochs_done == 3
    assert np.isfinite(model.wv.vectors).all()
    assert model.losses[-1] < 2.7


def test_workers_that_are_killed_at_twenty_moments(
    processes: Processes, long_text: Path, tmp_path: Path
) -> None:
    for _ in range(3):
        processes.add(tmp_path)
    client = processes.client(3)
    for moment in np.random.default_rng().uniform(0.02, 2.98, 20):
        kill = processes.workers[-1].kill
        at = At(moment, kill)
        check(train(client, str(long_text), callbacks=[at], **HOW))
        assert at.done
        processes.workers.pop().wait()
        processes.add(tmp_path)
        client.wait_for_workers(3, timeout=120)
    client.close()


def test_two_workers_that_are_killed_at_once_and_others_that_come(
    processes: Processes, long_text: Path, tmp_path: Path
) -> None:
    for _ in range(3):
        processes.add(tmp_path)
    client = processes.client(3)
    seen: set[int] = set()

    def kill() -> None:
        for worker in processes.workers[:2]:
            worker.kill()
        processes.add(tmp_path)
        processes.add(tmp_path)
        seen.add(len(client.nthreads()))

    check(train(client, str(long_text), callbacks=[At(0.7, kill)], **HOW))
    client.wait_for_workers(3, timeout=120)
    client.close()


def test_a_worker_that_stops_answering_and_comes_back(
    processes: Processes, long_text: Path, tmp_path: Path
) -> None:
    for _ in range(3):
        processes.add(tmp_path)
    client = processes.client(3)
    pid = processes.workers[1].pid
    begin = time.monotonic()
    stop = At(0.5, lambda: os.kill(pid, signal.SIGSTOP))
    go_on = At(2.0, lambda: os.kill(pid, signal.SIGCONT))
    check(train(client, str(long_text), callbacks=[stop, go_on], **HOW))
    assert time.monotonic() - begin < 90
    client.close()


def test_a_scheduler_that_is_killed_is_one_error_and_a_checkpoint(
    processes: Processes, long_text: Path, tmp_path: Path
) -> None:
    for _ in range(2):
        processes.add(tmp_path)
    client = processes.client(2)
    with pytest.raises(ClusterError, match=r"^the scheduler at tcp://.* is gone"):
        train(
            client, str(long_text), checkpoint=tmp_path / "run",
            callbacks=[At(1.3, processes.scheduler.kill)], **HOW,
        )  # fmt: skip
    kept = Word2Vec.load(tmp_path / "run")
    assert kept.epochs_done == 1
    assert kept.within_epoch > 0.2
    (tmp_path / "again").mkdir()
    again = Processes(tmp_path / "again")
    try:
        for _ in range(3):
            again.add(tmp_path)
        how = {**HOW, "checkpoint": tmp_path / "run", "resume": True}
        check(train(again.client(3), str(long_text), **how))
    finally:
        again.end()


def test_a_full_disk_is_one_error(processes: Processes, long_text: Path, tmp_path: Path) -> None:
    processes.add(tmp_path)
    processes.add(tmp_path, limit="ulimit -f 100;")
    client = processes.client(2)
    with pytest.raises(ClusterError, match=r"tcp://.*: .*(too large|room|space)"):
        train(client, str(long_text), **HOW)
    client.close()
