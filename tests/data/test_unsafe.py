"""No array reaches the kernels of this room unchecked: every entry × what can be wrong with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from w2v import KeyedVectors, Word2Vec
from w2v.data import CorpusError, EncodedCorpus, Phrases, Vocabulary, prepare, read_corpus
from w2v.data.corpus_arrays import counted
from w2v.data.reading.character_classes import character_classes
from w2v.data.reading.word_table import WordTable

WORDS = [f"w{i}" for i in range(10)]
TOKENS = np.arange(60, dtype=np.int32) % 10
OFFSETS = np.arange(0, 61, 6, dtype=np.int64)
VOCAB = Vocabulary(WORDS, [6] * 10)


def changed(array: np.ndarray, place: int, value: int) -> np.ndarray:
    array = array.copy()
    array[place] = value
    return array


# What can be wrong with the tokens or the offsets, and what is said.
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "id of the size": ({"tokens": changed(TOKENS, 5, 10)}, "word id 10 is outside"),
    "id far out": ({"tokens": changed(TOKENS, 59, 2**31 - 1)}, "word id 2147483647"),
    "negative id": ({"tokens": changed(TOKENS, 0, -1)}, "word id -1"),
    "id beyond 32 bits": ({"tokens": changed(TOKENS.astype(np.int64), 3, 2**40)}, "do not fit"),
    "id beyond 63 bits": ({"tokens": TOKENS.astype(np.uint64) + 2**63}, "do not fit"),
    "ids of floats": ({"tokens": TOKENS.astype(np.float32)}, "expected integers"),
    "ids of truth": ({"tokens": TOKENS.astype(bool)}, "expected integers"),
    "ids of objects": ({"tokens": TOKENS.astype(object)}, "expected integers"),
    "ids in rows": ({"tokens": TOKENS.reshape(6, 10)}, "expected one dimension"),
    "one id": ({"tokens": np.int32(3)}, "expected one dimension"),
    "tokens cut": ({"tokens": TOKENS[:-1]}, "that end with 60 for 59 tokens"),
    "no tokens": ({"tokens": TOKENS[:0]}, "that end with 60 for 0 tokens"),
    "offset negative": ({"offsets": changed(OFFSETS, 1, -5)}, "fall"),
    "offsets fall": ({"offsets": changed(OFFSETS, 4, 3)}, "fall"),
    "offset beyond": ({"offsets": changed(OFFSETS, 4, 2**62)}, "fall"),
    "last beyond": ({"offsets": changed(OFFSETS, -1, 61)}, "that end with 61 for 60 tokens"),
    "last short": ({"offsets": OFFSETS[:-1]}, "that end with 54 for 60"),
    "first not 0": ({"offsets": OFFSETS[1:]}, "offsets begin with 6, expected 0"),
    "no offsets": ({"offsets": OFFSETS[:0]}, "0 offsets"),
    "offsets of floats": ({"offsets": OFFSETS / 2}, "expected integers"),
    "offsets in rows": ({"offsets": OFFSETS[:, None]}, "expected one dimension"),
    "fewer words": ({"vocab": Vocabulary(WORDS[:9], [1] * 9)}, "word id 9 is outside"),
    "total too small": ({"total_words": 59}, "total_words is 59"),
}


def made(**given: Any) -> EncodedCorpus:
    parts = {"tokens": TOKENS, "offsets": OFFSETS, "vocab": VOCAB, "total_words": 60, **given}
    return EncodedCorpus(**parts)


@pytest.mark.parametrize("case", WRONG)
def test_arrays_that_are_no_corpus_are_refused_when_it_is_made(case: str) -> None:
    given, says = WRONG[case]
    with pytest.raises(CorpusError, match=says):
        made(**given)


@pytest.mark.parametrize(
    "given",
    [
        {"tokens": TOKENS.tolist(), "offsets": OFFSETS.tolist()},
        {"tokens": TOKENS.astype(np.int64), "offsets": OFFSETS.astype(np.uint16)},
        {"tokens": TOKENS.astype(">i4"), "offsets": OFFSETS.astype(">i8")},
        {"tokens": np.repeat(TOKENS, 3)[::3], "offsets": np.repeat(OFFSETS, 2)[::2]},
        {"total_words": np.int64(60)},
    ],
    ids=["lists", "other integers", "other bytes' order", "strided", "NumPy's integer"],
)
def test_other_layouts_of_the_same_numbers_make_the_same_corpus(
    given: dict[str, Any], tmp_path: Path
) -> None:
    corpus = made(**given)
    plain = made()
    assert Phrases(corpus, min_count=1).scores == Phrases(plain, min_count=1).scores
    corpus.save(tmp_path / "c.w2v")
    assert list(EncodedCorpus.open(tmp_path / "c.w2v").sentences()) == list(plain.sentences())


Use = Callable[[EncodedCorpus], object]
USES: dict[str, Use] = {
    "Phrases": lambda corpus: Phrases(corpus, min_count=1),
    "join": lambda corpus: Phrases(made(), min_count=1).join(corpus, min_count=1),
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tokens", changed(TOKENS, 7, 2**30)),
        ("tokens", TOKENS.astype(np.float64)),
        ("tokens", TOKENS[::-1]),
        ("tokens", TOKENS.astype(np.int64)),
        ("offsets", changed(OFFSETS, 3, -(2**40))),
        ("offsets", OFFSETS * 2),
        ("offsets", OFFSETS.astype(np.int32)),
    ],
    ids=lambda value: value if isinstance(value, str) else str(value.dtype),
)
def test_arrays_put_into_a_corpus_later_are_looked_at_again(
    use: str, name: str, value: np.ndarray
) -> None:
    corpus = made()
    setattr(corpus, name, value)
    with pytest.raises(CorpusError):
        USES[use](corpus)


@pytest.mark.parametrize("use", USES)
def test_an_array_written_to_after_the_corpus_was_made_is_looked_at_again(use: str) -> None:
    tokens = TOKENS.copy()
    corpus = made(tokens=tokens)
    with pytest.raises(ValueError, match="read-only"):
        corpus.tokens[0] = 3
    tokens[9] = -(2**30)
    with pytest.raises(CorpusError, match="word id"):
        USES[use](corpus)


def test_a_corpus_of_no_sentence_or_empty_ones_is_one() -> None:
    none = made(tokens=[], offsets=[0])
    assert len(none) == len(Phrases(none)) == 0
    gaps = made(offsets=np.repeat(OFFSETS, 2)[1:-1])
    assert [len(sentence) for sentence in gaps].count(0) == 9
    assert Phrases(gaps, min_count=1).scores == Phrases(made(), min_count=1).scores


def test_words_are_counted_in_parts_without_loss() -> None:
    tokens = np.random.default_rng(3).integers(0, 50, 300_001, np.int32)
    assert counted(tokens, 60).tolist() == np.bincount(tokens, minlength=60).tolist()


# -- folders ---------------------------------------------------------------------------------------

Damage = Callable[[Path], object]


def other_corpus(folder: Path, name: str) -> None:
    text = [[WORDS[-1 - i], WORDS[i], WORDS[0]] for i in range(10)] * 2
    prepare(text, folder.parent / "other", min_count=1)
    assert (folder.parent / "other" / name).stat().st_size == (folder / name).stat().st_size
    (folder.parent / "other" / name).replace(folder / name)


def rewritten(folder: Path, **changes: Any) -> None:
    manifest = json.loads((folder / "corpus.json").read_text())
    (folder / "corpus.json").write_text(json.dumps({**manifest, **changes}))


DAMAGES: dict[str, Damage] = {
    "tokens cut": lambda f: (f / "tokens.int32").write_bytes(bytes(7)),
    "tokens empty": lambda f: (f / "tokens.int32").write_bytes(b""),
    "tokens longer": lambda f: (f / "tokens.int32").write_bytes(bytes(4000)),
    "tokens gone": lambda f: (f / "tokens.int32").unlink(),
    "tokens of another corpus": lambda f: other_corpus(f, "tokens.int32"),
    "offsets empty": lambda f: (f / "offsets.int64").write_bytes(b""),
    "offsets gone": lambda f: (f / "offsets.int64").unlink(),
    "vocabulary empty": lambda f: (f / "vocab.arrow").write_bytes(b""),
    "vocabulary gone": lambda f: (f / "vocab.arrow").unlink(),
    "vocabulary of other words": lambda f: Vocabulary(WORDS, [6] * 10).save(f / "vocab.arrow"),
    "manifest empty": lambda f: (f / "corpus.json").write_text(""),
    "manifest a list": lambda f: (f / "corpus.json").write_text("[]"),
    "manifest nested": lambda f: (f / "corpus.json").write_text("[" * 100_000),
    "manifest no text": lambda f: (f / "corpus.json").write_bytes(b"\xff\xfe{}"),
    "another version": lambda f: rewritten(f, format=99),
    "tokens a word": lambda f: rewritten(f, tokens="60"),
    "tokens negative": lambda f: rewritten(f, tokens=-1),
    "sentences many": lambda f: rewritten(f, sentences=2**70),
    "total small": lambda f: rewritten(f, total_words=1),
    "info a list": lambda f: rewritten(f, info=[]),
    "sources a number": lambda f: rewritten(f, info={"sources": 3}),
    "checksums gone": lambda f: rewritten(f, checksums={}),
}


# What nothing but a checksum tells.
SUMMED = {"tokens of another corpus", "vocabulary of other words", "checksums gone"}


@pytest.mark.parametrize(
    ("case", "sealed"),
    [
        (case, sealed)
        for sealed in (True, False)
        for case in DAMAGES
        if sealed or case not in SUMMED
    ],
)
def test_a_folder_that_is_damaged_is_refused_by_name(
    tmp_path: Path, case: str, sealed: bool
) -> None:
    folder = tmp_path / "c.w2v"
    prepare([[WORDS[i], WORDS[9 - i], WORDS[i]] for i in range(10)] * 2, folder, min_count=1)
    if not sealed:
        manifest = json.loads((folder / "corpus.json").read_text())
        del manifest["checksum"], manifest["checksums"]
        (folder / "corpus.json").write_text(json.dumps({**manifest, "format": 1}))
        assert len(EncodedCorpus.open(folder)) == 20
    DAMAGES[case](folder)
    for use in (EncodedCorpus.open, read_corpus, Phrases, Word2Vec):
        with pytest.raises(CorpusError, match=r"c\.w2v") as caught:
            use(folder)
        assert len(str(caught.value)) < 500


# -- vocabularies ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "counts", "says"),
    [
        (["a", "b", "a"], [1, 2, 3], "'a' stands twice, as number 0 and 2"),
        (["a", "b"], [1], "need as many counts"),
        (["a", "b"], [[1, 2]], "need as many counts"),
        (["a", "b"], [1, -2], "0 or more, got -2 for word number 1"),
        (["a", "b"], [1, 2.5], "whole numbers"),
        (["a", "b"], [1, float("nan")], "whole numbers"),
        (["a", "b"], np.array([1, 2**63], np.uint64), "whole numbers"),
    ],
)
def test_a_vocabulary_has_each_word_once_with_a_count(
    words: list[str], counts: Any, says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        Vocabulary(words, counts)


def test_vectors_have_each_word_once() -> None:
    with pytest.raises(ValueError, match="'a' stands twice"):
        KeyedVectors(["a", "b", "a"], np.zeros((3, 2)))


def save_table(path: Path, **columns: Any) -> None:
    import pyarrow as pa

    table = pa.table(columns)
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"word": ["a", "a"], "count": [1, 2]}, "stands twice"),
        ({"word": ["a", None], "count": [1, 2]}, "missing"),
        ({"word": ["a", "b"], "count": [1, None]}, "missing"),
        ({"word": [1.0, 2.0], "count": [1, 2]}, "types double and int64"),
        ({"word": [1, 1], "count": [1, 2]}, "1 stands twice"),
        ({"word": [b"a", b"b"], "count": [1, 2]}, "types binary and int64"),
        ({"word": ["a", "b"], "count": [1.0, 2.0]}, "types string and double"),
        ({"word": ["a", "b"], "count": [1, -2]}, "0 or more"),
        ({"word": ["a", "b"]}, "columns"),
        ({"word": ["a"], "count": [1], "more": [1]}, "columns"),
    ],
)
def test_a_file_that_is_no_vocabulary_is_refused_by_name(
    tmp_path: Path, columns: dict[str, Any], says: str
) -> None:
    save_table(tmp_path / "v.arrow", **columns)
    with pytest.raises(CorpusError, match=says) as caught:
        Vocabulary.load(tmp_path / "v.arrow")
    assert "v.arrow" in str(caught.value)


def test_offsets_of_words_are_never_followed_out_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "v.arrow"
    Vocabulary(WORDS, range(10)).save(path)
    content = path.read_bytes()
    starts = 2 * np.arange(11, dtype="<i8")
    at = content.index(starts.tobytes())
    for place in range(11):
        for bit in range(64):
            wrong = starts.copy()
            wrong[place] ^= np.int64(-(2**63)) if bit == 63 else np.int64(1) << bit
            path.write_bytes(content[:at] + wrong.tobytes() + content[at + wrong.nbytes :])
            try:
                words = Vocabulary.load(path).words
            except CorpusError:
                continue
            assert len("".join(words)) <= 20  # cut elsewhere: the file alone cannot tell


# -- the table of words ----------------------------------------------------------------------------

TEXT = np.frombuffer(b"one two one\n" + bytes(8), np.uint8)


@pytest.mark.parametrize(
    ("buffer", "n", "classes", "says"),
    [
        (TEXT, 13, None, "8 more are needed"),
        (TEXT, -1, None, "8 more are needed"),
        (TEXT, 11, None, "within a word"),
        (TEXT.astype(np.int64), 12, None, "vector of uint8"),
        (np.repeat(TEXT, 2)[::2], 12, None, "in one piece"),
        (TEXT.reshape(4, 5), 12, None, "vector of uint8"),
        (TEXT, 12, np.zeros(128, np.uint8), "classes"),
        (TEXT, 12, character_classes().astype(np.int16), "vector of uint8"),
    ],
)
def test_the_table_of_words_takes_no_other_text(
    buffer: np.ndarray, n: int, classes: np.ndarray | None, says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        WordTable().number(buffer, n, 0, classes)


def test_bytes_that_are_no_text_are_cut_within_their_bounds() -> None:
    draw = np.random.default_rng(0)
    for classes in (None, character_classes()):
        for _ in range(200):
            buffer = draw.integers(0xC0, 256, 200, np.uint8)
            buffer[191], buffer[192:] = 10, 0
            ids = WordTable().number(buffer, 192, 0, classes)
            assert ids.max() < 192


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"starts": np.array([0, 3, 2])}, "outside the arena"),
        ({"starts": np.array([-1, 3, 6])}, "outside the arena"),
        ({"starts": np.array([0, 3, 7])}, "outside the arena"),
        ({"starts": np.array([0, 3])}, "2 starts, 2 counts"),
        ({"counts": np.ones(3, np.int64)}, "3 starts, 3 counts"),
        ({"first": np.zeros(2, np.int32)}, "vector of int64"),
        ({"arena": np.zeros(14)}, "vector of uint8"),
    ],
)
def test_the_table_of_words_takes_no_other_table(changes: dict[str, Any], says: str) -> None:
    words: dict[str, Any] = {
        "arena": np.frombuffer(b"onetwo" + bytes(8), np.uint8),
        "starts": np.array([0, 3, 6]),
        "counts": np.ones(2, np.int64),
        "first": np.zeros(2, np.int64),
    }
    assert WordTable().merge(**words).tolist() == [0, 1]
    with pytest.raises(ValueError, match=says):
        WordTable().merge(**{**words, **changes})
