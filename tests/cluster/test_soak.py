"""Whatever dies, stops or is full on the way: the training ends right, or in one clear error."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cluster.test_connecting import new_keys
from tests.support.commands import run
from w2v import Word2Vec
from w2v.cluster import ClusterError, train

pytestmark = pytest.mark.soak

HOW: dict[str, Any] = {
    "vector_size": 32, "min_count": 3, "epochs": 3, "sg": 1, "workers": 1,
    "round_words": 10_000, "patience": 4.0,
}  # fmt: skip


WORDS = 400_000


class Processes:
    """A scheduler and workers, each a process of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.file, self._options = folder / "scheduler.json", list(options)
        self.scheduler = self._begin("scheduler", "--port", "0", "--no-dashboard")
        while not self.file.exists():
            time.sleep(0.1)
        self.workers: list[subprocess.Popen[bytes]] = []

    def _begin(self, what: str, *words: str, limit: str = "") -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *words]
        command += ["--scheduler-file", str(self.file), *self._options]
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

        client = Client(scheduler_file=str(self.file))
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
    ranks = np.minimum(rng.zipf(1.3, WORDS) - 1, 2_999)
    path = tmp_path_factory.mktemp("soak") / "text.txt"
    lines = (" ".join(f"w{rank}" for rank in some) for some in np.split(ranks, 20_000))
    path.write_text("\n".join(lines), "utf-8")
    return path


class At:
    """Calls something once, when a training has come so far."""

    def __init__(self, share: float, what: Callable[[], None]) -> None:
        self._share, self._what, self.done = share, what, False

    def on_batch_end(self, model: Word2Vec) -> None:
        if not self.done and model.curve[-1][0] >= self._share * WORDS:
            self.done = True
            self._what()


def check(model: Word2Vec) -> None:
    """Every word is trained once an epoch, and something was learnt."""
    assert model.trained_words == 3 * WORDS
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


class Brake(threading.Thread):
    """Lets a process run for a tenth of the time."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid, self.over = pid, threading.Event()

    def run(self) -> None:
        while not self.over.is_set():
            os.kill(self._pid, signal.SIGSTOP)
            self.over.wait(0.18)
            os.kill(self._pid, signal.SIGCONT)
            time.sleep(0.02)


def test_a_worker_that_is_ten_times_slower_has_a_small_share(
    processes: Processes, long_text: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    processes.add(tmp_path)
    processes.add(tmp_path)
    client = processes.client(2)
    brake = Brake(processes.workers[1].pid)
    with caplog.at_level("DEBUG", "w2v"):
        check(train(client, str(long_text), callbacks=[At(0.1, brake.start)], **HOW))
    brake.over.set()
    brake.join()
    dealt = [each.getMessage() for each in caplog.records if "dealt anew" in each.getMessage()]
    shares = [
        sorted(int(n.replace(",", "")) for n in re.findall(r"([\d,]+) to", line)) for line in dealt
    ]
    assert any(len(each) == 2 and each[0] < each[1] / 4 for each in shares), dealt
    client.close()


def test_a_scheduler_that_stops_answering_is_one_error(
    processes: Processes, long_text: Path, tmp_path: Path
) -> None:
    processes.add(tmp_path)
    client = processes.client(1)
    pid = processes.scheduler.pid
    # Short rounds, so that half an epoch takes longer than the weights are apart that arrive.
    how = {**HOW, "round_words": 1_000}
    with pytest.raises(ClusterError, match=r"^the scheduler at tcp://.* is gone \(no answer for 8"):
        train(
            client, str(long_text), checkpoint=tmp_path / "run",
            callbacks=[At(0.5, lambda: os.kill(pid, signal.SIGSTOP))], **how,
        )  # fmt: skip
    assert 0 < Word2Vec.load(tmp_path / "run").within_epoch < 1
    os.kill(pid, signal.SIGCONT)
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
    assert kept.epochs_done == 1  # and of the next what had arrived, about every second
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
    with pytest.raises(ClusterError, match=r"^tcp://.*: .*(too large|room|space)"):
        train(client, str(long_text), **HOW)
    client.close()


def test_the_command_trains_on_an_encrypted_cluster(long_text: Path, tmp_path: Path) -> None:
    keys = new_keys(tmp_path / "keys")
    words = [
        word for name, path in keys.items() for word in ("--" + name.replace("_", "-"), str(path))
    ]
    begun = Processes(tmp_path, "--protocol", "tls", *words)
    try:
        begun.add(tmp_path)
        begun.add(tmp_path)
        of_model = "--epochs", 1, "--vector-size", 16, "--workers", 1, "--half-precision"
        where = "--scheduler-file", begun.file, *words
        done = run("train", long_text, *of_model, *where, "-o", "wv.kv", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert "workers at tls://" in done.stderr
        done = run("train", long_text, "--scheduler-file", begun.file, cwd=tmp_path)
        assert done.returncode == 1
        assert "no scheduler answers at tls://" in done.stderr.splitlines()[-1]
    finally:
        begun.end()
