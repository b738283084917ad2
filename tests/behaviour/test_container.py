"""As in a container: a user without a name or a home, and a file system that is not written to."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.container import environment, inside, problem

ROOT = Path(__file__).parents[2]
# Everything that keeps something somewhere: the text of pydocs, kernels, matplotlib.
SCRIPT = """
set -e
printf 'the king and the queen\n%.0s' $(seq 200) > /tmp/t.txt
"$0" -m w2v train /tmp/t.txt -o /tmp/v.bin --plot /tmp/loss.png -q --epochs 1
"$0" -m w2v plot /tmp/v.bin -o /tmp/map.png
"$0" -m w2v info --json > /dev/null
"$0" -c 'from w2v.data.datasets.cache import cache_folder; print(cache_folder())'
ls -A /tmp
"""
WITHOUT = """
import numpy as np, w2v
from w2v.backend.cpu.sampling_kernels import sample_fast
sample_fast(np.full((9, 2), 2**31, np.uint32), np.uint64(1), np.uint64(0), np.zeros(5, np.int32))
"""


@pytest.mark.skipif(bool(problem()), reason=problem())
def test_commands_work_for_a_nameless_user_who_can_write_to_temporary_files_alone() -> None:
    command = [*inside(), "sh", "-c", SCRIPT, sys.executable]
    done = subprocess.run(
        command, env=environment(PYTHONPATH=str(ROOT), LC_ALL="C"), cwd="/",
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == "written: /tmp/map.png\n"
    folder, *there = done.stdout.split()
    assert folder == "/tmp/w2v-cache-54321/data"
    assert there == ["loss.png", "map.png", "t.txt", "v.bin", "w2v-cache-54321"]


@pytest.mark.skipif(bool(problem()), reason=problem())
def test_where_nothing_can_be_written_kernels_are_compiled_and_one_line_says_so() -> None:
    command = [*inside(temporary=False), sys.executable, "-c", WITHOUT]
    # For a processor that the package has no kernels for.
    where = environment(PYTHONPATH=str(ROOT), NUMBA_CPU_NAME="generic", NUMBA_CPU_FEATURES="")
    done = subprocess.run(command, env=where, cwd="/", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("set W2V_CACHE_DIR to one that can") == 1
