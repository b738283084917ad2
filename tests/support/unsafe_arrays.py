"""What can be wrong with each array that an entry point takes, tried one at a time.

``CASES`` pairs every entry point with every corruption of each of its arrays.  Run as a
script, it goes through the cases from a given one on and prints a line before and after each,
so that whoever started it learns which one took the process down.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from w2v.backend import (
    Backend,
    FusedSettings,
    HuffmanTree,
    NoiseTable,
    RandomStream,
    RowGrad,
    TreeAndNoise,
    Work,
    get_backend,
    keep_thresholds,
)
from w2v.layers import (
    Embedding,
    EmbeddingDot,
    HierarchicalSoftmaxLoss,
    NegativeSamplingLoss,
    TreeAndNegativesLoss,
)
from w2v.models import CBOW, SkipGram
from w2v.training import AdaGrad, Adam, Momentum

V, H, B, K, N = 9, 6, 4, 3, 40
COUNTS = np.arange(V, 0, -1)
SENTINEL, GUARD = 0xA5, 4096  # a byte, and how many stand on each side
REFUSALS = (ValueError, TypeError, IndexError)
Args = dict[str, Any]


# -- arrays amid guards -----------------------------------------------------------------


def guarded(array: np.ndarray, guards: list[np.ndarray]) -> np.ndarray:
    """Return a copy with sentinels on both sides, which are added to the guards."""
    room = np.full(array.nbytes + 2 * GUARD, SENTINEL, np.uint8)
    guards += [room[:GUARD], room[GUARD + array.nbytes :]]
    copy: np.ndarray = room[GUARD : GUARD + array.nbytes].view(array.dtype).reshape(array.shape)
    copy[...] = array
    return copy


# -- what can be wrong ------------------------------------------------------------------

# Each makes another array of a good one; "same" ones have the same numbers, and the result
# must be the same or a refusal, and all others are refused or as the reference has it.
Corrupt = Callable[[np.ndarray], Any]

SAME: dict[str, Corrupt] = {
    "other order": np.asfortranarray,
    "every second of twice as many": lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
    "backwards twice": lambda a: np.ascontiguousarray(a[::-1])[::-1],
    "other byte order": lambda a: a.astype(a.dtype.newbyteorder()),
    "read-only": lambda a: _read_only(a),
    "subclass": lambda a: a.view(_Subclass),
}
REFUSED: dict[str, Corrupt] = {
    "nothing": lambda a: None,
    "objects": lambda a: a.astype(object),
    "complex": lambda a: a.astype(complex),
    "text": lambda a: a.astype(str),
}
AXES: dict[str, Corrupt] = {
    "one axis more": lambda a: a[None],
    "one axis less": lambda a: a.reshape(-1) if a.ndim > 1 else a[0],
}
SHAPES: dict[str, Corrupt] = {
    "fewer": lambda a: a[:-1],
    "none": lambda a: a[:0],
    "more": lambda a: np.concatenate((a, a)),
}
COLUMNS: dict[str, Corrupt] = {
    "narrower": lambda a: a[:, :-1],
    "wider": lambda a: np.concatenate((a, a), axis=1),
    "no columns": lambda a: a[:, :0],
    "transposed": lambda a: a.T,
}
FLOATS: dict[str, Corrupt] = {
    "float64": lambda a: a.astype(np.float64),
    "float16": lambda a: a.astype(np.float16),
    "long double": lambda a: a.astype(np.longdouble),
    "integers": lambda a: a.astype(np.int64),
    "booleans": lambda a: a.astype(bool),
    "a list": lambda a: a.tolist(),
}
INTEGERS: dict[str, Corrupt] = {
    "int8": lambda a: a.astype(np.int8),
    "uint16": lambda a: a.astype(np.uint16),
    "int64": lambda a: a.astype(np.int64),
    "uint64": lambda a: a.astype(np.uint64),
}
NO_INTEGERS: dict[str, Corrupt] = {
    "floats": lambda a: a.astype(np.float64),
    "booleans": lambda a: a.astype(bool),
}


def _with(value: Any, dtype: Any, place: int = -1) -> Corrupt:
    def corrupt(a: np.ndarray) -> np.ndarray:
        changed = a.astype(dtype)
        changed.reshape(-1)[place] = value
        return changed

    return corrupt


OUT_OF_RANGE: dict[str, Corrupt] = {
    "−1": _with(-1, np.int32),
    "far below": _with(-(2**31), np.int32),
    "V": _with(V, np.int32),
    "far beyond": _with(2**31 - 1, np.int32, 0),
    "beyond int32, with a right low half": _with(2**32 + 1, np.int64),
    "2**63": _with(2**63, np.uint64),
    "2**64 − 1": _with(2**64 - 1, np.uint64),
}


class _Subclass(np.ndarray):
    """An array of another class."""


def _read_only(a: np.ndarray) -> np.ndarray:
    a = a.copy()
    a.setflags(write=False)
    return a


KINDS: dict[str, dict[str, dict[str, Corrupt]]] = {
    "matrix": {"same": SAME, "refused": REFUSED | AXES, "any": SHAPES | COLUMNS | FLOATS},
    "numbers": {"same": SAME, "refused": REFUSED, "any": SHAPES | AXES | FLOATS},
    "labels": {"same": SAME, "refused": REFUSED, "any": SHAPES | AXES},
    "ids": {
        "same": SAME | INTEGERS,
        "refused": REFUSED | NO_INTEGERS | OUT_OF_RANGE,
        "any": SHAPES | AXES,
    },
    "offsets": {
        "same": SAME | INTEGERS,
        "refused": REFUSED
        | AXES
        | NO_INTEGERS
        | {
            "falling": lambda a: a[::-1],
            "falling, unsigned": lambda a: a[::-1].astype(np.uint64),
            "below 0": _with(-1, np.int64, 0),
            "beyond": _with(10**12, np.int64),
            "none": lambda a: a[:0],
        },
        "any": {"fewer": lambda a: a[:-1]},
    },
    "table": {
        "same": SAME,
        "refused": REFUSED
        | AXES
        | SHAPES
        | {"floats": lambda a: a.astype(np.float64), "wider": lambda a: a.astype(np.uint64)},
    },
    "factors": {
        "same": SAME,
        "refused": AXES | SHAPES | FLOATS | {"objects": REFUSED["objects"]},
    },
}


# -- entry points -----------------------------------------------------------------------


@dataclass
class Entry:
    """An entry point: its arrays, of which kind each is, and which are written to."""

    name: str
    make: Callable[[], Args]
    kinds: dict[str, str]
    call: Callable[..., Any]
    written: tuple[str, ...] = ()


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def floats(*shape: int) -> np.ndarray:
    return rng().normal(size=shape).astype(np.float32)


def ids(*shape: int) -> np.ndarray:
    return rng().integers(0, V, shape).astype(np.int32)


def gradient(index: Any, rows: Any) -> RowGrad:
    return RowGrad(index, rows, V)


def fused_settings(**changed: Any) -> FusedSettings:
    common: Args = {"skip_gram": True, "window": 2, "negative": 1, "exact": True, "total": N}
    return FusedSettings(**{**common, "seed": 1, **changed})


def train(b: Backend, **arrays: Any) -> Any:
    # As many negatives as other tests of factors take, so that a kernel is compiled already.
    settings = fused_settings(negative=5) if "lockf" in arrays else fused_settings()
    work = Work(**arrays, output=NoiseTable(COUNTS), settings=settings, position=0)
    return b.train(work).result().total


def train_tree(b: Backend, **arrays: Any) -> Any:
    settings = fused_settings(negative=0, exact=False)
    work = Work(**arrays, output=HuffmanTree(COUNTS), settings=settings, position=0)
    return b.train(work).result().total


def train_both(b: Backend, **arrays: Any) -> Any:
    both = TreeAndNoise(HuffmanTree(COUNTS), NoiseTable(COUNTS))
    work = Work(**arrays, output=both, settings=fused_settings(hs=True), position=0)
    return b.train(work).result().total


def fused_arrays(outputs: int) -> Args:
    offsets = np.array([0, 7, 7, 20, N], np.int64)
    return {
        "W_in": floats(V, H),
        "W_out": floats(outputs, H) / 2,
        "tokens": ids(N),
        "offsets": offsets,
        "keep": keep_thresholds(COUNTS, 0.1),
    }


FUSED = {
    "W_in": "matrix",
    "W_out": "matrix",
    "tokens": "ids",
    "offsets": "offsets",
    "keep": "table",
}


def adam(b: Backend, param: Any, m: Any, v: Any, index: Any, rows: Any) -> None:
    how = {"step_size": 0.1, "beta1": 0.9, "beta2": 0.99, "eps": 1e-7}
    b.adam_rows(param, m, v, gradient(index, rows), **how)


def embedding(_: Backend, W: Any, idx: Any, dout: Any) -> Any:
    layer = Embedding(floats(V, H))
    layer.params[0] = W
    out = layer.forward(idx)
    layer.backward(dout)
    return out, layer.grads[0].to_dense()


def embedding_dot(_: Backend, W: Any, h: Any, idx: Any, dout: Any) -> Any:
    layer = EmbeddingDot(floats(V, H))
    layer.params[0] = W
    out = layer.forward(h, idx)
    return out, layer.backward(dout), layer.grads[0].to_dense()


def negative_sampling(_: Backend, W: Any, h: Any, target: Any) -> Any:
    layer = NegativeSamplingLoss(floats(V, H), None, counts=COUNTS, sample_size=2, seed=1)
    layer.params[0] = W
    return layer.forward(h, target), layer.backward(), layer.grads[0].to_dense()


def tree_softmax(_: Backend, W: Any, h: Any, target: Any) -> Any:
    layer = HierarchicalSoftmaxLoss(floats(V - 1, H), counts=COUNTS)
    layer.params[0] = W
    return layer.forward(h, target), layer.backward(), layer.grads[0].to_dense()


def tree_and_negatives(_: Backend, W: Any, h: Any, target: Any) -> Any:
    how: Args = {"counts": COUNTS, "sample_size": 2, "seed": 1}
    layer = TreeAndNegativesLoss(floats(2 * V - 1, H), None, **how)
    layer.params[0] = W
    return layer.forward(h, target), layer.backward(), layer.grads[0].to_dense()


def model(kind: Any) -> Callable[..., Any]:
    def run(_: Backend, W: Any, contexts: Any, target: Any) -> Any:
        made = kind(V, H, 2, None, counts=COUNTS, backend="cpu")
        made.word_vecs = W
        loss = made.forward(contexts, target)
        made.backward()
        Adam().update(made.params, made.grads)
        return loss, made.params

    return run


def optimizer(kind: Any) -> Callable[..., Any]:
    def run(_: Backend, param: Any, index: Any, rows: Any) -> Any:
        stepper = kind()
        for _step in range(2):
            stepper.update([param], [gradient(index, rows)])

    return run


def noise_of(**arrays: Any) -> NoiseTable:
    noise = NoiseTable(COUNTS)
    vars(noise).update(arrays)
    return noise


def noise_arrays() -> Args:
    noise = NoiseTable(COUNTS)
    return {"table": noise.table, "cumulative": noise.cumulative}


def tree_of(**arrays: Any) -> HuffmanTree:
    tree = HuffmanTree(COUNTS)
    vars(tree).update(arrays)
    return tree


def tree_arrays() -> Args:
    tree = HuffmanTree(COUNTS)
    return {"parents": tree.parents, "labels": tree.labels, "lengths": tree.lengths}


def touched() -> np.ndarray:
    return np.array([1, 4, 7, 0], np.int32)


ENTRIES = [
    Entry(
        "take_rows",
        lambda: {"W": floats(V, H), "index": ids(B, K)},
        {"W": "matrix", "index": "ids"},
        lambda b, W, index: b.take_rows(W, index),
    ),
    Entry(
        "row_dot",
        lambda: {"W": floats(V, H), "index": ids(B, K), "h": floats(B, H)},
        {"W": "matrix", "index": "ids", "h": "matrix"},
        lambda b, W, index, h: b.row_dot(W, index, h),
    ),
    Entry(
        "weighted_rows",
        lambda: {"W": floats(V, H), "index": ids(B, K), "weight": floats(B, K)},
        {"W": "matrix", "index": "ids", "weight": "matrix"},
        lambda b, W, index, weight: b.weighted_rows(W, index, weight),
    ),
    Entry(
        "scatter_add",
        lambda: {"dst": floats(V, H), "index": ids(B), "rows": floats(B, H)},
        {"dst": "matrix", "index": "ids", "rows": "matrix"},
        lambda b, dst, index, rows: b.scatter_add(dst, index, rows),
        written=("dst",),
    ),
    Entry(
        "reduce_rows",
        lambda: {"index": ids(B, K), "rows": floats(B, K, H)},
        {"index": "ids", "rows": "numbers"},
        lambda b, index, rows: b.reduce_rows(index, rows, V).to_dense(),
    ),
    Entry(
        "reduce_outer",
        lambda: {"index": ids(B, K), "weight": floats(B, K), "h": floats(B, H)},
        {"index": "ids", "weight": "matrix", "h": "matrix"},
        lambda b, index, weight, h: b.reduce_outer(index, weight, h, V).to_dense(),
    ),
    Entry(
        "put_rows",
        lambda: {"dst": floats(V, H), "rows": floats(B, H)},
        {"dst": "matrix", "rows": "matrix"},
        lambda b, dst, rows: b.put_rows(dst, gradient(touched(), floats(B, H)), rows),
        written=("dst",),
    ),
    Entry(
        "sigmoid_loss",
        lambda: {"x": floats(B, K), "t": ids(B, K) % 2},
        {"x": "numbers", "t": "labels"},
        lambda b, x, t: b.sigmoid_loss(x, t),
    ),
    Entry(
        "adam_rows",
        lambda: {
            "param": floats(V, H),
            "m": floats(V, H),
            "v": floats(V, H) ** 2,
            "index": touched(),
            "rows": floats(B, H),
        },
        {"param": "matrix", "m": "matrix", "v": "matrix", "index": "ids", "rows": "matrix"},
        adam,
        written=("param", "m", "v"),
    ),
    Entry(
        "sample_exact",
        lambda: {"targets": ids(B, K)},
        {"targets": "ids"},
        lambda b, targets: b.sample_exact(NoiseTable(COUNTS), targets, 3, RandomStream(5)),
    ),
    Entry(
        "tree_paths",
        lambda: {"words": ids(B, K)},
        {"words": "ids"},
        lambda b, words: b.tree_paths(HuffmanTree(COUNTS), words)[0],
    ),
    Entry(
        "sample_fast",
        noise_arrays,
        {"table": "table", "cumulative": "table"},
        lambda b, **arrays: b.sample_fast(noise_of(**arrays), (2, 5), RandomStream(5)),
    ),
    Entry(
        "sample_exact of other tables",
        noise_arrays,
        {"table": "table", "cumulative": "table"},
        lambda b, **arrays: b.sample_exact(noise_of(**arrays), ids(B), V - 1, RandomStream(5)),
    ),
    Entry(
        "tree_paths of another tree",
        tree_arrays,
        {"parents": "table", "labels": "table", "lengths": "table"},
        lambda b, **arrays: b.tree_paths(tree_of(**arrays), ids(B, K))[0],
    ),
    Entry("train", lambda: fused_arrays(V), FUSED, train, written=("W_in", "W_out")),
    Entry(
        "train with factors",
        lambda: fused_arrays(V) | {"lockf": floats(V) ** 2},
        {"lockf": "factors"},
        train,
        written=("W_in", "W_out"),
    ),
    Entry(
        "train with a tree",
        lambda: fused_arrays(V - 1),
        FUSED,
        train_tree,
        written=("W_in", "W_out"),
    ),
    Entry(
        "train with a tree and negatives",
        lambda: fused_arrays(2 * V - 1),
        FUSED,
        train_both,
        written=("W_in", "W_out"),
    ),
    Entry(
        "Embedding",
        lambda: {"W": floats(V, H), "idx": ids(B, K), "dout": floats(B, K, H)},
        {"W": "matrix", "idx": "ids", "dout": "numbers"},
        embedding,
    ),
    Entry(
        "EmbeddingDot",
        lambda: {"W": floats(V, H), "h": floats(B, H), "idx": ids(B, K), "dout": floats(B, K)},
        {"W": "matrix", "h": "matrix", "idx": "ids", "dout": "numbers"},
        embedding_dot,
    ),
    Entry(
        "NegativeSamplingLoss",
        lambda: {"W": floats(V, H), "h": floats(B, H), "target": ids(B)},
        {"W": "matrix", "h": "matrix", "target": "ids"},
        negative_sampling,
    ),
    Entry(
        "HierarchicalSoftmaxLoss",
        lambda: {"W": floats(V - 1, H), "h": floats(B, H), "target": ids(B)},
        {"W": "matrix", "h": "matrix", "target": "ids"},
        tree_softmax,
    ),
    Entry(
        "TreeAndNegativesLoss",
        lambda: {"W": floats(2 * V - 1, H), "h": floats(B, H), "target": ids(B)},
        {"W": "matrix", "h": "matrix", "target": "ids"},
        tree_and_negatives,
    ),
    *(
        Entry(
            kind.__name__,
            lambda: {"W": floats(V, H), "contexts": ids(B, 4), "target": ids(B)},
            {"W": "matrix", "contexts": "ids", "target": "ids"},
            model(kind),
        )
        for kind in (CBOW, SkipGram)
    ),
    *(
        Entry(
            f"{kind.__name__}.update",
            lambda: {"param": floats(V, H), "index": touched(), "rows": floats(B, H)},
            {"param": "matrix", "index": "ids", "rows": "matrix"},
            optimizer(kind),
            written=("param",),
        )
        for kind in (Adam, Momentum, AdaGrad)
    ),
]


# -- trying them ------------------------------------------------------------------------


@dataclass
class Case:
    """One array of one entry point, and what is wrong with it."""

    entry: Entry
    argument: str
    verdict: str  # same, refused or any
    corruption: str
    corrupt: Corrupt

    @property
    def name(self) -> str:
        return f"{self.entry.name}({self.argument}: {self.corruption})"


CASES = [
    Case(entry, argument, verdict, name, corrupt)
    for entry in ENTRIES
    for argument, kind in entry.kinds.items()
    for verdict, corruptions in KINDS[kind].items()
    for name, corrupt in corruptions.items()
]


def plain(result: Any) -> list[np.ndarray]:
    if isinstance(result, (list, tuple)):
        return [array for each in result for array in plain(each)]
    return [] if result is None else [np.array(result)]


def outcome(entry: Entry, backend: Backend, args: Args) -> list[np.ndarray]:
    result = plain(entry.call(backend, **args))
    return [*result, *(np.array(args[name]) for name in entry.written)]


def clean(value: Any) -> Any:
    """Return an array's numbers as plainly as they can lie, and nothing else of it."""
    if not isinstance(value, np.ndarray):
        return value
    return np.array(np.asarray(value), dtype=value.dtype.newbyteorder("="), order="C")


