"""Pictures as files: drawn without touching the user's backend, in grey, or refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import matplotlib.image
import numpy as np
import pytest

from w2v.pictures.loss_curve import plot_loss
from w2v.pictures.word_map import plot_words
from w2v.vectors import KeyedVectors

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("name", "start"),
    [("a.png", b"\x89PNG"), ("a.svg", b"<?xml"), ("a.pdf", b"%PDF"), ("a", b"\x89PNG")],
)
def test_the_suffix_tells_the_format(tmp_path: Path, name: str, start: bytes) -> None:
    plot_loss([1.0], 1, path=tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(start)
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_pictures_are_grey(tmp_path: Path) -> None:
    plot_loss([3, 2, 1], 20, path=tmp_path / "loss.png")
    plot_words(np.eye(5), list("abcde"), tmp_path / "map.png")
    for name in ("loss.png", "map.png"):
        image = matplotlib.image.imread(tmp_path / name)[:, :, :3]
        assert (image.max(axis=2) - image.min(axis=2)).max() == 0
        assert image.min() < 0.1


def test_writing_a_picture_leaves_the_backend_and_pyplot_alone(tmp_path: Path) -> None:
    code = (
        "import sys; from w2v.pictures.loss_curve import plot_loss\n"
        "from w2v.pictures.word_map import plot_words; import numpy as np\n"
        f"plot_loss([1.0], 20, path={str(tmp_path / 'a.png')!r})\n"
        f"plot_words(np.eye(3), ['a', 'b', 'c'], {str(tmp_path / 'b.png')!r})\n"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_what_cannot_be_drawn_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    with pytest.raises(ValueError, match="no losses"):
        plot_loss([], 20, path=path)
    with pytest.raises(ValueError, match="no words"):
        plot_words(np.eye(2), [], path)
    with pytest.raises(ValueError, match="3 words but vectors of shape"):
        plot_words(np.eye(2), ["a", "b", "c"], path)
    with pytest.raises(KeyError, match="'c'"):
        plot_words(KeyedVectors(["a", "b"], np.eye(2)), ["a", "c"], path)
    with pytest.raises(ValueError, match="'umap'"):
        plot_words(np.eye(2), ["a", "b"], path, method="umap")
    with pytest.raises(ValueError, match="not supported"):
        plot_loss([1.0], 20, path=tmp_path / "a.nonsense")
    assert not list(tmp_path.iterdir())
