"""What drawing negatives costs, and how true it is: as tables and as a picture."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import NormalDist
from typing import Any

from matplotlib.figure import Figure

from benchmarks.report import line_style, markdown_table, plain_axes

Record = dict[str, Any]


def table(records: list[Record]) -> str:
    """Return speeds, errors and what follows, as Markdown.

    Parameters
    ----------
    records : list of dict
        What ``sampling.json`` holds as ``results``.
    """
    names = _unique(records, "contestant")
    cases = dict.fromkeys((r["negative"], r["vocabulary"]) for r in records)
    cells = {(r["negative"], r["vocabulary"], r["contestant"]): r for r in records}

    def rows(show: Any) -> Iterable[list[object]]:
        for k, size in cases:
            yield [f"{k} of {size:,}", *(show(cells[k, size, name]) for name in names)]

    worst = max(records, key=_surprise)
    apart = [r["fast_from_exact"] for r in records]
    return "\n".join(
        [
            "# Drawing negatives",
            "",
            "Million words drawn a second, on one thread or on the GPU: median (lowest–highest) "
            "over rounds.",
            "",
            markdown_table(["k of V words", *names], rows(_speed)),
            "",
            "Total variation distance of the words drawn from what should be, as a multiple of "
            "what pure chance makes after as many draws, ± two standard deviations of chance. "
            "1 is a perfect sampler. In brackets: chance's own distance.",
            "",
            markdown_table(["k of V words", *names], rows(_error)),
            "",
            *(f"- {line}" for line in _findings(cells, cases, names)),
            f"- Fast draws differ from exact ones on purpose, as they may repeat a word or hit the "
            f"target: for the most frequent word as target the distance between the two "
            f"distributions is {min(apart):.2g} to {max(apart):.2g}.",
            f"- Furthest from chance: {worst['contestant']}, {worst['negative']} of "
            f"{worst['vocabulary']:,} words, {_surprise(worst):.1f} standard deviations; of "
            f"{len(records)} perfect samplers the furthest would be at "
            f"{_usual_extreme(len(records)):.1f}.",
        ]
    )


def _findings(cells: dict[Any, Record], cases: Iterable[Any], names: list[str]) -> Iterable[str]:
    """Say how many times faster w2v draws than NumPy, over all cases."""
    reference = {True: "random.choice, row by row", False: "Generator.choice, put back"}
    for name in names:
        group = [(cells[(*case, name)], case) for case in cases]
        other = reference[group[0][0]["distinct"]]
        if name == other:
            continue
        gains = [
            record["words_per_second"]["median"]
            / cells[(*case, other)]["words_per_second"]["median"]
            for record, case in group
        ]
        gain = f"{min(gains):,.1f} to {max(gains):,.1f} ×"
        yield f"{name}, against {other}: {gain} the words a second."


def _speed(record: Record) -> str:
    speed = record["words_per_second"]
    low, middle, high = (speed[key] / 1e6 for key in ("lowest", "median", "highest"))
    return f"{middle:.3g} ({low:.3g}–{high:.3g})"


def _error(record: Record) -> str:
    e = record["error"]
    share, noise = e["measured"] / e["chance"], 2 * e["deviation"] / e["chance"]
    return f"{share:.3f} ± {noise:.3f} ({e['chance']:.2g})"


def _surprise(record: Record) -> float:
    e = record["error"]
    return float(abs(e["measured"] - e["chance"]) / e["deviation"])


def _usual_extreme(n: int) -> float:
    """Return the size that the largest of n standard normal numbers exceeds half of the time."""
    return NormalDist().inv_cdf((1 + 0.5 ** (1 / n)) / 2)


def _unique(records: list[Record], key: str) -> list[Any]:
    return list(dict.fromkeys(record[key] for record in records))


def draw(figure: Figure, records: list[Record]) -> None:
    """Draw speed above error, a column for every k.

    Parameters
    ----------
    figure : Figure
    records : list of dict
        As for :func:`table`.
    """
    negatives, names = _unique(records, "negative"), _unique(records, "contestant")
    figure.set_size_inches(3.2 * len(negatives) + 1.2, 6)
    axes = figure.subplots(2, len(negatives), sharex=True, sharey="row", squeeze=False)
    for column, k in enumerate(negatives):
        above, below = axes[:, column]
        for i, name in enumerate(names):
            group = [r for r in records if (r["negative"], r["contestant"]) == (k, name)]
            sizes = [r["vocabulary"] for r in group]
            style = line_style(i)
            speeds = [r["words_per_second"]["median"] for r in group]
            above.plot(sizes, speeds, label=name if column == 0 else None, **style)
            shares = [r["error"]["measured"] / r["error"]["chance"] for r in group]
            noise = [2 * r["error"]["deviation"] / r["error"]["chance"] for r in group]
            # Beside one another, so that the bars can be told apart.
            beside = [size * 1.18 ** (i - (len(names) - 1) / 2) for size in sizes]
            below.errorbar(beside, shares, noise, **{**style, "linestyle": "none", "elinewidth": 1})
        above.set_xscale("log")
        above.set_yscale("log")
        below.axhline(1, color="0.5", linewidth=0.8, zorder=0)
        first = column == 0
        plain_axes(above, "", "words drawn a second" if first else "", f"{k} negatives")
        plain_axes(below, "words in the vocabulary", "error ÷ pure chance" if first else "")
    figure.legend(loc="outside lower center", ncols=4, frameon=False, fontsize="small")
