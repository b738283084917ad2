from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from w2v import Word2Vec
from w2v.data import CorpusError, EncodedCorpus, prepare, token_blocks
from w2v.training.resting_loss import excerpt_for_loss

BLOCK = 256
SENTENCES = [[f"w{(7 * i + j * j) % 50}" for j in range(10)] for i in range(100)]
SETTINGS: dict[str, Any] = {"vector_size": 8, "min_count": 1, "workers": 1, "epochs": 2}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(token_blocks, "READ_THROUGH", 0)
    monkeypatch.setattr(token_blocks, "BLOCK_BYTES", BLOCK)
    prepare(SENTENCES, tmp_path / "c.w2v", min_count=1)
    return tmp_path / "c.w2v"


def damage(folder: Path, byte: int, bit: int = 0) -> None:
    path = folder / "tokens.int32"
    data = bytearray(path.read_bytes())
    data[byte] ^= 1 << bit
    path.write_bytes(data)


def test_a_block_is_looked_at_when_it_is_first_used(folder: Path) -> None:
    damage(folder, 5 * BLOCK + 8)
    corpus = EncodedCorpus.open(folder)
    assert len(corpus[0]) == 10
    assert len(corpus[99]) == 10
    hit = (5 * BLOCK + 8) // 40
    places = f"tokens.int32 is damaged between bytes {5 * BLOCK:,} and {6 * BLOCK:,}"
    for use in (
        lambda: corpus[hit],
        lambda: corpus.tokens,
        lambda: corpus.fingerprint,
        lambda: list(corpus.sentences()),
    ):
        with pytest.raises(CorpusError, match=places):
            use()
    damage(folder, 5 * BLOCK + 8)  # mended: it is a map of the file
    assert len(corpus[hit]) == 10


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_training_ends_at_a_damaged_block(folder: Path, optimizer: str) -> None:
    damage(folder, 3 * BLOCK + 1)
    with pytest.raises(CorpusError, match=r"tokens.int32 is damaged between"):
        Word2Vec(corpus_file=folder, **SETTINGS, optimizer=optimizer)


def test_training_looks_at_all_blocks_and_is_the_same(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = EncodedCorpus.open(folder)
    model = Word2Vec(corpus, **SETTINGS)
    assert corpus._blocks is not None
    assert all(corpus._blocks._right)
    monkeypatch.setattr(token_blocks, "READ_THROUGH", 1 << 30)
    prepare(SENTENCES, tmp_path / "small.w2v", min_count=1)
    assert "blocks" not in json.loads((tmp_path / "small.w2v" / "corpus.json").read_text())
    whole = Word2Vec(EncodedCorpus.open(tmp_path / "small.w2v"), **SETTINGS)
    np.testing.assert_array_equal(model.wv.vectors, whole.wv.vectors)


def test_every_flipped_bit_of_a_block_is_noticed(folder: Path) -> None:
    for byte in range(2 * BLOCK - 8, 2 * BLOCK + 8):
        for bit in range(8):
            damage(folder, byte, bit)
            with pytest.raises(CorpusError, match=r"tokens.int32 is damaged between"):
                EncodedCorpus.open(folder).look_at()
            damage(folder, byte, bit)
    EncodedCorpus.open(folder).look_at()


def test_the_excerpt_for_the_loss_does_not_read_all(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("w2v.training.resting_loss._FEWEST", 50)
    corpus = EncodedCorpus.open(folder)
    assert corpus._blocks is not None
    assert excerpt_for_loss(corpus).n_tokens == 50
    assert not any(corpus._blocks._right)
    damage(folder, 4 * BLOCK + 3, 6)  # an id that no kernel may be given
    with pytest.raises(CorpusError, match=r"word id .* outside"):
        EncodedCorpus.open(folder).excerpt(900)
