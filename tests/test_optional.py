"""Packages that are not installed: one line that says what to install, and only when it is due."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from w2v import KeyedVectors
from w2v.data import read_corpus
from w2v.pictures.projection import project

KV = KeyedVectors(["a", "b"], np.eye(2))
CALLS: dict[str, tuple[Callable[[], Any], str, str]] = {
    "pandas": (KV.to_pandas, "pandas", "pandas"),
    "polars": (KV.to_polars, "polars", "polars"),
    "usearch": (KV.index, "usearch", "index"),
    "huggingface_hub": (lambda: KV.push_to_hub("me/v"), "huggingface_hub", "hub"),
    "hub": (lambda: KeyedVectors.from_hub("me/v"), "huggingface_hub", "hub"),
    "POT": (lambda: KV.wmdistance(["a"], ["b"]), "ot", "wmd"),
    "scikit-learn": (lambda: project(np.eye(5), "tsne"), "sklearn", "sklearn"),
    "fsspec": (lambda: read_corpus("s3://b/t.txt"), "fsspec", "remote"),
}


@pytest.mark.parametrize("name", CALLS)
def test_one_line_says_what_to_install(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    call, package, extra = CALLS[name]
    called = name if name in ("POT", "scikit-learn") else package
    for module in [*sys.modules]:
        if module.partition(".")[0] == package:
            monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(
        ImportError, match=rf"^{called} is not installed: pip install 'w2v\[{extra}\]'(, and .*)?$"
    ):
        call()


def test_the_transformer_says_so_when_it_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in [*sys.modules]:
        if module.partition(".")[0] == "sklearn":
            monkeypatch.delitem(sys.modules, module)
    monkeypatch.delitem(sys.modules, "w2v.sklearn", raising=False)
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(ImportError, match=r"^scikit-learn is not installed: .*\[sklearn\]"):
        import w2v.sklearn  # noqa: F401
