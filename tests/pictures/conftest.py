"""What tests of pictures share: the figures that are written."""

from __future__ import annotations

from pathlib import Path

import pytest
from matplotlib.figure import Figure

from w2v.pictures import loss_curve, word_map
from w2v.pictures.picture_file import write_figure


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """Collect the figures that are written."""
    figures: list[Figure] = []

    def collect(figure: Figure, path: Path) -> None:
        figures.append(figure)
        write_figure(figure, path)

    monkeypatch.setattr(loss_curve, "write_figure", collect)
    monkeypatch.setattr(word_map, "write_figure", collect)
    return figures
