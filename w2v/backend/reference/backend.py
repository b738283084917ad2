"""Every primitive the layers and models stand on, in plain array code.

This is the readable reference: it runs on NumPy and on CuPy alike.  The CPU and
GPU backends override what they do faster, and one test suite compares them.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from w2v.backend.huffman import HuffmanTree
from w2v.backend.noise import NoiseTable
from w2v.backend.pending import PendingLoss
from w2v.backend.reference.fused import check_stream, train_stream
from w2v.backend.reference.layers import LayerPrimitives
from w2v.backend.reference.sampling import SamplingPrimitives
from w2v.backend.rowgrad import Array
from w2v.backend.settings import StreamLoss, StreamSettings

# A slice of the fused engine's work takes some hundredths of a second.
_SLICE_FLOP = 2e9
_SLICE_WORDS = 1_000, 100_000
_PATH = 12  # nodes that stand above a word of running text in a tree, about


class Backend(LayerPrimitives, SamplingPrimitives):
    """Array primitives of word2vec on one device.

    Those of arrays, layers and sampling are inherited; here is the fused engine's contract.
    """

    def stream_workers(self) -> int:
        """Return how many threads the fused engine should run: one a core here."""
        if hasattr(os, "sched_getaffinity"):
            return len(os.sched_getaffinity(0))
        return os.cpu_count() or 1

    def stream_words(self, settings: StreamSettings, dim: int) -> int:
        """Return how many words :meth:`train_stream` should be given at a time.

        Long beside handing them out, and short beside what a user waits after Ctrl-C.
        """
        contexts = settings.reach * (2 if settings.skip_gram else 1)
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

        Windows of more than P = 20 contexts, n, are stepped with care, or the sum of
        their steps would carry rows past their optimum and away.  Skip-gram steps P
        contexts at a time, in the order of the text, with the outputs' rows as the part
        before left them, and all at √(P / n) times the rate, or P / n with a tree.  CBOW
        gives each context √(P / n) of the change of the contexts' mean, or with
        ``share_gradient`` 1 / n as ever; where it sums them, the window's rate is P / n
        times what it would be.

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
            See :func:`w2v.backend.settings.keep_thresholds`.
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
