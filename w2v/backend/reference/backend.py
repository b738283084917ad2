"""Every primitive the layers and models stand on, in plain array code.

This is the readable reference: it runs on NumPy and on CuPy alike.  The CPU and
GPU backends override what they do faster, and one test suite compares them.
"""

from __future__ import annotations

from w2v.backend.reference.exchange import ExchangePrimitives
from w2v.backend.reference.fused import FusedPrimitives
from w2v.backend.reference.nearest import NearestPrimitive


class Backend(FusedPrimitives, NearestPrimitive, ExchangePrimitives):
    """Array primitives on one device: of arrays, layers, sampling, training, search, exchange."""
