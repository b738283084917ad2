"""The README's figures, made from the results that stand in the repository."""

from __future__ import annotations

from pathlib import Path

from benchmarks.evaluation import score_table
from benchmarks.machine import RESULTS
from benchmarks.readme_rows import ROWS, read
from benchmarks.report import processor_details

README = Path(__file__).parents[1] / "README.md"
_BEGIN = (
    "<!-- figures: made by `python -m benchmarks readme` from benchmarks/results, not by hand -->"
)
_END = "<!-- end of figures -->"


def updated(page: str) -> str:
    """Return the README's text with its figures as the results say.

    Raises
    ------
    ValueError
        The page lacks the comments that the figures stand between.
    """
    if _BEGIN not in page or _END not in page:
        raise ValueError(f"the page needs the lines {_BEGIN} and {_END}")
    before, rest = page.split(_BEGIN)
    after = rest.split(_END)[1]
    parts = [_machine(folder) for folder in sorted(RESULTS.iterdir()) if folder.is_dir()]
    return "\n".join([before + _BEGIN, *(part for part in parts if part), _END]) + after


def _machine(folder: Path) -> str:
    rows = [row for make in ROWS for row in make(folder)]
    if not rows:
        return ""
    machine = max(
        (read(path)["machine"] for path in sorted(folder.glob("*.json"))),
        key=len,  # the fullest description
    )
    title = (
        f"On {machine.get('cpu', folder.name)}{processor_details(machine)}, "
        f"{machine.get('cores', '?')} cores ([all results](benchmarks/results/{folder.name})); "
        "medians, in brackets the lowest and highest ratio of a round:"
    )
    table = ["| what | w2v | compared with | |", "|---|---:|---:|---|", *rows]
    return "\n".join(["", title, "", *table, "", *_quality(folder)])


def _quality(folder: Path) -> list[str]:
    result = read(folder / "engine-quality.json")
    if not result:
        return []
    return [
        f"Vectors after {result['epochs']} epochs of {result['text']}: rank correlations with "
        f"people's judgement and share of analogies solved, mean ± deviation of "
        f"{result['seeds']} seeds. CBOW's default learning rate is word2vec's 0.05 here and 0.025 "
        "in gensim; by `corpus_file`, gensim's fastest way, its rate falls less than asked.",
        "",
        score_table(result["summary"]),
        "",
    ]
