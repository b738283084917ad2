"""Every backend has the reference's operations, by the same names and arguments, and no others."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

BACKEND = Path(__file__).parents[2] / "w2v" / "backend"

# Read from the sources, as the GPU's class cannot be imported without its library.
KNOWN = {
    node.name: node
    for folder in ("reference", "cpu", "gpu")
    for path in sorted((BACKEND / folder).glob("*.py"))
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    if isinstance(node, ast.ClassDef)
}


def lineage(name: str) -> list[ast.ClassDef]:
    """Return a class and all that it is made of, of ours."""
    node = KNOWN[name]
    above = [base.id for base in node.bases if isinstance(base, ast.Name) and base.id in KNOWN]
    return [node, *(each for base in above for each in lineage(base))]


def signature(function: ast.FunctionDef) -> tuple[object, ...]:
    """Return what a caller can rely on: kinds, names and defaults of parameters, properties."""
    args = function.args
    return (
        [arg.arg for arg in (*args.posonlyargs, *args.args)],
        [ast.unparse(default) for default in args.defaults],
        [arg.arg for arg in args.kwonlyargs],
        [default and ast.unparse(default) for default in args.kw_defaults],
        args.vararg and args.vararg.arg,
        args.kwarg and args.kwarg.arg,
        sorted(ast.unparse(each) for each in function.decorator_list),
    )


def operations(*classes: ast.ClassDef) -> dict[str, tuple[object, ...]]:
    return {
        each.name: signature(each)
        for node in reversed(classes)
        for each in node.body
        if isinstance(each, ast.FunctionDef) and not each.name.startswith("_")
    }


REFERENCE = operations(*lineage("Backend"))


@pytest.mark.parametrize("name", ["CPUBackend", "GPUBackend"])
def test_overrides_have_the_names_and_parameters_of_the_reference(name: str) -> None:
    below = [node for node in lineage(name) if node not in lineage("Backend")]
    ours = operations(*below)
    assert {"train", "scatter_add", "sample_exact"} <= set(ours)
    assert set(ours) <= set(REFERENCE), "operations that the reference does not know"
    assert ours == {operation: REFERENCE[operation] for operation in ours}
