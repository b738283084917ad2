"""The plan of the house, read from the sources: who may import whom, and what nobody may."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "w2v").rglob("*.py"))
CUPY, NUMBA = {"cupy", "cupyx", "cupy_backends"}, {"numba", "llvmlite"}
PICKLERS = {"pickle", "cPickle", "_pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}

FOUNDATIONS = {"backend", "files", "config", "gensim_names", "items", "messages", "optional"}
# A room's own modules and these.
MAY_IMPORT = {
    "files": {"messages", "optional"},
    "messages": set[str](),
    "gensim_names": {"messages"},
    "items": {"messages"},
    "optional": set[str](),
    "config": {"messages"},
    "backend": {"files", "messages"},
    "layers": {"backend", "messages"},
    "models": {"backend", "layers", "messages"},
    "data": FOUNDATIONS,
    "vectors": FOUNDATIONS,
    "pictures": FOUNDATIONS | {"vectors"},
    "training": FOUNDATIONS | {"data", "layers", "models", "pictures"},
    "word2vec": FOUNDATIONS | {"data", "layers", "models", "pictures", "training", "vectors"},
    "bench": FOUNDATIONS | {"data", "layers", "models", "training", "vectors", "word2vec"},
    "cluster": FOUNDATIONS | {"data", "layers", "models", "training", "word2vec"},
    "gensim": {"data", "vectors", "word2vec"},
    "sklearn": {"items", "messages", "optional", "vectors", "word2vec"},
    "course": {"backend", "data", "layers", "models", "training", "vectors"},
}
TOP = {"cli", "__main__", ""}  # the command line, and w2v itself, which gives the public names
APART = {"course", "gensim", "sklearn"}  # imported by nothing else, the command line included


LONGEST_FILE = 350  # lines
MOST_PARAMETERS = 8
# What people call, by names: constructors, functions and commands.
PUBLIC = {
    "w2v.word2vec.estimator": {"__init__"},
    "w2v.word2vec.training": {"train"},
    "w2v.models.base": {"__init__"},
    "w2v.sklearn": {"__init__"},
    "w2v.training.fused": {"__init__"},
    "w2v.data.reading.read_corpus": {"read_corpus"},
    "w2v.cli.train": {"train"},
    "w2v.cluster.training": {"train"},
    "w2v.cli.corpora": {"prepare", "phrases"},
}


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def imports(path: Path) -> Iterator[str]:
    """Yield the full name of every module imported, inside functions too."""
    package = module_of(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            # `from w2v import data` names its room after the keyword.
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if called in ("import_module", "__import__"):
                yield str(node.args[0].value)


def sources_of(*rooms: str) -> list[Path]:
    return [path for path in SOURCES if room_of(module_of(path)) in rooms]


def test_every_room_has_its_place() -> None:
    assert {room_of(module_of(path)) for path in SOURCES} == {*MAY_IMPORT, *TOP, *APART}


def test_imports_are_absolute() -> None:
    relative = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


def graph() -> dict[str, set[str]]:
    """Return the modules that each module imports, inside functions and for types too."""
    known = {module_of(path) for path in SOURCES}
    found: dict[str, set[str]] = {}
    for path in SOURCES:
        module = module_of(path)
        # What is imported from a module is a module itself, or stands in it.
        named = {name if name in known else name.rpartition(".")[0] for name in imports(path)}
        found[module] = named & known - {module}
    return found


def circles(edges: dict[str, set[str]]) -> list[list[str]]:
    """Return the strongly connected components of more than one module, by Tarjan's algorithm."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    found = []

    def visit(module: str) -> None:
        order[module] = lowest[module] = len(order)
        path.append(module)
        for other in edges[module]:
            if other not in order:
                visit(other)
                lowest[module] = min(lowest[module], lowest[other])
            elif other in path:
                lowest[module] = min(lowest[module], order[other])
        if lowest[module] == order[module]:
            together = path[path.index(module) :]
            del path[path.index(module) :]
            if len(together) > 1:
                found.append(sorted(together))

    for module in edges:
        if module not in order:
            visit(module)
    return found


def test_circles_are_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": set()}) == []
    assert circles({"a": {"b"}, "b": {"c", "d"}, "c": {"a"}, "d": set()}) == [["a", "b", "c"]]


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circles(graph()) == []


