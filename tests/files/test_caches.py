"""Places that may be a cache: there, missing, closed, or no place at all."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from w2v.files.caches import can_be_made

ASKS = "import sys; from w2v.files.caches import can_be_made as c; from pathlib import Path; "


def test_a_folder_can_be_made_where_its_nearest_one_can_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert can_be_made(tmp_path)
    assert can_be_made(tmp_path / "a" / "b")
    assert not can_be_made(tmp_path / "file" / "a")
    assert not can_be_made(tmp_path / ("x" * 300) / "a")
    assert not can_be_made(tmp_path / "\0")


def test_nothing_can_be_made_behind_a_closed_folder(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(0o000)
    as_others = []
    if os.geteuid() == 0:  # whom rights do not bind
        if shutil.which("setpriv") is None:
            pytest.skip("no setpriv")
        caps = "-dac_override,-dac_read_search"
        as_others = ["setpriv", f"--bounding-set={caps}", f"--inh-caps={caps}"]
    code = f"{ASKS}sys.exit(c(Path(sys.argv[1])))"
    for place in ("closed/a", "closed/a/b"):
        done = subprocess.run([*as_others, sys.executable, "-c", code, tmp_path / place])
        assert done.returncode == 0
