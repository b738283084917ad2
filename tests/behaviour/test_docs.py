"""The commands and programs of the README and of the pages in docs, run as printed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from benchmarks.readme import updated

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINES = [
    "the old king and the queen sail the wide sea with a ship",
    "a captain and his ship sail the sea for the king",
    "the man said he was a king and the woman said she was a queen",
    "he and the captain see new york from the ship at sea",
    "an error in a file is a thread of many files",
]


def blocks(page: str) -> list[tuple[str, str]]:
    return BLOCK.findall((ROOT / page).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("page", "least"),
    [("README.md", 4), ("docs/guide.md", 4), ("docs/course.md", 4), ("docs/from-gensim.md", 1)],
)
def test_every_block_runs_as_printed(page: str, least: int, tmp_path: Path) -> None:
    (tmp_path / "book.txt").write_text("\n".join(LINES * 60))
    (tmp_path / "pairs.tsv").write_text("sea\tship\t8\nking\tqueen\t9\nking\tsea\t1\n")
    (tmp_path / "questions.txt").write_text(": family\nhe she man woman\nking queen he she\n")
    scripts = sysconfig.get_path("scripts")
    environment = {**os.environ, "PATH": os.pathsep.join([scripts, os.environ["PATH"]])}
    found = blocks(page)
    assert len(found) >= least
    for language, text in found:
        command = [sys.executable, "-c", text] if language == "python" else ["sh", "-ec", text]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{text}\n{done.stderr}"
        assert "Traceback" not in done.stderr


def test_the_readmes_figures_are_those_of_the_results() -> None:
    page = (ROOT / "README.md").read_text(encoding="utf-8")
    assert updated(page) == page
