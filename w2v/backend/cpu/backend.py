"""The CPU backend: NumPy, with Numba where a loop beats array code."""

from __future__ import annotations

import numpy as np

from w2v.backend.array import Array
from w2v.backend.cpu import exchange_kernels, fused, sampling_kernels
from w2v.backend.cpu import layer_kernels as kernels
from w2v.backend.cpu.arguments import read_only, row_numbers, whole_rows
from w2v.backend.cpu.rows import padded, padded_copy, zero_rows
from w2v.backend.noise import NoiseTable
from w2v.backend.pending import PendingLoss
from w2v.backend.random import RandomStream
from w2v.backend.reference.backend import Backend
from w2v.backend.rowgrad import RowGrad
from w2v.backend.touched_rows import TouchedRows
from w2v.backend.work import Work


class CPUBackend(Backend):
    """NumPy arrays; negatives are sampled exactly unless asked otherwise."""

    name = "cpu"
    sampling = "exact"

    def row_dot(self, W: Array, index: Array, h: Array) -> Array:
        self.check_row_dot(W, index, h)
        whole = whole_rows(W)
        if whole is None:
            return super().row_dot(W, index, h)
        out = np.empty(index.shape, dtype=W.dtype)
        rows, vectors = read_only(whole), read_only(h, W.dtype)
        if not kernels.row_dot(rows, row_numbers(index), vectors, out):
            self.check_ids(index, W.shape[0], "row")
        return out

    def weighted_rows(self, W: Array, index: Array, weight: Array) -> Array:
        self.check_weighted_rows(W, index, weight)
        whole = whole_rows(W)
        if whole is None:
            return super().weighted_rows(W, index, weight)
        out = np.empty((index.shape[0], W.shape[1]), dtype=W.dtype)
        rows, factors = read_only(whole), read_only(weight, W.dtype)
        if not kernels.weighted_rows(rows, row_numbers(index), factors, out):
            self.check_ids(index, W.shape[0], "row")
        return out

    def scatter_add(self, dst: Array, index: Array, rows: Array) -> None:
        self.check_scatter_add(dst, index, rows)
        whole = whole_rows(dst)
        rows = self.apart(rows, dst)
        if whole is None:
            super().scatter_add(dst, index, rows)
        elif not kernels.scatter_add(whole, row_numbers(index), read_only(rows, dst.dtype)):
            self.check_ids(index, dst.shape[0], "row")

    def reduce_rows(self, index: Array, rows: Array, size: int) -> RowGrad:
        self.check_reduce_rows(index, rows)
        unique, place = self._unique(index, size)
        out = np.zeros((unique.size, rows.shape[-1]), dtype=rows.dtype)
        # A flat index is one column, so that the kernel is compiled once.
        two_d = (*index.shape, 1)[:2] if index.ndim in (1, 2) else (index.size, 1)
        kernels.reduce_rows(place.reshape(two_d), rows.reshape(*two_d, rows.shape[-1]), out)
        return RowGrad.of(TouchedRows(unique, out), size)

    def reduce_outer(self, index: Array, weight: Array, h: Array, size: int) -> RowGrad:
        self.check_reduce_outer(index, weight, h)
        unique, place = self._unique(index, size)
        out = np.zeros((unique.size, h.shape[1]), dtype=h.dtype)
        kernels.reduce_outer(place, read_only(weight, h.dtype), read_only(h), out)
        return RowGrad.of(TouchedRows(unique, out), size)

    def _unique(self, index: Array, size: int) -> tuple[Array, Array]:
        """Return the distinct rows, and for every entry of index the place of its own."""
        place = np.empty(index.shape, np.int32)
        unique = kernels.unique(row_numbers(index).reshape(-1), size, place.reshape(-1))
        if index.size and not unique.size:
            self.check_ids(index, size, "row")
        return unique, place

    def sigmoid_loss(self, x: Array, t: Array) -> tuple[Array, Array]:
        self.check_labels(x, t)
        difference = np.empty(x.shape, dtype=x.dtype)
        two_d = (x.shape[0], -1)
        logits, labels = read_only(x), read_only(np.broadcast_to(t, x.shape), x.dtype)
        loss = kernels.sigmoid_loss(
            logits.reshape(two_d), labels.reshape(two_d), difference.reshape(two_d)
        )
        return x.dtype.type(loss), difference

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
        # The constants take the weights' dtype, or the whole loop would run in float64.
        self.check_adam(param, m, v, grad)
        whole = [whole_rows(each) for each in (param, m, v)]
        if any(each is None for each in whole):
            how = {"step_size": step_size, "beta1": beta1, "beta2": beta2, "eps": eps}
            super().adam_rows(param, m, v, grad, **how)
            return
        constants = tuple(param.dtype.type(c) for c in (step_size, beta1, beta2, eps))
        index, rows = row_numbers(grad.index), read_only(grad.rows, param.dtype)
        if not kernels.adam_rows(*whole, index, rows, constants):
            self.check_ids(grad.index, param.shape[0], "row")

    def sample_fast(self, noise: NoiseTable, shape: tuple[int, ...], stream: RandomStream) -> Array:
        noise.check()
        out = np.empty(shape, dtype=np.int32)
        start = np.uint64(stream.take(out.size))
        table = read_only(noise.table)
        sampling_kernels.sample_fast(table, stream.key, start, out.reshape(-1))
        return out

    def sample_exact(
        self, noise: NoiseTable, targets: Array, k: int, stream: RandomStream
    ) -> Array:
        self.check_exact(noise, targets, k)
        out = np.empty((targets.size, k), dtype=np.int32)
        start = np.uint64(stream.take(targets.size))
        words = row_numbers(targets).reshape(-1)
        table, sums = read_only(noise.table), read_only(noise.cumulative)
        sampling_kernels.sample_exact(table, sums, words, stream.key, start, out)
        return out.reshape(*targets.shape, k)

    def changed_rows(self, before: Array, after: Array) -> Array:
        old, new = whole_rows(before), whole_rows(after)
        if old is None or new is None:
            return super().changed_rows(before, after)
        index = np.empty(len(after), np.int32)
        return index[: exchange_kernels.changed_rows(read_only(old), read_only(new), index)]

    def sum_rows(
        self, a: tuple[Array, Array, Array], b: tuple[Array, Array, Array]
    ) -> tuple[Array, Array, Array]:
        read = [read_only(each) for each in (*a, *b)]
        n = exchange_kernels.rows_of_either(read[0], read[3])
        index, rows = np.empty(n, np.int32), np.empty((n, a[1].shape[1]), np.float32)
        uses = np.empty(n, np.float32)
        exchange_kernels.sum_rows(*read, (index, rows, uses))
        return index, rows, uses

    def zero_rows(self, shape: tuple[int, int]) -> Array:
        return zero_rows(shape)

    def fused_rows(self, W: Array) -> Array:
        return W if padded(W) is not None else padded_copy(W)

    def train(self, work: Work) -> PendingLoss:
        self.check_work(work)
        return PendingLoss(fused.train(work))