def differ(ours: list[np.ndarray], right: list[np.ndarray]) -> str:
    for got, expected in zip(ours, right, strict=True):
        if got.shape != expected.shape:
            return f"shape {got.shape}, expected {expected.shape}"
        if not np.allclose(got, expected, rtol=1e-3, atol=1e-4, equal_nan=True):
            return f"{got.reshape(-1)[:4]}, expected {expected.reshape(-1)[:4]}"
    return ""


def attempt(case: Case) -> str:
    """Return what is wrong with a case's outcome, nothing if it is as it must be."""
    entry, backend = case.entry, get_backend("cpu")
    guards: list[np.ndarray] = []
    args = {name: guarded(array, guards) for name, array in entry.make().items()}
    with np.errstate(all="ignore"):
        args[case.argument] = case.corrupt(args[case.argument])
    before = {name: clean(value) for name, value in args.items()}
    refusal = ""
    result: list[np.ndarray] = []
    try:
        result = outcome(entry, backend, args)
    except REFUSALS as error:
        refusal = str(error)
        if "\n" in refusal or len(refusal) > 400 or not refusal:
            return f"not one clear line: {refusal!r:.200}"
    except Exception as error:
        return f"{type(error).__name__}: {error!s:.200}"
    if any((guard != SENTINEL).any() for guard in guards):
        return "memory outside of the arrays was written"
    if refusal:
        for name in entry.written:
            now = args[name]
            if isinstance(now, np.ndarray) and not (np.array(now) == before[name]).all():
                return f"refused, after {name} was written to"
        return ""
    if case.verdict == "refused":
        return f"taken, with result {result!r:.200}"
    try:
        right = outcome(entry, Backend(), before)
    except REFUSALS as error:
        return f"taken, but the reference says: {error}"
    return differ(result, right)


def main(first: int) -> None:
    for i, case in enumerate(CASES[first:], first):
        print("begun", i, flush=True)
        print("ended", i, " ".join(attempt(case).split()), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
