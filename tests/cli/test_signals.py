"""Signals that ask a command to stop: what was trained is kept, and nothing else is left."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.support import ROOT
from tests.support.signalled import SIGNALS, Signalled, same_or_new, text
from w2v import KeyedVectors, Word2Vec
from w2v.cli import main
from w2v.cli.signals import Stop, Stopped

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")

TRAIN = ("train", "t.txt", "-o", "v.bin", "--min-count", "1", "--metrics", "m.jsonl", "-q")
FOREVER = ("--epochs", "100000")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a text and with vectors of before."""
    made = tmp_path / "folder"
    made.mkdir()
    text(made / "t.txt", 20_000, 900)
    KeyedVectors(["a", "b"], np.ones((2, 100), np.float32)).save(made / "v.bin")
    return made


def training(folder: Path, *more: str, **environment: str) -> Signalled:
    (folder / "m.jsonl").unlink(missing_ok=True)
    return Signalled(folder, [*TRAIN, *FOREVER, *more], ["m.jsonl", "run"], **environment)


def reports(folder: Path, event: str = "epoch") -> Callable[[], bool]:
    """Return what tells whether the metrics hold an event."""
    metrics = folder / "m.jsonl"
    return lambda: metrics.exists() and f'"{event}"' in metrics.read_text()


@pytest.mark.parametrize("number", SIGNALS)
def test_any_signal_keeps_vectors_and_checkpoint_and_says_where(
    folder: Path, number: signal.Signals
) -> None:
    command = training(folder, "--checkpoint", "run")
    command.wait_for((folder / "run").exists)
    command.send(number)
    assert command.end(number) == "w2v: stopped; written: v.bin, run\n"
    assert command.process.returncode == 128 + number
    assert len(KeyedVectors.load(folder / "v.bin")) == 900
    assert Word2Vec.load(folder / "run").epochs_done >= 1


def test_reading_stops_at_once_and_leaves_what_was_there(folder: Path) -> None:
    before = (folder / "v.bin").read_bytes()
    for arguments in (("train", "-", "-o", "v.bin"), ("prepare", "-", "-o", "c.w2v")):
        command = Signalled(folder, [*arguments, "-q"], [])
        assert command.process.stdin is not None
        command.process.stdin.write("a b c d e f\n" * 100_000)
        command.process.stdin.flush()
        command.wait_for(lambda: [*folder.parent.rglob("spool*")])
        command.send(signal.SIGTERM)
        assert command.end(signal.SIGTERM) == "w2v: stopped\n"
        assert command.process.returncode == 143
    assert (folder / "v.bin").read_bytes() == before


def test_compiling_stops_at_once_and_leaves_what_was_there(folder: Path) -> None:
    before = (folder / "v.bin").read_bytes()
    kernels = folder.parent / "kernels"
    command = training(folder, NUMBA_CACHE_DIR=str(kernels))
    command.wait_for(reports(folder, "start"))
    command.send(signal.SIGHUP)
    assert command.end(signal.SIGHUP) == "w2v: stopped\n"
    assert command.process.returncode == 129
    assert (folder / "v.bin").read_bytes() == before
    assert not [path for path in kernels.rglob("*") if ".tmp" in path.name]


@pytest.mark.parametrize("second", [None, signal.SIGINT])
def test_a_signal_lets_a_save_end_and_a_second_one_does_not(
    folder: Path, second: signal.Signals | None
) -> None:
    (folder / "v.bin").unlink()
    os.mkfifo(folder / "v.bin")  # whoever writes to it waits for a reader
    command = training(folder)
    command.wait_for(reports(folder))
    command.send(signal.SIGTERM)
    with (folder / "v.bin").open("rb") as pipe:
        begun = pipe.read(9)
        if second is not None:
            time.sleep(0.5)
            command.send(second)
            time.sleep(0.1)
        content = begun + pipe.read()
    said = command.end(signal.SIGTERM)
    assert command.process.returncode == 143
    if second is None:
        assert said == "w2v: stopped; written: v.bin\n"
        (folder / "read.bin").write_bytes(content)
        assert len(KeyedVectors.load(folder / "read.bin")) == 900
    else:
        assert said == "w2v: stopped at once by a second signal; not written: v.bin\n"


