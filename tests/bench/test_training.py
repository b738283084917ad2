"""The texts that training is timed on."""

from __future__ import annotations

import numpy as np

from benchmarks.harness.texts import zipf_sentences


def test_a_part_of_a_text_has_whole_sentences_and_the_counts_of_all() -> None:
    text = zipf_sentences(10_000, 500, sentence=7)
    part = text.part(1_000, skip=500)
    assert 993 < len(part.tokens) <= 1_000
    assert part.offsets[0] == 0
    assert part.offsets[-1] == len(part.tokens)
    assert set(np.diff(part.offsets)) == {7}
    assert (part.tokens == text.tokens[504 : 504 + len(part.tokens)]).all()
    assert (part.counts == text.counts).all()
    assert len(text.part(1, skip=10_000).tokens) == 10_000 % 7  # the last sentence
