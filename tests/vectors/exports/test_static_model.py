"""Folders that sentence-transformers and model2vec load."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from model2vec import StaticModel
from tokenizers import Tokenizer

from w2v import KeyedVectors
from w2v.vectors import VectorFormatError

WORDS = ["sea", "Ship", "é", "[UNK]", "new_york"]
VECTORS = np.random.default_rng(0).normal(size=(5, 4)).astype(np.float32)
KV = KeyedVectors(WORDS, VECTORS, [5, 4, 3, 2, 1])
TEXTS = [*WORDS, "sea Ship", "sea\n\tzzz Ship", "zzz", ""]
MEANS = np.stack(
    [*VECTORS, VECTORS[:2].mean(axis=0), VECTORS[:2].mean(axis=0), *np.zeros((2, 4), np.float32)]
)


def test_model2vec_gives_our_vectors_for_words_and_their_means_for_texts(tmp_path: Path) -> None:
    KV.to_sentence_transformers(tmp_path / "m")
    model = StaticModel.from_pretrained(tmp_path / "m")
    np.testing.assert_allclose(model.encode(TEXTS), MEANS, atol=1e-6)
    long = "sea " * 2000 + "Ship " * 2000  # not cut
    np.testing.assert_allclose(model.encode([long])[0], MEANS[5], atol=1e-4)
    tokenizer = Tokenizer.from_file(str(tmp_path / "m" / "tokenizer.json"))
    assert tokenizer.encode("new_york Ship").tokens == ["new_york", "Ship"]
    model.save_pretrained(tmp_path / "theirs")
    theirs = KeyedVectors.load(tmp_path / "theirs")
    assert theirs.index_to_key == WORDS
    assert (theirs.vectors == VECTORS).all()


def test_text_is_lowered_where_the_vectors_ask_for_it_and_integers_are_digits(
    tmp_path: Path,
) -> None:
    KV.to_sentence_transformers(tmp_path / "m", lowercase=True)
    assert (StaticModel.from_pretrained(tmp_path / "m").encode(["SEA"])[0] == VECTORS[0]).all()
    KeyedVectors([7, -3], VECTORS[:2]).to_sentence_transformers(tmp_path / "m")
    assert (StaticModel.from_pretrained(tmp_path / "m").encode(["-3"])[0] == VECTORS[1]).all()


def test_it_is_read_back_and_replaces_itself_and_nothing_else(tmp_path: Path) -> None:
    KV.to_sentence_transformers(tmp_path / "m")
    found = KeyedVectors.load(tmp_path / "m")
    assert found.index_to_key == WORDS
    assert (found.vectors == VECTORS).all()
    assert found.counts is not None
    assert found.counts.tolist() == [5, 4, 3, 2, 1]
    assert len(KeyedVectors.load(tmp_path / "m", limit=2)) == 2
    KV.to_sentence_transformers(tmp_path / "m")
    (tmp_path / "m" / "notes.txt").write_text("mine")
    for place in ("m", "full"):
        (tmp_path / "full").mkdir(exist_ok=True)
        (tmp_path / "full" / "a").touch()
        with pytest.raises(VectorFormatError, match="something else"):
            KV.to_sentence_transformers(tmp_path / place)
    assert (tmp_path / "m" / "notes.txt").read_text() == "mine"
    with pytest.raises(VectorFormatError, match="NaN"):
        KeyedVectors(["a"], [[np.nan]]).to_sentence_transformers(tmp_path / "bad")
    assert not (tmp_path / "bad").exists()


def _changed(folder: Path, change: Any) -> None:
    path = folder / "tokenizer.json"
    tokenizer = json.loads(path.read_text())
    change(tokenizer["model"])
    path.write_text(json.dumps(tokenizer))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda model: model["vocab"].pop("sea"), "for each of its"),
        (lambda model: model["vocab"].update(sea=9), "for each of its"),
        (lambda model: model["vocab"].update(sea="x"), "for each of its"),
        (lambda model: model.pop("vocab"), "no tokenizer of words"),
        (lambda model: model.update(vocab=[["a", -1.5]]), "no tokenizer of words"),
    ],
)
def test_parts_that_do_not_belong_together_are_refused(
    change: Any, said: str, tmp_path: Path
) -> None:
    KV.to_sentence_transformers(tmp_path / "m")
    _changed(tmp_path / "m", change)
    with pytest.raises(VectorFormatError, match=said):
        KeyedVectors.load(tmp_path / "m")


@pytest.mark.extras
def test_sentence_transformers_gives_our_vectors(tmp_path: Path) -> None:
    KV.to_sentence_transformers(tmp_path / "m")
    program = (
        "import sys, numpy as np, json; from sentence_transformers import SentenceTransformer\n"
        "model = SentenceTransformer(sys.argv[1], device='cpu')\n"
        "print(json.dumps(model.encode(json.loads(sys.argv[2])).tolist()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "m", json.dumps(TEXTS[:6])],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    np.testing.assert_allclose(json.loads(done.stdout.splitlines()[-1]), MEANS[:6], atol=1e-6)


@pytest.mark.extras
def test_spacy_reads_word2vecs_text(tmp_path: Path) -> None:
    words = ["sea", "Ship", "é", "new_york"]
    KeyedVectors(words, VECTORS[:4]).save(tmp_path / "v.txt")
    program = "import sys, spacy, json; nlp = spacy.load(sys.argv[1])\n"
    program += "print(json.dumps([nlp.vocab[w].vector.tolist() for w in json.loads(sys.argv[2])]))"
    made: list[Any] = ["-m", "spacy", "init", "vectors", "en", tmp_path / "v.txt", tmp_path / "m"]
    for arguments in made, ["-c", program, tmp_path / "m", json.dumps(words)]:
        done = subprocess.run(
            [sys.executable, *arguments], check=True, capture_output=True, text=True
        )
    np.testing.assert_allclose(json.loads(done.stdout.splitlines()[-1]), VECTORS[:4], atol=1e-6)
