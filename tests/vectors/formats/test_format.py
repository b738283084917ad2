"""The contract of the formats: what each says of itself is so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from w2v.vectors import KeyedVectors, VectorFormatError
from w2v.vectors.formats.format import Format
from w2v.vectors.formats.registry import FORMATS

VECTORS = np.arange(6, dtype=np.float32).reshape(3, 2)


@pytest.fixture(params=FORMATS, ids=lambda format: format.name)
def format(request: pytest.FixtureRequest) -> Format:
    found: Format = request.param
    return found


def test_names_and_suffixes_are_of_one_format_each() -> None:
    for several in ([f.name for f in FORMATS], [s for f in FORMATS for s in f.suffixes]):
        assert len(set(several)) == len(several)


def test_what_a_format_keeps_comes_back(tmp_path: Path, format: Format) -> None:
    path = tmp_path / f"v{format.suffixes[0] if format.suffixes else '.txt'}"
    KeyedVectors(["a", "b", "c"], VECTORS, [3, 2, 1]).save(path, format.name)
    loaded = KeyedVectors.load(path, format.name)
    assert (loaded.counts is not None) == format.keeps_counts
    assert isinstance(loaded.vectors.base, np.memmap) == format.mapped
    KeyedVectors([7, 8, 9], VECTORS).save(path, format.name)
    items = KeyedVectors.load(path, format.name).index_to_key
    assert items == ([7, 8, 9] if format.tells_integers else ["7", "8", "9"])


def test_words_that_a_format_does_not_keep_are_refused(tmp_path: Path, format: Format) -> None:
    words = ["a", " b\n", "c"]
    table = KeyedVectors(words, VECTORS)
    if format.keeps_every_word:
        table.save(tmp_path / "v", format.name)
        assert KeyedVectors.load(tmp_path / "v").index_to_key == words
    else:
        with pytest.raises(VectorFormatError, match="cannot store"):
            table.save(tmp_path / "v", format.name)


def test_formats_with_a_mark_are_told_by_it(tmp_path: Path, format: Format) -> None:
    path = tmp_path / "v.unknown"
    KeyedVectors(["a", "b", "c"], VECTORS).save(path, format.name)
    head, size = path.read_bytes()[:16], path.stat().st_size
    told = [each.name for each in FORMATS if each.begins and each.begins(head, size)]
    assert told == ([format.name] if format.begins else [])


def test_formats_are_compressed_or_say_that_they_cannot_be(tmp_path: Path, format: Format) -> None:
    table = KeyedVectors(["a", "b", "c"], VECTORS)
    if format.can_be_compressed:
        table.save(tmp_path / "v.gz", format.name)
        assert (tmp_path / "v.gz").read_bytes().startswith(b"\x1f\x8b")
        np.testing.assert_array_equal(KeyedVectors.load(tmp_path / "v.gz").vectors, VECTORS)
    else:
        with pytest.raises(VectorFormatError, match="cannot be mapped when compressed"):
            table.save(tmp_path / "v.gz", format.name)
