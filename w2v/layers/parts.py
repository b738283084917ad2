"""One of the layers that a layer stands for: views of columns of its last batch.

The course has a layer for every context position and for every negative; here one layer
does the work of all.  A part is read as the course's layer would be after the same
forward and backward pass, and works nothing out before it is looked at.
"""

from __future__ import annotations

from typing import Any

from w2v.backend import Array, RowGrad, backend_for
from w2v.backend.touched_rows import TouchedRows
from w2v.layers.columns import Columns
from w2v.layers.embedding import Embedding
from w2v.layers.embedding_dot import EmbeddingDot
from w2v.layers.sigmoid_with_loss import SigmoidWithLoss


class PartGrad(RowGrad):
    """The gradient of a part of a layer's last batch, summed when it is looked at.

    Parameters
    ----------
    layer : Embedding or EmbeddingDot
    columns : Columns
    """

    def __init__(self, layer: Any, columns: Columns) -> None:
        self._layer = layer
        self._columns = columns
        self._batch: Any = None
        self._touched: TouchedRows = RowGrad.zeros(layer.params[0]).touched

    @property
    def n_rows(self) -> int:  # type: ignore[override]
        """V."""
        return len(self._layer.params[0])

    @property
    def touched(self) -> TouchedRows:
        """The rows that the part touched, of the last backward pass."""
        if self._layer.batch is not self._batch:
            self._batch = self._layer.batch
            self._touched = self._layer.gradient_of(self._columns).touched
        return self._touched

    @touched.setter
    def touched(self, rows: TouchedRows) -> None:
        self._batch, self._touched = self._layer.batch, rows


class Part:
    """What is read of a layer, and does nothing."""

    def __getattr__(self, name: str) -> Any:
        if name in ("forward", "backward"):
            raise AttributeError(
                f"this {type(self).__name__} shows a part of a layer that does the work of "
                f"several: it has no {name} of its own"
            )
        raise AttributeError(f"{type(self).__name__!r} has no {name!r}")


class EmbeddingPart(Part):
    """One of the course's ``Embedding`` layers.

    Parameters
    ----------
    layer : Embedding
    columns : Columns
    grads : list of RowGrad
        This part's own gradient.
    """

    def __init__(self, layer: Embedding, columns: Columns, grads: list[RowGrad]) -> None:
        self._layer = layer
        self._columns = columns
        self.params = layer.params
        self.grads = grads

    @classmethod
    def of(cls, layer: Embedding, columns: Columns) -> EmbeddingPart:
        """Return a part with a gradient of its own."""
        return cls(layer, columns, [PartGrad(layer, columns)])

    @property
    def idx(self) -> Array:
        """Word ids of the last forward pass, (B,); None before."""
        idx = self._layer.idx
        return None if idx is None else self._columns.squeezed(idx)


class EmbeddingDotPart(Part):
    """One of the course's ``EmbeddingDot`` layers.

    Parameters
    ----------
    layer : EmbeddingDot
    columns : Columns
    """

    def __init__(self, layer: EmbeddingDot, columns: Columns) -> None:
        self._layer = layer
        self.grads: list[RowGrad] = [PartGrad(layer, columns)]
        self.embed = EmbeddingPart(layer.embed, columns, self.grads)
        self.params = layer.params

    @property
    def cache(self) -> tuple[Array, Array] | None:
        """Hidden vectors of the last forward pass, and the rows of its words as W has them now."""
        return self._layer.cache_of(self.embed.idx)


class SigmoidPart(Part):
    """One of the course's ``SigmoidWithLoss`` layers.

    Parameters
    ----------
    layer : SigmoidWithLoss
    columns : Columns
    """

    def __init__(self, layer: SigmoidWithLoss, columns: Columns) -> None:
        self._layer = layer
        self._columns = columns
        self.params: list[Array] = []
        self.grads: list[Array] = []

    @property
    def y(self) -> Array:
        """σ of the logits of the last forward pass, (B,); None before."""
        return None if self._layer.x is None else self._columns.squeezed(self._layer.y)

    @property
    def t(self) -> Array:
        """Its labels, (B,); None before."""
        x, t = self._layer.x, self._layer.t
        return (
            None
            if x is None
            else self._columns.squeezed(backend_for(x).xp.broadcast_to(t, x.shape))
        )

    @property
    def loss(self) -> Array:
        """Its mean loss, 0-d; None before."""
        if self._layer.x is None:
            return None
        x = self._columns.squeezed(self._layer.x)
        xp = backend_for(x).xp
        return backend_for(x).sigmoid_loss(xp.ascontiguousarray(x), self.t)[0] / len(x)
