"""The commands and programs of the README and of the pages in docs, run as printed."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from benchmarks.readme import pages
from benchmarks.speed_and_quality import drawn, figures
from tests.support import ROOT, python_path
from tests.support.commands import run, run_program

BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
GUIDE, PART = "docs/guide.md", re.compile(r"\]\((guide/[\w-]+\.md)\)")
LINES = [
    "the old king and the queen sail the wide sea with a ship",
    "a captain and his ship sail the sea for the king",
    "the man said he was a king and the woman said she was a queen",
    "he and the captain see new york from the ship at sea",
    "an error in a file is a thread of many files",
]


def blocks(page: str) -> list[tuple[str, str]]:
    """Return a page's blocks; the guide's are those of its pages, in its order."""
    text = (ROOT / page).read_text(encoding="utf-8")
    parts = [(ROOT / "docs" / part).read_text(encoding="utf-8") for part in PART.findall(text)]
    return BLOCK.findall("\n".join([text, *parts] if page == GUIDE else [text]))


@pytest.mark.parametrize(
    ("page", "least"),
    [
        ("README.md", 2),
        (GUIDE, 27),
        ("docs/course.md", 4),
        ("docs/from-gensim.md", 1),
        ("docs/recipes/item2vec.md", 2),
        ("docs/recipes/graphs.md", 2),
        ("docs/recipes/kmers.md", 2),
        ("docs/recipes/fine-tuning.md", 3),
    ],
)
def test_every_block_runs_as_printed(page: str, least: int, tmp_path: Path) -> None:
    (tmp_path / "book.txt").write_text("\n".join(LINES * 60))
    found = blocks(page)
    assert len(found) >= least
    for language, text in found:
        for done in run_block(language, text, tmp_path):
            assert done.returncode == 0, f"{text}\n{done.stderr}"
            assert "Traceback" not in done.stderr


def test_the_guide_and_the_site_name_every_page_of_the_guide() -> None:
    there = [f"guide/{path.name}" for path in (ROOT / "docs/guide").iterdir()]
    named = PART.findall((ROOT / GUIDE).read_text(encoding="utf-8"))
    assert sorted(named) == sorted(there)
    site = (ROOT / "docs/index.md").read_text(encoding="utf-8")
    assert re.findall(r"^guide/.*", site, re.MULTILINE) == [x.removesuffix(".md") for x in named]


def run_block(language: str, text: str, folder: Path) -> Iterator[CompletedProcess[str]]:
    """Run a program, or commands one by one, which the shell gets where there is more to them."""
    commands = [shlex.split(line, comments=True) for line in text.splitlines()]
    if language == "python":
        yield run_program(text, cwd=folder)
    elif all(words[:1] in ([], ["w2v"]) and ">" not in words for words in commands):
        yield from (run(*words[1:], cwd=folder) for words in commands if words)
    else:
        path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])
        yield subprocess.run(
            ["sh", "-ec", text], cwd=folder, env={**os.environ, "PATH": path},
            capture_output=True, text=True, check=False,
        )  # fmt: skip


def test_the_figures_of_the_pages_and_of_the_picture_are_those_of_the_results() -> None:
    for path, page in pages().items():
        assert path.read_text(encoding="utf-8") == page, f"python -m benchmarks readme: {path}"
    assert drawn() == figures()


@pytest.mark.soak
@pytest.mark.parametrize(
    "script", sorted((ROOT / "docs/recipes").glob("*.py")), ids=lambda x: x.stem
)
def test_a_recipes_figures_can_be_made_again(script: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, script, "--quick"],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": python_path(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert re.search(r"^\|.*\d\.\d+ \|", done.stdout, re.MULTILINE)
