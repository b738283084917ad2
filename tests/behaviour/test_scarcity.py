"""Files that may not grow, disks that are full, folders without rights, memory that is short."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.scarcity import AS, FSIZE, Ended, run_short, standing
from w2v import KeyedVectors, Word2Vec
from w2v.data import prepare

SENTENCES = [[f"w{(7 * i + j * j) % 90}" for j in range(12)] for i in range(150)]
SMALL = ["--vector-size", "16", "--workers", "1", "--epochs", "2", "-q"]
# What is run, and what it writes.
CONVERTED = [
    *("o.bin", "o.txt", "o.vec.gz", "o.bin.bz2", "o.txt.xz", "o.bin.zst"),
    *("o.safetensors", "o.npz", "o.npy"),
]
COMMANDS: dict[str, tuple[str, set[str]]] = {
    **{f"convert {name}": (f"convert v.bin {name}", {name}) for name in CONVERTED},
    "prepare": ("prepare t.txt -o o.w2v --min-count 1 --workers 1 -q", {"o.w2v"}),
    "phrases": ("phrases c.w2v -o o.w2v --min-count 1 --threshold 1 -q", {"o.w2v"}),
    "plot": ("plot v.bin -o o.png -n 20", {"o.png"}),
    "plot pdf": ("plot v.bin -o o.pdf -n 20", {"o.pdf"}),
    "explore": ("explore v.bin -o o.html -q", {"o.html"}),
    "train": ("train c.w2v -o o.bin --checkpoint run --plot o.png --metrics m.jsonl", set()),
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with old content at every name that is going to be written."""
    made = tmp_path_factory.mktemp("scarce")
    (made / "t.txt").write_text("".join(" ".join(words) + "\n" for words in SENTENCES))
    prepare(made / "t.txt", made / "c.w2v", min_count=1)
    prepare(made / "t.txt", made / "o.w2v", min_count=2)
    model = Word2Vec(SENTENCES, vector_size=16, min_count=1, epochs=1, workers=1)
    model.save(made / "run")
    model.wv.save(made / "v.bin")
    for name in CONVERTED:
        KeyedVectors.load(made / "v.bin", limit=3).save(made / name)
    for name in ("o.png", "o.html"):
        (made / name).write_text("old")
    return made


def limits(folder: Path, name: str, steps: int) -> list[int]:
    """Return lengths up to that of the longest file that a command writes."""
    command, _ = COMMANDS[name]
    [whole] = run_short(folder, command.split(), FSIZE, [1 << 30])
    assert whole.status == 0, whole.stderr
    return [whole.longest * step // steps for step in range(steps)]


def nothing_lost(before: dict[str, str], ended: Ended, may_change: set[str]) -> None:
    told = f"limit {ended.limit}: {ended.status}, {ended.stderr}, {ended.files}"
    assert ended.status in (0, 1), told
    assert len(ended.stderr.strip().splitlines()) <= 1, told
    changed = {
        Path(name).parts[0]
        for name in before.keys() | ended.files.keys()
        if before.get(name) != ended.files.get(name)
    }
    if ended.status:
        assert ended.stderr.startswith("w2v: "), told
    assert changed <= (may_change if ended.status == 0 else set()), told


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        *(
            ("convert o.bin", 3),
            ("convert o.npy", 2),
            ("prepare", 3),
            ("plot pdf", 2),
            ("explore", 2),
        ),
        *(pytest.param(name, 100, marks=pytest.mark.soak) for name in COMMANDS if name != "train"),
    ],
)
def test_files_that_may_not_grow_leave_the_old_ones(folder: Path, name: str, steps: int) -> None:
    command, written = COMMANDS[name]
    before = standing(folder)
    for ended in run_short(folder, command.split(), FSIZE, limits(folder, name, steps)):
        nothing_lost(before, ended, written)
        assert ended.status == 0 or "no room to write it (File too large)" in ended.stderr
        assert not ended.rescued


