"""The kernels compiled for the GPUs they are meant for, by NVIDIA's compiler, without a GPU."""

from __future__ import annotations

import re

import pytest

from tests.support.nvrtc import architectures, compile_cuda, compiler
from w2v.backend import FusedSettings
from w2v.backend.gpu.source import MINIBATCH_KERNELS, source, training_options

pytestmark = pytest.mark.skipif(
    compiler() is None, reason="NVRTC is not installed: pip install nvidia-cuda-nvrtc-cu12"
)

FORMS = {
    "skip-gram": FusedSettings(True, 5, 5, exact=False, total=1, seed=1),
    "cbow": FusedSettings(False, 5, 5, exact=True, total=1, seed=1),
}


TREE_FORMS = [
    FusedSettings(sg, 5, negative, exact=False, total=1, seed=1, hs=True)
    for sg, negative in ((True, 0), (False, 0), (True, 5))
]


@pytest.fixture(params=[70, 100, *(pytest.param(n, marks=pytest.mark.soak) for n in (80, 90))])
def architecture(request: pytest.FixtureRequest) -> int:
    """A kind of GPU; in place of the oldest, which CUDA 13 left behind, its own oldest.

    The source differs below 90 and from there on.
    """
    wanted = max(request.param, min(architectures()))
    if wanted not in architectures():
        pytest.skip(f"this NVRTC does not compile for sm_{wanted}")
    return int(wanted)


@pytest.mark.parametrize("form", FORMS)
def test_training_keeps_its_numbers_in_registers(architecture: int, form: str) -> None:
    for dim in (100, 128, 300):
        options = training_options(dim, FORMS[form], placement=0)
        kernels, ptx = compile_cuda(source("train.cu"), options, architecture)
        print(f"sm_{architecture}, {form}, {dim} dimensions: {kernels['train']}")
        assert kernels["train"].spilled_bytes == kernels["train"].stack_bytes == 0
        # Of all that is read and written often, the compiler must know where it is.
        assert not re.search(r"\b(ld|st)\.(v\d\.)?[fu]32", ptx)
        vectors = architecture >= 90
        assert ("red.global.add.v4.f32" in ptx) == vectors
        assert ("ld.global.cg.v4.f32" in ptx) == vectors


def test_every_form_compiles(architecture: int) -> None:
    """Large and small, with and without room in shared memory; and the minibatch engine's."""
    for sg, dim, window, negative, placement in (
        (True, 1, 1, 1, 0),
        (True, 50, 100, 100, 2),
        (True, 2000, 10, 20, 1),
        (True, 100, 10**9, 5, 3),
        (False, 100, 10**9, 5, 3),
    ):
        form = FusedSettings(sg, window, negative, exact=False, total=1, seed=1)
        options = training_options(dim, form, placement)
        kernels, _ = compile_cuda(source("train.cu"), options, architecture)
        assert kernels["train"].spilled_bytes == 0
    for form in FORMS.values():
        options = training_options(100, form, placement=0, lock=True)
        kernels, _ = compile_cuda(source("train.cu"), options, architecture)
        assert kernels["train"].spilled_bytes == 0
    for form in TREE_FORMS:
        options = training_options(100, form, placement=0, longest=24)
        kernels, ptx = compile_cuda(source("train.cu"), options, architecture)
        print(f"sm_{architecture}, {form.negative} negatives and a tree: {kernels['train']}")
        assert kernels["train"].spilled_bytes == kernels["train"].stack_bytes == 0
        assert not re.search(r"\b(ld|st)\.(v\d\.)?[fu]32", ptx)
    for real in ("float", "double"):
        options = "-std=c++17", f"-DREAL={real}"
        kernels, _ = compile_cuda(source("minibatch.cu"), options, architecture)
        assert sorted(kernels) == sorted(MINIBATCH_KERNELS)
        assert sum(kernel.spilled_bytes for kernel in kernels.values()) == 0
