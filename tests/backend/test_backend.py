"""Every primitive of every backend present against the plain reference."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from w2v.backend import (
    Backend,
    NoiseTable,
    RandomStream,
    backend_for,
    get_backend,
    to_cpu,
)
from w2v.backend.select import gpu_problem

REFERENCE = Backend()
several = settings(max_examples=40, deadline=None, derandomize=True)
no_gpu = pytest.mark.skipif(bool(gpu_problem()), reason=gpu_problem() or "there is a GPU")
# By name and not by fixture: hypothesis runs a test many times for one set-up of its fixtures.
on_every_backend = pytest.mark.parametrize("name", ["cpu", pytest.param("gpu", marks=no_gpu)])


class Case(NamedTuple):
    """Arrays of one shape for the embedding primitives."""

    W: np.ndarray  # (V, H)
    ids: np.ndarray  # (B, K), with repeats
    h: np.ndarray  # (B, H)
    weight: np.ndarray  # (B, K)

    def on(self, backend: Backend) -> Case:
        return Case(*(backend.asarray(array) for array in self))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    V, H = draw(st.integers(1, 9)), draw(st.sampled_from([1, 2, 7, 16, 33]))
    B, K = draw(st.integers(1, 6)), draw(st.integers(1, 7))
    dtype = draw(st.sampled_from([np.float32, np.float64]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    return Case(
        rng.normal(size=(V, H)).astype(dtype),
        rng.integers(0, V, (B, K)).astype(np.int32),
        rng.normal(size=(B, H)).astype(dtype),
        rng.normal(size=(B, K)).astype(dtype),
    )


def assert_close(got: Any, expected: np.ndarray) -> None:
    got = to_cpu(got)
    assert got.dtype == expected.dtype
    assert got.shape == expected.shape
    step = np.finfo(expected.dtype).eps
    np.testing.assert_allclose(got, expected, rtol=100 * step, atol=200 * step)


def assert_same_rows(got: Any, expected: Any) -> None:
    index = to_cpu(got.index)
    assert len(set(index.tolist())) == len(index)
    assert set(index.tolist()) == set(expected.index.tolist())
    assert got.shape == expected.shape
    assert_close(got.to_dense(), expected.to_dense())


# -- primitives ---------------------------------------------------------------------------


@on_every_backend
@given(case=cases(), backwards=st.booleans())
@several
def test_embedding_primitives_agree_with_the_reference(
    name: str, case: Case, backwards: bool
) -> None:
    backend = get_backend(name)
    if backwards:  # views whose elements do not lie one after another
        case = Case(*(array[:, ::-1] for array in case))
    here = case.on(backend)
    assert_close(backend.take_rows(here.W, here.ids), REFERENCE.take_rows(case.W, case.ids))
    assert_close(
        backend.row_dot(here.W, here.ids, here.h), REFERENCE.row_dot(case.W, case.ids, case.h)
    )
    assert_close(
        backend.weighted_rows(here.W, here.ids, here.weight),
        REFERENCE.weighted_rows(case.W, case.ids, case.weight),
    )


@on_every_backend
@given(case=cases(), form=st.sampled_from(["full", "broadcast", "strided", "flat"]))
@several
def test_rows_that_share_an_index_are_summed_as_in_the_reference(
    name: str, case: Case, form: str
) -> None:
    backend = get_backend(name)
    here, size = case.on(backend), len(case.W)

    def arguments(case: Case, xp: Any) -> tuple[Any, Any]:
        shape = (*case.ids.shape, case.h.shape[1])
        rows = xp.broadcast_to(case.h[:, None], shape)  # as CBOW hands them over
        if form == "broadcast":
            return case.ids, rows
        rows = rows * case.weight[:, :, None]
        if form == "strided":
            return case.ids[:, ::-1], rows[:, ::-1]
        return (
            (case.ids.reshape(-1), rows.reshape(-1, shape[2]))
            if form == "flat"
            else (
                case.ids,
                rows,
            )
        )

    expected = REFERENCE.reduce_rows(*arguments(case, np), size)
    assert_same_rows(backend.reduce_rows(*arguments(here, backend.xp), size), expected)
    assert_same_rows(
        backend.reduce_outer(here.ids, here.weight, here.h, size),
        REFERENCE.reduce_outer(case.ids, case.weight, case.h, size),
    )

    index, rows = arguments(case, np)
    by_reference = case.W.copy()
    REFERENCE.scatter_add(by_reference, index.reshape(-1), rows.reshape(-1, rows.shape[-1]))
    index, rows = arguments(here, backend.xp)
    backend.scatter_add(here.W, index.reshape(-1), rows.reshape(-1, rows.shape[-1]))
    assert_close(here.W, by_reference)


def test_the_reference_sums_rows_that_share_an_index() -> None:
    index = np.array([[3, 1], [3, 3]])
    rows = np.array([[[1.0], [10.0]], [[100.0], [1000.0]]])
    assert REFERENCE.reduce_rows(index, rows, 5).to_dense().tolist() == [
        [0],
        [10],
        [0],
        [1101],
        [0],
    ]


@on_every_backend
@given(case=cases(), scale=st.sampled_from([0.1, 3.0, 60.0]), flat=st.booleans())
@several
def test_sigmoid_loss_agrees_with_the_reference(
    name: str, case: Case, scale: float, flat: bool
) -> None:
    backend = get_backend(name)
    x = (case.weight * scale).astype(case.weight.dtype)
    full = (case.ids % 2).astype(np.int64)
    x, labels = (x[:, 0], [full[:, 0]]) if flat else (x, [full, full[:1], full[0]])
    for t in labels:  # of the logits' shape, and smaller ones that broadcast to it
        loss, difference = REFERENCE.sigmoid_loss(x, t)
        got_loss, got_difference = backend.sigmoid_loss(backend.asarray(x), backend.asarray(t))
        assert float(got_loss) == pytest.approx(float(loss), rel=1e-5)
        assert got_loss.dtype == x.dtype
        assert_close(got_difference, difference.astype(x.dtype))


@on_every_backend
@given(case=cases())
@several
def test_adam_rows_agrees_with_the_reference(name: str, case: Case) -> None:
    backend = get_backend(name)
    state = [case.W.copy(), case.W * 0.1, case.W**2]
    here = [backend.asarray(array.copy()) for array in state]
    for where, arrays in ((REFERENCE, state), (backend, here)):
        on = case.on(where)
        gradient = where.reduce_outer(on.ids, on.weight, on.h, len(case.W))
        param, m, v = arrays
        where.adam_rows(param, m, v, gradient, step_size=0.03, beta1=0.9, beta2=0.99, eps=1e-7)
    for got, expected in zip(here, state, strict=True):
        assert_close(got, expected)


def test_ids_are_checked_against_the_vocabulary(backend: Backend) -> None:
    for ids, named in (([0, 3], "3"), ([-1, 2], "-1")):
        with pytest.raises(ValueError, match=f"row id {named} is out of range: expected 0 to 2"):
            backend.check_ids(backend.asarray(ids), 3, "row id")
    backend.check_ids(backend.asarray([], dtype="int32"), 3)


def test_rows_of_the_matrix_itself_are_added_as_they_were(backend: Backend) -> None:
    W = backend.asarray(np.arange(4000, dtype=np.float32).reshape(1000, 4))
    before = backend.to_numpy(W).copy()
    backend.scatter_add(W, backend.asarray(np.arange(1000)[::-1].copy()), W)
    np.testing.assert_array_equal(backend.to_numpy(W), before + before[::-1])


def test_compiled_scatter_add_does_not_write_outside_of_the_matrix() -> None:
    with pytest.raises(ValueError, match="row 2 is out of range"):
        get_backend("cpu").scatter_add(np.zeros((2, 1)), np.array([0, 2]), np.ones((2, 1)))


def test_arrays_come_and_go_unchanged(backend: Backend) -> None:
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    there = backend.asarray(x)
    np.testing.assert_array_equal(backend.to_numpy(there), x)
    np.testing.assert_array_equal(to_cpu(there), x)
    assert backend_for(there) is backend
    assert backend.asarray(x, dtype="float64").dtype == "float64"
    backend.synchronize()
    memory = backend.memory_info()
    assert 0 < memory.free <= memory.total


# -- randomness -----------------------------------------------------------------------------


def test_normal_deviates_are_the_same_on_every_backend(backend: Backend) -> None:
    values = to_cpu(backend.normal((50, 40), 0.5, 7, 1))
    assert values.dtype == np.float32
    np.testing.assert_array_equal(values, REFERENCE.normal((50, 40), 0.5, 7, 1))
    for other in (REFERENCE.normal((50, 40), 0.5, 8, 1), REFERENCE.normal((50, 40), 0.5, 7, 2)):
        assert (values != other).all()
    # The standard error of a deviation over 2,000 values is 0.5 / √4000: 5 σ are allowed.
    assert values.std() == pytest.approx(0.5, abs=5 * 0.5 / 4000**0.5)


def draw_fast(backend: Backend, stream: RandomStream, n: int) -> np.ndarray:
    noise = NoiseTable(1000 / np.arange(1, 301)).to(backend)
    return to_cpu(backend.sample_fast(noise, (n, 2), stream))


def draw_exact(backend: Backend, stream: RandomStream, n: int) -> np.ndarray:
    noise = NoiseTable(1000 / np.arange(1, 301)).to(backend)
    return to_cpu(backend.sample_exact(noise, backend.asarray(np.zeros(n, np.int32)), 4, stream))


@pytest.mark.parametrize("draw", [draw_fast, draw_exact])
def test_taking_n_then_m_is_taking_n_plus_m(
    backend: Backend, draw: Callable[[Backend, RandomStream, int], np.ndarray]
) -> None:
    whole = draw(REFERENCE, RandomStream(5, 2), 90)
    stream = RandomStream(5, 2)
    parts = [draw(backend, stream, n) for n in (20, 0, 70)]
    np.testing.assert_array_equal(np.concatenate(parts), whole)

    resumed = RandomStream(5, 2, counter=stream.counter)
    np.testing.assert_array_equal(
        draw(backend, resumed, 10), draw(REFERENCE, RandomStream(5, 2), 100)[90:]
    )
    for other in (RandomStream(6, 2), RandomStream(5, 3)):
        assert (draw(backend, other, 90) != whole).mean() > 0.5


def test_streams_of_one_seed_have_keys_of_their_own() -> None:
    keys = {RandomStream(seed, stream).key for seed in range(100) for stream in range(100)}
    assert len(keys) == 10_000


@st.composite
def some_rows(draw: st.DrawFn, H: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    chosen = sorted(draw(st.sets(st.integers(0, 20))))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    rows, uses = rng.normal(size=(len(chosen), H)), rng.integers(1, 99, len(chosen))
    return np.array(chosen, np.int32), rows.astype(np.float32), uses.astype(np.float32)


@on_every_backend
@several
@given(given=st.sampled_from([1, 7, 33]).flatmap(lambda H: st.tuples(some_rows(H), some_rows(H))))
def test_rows_of_two_are_summed_where_both_have_them(name: str, given: Any) -> None:
    backend, (a, b) = get_backend(name), given
    there = [[backend.asarray(each) for each in one] for one in (a, b)]
    got = backend.sum_rows(*map(tuple, there))
    dense = np.zeros((21, a[1].shape[1])), np.zeros(21)
    for index, rows, uses in (a, b):
        dense[0][index] += rows
        dense[1][index] += uses
    index = np.union1d(a[0], b[0]).astype(np.int32)
    assert to_cpu(got[0]).tolist() == index.tolist()
    for mine, reference, all_rows in zip(got[1:], REFERENCE.sum_rows(a, b)[1:], dense, strict=True):
        assert_close(mine, reference)
        assert_close(mine, all_rows[index].astype(np.float32))


@on_every_backend
@pytest.mark.parametrize("padded", [False, True])
def test_rows_that_have_changed_are_found(name: str, padded: bool) -> None:
    backend, rng = get_backend(name), np.random.default_rng(5)
    before = backend.asarray(rng.normal(size=(300, 33)).astype(np.float32))
    after = backend.fused_rows(before) if padded else before.copy()
    chosen = np.flatnonzero(rng.random(300) < 0.3)
    after[chosen, rng.integers(0, 33, len(chosen))] = np.where(
        rng.random(len(chosen)) < 0.5, 7, np.nan
    )
    got = backend.changed_rows(before[:200], after[:200])
    assert got.dtype == np.int32
    assert to_cpu(got).tolist() == chosen[chosen < 200].tolist()
