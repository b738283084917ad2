"""Every call into CuPy that the GPU path makes, held against the CuPy that is installed.

``python -m tests.support.cupy_calls`` prints the calls and what CuPy has not, as JSON. CuPy is
imported for it, which needs neither a driver nor a card; nothing is called.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.support import ROOT

_ROOTS = {"cupy": "cupy", "cupyx": "cupyx", "xp": "cupy"}
# What is called of CuPy's objects, by the name that it has in the GPU backend alone.
_METHODS = {
    "record": "cuda.Event",
    "synchronize": "cuda.Stream",
    "wait_event": "cuda.Stream",
    "use": "cuda.Device",
    "get_function": "RawModule",
    "kernel": "RawKernel.__call__",
    "get": "ndarray",
    "set": "ndarray",
    "free_all_blocks": "cuda.MemoryPool",
    "free_bytes": "cuda.MemoryPool",
}
_HELD = {
    "cuda.Device": ("attributes", "compute_capability", "id", "mem_info", "use", "synchronize"),
    "cuda.Stream": ("wait_event", "synchronize"),
    "cuda.Event": ("record", "synchronize"),
    "RawKernel": (
        *("kernel", "num_regs", "local_size_bytes", "max_dynamic_shared_size_bytes"),
        *("attributes", "__call__"),
    ),
    "ndarray": (
        *("data", "device", "strides", "itemsize", "flags", "view", "astype", "reshape"),
        *("argmax", "copy", "sum", "set", "get"),
    ),
}
"""Attributes that are read, which no call shows."""


class Call(NamedTuple):
    """A name that is used, and how it is called; without arguments where it is only read."""

    name: str
    positional: int
    keywords: tuple[str, ...]
    called: bool
    where: str


def calls() -> Iterator[Call]:
    """Find them in the sources."""
    folders = [*(ROOT / "w2v").rglob("*.py"), *(ROOT / "benchmarks" / "gpu").glob("*.py")]
    for path in sorted(folders):
        if any(part in ("cpu", "course") for part in path.parts):
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        ours = "gpu" in path.parts
        called = {id(node.func): node for node in ast.walk(tree) if isinstance(node, ast.Call)}
        inner = {
            id(node.value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Attribute) and _chain(node.value)
        }
        for node in ast.walk(tree):
            chain = _chain(node) if isinstance(node, ast.Attribute) else None
            if not isinstance(node, ast.Attribute) or id(node) in inner:
                continue
            inside = chain and len(chain) > 1
            name = f"{_ROOTS[chain[0]]}.{'.'.join(chain[1:])}" if chain and inside else ""
            if not chain and ours and node.attr in _METHODS and id(node) in called:
                name = f"cupy.{_METHODS[node.attr]}"
                name += "" if "__" in name else f".{node.attr}"
            if name:
                yield _call(name, called.get(id(node)), f"{path.relative_to(ROOT)}:{node.lineno}")


def _call(name: str, node: ast.Call | None, where: str) -> Call:
    if node is None or any(isinstance(x, ast.Starred) for x in node.args):
        return Call(name, 0, (), False, where)
    keywords = tuple(x.arg for x in node.keywords if x.arg)
    return Call(name, len(node.args), keywords, True, where)


def _chain(node: ast.AST) -> list[str] | None:
    """Return ``cupy.cuda.Event`` as a list of names, where it begins so."""
    if isinstance(node, ast.Name):
        return [node.id] if node.id in _ROOTS else None
    if not isinstance(node, ast.Attribute):
        return None
    if node.attr in ("xp", "cupy"):  # self.xp, backend.xp
        return ["xp"]
    before = _chain(node.value)
    return [*before, node.attr] if before else None


def problem(call: Call, modules: dict[str, Any]) -> str | None:
    """Say what CuPy has not of what a call takes for granted."""
    found: Any = modules
    for part in call.name.split("."):
        if isinstance(found, dict):
            found = found[part]
        elif hasattr(found, part):
            found = getattr(found, part)
        else:
            return f"{call.where}: {call.name} is not there"
    if not call.called or (parameters := _parameters(found)) is None:
        return None
    bound = int(call.name.count(".") > 1 and "self" in parameters[:1])
    names = [x for x in parameters[bound:] if x != "*"]
    if missing := [x for x in call.keywords if x not in names and "**kwargs" not in names]:
        return f"{call.where}: {call.name} has no {', '.join(missing)}: {parameters}"
    places = parameters[bound:]
    places = places[: places.index("*")] if "*" in places else places
    if call.positional > len(places) and not any(x.startswith("*") for x in names):
        return f"{call.where}: {call.name} takes {len(places)}, not {call.positional}: {parameters}"
    return None


def _parameters(function: Any) -> list[str] | None:
    """Return the names of parameters, and ``*`` before those that have no place."""
    try:
        found = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # compiled: the documentation's first line says it
        line = (getattr(function, "__doc__", "") or "").partition("\n")[0]
        said = re.fullmatch(r"[\w.]+\((.*?)\)(?: ->.*)?", line)
        if said is None:
            return None
        each = (re.sub(r"=.*|\\", "", x).split() for x in said[1].split(","))
        return [x[-1] for x in each if x]
    star, names = False, []
    for x in found:
        if x.kind is x.KEYWORD_ONLY and not star:
            star = True
            names.append("*")
        stars = "*" * (x.kind is x.VAR_POSITIONAL) + "**" * (x.kind is x.VAR_KEYWORD)
        names.append({"*": "*args", "**": "**kwargs"}.get(stars, x.name))
    return names


def main() -> None:
    """Print what was found."""
    import cupy
    import cupyx

    used = list(calls())
    used += [
        Call(f"cupy.{name}.{each}", 0, (), False, "attributes")
        for name, attributes in _HELD.items()
        for each in attributes
    ]
    modules = {"cupy": cupy, "cupyx": cupyx}
    problems = [said for call in used if (said := problem(call, modules))]
    unchecked = sorted({call.name for call in used if call.called and _unknown(call, modules)})
    print(json.dumps({
        "version": cupy.__version__, "calls": sorted({call.name for call in used}),
        "problems": problems, "unchecked": unchecked,
    }))  # fmt: skip


def _unknown(call: Call, modules: dict[str, Any]) -> bool:
    found: Any = modules[call.name.partition(".")[0]]
    for part in call.name.split(".")[1:]:
        found = getattr(found, part, None)
    return _parameters(found) is None


if __name__ == "__main__":
    main()
