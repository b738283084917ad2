"""What the training kernel should do on a card, by counting: predicted, not measured.

Instructions are those of the machine code (`machine_code.py`), times how often a word runs them;
bytes are those of the rows that it moves, and of the rows that the L2 cache does not hold under
Zipf's law. The least of what each part of a card can serve is the prediction.
"""

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from benchmarks.contest.libraries import MODELS
from benchmarks.gpu.machine_code import COUNTS, DIMS, digest
from benchmarks.harness import tables
from benchmarks.harness.texts import zipf_shares
from w2v.backend.gpu.runs import RUN_TOKENS, refresh_windows

WINDOW, NEGATIVE, SAMPLE, VOCABULARY = 5, 5, 1e-3, 500_000
_SCHEDULERS, _WARP_BYTES = 4, 128  # of a multiprocessor; of a register of all lanes
_HELD = 0.8  # share of the L2 cache that the weights' frequent rows have
_ADDED = 2.0  # what adding costs the L2 cache, beside reading
_STALL = 4.5  # cycles from one instruction of a warp to the next, on average
_TRIPS = 3  # to the L2 cache and back that a window waits for
_FARTHER = 400e-9  # seconds more, where it has to be fetched from memory
_RING = 2 * WINDOW + 1  # rows that a warp keeps, and as many originals


class Card(NamedTuple):
    """What a card has, from its data sheet; of L2, what others have measured.

    Parameters
    ----------
    architecture : int
    processors : int
    clock : float
        In Hz.
    l2_bytes : int
    l2_speed, memory_speed : float
        In bytes a second.
    trip : float
        Seconds to L2 and back.
    """

    architecture: int
    processors: int
    clock: float
    l2_bytes: int
    l2_speed: float
    memory_speed: float
    trip: float


CARDS = {
    "H100": Card(90, 132, 1.7e9, 50 << 20, 5.5e12, 3.35e12, 160e-9),
    "H200": Card(90, 132, 1.7e9, 50 << 20, 5.5e12, 4.8e12, 160e-9),
    "A100": Card(80, 108, 1.41e9, 40 << 20, 4.0e12, 1.55e12, 150e-9),
    "T4": Card(75, 40, 1.35e9, 4 << 20, 1.2e12, 0.3e12, 150e-9),
}


class Prediction(NamedTuple):
    """Words a second of the text, kept or not.

    Parameters
    ----------
    bounds : dict
        What each part of the card allows.
    counts : dict
        Of a kept word: instructions of a warp, and bytes at every level.
    """

    bounds: dict[str, float]
    counts: dict[str, float]

    @property
    def limit(self) -> str:
        """The part that binds."""
        return min(self.bounds, key=lambda name: self.bounds[name])

    @property
    def words(self) -> float:
        """The words a second that it allows."""
        return self.bounds[self.limit]


