"""The GPU backend: CuPy, with what the device does better than plain array code."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import cupy
import cupyx
import numpy as np

from w2v.backend.array import Array
from w2v.backend.gpu import fused, nearest
from w2v.backend.gpu.checks import DeviceChecks
from w2v.backend.gpu.kernels import LANES, DeviceRows, minibatch, warps_for
from w2v.backend.gpu.memory import memory_of, on_device, resident_bytes
from w2v.backend.noise import NoiseTable, alias_table
from w2v.backend.pending import PendingLoss
from w2v.backend.random import RandomStream
from w2v.backend.reference.arrays import MemoryInfo
from w2v.backend.rowgrad import RowGrad
from w2v.backend.settings import FusedSettings
from w2v.backend.work import Work

_SMALL_TABLE = 1 << 15  # words: below, NumPy is done before a device has begun
# CuPy sends an array through pinned memory of its size, rounded up to a power of two, which it
# keeps; larger ones than this go without.
_STAGED_BYTES = 1 << 26


class GPUBackend(DeviceChecks):
    """CuPy arrays on one device; negatives are sampled fast unless asked otherwise.

    Parameters
    ----------
    device : int, default 0
        The CUDA device's number.

    Attributes
    ----------
    max_warps : int or None
        Bound on the warps of the fused engine that train at once, in place of
        :func:`w2v.backend.gpu.runs.warp_limit`.
    """

    name = "gpu"
    sampling = "fast"

    def __init__(self, device: int = 0) -> None:
        super().__init__()
        self.device = cupy.cuda.Device(device)
        self.device.use()
        self.max_warps: int | None = None
        self._training = threading.Lock()
        self._queue = fused.DeviceQueue()

    # -- arrays ---------------------------------------------------------------

    def asarray(self, x: Any, dtype: Any = None) -> Array:
        with on_device(self.device, "an array", getattr(x, "nbytes", 0)):
            if not isinstance(x, np.ndarray) or x.nbytes <= _STAGED_BYTES:
                return cupy.asarray(x, dtype=dtype)
            host = np.ascontiguousarray(x, dtype=dtype)
            there = cupy.empty(host.shape, dtype=host.dtype)
            there.set(host)
            cupy.cuda.get_current_stream().synchronize()  # or else it might go before it is read
            return there

    def normal(self, shape: tuple[int, ...], scale: float, seed: int, stream: int = 0) -> Array:
        with on_device(self.device, "word vectors", 4 * int(np.prod(shape))):
            return super().normal(shape, scale, seed, stream)

    def zero_rows(self, shape: tuple[int, int]) -> Array:
        with on_device(self.device, "word vectors", 4 * int(np.prod(shape))):
            return super().zero_rows(shape)

    def to_numpy(self, x: Array) -> np.ndarray:
        with on_device(self.device, "an array"):
            return cupy.asnumpy(x)

    def sum_of(self, W: Array) -> float:
        with on_device(self.device, "a look at the weights"):
            return super().sum_of(W)

    def memory_info(self) -> MemoryInfo:
        return memory_of(self.device)

    @property
    def place(self) -> str:
        return f"gpu:{self.device.id}"

    def describe(self) -> str:
        properties: Any = cupy.cuda.runtime.getDeviceProperties(self.device.id)
        return f"gpu, {properties['name'].decode()}, device {self.device.id}"

    @contextmanager
    def deferred_checks(self) -> Iterator[None]:
        with on_device(self.device, "a batch"), super().deferred_checks():
            yield

    # -- embedding lookup, forward and backward ---------------------------------

    def row_dot(self, W: Array, index: Array, h: Array) -> Array:
        self.check_row_dot(W, index, h)
        self._check_rows(index, W.shape[0])
        W, index, h = _same_type(W, index, h)
        out = cupy.empty(index.shape, dtype=W.dtype)
        B, K = index.shape
        sizes = np.int64(B), np.int64(K), np.int32(W.shape[1]), np.int32(W.shape[0])
        kernels = minibatch(W.dtype.name)
        kernels.launch("row_dot", B * K * LANES, W, index, h, *sizes, out)
        return out

    def weighted_rows(self, W: Array, index: Array, weight: Array) -> Array:
        self.check_weighted_rows(W, index, weight)
        self._check_rows(index, W.shape[0])
        W, index, weight = _same_type(W, index, weight)
        B, K = index.shape
        out = cupy.empty((B, W.shape[1]), dtype=W.dtype)
        sizes = np.int64(B), np.int64(K), np.int32(W.shape[1]), np.int32(W.shape[0])
        minibatch(W.dtype.name).launch("weighted_rows", out.size, W, index, weight, *sizes, out)
        return out

    def scatter_add(self, dst: Array, index: Array, rows: Array) -> None:
        self.check_scatter_add(dst, index, rows)
        self.check_ids(index, dst.shape[0], "row")
        cupyx.scatter_add(dst, index, self.apart(rows, dst))

    def put_rows(self, dst: Array, grad: RowGrad, rows: Array) -> None:
        touched = grad.touched
        if not isinstance(touched, DeviceRows):
            super().put_rows(dst, grad, rows)
            return
        rows = cupy.ascontiguousarray(rows, dtype=dst.dtype)
        args = dst, touched.room[0], rows, touched.count, np.int32(dst.shape[1])
        minibatch(dst.dtype.name).launch("put_rows", rows.size, *args)

    def reduce_rows(self, index: Array, rows: Array, size: int) -> RowGrad:
        self.check_reduce_rows(index, rows)
        self._check_rows(index, size)
        if rows.ndim == 2:
            index, rows = index[:, None], rows[:, None]
        elif rows.ndim != 3:
            index, rows = index.reshape(-1, 1), rows.reshape(-1, 1, rows.shape[-1])
        return self._reduce(index, None, rows, size)

    def reduce_outer(self, index: Array, weight: Array, h: Array, size: int) -> RowGrad:
        self.check_reduce_outer(index, weight, h)
        self._check_rows(index, size)
        rows = cupy.broadcast_to(h[:, None], (*index.shape, h.shape[1]))
        return self._reduce(index, cupy.ascontiguousarray(weight), rows, size)

    def _reduce(self, index: Array, weight: Array | None, rows: Array, size: int) -> RowGrad:
        """Sum rows (B, K, H), which may be a broadcast view, times weights by their index."""
        (B, K), H = index.shape, rows.shape[2]
        index = cupy.ascontiguousarray(index, dtype=np.int32)
        if rows.strides[2] != rows.itemsize and H > 1:
            rows = cupy.ascontiguousarray(rows)
        room = min(index.size, size)
        unique = cupy.empty(room, dtype=np.int32)
        out = cupy.zeros((room, H), dtype=rows.dtype)
        place = cupy.full(size, -1, dtype=np.int32)
        count = cupy.zeros(1, dtype=np.int32)
        kernels = minibatch(rows.dtype.name)
        n = np.int64(index.size)
        kernels.launch("number_words", index.size, index, n, np.int32(size), place, unique, count)
        strides = (np.int64(stride // rows.itemsize) for stride in rows.strides[:2])
        weights = np.uint64(0) if weight is None else weight.astype(rows.dtype, copy=False)
        sizes = np.int64(B), np.int64(K), np.int32(H), np.int32(size), *strides
        kernels.launch("add_rows", B * K * H, index, place, weights, rows, *sizes, out)
        return RowGrad.of(DeviceRows(unique, out, count), size)

    # -- losses and optimizers ----------------------------------------------------

    def sigmoid_loss(self, x: Array, t: Array) -> tuple[Array, Array]:
        self.check_labels(x, t)
        x = cupy.ascontiguousarray(x)
        labels = cupy.broadcast_to(cupy.asarray(t).astype(x.dtype, copy=False), x.shape)
        if x.ndim != 2:
            labels = labels.reshape(-1, 1)
        B, K = labels.shape
        difference = cupy.empty_like(x)
        loss = cupy.zeros((), dtype=np.float64)
        strides = (np.int64(stride // x.itemsize) for stride in labels.strides)
        minibatch(x.dtype.name).launch(
            "sigmoid_loss", x.size, x, labels, np.int64(B), np.int64(K), *strides, difference, loss
        )
        return loss.astype(x.dtype), difference

    def adam_rows(
        self,
        param: Array,
        m: Array,
        v: Array,
        grad: RowGrad,
        *,
        step_size: float,
        beta1: float,
        beta2: float,
        eps: float,
    ) -> None:
        self.check_adam(param, m, v, grad)
        touched = grad.touched
        if isinstance(touched, DeviceRows):
            (index, rows), count = touched.room, touched.count
        else:
            index, rows = cupy.ascontiguousarray(grad.index, dtype=np.int32), grad.rows
            self.check_ids(index, param.shape[0], "row")
            count = cupy.full(1, index.size, dtype=np.int32)
        rows = cupy.ascontiguousarray(rows, dtype=param.dtype)
        constants = (param.dtype.type(c) for c in (step_size, beta1, beta2, eps))
        kernels, H = minibatch(param.dtype.name), np.int32(param.shape[1])
        kernels.launch("adam_rows", rows.size, param, m, v, index, rows, count, H, *constants)

    # -- negative sampling ----------------------------------------------------------

    def alias_table(self, weights: np.ndarray) -> tuple[Array, Array]:
        with on_device(self.device, "the noise distribution", 100 * weights.size):
            if weights.size >= _SMALL_TABLE:
                return super().alias_table(weights)
            cumulative, table = alias_table(np, weights)
            return self.asarray(cumulative), self.asarray(table)

    def sample_fast(self, noise: NoiseTable, shape: tuple[int, ...], stream: RandomStream) -> Array:
        noise.check()
        out = cupy.empty(shape, dtype=np.int32)
        start = np.uint64(stream.take(out.size))
        table = noise.table, np.uint32(noise.size)
        n = np.int64(out.size)
        minibatch().launch("sample_fast", out.size, *table, stream.key, start, n, out)
        return out

    def sample_exact(
        self, noise: NoiseTable, targets: Array, k: int, stream: RandomStream
    ) -> Array:
        self.check_exact(noise, targets, k)
        flat = cupy.ascontiguousarray(targets, dtype=np.int32).reshape(-1)
        out = cupy.empty((flat.size, k), dtype=np.int32)
        start = np.uint64(stream.take(flat.size))
        scratch = cupy.empty((warps_for(flat.size), k + 1), dtype=np.int32)
        tables = noise.table, noise.cumulative, np.uint32(noise.size)
        draws = stream.key, start, np.int64(flat.size), np.int32(k)
        minibatch().launch("sample_exact", flat.size * LANES, *tables, flat, *draws, out, scratch)
        return out.reshape(*targets.shape, k)

    # -- queries ----------------------------------------------------------------------

    def nearest(
        self,
        queries: Array,
        vectors: Array,
        norms: Array,
        n: int,
        exclude: np.ndarray | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        with on_device(self.device, "a query", 4 * int(np.prod(vectors.shape))):
            queries, vectors, norms = map(self.asarray, (queries, vectors, norms))
            return nearest.nearest(queries, vectors, norms, n, exclude)

    # -- fused engine -------------------------------------------------------------------

    def fused_workers(self) -> int:
        return 1  # the device shares the work out by itself

    def fused_words(self, settings: FusedSettings, dim: int) -> int:
        return fused.SLICE_WORDS

    def check_work(self, work: Work) -> None:
        if work.settings.block > 1:
            raise ValueError(
                f"a GPU draws negatives for every window: share_negatives must be 1, "
                f"got {work.settings.share_negatives}"
            )
        super().check_work(work)

    def fused_tokens(self, tokens: Array) -> Array:
        # On the device if it fits there beside everything else; else each call of `train`
        # sends what it needs in blocks.
        if isinstance(tokens, cupy.ndarray):
            return tokens
        if resident_bytes(tokens.size) > self.memory_info().free:
            return tokens
        return self.asarray(np.ascontiguousarray(tokens, dtype=np.int32))

    def train(self, work: Work) -> PendingLoss:
        tokens, offsets = work.tokens, self.to_numpy(work.offsets).astype(np.int64, copy=False)
        with self._training, on_device(self.device, "training"):
            outcome = cupy.zeros(4, dtype=np.float64)
            # The kernel looks whether all ids are right before it trains on any.
            found = {(len(work.W_in), "word id"): outcome[3:].view(np.int32)}
            with self._deferring(found):
                self.check_work(work._replace(offsets=offsets))
            if isinstance(tokens, cupy.ndarray):
                tokens = cupy.ascontiguousarray(tokens, dtype=np.int32)
            work = work._replace(tokens=tokens, offsets=offsets)
            return fused.begin(self, self._queue, work, outcome, self.max_warps)


def _same_type(W: Array, index: Array, other: Array) -> tuple[Array, Array, Array]:
    """Return what kernels take: contiguous, ids as int32, numbers of the weights' type."""
    return (
        cupy.ascontiguousarray(W),
        cupy.ascontiguousarray(index, dtype=np.int32),
        cupy.ascontiguousarray(other, dtype=W.dtype),
    )
