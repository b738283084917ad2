"""Settings of Numba in the environment with which no kernel can be had."""

from __future__ import annotations

import os

try:
    from numba.core import config as _config
except ValueError as error:  # a setting in the environment, which the message does not name
    settings = ", ".join(sorted(name for name in os.environ if name.startswith("NUMBA_")))
    raise RuntimeError(f"Numba cannot be loaded with {settings} as set: {error}") from error

if getattr(_config, "DISABLE_JIT", 0):  # Numba's settings have no types
    raise RuntimeError(
        "NUMBA_DISABLE_JIT is set, and the kernels of the CPU backend are compiled: unset it"
    )
