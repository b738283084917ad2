"""``from w2v.course.np import *`` gives ``np``, NumPy or CuPy, and ``GPU``, which of the two.

Both follow the backend in use at that moment.  CuPy needs nothing set up: it pools its memory by
itself, and its ``np.add.at`` adds up repeated indices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from w2v.backend import get_backend

if TYPE_CHECKING:
    import numpy as np

    GPU: bool

__all__ = ["GPU", "np"]


def __getattr__(name: str) -> Any:
    if name == "np":
        return get_backend().xp
    if name == "GPU":
        return get_backend().name == "gpu"
    raise AttributeError(
        f"module {__name__!r} has no {name!r}; `from {__name__} import *` gives np and GPU"
    )
