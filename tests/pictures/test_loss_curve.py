"""The loss curve: the course's labels, and one line where no window can be shown."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import matplotlib.image
import numpy as np
from matplotlib.figure import Figure

from w2v.pictures.loss_curve import plot_loss

ROOT = Path(__file__).parents[2]


def test_the_loss_curve_has_the_courses_labels(tmp_path: Path, drawn: list[Figure]) -> None:
    plot_loss([4.16, 3.9, 3.5], 20, path=tmp_path / "loss.png", ylim=(0, 5))
    (axes,) = drawn[0].axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("iterations (x20)", "loss")
    assert np.asarray(axes.lines[0].get_ydata()).tolist() == [4.16, 3.9, 3.5]
    assert axes.get_ylim() == (0, 5)
    assert matplotlib.image.imread(tmp_path / "loss.png").shape[:2] == (600, 960)


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
