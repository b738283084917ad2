"""Environments that make finds half made, or of another Python, are made anew."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif(
    sys.platform == "win32" or not shutil.which("make"), reason="needs make and a POSIX shell"
)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def make(clone: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *words, ".venv/installed"], cwd=clone, capture_output=True, text=True, check=False,
        env={"PATH": os.environ["PATH"]},
    )  # fmt: skip


def stand_in(path: Path, says: str) -> str:
    """Write a Python that answers every program with a line, or fails with it."""
    path.write_text(f"#!/bin/sh\n{says}\n")
    path.chmod(0o755)
    return f"PYTHON={path}"


def test_make_makes_anew_what_cannot_be_used_and_keeps_what_can(clone: Path) -> None:
    here = f"PYTHON={sys.executable}"

    def makes_anew(*words: str) -> bool:
        done = make(clone, "-n", *words)
        assert done.returncode == 0, done.stderr
        return "-m venv --clear .venv" in done.stdout

    assert makes_anew(here)  # nothing is there
    environment = clone / ".venv"
    venv.create(environment, symlinks=True)
    assert makes_anew(here)  # without pip
    venv.create(environment, clear=True, symlinks=True, system_site_packages=True)
    (environment / "lib").mkdir(exist_ok=True)
    for site in environment.glob("lib/python*/site-packages"):
        (site / "pip").mkdir()
        (site / "pip" / "__init__.py").touch()
    assert not makes_anew()
    assert not makes_anew(here)
    assert "pip install" in make(clone, "-n").stdout  # what was interrupted goes on
    (environment / "installed").touch()
    assert "pip install" not in make(clone, "-n", here).stdout
    assert makes_anew(stand_in(clone / "other", "echo /elsewhere 3.99"))
    (environment / "bin" / "python").unlink()
    (environment / "bin" / "python").symlink_to("/nowhere/python")
    assert makes_anew(here)  # its Python is gone


def test_a_python_without_venv_is_told_in_a_line_that_names_debians_package(clone: Path) -> None:
    done = make(clone, stand_in(clone / "bare", "echo No module named ensurepip >&2; exit 1"))
    assert done.returncode != 0
    assert "apt install python3-venv" in done.stderr
    assert not (clone / ".venv").exists()
