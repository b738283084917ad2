"""Whether a second run of the benchmark says the same as the first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TOLERANCE = 0.1
"""Ratios that differ by less say the same."""


def compare(now: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any] | None:
    """Compare the ratios to gensim of two runs of one setting.

    Parameters
    ----------
    now, before : mapping
        Figures of the benchmark; ``before`` as it was written.

    Returns
    -------
    dict or None
        When the former run was made, and a list of ratios: ``now``, ``before``, the relative
        ``difference`` and the ``verdict``: ``"same"`` below `TOLERANCE`, ``"spread"`` where the
        ranges of the two runs' rounds overlap, ``"unknown"`` where a range is of a single round,
        else ``"differs"``. None where the setting or the form of the former results is another.
    """
    if now["setting"] != before.get("setting"):
        return None
    ratios = []
    for model, systems in now["models"].items():
        for system, mine in systems.items():
            theirs = before["models"].get(model, {}).get(system)
            for key in ("ratio", "end_to_end_ratio"):
                a, b = mine[key], theirs and theirs[key]
                if a and b and system != "gensim":
                    ratios.append({"model": model, "system": system, "of": key, **_one(a, b)})
    return {"when": before["made"]["when"], "ratios": ratios}


def _one(a: Mapping[str, float], b: Mapping[str, float]) -> dict[str, Any]:
    difference = a["median"] / b["median"] - 1
    overlap = a["lowest"] <= b["highest"] and b["lowest"] <= a["highest"]
    if abs(difference) <= TOLERANCE:
        verdict = "same"
    elif min(a["rounds"], b["rounds"]) < 2:
        verdict = "unknown"
    else:
        verdict = "spread" if overlap else "differs"
    return {"now": a["median"], "before": b["median"], "difference": difference, "verdict": verdict}
