"""What the command line's process keeps of memory that it has freed."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

HELD = """
import re, sys
from pathlib import Path
from w2v.cli.freed_memory import give_back_freed_memory

def held():
    return int(re.search(r"RssAnon:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

if sys.argv[1] == "given back":
    give_back_freed_memory()
b"x" * (24 << 20)  # from now on the library would keep smaller ones
before = held()
blocks, pins = [], []
for _ in range(8):
    blocks.append(b"x" * (4 << 20))
    pins.append(bytearray(1000))  # what is above a block in memory keeps it from shrinking
del blocks
print(held() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other libraries give it back")
def test_freed_blocks_of_text_are_given_back_to_the_machine() -> None:
    # Dask's nannies leave settings of the library in the environment of who started them
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    kept = {
        how: int(subprocess.run([sys.executable, "-c", HELD, how], check=True, env=plain,
                                capture_output=True, text=True).stdout)
        for how in ("kept", "given back")
    }  # fmt: skip
    assert kept["given back"] < 1000 < 16_000 < kept["kept"]