def test_ctrl_c_before_signals_are_heard_is_a_line_too(folder: Path) -> None:
    code = """
import signal, sys
class Interrupted:
    def find_spec(self, name, *_):
        if name == "w2v.cli.signals":
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Interrupted())
from w2v.cli import main
assert "typing" not in sys.modules
main()
"""
    done = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "w2v: stopped\n")


@pytest.mark.parametrize("told", [False, True])
def test_a_second_signal_adds_no_line_to_the_last_one(told: bool) -> None:
    code = "import sys; from w2v.cli.signals import Stop; stop = Stop();"
    code += f"stop.number, stop.told = 15, {told}; stop.wrote('v.bin'); stop.leave('another')"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 143
    assert done.stderr == ("" if told else "w2v: stopped at once by another; written: v.bin\n")


def test_what_was_ignored_at_the_start_stays_so(folder: Path) -> None:
    code = "import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN);"
    code += "os.execv(sys.executable, [sys.executable, '-m', 'w2v', *sys.argv[1:]])"
    command = subprocess.Popen(
        [sys.executable, "-c", code, *TRAIN, *FOREVER], cwd=folder, stderr=subprocess.PIPE
    )
    while not reports(folder)():
        assert command.poll() is None
        time.sleep(0.02)
    command.send_signal(signal.SIGHUP)
    time.sleep(0.3)
    assert command.poll() is None
    command.terminate()
    assert command.communicate(timeout=30)[1] == b"w2v: stopped; written: v.bin\n"
    assert command.returncode == 143


def test_a_pipe_that_closes_ends_what_is_printed_and_not_what_is_trained(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    reads, writes = os.pipe()
    os.close(reads)
    try:
        command = [sys.executable, "-m", "w2v"]
        asked = ["neighbors", "v.bin", "a", "b"]
        done = subprocess.run(
            [*command, *asked], cwd=folder, stdout=writes, stderr=subprocess.PIPE, check=False
        )
        assert (done.returncode, done.stderr) == (141, b"")
        trained = subprocess.run([*command, *TRAIN[:-1]], cwd=folder, stderr=writes, check=False)
        assert trained.returncode == 0
        assert len(KeyedVectors.load(folder / "v.bin")) == 900
    finally:
        os.close(writes)


def test_an_exception_that_a_finalizer_loses_is_raised_again() -> None:
    class Finalized:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGTERM)
            sum(range(9))

    stop, hook = Stop(), sys.unraisablehook
    handler = signal.signal(signal.SIGTERM, stop.ask)
    sys.unraisablehook = lambda lost: stop.lost(lost.exc_value) or hook(lost)
    try:
        with pytest.raises(Stopped):
            Finalized()
            time.sleep(5)
    finally:
        signal.signal(signal.SIGTERM, handler)
        sys.unraisablehook = hook
    assert stop.status == 143


