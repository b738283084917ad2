"""The loss curve: the course's labels, and one line where no window can be shown."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.image
import numpy as np
import pytest
from matplotlib.figure import Figure

from w2v import Word2Vec
from w2v.pictures.loss_curve import plot_loss, plot_training

ROOT = Path(__file__).parents[2]


def test_the_loss_curve_has_the_courses_labels(tmp_path: Path, drawn: list[Figure]) -> None:
    plot_loss([4.16, 3.9, 3.5], 20, path=tmp_path / "loss.png", ylim=(0, 5))
    (axes,) = drawn[0].axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("iterations (x20)", "loss")
    assert np.asarray(axes.lines[0].get_ydata()).tolist() == [4.16, 3.9, 3.5]
    assert axes.get_ylim() == (0, 5)
    assert matplotlib.image.imread(tmp_path / "loss.png").shape[:2] == (600, 960)


def test_a_training_is_drawn_from_its_untrained_loss_on(
    tmp_path: Path, drawn: list[Figure]
) -> None:
    text = [["the", "king", "and", "the", "queen", "sail", "the", "sea"]] * 300
    cases: list[tuple[dict[str, Any], str]] = [
        ({"sg": 1}, "Loss of skip-gram, 5 dimensions, 5 negatives"),
        ({"hs": 1}, "Loss of CBOW, 5 dimensions, hierarchical softmax, 5 negatives"),
    ]
    for asked, title in cases:
        model = Word2Vec(text, min_count=1, vector_size=5, sample=0, epochs=2, **asked)
        model.plot(tmp_path / "loss.png")
        (axes,) = drawn[-1].axes
        assert axes.get_title() == title
        assert axes.get_xlabel() == "thousand words trained"
        assert axes.get_ylabel() == "loss of a prediction, in nats"
        squares = np.asarray(axes.lines[1].get_xydata())
        assert squares[:, 0].tolist() == [0, 2.4, 4.8]
        assert squares[1:, 1].tolist() == model.losses
        assert axes.get_legend_handles_labels()[1] == [
            "of the words just trained on",
            "after each epoch, on the same part of the text",
        ]
        # Of a word and five negatives, and of the paths, by hand.
        questions = 6 + ("hs" in asked) * (3 * 1 + 3 * 3 + 2 * 4) / 8
        assert squares[0, 1] == pytest.approx(questions * np.log(2))
    model.train(text, epochs=1)  # has learnt something
    assert model._rests[0][0] > 0


def test_letters_of_a_title_that_no_font_has_are_told(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="cannot be written.*no installed font has \ufdd0"):
        plot_training([(5, 1.0)], [], tmp_path / "loss.png", "a \ufdd0")


def test_without_a_display_one_line_says_so_and_nothing_warns() -> None:
    code = "from w2v.pictures.loss_curve import plot_loss; plot_loss([2.0, 1.0], 20)"
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
