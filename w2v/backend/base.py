"""Every primitive the layers and models stand on, in plain array code.

This is the readable reference: it runs on NumPy and on CuPy alike.  The CPU and
GPU backends override what they do faster, and one test suite compares them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from w2v.backend.alias import NoiseTable, alias_table
from w2v.backend.huffman import HuffmanTree
from w2v.backend.pending import PendingLoss
from w2v.backend.random import RandomStream, random_bits
from w2v.backend.rowgrad import Array, RowGrad
from w2v.backend.stream import StreamLoss, StreamSettings, check_stream, train_stream

# A slice of the fused engine's work takes some hundredths of a second.
_FILLED_AT_ONCE = 2**20  # numbers; they stay in the cache
_SLICE_FLOP = 2e9
_SLICE_WORDS = 1_000, 100_000
_PATH = 12  # nodes that stand above a word of running text in a tree, about
_LOW_32 = np.uint64(0xFFFFFFFF)
_S11, _S32 = np.uint64(11), np.uint64(32)


class MemoryInfo(NamedTuple):
    """Memory in bytes where a backend's arrays live."""

    free: int
    total: int


def rejection_attempts(k: int) -> int:
    """How often to draw for k distinct words before bisecting instead.

    On text nearly every draw is fresh, so this many are needed only where k comes
    close to the vocabulary's size or a few words hold nearly all mass.
    """
    return 4 * k + 32


