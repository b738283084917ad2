"""Where the course runs: ``config.GPU = True`` has layers and models built on the GPU from then on.

Read, ``GPU`` says whether the backend in use is a GPU.  ``w2v.course.np`` follows it, so it is
assigned before ``from w2v.course.np import *``, as in the course.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

from w2v.backend import get_backend, set_default_backend

__all__ = ["GPU"]

GPU: bool


class _Config(ModuleType):
    """A module in which an assignment does something, or says why it cannot."""

    @property
    def GPU(self) -> bool:  # noqa: N802  # the course's name
        return get_backend().name == "gpu"

    @GPU.setter
    def GPU(self, value: Any) -> None:  # noqa: N802
        if value not in (True, False):
            raise ValueError(f"config.GPU must be True or False, got {value!r}")
        if not value:
            set_default_backend("cpu")
        else:  # the GPU in use, whichever that is, rather than the first one
            set_default_backend(get_backend() if self.GPU else "gpu")

    def __setattr__(self, name: str, value: Any) -> None:
        if name != "GPU" and not name.startswith("__"):
            raise AttributeError(f"config has one setting, GPU: there is no {name!r} to assign")
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Config
