"""Damaged files: one clear error each, never a crash and never memory for nothing."""

from __future__ import annotations

import gzip
import io
import json
import random
import shutil
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from w2v.vectors import KeyedVectors, VectorFormatError, format_of

NAMES = ("v.bin", "v.txt", "v.bin.gz", "v.txt.gz", "v.safetensors", "v.npz", "v.npy")
WORDS = ["the", "größe", "of", "12"]


@contextmanager
def memory_below(limit: float) -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < limit, f"{peak:,} bytes were taken"


def small(folder: Path, name: str) -> bytes:
    vectors = np.random.default_rng(1).normal(size=(len(WORDS), 3)).astype(np.float32)
    KeyedVectors(WORDS, vectors, [9, 8, 7, 6]).save(folder / name)
    return (folder / name).read_bytes()


def refused(path: Path, content: bytes | None = None) -> str:
    """Load a file that is wrong and return the message, which must name the file."""
    if content is not None:
        path.write_bytes(content)
    with memory_below(60e6), pytest.raises(VectorFormatError) as caught:
        KeyedVectors.load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert len(message) < 1000
    return message


@pytest.mark.parametrize("name", NAMES)
def test_a_file_cut_at_any_byte_is_refused(tmp_path: Path, name: str) -> None:
    content = small(tmp_path, name)
    whole = KeyedVectors.load(tmp_path / name).vectors.copy()
    path = tmp_path / name
    read = 0
    for length in range(len(content)):
        path.write_bytes(content[:length])
        try:
            loaded = KeyedVectors.load(path)
        except VectorFormatError:
            continue
        # A text's last line end may lack; of few numbers it is not known how many digits they had.
        assert name == "v.txt" and length >= content.rindex(b" ") + 2
        assert loaded.index_to_key == WORDS
        np.testing.assert_array_equal(loaded.vectors.ravel()[:-1], whole.ravel()[:-1])
        assert length < len(content) - 1 or loaded.vectors.ravel()[-1] == whole.ravel()[-1]
        read += 1
    assert (read > 0) == (name == "v.txt")


@pytest.mark.parametrize("header", [b"9 30\n", b""])
def test_text_without_its_last_line_end_is_read_unless_a_number_was_cut(
    tmp_path: Path, header: bytes
) -> None:
    path = tmp_path / "v.txt"
    numbers = np.random.default_rng(2).normal(size=(9, 30)).astype(np.float32)
    rows = b"".join(
        b"w%d %s\n" % (row, " ".join(f"{value:.6f}" for value in values).encode())
        for row, values in enumerate(numbers)
    )
    path.write_bytes((header + rows)[:-1])
    np.testing.assert_allclose(KeyedVectors.load(path).vectors, numbers, atol=1e-6)
    for missing in range(2, 7):
        assert "cut off" in refused(path, (header + rows)[:-missing])


@pytest.mark.parametrize("name", NAMES)
def test_damage_anywhere_is_refused_or_harmless(tmp_path: Path, name: str) -> None:
    content = small(tmp_path, name)
    path = tmp_path / name
    draw = random.Random(name)
    with memory_below(60e6):
        for _ in range(400):
            damaged = bytearray(content)
            for _ in range(draw.choice([1, 1, 2, 8])):
                place = draw.randrange(len(damaged))
                kind = draw.randrange(4)
                if kind == 0:
                    damaged[place] = draw.randrange(256)
                elif kind == 1:
                    damaged[place] ^= 1 << draw.randrange(8)
                elif kind == 2:
                    damaged[place:place] = draw.randbytes(draw.choice([1, 9]))
                elif len(damaged) > 9:
                    del damaged[place : place + draw.choice([1, 9])]
            path.write_bytes(bytes(damaged))
            try:
                loaded = KeyedVectors.load(path)
            except VectorFormatError:
                continue
            assert np.isfinite(loaded.vectors).all()
            assert len(set(loaded.index_to_key)) == len(loaded.vectors)


def test_binary_rows_with_line_ends_tell_any_byte_that_is_missing_in_numbers(
    tmp_path: Path,
) -> None:
    # As the original program writes them.
    words, numbers = [b"w%d" % i for i in range(9)], np.random.default_rng(3).normal(size=(9, 6))
    rows = [
        b"%s %s\n" % (w, n.tobytes()) for w, n in zip(words, numbers.astype("<f4"), strict=True)
    ]
    content = b"9 6\n" + b"".join(rows)
    path, at = tmp_path / "v.bin", 4
    path.write_bytes(content)
    assert KeyedVectors.load(path).index_to_key == [word.decode() for word in words]
    for word, row in zip(words, rows, strict=True):
        for place in range(at + len(word) + 1, at + len(row)):
            refused(path, content[:place] + content[place + 1 :])
        at += len(row)


