"""No array reaches a kernel unchecked, whichever entry point it is given to."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support import unsafe_arrays

SCRIPT = Path(unsafe_arrays.__file__)


def test_whatever_is_wrong_with_an_array_it_is_refused_or_taken_as_it_is_meant() -> None:
    wrong: list[str] = []
    first = 0
    while first < len(unsafe_arrays.CASES):
        done = subprocess.run(
            [sys.executable, str(SCRIPT), str(first)],
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        last = first
        for line in done.stdout.splitlines():
            event, number, *problem = line.split(" ", 2)
            last = int(number)
            if event == "ended" and problem and problem[0]:
                wrong.append(f"{unsafe_arrays.CASES[last].name}: {problem[0]}")
        if done.returncode == 0:
            break
        wrong.append(f"{unsafe_arrays.CASES[last].name}: crashed, {done.stderr[-300:]}")
        first = last + 1
    assert not wrong, f"{len(wrong)}, such as\n" + "\n".join(wrong[:20])
