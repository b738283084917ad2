"""Free memory of this machine, of the container around this process, and of its limits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_CGROUPS = Path("/sys/fs/cgroup")
# A limit's name, what is used, and what of that can be had back at once: version 2, then 1.
_FILES = (
    ("memory.max", "memory.current", ("inactive_file", "active_file")),
    (
        "memory.limit_in_bytes",
        "memory.usage_in_bytes",
        ("total_inactive_file", "total_active_file"),
    ),
)


def free_and_total() -> tuple[int, int]:
    """Return the bytes that this process can still allocate, and those of the machine.

    Returns
    -------
    int, int
        Pages that only cache files count as free.  The least of what the machine, the
        control groups around the process and its own limit have left.
    """
    import psutil

    machine = psutil.virtual_memory()
    left = [machine.available, *_left_in_groups()]
    limited = left_of_limit()
    return max(0, min(left if limited is None else [*left, limited])), machine.total


def _left_in_groups() -> Iterator[int]:
    """Yield what each control group has left, of which psutil knows nothing."""
    with suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            number, controllers, path = line.split(":", 2)
            if number == "0" or "memory" in controllers.split(","):
                root = _CGROUPS if number == "0" else _CGROUPS / "memory"
                group = root / path.lstrip("/")
                # In a container the path may be the host's, and the group itself the root.
                for folder in {group, *group.parents, root}:
                    if folder == root or root in folder.parents:
                        yield from _left_in(folder)


def _left_in(folder: Path) -> Iterator[int]:
    for limit, usage, cached in _FILES:
        with suppress(OSError, ValueError):  # no such file, or a limit of "max"
            most = int((folder / limit).read_text())
            used = int((folder / usage).read_text())
            rows = (line.split() for line in (folder / "memory.stat").read_text().splitlines())
            table = {row[0]: int(row[1]) for row in rows if len(row) > 1}
            yield most - used + sum(table.get(name, 0) for name in cached)


def left_of_limit() -> int | None:
    """Return the bytes of addresses that this process's limit leaves it, None without a limit."""
    try:
        import resource
    except ImportError:  # not Unix
        return None
    most = resource.getrlimit(resource.RLIMIT_AS)[0]
    if most == resource.RLIM_INFINITY:
        return None

    import psutil

    return most - int(psutil.Process().memory_info().vms)
