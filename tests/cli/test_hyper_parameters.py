"""Every hyper-parameter is an option, and a key of the TOML file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer

from tests.support.commands import run
from w2v import KeyedVectors, TrainConfig, Word2Vec
from w2v.cli.commands import app

ELSE = {"sg": "--model", "max_final_vocab": "--max-vocab"}
BASKETS = [[f"i{(3 * i + j * j) % 23}" for j in range(i % 9 + 2)] for i in range(200)]
# Other values than the defaults, as given and as they are then.
GIVEN: dict[str, tuple[Any, Any]] = {
    "sg": ("sg", 1), "vector_size": (6, 6), "window": ("sentence", "sentence"), "hs": (True, 1),
    "negative": (3, 3), "ns_exponent": (0.5, 0.5), "sample": (0.0, 0.0), "min_count": (2, 2),
    "max_vocab_size": (90, 90), "max_final_vocab": (80, 80), "epochs": (2, 2),
    "optimizer": ("sgd", "sgd"), "alpha": (0.03, 0.03), "min_alpha": (0.002, 0.002),
    "shrink_windows": (False, False), "cbow_mean": (False, 0), "share_negatives": (1, 1),
    "batch_size": (99, 99), "sampling": ("fast", "fast"), "backend": ("cpu", "cpu"),
    "workers": (1, 1), "seed": (7, 7),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "book.txt").write_text("\n".join(map(" ".join, BASKETS)))
    return tmp_path


def option_of(name: str) -> str:
    return ELSE.get(name, f"--{name.replace('_', '-')}")


def test_every_hyper_parameter_has_an_option_with_its_default() -> None:
    train = typer.main.get_command(app).commands["train"]  # type: ignore[attr-defined]
    options = {name: each for each in train.params for name in each.opts}
    missing = [name for name in TrainConfig.names() if option_of(name) not in options]
    assert not missing, f"w2v train lacks options for {missing}"
    assert set(GIVEN) == set(TrainConfig.names())
    for name, value in TrainConfig(sg=1).to_dict().items():
        default = options[option_of(name)].default
        told_otherwise = name in ("negative", "sg")
        assert told_otherwise or default == value, name


@pytest.mark.parametrize("place", ["command line", "file"])
def test_all_of_them_arrive(folder: Path, place: str) -> None:
    if place == "file":
        lines = [f"{option_of(k)[2:]} = {json.dumps(v)}" for k, (v, _) in GIVEN.items()]
        (folder / "run.toml").write_text("\n".join(lines))
        arguments = ["--config", "run.toml"]
    else:
        arguments = []
        for name, (value, _) in GIVEN.items():
            option = option_of(name)
            if isinstance(value, bool):
                arguments.append(option if value else f"--no-{option[2:]}")
            else:
                arguments += [option, str(value)]
    done = run("train", "book.txt", "-o", "v.bin", "--metrics", "m.jsonl", *arguments, cwd=folder)
    assert done.returncode == 0, done.stderr
    start = json.loads((folder / "m.jsonl").read_text().splitlines()[0])
    assert start["config"] == {name: value for name, (_, value) in GIVEN.items()}


def test_a_whole_sentence_is_the_window(folder: Path) -> None:
    how: dict[str, Any] = {"min_count": 1, "vector_size": 6, "sample": 0, "workers": 1, "epochs": 2}
    for sg in (0, 1):
        model = Word2Vec(BASKETS, window="sentence", sg=sg, **how)
        same = Word2Vec(BASKETS, window=10**6, shrink_windows=False, sg=sg, **how)
        np.testing.assert_array_equal(model.wv.vectors, same.wv.vectors)
        assert model.losses == same.losses
    model.save(folder / "m")
    assert Word2Vec.load(folder / "m").config.window == "sentence"
    same.train(BASKETS, epochs=1)
    loaded = Word2Vec.load(folder / "m")
    loaded.train(BASKETS, epochs=1)
    np.testing.assert_array_equal(loaded.wv.vectors, same.wv.vectors)
    arguments = ("train", "book.txt", "--window", "sentence", "--min-count", "1", "--sample", "0")
    more = ("--vector-size", "6", "--workers", "1", "--epochs", "2", "--checkpoint", "run")
    for goes_on in ((), ("--resume", "auto")):
        done = run(*arguments, *more, "-o", "v.bin", *goes_on, cwd=folder)
        assert done.returncode == 0, done.stderr
        np.testing.assert_array_equal(KeyedVectors.load(folder / "v.bin").vectors, model.wv.vectors)
    done = run("train", "book.txt", "-o", "v.bin", "--resume", "run", "--window", "5", cwd=folder)
    assert done.returncode == 1 and "--window is 5, was 'sentence'" in done.stderr
    for wrong in ("sentences", "0", "1.5", ""):
        assert run("train", "book.txt", "--window", wrong, cwd=folder).returncode == 2
        with pytest.raises(ValueError, match="window must be 1 or more, or 'sentence', got"):
            Word2Vec(window=wrong)
    with pytest.raises(ValueError, match="window must be a number: minibatches"):
        Word2Vec(window="sentence", optimizer="adam")
