"""The fused engine on the CPU: work in, Numba kernels, loss out."""

from __future__ import annotations

from functools import lru_cache
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from w2v.backend.cpu import both_kernels, negative_kernels, shared_kernels, tree_kernels
from w2v.backend.cpu.arguments import read_only
from w2v.backend.cpu.batch_kernels import Corpus, Windows
from w2v.backend.cpu.block_draw_kernels import Shared
from w2v.backend.cpu.copies import OwnCopies, own_copies
from w2v.backend.cpu.room import Memory
from w2v.backend.cpu.rows import own_lines, padded, padded_copy
from w2v.backend.cpu.vector_kernels import LANES, MAX_TILE
from w2v.backend.huffman import HuffmanTree
from w2v.backend.noise import NoiseTable
from w2v.backend.settings import FusedLoss, FusedSettings
from w2v.backend.tree_and_noise import TreeAndNoise
from w2v.backend.work import Work

_BLOCK_TILE = 4  # outputs of windows that share negatives that are multiplied at once
_PATH_TILE = LANES // 2  # nodes that are multiplied at once; paths are a dozen long


def train(work: Work, own: OwnCopies | None = None) -> FusedLoss:
    """Train on sentences; see :meth:`w2v.backend.Backend.train`.

    Parameters
    ----------
    work : Work
        Checked.
    own : OwnCopies, optional
        A thread's copies that outlast the call, by default those of this call alone.
    """
    prepared = Prepared(work, own)
    prepared.train(work.tokens, work.offsets, work.position)
    prepared.write_back(work)
    return FusedLoss(float(prepared.loss[0]), int(prepared.loss[1]), int(prepared.loss[2]))


class Prepared:
    """A kernel, and all that it takes but the sentences.

    Parameters
    ----------
    work, own
        See :func:`train`.

    Attributes
    ----------
    loss : (3,) float64 array
        Loss, predictions and words so far.
    """

    def __init__(self, work: Work, own: OwnCopies | None) -> None:
        settings = work.settings
        self._form = form = _FORMS[type(work.output)](work.output, settings)
        self._rows = _vector_rows(work.W_in), _vector_rows(work.W_out)
        self.loss = own_lines(3, np.float64)
        self._rest = (
            Windows(
                read_only(work.keep, np.uint32),
                settings.token_key,
                settings.reach,
                settings.shrink_windows,
                settings.alpha,
                (settings.alpha - settings.min_alpha) / settings.total,
                settings.min_alpha,
            ),
            form.source,
            (
                None
                if settings.skip_gram
                else (settings.mean, settings.mean and settings.share_gradient)
            ),
            ((0,) * form.contexts, (0,) * form.outputs),
        )
        self._settings = settings
        self._copies = own or own_copies(settings, work.position, *self._rows)
        self._lockf = None if work.lockf is None else read_only(work.lockf, np.float32)

    def train(self, tokens: np.ndarray, offsets: np.ndarray, position: int) -> None:
        """Train on sentences, of the place in the run where they stand."""
        corpus = Corpus(read_only(tokens, np.int32), read_only(offsets, np.int64), position)
        memory, room = self._room(corpus.offsets)
        own = self._copies, room
        self._form.kernel((*self._rows, self.loss), corpus, *self._rest, own, self._lockf)
        del memory  # not before the kernel is done

    def _room(self, offsets: np.ndarray) -> tuple[Memory, Any]:
        form, settings = self._form, self._settings
        width, with_factors = self._rows[0].shape[1], self._lockf is not None
        memory = Memory(width, form.contexts, form.outputs, with_factors)
        if settings.block > 1:
            return memory, memory.shared(offsets, settings.reach, form.source)
        patterns = lane_patterns(form.contexts, form.outputs)
        room = memory.windows(offsets, settings, form.source, patterns)
        return memory, memory.chunks(room) if settings.chunked else room

    def write_back(self, work: Work) -> None:
        """Write the rows back where they are others than the weights'."""
        for W, whole in zip((work.W_in, work.W_out), self._rows, strict=True):
            if not np.may_share_memory(W, whole):
                W[:] = whole[:, : W.shape[1]]


