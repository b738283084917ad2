"""The primitives of layers and optimizers, in plain array code."""

from __future__ import annotations

from w2v.backend.array import Array
from w2v.backend.huffman import HuffmanTree
from w2v.backend.reference.checks import ArrayChecks
from w2v.backend.rowgrad import RowGrad
from w2v.backend.touched_rows import TouchedRows


class LayerPrimitives(ArrayChecks):
    """What the layers' forward and backward passes and the optimizers stand on.

    Each refuses, with a TypeError or ValueError of one line, arrays of another type or shape
    than it names, and row numbers that its matrix does not have.
    """

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
        self.check_matrix(W)
        self.check_ids(index, W.shape[0], "row")
        if not index.size:  # of any type, as an empty list makes an array of floats
            index = index.astype("int32")
        return W[index]  # take would copy all of a matrix whose rows are padded

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
        self.check_row_dot(W, index, h)
        self.check_ids(index, W.shape[0], "row")
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
        self.check_weighted_rows(W, index, weight)
        self.check_ids(index, W.shape[0], "row")
        return self.xp.matmul(weight[:, None, :], W[index])[:, 0]

    def scatter_add(self, dst: Array, index: Array, rows: Array) -> None:
        """Add rows to ``dst[index]`` in place; repeated indices accumulate.

        Parameters
        ----------
        dst : (V, H) float array
        index : (N,) int array
        rows : (N, H) float array
        """
        self.check_scatter_add(dst, index, rows)
        self.check_ids(index, dst.shape[0], "row")
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
        self.check_reduce_rows(index, rows)
        self.check_ids(index, size, "row")
        unique, inverse = self.xp.unique(index.reshape(-1), return_inverse=True)
        summed = self.xp.zeros((unique.size, rows.shape[-1]), dtype=rows.dtype)
        self.scatter_add(summed, inverse.reshape(-1), rows.reshape(index.size, rows.shape[-1]))
        return RowGrad.of(TouchedRows(unique.astype("int32", copy=False), summed), size)

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
        self.check_reduce_outer(index, weight, h)
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
        self.check_matrix(dst, "dst", written=True)
        self.check_floats(rows, "rows", (grad.index.size, dst.shape[1]))
        self.check_ids(grad.index, dst.shape[0], "row")
        dst[grad.index] = rows

    # -- losses -----------------------------------------------------------------

    def sigmoid_loss(self, x: Array, t: Array) -> tuple[Array, Array]:
        """Binary cross-entropy of logits, summed, and its gradient.

        Parameters
        ----------
        x : float array
            Logits.
        t : array of x's shape, or one that broadcasts to it
            Labels, 0 or 1, or how likely a yes is.

        Returns
        -------
        loss : 0-d float array
            ``Σ t log(1 + exp(−x)) + (1 − t) log(1 + exp(x))``.
        difference : float array of x's shape
            ``σ(x) − t``, the loss's gradient by x.
        """
        self.check_labels(x, t)
        xp = self.xp
        t = xp.broadcast_to(t, x.shape)
        wrong = xp.where(x > 0, x * (1 - xp.asarray(t, dtype=x.dtype)), -x * t)
        loss = (wrong + xp.log1p(xp.exp(-abs(x)))).sum()
        return loss, (xp.tanh(x / 2) + 1) / 2 - t

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
        tree.check()
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
        self.check_adam(param, m, v, grad)
        self.check_ids(grad.index, param.shape[0], "row")
        index, g = grad.index, grad.rows
        m_rows, v_rows = m[index], v[index]
        m_rows += (1 - beta1) * (g - m_rows)
        v_rows += (1 - beta2) * (g * g - v_rows)
        m[index], v[index] = m_rows, v_rows
        param[index] -= step_size * m_rows / (self.xp.sqrt(v_rows) + eps)
