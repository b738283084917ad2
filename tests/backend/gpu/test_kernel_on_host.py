"""The CUDA source of the fused engine, run by a processor, against the readable reference.

The kernels' own files are compiled as C++: with a warp of one lane, which is plain code, and
with 32 lanes in turn, which checks what lanes tell each other.  One warp that walks all
sentences in order must do what the reference does, to float32 rounding.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest

from tests.backend.test_lockf import factors
from tests.support.cuda_host import HostTrainer, Weights, compiler
from w2v.backend import (
    Backend,
    FusedLoss,
    FusedSettings,
    HuffmanTree,
    NoiseTable,
    TreeAndNoise,
    Work,
    keep_thresholds,
)
from w2v.backend.output import Output

pytestmark = pytest.mark.skipif(compiler() is None, reason="there is no C++ compiler")

VOCABULARY = 30
# A small rate: with a large one, forty contexts of thirty words amplify every rounding.
RUN = FusedSettings(
    skip_gram=True, window=5, negative=5, exact=True, total=3000, seed=7, alpha=0.01, chunks=False
)
SG, CBOW = {"skip_gram": True}, {"skip_gram": False}
TREE = {"hs": True, "negative": 0, "exact": False}
LONGEST = 24  # nodes, with some to spare


class Corpus(NamedTuple):
    """A stream and how it is trained on."""

    lengths: tuple[int, ...]
    vocabulary: int = VOCABULARY
    sample: float = 0.0
    position: int = 0
    skipped: int = 0  # sentences at the front that are not trained on
    n_runs: int = 1


# The ring holds at most 41 rows and the queue at most 128 words: a sentence of 200 goes round.
CORPORA = {
    "ends of sentences": Corpus((0, 1, 30, 0, 2, 7, 1, 40, 0)),
    "one long sentence, thinned out": Corpus((200,), sample=0.05, position=400),
    "one sentence of one word": Corpus((1,)),
    "words repeated in every window": Corpus((30, 60), vocabulary=21),
    "late in the run, in three runs": Corpus((9, 30, 20, 25), position=2500, skipped=1, n_runs=3),
}

CASES = [
    # lanes, dim, placement, settings
    (1, 1, 0, SG | {"window": 1, "negative": 1}),
    (1, 3, 0, SG | {"window": 20, "negative": 20}),
    (1, 100, 0, SG | {"shrink_windows": False}),
    # A ring of more rows than a byte numbers.
    (1, 3, 0, SG | {"window": 130, "negative": 1, "exact": False}),
    # Beyond every sentence.
    (1, 17, 3, SG | {"window": 400, "shrink_windows": False}),
    (1, 3, 0, CBOW | {"window": 10**9, "mean": False}),
    (1, 17, 0, CBOW | {"window": 1, "negative": 1, "share_gradient": True}),
    (1, 100, 0, CBOW | {"window": 20, "negative": 5, "mean": False}),
    (32, 17, 1, SG | {"window": 20, "negative": 20, "exact": False}),
    (-32, 100, 0, SG),
    (-32, 17, 0, CBOW | {"window": 20, "negative": 5}),
    (32, 300, 2, SG | {"window": 3, "negative": 15, "exact": False}),
    (32, 130, 1, CBOW | {"negative": 20, "share_gradient": True}),
    (-32, 17, 3, SG | {"window": 10**20, "negative": 15, "exact": False}),
    # Input vectors held fixed or damped, the first of four fixed.
    (1, 17, 0, SG | {"window": 20, "lock": True}),
    (-32, 100, 0, SG | {"negative": 15, "exact": False, "lock": True}),
    (32, 17, 1, CBOW | {"lock": True}),
    # Cards that add one float at a time.
    (-32, 100, 0, CBOW | {"vector": 1}),
    (32, 100, 1, CBOW | {"vector": 1, "lock": True}),
    (1, 3, 0, CBOW | {"window": 20, "mean": False, "lock": True}),
    # A tree alone, and beside negatives.
    (1, 17, 0, SG | TREE),
    (1, 3, 0, CBOW | TREE | {"window": 20, "mean": False}),
    (-32, 100, 0, SG | TREE | {"window": 20, "lock": True}),
    (32, 30, 2, CBOW | TREE),
    (1, 100, 0, SG | {"hs": True}),
    (32, 17, 1, SG | {"hs": True, "window": 20, "negative": 15, "exact": False}),
    (-32, 17, 3, CBOW | {"hs": True, "exact": False, "lock": True}),
]

# What others have as well, in other company.
MORE = [
    (1, 17, 0, SG | {"window": 1, "negative": 20, "exact": False}),
    (1, 100, 0, SG | {"window": 20, "negative": 1, "exact": False}),
    (1, 1, 0, CBOW | {"window": 20, "negative": 20, "exact": False}),
    (32, 3, 0, SG | {"window": 1, "negative": 1, "exact": False}),
    (32, 100, 0, SG),
    (-32, 30, 0, SG | {"window": 2, "negative": 15, "exact": False}),
    (32, 100, 2, CBOW | {"window": 20, "negative": 1, "exact": False}),
]


def name_of(case: tuple[int, int, int, dict[str, object]]) -> str:
    lanes, dim, placement, changes = case
    return "-".join(map(str, (lanes, dim, placement, *changes.values())))


@pytest.mark.parametrize(
    "case", [*CASES, *(pytest.param(case, marks=pytest.mark.soak) for case in MORE)], ids=name_of
)
def test_one_warp_does_what_the_reference_does(
    case: tuple[int, int, int, dict[str, object]],
) -> None:
    lanes, dim, placement, changes = case
    changes = {**changes}
    lock, vector = bool(changes.pop("lock", False)), int(str(changes.pop("vector", 4)))
    settings = replace(RUN, **changes)  # type: ignore[arg-type]
    longest = LONGEST if settings.hs else 0
    trainer = HostTrainer(dim, settings, lanes, placement, lock, longest, vector)
    for name, corpus in CORPORA.items():
        work = prepare(corpus, dim, settings)
        if lock:
            work = work._replace(lockf=factors(corpus.vocabulary))
        fixed = work.W_in[::4].copy()
        expected, loss = train_by_reference(work)
        got = trainer(work, corpus.n_runs)
        assert got[1:] == loss[1:], name
        assert got.total == pytest.approx(loss.total, rel=1e-6), name
        for W, right in zip((work.W_in, work.W_out), expected, strict=True):
            np.testing.assert_allclose(
                W, right, rtol=0, atol=5e-6 * max(1, abs(right).max()), err_msg=name
            )
        assert not lock or work.W_in[::4].tobytes() == fixed.tobytes(), name


def test_a_word_that_rejection_cannot_find_is_found_by_bisection() -> None:
    """Six words of which one has most of the mass: every window needs four others."""
    settings = replace(RUN, negative=4)
    counts = np.array([60, 2, 2, 1, 1, 1])
    rng = np.random.default_rng(1)
    tokens = rng.integers(0, 6, 80, dtype=np.int32)
    noise, keep = NoiseTable(counts, 1.0), keep_thresholds(counts, 0)
    for lanes in (1, 32, -32):
        weights = random_weights(rng, 6, 3)
        work = Work(*weights, tokens, np.array([0, 80]), noise, keep, settings, 0)
        expected, loss = train_by_reference(work)
        got = HostTrainer(3, settings, lanes)(work)
        assert got.total == pytest.approx(loss.total, rel=1e-6)
        np.testing.assert_allclose(weights, expected, rtol=0, atol=5e-6)


def random_weights(rng: np.random.Generator, vocabulary: int, dim: int) -> Weights:
    W_in, W_out = rng.normal(0, 0.3, (2, vocabulary, dim)).astype(np.float32)
    return W_in.copy(), W_out.copy()


def prepare(corpus: Corpus, dim: int, settings: FusedSettings) -> Work:
    """Make weights and a Zipfian text."""
    rng = np.random.default_rng(sum(corpus.lengths))
    V = corpus.vocabulary
    offsets = np.cumsum((0, *corpus.lengths))
    p = 1 / np.arange(1, V + 1)
    tokens = rng.choice(V, offsets[-1], p=p / p.sum()).astype(np.int32)
    counts = np.bincount(tokens, minlength=V) + 1
    keep = keep_thresholds(counts, corpus.sample)
    output: Output = NoiseTable(counts)
    if settings.hs:
        tree = HuffmanTree(counts)
        output = TreeAndNoise(tree, NoiseTable(counts)) if settings.negative else tree
    W_in, W_out = random_weights(rng, 2 * V, dim)
    weights = W_in[:V].copy(), W_out[: output.rows].copy()
    text = tokens, offsets[corpus.skipped :]
    return Work(*weights, *text, output, keep, settings, corpus.position)


def train_by_reference(work: Work) -> tuple[Weights, FusedLoss]:
    """Return what the weights become, and the loss."""
    W_in, W_out = work.W_in.copy(), work.W_out.copy()
    loss = Backend().train(work._replace(W_in=W_in, W_out=W_out)).result()
    return (W_in, W_out), loss


@pytest.mark.parametrize("skip_gram", [True, False])
def test_many_warps_all_begin_their_windows_before_one_has_ended(
    skip_gram: bool,
) -> None:
    """Fifty warps with the same two words find their first window's rows as they were."""
    n = 50
    settings = replace(
        RUN, skip_gram=skip_gram, window=1, negative=1, alpha=0.5, min_alpha=0.5, total=10**6
    )
    trainer = HostTrainer(3, settings, 1)

    def loss(sentences: int, warps: int, alpha: float) -> float:
        rng = np.random.default_rng(1)
        rate = replace(settings, alpha=alpha, min_alpha=alpha)
        trainer.settings = rate
        tokens = np.tile(np.array([0, 1], dtype=np.int32), sentences)
        counts = np.array([1000, 1000, 1])
        text = tokens, np.arange(0, tokens.size + 1, 2)
        output, keep = NoiseTable(counts), keep_thresholds(counts, 0)
        work = Work(*random_weights(rng, 3, 3), *text, output, keep, rate, 0)
        got = trainer(work, sentences, warps)
        assert got.predictions == 2 * sentences
        return got.total

    untrained = loss(n, 1, 0.0)
    assert loss(n, 1, 0.5) < 0.5 * untrained
    assert untrained / 2 * 0.9 < loss(n, n, 0.5)
    assert loss(n, n, 0.0) == pytest.approx(untrained, rel=1e-6)
    assert loss(4 * n, 3, 0.0) == pytest.approx(4 * untrained, rel=0.05)
