"""The fused engine on the GPU: runs of sentences to warps, launch after launch."""

from __future__ import annotations

import time
from collections import deque
from functools import lru_cache
from typing import Any, NamedTuple

import cupy
import numpy as np

from w2v.backend.array import Array
from w2v.backend.gpu.blocks import BlockSender, is_done
from w2v.backend.gpu.checks import DeviceChecks
from w2v.backend.gpu.crowd import crowd, frequencies_known
from w2v.backend.gpu.kernels import LANES, minibatch, module, wrong_id
from w2v.backend.gpu.memory import on_device
from w2v.backend.gpu.runs import (
    RUN_TOKENS,
    RUNS_PER_WARP,
    WANTED_WARPS,
    blocks_of,
    cut_runs,
    warp_limit,
)
from w2v.backend.gpu.source import training_options
from w2v.backend.huffman import HuffmanTree
from w2v.backend.noise import NoiseTable
from w2v.backend.output import Output
from w2v.backend.pending import PendingLoss
from w2v.backend.settings import FusedLoss, FusedSettings
from w2v.backend.tree_and_noise import TreeAndNoise
from w2v.backend.work import Work

BLOCK_TOKENS = 1 << 24
"""Tokens that go to the device at a time, where the corpus is not there already."""

SLICE_WORDS = BLOCK_TOKENS - (1 << 16)
"""Words that a call should be given at a time: with a sentence more, they are one block."""

_MAX_LAUNCHES = 3  # in flight: Ctrl-C waits for no more
_LOOK_SECONDS = 0.0005  # between looks at how far the device is
_MAX_WARPS_A_BLOCK = 4
_MOST_WORKSPACE = 4 << 30  # bytes of all warps
_PATH_STEP = 8  # longest paths are rounded up to a multiple
_NOTHING = np.uint64(0)  # in place of an array