@pytest.mark.parametrize("name", ["v.bin.zst", "v.txt.zst"])
def test_zstandard_files_have_a_checksum_of_their_content(tmp_path: Path, name: str) -> None:
    vectors = np.random.default_rng(1).normal(size=(40, 8)).astype(np.float32)
    KeyedVectors([f"w{i}" for i in range(40)], vectors).save(tmp_path / name)
    content = (tmp_path / name).read_bytes()
    whole = KeyedVectors.load(tmp_path / name)
    for place in range(0, len(content), 3):
        for bit in (0, 5):
            damaged = bytearray(content)
            damaged[place] ^= 1 << bit
            (tmp_path / "damaged.zst").write_bytes(damaged)
            try:
                loaded = KeyedVectors.load(tmp_path / "damaged.zst")
            except VectorFormatError:
                continue
            # A bit that says nothing of the content.
            assert loaded.index_to_key == whole.index_to_key
            np.testing.assert_array_equal(loaded.vectors, whole.vectors)


@pytest.mark.parametrize("name", NAMES)
def test_noise_is_refused(tmp_path: Path, name: str) -> None:
    draw = random.Random(0)
    for length in (0, 1, 7, 8, 100, 5000):
        refused(tmp_path / name, draw.randbytes(length))
    inner = draw.randbytes(100)
    if name.endswith(".gz"):
        refused(tmp_path / name, gzip.compress(inner))


LYING_HEADERS = {
    b"5 3\n": "ends",
    b"3 3\n": "more",
    b"4 2\n": "",
    b"4 4\n": "",
    b"-4 3\n": "at least 0",
    b"4 -3\n": "at least 1",
    b"4 0\n": "at least 1",
    b"1000000000000 300\n": "room for",
    b"4 100000000000000\n": "room for",
    b"999999999999999999 999999999999999999\n": "room for",
    b"99999999999999999999999999 3\n": "",
    b"four three\n": "",
    b"4\n": "",
    b"\n": "",
}


@pytest.mark.parametrize("name", ["v.bin", "v.txt", "v.bin.gz", "v.txt.gz"])
@pytest.mark.parametrize("header", LYING_HEADERS, ids=repr)
def test_a_header_that_lies_is_refused_before_memory_is_taken(
    tmp_path: Path, name: str, header: bytes
) -> None:
    path = tmp_path / name
    content = small(tmp_path, name)
    if name.endswith(".gz"):
        content = gzip.compress(header + gzip.decompress(content).split(b"\n", 1)[1])
    else:
        content = header + content.split(b"\n", 1)[1]
    message = refused(path, content)
    expected = LYING_HEADERS[header]
    assert expected in message or (expected == "ends" and "room for" in message)


@pytest.mark.parametrize("name", ["v.bin.gz", "v.txt.gz"])
def test_a_gzip_bomb_takes_no_memory(tmp_path: Path, name: str) -> None:
    header = b"20000000 3\n"
    row = bytes(8) if name == "v.bin.gz" else b" 0 0 0\n"
    refused(tmp_path / name, gzip.compress(header + row * 10_000_000, compresslevel=1))


def safetensors(header: object, body: bytes = b"") -> bytes:
    text = json.dumps(header).encode() if not isinstance(header, bytes) else header
    return len(text).to_bytes(8, "little") + text + body


def entry(dtype: str, shape: list[int], start: int, stop: int) -> dict[str, object]:
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, stop]}


def tensors(**changed: object) -> dict[str, object]:
    """Describe one word 'a' of two dimensions in 25 bytes, with some entries changed."""
    return {
        "offsets": entry("I64", [2], 0, 16),
        "vectors": entry("F32", [1, 2], 16, 24),
        "words": entry("U8", [1], 24, 25),
        **changed,
    }


BODY = np.array([0, 1], "<i8").tobytes() + np.array([1, 2], "<f4").tobytes() + b"a"

