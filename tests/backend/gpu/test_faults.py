"""A card that fails while it trains: one clear error, and the last checkpoint is whole."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import cuda_host
from tests.support.stand_in_gpu import gpu as gpu
from w2v import Word2Vec
from w2v.backend import DeviceFailedError, to_cpu

pytestmark = pytest.mark.skipif(cuda_host.compiler() is None, reason="there is no C++ compiler")

TEXT = [["a", "b", "c", "d", "e", "f"]] * 100
HOW: dict[str, Any] = {"min_count": 1, "vector_size": 4, "negative": 1, "sg": 1, "backend": "gpu"}
ILLEGAL = 700, "cudaErrorIllegalAddress: an illegal memory access was encountered"
LOST = 999, "CUDA_ERROR_UNKNOWN: unknown error"
TIME = 702, "cudaErrorLaunchTimeout: the launch timed out and was terminated"
MEMORY = 2, "cudaErrorMemoryAllocation: out of memory"


def raises(error: Exception) -> Callable[..., Any]:
    def fail(*args: Any, **options: Any) -> None:
        raise error

    return fail


def kernel_faults(gpu: Any, patch: pytest.MonkeyPatch, fault: tuple[int, str]) -> None:
    """Let the launch succeed, and what looks at it afterwards fail."""
    error = gpu.xp.cuda.runtime.CUDARuntimeError(*fault)
    patch.setattr(gpu.xp.cuda.runtime, "eventQuery", lambda event: fault[0])
    patch.setattr(type(gpu.xp.cuda.Event(disable_timing=True)), "synchronize", raises(error))


def launch_fails(gpu: Any, patch: pytest.MonkeyPatch, fault: tuple[int, str]) -> None:
    error = gpu.xp.cuda.driver.CUDADriverError(*fault)
    patch.setattr(sys.modules["cupy"].RawKernel, "__call__", raises(error))


def pool_is_empty(gpu: Any, patch: pytest.MonkeyPatch, fault: tuple[int, str]) -> None:
    patch.setattr(gpu.xp.memory, "limit", 3)


def pinned_memory_is_gone(gpu: Any, patch: pytest.MonkeyPatch, fault: tuple[int, str]) -> None:
    error = gpu.xp.cuda.runtime.CUDARuntimeError(*fault)
    patch.setattr(gpu.xp.cuda, "alloc_pinned_memory", raises(error))


@pytest.mark.parametrize(
    ("breaks", "fault", "kind", "says"),
    [
        (kernel_faults, ILLEGAL, DeviceFailedError, "failed at training: cudaErrorIllegalAddress"),
        (kernel_faults, TIME, DeviceFailedError, r"LaunchTimeout.* \(a limit of time on kernels"),
        (launch_fails, LOST, DeviceFailedError, "begin a new one, from the last checkpoint"),
        (launch_fails, MEMORY, MemoryError, "end other processes on the GPU"),
        (pool_is_empty, MEMORY, MemoryError, "not enough GPU memory for .*: .* GB needed"),
        (pinned_memory_is_gone, MEMORY, MemoryError, "not enough GPU memory for training"),
    ],
)
def test_training_goes_on_from_the_checkpoint_before_a_fault(
    gpu: Any,
    tmp_path: Path,
    breaks: Callable[..., None],
    fault: tuple[int, str],
    kind: type[Exception],
    says: str,
) -> None:
    expected = Word2Vec(TEXT, epochs=4, **HOW)
    with pytest.MonkeyPatch.context() as patch:

        class Breaks:
            def on_epoch_end(self, model: Word2Vec) -> None:
                if model.epochs_done == 3:
                    breaks(gpu, patch, fault)

        with pytest.raises(kind, match=says) as told:
            Word2Vec(epochs=4, **HOW).fit(TEXT, checkpoint=tmp_path / "run", callbacks=[Breaks()])
    assert "\n" not in str(told.value)
    model = Word2Vec.load(tmp_path / "run", backend="gpu")
    assert model.epochs_done in (2, 3)
    model.fit(TEXT, checkpoint=tmp_path / "run", resume=True)
    assert model.model is not None
    assert expected.model is not None
    for got, right in zip(model.model.params, expected.model.params, strict=True):
        assert (to_cpu(got) == to_cpu(right)).all()
