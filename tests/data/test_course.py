"""Text helpers of the course: word ids and one-hot rows."""

import numpy as np
import pytest

from w2v.data import convert_one_hot, preprocess


def test_preprocess_is_the_courses() -> None:
    corpus, word_to_id, id_to_word = preprocess("You say goodbye and I say hello.")
    assert corpus.tolist() == [0, 1, 2, 3, 4, 1, 5, 6]
    assert word_to_id == {"you": 0, "say": 1, "goodbye": 2, "and": 3, "i": 4, "hello": 5, ".": 6}
    assert id_to_word[5] == "hello"


def test_one_hot_rows_of_targets_and_contexts() -> None:
    assert convert_one_hot([1, 0], 3).tolist() == [[0, 1, 0], [1, 0, 0]]
    contexts = convert_one_hot([[0, 2], [1, 1]], 3)
    assert contexts.dtype == np.int32
    assert contexts.tolist() == [[[1, 0, 0], [0, 0, 1]], [[0, 1, 0], [0, 1, 0]]]
    for bad in ([3], [-1]):
        with pytest.raises(ValueError, match=f"word id {bad[0]} lies outside"):
            convert_one_hot(bad, 3)