class _Form(NamedTuple):
    """One of the kernels, and what it takes that the other does not.

    Parameters
    ----------
    kernel : kernel
        Numba's type says nothing of its arguments.
    source : Negatives, Tree or Both
        What it finds a window's outputs by.
    contexts, outputs : int
        How many it multiplies at once.
    """

    kernel: Any
    source: Any
    contexts: int
    outputs: int


def _kernel_of(losses: ModuleType, settings: FusedSettings) -> Any:
    if settings.skip_gram:
        return losses.train_skip_gram
    return losses.train_chunks if settings.chunked else losses.train_cbow


def _by_negatives(noise: NoiseTable, settings: FusedSettings) -> _Form:
    if settings.block > 1:
        shared = Shared(
            settings.block,
            settings.shared_negatives,
            np.float32(settings.negative / settings.shared_negatives),
            *_negatives(noise, settings)[1:],
        )
        return _Form(shared_kernels.train, shared, LANES // _BLOCK_TILE, _BLOCK_TILE)
    contexts, outputs = tile_shape(settings.negative)
    source = _negatives(noise, settings)
    kernel = _kernel_of(negative_kernels, settings)
    return _Form(kernel, source, contexts if settings.skip_gram else 1, outputs)


def _negatives(noise: NoiseTable, settings: FusedSettings) -> negative_kernels.Negatives:
    return negative_kernels.Negatives(
        settings.negative + 1,
        noise.table.view(np.uint64)[:, 0],
        noise.cumulative,
        settings.negative_key,
        settings.exact,
    )


def _by_path(tree: HuffmanTree, settings: FusedSettings) -> _Form:
    contexts = LANES // _PATH_TILE if settings.skip_gram else 1
    return _Form(_kernel_of(tree_kernels, settings), _tree(tree), contexts, _PATH_TILE)


def _tree(tree: HuffmanTree) -> tree_kernels.Tree:
    return tree_kernels.Tree(tree.longest, tree.parents, tree.labels)


def _by_both(both: TreeAndNoise, settings: FusedSettings) -> _Form:
    negatives, tree = _negatives(both.noise, settings), _tree(both.tree)
    source = both_kernels.Both(negatives.most + tree.most, negatives, tree)
    contexts = LANES // _PATH_TILE if settings.skip_gram else 1
    return _Form(_kernel_of(both_kernels, settings), source, contexts, _PATH_TILE)


_FORMS: dict[type, Any] = {
    NoiseTable: _by_negatives,
    HuffmanTree: _by_path,
    TreeAndNoise: _by_both,
}


def tile_shape(negative: int) -> tuple[int, int]:
    """Choose how many contexts and outputs are multiplied at once.

    As many outputs as registers hold, in tiles of even size, and as many contexts as
    a vector then has lanes for logits; more than four would mostly idle.

    Parameters
    ----------
    negative : int
        k; there are k + 1 outputs.

    Returns
    -------
    contexts, outputs : int
    """
    tiles = -(-(negative + 1) // MAX_TILE)
    outputs = -(-(negative + 1) // tiles)
    contexts = LANES // outputs
    return (4 if contexts > 4 else 2 if contexts > 1 else 1), outputs


@lru_cache
def lane_patterns(contexts: int, outputs: int) -> np.ndarray:
    """Tell which lanes of a vector of logits count: context i's, output j's is i * outputs + j.

    Parameters
    ----------
    contexts, outputs : int
        How many are multiplied at once.

    Returns
    -------
    (outputs, contexts, LANES) float32 array
        1 in the lanes that count with j + 1 outputs and i + 1 contexts, 0 in the others.
    """
    patterns = own_lines((outputs, contexts, LANES), np.float32)
    for j in range(outputs):
        for i in range(contexts):
            lanes = patterns[j, i, : contexts * outputs].reshape(contexts, outputs)
            lanes[: i + 1, : j + 1] = 1
    return patterns


def _vector_rows(W: np.ndarray) -> np.ndarray:
    """Return W with rows of whole vectors: itself with its padding, or else a copy."""
    whole = padded(W)
    return whole if whole is not None else _vector_rows(padded_copy(W))
