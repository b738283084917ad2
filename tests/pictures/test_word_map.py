"""The map of words: labels apart, like words close."""

from __future__ import annotations

import importlib.util
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from w2v import Word2Vec
from w2v.pictures.explorer import write_explorer
from w2v.pictures.word_map import plot_words
from w2v.vectors import KeyedVectors


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
    words = ["$a_b$", "été", "two\nlines", "x" * 500, "", "$"]
    assert plot_words(np.eye(6, 9), words, tmp_path / "map.png") == 6
    shown = [text.get_text() for text in drawn[0].axes[0].texts]
    assert shown == ["$a_b$", "été", "two lines", "x" * 23 + "…", "", "$"]
    for vectors in (np.ones((1, 4)), np.ones((3, 1)), np.zeros((2, 2))):
        names = ["a", "b", "c"][: len(vectors)]
        assert plot_words(vectors, names, tmp_path / "map.png") == len(names)


def test_vectors_may_be_a_file_or_a_list_and_a_model_says_what_to_give(tmp_path: Path) -> None:
    KeyedVectors(["a", "b"], np.eye(2)).save(tmp_path / "v.bin")
    for vectors in (tmp_path / "v.bin", str(tmp_path / "v.bin"), [[1, 0], [0, 1]]):
        assert plot_words(vectors, ["a", "b"], tmp_path / "map.png") == 2  # type: ignore[arg-type]
    assert write_explorer(tmp_path / "v.bin", tmp_path / "page.html") == 2
    for draw in (partial(plot_words, words=["a"]), write_explorer):
        with pytest.raises(TypeError, match=r"of a file of them, got a Word2Vec: give its wv"):
            draw(Word2Vec(), path=tmp_path / "x")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="by the name of a file, got a Word2Vec"):
        KeyedVectors.load(Word2Vec())  # type: ignore[arg-type]


def test_tsne_is_used_when_asked_for_or_its_package_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vectors = np.random.default_rng(0).normal(size=(12, 5))
    words = [f"w{i}" for i in range(12)]
    if importlib.util.find_spec("sklearn") is None:
        with pytest.raises(ImportError, match=r"^scikit-learn is not installed: .*\[sklearn\]"):
            plot_words(vectors, words, tmp_path / "map.png", method="tsne")
    else:
        steps: list[tuple[int, int]] = []
        told = lambda done, of: steps.append((done, of))  # noqa: E731
        drawn = plot_words(vectors, words, tmp_path / "map.png", method="tsne", progress=told)
        assert drawn == 12 and steps[-1] == (1000, 1000) and len(steps) > 9
        assert not capsys.readouterr().out
        assert plot_words(vectors, words, tmp_path / "map.png", method="tsne") == 12
