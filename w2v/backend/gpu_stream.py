"""The fused engine on the GPU: runs of sentences to warps, launch after launch."""

from __future__ import annotations

from collections import deque
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import cupy
import numpy as np

from w2v.backend.alias import NoiseTable
from w2v.backend.gpu_kernels import LANES, minibatch, module
from w2v.backend.gpu_runs import RUN_TOKENS, RUNS_PER_WARP, blocks_of, cut_runs, warp_limit
from w2v.backend.gpu_source import training_options
from w2v.backend.rowgrad import Array
from w2v.backend.stream import StreamLoss, StreamSettings

if TYPE_CHECKING:
    from w2v.backend.gpu import GPUBackend

BLOCK_TOKENS = 1 << 24
"""Tokens that go to the device at a time, where the corpus is not there already."""

_MAX_LAUNCHES = 3  # in flight: Ctrl-C waits for no more
_MAX_WARPS_A_BLOCK = 4
# Where a warp has more than its share of a multiprocessor's shared memory, some of it goes
# elsewhere: fewer warps hide less of the time that memory takes.
_WANTED_WARPS = (12, 8, 1)


class Trainer:
    """The training kernel for one form of network, and how many of its warps run at once.

    Parameters
    ----------
    device : cupy.cuda.Device
    dim : int
    settings : StreamSettings
    """

    def __init__(self, device: Any, dim: int, settings: StreamSettings) -> None:
        here = device.attributes
        per_processor = here["MaxSharedMemoryPerMultiprocessor"]
        per_block = here["MaxSharedMemoryPerBlockOptin"]
        for placement, wanted in enumerate(_WANTED_WARPS):
            compiled = module("train.cu", training_options(dim, settings, placement))
            self.shared, self.workspace = _sizes(compiled)
            if self.shared * wanted <= per_processor and self.shared <= per_block:
                break
        self.warps_a_block = max(1, min(_MAX_WARPS_A_BLOCK, per_block // self.shared))
        self.kernel = compiled.get_function("train")
        self.kernel.max_dynamic_shared_size_bytes = self.warps_a_block * self.shared
        blocks = cupy.cuda.driver.occupancyMaxActiveBlocksPerMultiprocessor(
            self.kernel.kernel.ptr, self.warps_a_block * LANES, self.warps_a_block * self.shared
        )
        self.resident = max(1, blocks) * self.warps_a_block * here["MultiProcessorCount"]

    def launch(self, warps: int, args: tuple[Any, ...]) -> None:
        """Run the kernel with that many warps, or a few more to fill the last block."""
        per_block = min(self.warps_a_block, warps)
        blocks = -(-warps // per_block)
        self.kernel((blocks,), (per_block * LANES,), args, shared_mem=per_block * self.shared)


def _sizes(compiled: Any) -> tuple[int, int]:
    """Ask a compiled kernel for a warp's bytes of shared memory and of workspace."""
    sizes = cupy.zeros(2, dtype=np.int32)
    compiled.get_function("sizes")((1,), (1,), (sizes,))
    shared, workspace = cupy.asnumpy(sizes).tolist()
    return shared, workspace


@lru_cache
def _trainer(device_id: int, dim: int, form: StreamSettings) -> Trainer:
    return Trainer(cupy.cuda.Device(device_id), dim, form)


def _form(s: StreamSettings) -> StreamSettings:
    """Return settings with what a kernel is not compiled for set to one value."""
    return StreamSettings(
        skip_gram=s.skip_gram,
        window=s.window,
        negative=s.negative,
        exact=s.exact,
        total=1,
        seed=0,
        shrink_windows=s.shrink_windows,
        mean=s.mean,
        share_gradient=s.share_gradient,
    )


def resident_bytes(n_tokens: int) -> int:
    """Return what a corpus takes on the device, with room for what training takes beside."""
    return 4 * n_tokens + n_tokens // 8 + (1 << 30)


def train_stream(
    backend: GPUBackend,
    W_in: Array,
    W_out: Array,
    tokens: Array,
    offsets: np.ndarray,
    noise: NoiseTable,
    keep: Array,
    settings: StreamSettings,
    position: int,
) -> StreamLoss:
    """Train on a stream of sentences; see :meth:`w2v.backend.Backend.train_stream`."""
    n = int(offsets[-1] - offsets[0])
    size, dim = W_in.shape
    trainer = _trainer(backend.device.id, dim, _form(settings))
    limit = backend.max_warps or warp_limit(settings.total, size)
    warps = max(1, min(limit, trainer.resident))
    needed = warps * trainer.workspace + 4 * min(n, 2 * BLOCK_TOKENS)
    with backend.memory_for("training", needed):
        workspace = cupy.empty((warps + _MAX_WARPS_A_BLOCK) * trainer.workspace, dtype=np.uint8)
        weights = [_aligned(W) for W in (W_in, W_out)]
        run = _Launches(trainer, warps, weights, noise, keep, settings, workspace)
        blocks = blocks_of(offsets, BLOCK_TOKENS)
        if isinstance(tokens, cupy.ndarray):
            tokens = cupy.ascontiguousarray(tokens, dtype=np.int32)
            for a, b in blocks:  # while one is trained on, the next one's runs are cut
                low, high = int(offsets[a]), int(offsets[b])
                before = position + low - int(offsets[0])
                run.add(tokens[low:high], low, offsets[a : b + 1], before)
        else:
            _send_blocks(run, tokens, offsets, position, blocks)
        loss = run.finish()
    for W, trained in zip((W_in, W_out), weights, strict=True):
        if trained is not W:
            W[...] = trained
    return loss


def _aligned(W: Array) -> Array:
    """Return weights that can be read 16 bytes at a time: themselves, if they can."""
    W = cupy.ascontiguousarray(W, dtype=np.float32)
    return W.copy() if W.data.ptr % 16 else W


class _Launches:
    """Launches of the kernel over one call's sentences, and their losses."""

    def __init__(
        self,
        trainer: Trainer,
        warps: int,
        weights: list[Array],
        noise: NoiseTable,
        keep: Array,
        settings: StreamSettings,
        workspace: Array,
    ) -> None:
        self.trainer, self.warps = trainer, warps
        slope = (settings.alpha - settings.min_alpha) / settings.total
        self._weights = tuple(weights)
        self._tables = keep, noise.table, noise.cumulative, np.uint32(noise.size)
        self._keys = np.uint64(settings.token_key), np.uint64(settings.negative_key)
        self._rates = tuple(np.float64(x) for x in (settings.alpha, slope, settings.min_alpha))
        self._workspace = workspace
        self._partials: list[Array] = []
        self._in_flight: deque[Any] = deque()

    def add(self, tokens: Array, first: int, offsets: np.ndarray, position: int) -> None:
        """Train on whole sentences.

        Parameters
        ----------
        tokens : CuPy int32 array
            Of which the first is number ``first`` of the stream.
        first : int
        offsets : NumPy int64 array
            Where sentences begin in the stream.
        position : int
            Words of the run that come before ``offsets[0]``.
        """
        n = int(offsets[-1] - offsets[0])
        if n == 0:
            return
        alone = self.warps == 1
        runs, starts = cut_runs(offsets, -(-n // RUN_TOKENS), None if alone else RUN_TOKENS)
        runs, starts = runs - first, starts[starts < offsets[-1]] - first
        marks = cupy.zeros(tokens.size // 32 + 1, dtype=np.uint32)
        starts = cupy.asarray(starts)
        mark = np.int64(starts.size), np.int64(0), marks
        minibatch().launch("mark_sentences", starts.size, starts, *mark)
        n_runs, step = runs.size - 1, self.warps * RUNS_PER_WARP
        partial = cupy.zeros((n_runs, 3))
        taken = cupy.zeros(-(-n_runs // step), dtype=np.int32)
        runs = cupy.asarray(runs)
        place = np.uint64((position - int(offsets[0]) + first) % 2**64)
        for launch, low in enumerate(range(0, n_runs, step)):
            count = min(step, n_runs - low)
            text = tokens, marks, runs[low:], np.int32(count)
            scalars = *self._keys, place, *self._rates
            results = self._workspace, taken[launch:], partial[low:]
            args = *self._weights, *text, *self._tables, *scalars, *results
            self.trainer.launch(min(self.warps, count), args)
            self._wait_for_others()
        self._partials.append(partial.sum(axis=0))

    def _wait_for_others(self) -> None:
        """Keep few launches in flight, so that the host is never far ahead."""
        event = cupy.cuda.Event(disable_timing=True)
        event.record()
        self._in_flight.append(event)
        if len(self._in_flight) > _MAX_LAUNCHES:
            self._in_flight.popleft().synchronize()

    def finish(self) -> StreamLoss:
        """Wait for the last launch and return the loss of all."""
        if not self._partials:
            return StreamLoss(0.0, 0, 0)
        total, predictions, words = cupy.asnumpy(sum(self._partials)).tolist()
        return StreamLoss(total, int(predictions), int(words))


def _send_blocks(
    run: _Launches,
    tokens: np.ndarray,
    offsets: np.ndarray,
    position: int,
    blocks: list[tuple[int, int]],
) -> None:
    """Train on tokens of the host: while one block is trained on, the next one is sent."""
    room = max((int(offsets[b] - offsets[a]) for a, b in blocks), default=0)
    if room == 0:
        return
    pinned = [_pinned(room) for _ in range(min(2, len(blocks)))]
    device = [cupy.empty(room, dtype=np.int32) for _ in pinned]
    sent = [cupy.cuda.Event(disable_timing=True) for _ in pinned]
    trained = [cupy.cuda.Event(disable_timing=True) for _ in pinned]
    computing, sending = cupy.cuda.get_current_stream(), cupy.cuda.Stream(non_blocking=True)
    for event in trained:  # memory just allocated may be in use by work not yet done
        event.record(computing)
    try:
        for number, (a, b) in enumerate(blocks):
            here = number % len(pinned)
            low, high = int(offsets[a]), int(offsets[b])
            sent[here].synchronize()  # what was sent from this buffer before has arrived
            pinned[here][: high - low] = tokens[low:high]
            sending.wait_event(trained[here])
            device[here][: high - low].set(pinned[here][: high - low], stream=sending)
            sent[here].record(sending)
            computing.wait_event(sent[here])
            before = position + low - int(offsets[0])
            run.add(device[here], low, offsets[a : b + 1], before)
            trained[here].record(computing)
    finally:
        sending.synchronize()  # on Ctrl-C too: the buffers are about to be given back


def _pinned(n: int) -> np.ndarray:
    """Return a NumPy array that the device can read by itself."""
    return np.frombuffer(cupy.cuda.alloc_pinned_memory(4 * n), dtype=np.int32, count=n)