BAD_SAFETENSORS = {
    "length of the header": b"\xff" * 8 + b"{}",
    "huge but possible length": (10**8).to_bytes(8, "little") + b"{}",
    "no JSON": safetensors(b"{"),
    "nested JSON": safetensors(b"[" * 100_000),
    "no object": safetensors([1]),
    "missing tensors": safetensors({"weights": entry("U8", [0], 0, 0)}),
    "beyond the end": safetensors(tensors(vectors=entry("F32", [1, 4], 16, 32)), BODY),
    "negative offset": safetensors(tensors(vectors=entry("F32", [1, 2], -8, 0)), BODY),
    "swapped offsets": safetensors(tensors(vectors=entry("F32", [1, 2], 24, 16)), BODY),
    "shape too large": safetensors(tensors(vectors=entry("F32", [2**40, 2**40], 16, 24)), BODY),
    "negative shape": safetensors(tensors(vectors=entry("F32", [-1, -2], 16, 24)), BODY),
    "no list": safetensors(tensors(vectors={"dtype": "F32", "shape": 2}), BODY),
    "other type": safetensors(tensors(vectors=entry("BF16", [1, 4], 16, 24)), BODY),
    "one dimension": safetensors(tensors(vectors=entry("F32", [2], 16, 24)), BODY),
    "no dimensions": safetensors(tensors(vectors=entry("F32", [1, 0], 16, 16)), BODY),
    "none of too many dimensions": safetensors(
        tensors(
            offsets=entry("I64", [1], 0, 8),
            vectors=entry("F32", [0, 2**62], 16, 16),
            words=entry("U8", [0], 24, 24),
        ),
        BODY,
    ),
    "words too few": safetensors(tensors(words=entry("U8", [0], 24, 24)), BODY),
    "counts too many": safetensors(tensors(counts=entry("I64", [2], 0, 16)), BODY),
    "counts of another type": safetensors(tensors(counts=entry("F32", [1, 2], 16, 24)), BODY),
}


@pytest.mark.parametrize("case", BAD_SAFETENSORS)
def test_a_safetensors_header_that_lies_is_refused(tmp_path: Path, case: str) -> None:
    path = tmp_path / "v.safetensors"
    path.write_bytes(safetensors(tensors(), BODY))
    assert KeyedVectors.load(path)["a"].tolist() == [1, 2]
    refused(path, BAD_SAFETENSORS[case])


def npy(shape: str, descr: str = "'<f4'", body: bytes = bytes(24)) -> bytes:
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + body


@pytest.mark.parametrize(
    "content",
    [
        npy("(3,)"),
        npy("(3, 3)"),
        npy("(1, 2)"),
        npy("(-3, -2)"),
        npy("(1000000000000, 1000000000000)"),
        npy("(3, 2)", "'|O'"),
        npy("(3, 2)", "'<i4'"),
        npy("(3, 2)", "'nonsense'"),
        npy("(3, 2)", "[('a', '<f4')]"),
        npy("(" * 200 + ")" * 200),
        npy("(3, 2)").replace(b"NUMPY\x01", b"NUMPY\x09"),
    ],
)
def test_a_numpy_header_that_lies_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "v.npy"
    (tmp_path / "v.words.txt").write_bytes(b"a\nb\nc\n")
    path.write_bytes(npy("(3, 2)"))
    assert len(KeyedVectors.load(path)) == 3
    refused(path, content)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("vectors.npy", content)
        packed.writestr("words.npy", npy("(3,)", "'|u1'", b"abc"))
        packed.writestr("offsets.npy", npy("(4,)", "'<i8'", np.arange(4).tobytes()))
    refused(tmp_path / "v.npz", archive.getvalue())


def test_compressed_archives_are_refused_as_their_size_cannot_be_known(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "v.npz", vectors=np.zeros((10**5, 100)), words=np.array(["a"]))
    assert "compressed" in refused(tmp_path / "v.npz")


def test_the_words_of_a_matrix_must_be_there_and_be_as_many(tmp_path: Path) -> None:
    small(tmp_path, "v.npy")
    beside = tmp_path / "v.words.txt"
    for content in (b"", b"a\nb\nc\n", b"a\nb\nc\nd", b"a\nb\nc\nd\ne\n", b"a\nb\nc\n\xff\n"):
        beside.write_bytes(content)
        refused(tmp_path / "v.npy")
    beside.unlink()
    assert "missing" in refused(tmp_path / "v.npy")


Writer = Callable[[list[str], np.ndarray], bytes]


def as_text(words: list[str], vectors: np.ndarray) -> bytes:
    rows = (" ".join([w, *map(str, row)]) for w, row in zip(words, vectors.tolist(), strict=True))
    return f"{len(words)} {vectors.shape[1]}\n".encode() + "".join(f"{r}\n" for r in rows).encode()


def as_binary(words: list[str], vectors: np.ndarray) -> bytes:
    rows = (w.encode() + b" " + row.tobytes() for w, row in zip(words, vectors, strict=True))
    return f"{len(words)} {vectors.shape[1]}\n".encode() + b"".join(rows)


@pytest.mark.parametrize(("name", "writer"), [("v.txt", as_text), ("v.bin", as_binary)])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_refused_by_word(
    tmp_path: Path, name: str, writer: Writer, value: float
) -> None:
    vectors = np.ones((3, 2), np.float32)
    vectors[1, 1] = value
    message = refused(tmp_path / name, writer(["a", "bad", "c"], vectors))
    assert "'bad'" in message and "row 1" in message
    with pytest.raises(VectorFormatError, match="'bad'"):
        KeyedVectors(["a", "bad", "c"], vectors).save(tmp_path / "out.bin")


