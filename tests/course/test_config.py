"""`config.GPU` and what follows it: `np`, and where layers and models are built."""

from __future__ import annotations

import importlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy
import pytest

import w2v.course.np as course_np
from tests.support import cuda_host
from tests.support.stand_in_gpu import gpu as gpu
from w2v.backend import (
    Backend,
    BackendUnavailableError,
    get_backend,
    select,
    set_default_backend,
    use_backend,
)
from w2v.backend.select import gpu_problem
from w2v.course import config
from w2v.course.cbow import CBOW

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _default_as_it_was() -> Iterator[None]:
    known = select._default
    yield
    set_default_backend(known)


def star(module: str) -> dict[str, Any]:
    """Return what `from module import *` gives now."""
    names: dict[str, Any] = {}
    exec(f"from {module} import *", names)
    return names


def build() -> CBOW:
    return CBOW(9, 3, 1, numpy.arange(9))


@pytest.mark.skipif(not gpu_problem(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_one_error_with_the_reason_and_nothing_changes() -> None:
    with pytest.raises(BackendUnavailableError) as raised:
        config.GPU = True
    assert gpu_problem() in str(raised.value)
    assert "pip install 'cupy" in str(raised.value)
    assert config.GPU is False
    assert course_np.GPU is False
    assert build().backend is get_backend("cpu")


@pytest.mark.skipif(cuda_host.compiler() is None, reason="there is no C++ compiler")
def test_the_switch_turns_np_and_what_is_built_afterwards(gpu: Any) -> None:
    before = build()
    config.GPU = True
    for module in ("np", "layers", "negative_sampling_layer"):
        names = star(f"w2v.course.{module}")
        assert (names["np"], names["GPU"]) == (gpu.xp, True)
    assert course_np.np is gpu.xp
    assert config.GPU is True
    assert build().backend is gpu
    assert before.backend is get_backend("cpu")

    config.GPU = False
    assert (star("w2v.course.np")["np"], course_np.GPU) == (numpy, False)
    assert build().backend is get_backend("cpu")


def test_the_switch_holds_in_every_thread() -> None:
    other = Backend()
    set_default_backend(other)
    seen: list[Backend] = []
    thread = threading.Thread(target=lambda: seen.append(get_backend()))
    thread.start()
    thread.join()
    assert seen == [other]


def test_the_word_said_last_counts_inside_a_block_and_after_it() -> None:
    first, last = Backend(), Backend()
    with use_backend(first):
        with use_backend("cpu"):
            set_default_backend(last)
            assert get_backend() is last
        assert get_backend() is first
        config.GPU = False
        assert get_backend() is get_backend("cpu")
    assert get_backend() is get_backend("cpu")
    set_default_backend(None)
    assert get_backend() is get_backend("auto")


@pytest.mark.parametrize("value", ["False", "gpu", None, 2, []])
def test_what_is_neither_true_nor_false_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"config\.GPU must be True or False, got "):
        config.GPU = value


def test_another_name_is_not_a_setting() -> None:
    for name in ("gpu", "USE_GPU"):
        with pytest.raises(AttributeError, match=f"there is no '{name}' to assign"):
            setattr(config, name, True)
    assert importlib.reload(config).GPU is (not gpu_problem())


def test_np_itself_is_not_mistaken_for_the_array_library() -> None:
    with pytest.raises(AttributeError, match=r"from w2v\.course\.np import \*` gives np and GPU"):
        _ = course_np.__getattr__("zeros")


NAMES = """
from w2v.course.np import *
from w2v.course import config
config.GPU = False
from w2v.course.layers import *
from w2v.course.functions import *
from w2v.course.negative_sampling_layer import *
from w2v.course.optimizer import *
from w2v.course.trainer import Trainer
from w2v.course.util import *
from w2v.course import ptb
from w2v.course.ptb import load_data, load_vocab
from w2v.course.cbow import CBOW
from w2v.course.skip_gram import SkipGram
from w2v.course.simple_cbow import SimpleCBOW
from w2v.course.simple_skip_gram import SimpleSkipGram

np.zeros(3), GPU
Affine, Dropout, Embedding, EmbeddingDot, MatMul, NegativeSamplingLoss, Sigmoid
SigmoidWithLoss, Softmax, SoftmaxWithLoss, UnigramSampler
sigmoid, relu, softmax, cross_entropy_error
SGD, Momentum, Nesterov, AdaGrad, RMSprop, Adam
preprocess, create_contexts_target, convert_one_hot, create_co_matrix, ppmi, cos_similarity
most_similar, analogy, normalize, clip_grads, remove_duplicate, to_cpu, to_gpu
"""


def test_every_name_of_the_course_is_there() -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", NAMES], cwd=ROOT, check=True)
