"""The obvious PyTorch model, for what the same card does with it."""

import importlib.util
import time
from typing import Any

from w2v.bench.training import Sentences, Setting


def torch_speed(text: Sentences, setting: Setting, seconds: float = 5) -> float | None:
    """Return words a second, or None without torch on a GPU.

    Batches of 16,384 windows; sparse gradients and SGD; negatives by bisection of the
    cumulative weights. CBOW's input is an ``EmbeddingBag``.
    """
    if importlib.util.find_spec("torch") is None:
        return None
    import torch

    if not torch.cuda.is_available():
        return None
    device, batch, window = torch.device("cuda"), 1 << 14, setting.window
    size, sparse = (len(text.counts), setting.dim), {"sparse": True, "device": device}
    tokens = torch.as_tensor(text.tokens[: 1 << 24], device=device).long()
    weights = torch.as_tensor(text.counts**0.75 / (text.counts**0.75).sum(), device=device)
    cumulative, inputs = weights.cumsum(0), torch.nn.Embedding(*size, **sparse)
    if not setting.skip_gram:
        inputs = torch.nn.EmbeddingBag(*size, mode="mean", **sparse)
    outputs: Any = torch.nn.Embedding(*size, **sparse)
    optimizer = torch.optim.SGD([*inputs.parameters(), *outputs.parameters()], lr=0.025)
    around = torch.tensor([d for d in range(-window, window + 1) if d], device=device)
    labels = torch.zeros(1 + setting.negative, device=device)
    labels[0] = 1
    loss_of = torch.nn.BCEWithLogitsLoss(reduction="sum")
    trained, begin = 0, 0.0
    for step in range(1 << 30):
        if step == 3:  # the first steps make room
            torch.cuda.synchronize()
            trained, begin = 0, time.perf_counter()
        centre = torch.randint(window, len(tokens) - window, (batch,), device=device)
        contexts = tokens[centre[:, None] + around]
        random = torch.rand(batch, setting.negative, device=device).double()
        drawn = torch.searchsorted(cumulative, random).clamp(max=size[0] - 1)
        x, o = inputs(contexts), outputs(torch.cat((tokens[centre][:, None], drawn), dim=1))
        logits = x @ o.transpose(1, 2) if setting.skip_gram else (o @ x[:, :, None])[:, :, 0]
        optimizer.zero_grad()
        loss_of(logits, labels.expand_as(logits)).backward()
        optimizer.step()
        trained += batch
        if step % 8 == 7:
            torch.cuda.synchronize()
            if step > 8 and time.perf_counter() - begin > seconds:
                break
    return trained / (time.perf_counter() - begin)