@pytest.mark.soak
def test_vectors_as_text_that_may_not_grow_are_kept_in_another_format(folder: Path) -> None:
    command = ["train", "c.w2v", "-o", "o.txt", *SMALL]
    [whole] = run_short(folder, command, FSIZE, [1 << 30])
    for ended in run_short(
        folder, command, FSIZE, [whole.longest * step // 100 for step in range(100)]
    ):
        assert ended.status == 1, ended
        assert ended.rescued or "dimensions make a file of" in ended.stderr, ended


@pytest.mark.parametrize("steps", [4, pytest.param(100, marks=pytest.mark.soak)])
def test_a_training_whose_files_may_not_grow_loses_nothing(folder: Path, steps: int) -> None:
    command, _ = COMMANDS["train"]
    before = standing(folder)
    for ended in run_short(
        folder, [*command.split(), *SMALL], FSIZE, limits(folder, "train", steps)
    ):
        told = f"limit {ended.limit}: {ended.stderr}, {ended.files}"
        assert ended.status in (0, 1), told
        assert len(ended.stderr.strip().splitlines()) == ended.status, told
        new = ended.files.get("o.bin") != before["o.bin"]
        assert new or ended.rescued or "dimensions make a file of" in ended.stderr, told
        added = {Path(name).parts[0] for name in ended.files.keys() - before.keys()}
        assert added <= {"m.jsonl", "run.1"}  # where the training that was there is kept
        for name in ("config.json", "weights.safetensors"):
            assert f"run/{name}" in ended.files, told


@pytest.mark.parametrize("output", ["o.vec.gz", "o.bin.zst"])
def test_vectors_that_are_compressed_are_not_lost_either(folder: Path, output: str) -> None:
    command = ["train", "c.w2v", "-o", output, *SMALL]
    [whole] = run_short(folder, command, FSIZE, [1 << 30])
    for ended in run_short(
        folder, command, FSIZE, [whole.longest * share // 10 for share in (5, 8, 9, 11)]
    ):
        told = f"limit {ended.limit}: {ended.stderr}, {ended.files}"
        assert ended.status in (0, 1), told
        assert not ended.status or ended.rescued or "dimensions make a file of" in ended.stderr, (
            told
        )


@pytest.mark.parametrize("name", ["train", "convert o.txt"])
def test_without_rights_it_is_said_before_the_work_begins(
    folder: Path, tmp_path: Path, name: str
) -> None:
    shutil.copytree(folder, tmp_path / "closed")
    before = standing(tmp_path / "closed")
    (tmp_path / "closed").chmod(0o555)
    as_others = []
    if os.geteuid() == 0:  # whom rights do not bind
        if shutil.which("setpriv") is None:
            pytest.skip("no setpriv")
        as_others = ["setpriv", "--bounding-set=-dac_override"]
    done = subprocess.run(
        [*as_others, sys.executable, "-m", "w2v", *COMMANDS[name][0].split()],
        cwd=tmp_path / "closed",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert "cannot write" in line
    assert "Permission denied" in line
    assert standing(tmp_path / "closed") == before


@pytest.mark.parametrize(
    ("name", "megabytes"),
    [
        ("train", [500]),
        *(
            pytest.param(name, range(50, 1500, 50), marks=pytest.mark.soak)
            for name in ("train", "prepare", "phrases", "convert o.txt", "plot", "explore")
        ),
    ],
)
def test_short_memory_leaves_the_old_files(
    folder: Path, name: str, megabytes: Sequence[int]
) -> None:
    command, written = COMMANDS[name]
    before = standing(folder)
    more, new = (
        (SMALL, {"o.bin", "run", "run.1", "o.png", "m.jsonl"}) if name == "train" else ([], set())
    )
    for ended in run_short(
        folder, [*command.split(), *more], AS, [size << 20 for size in megabytes]
    ):
        nothing_lost(before, ended, written | new)


def test_a_small_disk_is_told_with_what_is_needed_and_what_is_free(folder: Path) -> None:
    code = """
import os, subprocess, sys
place, source = sys.argv[1:]
os.mkdir(place)
if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", place]).returncode:
    sys.exit(77)
with open(place + "/full", "wb") as file:
    file.write(bytes(60 << 10))
with open(place + "/v.npz", "w") as file:
    file.write("old")
sys.argv = ["w2v", "convert", source, place + "/v.npz"]
from w2v.cli import main
try:
    main()
finally:
    print(sorted(os.listdir(place)), open(place + "/v.npz").read())
"""
    if shutil.which("unshare") is None:
        pytest.skip("no unshare")
    done = subprocess.run(
        [
            *("unshare", "-m", sys.executable, "-c", code),
            *(str(folder / "disk"), str(folder / "v.bin")),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    shutil.rmtree(folder / "disk", ignore_errors=True)
    if done.returncode != 1 or "unshare" in done.stderr:
        pytest.skip(f"nothing can be mounted here: {done.stderr}")
    [line] = done.stderr.splitlines()
    assert "no room to write it (No space left on device): needs about 5.76 kB, " in line
    assert f"are free on {folder / 'disk'}" in line
    assert done.stdout == "['full', 'v.npz'] old\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_training_goes_on_where_nobody_can_be_told(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [sys.executable, "-m", "w2v", "train", str(folder / "c.w2v"), *SMALL[:-1]]
    # What was not printed is in a buffer then, which Python would print when it ends.
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*command, "-o", str(tmp_path / "v.bin"), "--json", "-q"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert done.stderr == "w2v: standard output: No space left on device\n"
        assert len(KeyedVectors.load(tmp_path / "v.bin")) == 90
        quietly = subprocess.run(
            [*command, "-o", str(tmp_path / "w.bin")], stdout=full, stderr=full, check=False
        )
    assert quietly.returncode == 0
    assert len(KeyedVectors.load(tmp_path / "w.bin")) == 90
