"""A row-sparse matrix in expressions: the array that it stands for.

What is written against ``ndarray`` takes it as one, by NumPy's own protocols
(NEP 13 and NEP 18) and by CuPy's.  A function that gives zero for zero is computed on
the touched rows alone; everything else is computed on the dense matrix.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from w2v.backend.array import Array, library_of
from w2v.backend.row_views import read_only, written_through
from w2v.backend.touched_rows import TouchedRows

# NumPy's functions that write into their first argument.
_WRITERS = {np.copyto, np.put, np.place, np.putmask, np.fill_diagonal, np.put_along_axis}
# Methods that write into their array: on a dense copy they would do so unseen.
_WRITING_METHODS = {"byteswap", "itemset", "partition", "put", "resize", "setflags", "sort"}


class RowArithmetic(NDArrayOperatorsMixin):
    """What makes touched rows the (V, H) array that they stand for.

    Attributes
    ----------
    touched : TouchedRows
    n_rows : int
        V.
    """

    ndim = 2

    touched: TouchedRows
    n_rows: int

    @abstractmethod
    def _like(self, touched: TouchedRows) -> Any:
        """Return a matrix of the same shape with other rows."""

    @property
    def shape(self) -> tuple[int, int]:
        """Shape (V, H) of the whole matrix."""
        return self.n_rows, self.touched.padded_rows.shape[1]

    @property
    def size(self) -> int:
        """V · H, the number of elements."""
        return int(np.prod(self.shape))

    @property
    def dtype(self) -> np.dtype:
        """Type of the numbers."""
        dtype: np.dtype = self.touched.padded_rows.dtype
        return dtype

    def to_dense(self) -> Array:
        """Return the whole (V, H) matrix, zeros included."""
        return self.touched.to_dense(self.n_rows)

    def copy(self) -> Any:
        """Return a matrix that does not change with this one."""
        return self._like(self.touched.with_rows(self.touched.padded_rows.copy()))

    def astype(self, dtype: Any, **options: Any) -> Any:
        """Return the same with numbers of another type."""
        return self._like(self.touched.with_rows(self.touched.padded_rows.astype(dtype, **options)))

    def fill(self, value: float) -> None:
        """Set every element."""
        self[...] = value

    def __len__(self) -> int:
        return self.n_rows

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(self.n_rows))

    def __bool__(self) -> bool:
        return bool(self.to_dense())

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.shape}, {self.dtype}, mostly zero rows>"

    def __contains__(self, value: object) -> bool:
        return value in self.to_dense()

    def __copy__(self) -> Any:
        return self.copy()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if copy is False:
            raise ValueError("a row-sparse gradient becomes an array by copying only")
        dense = self.to_dense()
        dense = dense.get() if hasattr(dense, "get") else dense
        dense = dense if dtype is None else dense.astype(dtype, copy=False)
        # Who has not asked for a copy might take it for the gradient itself and write to it.
        return dense if copy else read_only(dense)

    def __cupy_get_ndarray__(self) -> Array:
        return self.to_dense()

    def __getattr__(self, name: str) -> Any:
        # What is not here is the dense array's; NumPy and pickle ask for names of their own.
        if name.startswith("_") or name in _WRITING_METHODS or name in ("touched", "n_rows"):
            raise AttributeError(f"a row-sparse gradient has no {name!r}: take its to_dense()")
        return getattr(read_only(self.to_dense()), name)

    def __getitem__(self, key: Any) -> Any:
        return written_through(self, key, self.to_dense()[_dense(key)])

    def __setitem__(self, key: Any, value: Any) -> None:
        if key is Ellipsis or (isinstance(key, slice) and key == slice(None)):
            if isinstance(value, RowArithmetic) and value.shape == self.shape:
                self.touched = value.astype(self.dtype).touched
                return
            if np.isscalar(value) and value == 0:
                self.touched = TouchedRows(self.touched.index[:0], self.touched.rows[:0])
                return
        dense = self.to_dense()
        dense[_dense(key)] = _dense(value)
        self._stand_for(dense)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        out = options.pop("out", ())
        if method == "__call__" and ufunc.nout == 1 and ufunc.signature is None and not options:
            if out and _add_in_place(ufunc, inputs, out[0]):
                return out[0]
            if not out or isinstance(out[0], RowArithmetic):
                rows = _on_touched_rows(ufunc, inputs)
                if rows is not None and not out:
                    return rows
                if rows is not None and rows.shape == out[0].shape:
                    out[0].touched = rows.astype(out[0].dtype, casting="same_kind").touched
                    return out[0]
        given, places = [_dense(x) for x in inputs], tuple(_dense(x) for x in out)
        if out:
            options["out"] = places
        result = getattr(ufunc, method)(*given, **options)
        if method == "at":
            out, places = inputs[:1], tuple(given[:1])
        for target, dense in zip(out, places, strict=True):
            if isinstance(target, RowArithmetic):
                target._stand_for(dense)
        if method == "at":
            return None
        return result if not out else out[0] if len(out) == 1 else out

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        written = list(args[:1]) if function in _WRITERS else []
        out = options.get("out")
        written += out if isinstance(out, tuple) else [out]
        if function is np.copyto:
            written.append(options.get("dst"))
        made: dict[int, Array] = {}  # one dense array each, so that what is written there is seen
        dense_args, dense_options = _dense(args, made), _dense(options, made)
        for place, dense in made.items():
            if place not in map(id, written):
                read_only(dense)
        result = function(*dense_args, **dense_options)
        for target in written:
            if isinstance(target, RowArithmetic):
                target._stand_for(made[id(target)])
                if result is made[id(target)]:
                    result = target
        return result

    def _stand_for(self, dense: Array) -> None:
        xp = library_of(dense)
        self.touched = TouchedRows(xp.arange(len(dense), dtype=xp.int32), dense)


def _dense(x: Any, made: dict[int, Array] | None = None) -> Any:
    """Return x with dense arrays for row-sparse ones, inside of containers too."""
    if isinstance(x, RowArithmetic):
        if made is None:
            return x.to_dense()
        if id(x) not in made:
            made[id(x)] = x.to_dense()
        return made[id(x)]
    if isinstance(x, tuple | list):
        return type(x)(_dense(each, made) for each in x)
    if isinstance(x, dict):
        return {key: _dense(each, made) for key, each in x.items()}
    return x


def _add_in_place(ufunc: Any, inputs: tuple[Any, ...], out: Any) -> bool:
    """Do ``dense += rows`` or ``dense -= rows`` on the touched rows, if that is asked for."""
    if ufunc not in (np.add, np.subtract) or inputs[0] is not out:
        return False
    rows = inputs[1]
    if isinstance(out, RowArithmetic) or not isinstance(rows, RowArithmetic):
        return False
    if rows.shape != out.shape:
        return False
    part = out[rows.touched.index]
    ufunc(part, rows.touched.rows, out=part)
    out[rows.touched.index] = part
    return True


def _on_touched_rows(ufunc: Any, inputs: tuple[Any, ...]) -> Any:
    """Return a function of row-sparse matrices and numbers, or None if it is not zero at zero."""
    grads = [x for x in inputs if isinstance(x, RowArithmetic)]
    others = [x for x in inputs if not isinstance(x, RowArithmetic)]
    if len({grad.shape for grad in grads}) > 1 or not all(map(_is_number, others)):
        return None
    with np.errstate(all="ignore"):
        zero = ufunc(*(np.zeros(1, x.dtype) if isinstance(x, RowArithmetic) else x for x in inputs))
    if bool(zero.any()) or zero.dtype.kind not in "fc":
        return None
    places = {id(grad.touched): grad.touched for grad in grads}
    if len(places) == 1:
        touched = grads[0].touched
        given = [touched.padded_rows if isinstance(x, RowArithmetic) else x for x in inputs]
        return grads[0]._like(touched.with_rows(ufunc(*given)))
    xp = library_of(grads[0].touched.padded_rows)
    index = xp.unique(xp.concatenate([place.index for place in places.values()]))
    aligned = [_spread(xp, x.touched, index) if isinstance(x, RowArithmetic) else x for x in inputs]
    return grads[0]._like(TouchedRows(index, ufunc(*aligned)))


def _is_number(x: Any) -> bool:
    return bool(np.isscalar(x)) or (type(x) is np.ndarray and x.ndim == 0)


def _spread(xp: Any, touched: TouchedRows, index: Array) -> Array:
    """Return the rows of a sorted index, those that are not touched zero."""
    rows = xp.zeros((len(index), touched.rows.shape[1]), dtype=touched.rows.dtype)
    rows[xp.searchsorted(index, touched.index)] = touched.rows
    return rows
