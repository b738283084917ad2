"""Windows wider than most texts need: what they learn, and any width there is."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.behaviour.test_soak_windows import KINDS, baskets, documents, outcome
from tests.support.commands import run
from w2v import Word2Vec
from w2v.backend import FusedSettings
from w2v.backend.gpu.source import training_options
from w2v.data import read_corpus

ALL_KINDS = {
    **KINDS,
    "tree of sums": {"sg": 0, "hs": 1, "negative": 0, "cbow_mean": 0},
    "tree and negatives of sums": {"sg": 0, "hs": 1, "cbow_mean": 0},
    "twenty negatives": {"sg": 1, "negative": 20},
    "fast": {"sg": 0, "sampling": "fast", "cbow_mean": 0},
}
RNG = np.random.default_rng(3)
THIRTY = [f"w{i}" for i in range(30)] * 10
SENTENCES = [[f"w{(i * 7 + j * j) % 30}" for j in range(12)] for i in range(60)]


@pytest.mark.parametrize("kind", ALL_KINDS.values(), ids=ALL_KINDS)
def test_a_window_over_the_whole_text_is_learnt_from(kind: dict[str, Any]) -> None:
    texts = {
        "baskets": baskets(number=8, items=250),
        "documents": documents(number=4, words=400),
        "thirty words, ten times each": [RNG.permutation(THIRTY).tolist() for _ in range(10)],
    }
    for name, text in texts.items():
        size = {"vector_size": 16, "window": 1000, "shrink_windows": False, "sample": 0}
        for workers in (1, 2):
            got = outcome(read_corpus(text, min_count=1), {**kind, **size, "workers": workers})
            assert not got.wrong, (name, workers, got)


def trained(window: int, **how: Any) -> tuple[bytes, list[float]]:
    size: dict[str, Any] = {"vector_size": 8, "min_count": 1, "workers": 1, "sample": 0}
    model = Word2Vec(SENTENCES, window=window, epochs=1, **size, **how)
    return model.wv.vectors.tobytes(), model.losses


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_window_beyond_every_sentence_is_the_sentence(kind: dict[str, Any]) -> None:
    whole = trained(11, shrink_windows=False, **kind)
    for window in (12, 10**6, 10**9, 2**31, 2**32, sys.maxsize, 2**63, 10**20):
        assert trained(window, shrink_windows=False, **kind) == whole
    shrunk = [trained(window, **kind) for window in (2**29, 10**9, 2**32, sys.maxsize, 10**20)]
    assert all(each == shrunk[0] for each in shrunk)
    assert abs(shrunk[0][1][0] - whole[1][0]) < 1e-3  # so wide, a drawn width is nearly never less


def test_the_gpus_kernel_is_laid_out_for_the_longest_piece_of_a_sentence() -> None:
    settings = FusedSettings(True, 10**20, 5, exact=False, total=1, seed=1)
    assert {"-DWINDOW=1023", f"-DWIDEST={2**29}"} <= set(training_options(100, settings, 3))


@pytest.mark.parametrize("window", [0, -1, 2.5, None, True, "5"])
def test_what_is_no_width_is_refused_by_name(window: Any) -> None:
    with pytest.raises(ValueError, match=r"^window must be 1 or more"):
        Word2Vec(window=window)


def test_minibatches_say_what_they_need_where_a_window_is_wider_than_the_text() -> None:
    for window in (360, 10**9, 10**20):
        model = Word2Vec(min_count=1, vector_size=8, window=window, optimizer="adam", sample=0)
        model.build_vocab(SENTENCES)
        with pytest.raises(ValueError, match=rf"window={window}.*lower window.*optimizer='sgd'"):
            model.train()


def test_the_command_line_takes_any_window(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("\n".join(" ".join(line) for line in SENTENCES))
    command = ["train", "text.txt", "--min-count", "1", "--quiet"]
    command += ["--vector-size", "8", "--window", str(10**20)]
    assert run(*command, cwd=tmp_path).returncode == 0
    assert np.isfinite(np.fromfile(tmp_path / "vectors.bin", np.uint8)).all()
    failed = run(*command, "--optimizer", "adam", cwd=tmp_path)
    assert failed.returncode == 1
    assert "lower --window" in failed.stderr
