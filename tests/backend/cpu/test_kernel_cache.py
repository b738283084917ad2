"""Compiled kernels on disk: what makes them be compiled anew, and where they may be kept."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from numba.core.codegen import JITCodeLibrary as CodeLibrary

from tests.support import ROOT, python_path
from w2v.backend.cpu.kernel_cache import kept_njit

# A kernel that is put together from several files, and compiled in a moment.
PROBE = """
import sys
sys.modules |= dict.fromkeys(("scipy", "cffi"))  # Numba takes half a second to look into them
import numpy as np
from w2v.backend.cpu.sampling_kernels import sample_fast
out = np.zeros(5, np.int32)
sample_fast(np.full((9, 2), 2**31, np.uint32), np.uint64(1), np.uint64(0), out)
print("kept" if sample_fast._cache_hits else "compiled", *out)
"""


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return a copy of the library with the kernel compiled, and what this drew."""
    folder = tmp_path_factory.mktemp("original")
    shutil.copytree(ROOT / "w2v", folder / "w2v", ignore=shutil.ignore_patterns("__pycache__"))
    how, drawn = probe(folder)
    assert how == "compiled"
    return folder, drawn


@pytest.fixture
def compiled(original: tuple[Path, str], tmp_path: Path) -> tuple[Path, str]:
    """Return a copy of the library that has the kernel, and what the kernel draws."""
    return shutil.copytree(original[0], tmp_path, dirs_exist_ok=True), original[1]


@pytest.fixture
def package(compiled: tuple[Path, str]) -> Path:
    """Return a copy of the library, with nothing compiled."""
    for path in compiled[0].rglob("*sample_fast*"):
        path.unlink()
    return compiled[0]


def begin(package: Path, code: str = "", **environment: object) -> subprocess.Popen[str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA_", "PYTHON"))}
    return subprocess.Popen(
        [sys.executable, "-c", code + PROBE],
        env={**kept, "PYTHONPATH": python_path(package), "XDG_CACHE_HOME": str(package / "user's")}
        | {name: str(value) for name, value in environment.items()},
        cwd=package,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def probe(package: Path, code: str = "", **environment: object) -> tuple[str, str]:
    """Run the kernel in a process; return whether it was kept, and what it drew."""
    process = begin(package, code, **environment)
    printed, _ = process.communicate(timeout=100)
    assert process.returncode == 0
    how, drawn = printed.strip().split(" ", 1)
    return how, drawn


def kernels_in(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*sample_fast*")}


def test_kernels_are_compiled_anew_when_a_source_a_compiler_or_the_processor_changes(
    compiled: tuple[Path, str],
) -> None:
    package, drawn = compiled
    assert probe(package) == ("kept", drawn)

    # What is kept for a processor stays for the next one.
    assert probe(package, NUMBA_CPU_NAME="generic", NUMBA_CPU_FEATURES="")[0] == "compiled"
    assert probe(package) == ("kept", drawn)
    for name in ("numba", "llvmlite"):
        assert probe(package, f"import {name}; {name}.__version__ += '.1'") == ("compiled", drawn)

    # A source other than the kernel's own.
    source = package / "w2v/backend/random.py"
    source.write_text(source.read_text().replace("0xBF58476D1CE4E5B9", "0xBF58476D1CE4E5B"))
    before = kernels_in(package)
    how, other = probe(package)
    assert how == "compiled"
    assert other != drawn
    assert not before & kernels_in(package)  # none that nothing will ask for is left


def test_processes_that_compile_at_once_do_not_disturb_each_other(package: Path) -> None:
    processes = [begin(package) for _ in range(2)]
    printed = {process.communicate(timeout=100)[0] for process in processes}
    assert {process.returncode for process in processes} == {0}
    assert len({line.split(" ", 1)[1] for line in printed}) == 1
    assert probe(package)[0] == "kept"


def test_damaged_files_are_compiled_anew(compiled: tuple[Path, str]) -> None:
    package, drawn = compiled
    for ending in ("nbc", "nbi"):
        for path in (package / "w2v/backend/cpu/__pycache__").glob(f"*.{ending}"):
            path.write_bytes(path.read_bytes()[:40])
        assert probe(package) == ("compiled", drawn)
    assert probe(package) == ("kept", drawn)


def test_kernels_are_kept_where_something_can_be_written_or_not_at_all(package: Path) -> None:
    # A file in a folder's place stands for a folder that cannot be written: it stops root too.
    chosen, blocked = package / "chosen", package / "blocked"
    blocked.touch()
    assert probe(package, NUMBA_CACHE_DIR=chosen)[0] == "compiled"
    assert probe(package, NUMBA_CACHE_DIR=chosen)[0] == "kept"
    assert kernels_in(package) == kernels_in(chosen)

    shutil.rmtree(package / "w2v/backend/cpu/__pycache__")
    (package / "w2v/backend/cpu/__pycache__").touch()
    assert [probe(package)[0] for _ in range(2)] == ["compiled", "kept"]
    assert kernels_in(package / "user's")

    (package / "user's").rename(package / "away")
    (package / "user's").touch()
    (package / "temporary").mkdir()
    for _, how in (1, "compiled"), (2, "kept"):
        assert probe(package, TMPDIR=package / "temporary")[0] == how
    [ours] = (package / "temporary").iterdir()
    assert kernels_in(ours)

    anew: dict[str, Any] = {"NUMBA_CACHE_DIR": blocked / "kernels"}
    process = begin(package, f"import tempfile; tempfile.gettempdir = lambda: '{blocked}'", **anew)
    printed, told = process.communicate(timeout=100)
    assert printed.startswith("compiled")
    assert told.count("compiled in memory") == told.count("set W2V_CACHE_DIR") == 1
    assert probe(package, W2V_CACHE_DIR=chosen / "first", **anew)[0] == "compiled"
    assert probe(package, W2V_CACHE_DIR=chosen / "first", **anew)[0] == "kept"


@pytest.mark.skipif(os.name != "posix", reason="modes as POSIX has them")
def test_no_kernel_is_taken_from_where_others_could_put_one(package: Path) -> None:
    shared = package / "shared"
    assert probe(package, W2V_CACHE_DIR=shared)[0] == "compiled"
    for folder, mode, how in (
        (next(shared.iterdir()), 0o777, "kept"),  # ours: closed to others, not theirs yet
        (shared, 0o1777, "kept"),  # as /tmp: nobody can take another's folder away
        (shared, 0o777, "compiled"),
    ):
        folder.chmod(mode)
        assert probe(package, W2V_CACHE_DIR=shared)[0] == how
    assert not next(shared.iterdir()).stat().st_mode & 0o022


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_ctrl_c_while_llvm_calls_back_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kept(_: Any, machine_code: Any) -> None:
        if machine_code is not None:
            raise KeyboardInterrupt

    monkeypatch.setenv("W2V_CACHE_DIR", str(tmp_path))
    kernel = kept_njit()(lambda x: x + 1)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        lost = property(lambda _: None, kept)
        patch.setattr(CodeLibrary, "_compiled_object", lost, raising=False)
        kernel(1)
    assert kept_njit()(lambda x: x + 1)(1) == 2


def test_no_kernel_is_kept_in_another_way() -> None:
    for path in (ROOT / "w2v").rglob("*.py"):
        assert "cache=True" not in path.read_text(encoding="utf-8"), path
