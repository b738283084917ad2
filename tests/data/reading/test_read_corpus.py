"""Text becomes the corpus that a slow, obvious reading gives, however it is cut and shared out."""

import gzip
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from w2v.data import CorpusError, EncodedCorpus, read_corpus
from w2v.data.reading.character_classes import character_classes

# White space of every kind, characters like it that are none, and bytes of the same beginnings.
PIECES = [
    *"ab AB\n\n\r\t\v\f\0\x1c\x1f\x7f\x85\xa0\u1680\u2000\u200a\u200b\u2028\u202f\u205f\u3000éßİΣσ",
    "\r\n",
    "word",
    "exactly8",
    "ninechars",
    "a-word-of-over-twenty-bytes",
    "안녕",
    "漢字",
    "かな",
    "\u180e",
    "\ue000",
    "𝒳",
    "don't",
    "l’été",
]
BYTES = [b"a", b" ", b"\n", b"abcdefgh", "é\ufffd".encode()]  # and what is no UTF-8:
BYTES += [b"\xff", b"\xe2\x80", b"\xf0\x90\x80", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf4\x90\x80\x80"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)
QUICK = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def slow_reading(
    text: str,
    split: Callable[[str], list[str]] = str.split,
    min_count: int = 1,
    longest: int = 10_000,
) -> tuple[dict[str, int], list[list[str]], int]:
    """The vocabulary in order, the sentences of its words, and the number of all words."""
    sentences = []
    for line in text.split("\n"):
        words = split(line)
        sentences += [words[i : i + longest] for i in range(0, len(words), longest)]
    counts = Counter(chain.from_iterable(sentences))
    kept = {w: n for w, n in counts.most_common() if n >= min_count}
    filtered = ([w for w in s if w in kept] for s in sentences)
    return kept, [s for s in filtered if s], counts.total()


def slow_words(line: str) -> list[str]:
    """Words of running text, by going through the line character by character."""
    words: list[str] = []
    joined = False  # whether the next letter belongs to the last word
    for i, c in enumerate(line):
        name, category = unicodedata.name(c, ""), unicodedata.category(c)
        if category[0] == "M" or c in "\u200c\u200d":
            if words and i > 0 and _in_word(line, i - 1):
                words[-1] += c
        elif (
            re.match(r"CJK (UNIFIED|COMPAT)|HIRAGANA LETTER|HENTAIGANA", name) and category == "Lo"
        ):
            words.append(c)
            joined = False
            continue
        elif category[0] in "LN":
            words = [*words[:-1], words[-1] + c] if joined else [*words, c]
            joined = True
            continue
        elif c in "'’" and joined and i + 1 < len(line) and _letter(line[i + 1]):
            words[-1] += c
            continue
        else:
            joined = False
    return words


def _letter(c: str) -> bool:
    return unicodedata.category(c)[0] in "LN" and not re.match(
        r"CJK (UNIFIED|COMPAT)|HIRAGANA LETTER|HENTAIGANA", unicodedata.name(c, "")
    )


def _in_word(line: str, i: int) -> bool:
    return unicodedata.category(line[i])[0] in "LNM" or line[i] in "\u200c\u200d"


def as_read(corpus: EncodedCorpus) -> tuple[dict[str, int], list[list[str]], int]:
    assert corpus.tokens.dtype == np.int32
    assert corpus.offsets.dtype == np.int64
    vocab = dict(zip(corpus.vocab.words, corpus.vocab.counts.tolist(), strict=True))
    return vocab, list(corpus.sentences()), corpus.total_words


def same(corpus: EncodedCorpus, expected: tuple[dict[str, int], list[list[str]], int]) -> None:
    assert list(as_read(corpus)[0].items()) == list(expected[0].items())
    assert as_read(corpus)[1:] == expected[1:]


@QUICK
@given(
    text=TEXTS,
    block=st.integers(1, 80),
    workers=st.sampled_from([1, 2, 7]),
    longest=st.sampled_from([1, 3, 10_000]),
    min_count=st.sampled_from([1, 2]),
)
def test_any_text_in_any_blocks_gives_what_str_split_gives(
    text: str, block: int, workers: int, longest: int, min_count: int, tmp_path: Path
) -> None:
    assume(4 * text.count("\0") < max(1, len(text)))  # many are UTF-16's, and refused
    path = tmp_path / "text.txt"
    path.write_bytes(text.encode())
    expected = slow_reading(text.removeprefix("\ufeff"), min_count=min_count, longest=longest)
    options = {"min_count": min_count, "max_sentence_length": longest}
    if not expected[0]:
        with pytest.raises(CorpusError):
            read_corpus(path, workers=workers, block_bytes=block, **options)  # type: ignore[arg-type]
        return
    corpus = read_corpus(path, workers=workers, block_bytes=block, **options)  # type: ignore[arg-type]
    same(corpus, expected)


@QUICK
@given(text=TEXTS, block=st.integers(1, 80), lowercase=st.booleans())
def test_running_text_is_cut_into_unicode_words(
    text: str, block: int, lowercase: bool, tmp_path: Path
) -> None:
    assume(4 * text.count("\0") < max(1, len(text)))  # many are UTF-16's, and refused
    path = tmp_path / "text.txt"
    path.write_bytes(text.encode())

    def split(line: str) -> list[str]:
        words = slow_words(line)
        return [w.lower() for w in words] if lowercase else words

    expected = slow_reading(text, split)
    if expected[0]:
        options = {"min_count": 1, "tokenizer": "words", "lowercase": lowercase}
        same(read_corpus(path, block_bytes=block, workers=2, **options), expected)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Er sagte: »Größe« — schön!", ["Er", "sagte", "Größe", "schön"]),
        ("나는 학교에 갔다. (정말로?)", ["나는", "학교에", "갔다", "정말로"]),
        ("我爱北京，天安门。", ["我", "爱", "北", "京", "天", "安", "门"]),
        ("カタカナとひらがな", ["カタカナ", "と", "ひ", "ら", "が", "な"]),
        ("It's the dogs' o'clock, 3rd", ["It's", "the", "dogs", "o'clock", "3rd"]),
        ("हिन्दी में می‌خواهم", ["हिन्दी", "में", "می‌خواهم"]),
    ],
)
def test_words_of_many_scripts(text: str, words: list[str], tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text(text, "utf-8")
    corpus = read_corpus(tmp_path / "t.txt", tokenizer="words", min_count=1)
    assert list(corpus.sentences()) == [words]


def test_every_character_has_the_class_its_unicode_category_gives() -> None:
    classes = character_classes()
    spaces = [c for c in map(chr, range(0x110000)) if c.isspace() and c != "\n"]
    assert not classes[[ord(c) for c in spaces]].any()


@QUICK
@given(data=st.lists(st.sampled_from(BYTES)).map(b"".join), block=st.integers(1, 40))
def test_bytes_that_are_no_utf8_are_replaced_and_counted_or_refused(
    data: bytes, block: int, tmp_path: Path
) -> None:
    path = tmp_path / "bytes.txt"
    path.write_bytes(data)
    text = data.decode("utf-8", "replace")
    expected = slow_reading(text)
    if not expected[0]:
        return
    replaced = text.count("\ufffd") - data.count("\ufffd".encode())
    told = pytest.warns(UnicodeWarning, match=f"^{replaced:,} ") if replaced else nullcontext()
    with told:
        corpus = read_corpus(path, min_count=1, block_bytes=block, workers=2)
    same(corpus, expected)
    assert corpus.info["replaced"] == replaced
    if replaced:
        with pytest.raises(CorpusError, match="no UTF-8"):
            read_corpus(path, min_count=1, block_bytes=block, errors="strict")
    with told:
        cut = read_corpus(path, min_count=1, tokenizer=str.split)
    assert list(cut.sentences()) == expected[1]
    assert cut.info["replaced"] == replaced


def test_strict_names_the_byte_and_its_place(tmp_path: Path) -> None:
    path = tmp_path / "latin1.txt"
    path.write_bytes(b"plain words\n" * 10 + b"caf\xe9 \n")
    with pytest.raises(CorpusError, match=r"byte 0xe9 at 123\b"):
        read_corpus(path, errors="strict", block_bytes=20, workers=2)


def test_text_without_line_breaks_is_cut_every_ten_thousand_words(tmp_path: Path) -> None:
    path = tmp_path / "one-line"
    path.write_text(" ".join(["one two three"] * 9_000))
    corpus = read_corpus(path, block_bytes=1_000, workers=2)
    assert np.diff(corpus.offsets).tolist() == [10_000, 10_000, 7_000]


def test_a_word_longer_than_many_blocks_stays_whole(tmp_path: Path) -> None:
    long = "x" * 200_000
    (tmp_path / "t").write_text(f"a {long} b\n{long}")
    corpus = read_corpus(tmp_path / "t", min_count=1, block_bytes=1_000, workers=2)
    assert list(corpus.sentences()) == [["a", long, "b"], [long]]


def test_a_million_words_are_equal_to_the_slow_reading_for_all_workers_and_blocks(
    bench_data: Path,
) -> None:
    books = bench_data / "books-1m.txt.gz"
    expected = slow_reading(gzip.decompress(books.read_bytes()).decode(), min_count=5)
    for workers, block in [(1, 1 << 22), (2, 1 << 16), (7, 12_345)]:
        same(read_corpus(books, workers=workers, block_bytes=block), expected)


def test_a_generator_is_read_once_and_words_stay_whole() -> None:
    def sentences() -> Iterator[list[str]]:
        yield ["New York", "\t", "日本 語"]
        yield []
        yield ["New York", ""]

    corpus = read_corpus(sentences(), min_count=1)
    assert list(corpus.sentences()) == [["New York", "\t", "日本 語"], ["New York", ""]]
    assert corpus.vocab.word_to_id == {"New York": 0, "\t": 1, "日本 語": 2, "": 3}


@QUICK
@given(st.lists(st.lists(st.sampled_from(["a", "b c", "", "É", "é"]), max_size=8)), st.booleans())
def test_token_lists_give_the_same_as_counting(sentences: list[list[str]], lower: bool) -> None:
    cased = [[w.lower() if lower else w for w in s] for s in sentences]
    counts = Counter(chain.from_iterable(cased))
    if counts:
        corpus = read_corpus(iter(sentences), min_count=1, lowercase=lower)
        same(corpus, (dict(counts.most_common()), [s for s in cased if s], counts.total()))


def test_a_callable_cuts_lines(tmp_path: Path) -> None:
    (tmp_path / "t").write_bytes(b"a,b\r\n\nb,c d")
    corpus = read_corpus(tmp_path / "t", tokenizer=lambda line: line.split(","), min_count=1)
    assert list(corpus.sentences()) == [["a", "b"], [""], ["b", "c d"]]


@pytest.mark.parametrize(
    ("sentences", "message"),
    [
        (["a b", "c"], "no such file"),
        (iter(["a b"]), "is the string 'a b'"),
        ([[1.5, 2]], "type float"),
        ([[1, "a"]], "all strings or all integers"),
        ([["a", 1]], "all strings or all integers"),
        ([[1, 1.0]], "type float where others are integers"),
        ([[1, True]], "type bool where others are integers"),
        ([[True, 1]], "type bool"),
        ([[2**63]], "64 bits"),
    ],
)
def test_what_is_no_list_of_tokens_is_refused(sentences: object, message: str) -> None:
    with pytest.raises(CorpusError, match=message):
        read_corpus(sentences, min_count=1)  # type: ignore[arg-type]


@given(
    sentences=st.lists(st.lists(st.sampled_from("abcdef"), min_size=1), min_size=1, max_size=60),
    words=st.integers(1, 200),
)
def test_an_excerpt_is_whole_sentences_in_order_from_all_over(
    sentences: list[list[str]], words: int
) -> None:
    corpus = read_corpus(sentences, min_count=1)
    excerpt = corpus.excerpt(words)
    assert excerpt.vocab is corpus.vocab
    rest = iter(corpus.sentences())
    assert all(sentence in rest for sentence in excerpt.sentences())  # a subsequence
    expected = max(1, len(corpus) * min(words, len(corpus.tokens)) // len(corpus.tokens))
    assert len(excerpt) == expected
    assert excerpt.offsets[-1] == len(excerpt.tokens)


def test_progress_ends_with_all_bytes_and_words(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_text("some words here\n" * 5_000)
    reports: list[tuple[int, int | None, int]] = []
    read_corpus(path, block_bytes=1_000, progress=lambda *report: reports.append(report))
    assert reports[-1] == (80_000, 80_000, 15_000)


def test_importing_the_room_loads_no_heavy_library() -> None:
    heavy = "{'pyarrow', 'numba', 'pooch', 'psutil', 'requests'}"
    code = f"import sys, w2v.data; print({heavy} & {{*sys.modules}})"
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, check=True)
    assert done.stdout == b"set()\n"


def test_reading_imports_nothing_that_compiles_kernels_nor_pandas(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_text("some words here\n" * 5)
    read_corpus(path, min_count=1)  # compiles, unless it was done
    code = """
import sys
from w2v.data import prepare
prepare(*sys.argv[1:], min_count=1)
print({"pandas", "scipy.linalg", "numba.np.arraymath", "matplotlib"} & {*sys.modules})
"""
    command = [sys.executable, "-c", code, str(path), str(tmp_path / "here")]
    done = subprocess.run(command, cwd=Path(__file__).parents[3], capture_output=True, check=True)
    assert done.stdout == b"set()\n"
