"""What is broken off leaves nothing behind that a later run would trust."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support import ROOT, python_path
from w2v.data import CorpusError, EncodedCorpus, prepare

PREPARE = """
import sys
from w2v.data import prepare
reports = []
def progress(done, total, words):
    if words and not reports:
        reports.append(words)
        print("started", flush=True)
prepare(sys.argv[1], sys.argv[2], progress=progress, workers=2, block_bytes=100_000)
"""
LIMITED = """
import resource, sys
from w2v.data import prepare, read_corpus
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
try:
    prepare(sys.argv[1], sys.argv[2]) if len(sys.argv) > 2 else read_corpus(sys.argv[1])
except OSError as error:
    sys.exit(str(error))
"""


def environment(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "temporary").mkdir()
    path = python_path(ROOT)
    return {**os.environ, "TMPDIR": str(tmp_path / "temporary"), "PYTHONPATH": path}


def text(path: Path, words: int) -> Path:
    path.write_text("some words of text here\n" * (words // 5))
    return path


@pytest.mark.alone
@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
@pytest.mark.parametrize("waiting_for_input", [False, True])
def test_ctrl_c_ends_within_a_second_and_leaves_nothing(
    waiting_for_input: bool, tmp_path: Path
) -> None:
    env = environment(tmp_path)
    source = "-" if waiting_for_input else str(text(tmp_path / "t.txt", 20_000_000))
    command = [sys.executable, "-c", PREPARE, source, str(tmp_path / "out" / "c.w2v")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=env, **pipes) as process:  # type: ignore[call-overload]
        if waiting_for_input:
            process.stdin.write(b"some words and no end\n" * 100_000)
            process.stdin.flush()
        assert process.stdout.readline() == b"started\n"
        pressed = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) != 0
        assert time.monotonic() - pressed < 1
        assert process.stderr.read().splitlines()[-1] == b"KeyboardInterrupt"
    assert list((tmp_path / "out").iterdir()) == []
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="limits as POSIX has them")
@pytest.mark.parametrize("kept", [True, False])
def test_a_full_disk_is_one_line_and_leaves_nothing(kept: bool, tmp_path: Path) -> None:
    env = environment(tmp_path)
    source = text(tmp_path / "t.txt", 1_000_000)
    target = [str(tmp_path / "out" / "c.w2v")] if kept else []
    command = [sys.executable, "-c", LIMITED, str(source), *target]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "no room to write" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not kept or list((tmp_path / "out").iterdir()) == []
    assert list((tmp_path / "temporary").iterdir()) == []


def test_a_failure_leaves_the_corpus_that_was_there(tmp_path: Path) -> None:
    folder = tmp_path / "c.w2v"
    prepare([["a", "b"]], folder, min_count=1)
    with pytest.raises(CorpusError, match="all strings or all integers"):
        prepare([["a"], [1]], folder, min_count=1)  # type: ignore[arg-type]
    assert list(EncodedCorpus.open(folder).sentences()) == [["a", "b"]]
    assert [p.name for p in tmp_path.iterdir()] == ["c.w2v"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("tokens.int32", "expected 8 bytes; prepare the corpus again"),
        ("offsets.int64", "expected 16 bytes"),
        ("vocab.arrow", "is no saved vocabulary"),
        ("corpus.json", "is no encoded corpus"),
    ],
)
def test_a_damaged_folder_is_not_trusted(name: str, message: str, tmp_path: Path) -> None:
    folder = tmp_path / "c.w2v"
    prepare([["a", "b"]], folder, min_count=1)
    (folder / name).write_bytes((folder / name).read_bytes()[:-4])
    with pytest.raises(CorpusError, match=message):
        EncodedCorpus.open(folder)
    (folder / "corpus.json").write_text('{"format": 99}')
    with pytest.raises(CorpusError, match="another version"):
        EncodedCorpus.open(folder)
    with pytest.raises(CorpusError, match="is no encoded corpus"):
        EncodedCorpus.open(tmp_path)
