"""The GPU backend's Python, with its kernels run by a processor behind a stand-in for CuPy."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchmarks.harness.texts import zipf_sentences
from tests.support import cuda_host
from tests.support.stand_in_gpu import gpu as gpu
from w2v import Word2Vec
from w2v.backend import (
    Backend,
    FusedSettings,
    HuffmanTree,
    NoiseTable,
    RandomStream,
    RowGrad,
    TreeAndNoise,
    Work,
    keep_thresholds,
    select,
    to_cpu,
    use_backend,
)
from w2v.backend.gpu.runs import blocks_of, cut_runs, warp_limit
from w2v.bench.training import FusedRun, Setting
from w2v.models import CBOW, SkipGram
from w2v.training import Adam, Trainer
from w2v.training.fused import FusedTrainer
from w2v.vectors.nearest import nearest

pytestmark = pytest.mark.skipif(cuda_host.compiler() is None, reason="there is no C++ compiler")

REFERENCE = Backend()


def assert_close(got: Any, expected: Any) -> None:
    assert got.dtype == expected.dtype
    assert got.shape == expected.shape
    step = np.finfo(expected.dtype).eps
    np.testing.assert_allclose(np.array(got), expected, rtol=100 * step, atol=100 * step)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_primitives_do_what_the_reference_does(gpu: Any, dtype: Any) -> None:
    rng = np.random.default_rng(1)
    V, H, B, K = 40, 7, 9, 6
    W, h = rng.normal(size=(V, H)).astype(dtype), rng.normal(size=(B, H)).astype(dtype)
    weight = rng.normal(size=(B, K)).astype(dtype)
    index = rng.integers(0, V, (B, K), dtype=np.int32)
    labels = np.array([1] + [0] * (K - 1))
    on = gpu.asarray

    assert_close(gpu.row_dot(on(W), on(index), on(h)), REFERENCE.row_dot(W, index, h))
    assert_close(
        gpu.weighted_rows(on(W), on(index), on(weight)), REFERENCE.weighted_rows(W, index, weight)
    )
    x = 5 * weight
    for t, logits in ((labels, x), (x > 0, x), ((x[:, 0] > 0), x[:, 0])):
        expected = REFERENCE.sigmoid_loss(logits, t.astype(dtype))
        for ours, right in zip(gpu.sigmoid_loss(on(logits), on(t)), expected, strict=True):
            assert_close(ours, np.asarray(right))

    outer = gpu.reduce_outer(on(index), on(weight), on(h), V)
    assert_close(outer.to_dense(), REFERENCE.reduce_outer(index, weight, h, V).to_dense())
    assert len(set(outer.index.tolist())) == len(outer.index) == len(np.unique(index))
    view = np.broadcast_to(h[:, None], (B, K, H))
    for i, rows in ((index, view), (index, view.copy()), (index[:, 0], h), (index[0], view[0])):
        device_rows = gpu.xp.broadcast_to(on(h)[:, None], (B, K, H)) if rows is view else on(rows)
        ours = gpu.reduce_rows(on(i), device_rows, V)
        assert_close(ours.to_dense(), REFERENCE.reduce_rows(i, rows, V).to_dense())

    state = [W, rng.normal(size=(V, H)).astype(dtype), rng.random((V, H)).astype(dtype)]
    rule = {"step_size": 0.1, "beta1": 0.9, "beta2": 0.99, "eps": 1e-7}
    updated = [array.copy() for array in state]
    reference: Any = REFERENCE
    reference.adam_rows(*updated, REFERENCE.reduce_outer(index, weight, h, V), **rule)
    outer *= 1.0
    plain = REFERENCE.reduce_outer(index, weight, h, V)
    for grad in (outer, RowGrad(on(plain.index), on(plain.rows), V)):
        ours = [on(array) for array in state]
        gpu.adam_rows(*ours, grad, **rule)
        for got, right in zip(ours, updated, strict=True):
            assert_close(got, right)


def test_draws_are_those_of_every_backend(gpu: Any) -> None:
    noise = NoiseTable(np.array([10**6, 5, 4, 3, 2, 1]), 1.0)
    targets = np.array([[0, 5], [3, 3], [1, 0]], dtype=np.int32)
    for k in (1, 3, 5):  # the last needs bisection
        ours, theirs = RandomStream(3), RandomStream(3)
        got = gpu.sample_exact(noise.to(gpu), gpu.asarray(targets), k, ours)
        np.testing.assert_array_equal(
            gpu.to_numpy(got), REFERENCE.sample_exact(noise, targets, k, theirs)
        )
        got = gpu.sample_fast(noise.to(gpu), (4, k), ours)
        np.testing.assert_array_equal(
            gpu.to_numpy(got), REFERENCE.sample_fast(noise, (4, k), theirs)
        )
        assert ours == theirs


@pytest.mark.parametrize("words", [3, 40_000])  # built by the processor, and by the device
def test_the_noise_table_is_that_of_every_backend(gpu: Any, words: int) -> None:
    counts = np.random.default_rng(1).zipf(1.5, words)
    ours, theirs = NoiseTable(counts, backend=gpu), NoiseTable(counts)
    for name in ("table", "cumulative"):
        got = getattr(ours, name)
        assert isinstance(got, gpu.xp.ndarray)
        np.testing.assert_array_equal(gpu.to_numpy(got), getattr(theirs, name))


def test_a_large_array_arrives_whole(gpu: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["w2v.backend.gpu.backend"], "_STAGED_BYTES", 100)
    values = np.arange(60, dtype=np.int64).reshape(6, 10).T
    for dtype in (None, np.int32):
        got = gpu.asarray(values, dtype=dtype)
        assert got.dtype == (dtype or np.int64)
        np.testing.assert_array_equal(gpu.to_numpy(got), values)


def test_ids_out_of_range_are_refused_at_once_or_when_the_block_ends(gpu: Any) -> None:
    bad = gpu.asarray(np.array([3, 9, 0], dtype=np.int32))
    with pytest.raises(ValueError, match="word id 9 is out of range: expected 0 to 4"):
        gpu.check_ids(bad, 5)
    done = []
    with pytest.raises(ValueError, match="target id -2 is out of range"), gpu.deferred_checks():
        gpu.check_ids(bad, 10)
        gpu.check_ids(gpu.asarray(np.array([-2], dtype=np.int32)), 5, "target id")
        done.append(True)
        gpu.synchronize()
        done.append(True)
    assert done == [True]
    with gpu.deferred_checks():
        gpu.check_ids(bad, 10)


@pytest.mark.parametrize(
    ("max_warps", "resident", "outputs"),
    [
        *((warps, here, "negatives") for warps in (None, 3) for here in (True, False)),
        (3, True, "tree"),
        (None, False, "both"),
    ],
)
def test_a_stream_is_trained_on_whatever_the_launches_and_blocks(
    gpu: Any, resident: bool, max_warps: int | None, outputs: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = sys.modules["w2v.backend.gpu.fused"]
    monkeypatch.setattr(module, "RUN_TOKENS", 50)
    monkeypatch.setattr(module, "BLOCK_TOKENS", 300)
    monkeypatch.setattr(gpu, "max_warps", max_warps)
    monkeypatch.setattr(module, "crowd", lambda *_: None)  # one warp plays all
    rng = np.random.default_rng(2)
    tokens = rng.integers(0, 60, 1000, dtype=np.int32)
    offsets = np.unique(np.r_[40, np.arange(40, 1000, 45), 1000])
    counts = np.bincount(tokens)
    noise, tree, keep = NoiseTable(counts), HuffmanTree(counts), keep_thresholds(counts, 0.01)
    output: Any = {"negatives": noise, "tree": tree, "both": TreeAndNoise(tree, noise)}[outputs]
    settings = FusedSettings(
        skip_gram=True,
        window=2,
        negative=0 if output is tree else 3,
        exact=False,
        total=3000,
        seed=1,
        hs=output is not noise,
    )
    weights = [rng.normal(0, 0.3, (n, 6)).astype(np.float32) for n in (60, output.rows)]
    expected = [W.copy() for W in weights]
    work = Work(expected[0], expected[1], tokens, offsets, output, keep, settings, 1000)
    loss = REFERENCE.train(work).result()
    ours = [gpu.asarray(np.append(0, W).astype(np.float32))[1:].reshape(W.shape) for W in weights]
    text = gpu.fused_tokens(tokens) if resident else tokens
    work = work._replace(W_in=ours[0], W_out=ours[1], tokens=text, offsets=gpu.asarray(offsets))
    work = work._replace(output=output.to(gpu), keep=gpu.asarray(keep))
    got = gpu.train(work).result()
    assert got == (pytest.approx(loss.total, rel=1e-5), loss.predictions, loss.words)
    for W, right in zip(ours, expected, strict=True):
        np.testing.assert_allclose(gpu.to_numpy(W), right, rtol=0, atol=1e-5)
    nothing = gpu.train(work._replace(tokens=text[:0], offsets=offsets[:1] * 0)).result()
    assert nothing == (0, 0, 0)
    settings = replace(settings, negative=100, exact=True)
    said = "must be 0 with a tree" if output is tree else "cannot draw 100 distinct negatives"
    with pytest.raises(ValueError, match=said):
        gpu.train(work._replace(settings=settings))


@pytest.mark.parametrize("negative", [0, 3])
def test_a_model_with_a_tree_trains_there_as_on_the_processor(gpu: Any, negative: int) -> None:
    text = [[f"w{i}" for i in row] for row in np.random.default_rng(8).integers(0, 30, (60, 9))]
    how: dict[str, Any] = {"hs": 1, "negative": negative, "vector_size": 12, "min_count": 1}
    how |= {"workers": 1, "sampling": "exact", "sample": 0, "epochs": 2}
    there, here = (Word2Vec(text, backend=name, **how) for name in ("gpu", "cpu"))
    assert there.backend is gpu
    assert Word2Vec(backend="auto", **how).backend.name == "cpu"
    assert there.model
    assert here.model
    for got, right in zip(there.model.params, here.model.params, strict=True):
        np.testing.assert_allclose(to_cpu(got), right, rtol=0, atol=1e-5)
    assert there.heldout_loss(text) == pytest.approx(here.heldout_loss(text), rel=1e-4)
    np.testing.assert_allclose(there.score(text[:3]), here.score(text[:3]), rtol=1e-4)


def test_warps_are_bounded_by_the_run_the_vocabulary_and_what_steps_can_be_told_by() -> None:
    assert warp_limit(54_000_000, 50_000) == 540
    assert warp_limit(54_000_000, 400) == 100
    assert warp_limit(10**9, 10**6) == 10_000
    assert warp_limit(10**9, 10**6, tree=True) == 64
    assert warp_limit(10**9, 10**6, frequencies=False) == 250
    assert warp_limit(50, 3) == 1


@pytest.mark.parametrize(("dim", "window"), [(100, 5), (200, 5), (768, 5), (300, 20)])
def test_blocks_have_so_many_warps_that_a_multiprocessor_holds_the_most(
    gpu: Any, dim: int, window: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def blocks(kernel: Any, threads: int, shared: int) -> int:
        return int((228 << 10) // (shared + 1024))  # what a block takes on an H200

    monkeypatch.setattr(gpu.xp.cuda.driver, "occupancyMaxActiveBlocksPerMultiprocessor", blocks)
    settings = FusedSettings(
        skip_gram=True, window=window, negative=5, exact=False, total=1, seed=1
    )
    engine = sys.modules["w2v.backend.gpu.fused"]
    kernel = engine.TrainingKernel(gpu.device, dim, settings)
    held = {n: n * blocks(None, 32 * n, n * kernel.shared) for n in (1, 2, 3, 4)}
    assert kernel.resident == 2 * max(held.values())  # the stand-in has two multiprocessors
    assert held[kernel.warps_a_block] == max(held.values())
    assert held[kernel.warps_a_block] >= 4


def test_a_second_device_is_trained_on_by_threads_that_have_not_chosen_it(
    gpu: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = type(gpu)(1)
    gpu.device.use()
    monkeypatch.setattr(select, "_gpu", lambda device: (gpu, second)[device])
    rng = np.random.default_rng(6)
    tokens = rng.integers(0, 40, 400, dtype=np.int32)
    counts, contexts = np.bincount(tokens), rng.integers(0, 40, (64, 4))

    def work(backend: Any) -> list[np.ndarray]:
        with use_backend(backend):
            fused, minibatch = (kind(40, 8, 2, None, counts=counts) for kind in (SkipGram, CBOW))
        stream = FusedTrainer(fused, tokens, np.arange(0, 401, 20), counts, epochs=1, workers=1)
        stream.run()
        trainer = Trainer(minibatch, Adam())
        trainer.fit(contexts, tokens[:64], 1, 16, max_grad=1.0, verbose=False)
        vectors = to_cpu(fused.params[0])
        norms = np.linalg.norm(vectors, axis=1)
        found, _ = backend.nearest(vectors[:3] / norms[:3, None], vectors, norms, 4)
        return [*map(to_cpu, fused.params + minibatch.params), found]

    with ThreadPoolExecutor(1) as other:  # a new thread is on the first device
        there = other.submit(work, second).result()
    for got, expected in zip(there, work(gpu), strict=True):
        assert (got == expected).all()


def test_the_nearest_are_those_that_the_processor_finds(
    gpu: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(5)
    vectors = rng.normal(size=(50, 6)).astype(np.float32)
    vectors[[7, 30]], vectors[9] = vectors[3], 0
    norms = np.linalg.norm(vectors, axis=1)
    queries = vectors[:12] / np.maximum(norms[:12, None], 1e-9)
    exclude = np.c_[np.arange(12), np.full(12, -1)]
    monkeypatch.setattr(sys.modules["w2v.backend.gpu.nearest"], "_TILE", 5 * len(vectors))
    for n, out in ((10, None), (5, exclude), (60, exclude), (0, None)):
        expected = nearest(queries, vectors, norms, n, out)
        got = gpu.nearest(queries, gpu.asarray(vectors), norms, n, out)
        np.testing.assert_array_equal(got[0], expected[0])
        np.testing.assert_allclose(got[1], expected[1], atol=1e-6)


def test_runs_are_whole_sentences_or_pieces_of_long_ones() -> None:
    rng = np.random.default_rng(3)
    offsets = 7 + np.r_[0, np.cumsum(rng.choice([0, 1, 5, 20, 333], 200))]
    ends = set(offsets.tolist())
    for n_runs, longest in ((1, None), (10, None), (10, 50), (10_000, 50)):
        runs, starts = cut_runs(offsets, n_runs, longest)
        assert (runs[0], runs[-1]) == (offsets[0], offsets[-1])
        assert len(runs) - 1 <= n_runs
        assert (np.diff(runs) > 0).all()
        assert set(runs[:-1]) <= set(starts)
        begins = np.unique(starts)
        if longest is None:
            assert set(starts.tolist()) | {int(offsets[-1])} == ends
            assert np.diff(runs).max() <= (offsets[-1] - 7) / n_runs + 333
        else:
            assert np.diff(np.append(begins, offsets[-1])).max() <= longest
            assert ends <= {*begins.tolist(), int(offsets[-1])}
    blocks = blocks_of(offsets, 100)
    assert [a for a, _ in blocks] == [0, *(b for _, b in blocks[:-1])]
    assert blocks[-1][1] == len(offsets) - 1
    for a, b in blocks:
        assert offsets[b] - offsets[a] <= 100 or b == a + 1


def test_memory_that_does_not_suffice_is_one_line(
    gpu: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpu.xp.memory, "limit", 10**6)
    said = (
        "not enough GPU memory for {}: {} GB needed, 3.22 of 4.29 GB free; "
        "lower vector_size or batch_size, raise min_count, "
        "end other processes on the GPU, or use backend 'cpu'"
    )
    with pytest.raises(MemoryError) as caught:
        gpu.normal((1000, 300), 0.01, 1)
    assert str(caught.value) == said.format("an array", 0.0012)
    with pytest.raises(MemoryError) as caught:
        gpu.zero_rows((2000, 300))
    assert str(caught.value) == said.format("word vectors", 0.0024)
    with pytest.raises(MemoryError) as caught, gpu.deferred_checks():  # a minibatch training
        index = gpu.xp.ones((200, 1), dtype="int32")
        gpu.weighted_rows(gpu.xp.ones((9, 900)), index, gpu.xp.ones((200, 1)))
    assert str(caught.value) == said.format("a batch", 0.00144)


def test_steps_that_many_warps_take_at_once_come_to_rest(
    gpu: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four hundred warps on few words end near one warp's loss; without shorter steps far off."""
    monkeypatch.setattr(gpu.xp.card, "many_warps", True)
    engine = sys.modules["w2v.backend.gpu.fused"]
    monkeypatch.setattr(engine, "RUN_TOKENS", 100)
    monkeypatch.setitem(gpu.device.attributes, "MultiProcessorCount", 1000)
    text, setting = zipf_sentences(50_000, 300), Setting(dim=20, sample=0)

    def loss(warps: int) -> float:
        monkeypatch.setattr(gpu, "max_warps", warps)
        return FusedRun(gpu, text, setting, alpha=0.025).train(2).losses[-1]

    alone, together = loss(1), loss(400)
    assert together < alone + 0.05
    monkeypatch.setattr(engine, "crowd", lambda *_: None)
    assert loss(400) > alone + 1