class Backend:
    """Array primitives of word2vec on one device.

    Attributes
    ----------
    name : str
        ``"cpu"`` or ``"gpu"``.
    xp : module
        The array library: numpy or cupy.
    sampling : str
        How ``sampling="auto"`` samples negatives here: ``"exact"`` or ``"fast"``.
    """

    name = "reference"
    sampling = "exact"

    def __init__(self, xp: ModuleType = np) -> None:
        self.xp: Any = xp

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}>"

    def describe(self) -> str:
        """Return the name and what stands behind it, for people."""
        return self.name

    # -- arrays ---------------------------------------------------------------

    def asarray(self, x: Any, dtype: Any = None) -> Array:
        """Return x as an array of this backend, copying only if it must."""
        return self.xp.asarray(x, dtype=dtype)

    def to_numpy(self, x: Array) -> np.ndarray:
        """Return x as a NumPy array."""
        return np.asarray(x)

    def synchronize(self) -> None:
        """Wait until the device has done all it was given."""

    def memory_info(self) -> MemoryInfo:
        """Return the free and total memory, in bytes, where arrays live."""
        page = os.sysconf("SC_PAGE_SIZE")
        total = os.sysconf("SC_PHYS_PAGES") * page
        if "SC_AVPHYS_PAGES" not in os.sysconf_names:
            return MemoryInfo(total, total)
        return MemoryInfo(os.sysconf("SC_AVPHYS_PAGES") * page, total)

    def normal(self, shape: tuple[int, ...], scale: float, seed: int, stream: int = 0) -> Array:
        """Return float32 normal deviates, the same on every backend.

        Parameters
        ----------
        shape : tuple of int
        scale : float
            Standard deviation.
        seed, stream : int
            As in :class:`RandomStream`.
        """
        rng = np.random.Generator(np.random.Philox(key=[seed, stream]))
        values = rng.standard_normal(shape, dtype=np.float32)
        values *= np.float32(scale)
        return self.asarray(values)

    def fill_uniform(self, W: Array, limit: float, seed: int, stream: int = 0) -> None:
        """Fill a matrix with deviates from (−limit, limit), the same on every backend.

        Parameters
        ----------
        W : (V, H) float32 array
        limit : float
        seed, stream : int
            As in :class:`RandomStream`.
        """
        rng = np.random.Generator(np.random.Philox(key=[seed, stream]))
        rows = max(1, _FILLED_AT_ONCE // W.shape[1])
        for first in range(0, len(W), rows):
            part = W[first : first + rows]
            values = rng.random(part.shape, dtype=np.float32) - np.float32(0.5)
            part[:] = self.asarray(values * np.float32(2 * limit))

    # -- checks ---------------------------------------------------------------

    def check_ids(self, ids: Array, size: int, what: str = "word id") -> None:
        """Refuse ids outside 0 .. size - 1.

        Raises
        ------
        ValueError
            Names the offending id and the range.
        """
        if ids.size == 0:
            return
        low, high = int(ids.min()), int(ids.max())
        if low < 0 or high >= size:
            got = low if low < 0 else high
            raise ValueError(
                f"{what} {got} is out of range: expected 0 to {size - 1} "
                f"for a vocabulary of {size} words"
            )

    @contextmanager
    def deferred_checks(self) -> Iterator[None]:
        """Let :meth:`check_ids` answer at the block's end, where that saves waiting."""
        yield

    # -- embedding lookup, forward and backward ---------------------------------

    def take_rows(self, W: Array, index: Array) -> Array:
        """Look rows up: ``W[index]``.

        Parameters
        ----------
        W : (V, H) float array
        index : (...) int array

        Returns
        -------
        (..., H) float array
        """
        return self.xp.take(W, index, axis=0)

    def row_dot(self, W: Array, index: Array, h: Array) -> Array:
        """Compute dot products ``W[index[b, k]] · h[b]``.

        Parameters
        ----------
        W : (V, H) float array
        index : (B, K) int array
        h : (B, H) float array

        Returns
        -------
        (B, K) float array
        """
        return self.xp.matmul(W[index], h[:, :, None])[:, :, 0]

    def weighted_rows(self, W: Array, index: Array, weight: Array) -> Array:
        """Sum rows by weight: ``Σ_k weight[b, k] W[index[b, k]]``.

        Parameters
        ----------
        W : (V, H) float array
        index : (B, K) int array
        weight : (B, K) float array

        Returns
        -------
        (B, H) float array
        """
        return self.xp.matmul(weight[:, None, :], W[index])[:, 0]

    def scatter_add(self, dst: Array, index: Array, rows: Array) -> None:
        """Add rows to ``dst[index]`` in place; repeated indices accumulate.

        Parameters
        ----------
        dst : (V, H) float array
        index : (N,) int array
        rows : (N, H) float array
        """
        self.xp.add.at(dst, index, rows)

    def reduce_rows(self, index: Array, rows: Array, size: int) -> RowGrad:
        """Sum the rows that share an index.

        Parameters
        ----------
        index : (...) int array
        rows : (..., H) float array
            May be a broadcast view.
        size : int
            V, the number of rows of the matrix the indices point into.

        Returns
        -------
        RowGrad
        """
        unique, inverse = self.xp.unique(index.reshape(-1), return_inverse=True)
        summed = self.xp.zeros((unique.size, rows.shape[-1]), dtype=rows.dtype)
        self.scatter_add(summed, inverse.reshape(-1), rows.reshape(-1, rows.shape[-1]))
        return RowGrad(unique, summed, size)

    def reduce_outer(self, index: Array, weight: Array, h: Array, size: int) -> RowGrad:
        """Sum the rows ``weight[b, k] h[b]`` that share an index.

        Parameters
        ----------
        index : (B, K) int array
        weight : (B, K) float array
        h : (B, H) float array
        size : int
            V, the number of rows of the matrix the indices point into.

        Returns
        -------
        RowGrad
        """
        return self.reduce_rows(index, weight[:, :, None] * h[:, None, :], size)

    def put_rows(self, dst: Array, grad: RowGrad, rows: Array) -> None:
        """Set the rows of ``dst`` that a gradient touches.

        Parameters
        ----------
        dst : (V, H) float array
        grad : RowGrad
        rows : (N, H) float array
            One for each of ``grad.padded_index``.
        """
        dst[grad.index] = rows

    # -- losses -----------------------------------------------------------------

    def sigmoid_loss(self, x: Array, t: Array) -> tuple[Array, Array]:
        """Binary cross-entropy of logits, summed, and its gradient.

        Parameters
        ----------
        x : float array
            Logits.
        t : array of x's shape, or one that broadcasts to it
            Labels, 0 or 1.

        Returns
        -------
        loss : 0-d float array
            ``Σ log(1 + exp(−x))`` where t is 1 and ``Σ log(1 + exp(x))`` where it is 0.
        difference : float array of x's shape
            ``σ(x) − t``, the loss's gradient by x.
        """
        xp = self.xp
        loss = xp.logaddexp(0, xp.where(t, -x, x)).sum()
        return loss, (xp.tanh(x / 2) + 1) / 2 - t

    # -- optimizers ---------------------------------------------------------------

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
        """Adam's update of the touched rows, in place.

        Parameters
        ----------
        param, m, v : (V, H) float arrays
            The weights and their first and second moments.
        grad : RowGrad
        step_size : float
            Learning rate with both bias corrections applied.
        beta1, beta2, eps : float
            Decay of the moments and what keeps the division finite.
        """
        index, g = grad.index, grad.rows
        m_rows, v_rows = m[index], v[index]
        m_rows += (1 - beta1) * (g - m_rows)
        v_rows += (1 - beta2) * (g * g - v_rows)
        m[index], v[index] = m_rows, v_rows
        param[index] -= step_size * m_rows / (self.xp.sqrt(v_rows) + eps)

    # -- negative sampling ----------------------------------------------------------

    def alias_table(self, weights: np.ndarray) -> tuple[Array, Array]:
        """Build a noise distribution's tables; see :func:`w2v.backend.alias.alias_table`.

        Parameters
        ----------
        weights : (V,) int64 NumPy array

        Returns
        -------
        cumulative : (V + 1,) int64 array
        table : (V, 2) uint32 array
        """
        return alias_table(self.xp, self.asarray(weights))

    def sample_fast(self, noise: NoiseTable, shape: tuple[int, ...], stream: RandomStream) -> Array:
        """Draw words with replacement; the target may be among them.

        Parameters
        ----------
        noise : NoiseTable
            On this backend (``NoiseTable.to``).
        shape : tuple of int
        stream : RandomStream
            Advanced by one counter a word.

        Returns
        -------
        int32 array of that shape
        """
        n = int(np.prod(shape))
        return self._draw(noise, self._row_bits(stream, n)).reshape(shape)

    def sample_exact(
        self, noise: NoiseTable, targets: Array, k: int, stream: RandomStream
    ) -> Array:
        """Draw k distinct words for each target, never the target itself.

        They come as from drawing one after another without replacement with the
        target's probability set to zero, the distribution of
        ``numpy.random.choice(V, k, replace=False, p=p)``.  Words are drawn from
        the alias table and rejected if taken, at O(k); rows that are not full
        after :func:`rejection_attempts` go on by bisection of the cumulative
        weights with the taken words cut out.  How many draws a row had rejected
        tells nothing about what comes next, so switching keeps the distribution.

        Parameters
        ----------
        noise : NoiseTable
            On this backend (``NoiseTable.to``).
        targets : (...) int array
        k : int
            Negatives a target, at most V − 1.
        stream : RandomStream
            Advanced by one counter a target.

        Returns
        -------
        (..., k) int32 array

        Raises
        ------
        ValueError
            ``k`` is below 1 or above V − 1, or a target is not in 0 .. V − 1.
        """
        self.check_exact(noise, targets, k)
        xp = self.xp
        flat = targets.reshape(-1)
        n = flat.size
        keys = self._row_bits(stream, n)
        taken = xp.full((n, 1 + k), noise.size, dtype=xp.int32)  # V stands for "none yet"
        taken[:, 0] = flat
        found = xp.zeros(n, dtype=xp.int32)
        attempts = rejection_attempts(k)
        for attempt in range(attempts):
            if not (found < k).any():
                break
            bits = random_bits(keys, xp.full(1, attempt, dtype=xp.uint64))
            word = self._draw(noise, bits)
            rows = xp.flatnonzero((found < k) & ~(taken == word[:, None]).any(axis=1))
            found[rows] += 1
            taken[rows, found[rows]] = word[rows]
        rows = xp.flatnonzero(found < k)
        while rows.size:
            counter = (found[rows] + attempts).astype(xp.uint64)
            word = self._draw_excluding(noise, taken[rows], random_bits(keys[rows], counter))
            found[rows] += 1
            taken[rows, found[rows]] = word
            rows = rows[found[rows] < k]
        return taken[:, 1:].reshape(*targets.shape, k)

    def check_exact(self, noise: NoiseTable, targets: Array, k: int) -> None:
        """Refuse what :meth:`sample_exact` cannot do."""
        if noise.size < 2:
            raise ValueError("a vocabulary of one word has no negatives: give more text")
        if not 1 <= k <= noise.size - 1:
            raise ValueError(
                f"cannot draw {k} distinct negatives beside the target from a vocabulary of "
                f"{noise.size} words: expected 1 to {noise.size - 1}; lower the number of "
                f"negatives or use sampling='fast'"
            )
        self.check_ids(targets, noise.size, "target id")

    def _row_bits(self, stream: RandomStream, n: int) -> Array:
        """64 random bits for each of the stream's next n counters."""
        counters = self.xp.arange(n, dtype=self.xp.uint64) + np.uint64(stream.take(n))
        return random_bits(stream.key, counters)

    def _draw(self, noise: NoiseTable, bits: Array) -> Array:
        """One word of the alias table for each 64 bits: 32 for the column, 32 for the coin."""
        xp = self.xp
        column = (((bits >> _S32) * np.uint64(noise.size)) >> _S32).astype(xp.int64)
        entry = noise.table[column]
        word = xp.where(bits & _LOW_32 < entry[..., 0], column, entry[..., 1])
        return word.astype(xp.int32)

    def _draw_excluding(self, noise: NoiseTable, taken: Array, bits: Array) -> Array:
        """One word a row that is not among the row's taken ones."""
        xp = self.xp
        taken = xp.sort(taken, axis=1)
        low = noise.cumulative[taken]
        weight = noise.cumulative[xp.minimum(taken + 1, noise.size)] - low
        rest = noise.cumulative[-1] - weight.sum(axis=1)
        x = ((bits >> _S11).astype(xp.float64) * 2.0**-53 * rest).astype(xp.int64)
        x = xp.minimum(x, rest - 1)
        for j in range(taken.shape[1]):
            x += xp.where(x >= low[:, j], weight[:, j], 0)
        word = xp.searchsorted(noise.cumulative, x, side="right") - 1
        return word.astype(xp.int32)

    # -- hierarchical softmax --------------------------------------------------------

    def tree_paths(self, tree: HuffmanTree, words: Array) -> tuple[Array, Array]:
        """Find the inner nodes above words, from the word upwards, and the answers there.

        Parameters
        ----------
        tree : HuffmanTree
            On this backend (``HuffmanTree.to``).
        words : (...) int array

        Returns
        -------
        nodes : (..., L) int32 array
            L is the longest path of these words; −1 stands after a shorter one's end.
        labels : (..., L) int8 array
            1 for yes, 0 for no; any after the end.

        Raises
        ------
        ValueError
            A word below 0 or above V − 1.
        """
        self.check_ids(words, tree.size)
        node = words.astype(tree.parents.dtype) + tree.parents.dtype.type(tree.size - 1)
        length = int(tree.lengths[words].max()) if words.size else 0
        nodes = self.xp.empty((*words.shape, length), dtype=tree.parents.dtype)
        labels = self.xp.empty((*words.shape, length), dtype=tree.labels.dtype)
        for i in range(length):
            above = tree.parents[node]
            nodes[..., i] = self.xp.where(node > 0, above, -1)
            labels[..., i] = tree.labels[node]
            node = above
        return nodes, labels

    # -- fused engine -------------------------------------------------------------------

    def stream_workers(self) -> int:
        """Return how many threads the fused engine should run: one a core here."""
        if hasattr(os, "sched_getaffinity"):
            return len(os.sched_getaffinity(0))
        return os.cpu_count() or 1

    def stream_words(self, settings: StreamSettings, dim: int) -> int:
        """Return how many words :meth:`train_stream` should be given at a time.

        Long beside handing them out, and short beside what a user waits after Ctrl-C.
        """
        contexts = settings.window * (2 if settings.skip_gram else 1)
        outputs = 1 + settings.negative if settings.negative else _PATH
        flop = 6 * dim * outputs * contexts
        return int(np.clip(_SLICE_FLOP / flop, *_SLICE_WORDS))

    def stream_tokens(self, tokens: Array) -> Array:
        """Return a corpus where :meth:`train_stream` reads it fastest: as it is, or moved."""
        return tokens

    def zero_rows(self, shape: tuple[int, int]) -> Array:
        """Return a float32 matrix of zeros in the layout that :meth:`stream_rows` gives.

        Parameters
        ----------
        shape : (int, int)
        """
        zeros: Array = self.xp.zeros(shape, dtype=np.float32)
        return zeros

    def stream_rows(self, W: Array) -> Array:
        """Return W in the layout that :meth:`train_stream` is fastest on: itself, or a copy.

        Parameters
        ----------
        W : (V, H) float32 array

        Returns
        -------
        (V, H) float32 array
        """
        return W

    def train_stream(
        self,
        W_in: Array,
        W_out: Array,
        tokens: Array,
        offsets: Array,
        *,
        noise: NoiseTable,
        keep: Array,
        settings: StreamSettings,
        position: int,
    ) -> StreamLoss:
        """Train on a stream of sentences with plain SGD, window after window, in place.

        Every word in turn is a target: words are thinned out, the contexts within a
        random width gathered, negatives drawn once for the window, and the rows of
        contexts, target and negatives stepped by what they were when the window
        began; a row that stands in the window twice takes the sum of both changes.
        All draws depend on the seed and a word's position alone.

        Parameters
        ----------
        W_in, W_out : (V, H) float32 arrays
            Input and output vectors.
        tokens : (N,) int32 array
            Word ids, sentence after sentence.
        offsets : (S + 1,) int64 array
            The sentences to train on: sentence i is ``tokens[offsets[i]:offsets[i + 1]]``.
        noise : NoiseTable
            On this backend; of V words.
        keep : (V,) uint32 array
            See :func:`w2v.backend.stream.keep_thresholds`.
        settings : StreamSettings
        position : int
            Words of the run that come before ``tokens[offsets[0]]``.

        Returns
        -------
        StreamLoss

        Raises
        ------
        ValueError
            Arrays that do not fit together, an id outside 0 .. V − 1, or more negatives
            than exact sampling can find.
        """
        check_stream(self, W_in, W_out, tokens, offsets, noise, keep, settings)
        return train_stream(self, W_in, W_out, tokens, offsets, noise, keep, settings, position)

    def begin_stream(self, *work: Any, **options: Any) -> PendingLoss:
        """Do what :meth:`train_stream` does, and perhaps return before it is done.

        What is done to the weights afterwards, on this backend, comes after it.  A word id
        out of range may be told of by the loss, with nothing trained since it was met.

        Parameters
        ----------
        *work, **options
            As for :meth:`train_stream`.

        Returns
        -------
        PendingLoss
        """
        return PendingLoss(self.train_stream(*work, **options))

    def train_tree_stream(
        self,
        W_in: Array,
        W_out: Array,
        tokens: Array,
        offsets: Array,
        *,
        tree: HuffmanTree,
        keep: Array,
        settings: StreamSettings,
        position: int,
    ) -> StreamLoss:
        """Do what :meth:`train_stream` does with hierarchical softmax.

        A window's outputs are the inner nodes on its target's path, each of which is to
        answer yes or no, instead of the target and its negatives.

        Parameters
        ----------
        W_in : (V, H) float32 array
            Input vectors.
        W_out : (V − 1, H) float32 array
            Vectors of the tree's inner nodes, the root's first.
        tokens, offsets, keep, position
            As for :meth:`train_stream`.
        tree : HuffmanTree
            On this backend; of V words.
        settings : StreamSettings
            With ``negative=0``.

        Returns
        -------
        StreamLoss

        Raises
        ------
        ValueError
            Arrays that do not fit together, or an id outside 0 .. V − 1.
        """
        check_stream(self, W_in, W_out, tokens, offsets, tree, keep, settings)
        return train_stream(self, W_in, W_out, tokens, offsets, tree, keep, settings, position)
