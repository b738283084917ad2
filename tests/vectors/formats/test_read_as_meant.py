"""Vector files as other programs, editors and downloads leave them: read as meant, or refused."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import random
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from w2v.cli import vectors as commands
from w2v.vectors import KeyedVectors, VectorFormatError

WORDS = ["cat", "dog", "fish"]
VECTORS = (1 + np.arange(12, dtype=np.float32).reshape(3, 4)) / 10
ROWS = b"cat 0.1 0.2 0.3 0.4\ndog 0.5 0.6 0.7 0.8\nfish 0.9 1.0 1.1 1.2\n"
HEADER = b"3 4\n"
MARK = b"\xef\xbb\xbf"


def zstd(content: bytes) -> bytes:
    return pa.Codec("zstd").compress(content, asbytes=True)


def assert_meant(kv: KeyedVectors, n: int = 3) -> None:
    assert kv.index_to_key == WORDS[:n]
    np.testing.assert_allclose(kv.vectors, VECTORS[:n], rtol=1e-6)


def each(rows: bytes, change: Callable[[bytes], bytes]) -> bytes:
    return b"".join(change(row) + b"\n" for row in rows.splitlines())


READ = {
    "mark and header": MARK + HEADER + ROWS,
    "mark alone": MARK + ROWS,
    "blanks after the header": b"3 4 \t\n" + ROWS,
    "tab in the header": b"3\t4\n" + ROWS,
    "blank before the header": b" 3 4\n" + ROWS,
    "Windows' line ends": (HEADER + ROWS).replace(b"\n", b"\r\n"),
    "Windows' line ends, mark, no header": MARK + ROWS.replace(b"\n", b"\r\n"),
    "blanks after the rows": HEADER + each(ROWS, lambda row: row + b" "),
    "tabs after the rows": each(ROWS, lambda row: row + b"\t"),
    "two spaces after the word": HEADER + each(ROWS, lambda row: row.replace(b" ", b"  ", 1)),
    "two spaces, no header": each(ROWS, lambda row: row.replace(b" ", b"  ", 1)),
    "two spaces everywhere": HEADER + ROWS.replace(b" ", b"  "),
    "tab after the word": HEADER + each(ROWS, lambda row: row.replace(b" ", b"\t", 1)),
    "tab and space after the word": HEADER + each(ROWS, lambda row: row.replace(b" ", b"\t ", 1)),
    "tabs everywhere": HEADER + ROWS.replace(b" ", b"\t"),
    "tabs everywhere, no header": ROWS.replace(b" ", b"\t"),
    "no last line end": (HEADER + ROWS)[:-1],
    "no last line end, no header": ROWS[:-1],
    "empty lines at the end": HEADER + ROWS + b"\n \n",
    "exponents": HEADER + ROWS.replace(b"0.1 ", b"1e-01 ").replace(b"1.2", b"+12.0E-1"),
}
REFUSED = {
    "header of three fields": b"3 4 0\n" + ROWS,
    "header with a point": b"3.0 4\n" + ROWS,
    "header with a comma": b"3,000 4\n" + ROWS,
    "header with a name": b"#words 3\n" + ROWS,
    "header with commas between": b"3,4\n" + ROWS,
    "header of one number": b"3\n" + ROWS,
    "two headers": HEADER + HEADER + ROWS,
    "sizes in another order": b"4 3\n" + ROWS,
    "too few promised": b"2 4\n" + ROWS,
    "too many promised": b"5 4\n" + ROWS,
    "first row lacks a number": ROWS.replace(b" 0.4", b"", 1),
    "first row lacks two numbers": ROWS.replace(b" 0.3 0.4", b"", 1),
    "a row lacks a number": HEADER + ROWS.replace(b" 0.8", b""),
    "a row has one more": HEADER + ROWS.replace(b"0.8", b"0.8 0.9"),
    "a row has one more, no header": ROWS.replace(b"0.8", b"0.8 0.9"),
    "decimal commas": HEADER + ROWS.replace(b".", b","),
    "commas between": HEADER + ROWS.replace(b" ", b","),
    "an empty line inside": HEADER + ROWS.replace(b"dog", b"\ndog"),
    "a word twice": HEADER + ROWS.replace(b"dog", b"cat"),
    "a word twice but for blanks": HEADER + ROWS.replace(b"dog", b"cat "),
    "not a number": HEADER + ROWS.replace(b"0.7", b"nan"),
    "infinity": ROWS.replace(b"0.7", b"inf"),
    "too large": HEADER + ROWS.replace(b"0.7", b"1e400"),
    "zeros of a disk": HEADER + ROWS + bytes(100),
    "old Macintosh's line ends": (HEADER + ROWS).replace(b"\n", b"\r"),
    "UTF-16": (HEADER + ROWS).decode().encode("utf-16"),
    "UTF-32": (HEADER + ROWS).decode().encode("utf-32"),
}


@pytest.mark.parametrize("name", ["v.txt", "v.vec", "v", "v.model"])
@pytest.mark.parametrize("case", READ)
def test_text_is_read_as_meant(tmp_path: Path, case: str, name: str) -> None:
    (tmp_path / name).write_bytes(READ[case])
    assert_meant(KeyedVectors.load(tmp_path / name))
    if READ[case].lstrip(MARK + b" ")[:1] == b"3":
        assert_meant(KeyedVectors.load_word2vec_format(tmp_path / name))
    else:
        assert_meant(KeyedVectors.load_word2vec_format(tmp_path / name, no_header=True))


@pytest.mark.parametrize("case", REFUSED)
def test_text_that_may_mean_something_else_is_refused(tmp_path: Path, case: str) -> None:
    for name in ("v.txt", "v"):
        (tmp_path / name).write_bytes(REFUSED[case])
        with pytest.raises(VectorFormatError) as caught:
            KeyedVectors.load(tmp_path / name)
        assert str(tmp_path / name) in str(caught.value) and len(str(caught.value)) < 1000


def test_words_with_spaces_are_read_between_spaces_and_tabs(tmp_path: Path) -> None:
    for content in (b"2 2\nnew york 0.5 1\n. . . 2 3\n", b"new york\t0.5\t1\n. . .\t2\t3\n"):
        (tmp_path / "v.txt").write_bytes(content)
        assert KeyedVectors.load(tmp_path / "v.txt").index_to_key == ["new york", ". . ."]


BINARY = HEADER + b"".join(
    word.encode() + b" " + row.tobytes() for word, row in zip(WORDS, VECTORS, strict=True)
)
PACKED: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".bz2": lambda content: bz2.compress(content, 1),
    ".xz": lzma.compress,
    ".zst": zstd,
}


@pytest.mark.parametrize("suffix", PACKED)
@pytest.mark.parametrize("kind", ["txt", "bin"])
def test_compressed_files_are_read_whatever_their_name(
    tmp_path: Path, suffix: str, kind: str
) -> None:
    content = BINARY if kind == "bin" else HEADER + ROWS
    for name in (f"v.{kind}{suffix}", f"v.{kind}", f"v.{kind}.gz", "v", f"v{suffix}"):
        path = tmp_path / name
        path.write_bytes(PACKED[suffix](content))
        assert_meant(KeyedVectors.load(path))
        assert_meant(KeyedVectors.load_word2vec_format(path, binary=kind == "bin"))
        path.write_bytes(content)  # packed by its name alone
        assert_meant(KeyedVectors.load(path))
    kv = KeyedVectors(WORDS, VECTORS)
    kv.save(tmp_path / f"w.{kind}{suffix}")
    packed = (tmp_path / f"w.{kind}{suffix}").read_bytes()
    assert packed[:2] == PACKED[suffix](b"x")[:2]
    assert_meant(KeyedVectors.load(tmp_path / f"w.{kind}{suffix}"))


@pytest.mark.parametrize("suffix", PACKED)
@pytest.mark.parametrize("kind", ["txt", "bin"])
def test_a_limit_reads_the_first_words_of_a_file_that_was_cut(
    tmp_path: Path, suffix: str, kind: str
) -> None:
    rng = np.random.default_rng(0)
    words, vectors = [f"w{i}" for i in range(2000)], rng.normal(size=(2000, 60)).astype(np.float32)
    whole = tmp_path / f"v.{kind}"
    KeyedVectors(words, vectors).save(whole)
    content = whole.read_bytes()
    cut = {
        "plain": content[: len(content) // 2],
        "more promised": content.replace(b"2000 60", b"2050 60", 1),
        "packed": PACKED[suffix](content)[: len(PACKED[suffix](content)) // 2],
        "cut, then packed": PACKED[suffix](content[: len(content) // 2]),
    }
    for name, damaged in cut.items():
        path = tmp_path / f"cut.{kind}"
        path.write_bytes(damaged)
        first = KeyedVectors.load_word2vec_format(path, binary=kind == "bin", limit=100)
        assert first.index_to_key == words[:100], name
        np.testing.assert_array_equal(first.vectors, vectors[:100])
        for limit in (None, 2000 if name != "more promised" else 2001):
            with pytest.raises(VectorFormatError):
                KeyedVectors.load(path, limit=limit)


@pytest.mark.parametrize("kind", ["txt", "bin"])
def test_as_many_words_as_the_header_says_are_read_with_a_limit(tmp_path: Path, kind: str) -> None:
    content = (BINARY if kind == "bin" else HEADER + ROWS).replace(b"3 4", b"2 4", 1)
    (tmp_path / f"v.{kind}").write_bytes(content)
    assert_meant(KeyedVectors.load(tmp_path / f"v.{kind}", limit=2), 2)
    assert_meant(KeyedVectors.load(tmp_path / f"v.{kind}", limit=1), 1)
    for limit in (None, 3):
        with pytest.raises(VectorFormatError, match="limit=2"):
            KeyedVectors.load(tmp_path / f"v.{kind}", limit=limit)


def test_binary_files_with_a_mark_or_under_a_text_s_name(tmp_path: Path) -> None:
    (tmp_path / "v.bin").write_bytes(MARK + BINARY)
    assert_meant(KeyedVectors.load(tmp_path / "v.bin"))
    (tmp_path / "v.bin").write_bytes(HEADER + ROWS)
    assert_meant(KeyedVectors.load(tmp_path / "v.bin"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_what_is_no_text_under_a_text_s_name_is_told_by_what_it_looks_like(tmp_path: Path) -> None:
    KeyedVectors([f"w{i}" for i in range(99)], np.ones((99, 40)) / 3).save(tmp_path / "v.bin")
    binary, noise = (tmp_path / "v.bin").read_bytes(), random.Random(3).randbytes(9000)
    for content, told in (
        (
            binary,
            "looks like word2vec's binary format, not text: name it .bin, or load it as binary",
        ),
        (gzip.compress(binary), "looks like word2vec's binary format"),
        (noise, "looks like a binary file, of none of the formats"),
        (HEADER + noise, "looks like word2vec's binary format"),
        (b"\x89PNG\r\n" + noise, "is an image; expected vectors"),
        (b"%PDF-1.4\n" + noise, "is a PDF: take its text out first; expected vectors"),
        (b"cat 0.1\ndog x\n", "row 1 "),  # a text
        ("katze 0.1\nhündin 0.1\n".encode("latin-1"), "UTF-8"),
    ):
        for name in ("v.txt", "v.vec"):
            (tmp_path / name).write_bytes(content)
            with pytest.raises(VectorFormatError, match=told) as raised:
                KeyedVectors.load(tmp_path / name)
            assert "\\x" not in str(raised.value).replace("0xfc", "") or told in ("UTF-8",)


def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    for name, content in (("v.bin", BINARY), ("v.txt", HEADER + ROWS)):
        os.mkfifo(tmp_path / name)
        writing = threading.Thread(target=(tmp_path / name).write_bytes, args=(content,))
        writing.start()
        assert_meant(KeyedVectors.load(tmp_path / name))
        writing.join()


def test_a_matrix_is_not_read_with_words_that_it_was_not_written_with(tmp_path: Path) -> None:
    path, beside = tmp_path / "v.npy", tmp_path / "v.words.txt"
    KeyedVectors(WORDS, VECTORS).save(path)
    old = {each: each.read_bytes() for each in (path, beside)}
    KeyedVectors(WORDS[::-1], VECTORS).save(path)
    assert np.load(path).tobytes() == VECTORS.tobytes()
    for replaced in (path, beside):  # as a crash between the two, or a copy of one, leaves them
        new = replaced.read_bytes()
        replaced.write_bytes(old[replaced])
        with pytest.raises(VectorFormatError, match="written with"):
            KeyedVectors.load(path)
        replaced.write_bytes(new)
    assert KeyedVectors.load(path).index_to_key == WORDS[::-1]
    np.save(path, VECTORS)  # written elsewhere: as many words must do
    beside.write_bytes(MARK + b"cat\ndog\nfish\n")
    assert_meant(KeyedVectors.load(path))


# -- flipped bits ----------------------------------------------------------------------

FLIPPED = (
    *("v.bin", "v.txt", "v.glove", "v.safetensors", "v.npz", "v.npy", "v.words.txt"),
    *(f"v.{kind}{suffix}" for kind in ("bin", "txt") for suffix in PACKED),
)


def readers(path: Path, pairs: Path, questions: Path) -> list[Callable[[], object]]:
    """Return all that reads vectors: loaders with their options, and commands."""
    binary = ".bin" in path.name
    kept = path.with_name("converted.safetensors")
    return [
        lambda: KeyedVectors.load(path),
        lambda: KeyedVectors.load(path, limit=2, unicode_errors="replace", duplicates="first"),
        lambda: KeyedVectors.load_word2vec_format(path, binary=binary),
        lambda: KeyedVectors.load_word2vec_format(path, pairs.with_name("counts"), binary=binary),
        lambda: KeyedVectors(WORDS, VECTORS).intersect_word2vec_format(path, 1.0, binary),
        lambda: commands.convert(path, str(kept)),
        lambda: commands.neighbors(path, ["cat"], topn=2),
        lambda: commands.analogy(path, "cat", "dog", "fish"),
        lambda: commands.evaluate(path, pairs=[pairs], analogies=[questions]),
    ]


@pytest.mark.parametrize("name", [*FLIPPED, "counts", "pairs", "questions"])
@pytest.mark.parametrize("every", [12, pytest.param(1, marks=pytest.mark.soak)])
def test_a_flipped_bit_is_refused_or_read_and_nothing_else(
    tmp_path: Path, name: str, every: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """All that reads is given each `every`-th damaged file, loading every one."""
    (tmp_path / "pairs").write_bytes(b"cat\tdog\t9.5\ncat\tfish\t2\ndog\tfish\t1\n")
    (tmp_path / "questions").write_bytes(b": all\ncat dog fish cat\ndog cat fish dog\n")
    (tmp_path / "counts").write_bytes(b"cat 9\ndog 3\nfish 1\n")
    path = tmp_path / ("v.npy" if name == "v.words.txt" else name)
    if name in ("counts", "pairs", "questions"):
        path = tmp_path / "v.txt"
    KeyedVectors(WORDS, VECTORS, [9, 3, 1]).save(path, "glove" if name == "v.glove" else None)
    target = tmp_path / name
    content = target.read_bytes()
    draw = random.Random(name)
    bits = draw.sample(range(8 * len(content)), min(200, 8 * len(content)))
    refused = 0
    all_readers = readers(path, tmp_path / "pairs", tmp_path / "questions")
    for i, bit in enumerate(bits):
        damaged = bytearray(content)
        damaged[bit // 8] ^= 1 << bit % 8
        target.write_bytes(damaged)
        for read in all_readers[: 1 if i % every else None]:
            try:
                read()
            except VectorFormatError as error:
                assert len(str(error)) < 1500
                refused += 1
            except KeyError as error:  # the word asked for is another now
                assert "not among the" in str(error)
            except ValueError as error:  # of pairs and questions
                assert str(tmp_path) in str(error) or "vectors of size" in str(error)
    capsys.readouterr()
    assert refused or name in ("pairs", "questions")
    shutil.rmtree(tmp_path)
