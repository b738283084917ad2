"""Whole processes, from a text file to a vectors file: w2v's command line beside gensim."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.corpora import unpack_books
from benchmarks.machine import describe_machine, usable_cores

_GENSIM = """
import sys
from gensim.models import Word2Vec
text, out, epochs, sg, threads = sys.argv[1:]
model = Word2Vec(corpus_file=text, sg=int(sg), epochs=int(epochs), workers=int(threads))
model.wv.save_word2vec_format(out, binary=True)
"""


def run(folder: Path, *, rounds: int, epochs: int, model: str, repeats: int) -> str:
    """Measure and write ``end-to-end-<model>.json``.

    Parameters
    ----------
    folder : Path
        Where to write.
    rounds : int
        Alternating runs of each contestant; 0 runs w2v alone, once, for its memory.
    epochs : int
    model : {"sg", "cbow"}
    repeats : int
        How many times over the text holds books-18m.

    Returns
    -------
    str
        The JSON written.
    """
    sg = {"sg": "1", "cbow": "0"}[model]
    runs: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as scratch:
        text = unpack_books(Path(scratch) / "books.txt", repeats=repeats)
        out, metrics = Path(scratch) / "vectors.bin", Path(scratch) / "run.jsonl"
        ours = [sys.executable, "-m", "w2v", "train", str(text), "-o", str(out), "--model", model]
        ours += ["--epochs", str(epochs), "--metrics", str(metrics), "--quiet"]
        theirs = [sys.executable, "-c", _GENSIM, str(text), str(out), str(epochs), sg]
        theirs.append(str(usable_cores()))
        for _ in range(max(1, rounds)):
            runs.append({"system": "w2v", **_watch(ours)})
            runs[-1] |= json.loads(metrics.read_text().splitlines()[-1])
            print(runs[-1], file=sys.stderr)
            if rounds:
                runs.append({"system": "gensim", **_watch(theirs)})
                print(runs[-1], file=sys.stderr)
        size = text.stat().st_size
    result: dict[str, Any] = {
        "machine": describe_machine(),
        "setting": {"model": model, "epochs": epochs, "text_bytes": size},
        "runs": runs,
    }
    middle = {
        system: statistics.median(each["wall_seconds"] for each in runs if each["system"] == system)
        for system in {each["system"] for each in runs}
    }
    if rounds:
        result["ratio"] = round(middle["gensim"] / middle["w2v"], 2)
    written = json.dumps(result, indent=1)
    folder.mkdir(parents=True, exist_ok=True)
    label = f"end-to-end-{model}" + ("" if repeats == 1 else f"-{repeats}-times")
    (folder / f"{label}.json").write_text(written + "\n")
    return written


def _watch(command: list[str]) -> dict[str, float]:
    """Run a process; give its seconds and its peak of memory that no file backs, in MB."""
    begin = time.perf_counter()
    process = subprocess.Popen(command)
    peak = 0
    while process.poll() is None:
        try:
            status = Path(f"/proc/{process.pid}/status").read_text()
            peak = max(peak, *(int(x.split()[1]) for x in status.splitlines() if "RssAnon" in x))
        except (OSError, TypeError):
            pass  # no such file system, or the process has just ended
        time.sleep(0.05)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return {
        "wall_seconds": round(time.perf_counter() - begin, 2),
        "peak_unmapped_mb": round(peak * 1024 / 1e6),
    }
