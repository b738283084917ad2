"""Tables of two trainings, compared."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.linalg import orthogonal_procrustes

from w2v import KeyedVectors, Word2Vec
from w2v.vectors import VectorFormatError

RNG = np.random.default_rng(5)
WORDS = [f"w{i}" for i in range(300)]
OLD = KeyedVectors(WORDS, RNG.normal(size=(300, 12)) * RNG.lognormal(size=(300, 1)), range(300))
TURN = np.linalg.qr(RNG.normal(size=(12, 12)))[0]


def turned(**changes: int) -> KeyedVectors:
    """Return the old vectors turned, in another order, some words with those of others."""
    vectors = OLD.vectors @ TURN
    for word, other in changes.items():
        vectors[WORDS.index(word)] = OLD[f"w{other}"] @ TURN
    order = RNG.permutation(300)
    words = [WORDS[i] for i in order]
    return KeyedVectors([*words, "new"], [*vectors[order], np.ones(12)], [*order, 500])


@pytest.mark.parametrize("center", [False, True])
def test_a_rotation_is_found_and_words_that_moved_stand_out(center: bool) -> None:
    new = turned(w7=200, w250=3)
    back = new.aligned_to(OLD, center=center)
    assert back.index_to_key == new.index_to_key
    assert np.array_equal(back.counts, new.counts)  # type: ignore[arg-type]
    still = [word for word in WORDS if word not in ("w7", "w250")]
    np.testing.assert_allclose(back[still], OLD[still], atol=0.15 * abs(OLD.vectors).max())
    np.testing.assert_allclose(back.norms, new.norms, rtol=1e-5)
    assert back.similarity("w1", "new") == pytest.approx(new.similarity("w1", "new"), abs=1e-5)
    (first, low), (second, _), (_, high) = new.most_moved(OLD, 3, center=center)
    assert {first, second} == {"w7", "w250"}
    assert low < 0.7 < 0.98 < high
    assert back.most_moved(OLD, 2)[0][0] == first
    assert new.most_moved(OLD, 1, min_count=100)[0][0] == "w250"
    assert len(new.most_moved(OLD, None)) == 300
    exact = new.aligned_to(OLD, words=still, center=center)
    np.testing.assert_allclose(exact[still], OLD[still], atol=1e-4)


def test_it_is_scipys_rotation_of_directions() -> None:
    other = KeyedVectors(WORDS, RNG.normal(size=(300, 12)))
    A, B = OLD.get_normed_vectors(), other.get_normed_vectors()
    expected = OLD.vectors @ orthogonal_procrustes(A, B)[0]
    np.testing.assert_allclose(OLD.aligned_to(other).vectors, expected, atol=1e-4)


def test_the_other_table_may_be_a_file(tmp_path: Path) -> None:
    new = turned(w7=200)
    OLD.save(tmp_path / "old.bin")
    for path in (tmp_path / "old.bin", str(tmp_path / "old.bin")):
        assert new.most_moved(path, 1)[0][0] == "w7"
        np.testing.assert_allclose(new.aligned_to(path).vectors, new.aligned_to(OLD).vectors)
    with pytest.raises(OSError, match="is not there"):
        new.aligned_to(tmp_path / "none.bin")


def test_words_without_a_direction_say_nothing() -> None:
    vectors = OLD.vectors @ TURN
    vectors[:5] = 0
    new = KeyedVectors(WORDS, vectors)
    back = new.aligned_to(OLD)
    np.testing.assert_allclose(back.vectors[5:], OLD.vectors[5:], atol=1e-4)
    assert "w0" not in dict(new.most_moved(OLD, None))


def test_what_cannot_be_compared_is_refused_and_what_is_open_is_told() -> None:
    small = KeyedVectors(WORDS, np.ones((300, 3)))
    refused: list[tuple[KeyedVectors, dict[str, Any], str]] = [
        (small, {}, "size 12 cannot be turned to those of size 3"),
        (KeyedVectors(["x"], np.ones((1, 12))), {}, "no word is in both"),
        (KeyedVectors(WORDS, np.zeros((300, 12))), {}, "no word is in both"),
        (OLD, {"words": ["x"]}, r"none of the 1 words to go by, such as 'x',.* and 300 others are"),
        (OLD, {"words": []}, r"none of the 0 words to go by"),
        (KeyedVectors([1, 2], np.ones((2, 12))), {}, "no word is in both"),
    ]
    for other, how, said in refused:
        for ask in (OLD.aligned_to, OLD.most_moved):
            with pytest.raises(ValueError, match=said):
                ask(other, **how)
    bad = KeyedVectors(WORDS, np.full((300, 12), np.inf))
    with pytest.raises(VectorFormatError, match="NaN or infinity"):
        OLD.aligned_to(bad)
    for no_table, told in ((3, "got a int"), (Word2Vec(), "Word2Vec: give its wv"), (None, "None")):
        with pytest.raises(TypeError, match=f"KeyedVectors, or the path of a file of them.*{told}"):
            OLD.most_moved(no_table)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="topn is an integer"):
        OLD.most_moved(OLD, 2.5)  # type: ignore[arg-type]
    assert OLD.most_moved(OLD, -1) == OLD.most_moved(OLD, 0) == []
    with pytest.raises(ValueError, match="needs counts"):
        OLD.most_moved(KeyedVectors(WORDS, OLD.vectors), min_count=2)
    with pytest.warns(UserWarning, match="5 shared words leave a rotation in 12 dimensions open"):
        few = turned().aligned_to(OLD, words=WORDS[1:6])
    np.testing.assert_allclose(few[WORDS[1:6]], OLD[WORDS[1:6]], atol=1e-4)