class TrainingKernel:
    """The training kernel for one form of network, and how many of its warps run at once.

    Parameters
    ----------
    device : cupy.cuda.Device
    dim : int
    settings : FusedSettings
    **form
        As of :func:`w2v.backend.gpu.source.training_options`: ``lock`` and ``longest``.
    """

    def __init__(self, device: Any, dim: int, settings: FusedSettings, **form: Any) -> None:
        here = device.attributes
        for placement, wanted in enumerate(WANTED_WARPS):
            compiled = module("train.cu", training_options(dim, settings, placement, **form))
            self.shared, self.workspace = _sizes(compiled)
            self.kernel = compiled.get_function("train")
            most = min(_MAX_WARPS_A_BLOCK, here["MaxSharedMemoryPerBlockOptin"] // self.shared)
            fitting = [(self._fitting(n), n) for n in range(1, most + 1)]
            per_processor, self.warps_a_block = max(fitting, default=(0, 1))
            if per_processor >= wanted:
                break
        minibatch()  # which is needed beside it: compiled now, not while time is taken
        self.kernel.max_dynamic_shared_size_bytes = self.warps_a_block * self.shared
        self.resident = max(1, per_processor) * here["MultiProcessorCount"]

    def _fitting(self, warps_a_block: int) -> int:
        """Return how many warps a multiprocessor holds, in blocks of so many."""
        size = warps_a_block * self.shared
        self.kernel.max_dynamic_shared_size_bytes = size
        blocks = cupy.cuda.driver.occupancyMaxActiveBlocksPerMultiprocessor(
            self.kernel.kernel.ptr, warps_a_block * LANES, size
        )
        return int(blocks) * warps_a_block

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


def kernel_for(
    device_id: int,
    dim: int,
    settings: FusedSettings,
    *,
    lock: bool = False,
    tree: HuffmanTree | None = None,
) -> TrainingKernel:
    """Return the kernel that some settings need, compiled once."""
    # One for trees of about the same depth, as each takes seconds to compile.
    longest = 0 if tree is None else -(-tree.longest // _PATH_STEP) * _PATH_STEP
    return _kernel(device_id, dim, _form(settings), lock, longest)


@lru_cache
def _kernel(
    device_id: int, dim: int, form: FusedSettings, lock: bool, longest: int
) -> TrainingKernel:
    return TrainingKernel(cupy.cuda.Device(device_id), dim, form, lock=lock, longest=longest)


def _parts(output: Output) -> tuple[HuffmanTree | None, NoiseTable | None]:
    """Return what there is of a tree and a noise distribution."""
    if isinstance(output, TreeAndNoise):
        return output.tree, output.noise
    return (
        output if isinstance(output, HuffmanTree) else None,
        output if isinstance(output, NoiseTable) else None,
    )


def _form(s: FusedSettings) -> FusedSettings:
    """Return settings with what a kernel is not compiled for set to one value."""
    return FusedSettings(
        skip_gram=s.skip_gram,
        window=s.reach,
        negative=s.negative,
        exact=s.exact,
        total=1,
        seed=0,
        shrink_windows=s.shrink_windows,
        mean=s.mean,
        share_gradient=s.share_gradient,
    )


class DeviceQueue:
    """What a device has been given to train on: blocks under way, and launches in flight.

    It outlives the calls that fill it, so that the device has work while the host
    prepares the next call's.
    """

    def __init__(self) -> None:
        self._sender: BlockSender | None = None
        self._in_flight: deque[tuple[Any, Any]] = deque()

    def sender(self, room: int) -> BlockSender:
        """Return buffers for blocks of that many tokens."""
        if self._sender is None or self._sender.room < room:
            self.drop_buffers()
            self._sender = BlockSender(room)
        return self._sender

    def drop_buffers(self) -> None:
        """Give the buffers back."""
        if self._sender is not None:
            self._sender.close()
        self._sender = None

    def mark(self, kept: Any = None) -> Any:
        """Return an event that comes when all given so far is done; keep an object till then."""
        event = cupy.cuda.Event(disable_timing=True)
        event.record()
        self._in_flight.append((event, kept))
        return event

    def wait_for_room(self) -> None:
        """Let the device come near, so that the host is never far ahead.

        Looks instead of waiting on the event: Ctrl-C is heard in between.
        """
        while self._in_flight and is_done(self._in_flight[0][0]):
            self._in_flight.popleft()
        while len(self._in_flight) > _MAX_LAUNCHES:
            if is_done(self._in_flight[0][0]):
                self._in_flight.popleft()
            else:
                time.sleep(_LOOK_SECONDS)


class DeviceLoss(PendingLoss):
    """The loss of a call, read from pinned memory once the device has put it there.

    Parameters
    ----------
    backend : DeviceChecks
    size : int
        V, for the message about a word id that is not below it.
    outcome : (4,) float64 CuPy array
        ``train.cu``'s ``Outcome``, when all launches before this are done.
    queue : DeviceQueue
    """

    def __init__(
        self, backend: DeviceChecks, size: int, outcome: Array, queue: DeviceQueue
    ) -> None:
        self._backend, self._size = backend, size
        memory = cupy.cuda.alloc_pinned_memory(outcome.nbytes)
        self._outcome = np.frombuffer(memory, dtype=np.float64, count=outcome.size)
        outcome.get(out=self._outcome, blocking=False)
        self._event = queue.mark(self._outcome)

    @property
    def ready(self) -> bool:  # noqa: D102
        with on_device(self._backend.device, "training"):
            return is_done(self._event)

    def result(self) -> FusedLoss:  # noqa: D102
        if not self.ready:
            with on_device(self._backend.device, "training"):
                self._event.synchronize()
        wrong = wrong_id(self._outcome[3:].view(np.int32), self._size)
        if wrong is not None:
            self._backend.check_ids(np.array([wrong]), self._size)
        total, predictions, words, _ = self._outcome.tolist()
        return FusedLoss(total, int(predictions), int(words))


def begin(
    backend: DeviceChecks, queue: DeviceQueue, work: Work, outcome: Array, max_warps: int | None
) -> PendingLoss:
    """Train on sentences; see :meth:`w2v.backend.Backend.train`.

    Parameters
    ----------
    backend : DeviceChecks
    queue : DeviceQueue
    work : Work
        Checked, with offsets as a NumPy array.
    outcome : (4,) float64 CuPy array
        ``train.cu``'s ``Outcome``, in which word ids have been checked already.
    max_warps : int or None
        That train at once; by default :func:`w2v.backend.gpu.runs.warp_limit`.
    """
    offsets, tokens = work.offsets, work.tokens
    n = int(offsets[-1] - offsets[0])
    size, dim = work.W_in.shape
    tree, _ = _parts(work.output)
    lock = work.lockf is not None
    kernel = kernel_for(backend.device.id, dim, work.settings, lock=lock, tree=tree)
    total, shares = work.settings.total, frequencies_known(work.output)
    limit = max_warps or warp_limit(total, size, tree=tree is not None, frequencies=shares)
    room = _MOST_WORKSPACE // max(1, kernel.workspace)
    warps = max(1, min(limit, kernel.resident, room))
    needed = warps * kernel.workspace + 4 * min(n, 2 * BLOCK_TOKENS)
    with on_device(backend.device, "training", needed):
        workspace = cupy.empty((warps + _MAX_WARPS_A_BLOCK) * kernel.workspace, dtype=np.uint8)
        aligned = work._replace(W_in=_aligned(work.W_in), W_out=_aligned(work.W_out))
        launches = _Launches(kernel, warps, queue, aligned, _Results(workspace, outcome))
        here = isinstance(tokens, cupy.ndarray)
        blocks = blocks_of(offsets, BLOCK_TOKENS)
        room = max((int(offsets[b] - offsets[a]) for a, b in blocks), default=0)
        for a, b in blocks:  # while one is trained on, the next one's runs are cut
            low, high = int(offsets[a]), int(offsets[b])
            if high == low:
                continue
            text = tokens[low:high]
            sender = None if here else queue.sender(max(room, BLOCK_TOKENS))
            if sender is not None:
                text = sender.send(text)
            launches.add(text, low, offsets[a : b + 1], work.position + low - int(offsets[0]))
            if sender is not None:
                sender.used()
    for W, trained in ((work.W_in, aligned.W_in), (work.W_out, aligned.W_out)):
        if trained is not W:
            W[...] = trained
    return DeviceLoss(backend, size, outcome, queue) if n else PendingLoss(FusedLoss(0.0, 0, 0))


def _aligned(W: Array) -> Array:
    """Return weights that can be read 16 bytes at a time: themselves, if they can."""
    W = cupy.ascontiguousarray(W, dtype=np.float32)
    return W.copy() if W.data.ptr % 16 else W


class _Results(NamedTuple):
    workspace: Array
    outcome: Array


class _Launches:
    """Launches of the kernel over one call's sentences."""

    def __init__(
        self, kernel: TrainingKernel, warps: int, queue: DeviceQueue, work: Work, results: _Results
    ) -> None:
        self.kernel, self.warps, self.queue = kernel, warps, queue
        settings, (tree, noise) = work.settings, _parts(work.output)
        slope = (settings.alpha - settings.min_alpha) / settings.total
        self._reach = settings.reach
        self._weights = work.W_in, work.W_out
        self._tables = (
            work.keep,
            *((_NOTHING, _NOTHING) if noise is None else (noise.table, noise.cumulative)),
            np.uint32(work.output.size),
            *((_NOTHING, _NOTHING) if tree is None else (tree.parents, tree.labels.view(np.uint8))),
        )
        self._keys = np.uint64(settings.token_key), np.uint64(settings.negative_key)
        self._rates = tuple(np.float64(x) for x in (settings.alpha, slope, settings.min_alpha))
        lockf = work.lockf
        self._lockf = _NOTHING if lockf is None else cupy.ascontiguousarray(lockf)
        self._crowd = crowd(work, warps) or (_NOTHING, _NOTHING)
        self._results = results

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
        whole = self.warps == 1 and self._reach < RUN_TOKENS
        runs, starts = cut_runs(offsets, -(-n // RUN_TOKENS), None if whole else RUN_TOKENS)
        runs, starts = runs - first, starts[starts < offsets[-1]] - first
        marks = cupy.zeros(tokens.size // 32 + 1, dtype=np.uint32)
        starts = cupy.asarray(starts)
        mark = np.int64(starts.size), np.int64(0), marks
        minibatch().launch("mark_sentences", starts.size, starts, *mark)
        n_runs, step = runs.size - 1, self.warps * RUNS_PER_WARP
        taken = cupy.zeros(-(-n_runs // step), dtype=np.int32)
        runs = cupy.asarray(runs)
        place = np.uint64((position - int(offsets[0]) + first) % 2**64)
        for launch, low in enumerate(range(0, n_runs, step)):
            count = min(step, n_runs - low)
            text = tokens, marks, runs[low:], np.int32(count)
            scalars = *self._keys, place, *self._rates, self._lockf, *self._crowd
            results = self._results.workspace, taken[launch:], self._results.outcome
            args = *self._weights, *text, *self._tables, *scalars, *results
            self.queue.wait_for_room()
            self.kernel.launch(min(self.warps, count), args)
            self.queue.mark()
