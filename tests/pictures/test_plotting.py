"""Pictures: drawn without touching the user's backend, with labels apart."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import matplotlib.image
import numpy as np
import pytest
from matplotlib.figure import Figure

from w2v.pictures import plotting
from w2v.pictures.plotting import plot_loss, plot_words
from w2v.vectors import KeyedVectors

ROOT = Path(__file__).parents[2]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """Collect the figures that are written."""
    figures: list[Figure] = []
    write = plotting._write

    def collect(figure: Figure, path: Path) -> None:
        figures.append(figure)
        write(figure, path)

    monkeypatch.setattr(plotting, "_write", collect)
    return figures


def test_the_loss_curve_has_the_courses_labels(tmp_path: Path, drawn: list[Figure]) -> None:
    plot_loss([4.16, 3.9, 3.5], 20, path=tmp_path / "loss.png", ylim=(0, 5))
    (axes,) = drawn[0].axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("iterations (x20)", "loss")
    assert np.asarray(axes.lines[0].get_ydata()).tolist() == [4.16, 3.9, 3.5]
    assert axes.get_ylim() == (0, 5)
    assert matplotlib.image.imread(tmp_path / "loss.png").shape[:2] == (600, 960)


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


def test_without_a_display_one_line_says_so_and_nothing_warns() -> None:
    code = "from w2v.pictures.plotting import plot_loss; plot_loss([2.0, 1.0], 20)"
    for backend in ("agg", "tkagg"):
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", code],
            cwd=ROOT,
            env={
                "MPLBACKEND": backend,
                "PATH": "",
                "HOME": "/nonexistent",
                "MPLCONFIGDIR": mpl.get_configdir(),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout == ""
        assert re.fullmatch(r"no display .* give a path .*\n", done.stderr)


def test_writing_a_picture_leaves_the_backend_and_pyplot_alone(tmp_path: Path) -> None:
    code = (
        "import sys; from w2v.pictures.plotting import plot_loss, plot_words; import numpy as np\n"
        f"plot_loss([1.0], 20, path={str(tmp_path / 'a.png')!r})\n"
        f"plot_words(np.eye(3), ['a', 'b', 'c'], {str(tmp_path / 'b.png')!r})\n"
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_labels_of_a_crowded_map_do_not_overlap(tmp_path: Path, drawn: list[Figure]) -> None:
    rng = np.random.default_rng(0)
    words = [f"word-{i}" for i in range(300)]
    kv = KeyedVectors(words, rng.normal(size=(300, 20)) ** 3)
    labelled = plot_words(kv, words, tmp_path / "map.png")
    (axes,) = drawn[0].axes
    boxes = [text.get_window_extent() for text in axes.texts]
    assert labelled == len(boxes) > 200
    frame = axes.get_window_extent()
    for i, box in enumerate(boxes):
        assert frame.x0 <= box.x0 and box.x1 <= frame.x1
        assert frame.y0 <= box.y0 and box.y1 <= frame.y1
        assert not any(box.overlaps(other) for other in boxes[:i])


def test_neighbours_lie_close_on_the_map(tmp_path: Path, drawn: list[Figure]) -> None:
    rng = np.random.default_rng(0)
    centres = np.repeat(rng.normal(size=(3, 50)), 10, axis=0)
    table = (centres + 0.1 * rng.normal(size=(30, 50))) * rng.lognormal(size=(30, 1))
    words = [f"w{i}" for i in range(30)]
    for _ in range(2):
        plot_words(KeyedVectors(words, table), words, tmp_path / "map.svg")
    points = [np.array(f.axes[0].lines[0].get_data()).T for f in drawn]
    assert (points[0] == points[1]).all()
    apart = np.linalg.norm(points[0][:, None] - points[0][None], axis=2)
    group = np.arange(30) // 10
    same = group[:, None] == group[None]
    assert apart[same].max() < apart[~same].min()


def test_odd_words_are_drawn_as_they_are(tmp_path: Path, drawn: list[Figure]) -> None:
    words = ["$a_b$", "日本", "two\nlines", "x" * 500, "", "$"]
    assert plot_words(np.eye(6, 9), words, tmp_path / "map.png") == 6
    shown = [text.get_text() for text in drawn[0].axes[0].texts]
    assert shown == ["$a_b$", "日本", "two lines", "x" * 23 + "…", "", "$"]
    for vectors in (np.ones((1, 4)), np.ones((3, 1)), np.zeros((2, 2))):
        names = ["a", "b", "c"][: len(vectors)]
        assert plot_words(vectors, names, tmp_path / "map.png") == len(names)


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


def test_tsne_is_used_when_asked_for_or_its_package_named(tmp_path: Path) -> None:
    vectors = np.random.default_rng(0).normal(size=(12, 5))
    words = [f"w{i}" for i in range(12)]
    if importlib.util.find_spec("sklearn") is None:
        with pytest.raises(ImportError, match="pip install scikit-learn"):
            plot_words(vectors, words, tmp_path / "map.png", method="tsne")
    else:
        assert plot_words(vectors, words, tmp_path / "map.png", method="tsne") == 12
