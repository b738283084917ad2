"""Files: every format gives back what was saved, and gensim reads ours as we read its."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors as GensimVectors
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from w2v.vectors import KeyedVectors, VectorFormatError
from w2v.vectors.formats.lines import begins_a_text
from w2v.vectors.similarity import FloatArray

ALL = ("v.bin", "v.txt", "v.vec", "v.bin.gz", "v.txt.gz", "v.safetensors", "v.npz", "v.npy")
LOSSLESS = ("v.safetensors", "v.npz")

ODD_WORDS = [
    "Zürich",
    "日本語",
    "🜁🜂",
    "e\u0301",
    "non\u00a0breaking",
    "thin\u2009space",
    "next\u0085line",
    "tab\tinside",
    "return\rinside",
    "\u2028",
    "nul\0inside",
    "12",
    "-1e5",
    "nan",
    "",
    "</s>",
    "x" * 100_000,
]


def odd_vectors(rows: int = len(ODD_WORDS), size: int = 7) -> FloatArray:
    vectors = np.random.default_rng(0).normal(size=(rows, size)).astype(np.float32)
    vectors[0] = 0
    extremes = np.array([1e-45, 3.4028235e38, -0.0, 5.0, 1e-5, 16777216.0], np.float32)
    vectors[1] = np.resize(extremes, size)
    return vectors


def same_bits(a: FloatArray, b: FloatArray) -> bool:
    return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()


@pytest.mark.parametrize("name", ALL)
def test_every_format_gives_back_odd_words_and_the_same_bits(tmp_path: Path, name: str) -> None:
    vectors = odd_vectors()
    KeyedVectors(ODD_WORDS, vectors).save(tmp_path / name)
    loaded = KeyedVectors.load(tmp_path / name)
    assert loaded.index_to_key == ODD_WORDS
    assert same_bits(loaded.vectors, vectors)
    assert loaded.vectors.flags.writeable
    beside = {"v.words.txt"} if name == "v.npy" else set()
    assert {p.name for p in tmp_path.iterdir()} == {name} | beside


@pytest.mark.parametrize("binary", [True, False])
def test_gensim_and_this_library_read_each_other_bit_for_bit(tmp_path: Path, binary: bool) -> None:
    ours, theirs = tmp_path / ("a.bin" if binary else "a.txt"), tmp_path / "b"
    kv = KeyedVectors(ODD_WORDS, odd_vectors())
    kv.save(ours)
    read_by_gensim = GensimVectors.load_word2vec_format(str(ours), binary=binary)
    assert read_by_gensim.index_to_key == ODD_WORDS
    assert same_bits(read_by_gensim.vectors, kv.vectors)
    kv.to_gensim().save_word2vec_format(str(theirs), binary=binary)
    back = KeyedVectors.load_word2vec_format(theirs, binary=binary)
    assert back.index_to_key == ODD_WORDS
    assert same_bits(back.vectors, kv.vectors)
    if binary:
        assert ours.read_bytes() == theirs.read_bytes()


@pytest.mark.parametrize("name", [n for n in ALL if n not in LOSSLESS])
def test_a_word_the_format_cannot_hold_is_refused_by_name(tmp_path: Path, name: str) -> None:
    word = "two\nlines" if name == "v.npy" else "\nnew york"
    with pytest.raises(VectorFormatError, match=r"(new york|lines).*\.safetensors"):
        KeyedVectors(["a", word], np.eye(2)).save(tmp_path / name)
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("name", LOSSLESS)
def test_lossless_formats_keep_every_word_and_the_counts(tmp_path: Path, name: str) -> None:
    words = [*ODD_WORDS, "new york", "\n", " ", "a\nb", "trailing nul\0"]
    counts = np.arange(len(words))[::-1] ** 9
    KeyedVectors(words, odd_vectors(len(words)), counts).save(tmp_path / name)
    loaded = KeyedVectors.load(tmp_path / name)
    assert loaded.index_to_key == words
    assert loaded.counts is not None and loaded.counts.tolist() == counts.tolist()


@pytest.mark.parametrize("name", ALL)
def test_an_empty_vocabulary_survives(tmp_path: Path, name: str) -> None:
    KeyedVectors([], np.empty((0, 5))).save(tmp_path / name)
    loaded = KeyedVectors.load(tmp_path / name)
    assert loaded.vectors.shape == (0, 5)
    assert loaded.index_to_key == []


def test_text_with_spaces_in_words_is_read_as_its_writer_meant_it(tmp_path: Path) -> None:
    table = GensimVectors(2)
    table.add_vectors(["new york", ". . ."], np.array([[1, 2], [3, 4]], np.float32))
    table.save_word2vec_format(str(tmp_path / "v.txt"))
    loaded = KeyedVectors.load(tmp_path / "v.txt")
    assert loaded.index_to_key == ["new york", ". . ."]
    assert loaded["new york"].tolist() == [1, 2]


# gensim leaves the file open after reading one without a header.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("suffix", [".txt", ".txt.gz"])
def test_glove_text_is_recognised_by_its_missing_header(tmp_path: Path, suffix: str) -> None:
    kv = KeyedVectors(["the", "12", "größe"], odd_vectors(3))
    path = tmp_path / f"glove{suffix}"
    kv.save(path, format="glove")
    for loaded in (KeyedVectors.load(path), KeyedVectors.load(path, format="glove")):
        assert loaded.index_to_key == kv.index_to_key
        assert same_bits(loaded.vectors, kv.vectors)
    theirs = GensimVectors.load_word2vec_format(str(path), binary=False, no_header=True)
    assert same_bits(theirs.vectors, kv.vectors)


def test_files_of_the_original_c_tool_are_read(tmp_path: Path) -> None:
    vectors = odd_vectors(3, 4)
    words = ["</s>", "the", "of"]
    with (tmp_path / "c.bin").open("wb") as file:
        file.write(b"3 4\n")
        for word, row in zip(words, vectors, strict=True):
            file.write(word.encode() + b" " + row.tobytes() + b"\n")
    rows = [" ".join([w, *map(str, r)]) + " \n" for w, r in zip(words, vectors, strict=True)]
    (tmp_path / "c.txt").write_text("3 4\n" + "".join(rows))
    for name in ("c.bin", "c.txt"):
        loaded = KeyedVectors.load(tmp_path / name)
        assert loaded.index_to_key == words
        assert same_bits(loaded.vectors, vectors)


@pytest.mark.parametrize("name", ALL)
def test_a_limit_reads_only_the_first_words(tmp_path: Path, name: str) -> None:
    kv = KeyedVectors([f"w{i}" for i in range(3000)], odd_vectors(3000, 3), range(3000))
    kv.save(tmp_path / name)
    loaded = KeyedVectors.load(tmp_path / name, limit=2999)
    assert loaded.index_to_key == kv.index_to_key[:2999]
    assert same_bits(loaded.vectors, kv.vectors[:2999])
    assert len(KeyedVectors.load(tmp_path / name, limit=9999)) == 3000


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    words=st.lists(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=20), unique=True, max_size=8
    ),
    data=st.data(),
)
def test_any_words_and_any_finite_floats_survive_or_are_refused(
    tmp_path: Path, words: list[str], data: st.DataObject
) -> None:
    shape = (len(words), data.draw(st.integers(1, 6)))
    finite = st.floats(width=32, allow_nan=False, allow_infinity=False)
    vectors = data.draw(hnp.arrays(np.float32, shape, elements=finite))
    for name in ("v.bin", "v.txt", "v.safetensors", "v.npz", "v.npy"):
        try:
            KeyedVectors(words, vectors).save(tmp_path / name)
        except VectorFormatError:
            assert name not in LOSSLESS
            odd = any(c in w for w in words for c in " \n\t")
            assert odd or (name == "v.bin" and begins_a_text(vectors.tobytes()))
            continue
        loaded = KeyedVectors.load(tmp_path / name)
        assert loaded.index_to_key == words
        assert same_bits(loaded.vectors, vectors)


@pytest.mark.parametrize("word", ["", "a"])
def test_numbers_whose_bytes_a_reader_takes_for_text_are_refused_as_binary(
    tmp_path: Path, word: str
) -> None:
    vectors = np.frombuffer(b"277e35 1", np.float32).reshape(1, 2)
    with pytest.raises(VectorFormatError, match="save as"):
        KeyedVectors([word], vectors).save(tmp_path / "v.bin")
    assert not list(tmp_path.iterdir())


def test_safetensors_files_are_those_of_the_safetensors_package(tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    kv = KeyedVectors(ODD_WORDS, odd_vectors(), range(len(ODD_WORDS)))
    kv.save(tmp_path / "v.safetensors")
    tensors = load_file(tmp_path / "v.safetensors")
    assert same_bits(tensors["vectors"], kv.vectors)
    save_file(tensors, tmp_path / "again.safetensors")
    again = KeyedVectors.load(tmp_path / "again.safetensors")
    assert again.index_to_key == ODD_WORDS
    assert same_bits(again.vectors, kv.vectors)


def test_mapped_vectors_can_be_changed_without_touching_the_file(tmp_path: Path) -> None:
    for name in ("v.safetensors", "v.npy"):
        kv = KeyedVectors(["a", "b"], [[1, 2], [3, 4]])
        kv.save(tmp_path / name)
        mapped = KeyedVectors.load(tmp_path / name)
        mapped.vectors[0] = 9
        assert KeyedVectors.load(tmp_path / name)["a"].tolist() == [1, 2]
        mapped.save(tmp_path / name)
        assert KeyedVectors.load(tmp_path / name)["a"].tolist() == [9, 9]


def test_plain_numpy_archives_of_strings_are_read_and_pickles_are_not(tmp_path: Path) -> None:
    np.savez(tmp_path / "v.npz", words=np.array(["a", "bé"]), vectors=np.eye(2))
    assert KeyedVectors.load(tmp_path / "v.npz").index_to_key == ["a", "bé"]
    np.savez(tmp_path / "v.npz", words=np.array(["a", "b"], object), vectors=np.eye(2))
    with pytest.raises(VectorFormatError, match="never read"):
        KeyedVectors.load(tmp_path / "v.npz")


def test_gzipped_files_of_equal_vectors_are_equal(tmp_path: Path) -> None:
    kv = KeyedVectors(["a"], [[1.5]])
    kv.save(tmp_path / "a.txt.gz")
    kv.save(tmp_path / "b.txt.gz")
    assert (tmp_path / "a.txt.gz").read_bytes() == (tmp_path / "b.txt.gz").read_bytes()
    assert gzip.decompress((tmp_path / "a.txt.gz").read_bytes()) == b"1 1\na 1.5\n"


def test_importing_vectors_and_plotting_imports_no_heavy_library() -> None:
    code = (
        "import sys, w2v.vectors, w2v.pictures.loss_curve, w2v.pictures.word_map\n"
        "heavy = {'pyarrow', 'matplotlib', 'scipy', 'gensim', 'numba', 'cupy'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
