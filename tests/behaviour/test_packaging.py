"""What is put on PyPI: whole, and at home in an environment of its own."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*words: object, cwd: Path) -> str:
    environment = {name: x for name, x in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        list(map(str, words)), cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-d", folder, cwd=ROOT)
    [wheel], [source] = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return wheel, source


def files_of(package: str) -> set[str]:
    found = (ROOT / package).rglob("*")
    kept = (p for p in found if p.is_file() and p.suffix not in (".pyc", ".nbi", ".nbc"))
    return {p.relative_to(ROOT).as_posix() for p in kept}


def test_wheel_and_source_have_every_file(built: tuple[Path, Path]) -> None:
    wheel, source = built
    wanted = files_of("w2v")
    assert any(name.endswith(".cu") for name in wanted)
    with zipfile.ZipFile(wheel) as packed:
        assert {name for name in packed.namelist() if name.startswith("w2v/")} == wanted
    with tarfile.open(source) as archive:
        there = {name.split("/", 1)[1] for name in archive.getnames() if "/" in name}
    others = {"Makefile", "README.md", "LICENSE", "docs/speed-and-quality.svg", "docs/guide.md"}
    assert wanted | others | files_of("tests") <= there | {
        name for name in files_of("tests") if "/." in name or "__pycache__" in name
    }


def test_the_page_on_pypi_renders_and_leads_nowhere_that_is_not(built: tuple[Path, Path]) -> None:
    run(sys.executable, "-m", "twine", "check", "--strict", *built, cwd=ROOT)
    with zipfile.ZipFile(built[0]) as packed:
        [name] = [name for name in packed.namelist() if name.endswith("METADATA")]
        page = packed.read(name).decode().split("\n\n", 1)[1]
    assert "| train skip-gram" in page
    assert "Guide (`docs/guide.md`)" in page
    assert "the picture" not in page
    assert not re.findall(r"\]\((?!https?://)", page)


def test_both_install_into_a_fresh_environment(built: tuple[Path, Path], tmp_path: Path) -> None:
    wheel, source = built
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    from_source = tmp_path / "from-source"
    run(*pip, "wheel", "-q", "--no-deps", "--no-index", "--no-build-isolation", "-w", from_source,
        source, cwd=tmp_path)  # fmt: skip
    [again] = from_source.glob("*.whl")
    with zipfile.ZipFile(wheel) as one, zipfile.ZipFile(again) as other:
        assert sorted(one.namelist()) == sorted(other.namelist())
    venv.create(tmp_path / "env", symlinks=True)
    python = tmp_path / "env" / "bin" / "python"
    if sys.platform == "win32":
        python = tmp_path / "env" / "Scripts" / "python.exe"
    run(*pip, "--python", python, "install", "-q", "--no-deps", "--no-index", again, cwd=tmp_path)
    # What it depends on is borrowed; w2v itself is not found there.
    packages = run(
        python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=tmp_path
    )
    (Path(packages.strip()) / "borrowed.pth").write_text(sysconfig.get_path("purelib"))
    script = python.with_name("w2v").with_suffix(python.suffix)
    assert str(tmp_path) in run(python, "-Pc", "import w2v; print(w2v.__file__)", cwd=tmp_path)
    assert "train" in run(script, "--help", cwd=tmp_path)
    (tmp_path / "v.vec").write_text("3 2\nking 1 0\nqueen 1 1\nsea 0 1\n")
    run(script, "explore", "v.vec", "-o", "page.html", cwd=tmp_path)
    assert "WordMap" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_the_guide_tells_of_every_extra() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    table = (ROOT / "docs/guide/install.md").read_text(encoding="utf-8").split("| extra |")[1]
    first = re.findall(r"^\|([^|]+)\|", table, re.MULTILINE)
    assert {*re.findall("`([^`]+)`", "".join(first))} == {*project["optional-dependencies"]}


def test_importing_the_package_imports_no_optional_one() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    names = {re.split(r"[^\w-]", each)[0].lower() for extra in extras.values() for each in extra}
    imported = {"cupy", "ot", "sklearn", "fasttext", "tokenizers", "torch", "matplotlib", "numba"}
    code = "import sys, w2v; print(sorted({name.split('.')[0] for name in sys.modules}))"
    found = set(ast.literal_eval(run(sys.executable, "-c", code, cwd=ROOT)))
    assert not found & (imported | {name.replace("-", "_") for name in names})
