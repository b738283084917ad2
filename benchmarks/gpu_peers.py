"""What others reach on the same card or machine, where they are installed."""

from __future__ import annotations

import contextlib
import importlib.util
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.machine import usable_cores
from benchmarks.peers_job import Job, System
from benchmarks.peers_systems import Gensim, W2vAccel
from benchmarks.processes import ProcessFailedError, watch
from benchmarks.zipf import Stream, write_text

DIM, WINDOW, NEGATIVE = 128, 5, 5
_WARM_UP_WORDS = 20_000  # not counted: the driver may have to compile a program for this card


def gensim(stream: Stream, words: int, *, skip_gram: bool) -> float | None:
    """Return words a second of gensim on all cores, or None where it is not installed."""
    return _words_per_second(Gensim(), stream, words, skip_gram=skip_gram, epochs=1)


def w2v_accel(stream: Stream, words: int, *, skip_gram: bool) -> float | None:
    """Return words a second of ``w2v-accel`` by the time it prints, or None without it."""
    return _words_per_second(W2vAccel(), stream, words, skip_gram=skip_gram, epochs=3)


def _words_per_second(
    system: System, stream: Stream, words: int, *, skip_gram: bool, epochs: int
) -> float | None:
    if system.found() is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        few, text = Path(folder) / "few.txt", Path(folder) / "corpus.txt"
        write_text(stream, str(few), min(words, _WARM_UP_WORDS))
        written = write_text(stream, str(text), words)
        job = Job(
            text, Path(folder), skip_gram, 1, epochs, usable_cores(),
            dim=DIM, window=WINDOW, negative=NEGATIVE, min_count=1,
        )  # fmt: skip
        with contextlib.suppress(ProcessFailedError):  # it will be told when it counts
            watch(system.command(replace(job, text=few)), limit=60)
        seconds = system.training_seconds(watch(system.command(job), limit=120), job)
    return written * epochs / seconds if seconds else None


def torch_embedding(stream: Stream, *, skip_gram: bool, seconds: float = 5) -> float | None:
    """Return words a second of the obvious PyTorch model, or None without torch on a GPU.

    Batches of 16,384 windows; sparse gradients and SGD; negatives by bisection of the
    cumulative weights.  CBOW's input is an ``EmbeddingBag``.
    """
    if importlib.util.find_spec("torch") is None:
        return None
    import torch

    if not torch.cuda.is_available():
        return None
    device, batch, V = torch.device("cuda"), 1 << 14, len(stream.counts)
    tokens = torch.as_tensor(stream.tokens[: 1 << 24], device=device).long()
    weights = torch.as_tensor(stream.counts**0.75 / (stream.counts**0.75).sum(), device=device)
    cumulative = weights.cumsum(0)
    inputs: Any
    if skip_gram:
        inputs = torch.nn.Embedding(V, DIM, sparse=True, device=device)
    else:
        inputs = torch.nn.EmbeddingBag(V, DIM, mode="mean", sparse=True, device=device)
    outputs = torch.nn.Embedding(V, DIM, sparse=True, device=device)
    parameters = [*inputs.parameters(), *outputs.parameters()]
    optimizer = torch.optim.SGD(parameters, lr=0.025)
    around = torch.tensor([d for d in range(-WINDOW, WINDOW + 1) if d], device=device)
    labels = torch.zeros(1 + NEGATIVE, device=device)
    labels[0] = 1
    loss_of = torch.nn.BCEWithLogitsLoss(reduction="sum")
    trained, begin = 0, 0.0
    for step in range(1 << 30):
        if step == 3:  # the first steps make room
            torch.cuda.synchronize()
            trained, begin = 0, time.perf_counter()
        centre = torch.randint(WINDOW, len(tokens) - WINDOW, (batch,), device=device)
        contexts = tokens[centre[:, None] + around]
        drawn = torch.searchsorted(cumulative, torch.rand(batch, NEGATIVE, device=device).double())
        words = torch.cat((tokens[centre][:, None], drawn.clamp(max=V - 1)), dim=1)
        x, o = inputs(contexts), outputs(words)
        logits = x @ o.transpose(1, 2) if skip_gram else (o @ x[:, :, None])[:, :, 0]
        optimizer.zero_grad()
        loss_of(logits, labels.expand_as(logits)).backward()
        optimizer.step()
        trained += batch
        if step % 8 == 7:
            torch.cuda.synchronize()
            if step > 8 and time.perf_counter() - begin > seconds:
                break
    return trained / (time.perf_counter() - begin)
