"""What a worker frees stays with it while a run lasts, and no longer."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

_FAULTS = """
import resource
import numpy as np
from w2v.cluster.worker_memory import give_freed_memory_back, keep_freed_memory

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(50):
        np.ones(200_000, np.float32)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

found = [faults()]
keep_freed_memory()
found += [faults(), faults()]
give_freed_memory_back()
print(*found, faults())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be asked for it")
def test_pages_are_given_anew_only_outside_of_a_run() -> None:
    # As Dask starts its workers.
    environment = {"MALLOC_TRIM_THRESHOLD_": "65536"}
    done = subprocess.run(
        [sys.executable, "-c", _FAULTS], env=environment, capture_output=True, text=True, check=True
    )
    before, _, during, after = map(int, done.stdout.split())
    assert during < before / 20
    assert after > before / 2