def test_no_file_is_too_long_to_be_read() -> None:
    lines = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in SOURCES
    }
    assert {path: n for path, n in lines.items() if n > LONGEST_FILE} == {}


def test_only_what_people_call_takes_many_parameters() -> None:
    many = []
    for path in SOURCES:
        module = module_of(path)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef) or node.name in PUBLIC.get(module, ()):
                continue
            every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            taken = [each.arg for each in every if each.arg not in ("self", "cls")]
            if len(taken) > MOST_PARAMETERS:
                many.append(f"{module}.{node.name} takes {len(taken)}")
    assert many == []


def libraries_of(path: Path) -> set[str]:
    return {name.split(".")[0] for name in imports(path)} & (CUPY | NUMBA)


def test_cupy_is_imported_by_the_gpu_backend_and_by_what_looks_for_one() -> None:
    using = {module_of(path) for path in SOURCES if libraries_of(path) & CUPY}
    inside = {module for module in using if module.startswith("w2v.backend.gpu.")}
    assert inside
    assert using - inside == {"w2v.backend.select"}


def test_numba_is_imported_by_the_cpu_backend_and_by_kernels_beside_what_they_serve() -> None:
    using = {module_of(path) for path in SOURCES if libraries_of(path) & NUMBA}
    inside = {module for module in using if module.startswith("w2v.backend.cpu.")}
    assert inside
    assert all(module.endswith("_kernels") for module in using - inside)
    assert {room_of(module) for module in using - inside} <= {"data"}


def test_imports_run_one_way() -> None:
    upwards = []
    for path in SOURCES:
        module = module_of(path)
        room = room_of(module)
        for name in imports(path):
            other = room_of(name)
            if not name.startswith("w2v.") or other in (room, "__version__"):
                continue
            above = APART if room in TOP else TOP | APART
            allowed = other in MAY_IMPORT[room] if room in MAY_IMPORT else other not in above
            if not allowed:
                upwards.append(f"{module} imports {name}")
    assert upwards == []


def inner_imports(room: str) -> dict[str, set[str]]:
    """Return which of a room's modules each of them imports, for types alone included."""
    paths = {module_of(path): path for path in sources_of(room)}
    return {
        module: {
            # The name after the keyword may be a module or stand in one.
            found
            for name in imports(path)
            for found in (name, name.rpartition(".")[0])
            if found in paths and found != module
        }
        for module, path in paths.items()
    }


@pytest.mark.parametrize("room", ["backend"])
def test_no_module_imports_what_imports_it(room: str) -> None:
    left = inner_imports(room)
    while left:  # take those away that import none of the others
        free = {module for module, others in left.items() if not others & left.keys()}
        assert free, f"a circle among {sorted(left)}"
        left = {module: others for module, others in left.items() if module not in free}


@pytest.mark.parametrize("path", sources_of("layers", "models"), ids=module_of)
def test_layers_and_models_leave_arrays_and_devices_to_the_backend(path: Path) -> None:
    libraries = {name.split(".")[0] for name in imports(path)}
    assert not libraries & {"numpy", *CUPY, *NUMBA}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        where = f"{path.name}:{getattr(node, 'lineno', '')}"
        if isinstance(node, ast.Constant):
            assert node.value not in ("cpu", "gpu"), f"{where} knows a backend's name"
        if isinstance(node, ast.Attribute):
            assert node.attr != "name", f"{where} asks for a name"


def test_nothing_reads_pickles() -> None:
    for path in SOURCES:
        assert not {name.split(".")[0] for name in imports(path)} & PICKLERS, path
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
                assert isinstance(node.value, ast.Constant), path
                assert node.value.value is False, path


AFTER = """
import sys
loaded = {name.split(".")[0] for name in sys.modules}
print(sorted(loaded & {"cupy", "matplotlib", "numba", "psutil", "pyarrow"}), file=sys.stderr)
"""
HELP = """
import runpy, sys
sys.argv = ["w2v", "--help"]
try:
    runpy.run_module("w2v", run_name="__main__")
except SystemExit as end:
    assert not end.code
"""


@pytest.mark.parametrize("code", ["import w2v", HELP], ids=["import w2v", "w2v --help"])
def test_slow_libraries_are_imported_when_needed_only(code: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", code + AFTER],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr.splitlines()[-1] == "[]"
