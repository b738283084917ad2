"""What others reach on the same card or machine, where they are installed."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.machine import usable_cores
from benchmarks.zipf import Stream, write_text

DIM, WINDOW, NEGATIVE = 128, 5, 5


def gensim(stream: Stream, words: int, *, skip_gram: bool) -> float | None:
    """Return words a second of gensim on all cores, or None where it is not installed."""
    if importlib.util.find_spec("gensim") is None:
        return None
    from gensim.models import Word2Vec

    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "corpus.txt")
        write_text(stream, path, words)
        options = {"window": WINDOW, "negative": NEGATIVE, "sample": 1e-3, "min_count": 1}
        model = Word2Vec(vector_size=DIM, sg=int(skip_gram), workers=usable_cores(), **options)
        model.build_vocab(corpus_file=path)
        sizes = {
            "total_words": model.corpus_total_words,
            "total_examples": model.corpus_count,
            "epochs": 1,
        }
        begin = time.perf_counter()
        model.train(corpus_file=path, **sizes)
        return float(model.corpus_total_words / (time.perf_counter() - begin))


def w2v_accel(stream: Stream, words: int, *, skip_gram: bool) -> float | None:
    """Return the words a second that ``w2v-accel`` prints, or None where it is not found.

    The program is taken from W2V_ACCEL, or from the path.
    """
    program = shutil.which(os.environ.get("W2V_ACCEL", "w2v-accel"))
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        text, vectors = Path(folder) / "corpus.txt", Path(folder) / "vectors.bin"
        write_text(stream, str(text), words)
        options = {
            "train": text, "output": vectors, "size": DIM, "window": WINDOW, "negative": NEGATIVE,
            "sample": 1e-3, "min-count": 1, "iter": 3, "cbow": int(not skip_gram), "binary": 1,
        }  # fmt: skip
        command = [program, *(str(x) for key, value in options.items() for x in (f"-{key}", value))]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return None
    return printed_speed(done.stdout + done.stderr)


def printed_speed(output: str) -> float | None:
    """Return the last speed that a descendant of word2vec.c has printed, in words a second."""
    found = re.findall(r"[Ww]ords/(?:thread/)?sec(?:ond)?: *([\d.]+) *([kM]?)", output)
    if not found:
        return None
    number, unit = found[-1]
    return float(number) * {"": 1, "k": 1e3, "M": 1e6}[unit]


def torch_embedding(stream: Stream, *, skip_gram: bool, seconds: float = 5) -> float | None:
    """Return words a second of the obvious PyTorch model, or None without torch on a GPU.

    Batches of 16,384 windows; sparse gradients and SGD; negatives from
    ``torch.multinomial``'s own kind of table, drawn ahead.  CBOW's input is an
    ``EmbeddingBag``.
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
