"""Vectors and models through any course of events, beside a plain model of what they hold."""

from __future__ import annotations

import copy
import pickle
import tempfile
import warnings
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from w2v import KeyedVectors, Word2Vec

SIZE = 4
FORMATS = ("v.bin", "v.txt", "v.safetensors", "v.npz", "v.npy", "v.vec.gz", "v.txt.bz2", "v.model")
WITH_COUNTS = (".safetensors", ".npz", ".model")
NAMES = st.sampled_from([f"w{i}" for i in range(12)])
SEEDS = st.integers(0, 99)


def rows(n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, SIZE)).astype(np.float32)


def train(model: Word2Vec, **how: Any) -> None:
    """Train vectors that may have been assigned, far from any that training would make."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "the loss after the last epoch")
        model.train(TEXT, **how)


def unit_rows(vectors: np.ndarray) -> np.ndarray:
    wide = vectors.astype(np.float64)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    return wide / np.where(lengths > 0, lengths, 1)


class Table(RuleBasedStateMachine):
    """A table of vectors and a dictionary; subclasses say what the table is."""

    kv: KeyedVectors
    plain: dict[Any, np.ndarray]
    counts: dict[Any, int] | None

    def item(self, word: str) -> Any:
        """Return what stands for a word here: integers in a table of integers."""
        return word

    def matrix(self) -> np.ndarray:
        return np.array(list(self.plain.values()), np.float32).reshape(-1, SIZE)

    # -- what changes it -----------------------------------------------------------

    @rule(word=NAMES, seed=SEEDS)
    def set_one(self, word: str, seed: int) -> None:
        item, vector = self.item(word), rows(1, seed)[0]
        if item not in self.plain and not self.can_grow():
            with pytest.raises(ValueError, match="hs=1"):
                self.kv[item] = vector
            return
        if item not in self.plain and self.counts is not None:
            self.counts[item] = 0
        self.kv[item] = vector
        self.plain[item] = vector

    @rule(words=st.lists(NAMES, unique=True, max_size=3), seed=SEEDS, replace=st.booleans())
    def add_some(self, words: list[str], seed: int, replace: bool) -> None:
        items, vectors = [self.item(word) for word in words], rows(len(words), seed)
        if not self.can_grow() and not set(items) <= set(self.plain):
            return
        self.kv.add_vectors(items, vectors, replace=replace)
        for item, vector in zip(items, vectors, strict=True):
            if item not in self.plain and self.counts is not None:
                self.counts[item] = 0
            if replace or item not in self.plain:
                self.plain[item] = vector

    @rule(seed=SEEDS)
    def assign_all(self, seed: int) -> None:
        vectors = rows(len(self.plain), seed)
        self.kv.vectors = vectors
        self.plain = dict(zip(self.plain, vectors.copy(), strict=True))

    @rule(seed=SEEDS, row=st.integers(0, 99))
    def write_in_place(self, seed: int, row: int) -> None:
        if self.plain:
            row %= len(self.plain)
            self.kv.vectors[row] = rows(1, seed)[0]
            self.plain[list(self.plain)[row]] = rows(1, seed)[0]

    @rule()
    def normalise(self) -> None:
        self.kv.unit_normalize_all()
        self.plain = dict(zip(self.plain, unit_rows(self.matrix()), strict=True))

    # -- what goes away and comes back -----------------------------------------------

    @rule(name=st.sampled_from(FORMATS), seed=SEEDS)
    def save_and_load(self, name: str, seed: int) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, name)
            self.kv.save(path)
            loaded = KeyedVectors.load(path)
            assert loaded.index_to_key == list(self.plain)
            np.testing.assert_array_equal(loaded.vectors, self.kv.vectors)
            if path.suffix in WITH_COUNTS and self.counts is not None:
                assert loaded.counts is not None
                assert loaded.counts.tolist() == list(self.counts.values())

    @rule(how=st.sampled_from([copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]))
    def copied(self, how: Any) -> None:
        other = how(self.kv)
        assert other.index_to_key == list(self.plain)
        if len(other):
            if how is not copy.copy:
                other.vectors[0] = 77
            other["another" if self.item("w0") == "w0" else 10**6] = np.ones(SIZE)
        assert len(self.kv) == len(self.plain)

    # -- wrong arguments ---------------------------------------------------------------

    @rule(
        wrong=st.sampled_from(
            [
                lambda kv: kv[b"w1"],
                lambda kv: kv[1.0],
                lambda kv: kv[None],
                lambda kv: kv[True],
                lambda kv: kv["nobody"],
                lambda kv: kv[10**9],
                lambda kv: kv.most_similar(b"w1"),
                lambda kv: kv.doesnt_match("w1"),
                lambda kv: kv.most_similar([object()]),
                lambda kv: kv.add_vectors(["x"], np.ones((1, SIZE + 1))),
                lambda kv: kv.add_vectors([1.5], np.ones((1, SIZE))),
                lambda kv: kv.add_vectors(["x", 3], np.ones((2, SIZE))),
                lambda kv: kv.set_vecattr("nobody", "count", 1),
                lambda kv: setattr(kv, "vectors", np.ones((3, SIZE, 2))),
                lambda kv: setattr(
                    kv, "vectors", np.ones((len(kv) + 1, SIZE) if len(kv) else SIZE)
                ),
                lambda kv: setattr(kv, "norms", np.ones(3)),
                lambda kv: setattr(kv, "syn0", np.ones(3)),
                lambda kv: setattr(kv, "vectors_lockf", np.zeros(len(kv) + 2)),
                lambda kv: setattr(kv, "vector_sise", 3),
                lambda kv: setattr(kv, "vector_size", 3),
                lambda kv: kv.save("/nowhere/at/all\0.bin"),
            ]
        )
    )
    def wrong(self, wrong: Any) -> None:
        with pytest.raises((ValueError, TypeError, KeyError, AttributeError, OSError)):
            wrong(self.kv)

    # -- what holds always -------------------------------------------------------------

    @invariant()
    def holds_what_it_should(self) -> None:
        assert self.kv.index_to_key == list(self.plain)
        assert len(self.kv) == len(self.plain)
        np.testing.assert_allclose(self.kv.vectors, self.matrix(), rtol=1e-5, atol=1e-7)
        self.plain = dict(zip(self.plain, self.kv.vectors.copy(), strict=True))

    @rule(word=NAMES)
    def ask(self, word: str) -> None:
        item, others = self.item(word), list(self.plain)
        assert (item in self.kv) == (item in self.plain)
        if item not in self.plain:
            return
        units, row = unit_rows(self.matrix()), others.index(item)
        cosines = units @ units[row]
        np.testing.assert_allclose(self.kv.most_similar(item, topn=None), cosines, atol=1e-5)
        for found, cosine in self.kv.most_similar(item, topn=3):
            assert abs(cosine - cosines[others.index(found)]) < 1e-5
        batch = dict(self.kv.most_similar_batch([item], topn=len(others))[0])
        assert set(batch) == set(others) - {item}
        np.testing.assert_allclose(self.kv.distances(item, [item]), [1 - cosines[row]], atol=1e-5)
        np.testing.assert_allclose(self.kv.get_vector(item, norm=True), units[row], atol=1e-5)
        np.testing.assert_allclose(self.kv.norms[row], np.linalg.norm(self.plain[item]), rtol=1e-4)

    def can_grow(self) -> bool:
        return True


class FreeTable(Table):
    @initialize(
        integers=st.booleans(), counted=st.booleans(), n=st.integers(0, 4), given=st.booleans()
    )
    def make(self, integers: bool, counted: bool, n: int, given: bool) -> None:
        self.integers = integers
        words = [self.item(f"w{i}") for i in range(n)]
        array = rows(n, 7)
        self.given = array if given else None  # kept by the caller, who writes to it
        self.plain = dict(zip(words, array.copy(), strict=True))
        self.counts = dict.fromkeys(words, 3) if counted and n else None
        counts = None if self.counts is None else [*self.counts.values()]
        self.kv = KeyedVectors(words, array if given else array.tolist() or array, counts)

    def item(self, word: str) -> Any:
        return 500 - int(word[1:]) if self.integers else word

    @rule(word=NAMES, count=st.integers(0, 9))
    def count(self, word: str, count: int) -> None:
        if self.item(word) in self.plain:
            self.kv.set_vecattr(self.item(word), "count", count)
            self.counts = self.counts or dict.fromkeys(self.plain, 0)
            self.counts[self.item(word)] = count

    @rule()
    def sort(self) -> None:
        if self.counts is not None:
            order = sorted(self.plain, key=lambda item: -self.counts[item])  # type: ignore[index]
            self.kv.sort_by_descending_frequency()
            self.plain = {item: self.plain[item] for item in order}
            self.counts = {item: self.counts[item] for item in order}

    @rule(word=NAMES)
    def ask_first_and_write_then(self, word: str) -> None:
        """An array that the caller has kept is written to between two questions."""
        if self.item(word) not in self.plain or self.given is None:
            return
        self.kv.most_similar(self.item(word))
        if np.shares_memory(self.given, self.kv.vectors):
            self.given *= 3
            self.plain = {item: vector * np.float32(3) for item, vector in self.plain.items()}


TEXT = [[f"w{(i * 7 + j * j) % 10}" for j in range(8)] for i in range(12)]


class Model(Table):
    """The vectors of a model, which is trained, saved, copied and updated meanwhile."""

    @initialize(hs=st.booleans(), sg=st.booleans(), optimizer=st.sampled_from(["sgd", "adam"]))
    def make(self, hs: bool, sg: bool, optimizer: str) -> None:
        self.hs = hs
        self.model = Word2Vec(
            vector_size=SIZE, min_count=1, window=2, workers=1, sg=int(sg), hs=int(hs),
            negative=0 if hs else 2, optimizer=optimizer, epochs=1, seed=3, sample=0,
        )  # fmt: skip
        self.kept = self.model.wv
        assert len(self.kept) == 0
        self.model.build_vocab(TEXT)
        self.take()

    def take(self) -> None:
        """Note what the model has now, as after a training, and that it is all one."""
        self.kv = self.model.wv
        self.plain = dict(zip(self.kv.index_to_key, self.kv.vectors.copy(), strict=True))
        counts = self.kv.counts
        assert counts is not None
        self.counts = dict(zip(self.kv.index_to_key, counts.tolist(), strict=True))

    def can_grow(self) -> bool:
        return not self.hs

    @invariant()
    def one_truth(self) -> None:
        assert self.model.wv is self.kv
        layers, vocab = self.model.built()
        np.testing.assert_array_equal(layers.word_vecs, self.kv.vectors)
        assert vocab.words == list(self.plain)
        assert self.counts is not None and vocab.counts.tolist() == list(self.counts.values())

    @rule()
    def train(self) -> None:
        before = [W.copy() for W in self.model.built()[0].params]
        train(self.model, epochs=1)
        # Of a model that is new the first batch moves the output vectors alone.
        after = self.model.built()[0].params
        assert not all(np.array_equal(a, b) for a, b in zip(after, before, strict=True))
        self.take()

    @rule(word=NAMES)
    def train_between_two_questions(self, word: str) -> None:
        if word in self.plain:
            self.kv.most_similar(word)
            train(self.model, epochs=2, start_alpha=0.1, end_alpha=0.1)
            self.take()
            self.ask(word)

    @precondition(lambda self: not self.hs)
    @rule(words=st.lists(NAMES, min_size=1, max_size=3))
    def update(self, words: list[str]) -> None:
        self.model.build_vocab([words], update=True)
        assert self.counts is not None
        for word in words:
            self.counts[word] = self.counts.get(word, 0) + 1
        new = [word for word in self.kv.index_to_key if word not in self.plain]
        assert set(new) == set(words) - set(self.plain)
        for word in new:
            self.plain[word] = self.kv[word]

    @precondition(lambda self: not self.hs)
    @rule(word=NAMES, count=st.integers(0, 50))
    def count(self, word: str, count: int) -> None:
        if word in self.plain:
            assert self.counts is not None
            self.kv.set_vecattr(word, "count", count)
            self.counts[word] = count

    @rule(how=st.sampled_from(["save", copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]))
    def come_back(self, how: Any) -> None:
        loss = self.model.heldout_loss(TEXT)
        outputs = self.model.syn1.copy() if self.hs else self.model.syn1neg.copy()
        kept = self.model.wv
        if how == "save":
            with tempfile.TemporaryDirectory() as folder:
                self.model.save(Path(folder, "m"))
                self.model = Word2Vec.load(Path(folder, "m"))
        else:
            self.model = how(self.model)
        assert self.model.wv is not kept
        self.kv = self.model.wv
        np.testing.assert_array_equal(kept.vectors, self.kv.vectors)
        kept.vectors[:] = 5  # of the model that was
        np.testing.assert_array_equal(self.model.syn1 if self.hs else self.model.syn1neg, outputs)
        assert self.model.heldout_loss(TEXT) == pytest.approx(loss, rel=1e-5)

    @rule(word=NAMES)
    def predict(self, word: str) -> None:
        found = self.model.predict_output_word([word], topn=20)
        if word not in self.plain:
            assert found is None
        elif not self.hs:
            assert found is not None
            scores = self.model.syn1neg.astype(np.float64) @ self.plain[word]
            p = np.exp(scores - scores.max())
            p /= p.sum()
            expected = dict(zip(self.plain, p, strict=True))
            assert dict(found) == pytest.approx(expected, abs=1e-5)

    @rule(seed=SEEDS)
    def outputs_assigned(self, seed: int) -> None:
        name = "syn1" if self.hs else "syn1neg"
        vectors = rows(len(getattr(self.model, name)), seed) * np.float32(0.1)
        setattr(self.model, name, vectors)
        np.testing.assert_array_equal(getattr(self.model, name), vectors)

    @rule(
        wrong=st.sampled_from(
            [
                lambda m: m.predict_output_word("w1"),
                lambda m: m.predict_output_word([b"w1"]),
                lambda m: m.predict_output_word(b"w1"),
                lambda m: m.train([["nobody", "known"]] * 3, epochs=0),
                lambda m: m.build_vocab([[1, 2]] * 9, update=True),
                lambda m: setattr(m, "window", 3),
                lambda m: setattr(m, "syn0", 3),
                lambda m: setattr(m, "epoch", 3),
                lambda m: setattr(m, "random", 3),
                lambda m: setattr(m, "wv", 3),
                lambda m: setattr(m, "wv", KeyedVectors(["w1"], np.ones((1, SIZE)))),
                lambda m: setattr(m.wv, "vectors", np.ones((len(m.wv), SIZE + 1))),
                lambda m: setattr(m.wv, "index_to_key", [f"x{i}" for i in range(len(m.wv))]),
                lambda m: setattr(m, "total_words", 3),
            ]
        )
    )
    def wrong_for_models(self, wrong: Any) -> None:
        with pytest.raises((ValueError, TypeError, KeyError, AttributeError)):
            wrong(self.model)

    @rule()
    def vectors_outlive_their_model(self) -> None:
        model = copy.deepcopy(self.model)
        kept, gone = model.wv, weakref.ref(model)
        del model
        assert gone() is None
        kept.vectors = kept.vectors * 2
        np.testing.assert_allclose(kept.vectors, self.matrix() * 2, rtol=1e-5)
        kept["added"] = np.ones(SIZE)
        assert len(kept) == len(self.plain) + 1


def run(machine: type[Table], examples: int, steps: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize(("machine", "examples"), [(FreeTable, 40), (Model, 12)])
def test_vectors_hold_what_was_done_to_them(machine: type[Table], examples: int) -> None:
    run(machine, examples, 25)


@pytest.mark.soak
@pytest.mark.parametrize("machine", [FreeTable, Model])
def test_vectors_hold_what_was_done_to_them_for_long(machine: type[Table]) -> None:
    run(machine, 1500, 40)