def test_the_library_leaves_signals_alone() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    seen: list[object] = []

    class Looks:
        def on_epoch_begin(self, model: object) -> None:
            seen.extend(signal.getsignal(number) for number in SIGNALS)

    Word2Vec(
        [["a", "b", "c"]] * 50, min_count=1, negative=1, sample=0, epochs=1, callbacks=[Looks()]
    )
    assert seen[1:] == before[1:]
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_a_program_that_ran_a_command_still_hears_ctrl_c(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    monkeypatch.chdir(folder)
    monkeypatch.setattr("sys.argv", ["w2v", "convert", "v.bin", "v.txt"])
    with pytest.raises(SystemExit):
        main()

    class Interrupts:
        def on_epoch_begin(self, model: object) -> None:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        Word2Vec(
            [["a", "b", "c"]] * 50, min_count=1, negative=1, sample=0, callbacks=[Interrupts()]
        )
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.soak
@pytest.mark.parametrize("double", [False, True], ids=["single", "double"])
@pytest.mark.parametrize("number", SIGNALS)
def test_fifty_moments_of_a_training(folder: Path, number: signal.Signals, double: bool) -> None:
    text(folder / "t.txt", 200_000, 5_000)
    run = ["train", "t.txt", "-o", "v.vec", "--min-count", "1", "--epochs", "4", "-q"]
    run += ["--checkpoint", "run"]
    outputs, draw = ["v.vec", "run", "run.1"], random.Random(int(number) + 100 * double)

    def begin() -> Signalled:
        command = Signalled(folder, run, outputs)
        command.listens()
        return command

    took = []
    for _ in range(2):  # the first one may compile
        shutil.rmtree(folder / "run", ignore_errors=True)
        began, command = time.monotonic(), begin()
        command.process.communicate(timeout=300)
        assert command.process.returncode == 0
        took.append(time.monotonic() - began)
    before = (folder / "v.vec").read_bytes()
    stopped = at_once = 0
    for _ in range(50):
        (folder / "v.vec").write_bytes(before)
        for kept in folder.glob("run*"):
            shutil.rmtree(kept)
        command = begin()
        time.sleep(draw.uniform(0, took[-1]))
        sent = [number, *([draw.choice(SIGNALS)] if double else [])]
        for i, each in enumerate(sent):
            time.sleep(draw.uniform(0, 1) if i else 0)
            command.send(each)
        said = command.end(*sent)
        same_or_new(folder / "v.vec", before)
        assert len(said.splitlines()) == bool(command.process.returncode)
        for kept in folder.glob("run*"):
            Word2Vec.load(kept)
        stopped += bool(command.process.returncode)
        at_once += "at once" in said
    print(f"{number.name}: {stopped} of 50 stopped, {at_once} of them at once")


@pytest.mark.soak
@pytest.mark.parametrize("double", [False, True], ids=["single", "double"])
@pytest.mark.parametrize(
    "arguments",
    [
        "prepare t.txt -o c.w2v -q",
        "phrases t.txt -o p.w2v -q",
        "convert big.bin big.vec",
        "plot big.bin -o map.png",
        "explore big.bin -o page.html -q",
        "evaluate big.bin --pairs pairs.tsv",
        "bench --quick -q -o bench.json",
        "train t.txt -o v.vec --optimizer adam --epochs 1 -q",
    ],
)
def test_fifty_moments_of_every_other_command(folder: Path, arguments: str, double: bool) -> None:
    text(folder / "t.txt", 400_000, 5_000)
    words = [f"w{i}" for i in range(5_000)]
    vectors = np.random.default_rng(0).standard_normal((5_000, 100), np.float32)
    KeyedVectors(words, vectors).save(folder / "big.bin")
    pairs = (f"w{i}\tw{i + 1}\t{i % 10}\n" for i in range(4_000))
    (folder / "pairs.tsv").write_text("".join(pairs))
    outputs = ["c.w2v", "p.w2v", "big.vec", "map.png", "page.html", "bench.json", "v.vec"]
    draw = random.Random(double)
    took = []
    for _ in range(2):
        began, command = time.monotonic(), Signalled(folder, arguments.split(), outputs)
        command.listens()
        command.process.communicate(timeout=300)
        assert command.process.returncode == 0
        took.append(time.monotonic() - began)
    for _ in range(50):
        number = draw.choice(SIGNALS)
        command = Signalled(folder, arguments.split(), outputs)
        command.listens()
        time.sleep(draw.uniform(0, took[-1]))
        sent = [number, *([draw.choice(SIGNALS)] if double else [])]
        for i, each in enumerate(sent):
            time.sleep(draw.uniform(0, 1) if i else 0)
            command.send(each)
        command.end(*sent)
