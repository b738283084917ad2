"""What every array must be before a kernel gets it: looked at once a call, never by the word."""

from __future__ import annotations

import numpy as np

from w2v.backend.array import Array
from w2v.backend.output import check_array
from w2v.backend.reference.arrays import Arrays
from w2v.backend.rowgrad import RowGrad
from w2v.backend.work import Work

_FLOATS = frozenset((np.dtype(np.float32), np.dtype(np.float64)))  # of the native byte order


class ArrayChecks(Arrays):
    """Refuses, in one line, arrays that kernels would read as something else.

    Kernels take any strides.  Ids are compared with their range by :meth:`check_ids`, or in
    the kernel before it begins.
    """

    def check_floats(self, x: Array, what: str, shape: tuple[int, ...] | None = None) -> None:
        """Refuse what is no array of floating-point numbers on this backend, or of a shape.

        Parameters
        ----------
        x : array
        what : str
            What it stands for, for messages.
        shape : tuple of int, optional
            That it must have.

        Raises
        ------
        TypeError
            No array of this backend.
        ValueError
            One of other numbers or another shape.
        """
        if not isinstance(x, self.xp.ndarray):
            raise TypeError(
                f"{what} must be an array of the {self.name} backend, got {type(x).__name__}"
            )
        if x.dtype not in _FLOATS:
            raise ValueError(
                f"{what} must be float32 or float64 in this machine's byte order, got {x.dtype!r}"
            )
        if shape is not None and x.shape != shape:
            raise ValueError(f"{what} must have shape {shape}, got {x.shape}")

    def check_matrix(self, W: Array, what: str = "W", *, written: bool = False) -> None:
        """Refuse what is no (V, H) matrix, or cannot be written to where it must be.

        Raises
        ------
        TypeError, ValueError
            As :meth:`check_floats`.
        """
        self.check_floats(W, what)
        if W.ndim != 2:
            raise ValueError(f"{what} must be a (V, H) matrix, got shape {W.shape}")
        if written and isinstance(W, np.ndarray) and not W.flags.writeable:
            raise ValueError(f"{what} is read-only, and is to be written to: give a copy")

    def check_integers(self, ids: Array, what: str = "word ids") -> None:
        """Refuse what is no array of integers; an empty array may be of any type.

        Raises
        ------
        TypeError
            No array.
        ValueError
            One of something else than integers in the native byte order.
        """
        if not isinstance(ids, (np.ndarray, self.xp.ndarray)):
            raise TypeError(f"{what} must be an array of integers, got {type(ids).__name__}")
        dtype = ids.dtype
        if ids.size and (dtype.kind not in "iu" or not dtype.isnative):
            raise ValueError(f"{what} must be integers in this machine's byte order, got {dtype!r}")

    def check_ids(self, ids: Array, size: int, what: str = "word id") -> None:
        """Refuse ids outside 0 .. size − 1.

        Raises
        ------
        TypeError, ValueError
            No integers; or it names the offending id and the range.
        """
        self.check_integers(ids, f"{what}s")
        if ids.size == 0:
            return
        low, high = int(ids.min()), int(ids.max())
        if low < 0 or high >= size:
            got = low if low < 0 else high
            raise ValueError(
                f"{what} {got} is out of range: expected 0 to {size - 1} "
                f"for a vocabulary of {size} words"
            )

    # -- the primitives' arguments, but for the ids' range ------------------------------

    def check_row_dot(self, W: Array, index: Array, h: Array) -> None:
        """Refuse what :meth:`row_dot` cannot take."""
        self.check_matrix(W)
        self.check_table(index)
        self.check_floats(h, "h", (index.shape[0], W.shape[1]))

    def check_weighted_rows(self, W: Array, index: Array, weight: Array) -> None:
        """Refuse what :meth:`weighted_rows` cannot take."""
        self.check_matrix(W)
        self.check_table(index)
        self.check_floats(weight, "weight", index.shape)

    def check_scatter_add(self, dst: Array, index: Array, rows: Array) -> None:
        """Refuse what :meth:`scatter_add` cannot take."""
        self.check_matrix(dst, "dst", written=True)
        self.check_integers(index, "rows' numbers")
        if index.ndim != 1:
            raise ValueError(f"index must have shape (N,), got {index.shape}")
        self.check_floats(rows, "rows", (index.size, dst.shape[1]))

    def check_reduce_rows(self, index: Array, rows: Array) -> None:
        """Refuse what :meth:`reduce_rows` cannot take."""
        self.check_integers(index, "index")
        self.check_floats(rows, "rows")
        if rows.shape[:-1] != index.shape or not rows.ndim:
            raise ValueError(
                f"a row is needed for each index: index has shape {index.shape}, rows {rows.shape}"
            )

    def check_reduce_outer(self, index: Array, weight: Array, h: Array) -> None:
        """Refuse what :meth:`reduce_outer` cannot take."""
        self.check_table(index)
        self.check_floats(weight, "weight", index.shape)
        self.check_matrix(h, "h")
        if h.shape[0] != index.shape[0]:
            raise ValueError(f"h must have {index.shape[0]} rows, as index has, got {h.shape[0]}")

    def check_labels(self, x: Array, t: Array) -> None:
        """Refuse what :meth:`sigmoid_loss` cannot take."""
        self.check_floats(x, "logits")
        if not x.ndim or not x.size:
            raise ValueError(f"at least one row of logits is needed, got shape {x.shape}")
        dtype = getattr(t, "dtype", None)
        if dtype is None or dtype.kind not in "biuf" or not dtype.isnative:
            raise TypeError(
                f"labels must be an array of numbers in this machine's byte order, got "
                f"{type(t).__name__ if dtype is None else dtype!r}"
            )

    def check_adam(self, param: Array, m: Array, v: Array, grad: RowGrad) -> None:
        """Refuse what :meth:`adam_rows` cannot take."""
        if not isinstance(grad, RowGrad):
            raise TypeError(f"grad must be a RowGrad, got {type(grad).__name__}")
        for each, what in ((param, "param"), (m, "m"), (v, "v")):
            self.check_matrix(each, what, written=True)
            if each.shape != param.shape or each.dtype != param.dtype:
                raise ValueError(
                    f"{what} must be as param is, {param.dtype} of shape {param.shape}, got "
                    f"{each.dtype} of shape {each.shape}"
                )
        if m is v or m is param or v is param:
            raise ValueError("param, m and v must be three arrays, got one for two of them")
        if grad.shape != param.shape:
            raise ValueError(
                f"a parameter of shape {param.shape} has a gradient of shape {grad.shape}"
            )
        self.check_touched(grad)

    def check_touched(self, grad: RowGrad) -> None:
        """Refuse a gradient whose rows are no longer what it was made of."""
        rows = grad.padded_rows
        self.check_floats(rows, "the gradient's rows", (grad.padded_index.size, grad.shape[1]))

    def check_table(self, index: Array) -> None:
        """Refuse what is no (B, K) array of integers."""
        self.check_integers(index, "index")
        if index.ndim != 2:
            raise ValueError(f"index must have shape (B, K), got {index.shape}")

    def check_work(self, work: Work) -> None:
        """Refuse what :meth:`train` cannot take."""
        tokens, offsets, output, keep = work.tokens, work.offsets, work.output, work.keep
        for W, what in ((work.W_in, "input vectors"), (work.W_out, "output vectors")):
            self.check_matrix(W, what, written=True)
        output.check()
        for ids, what in ((tokens, "tokens"), (offsets, "sentence offsets"), (keep, "thresholds")):
            self.check_integers(ids, what)
            if ids.ndim != 1:
                raise ValueError(f"{what} must be one-dimensional, got shape {ids.shape}")
        size, dim = output.size, work.W_in.shape[1]
        shapes = (size, dim), (output.rows, dim), (size,)
        if (work.W_in.shape, work.W_out.shape, keep.shape) != shapes:
            raise ValueError(
                f"input vectors {work.W_in.shape}, output vectors {work.W_out.shape}, the "
                f"{output.name} ({size},) and the thresholds {keep.shape} must be of one vocabulary"
            )
        check_array(keep, np.uint32, (size,), "the thresholds")
        if work.lockf is not None:
            check_array(work.lockf, np.float32, (size,), "the factors of input vectors")
        output.check_settings(work.settings)
        falling = (offsets[1:] < offsets[:-1]).any()
        if offsets.size < 1 or int(offsets[0]) < 0 or falling or int(offsets[-1]) > tokens.size:
            raise ValueError(
                f"sentence offsets must rise from 0 or more to at most {tokens.size}, the number "
                f"of tokens"
            )
        self.check_ids(tokens[int(offsets[0]) : int(offsets[-1])], size)
