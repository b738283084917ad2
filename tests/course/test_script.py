"""The from-scratch course's training script, with only its import lines changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from w2v.backend import Array, Backend, RowGrad
from w2v.data import create_contexts_target
from w2v.models import CBOW, SkipGram
from w2v.training import Adam, Trainer

TOKENS, VOCAB_SIZE = 929_589, 10_000  # the size of the corpus that the course trains on


def draw(tokens: int) -> np.ndarray:
    """Return word ids by Zipf's law, each of which occurs."""
    rng = np.random.default_rng(1)
    p = 1 / np.arange(1, VOCAB_SIZE + 1)
    ids = rng.choice(VOCAB_SIZE, tokens, p=p / p.sum())
    ids[rng.choice(tokens, VOCAB_SIZE, replace=False)] = np.arange(VOCAB_SIZE)
    return ids


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the trainer's line in English, whatever the locale."""
    monkeypatch.setenv("LC_ALL", "C")


class EnoughError(Exception):
    """Ends a training run that has shown what it was run for."""


class AdamOfTwoSteps(Adam):
    def update(self, params: Sequence[Array], grads: Sequence[Array | RowGrad]) -> None:
        super().update(params, grads)
        if self.iter == 2:
            raise EnoughError


def reports(printed: str) -> list[tuple[int, int, str]]:
    """Return (iteration, iterations, loss) of every line, each of the course's form."""
    form = r"\| epoch 1 \|  iter (\d+) / (\d+) \| time \d+\[s\] \| loss (\d+\.\d\d)"
    found = [re.fullmatch(form, line) for line in printed.splitlines()]
    assert all(found), printed
    return [(int(match[1]), int(match[2]), match[3]) for match in found if match]


def test_skip_gram_begins_as_in_the_course(
    backend: Backend, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = draw(TOKENS)
    window_size = 5
    hidden_size = 100
    batch_size = 100
    max_epoch = 10
    vocab_size = int(corpus.max()) + 1

    contexts, target = create_contexts_target(corpus, window_size)
    model = SkipGram(vocab_size, hidden_size, window_size, corpus)
    optimizer = AdamOfTwoSteps()
    trainer = Trainer(model, optimizer)
    with pytest.raises(EnoughError):
        trainer.fit(contexts, target, max_epoch, batch_size, eval_interval=2000)

    assert reports(capsys.readouterr().out) == [(1, 9295, "41.59")]


@pytest.mark.parametrize(
    ("tokens", "every"), [(200_010, 400), pytest.param(TOKENS, 2000, marks=pytest.mark.soak)]
)
def test_cbow_trains_an_epoch_as_in_the_course(
    backend: Backend, tokens: int, every: int, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    corpus = draw(tokens)
    contexts, target = create_contexts_target(corpus, 5)
    model = CBOW(VOCAB_SIZE, 100, 5, corpus)
    trainer = Trainer(model, Adam())
    iterations = tokens // 100
    trainer.fit(contexts, target, 1, 100, eval_interval=every)

    lines = reports(capsys.readouterr().out)
    assert [line[:2] for line in lines] == [(1 + every * i, iterations) for i in range(5)]
    losses = [float(line[2]) for line in lines]
    assert lines[0][2] == "4.16"
    # Words without order teach nothing but their frequency, which the negatives share: the loss
    # cannot fall far, but fall it does.
    assert all(later < losses[0] for later in losses[1:])
    assert trainer.current_epoch == 1

    picture = tmp_path / "loss.png"
    trainer.plot(path=picture)
    assert picture.read_bytes().startswith(b"\x89PNG")
