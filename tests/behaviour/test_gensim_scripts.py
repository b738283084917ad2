"""Scripts of ten kinds that people run with gensim, run with their import changed alone."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPTS = sorted((Path(__file__).parent / "scripts").glob("*.py"))
# The least share of neighbours that are of the word's own kind, and of other measures, of either
# library. Chance gives a quarter or less; both are seeded and train on one thread.
LEAST = {"right": 0.9, "accuracy": 0.85, "of all": 0.9, "overlap": 0.8}
NEEDED = {"sentiment": "sklearn", "graph_walks": "node2vec", "serving": "annoy"}


def run(script: Path, *, ours: bool) -> dict[str, Any]:
    """Run a script and return its answers."""
    text = script.read_text(encoding="utf-8")
    if ours:
        text = re.sub(r"^import gensim$", "import w2v.gensim as gensim", text, flags=re.MULTILINE)
        text = re.sub(r"^from gensim\b", "from w2v.gensim", text, flags=re.MULTILINE)
    names: dict[str, Any] = {"__name__": f"script_{script.stem}_{ours}"}
    exec(compile(text, str(script), "exec"), names)
    answers: dict[str, Any] = names["answers"]
    return answers


@pytest.mark.filterwarnings("ignore")  # other libraries' own
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_script_answers_alike_with_either_library(
    script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if script.stem in NEEDED:
        pytest.importorskip(NEEDED[script.stem])
    # Processes that the script starts find what it imports.
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    found = {}
    for ours in (True, False):
        (tmp_path / str(ours)).mkdir()
        monkeypatch.chdir(tmp_path / str(ours))
        kept = dict(sys.modules)
        found[ours] = run(script, ours=ours)
        for name in [n for n in sys.modules if n.partition(".")[0] in ("gensim", "node2vec")]:
            del sys.modules[name]
        sys.modules.update({n: m for n, m in kept.items() if n.partition(".")[0] == "gensim"})
    if "joblib" in sys.modules:  # whose processes and threads would wait for more
        sys.modules["joblib"].externals.loky.get_reusable_executor().shutdown(wait=True)
    mine, theirs = found[True], found[False]
    assert mine.keys() == theirs.keys()
    for name, answer in mine.items():
        if name in LEAST:
            assert min(answer, theirs[name]) >= LEAST[name], (name, answer, theirs[name])
        elif isinstance(answer, dict):
            assert answer == pytest.approx(theirs[name]), name
        else:
            assert answer == theirs[name], name
