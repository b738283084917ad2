"""What a benchmark ran on, for the reader and for the name of its results folder."""

from __future__ import annotations

import os
import platform
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def describe_machine() -> dict[str, Any]:
    """Return the processor, the cores at hand, the load, the memory and what runs on them."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "cpu": cpu_model(),
        "cores": usable_cores(),
        "memory_gib": round(pages / 2**30),
        "load_average": round(os.getloadavg()[0], 2),
        "system": platform.system(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "numba")},
    }


def cpu_model() -> str:
    """Return the processor's name as the system gives it."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        found = re.search(r"^model name\s*:\s*(.+)$", info.read_text(), re.MULTILINE)
        if found:
            return found[1].strip()
    return platform.processor() or platform.machine()


def usable_cores() -> int:
    """Count the cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def results_folder() -> Path:
    """Return this machine's folder, so that results of several stand side by side."""
    name = re.sub(r"\((r|tm)\)|processor|cpu", " ", cpu_model().lower())
    slug = "-".join(re.findall(r"[a-z0-9.]+", name))
    return RESULTS / f"{slug}-{usable_cores()}-cores"
