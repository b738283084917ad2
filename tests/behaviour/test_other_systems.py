"""Training where the system is not POSIX: what it lacks is taken from Python, or stood in for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Third parties are imported before, as they ask for the real system.
LOADED = """
import os, signal, sys, types
import matplotlib.figure, numba, numpy, psutil, pyarrow, rich.progress, safetensors.numpy, typer
import multiprocessing, tempfile, subprocess, zstandard
"""
LACKING = """
for name in ("sched_getaffinity", "geteuid", "getuid", "getgid", "posix_fadvise", "fork",
             "getloadavg", "fchmod", "fchown", "chown", "mkfifo", "O_DIRECTORY", "O_NOFOLLOW",
             "O_NONBLOCK", "register_at_fork", "get_blocking", "killpg", "setsid"):
    if hasattr(os, name):
        delattr(os, name)
for name in ("SIGHUP", "SIGUSR1", "SIGALRM", "SIGPIPE", "SIGKILL", "alarm", "setitimer"):
    if hasattr(signal, name):
        delattr(signal, name)
for name in ("fcntl", "resource", "pwd", "grp", "termios"):
    sys.modules[name] = None
"""
WINDOWS = """
sys.platform = "win32"
locked = []
sys.modules["msvcrt"] = types.SimpleNamespace(LK_NBLCK=2, locking=lambda *x: locked.append(x))
"""
MACOS = 'sys.platform = "darwin"\n'
TRAINING = """
from w2v import Word2Vec
from w2v.cli import main
with open("text", "w") as text:
    text.write("the king and the queen sail the sea\\n" * 400)
for _ in range(2):  # the second finds all done, and replaces what is there
    sys.argv = ["w2v", "train", "text", "-o", "v.bin", "--checkpoint", "run", "--resume", "auto",
                "--epochs", "1", "--vector-size", "8", "--quiet"]
    try:
        main()
    except SystemExit as end:
        assert not end.code, end.code
sys.argv = ["w2v", "convert", "v.bin", "v.vec"]
for _ in range(2):
    try:
        main()
    except SystemExit as end:
        assert not end.code, end.code
assert Word2Vec.load("run").epochs_done == 1
print(sorted(os.listdir()))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="stands in for it")
@pytest.mark.soak
@pytest.mark.parametrize("system", [LACKING + WINDOWS, MACOS], ids=["Windows", "macOS"])
def test_a_training_and_its_checkpoint_need_nothing_of_posix(system: str, tmp_path: Path) -> None:
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{LOADED}{system}{TRAINING}"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "['run', 'text', 'v.bin', 'v.vec']"
