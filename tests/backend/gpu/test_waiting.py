"""The GPU backend makes the host wait for the device no more than it must.

Its Python runs against a stand-in for CuPy that counts what a device would be waited for.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from tests.support import cuda_host
from tests.support.stand_in_gpu import gpu as gpu
from w2v.backend import FusedSettings, NoiseTable, RowGrad, Work, use_backend
from w2v.models import CBOW, SkipGram
from w2v.training import SGD, AdaGrad, Adam, Momentum, RMSprop, clip_grads, remove_duplicate
from w2v.training.fused import FusedProgress, FusedTrainer

pytestmark = pytest.mark.skipif(cuda_host.compiler() is None, reason="there is no C++ compiler")


def waits(gpu: Any) -> Counter[str]:
    """Return what has been waited for so far, by kind."""
    return Counter(gpu.xp.synchronisations)


def train_epochs(gpu: Any, epochs: int, *, resident: bool) -> tuple[Counter[str], list[Any]]:
    """Train in slices of 200 words; return what was waited for, and the progress reported."""
    rng = np.random.default_rng(1)
    tokens = rng.integers(0, 50, 2000, dtype=np.int32)
    offsets = np.arange(0, 2001, 20)
    with use_backend(gpu):
        model = SkipGram(50, 8, 2, None, counts=np.bincount(tokens))
    free = gpu.memory_info
    gpu.memory_info = lambda: type(free())(1 << 40 if resident else 0, 1 << 40)
    try:
        trainer = FusedTrainer(model, tokens, offsets, np.bincount(tokens), epochs=epochs)
    finally:
        del gpu.memory_info
    assert (type(trainer.tokens) is np.ndarray) != resident
    trainer.compile()
    before, seen = waits(gpu), []

    def note(now: FusedProgress) -> None:
        seen.append(now)

    trainer.run(note)
    assert trainer.trained == trainer.total
    assert len(trainer.losses) == epochs
    assert seen[-1].words == trainer.total
    return waits(gpu) - before, seen


def test_waits_do_not_grow_with_the_slices_of_a_corpus(
    gpu: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpu, "fused_words", lambda settings, dim: 200)
    few, _ = train_epochs(gpu, 2, resident=True)
    many, _ = train_epochs(gpu, 9, resident=True)
    assert many.total() <= few.total() <= 4  # the slices still in flight at the end

    # Of a corpus that does not fit, a block waits at most for the buffer that it takes.
    many, _ = train_epochs(gpu, 9, resident=False)
    assert many.total() <= 9 * 10 + 4
    assert set(many) == {"event or stream"}


def test_a_device_that_fails_is_told_of_and_not_waited_for(
    gpu: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(event: Any) -> None:
        raise RuntimeError("cudaErrorIllegalAddress")

    train_epochs(gpu, 1, resident=True)  # leaves events behind
    monkeypatch.setattr(gpu.xp.cuda.runtime, "eventQuery", lambda event: 700)
    monkeypatch.setattr(gpu.xp.cuda.Event(disable_timing=True).__class__, "synchronize", fail)
    with pytest.raises(RuntimeError, match="cudaErrorIllegalAddress"):
        train_epochs(gpu, 1, resident=True)


def test_a_word_id_out_of_range_is_told_with_the_loss_and_nothing_is_trained(gpu: Any) -> None:
    counts = np.ones(5)
    noise, keep = NoiseTable(counts).to(gpu), gpu.asarray(np.full(5, 2**32 - 1, dtype=np.uint32))
    settings = FusedSettings(True, 1, 1, exact=False, total=100, seed=1)
    W_in, W_out = (gpu.asarray(np.ones((5, 4), dtype=np.float32)) for _ in range(2))
    for dtype, wrong in ((np.int32, 5), (np.int32, -1), (np.int64, 2**31 + 7)):
        ids = np.array([0, 1, wrong, 2], dtype=dtype)
        got = min(wrong, 2**31 - 1)
        text = gpu.asarray(ids), np.array([0, 4])
        begun = gpu.train(Work(W_in, W_out, *text, noise, keep, settings, 0))
        with pytest.raises(ValueError, match=f"word id {got} is out of range: expected 0 to 4"):
            begun.result()
    assert (gpu.to_numpy(W_in) == 1).all()


@pytest.mark.parametrize("sampling", ["fast", "exact"])
@pytest.mark.parametrize("model_type", [CBOW, SkipGram])
@pytest.mark.parametrize(
    "optimizer",
    [
        *(SGD(), Momentum(), AdaGrad(), RMSprop(), Adam()),
        *(Momentum(dense=True), RMSprop(dense=True), Adam(dense=True)),
    ],
    ids=lambda it: f"{type(it).__name__}{'-dense' * it.dense}",
)
def test_a_minibatch_step_waits_for_nothing_and_does_what_the_processor_does(
    gpu: Any, optimizer: Any, model_type: Any, sampling: str
) -> None:
    """Bounded gradients, in three steps; ids of either size."""
    rng = np.random.default_rng(2)
    counts = rng.integers(1, 50, 30)
    batches = [(rng.integers(0, 30, (8, 4)), rng.integers(0, 30, 8)) for _ in range(3)]
    batches[0] = tuple(ids.astype(np.int32) for ids in batches[0])  # type: ignore[assignment]
    trained = []
    for backend in ("cpu", gpu):
        with use_backend(backend):
            model = model_type(30, 6, 2, None, counts=counts, sampling=sampling)
        optimizer.states, optimizer.iter = [], 0
        there = [tuple(map(model.backend.asarray, batch)) for batch in batches]
        with model.backend.deferred_checks():
            before = waits(gpu)
            losses = []
            for contexts, target in there:
                losses.append(model.forward(contexts, target))
                model.backward()
                params, grads = remove_duplicate(model.params, model.grads)
                clip_grads(grads, 0.5)
                optimizer.update(params, grads)
            assert waits(gpu) == before
        trained.append([*map(float, losses), *map(model.backend.to_numpy, model.params)])
    for ours, right in zip(*reversed(trained), strict=True):
        np.testing.assert_allclose(ours, right, rtol=1e-4, atol=2e-6)


def test_gradients_of_shared_weights_are_added_up_without_waiting(gpu: Any) -> None:
    rng = np.random.default_rng(3)
    W = gpu.asarray(rng.normal(size=(9, 4)).astype(np.float32))
    index = [rng.integers(0, 9, 7).astype(np.int32) for _ in range(2)]
    rows = [rng.normal(size=(7, 4)).astype(np.float32) for _ in range(2)]
    there = [
        gpu.reduce_rows(gpu.asarray(i), gpu.asarray(r), 9) for i, r in zip(index, rows, strict=True)
    ]
    before = waits(gpu)
    _, grads = remove_duplicate([W, W], there)
    dense = grads[0].to_dense()
    assert waits(gpu) == before
    expected = np.zeros((9, 4), dtype=np.float32)
    np.add.at(expected, np.concatenate(index), np.concatenate(rows))
    np.testing.assert_allclose(gpu.to_numpy(dense), expected, atol=1e-5)
    assert isinstance(grads[0], RowGrad)
    assert sorted(gpu.to_numpy(grads[0].index)) == sorted(set(np.concatenate(index).tolist()))
