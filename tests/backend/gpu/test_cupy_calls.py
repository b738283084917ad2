"""What the GPU path takes for granted of CuPy is there, in the CuPy that is installed."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from types import SimpleNamespace

import pytest

from tests.support import ROOT
from tests.support.cupy_calls import Call, calls, problem


@pytest.mark.skipif(importlib.util.find_spec("cupy") is None, reason="CuPy is not installed")
def test_every_call_is_one_that_cupy_has() -> None:
    command = [sys.executable, "-W", "ignore", "-m", "tests.support.cupy_calls"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    found = json.loads(said)
    assert found["problems"] == []
    assert found["unchecked"] == []


def test_all_calls_are_found_and_a_wrong_one_is_told() -> None:
    names = {call.name for call in calls()}
    assert {"cupy.cuda.Event", "cupy.ndarray.get", "cupyx.scatter_add", "cupy.RawModule"} <= names

    class Thing:
        def compiled(self) -> None:
            """Thing.compiled(self, int first, *, bool there=False) -> None"""

        def plain(self, first: int, *, there: bool = False) -> None: ...

    Thing.compiled.__signature__ = 0  # type: ignore[attr-defined]
    modules = {"cupy": SimpleNamespace(Thing=Thing)}
    for name in ("compiled", "plain"):
        whole = f"cupy.Thing.{name}"
        assert problem(Call(whole, 1, ("there",), True, ""), modules) is None
        assert "has no here" in str(problem(Call(whole, 1, ("here",), True, ""), modules))
        assert "takes 1, not 2" in str(problem(Call(whole, 2, (), True, ""), modules))
    assert "is not there" in str(problem(Call("cupy.gone", 0, (), False, ""), modules))