def test_numbers_too_large_for_float32_are_refused(tmp_path: Path) -> None:
    assert "'a'" in refused(tmp_path / "v.txt", b"1 2\na 1e300 0\n")


@pytest.mark.parametrize(("name", "writer"), [("v.txt", as_text), ("v.bin", as_binary)])
def test_a_word_standing_twice_is_refused_or_its_first_row_kept(
    tmp_path: Path, name: str, writer: Writer
) -> None:
    vectors = np.arange(6, dtype=np.float32).reshape(3, 2)
    message = refused(tmp_path / name, writer(["a", "twice", "twice"], vectors))
    assert "'twice'" in message and "rows 1 and 2" in message
    kept = KeyedVectors.load(tmp_path / name, duplicates="first")
    assert kept.index_to_key == ["a", "twice"]
    assert kept["twice"].tolist() == [2, 3]


def test_words_that_are_not_utf8_are_refused_unless_told_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "v.bin"
    assert "unicode_errors" in refused(path, b"1 1\n\xe6\x97 " + np.float32(1).tobytes())
    assert KeyedVectors.load(path, unicode_errors="replace").index_to_key == ["\ufffd"]


@pytest.mark.parametrize(
    "line",
    [
        *(b"a 1 x\n", b"a 1\n", b"a 1 2 3\n", b"\n", b"a 1", b"a 1,5 2\n", b"a 1_0 2\n"),
        *(b"a 1 nan\n", b"a 1 1e400\n", b"a 0.5 1 2\n", b"a 0x1 2\n", b"\0\0\0\0"),
    ],
)
def test_a_malformed_row_of_text_is_refused_by_its_number(tmp_path: Path, line: bytes) -> None:
    if line == b"a 1 2 3\n":
        path = tmp_path / "v.txt"
        path.write_bytes(b"2 2\nw 1 2\n" + line)
        assert KeyedVectors.load(path).index_to_key == ["w", "a 1"]
        return
    message = refused(tmp_path / "v.txt", b"2 2\na-first-row 1 2\n" + line)
    assert "row 1" in message


def test_a_file_under_another_suffix_is_read_as_what_it_is_or_refused(tmp_path: Path) -> None:
    for name in NAMES:
        small(tmp_path, name)
    read = set()
    for name in NAMES:
        for other in (*NAMES, "v", "v.model", "v.gz", "v.bz2"):
            if name == other:
                continue
            path = tmp_path / f"x{other[1:]}"
            shutil.copy(tmp_path / name, path)
            if name == "v.npy":
                shutil.copy(tmp_path / "v.words.txt", path.with_name(f"{path.stem}.words.txt"))
            try:
                loaded = KeyedVectors.load(path)
            except VectorFormatError as error:
                assert str(error).startswith(f"{path}: ")
            else:
                whole = KeyedVectors.load(tmp_path / name)
                assert loaded.index_to_key == WORDS
                np.testing.assert_array_equal(loaded.vectors, whole.vectors)
                read.add((name, other))
    # Whatever has no suffix that says otherwise is read.
    assert {(name, "v.model") for name in NAMES} <= read
    assert {(name, "v") for name in NAMES} <= read


@pytest.mark.parametrize("name", ["v.pkl", "v", "v.gz", "v.safetensors.gz", "word2vec.vectors"])
def test_vectors_are_saved_under_any_name_and_read_back(tmp_path: Path, name: str) -> None:
    KeyedVectors(["a b", "c"], np.eye(2), [2, 1]).save(tmp_path / name)
    loaded = KeyedVectors.load(tmp_path / name, mmap="r")
    assert loaded.index_to_key == ["a b", "c"]
    assert loaded.counts is not None and loaded.counts.tolist() == [2, 1]


def test_what_is_no_vectors_file_is_refused_by_what_it_is(tmp_path: Path) -> None:
    for content, says in (
        (b"hello\nworld\n", "expected one of"),
        ("5 2\nw 1 2\n".encode("utf-16"), "UTF-16"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(40), "7z"),
        (b"%PDF-1.4\n", "PDF"),
    ):
        assert says in refused(tmp_path / "v.odd", content)
    with pytest.raises(VectorFormatError, match=r"'\.odd'.*\.safetensors"):
        format_of(tmp_path / "v.odd")
    (tmp_path / "v.bin").write_bytes(b"1 1\nw 0000")
    with pytest.raises(VectorFormatError, match="'pickle'"):
        KeyedVectors.load(tmp_path / "v.bin", format="pickle")
    with pytest.raises(FileNotFoundError):
        KeyedVectors.load(tmp_path / "absent.bin")


def test_words_utf8_cannot_store_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(VectorFormatError, match="udcff"):
        KeyedVectors(["a\udcff"], [[1]]).save(tmp_path / "v.safetensors")
