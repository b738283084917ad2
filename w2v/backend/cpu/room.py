"""The memory that the fused engine's kernels work in, made anew for each call.

It is made here, as each kind of array that a kernel makes for itself takes Numba a twentieth
of a second to compile.  Most of it kernels know by address alone, so somebody must hold on to
it while they run.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from w2v.backend.cpu.batch_kernels import BATCH, Batch
from w2v.backend.cpu.block_draw_kernels import Blocks, Shared
from w2v.backend.cpu.block_kernels import Room, lane_places
from w2v.backend.cpu.chunk_sum_kernels import Sums
from w2v.backend.cpu.fused_kernels import SLOTS
from w2v.backend.cpu.repeats_kernels import Weights
from w2v.backend.cpu.rows import own_lines
from w2v.backend.cpu.vector_kernels import LANES
from w2v.backend.cpu.window_kernels import Scratch
from w2v.backend.settings import CHUNK, PART, FusedSettings


class Slots(NamedTuple):
    """Windows' outputs, some windows ahead of their use.

    Parameters
    ----------
    rows : (SLOTS, tiles * tile) int64 array
        Addresses.
    labels : (SLOTS, tiles * LANES) float32 array
        Labels, as often as contexts are multiplied at once.
    length : (SLOTS,) int64 array
        How many there are.
    """

    rows: np.ndarray
    labels: np.ndarray
    length: np.ndarray


class WindowRoom(NamedTuple):
    """What a kernel of `fused_kernels` works in.

    Parameters
    ----------
    batch : Batch
    again : (size,) bool array
        Which windows have an output twice.
    contexts : (size + group,) int64 array
        Addresses of the batch's input rows, and of an empty row.
    factors : (size,) float32 array
        What changes of these are multiplied by; of one number where that is not asked for.
    slots : Slots
    found : array
        Outputs, of the loss's own kind.
    sums : (3, LANES) float32 array
        The loss.
    weights : Weights
    scratch : Scratch
    hidden : int
        Address of the address of ``scratch.spare``.
    """

    batch: Batch
    again: np.ndarray
    contexts: np.ndarray
    factors: np.ndarray
    slots: Slots
    found: np.ndarray
    sums: np.ndarray
    weights: Weights
    scratch: Scratch
    hidden: int


class ChunkRoom(NamedTuple):
    """What a kernel of `chunk_kernels` works in.

    Parameters
    ----------
    windows : WindowRoom
    stops : (size,) int32 array
        Where each word's chunk ends.
    cells : (size + 1,) int64 array
        That of :class:`Sums`.
    sums : Sums
    """

    windows: WindowRoom
    stops: np.ndarray
    cells: np.ndarray
    sums: Sums


class SharedRoom(NamedTuple):
    """What the kernel of `shared_kernels` works in.

    Parameters
    ----------
    batch : Batch
    blocks : Blocks
    contexts, factors
        As in :class:`WindowRoom`.
    rows : (2, tiles * tile) int64 array
        Addresses of a block's outputs and of the next one's, in turn.
    coming : (2 * m + k,) int64 array
        Addresses of rows to fetch.
    reaches : (m,) float32 array
        Widths of a block's windows.
    counts : (tiles, span) float32 array
        How often each pair counts.
    sums : (LANES,) float32 array
        The loss.
    weights : Weights
    room : Room
    labels, lanes : int
        Addresses of ``labels`` for :class:`Block` without and with an own negative, and of
        what :func:`lane_places` fills in.
    """

    batch: Batch
    blocks: Blocks
    contexts: np.ndarray
    factors: np.ndarray
    rows: np.ndarray
    coming: np.ndarray
    reaches: np.ndarray
    counts: np.ndarray
    sums: np.ndarray
    weights: Weights
    room: Room
    labels: int
    lanes: int


class Memory:
    """Makes rooms, and holds on to what is known by address in them.

    Parameters
    ----------
    width : int
        Columns of the weights, padding included.
    group, tile : int
        How many contexts and outputs are multiplied at once.
    with_factors : bool
        Whether changes of input rows are multiplied by factors.
    """

    def __init__(self, width: int, group: int, tile: int, with_factors: bool) -> None:
        self._width, self._group, self._tile = width, group, tile
        self._with_factors = with_factors
        self._held: list[np.ndarray] = []

    def windows(
        self, offsets: np.ndarray, settings: FusedSettings, source: Any, patterns: np.ndarray
    ) -> WindowRoom:
        """Make room for windows that are stepped one by one.

        Parameters
        ----------
        offsets : (S + 1,) int64 array
            Of the sentences.
        settings : FusedSettings
        source : Negatives, Tree or Both
            What outputs are found by.
        patterns : array
            See :func:`w2v.backend.cpu.fused.lane_patterns`.

        Returns
        -------
        WindowRoom
        """
        group, tile = self._group, self._tile
        batch = _batch(offsets)
        tiles = -(-source.most // tile)
        rows, labels = (SLOTS, tiles * tile), own_lines((SLOTS, tiles * LANES), np.float32)
        found = batch.words
        if source.drawn:  # the targets come first
            labels[:, :LANES] = patterns[0, group - 1]
            found = own_lines((source.drawn, batch.words.size), np.int32)
        # CBOW has one context, the mean.
        most = min(2 * settings.reach, PART) + group if settings.skip_gram else 1
        span = most * tile + LANES
        g, empty = own_lines(tiles * span, np.float32), own_lines(self._width, np.float32)
        sums = own_lines((3, LANES), np.float32)
        spare = self._address(own_lines(max(2 * self._width, most * LANES), np.float32))
        hidden = own_lines(1, np.int64)
        hidden[0] = spare
        return WindowRoom(
            batch,
            own_lines(batch.words.size, np.bool_),
            *self._contexts(batch, empty),
            Slots(own_lines(rows, np.int64), labels, own_lines(SLOTS, np.int64)),
            found,
            sums,
            Weights(g, span, tile, self._address(empty)),
            Scratch(
                4 * self._width,
                span,
                self._address(g),
                spare,
                self._address(own_lines(most * LANES, np.float32)),
                self._address(patterns),
                self._address(sums),
            ),
            self._address(hidden),
        )

    def chunks(self, windows: WindowRoom) -> ChunkRoom:
        """Make room for windows that are stepped by chunks.

        Parameters
        ----------
        windows : WindowRoom
        """
        size = windows.batch.words.size
        longest, cells = min(CHUNK, size), own_lines(size + 1, np.int64)
        shape = 2 * longest + 1, self._width
        sums = Sums(
            4 * self._width,
            self._address(own_lines(shape, np.float32)),
            self._address(own_lines(shape, np.float32)),
            self._address(own_lines((longest, self._width), np.float32)),
            self._address(cells),
        )
        return ChunkRoom(windows, own_lines(size, np.int32), cells, sums)

    def shared(self, offsets: np.ndarray, reach: int, source: Shared) -> SharedRoom:
        """Make room for windows that share negatives.

        Parameters
        ----------
        offsets : (S + 1,) int64 array
            Of the sentences.
        reach : int
            Context words on each side, at most.
        source : Shared
        """
        group, tile = self._group, self._tile
        m, k, batch = source.block, source.negative, _batch(offsets)
        size, tiles, alike = batch.words.size, -(-(m + k + 1) // tile), -(-m // tile)
        most = min(2 * reach + m, size) + group  # contexts
        span = most * tile + LANES
        g, empty = own_lines(tiles * span, np.float32), own_lines(self._width, np.float32)
        counts = own_lines((max(alike + 1, tiles), span), np.float32)
        sums, lanes = own_lines(LANES, np.float32), own_lines((2 + m, LANES), np.float32)
        lane_places(m, lanes, tile)
        place = np.arange(tiles)[:, None] * tile + np.arange(LANES) % tile
        labels = own_lines((2, tiles, 2, LANES), np.float32)
        labels[:, :, 0] = place < m
        for own in range(2):
            labels[own, :, 1] = place < m + k + own
        return SharedRoom(
            batch,
            Blocks(
                own_lines(size + 1, np.int32),
                own_lines((m + k + 1, size), np.int32),
                own_lines(size, np.uint8),
            ),
            *self._contexts(batch, empty),
            own_lines((2, tiles * tile), np.int64),
            own_lines(2 * m + k, np.int64),
            own_lines(m, np.float32),
            counts,
            sums,
            Weights(g, span, tile, self._address(empty)),
            Room(
                4 * self._width,
                span,
                self._address(g),
                self._address(counts),
                self._address(own_lines((most, LANES), np.float32)),
                self._address(sums),
            ),
            self._address(labels),
            self._address(lanes),
        )

    def _contexts(self, batch: Batch, empty: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        size = batch.words.size
        contexts = own_lines(size + self._group, np.int64)
        contexts[:] = self._address(empty)
        return contexts, own_lines(size if self._with_factors else 1, np.float32)

    def _address(self, array: np.ndarray) -> int:
        self._held.append(array)
        return array.ctypes.data


def _batch(offsets: np.ndarray) -> Batch:
    """Make room for BATCH words and the rest of any sentence."""
    size = BATCH + int(np.diff(offsets).max(initial=0))
    return Batch(
        words=own_lines(size, np.int32),
        places=own_lines(size, np.uint64),
        keys=own_lines(size, np.uint64),
        widths=own_lines(size, np.int32),
        low=own_lines(size, np.int32),
        top=own_lines(size, np.int32),
        earlier=own_lines(size, np.int32),
        latest=own_lines(size, np.int32),
        rate=own_lines(size, np.float32),
    )