def predict(card: Card, kind: str, dim: int, vocabulary: int = VOCABULARY) -> Prediction:
    """Predict fast sampling with the usual window and negatives on a text of Zipf's law."""
    keep, uses = _uses(vocabulary)
    kernel = json.loads(COUNTS.read_text(encoding="utf-8"))[
        f"{kind}, {dim}, sm_{card.architecture}"
    ]
    trips = _trips(kind, dim) | {"32 tokens": 1 / (32 * keep)}
    issued, registers, lanes = (
        sum(trips[region] * each[what] for region, each in kernel["counts"].items())
        for what in ("all", "registers", "lanes")
    )
    row, outputs, contexts = 4 * dim, 1 + NEGATIVE, 1 + len(_refreshes())
    moved = (outputs + contexts) * row * (1 + _ADDED)
    # What a warp has no room for: a row's original is written, and read as it goes; the row
    # itself is read twice and written, in every window.
    aside, waits = 0.0, 0.0
    if kernel["placement"] > 0:
        aside = contexts * 2 * row
    if kernel["placement"] > 1:
        aside += (1 + WINDOW) * 3 * row
        waits = _looks(kind, dim, card.architecture, trips)
    lies = kernel["warps"] * card.processors * min(2, kernel["placement"]) * _RING * row
    spare = (1 - _HELD) * card.l2_bytes
    beyond = max(0.0, 1 - spare / lies) if lies else 0.0  # share of it that L2 does not hold
    moved += aside
    held = int(_HELD * card.l2_bytes // row)
    missed = float(uses[held:].sum()) * 2 * row + beyond * aside  # read, and written back
    window = issued * _STALL / card.clock + (_TRIPS + waits) * card.trip
    window += beyond * waits * _FARTHER
    bounds = {
        "instructions": card.processors * _SCHEDULERS * card.clock / issued,
        "shared memory": card.processors * card.clock / lanes,
        "L2": card.l2_speed / moved,
        "memory": card.memory_speed / missed if missed else float("inf"),
        "latency": kernel["warps"] * card.processors / window,
    }
    counts = {
        "instructions": issued, "registers, bytes": registers * _WARP_BYTES,
        "shared memory, bytes": lanes * _WARP_BYTES, "L2, bytes": moved, "memory, bytes": missed,
    }  # fmt: skip
    return Prediction({name: each / keep for name, each in bounds.items()}, counts)


@lru_cache
def _uses(vocabulary: int) -> tuple[float, np.ndarray]:
    """Return which share of words is kept, and how often a kept one uses each row, falling.

    A context's row is still in the cache when it is looked at again.
    """
    share = zipf_shares(vocabulary)
    chance = np.minimum(1, np.sqrt(SAMPLE / share) + SAMPLE / share)
    keep = float(share @ chance)
    kept, drawn = share * chance / keep, share**0.75 / (share**0.75).sum()
    return keep, np.sort(np.concatenate((kept, kept + NEGATIVE * drawn)))[::-1]


def _refreshes() -> range:
    """Return at which distances from its window's middle a context's row is refreshed."""
    refresh = refresh_windows(WINDOW)
    return range(WINDOW - refresh, 1 - WINDOW, -refresh)


def _looks(kind: str, dim: int, architecture: int, trips: dict[str, float]) -> float:
    """Return how often a window waits for rows that are not in shared memory."""
    chunks = -(-dim // (32 * (4 if architecture >= 90 else 1)))  # one after another
    if kind == "skip-gram":  # scored a group at a time; stepped with one row ahead
        return chunks * (trips["group"] + trips["row"] / 2)
    return 2 * trips["four rows"] + 2 * chunks


def _trips(kind: str, dim: int) -> dict[str, float]:
    """Return how often a kept word runs each region of the machine code."""
    skip_gram = kind == "skip-gram"
    contexts = 2 * np.arange(1, WINDOW + 1)
    chunks = -(-dim // 128)  # of a row, one after another
    return {
        "window": 1.0,
        "run": 1 / RUN_TOKENS,
        "row": float(contexts.mean()) if skip_gram else 1.0,
        "refresh": len(_refreshes()),
        "four rows": float(contexts.mean()) / 4 * chunks,
        "group": float(np.ceil(contexts / 4).mean()) if skip_gram else 1.0,
    }


def rows() -> Iterator[tuple[str, str, int, Prediction]]:
    """Predict for every card, model and size."""
    for name, card in CARDS.items():
        for kind in MODELS:
            for dim in DIMS:
                yield name, kind, dim, predict(card, kind, dim)


def table() -> str:
    """Return the predictions as a table."""
    cells: dict[tuple[str, str], str] = {}
    for name, kind, dim, found in rows():
        cells[f"{name}, {kind}", str(dim)] = f"{found.words / 1e6:.0f} ({found.limit})"
    return tables.pivot("M words/s by dimensions, and what binds", cells)


def counted() -> str:
    """Return what a word comes to, as a table."""
    cells: dict[tuple[str, str], str] = {}
    for name, kind, dim, found in rows():
        if dim in (128, 300) and name != "H200":  # whose multiprocessors are an H100's
            cells |= {(f"{name}, {kind}, {dim}", x): f"{y:,.0f}" for x, y in found.counts.items()}
    return tables.pivot("a kept word", cells)


def beside(card: str, measured: dict[str, float]) -> str:
    """Return what was measured on a card beside what was predicted; nothing for another card.

    Parameters
    ----------
    card : str
        Its name, in which one of `CARDS` is looked for.
    measured : dict
        Words a second, by model, with 128 dimensions.
    """
    known = next((each for name, each in CARDS.items() if name in card), None)
    if known is None or not measured:
        return ""
    lines = []
    for kind, words in measured.items():
        found = predict(known, kind, 128)
        share = f"{words / found.words:.0%}"
        lines.append((kind, f"{words / 1e6:.3g}", f"{found.words / 1e6:.3g}", share, found.limit))
    columns = ("fast, 128", "M words/s", "predicted", "of it", "what should bind")
    said = tables.markdown_table(columns, lines)
    counted_of = json.loads(COUNTS.read_text(encoding="utf-8"))["source"]
    return said if counted_of == digest() else f"{said}\n\nPredicted for an earlier kernel."


if __name__ == "__main__":
    print(counted(), table(), sep="\n\n")
