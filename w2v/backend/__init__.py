"""The shim between NumPy and CuPy; the only room that imports cupy or numba."""

from w2v.backend.array import Array
from w2v.backend.huffman import HuffmanTree
from w2v.backend.noise import NoiseTable
from w2v.backend.pending import DeviceFailedError, PendingLoss
from w2v.backend.random import RandomStream
from w2v.backend.reference.arrays import MemoryInfo
from w2v.backend.reference.backend import Backend
from w2v.backend.rowgrad import RowGrad
from w2v.backend.select import (
    BackendUnavailableError,
    available_backends,
    backend_for,
    describe_choice,
    get_backend,
    set_default_backend,
    to_cpu,
    to_gpu,
    use_backend,
)
from w2v.backend.settings import FusedLoss, FusedSettings, keep_probabilities, keep_thresholds
from w2v.backend.tree_and_noise import TreeAndNoise
from w2v.backend.work import Work

__all__ = [
    "Array",
    "Backend",
    "BackendUnavailableError",
    "DeviceFailedError",
    "FusedLoss",
    "FusedSettings",
    "HuffmanTree",
    "MemoryInfo",
    "NoiseTable",
    "PendingLoss",
    "RandomStream",
    "RowGrad",
    "TreeAndNoise",
    "Work",
    "available_backends",
    "backend_for",
    "describe_choice",
    "get_backend",
    "keep_probabilities",
    "keep_thresholds",
    "set_default_backend",
    "to_cpu",
    "to_gpu",
    "use_backend",
]
