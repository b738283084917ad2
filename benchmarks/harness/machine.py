"""What a benchmark ran on, for the reader and for the name of its results folder."""

import os
import platform
import re
import subprocess
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results"
_PACKAGES = ("numpy", "numba", "llvmlite", "gensim", "fasttext-numpy2", "cupy-cuda12x",
             "cupy-cuda13x")  # fmt: skip
_VECTORS = ("avx512f", "avx2", "avx", "asimd")  # of processors, the widest first
_CACHES = Path("/sys/devices/system/cpu/cpu0/cache")
_DETAILS = {"cpu_family_and_model": "family/model ", "vectors": "", "cache_l2": "L2 ",
            "cache_l3": "L3 "}  # fmt: skip


def describe_machine() -> dict[str, Any]:
    """Return the processor, the cores at hand, the load, the memory and what runs on them."""
    return {
        "cpu": cpu_model(), **_cpu_details(), "cores": usable_cores(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "load_average": round(os.getloadavg()[0], 2),
        "system": platform.system(), "python": platform.python_version(),
        **{name: found for name in _PACKAGES if (found := package_version(name))},
    }  # fmt: skip


def package_version(package: str) -> str | None:
    """Return an installed package's version."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def revision() -> str:
    """Return the commit that is measured, and whether the source differs from it."""
    asked = ("rev-parse --short=12 HEAD", "status --porcelain -- w2v benchmarks/*.py")
    quiet: Any = {"text": True, "stderr": subprocess.DEVNULL, "cwd": ROOT}
    try:
        commit, changed = (subprocess.check_output(["git", *x.split()], **quiet) for x in asked)
    except (OSError, subprocess.CalledProcessError):
        return "an unknown revision"
    return commit.strip() + (" with changes" if changed else "")


def _cpu_info() -> dict[str, str]:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().split("\n\n")[0].splitlines() if info.exists() else []
    return {key.strip(): value.strip() for key, _, value in (x.partition(":") for x in lines)}


def _cpu_details() -> dict[str, Any]:
    """Return what of a processor its name does not tell, as far as Linux does."""
    if not (facts := _cpu_info()):
        return {}
    flags = (facts.get("flags") or facts.get("Features", "")).split()
    found = {"vectors": next((name for name in _VECTORS if name in flags), None),
             "virtual": "hypervisor" in flags}  # fmt: skip
    if "cpu family" in facts:
        found["cpu_family_and_model"] = f"{facts['cpu family']}/{facts['model']}"
    for cache in sorted(_CACHES.glob("index*")):
        level, kind, size = ((cache / x).read_text().strip() for x in ("level", "type", "size"))
        found |= {f"cache_l{level}": size} if kind != "Instruction" else {}
    return found


def processor_details(machine: Mapping[str, Any]) -> str:
    """Return in brackets what tells a processor from others of its name, where it is known."""
    known = [f"{title}{machine[key]}" for key, title in _DETAILS.items() if machine.get(key)]
    return f" ({', '.join([*known, *['virtual'] * bool(machine.get('virtual'))])})" if known else ""


def cpu_model() -> str:
    """Return the processor's name as the system gives it."""
    return _cpu_info().get("model name") or platform.processor() or platform.machine()


def usable_cores() -> int:
    """Count the cores this process may run on."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def doubled(most: int) -> list[int]:
    """Return 1, 2, 4, 8 and so on, and the most."""
    return sorted({*(1 << i for i in range(most.bit_length())), most})


def results_folder(quick: bool = False) -> Path:
    """Return this machine's folder; what is measured quickly has one of its own in it."""
    name = re.sub(r"\((r|tm)\)|processor|cpu", " ", cpu_model().lower())
    folder = RESULTS / f"{'-'.join(re.findall(r'[a-z0-9.]+', name))}-{usable_cores()}-cores"
    return folder / "quick" if quick else folder
