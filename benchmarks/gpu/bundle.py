"""All that a machine with a card and without internet needs for ``make gpu-check``, in one file.

``python -m benchmarks.gpu.bundle`` packs the tree, books-18m, the evaluation sets and wheels of
what such a machine may lack; ``sh gpu-check.sh`` in the unpacked folder unpacks the wheels that are
missed there, installs nothing, and begins.
"""

import argparse
import bz2
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from benchmarks.harness.machine import ROOT
from benchmarks.harness.texts import BOOKS, DATA, find_books
from w2v.files import atomic_path

MOST = 64 << 20
"""Bytes of a bundle."""

# Packages, as they are asked for, the most needed first; what they need beside comes with them.
WANTED = (
    *("safetensors", "typer", "rich", "pooch", "psutil", "pytest", "hypothesis", "pytest-xdist"),
    *("matplotlib", "zstandard", "gensim", "scipy"),
)
# There already, or not to be had as a wheel: of these none is packed.
PRESENT = ("numpy", "numba", "llvmlite", "pyarrow", "torch", "cupy", "nvidia", "cuda", "setuptools")

_SCRIPT = """\
# Run `make gpu-check` with what lies here: sh gpu-check.sh [options of `python -m benchmarks gpu`].
set -e
cd "$(dirname "$0")"
PYTHON=${PYTHON:-python3}
"$PYTHON" - <<'END'
import glob, importlib.util, zipfile
for wheel in sorted(glob.glob("wheels/*.whl")):
    with zipfile.ZipFile(wheel) as file:
        tops = {name.split("/")[0] for name in file.namelist() if not ".dist-info/" in name}
        known = [x.partition(".")[0] for x in tops if ".libs" not in x and not x.endswith(".pth")]
        if any(importlib.util.find_spec(x) is None for x in known if x.isidentifier()):
            file.extractall("site")
            print("unpacked", wheel)
END
PYTHONPATH="$PWD/tree:$PWD/site${PYTHONPATH:+:$PYTHONPATH}" W2V_BENCH_DATA="$PWD/data"
export PYTHONPATH W2V_BENCH_DATA
exec make -C tree gpu-check GPU_PYTHON="$PYTHON" GPU_CHECK="$*"
"""


def pack(target: Path, python: str, wheels: Path | None = None) -> str:
    """Write the bundle, and say what is in it and what found no room.

    Parameters
    ----------
    target : Path
        A ``.tar``; what it holds is compressed already, or small.
    python : str
        Of the machine that it is for, as ``"3.12"``.
    wheels : Path, optional
        A folder with wheels to take, in place of the registry's.

    Raises
    ------
    ValueError
        Even without wheels it would be too large.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch, atomic_path(target) as aside:
        folder = Path(scratch)
        if wheels is None:
            wheels = folder / "wheels"
            download(wheels, python)
        with tarfile.open(aside, "w") as tar:
            _add_text(tar, "gpu-check.sh", _SCRIPT)
            _add_tree(tar, folder)
            _add_data(tar, folder)
            if (size := tar.fileobj.tell()) > MOST:
                raise ValueError(f"{target}: {size:,} bytes without wheels, at most {MOST:,}")
            found, left_out = _ordered(wheels), []
            for wheel in found:
                if tar.fileobj.tell() + wheel.stat().st_size + (1 << 16) > MOST:
                    left_out.append(wheel.name)
                else:
                    tar.add(wheel, f"wheels/{wheel.name}")
        size = aside.stat().st_size
    said = f"{target}: {size / 2**20:.1f} MiB, {len(found) - len(left_out)} wheels"
    if find_books() is None:
        said += f"; without {BOOKS}, which is not at hand: set W2V_BENCH_DATA"
    return said + (f"; no room for {', '.join(left_out)}" if left_out else "")


def download(folder: Path, python: str) -> None:
    """Fetch the wheels that are wanted, and what they need, for another Python on Linux."""
    platforms = ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--only-binary=:all:"]
    command += ["--python-version", python, "--implementation", "cp", "-d", str(folder)]
    command += [f"--platform={each}" for each in platforms]
    subprocess.run([*command, *WANTED], check=True)


def _ordered(folder: Path) -> list[Path]:
    """Return the wheels to take: small ones first among those that no one asks for by name."""

    def name(wheel: Path) -> str:
        return wheel.name.partition("-")[0].replace("_", "-").lower()

    late = {each: place for place, each in enumerate(WANTED)}
    found = [x for x in folder.glob("*.whl") if not name(x).startswith(PRESENT)]
    return sorted(found, key=lambda x: (late.get(name(x), 0), x.stat().st_size))


def _add_tree(tar: tarfile.TarFile, folder: Path) -> None:
    """Add what git tracks, as it is now, in one compressed archive's stead file by file."""
    listed = subprocess.check_output(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, text=True
    )
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            tar.add(ROOT / name, f"tree/{name}")


def _add_data(tar: tarfile.TarFile, folder: Path) -> None:
    """Add the books, packed as tight as they go, and the evaluation sets."""
    for path in sorted((DATA / "eval").glob("*")) if (DATA / "eval").is_dir() else ():
        tar.add(path, f"data/eval/{path.name}")
    if (books := find_books()) is not None:
        packed = folder / f"{books.name.partition('.')[0]}.txt.bz2"
        with pa.input_stream(str(books)) as stream, bz2.open(packed, "wb") as out:
            shutil.copyfileobj(io.BufferedReader(stream, 1 << 20), out, 1 << 20)
        tar.add(packed, f"data/{packed.name}")


def _add_text(tar: tarfile.TarFile, name: str, text: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(text.encode()), 0o755
    tar.addfile(entry, io.BytesIO(text.encode()))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", type=Path, nargs="?", default=Path("build/gpu-bundle.tar"))
    parser.add_argument("--python", default="3.12", help="Python of the machine with the card.")
    parser.add_argument("--wheels", type=Path, help="Folder of wheels, in place of the registry.")
    asked = parser.parse_args(arguments)
    print(pack(asked.target, asked.python, asked.wheels))


if __name__ == "__main__":
    main()
