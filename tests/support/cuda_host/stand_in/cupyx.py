"""The one function of cupyx that the GPU backend calls."""

from typing import Any

import numpy as np
from cupy import _host


def scatter_add(dst: Any, index: Any, rows: Any) -> None:
    np.add.at(_host(dst), _host(index), _host(rows))
