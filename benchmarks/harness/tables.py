"""Measurements summed up, grouped, and set in Markdown."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from w2v.bench.rounds import Spread


def markdown_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table, its first column to the left, the others to the right; None is a dash."""
    lines = [f"| {' | '.join(columns)} |", "|---|" + "---:|" * (len(columns) - 1)]
    lines += [f"| {' | '.join('–' if x is None else str(x) for x in row)} |" for row in rows]
    return "\n".join(lines)


def pivot(corner: str, cells: Mapping[Any, object]) -> str:
    """Return a table of cells by row and column, in the order in which they come."""
    rows, columns = (list(dict.fromkeys(key[i] for key in cells)) for i in (0, 1))
    lines = [[row, *(cells.get((row, column)) for column in columns)] for row in rows]
    return markdown_table([corner, *map(str, columns)], lines)


def grouped(records: Iterable[Any], *keys: str) -> dict[Any, list[Any]]:
    """Return records by the values that they have for one key, or for several."""
    found: dict[Any, list[Any]] = {}
    for each in records:
        found.setdefault(tuple(each[x] for x in keys) if keys[1:] else each[keys[0]], []).append(
            each
        )
    return found


def spread_of(values: Any) -> Spread:
    """Return the spread of measurements, or the one whose fields these are."""
    return Spread(**values) if isinstance(values, Mapping) else Spread.of(values)


def shown(values: Any, unit: float = 1, digits: int | None = 2) -> str | None:
    """Return ``median (lowest–highest)`` of measurements or of a spread's fields, where any are.

    Without digits there are three that count.
    """
    if not values:
        return None
    spread = values if isinstance(values, Spread) else spread_of(values)
    if digits is not None:
        return spread.text(unit, digits)
    low, middle, high = (f"{x / unit:.3g}" for x in (spread.lowest, spread.median, spread.highest))
    return f"{middle} ({low}–{high})" if spread.rounds > 1 else middle


def output_layer(negative: int) -> str:
    """Say what is trained with so many negatives."""
    return f"{negative} negatives" if negative else "hierarchical softmax"
