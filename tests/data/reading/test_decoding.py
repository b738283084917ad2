"""Text in any encoding: read when it is named, recognised when not, never garbled in silence."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from w2v import Word2Vec
from w2v.data import CorpusError, prepare, read_corpus

KOREAN = "나는 학교에 간다 그리고 밥을 먹는다\n"
JAPANESE = "私は 学校 に 行く 今日は いい 天気 です\n"
SIMPLIFIED = "我们 在 学校 里 学习 中文 今天 的 天气 非常 好\n"
TRADITIONAL = "我們 在 學校 裡 學習 中文 今天 的 天氣 非常 好\n"
FRENCH = "le petit café est fermé le lundi et la forêt reste ouverte tous les jours\n"
RUSSIAN = "мама мыла раму сегодня хорошая погода и мы идём гулять в парк\n"
WRITTEN = [
    (KOREAN, "cp949", "cp949"),
    (KOREAN, "euc-kr", "cp949"),
    (JAPANESE, "shift_jis", "cp932"),
    (JAPANESE, "euc_jp", "euc_jp"),
    (SIMPLIFIED, "gb18030", "gb18030"),
    (SIMPLIFIED, "gb2312", "gb18030"),
    (TRADITIONAL, "big5", "big5"),
    (FRENCH, "latin-1", "cp1252"),
    (FRENCH, "utf-16", "utf-16"),
    (FRENCH, "utf-16-le", "utf-16-le"),
    (KOREAN, "utf-16-be", "utf-16-be"),
    (JAPANESE, "utf-32", "utf-32"),
    (RUSSIAN, "cp1251", "cp1251"),
    (RUSSIAN, "koi8-r", "koi8-r"),
]


@pytest.mark.parametrize(("text", "encoding", "guessed"), WRITTEN)
def test_named_it_is_read_and_unnamed_it_is_told_what_to_name(
    text: str, encoding: str, guessed: str, tmp_path: Path
) -> None:
    expected = [line.split() for line in (text * 50).splitlines()]
    path = tmp_path / "t.txt"
    path.write_bytes((text * 50).encode(encoding))
    packed = tmp_path / "t.txt.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    for source in (path, packed):
        corpus = read_corpus(source, min_count=1, encoding=encoding, block_bytes=7, workers=2)
        assert list(corpus.sentences()) == expected
        assert corpus.info["replaced"] == 0
    cut = read_corpus(path, min_count=1, encoding=guessed, tokenizer=str.split, errors="strict")
    assert list(cut.sentences()) == expected
    if guessed == "cp1252":  # mostly ASCII: read, with a warning
        with pytest.warns(UnicodeWarning, match="encoding='cp1252'"):
            assert read_corpus(path, min_count=1).info["replaced"] == 50 * 3
    else:
        with pytest.raises(CorpusError, match=f"encoding='{guessed}'"):
            read_corpus(path, min_count=1)


def test_a_file_too_short_to_judge_is_read_with_a_warning_that_names_the_encoding(
    tmp_path: Path,
) -> None:
    path = tmp_path / "t.txt"
    path.write_bytes(KOREAN.encode("cp949"))
    with pytest.warns(UnicodeWarning, match="took the place of bytes .* encoding='cp949'"):
        prepare(path, tmp_path / "t.w2v", min_count=1)
    with pytest.raises(CorpusError, match="encoding='cp949'"):
        read_corpus(path, min_count=1, errors="strict")


def test_word2vec_takes_the_encoding_for_all_it_reads(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_bytes((KOREAN * 20).encode("cp949"))
    small = {"min_count": 1, "vector_size": 4, "workers": 1, "sample": 0}
    model = Word2Vec(corpus_file=path, encoding="cp949", **small)  # type: ignore[arg-type]
    assert "학교에" in model.wv
    assert model.train(corpus_file=path, epochs=1)[0] == 120
    model = Word2Vec(**small).fit(path, encoding="cp949")  # type: ignore[arg-type]
    assert "학교에" in model.wv
    with pytest.raises(CorpusError, match="encoding='cp949'"):
        model.train(corpus_file=path, epochs=1)


def test_byte_order_marks_are_left_out_of_every_file(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in "ab":
        (folder / name).write_bytes(b"\xef\xbb\xbfone two\n")
    line = json.dumps({"text": "one two"}).encode()
    for encoding in ("utf-8", "utf-8-sig"):
        assert read_corpus(folder, min_count=1, encoding=encoding).vocab.words == ["one", "two"]
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_bytes(b"\xef\xbb\xbf" + line)
    read = read_corpus(tmp_path / "*.jsonl", min_count=1, column="text")
    assert read.vocab.words == ["one", "two"]
    for name in "ab":
        (folder / name).write_bytes("\ufeffone two\n".encode("utf-16-be"))
    for encoding in ("utf-16", "utf-16-be"):
        assert read_corpus(folder, min_count=1, encoding=encoding).vocab.words == ["one", "two"]
    (tmp_path / "k.jsonl").write_bytes('{"text": "학교에 간다"}\n'.encode("cp949"))
    read = read_corpus(tmp_path / "k.jsonl", min_count=1, column="text", encoding="cp949")
    assert read.vocab.words == ["학교에", "간다"]


def test_bytes_that_are_no_text_in_the_named_encoding_are_counted_or_refused(
    tmp_path: Path,
) -> None:
    path = tmp_path / "t.txt"
    good = (KOREAN * 9).encode("cp949")
    path.write_bytes(good + b"\xff " + good + b"\xff\xff\n")
    for block in (1, 64, 1 << 20):
        with pytest.warns(UnicodeWarning, match="^3 times .* no cp949 "):
            corpus = read_corpus(path, min_count=1, encoding="cp949", block_bytes=block)
        assert corpus.info["replaced"] == 3
    with pytest.raises(CorpusError, match=rf"byte 0xff at {len(good)}, which is no cp949"):
        read_corpus(path, min_count=1, encoding="cp949", errors="strict", block_bytes=10)
    path.write_bytes((KOREAN * 50).encode("cp949"))
    with pytest.raises(CorpusError, match=r"no text in ascii .* encoding='cp949'"):
        read_corpus(path, min_count=1, encoding="ascii")


def test_what_is_no_encoding_and_where_none_is_wanted(tmp_path: Path) -> None:
    for name in ("klingon", "hex", "", "utf-8\0", 8, "idna", "punycode", "undefined"):
        with pytest.raises(ValueError, match="encoding must be one that Python knows"):
            read_corpus([["a"]], encoding=name)  # type: ignore[arg-type]
    pq.write_table(pa.table({"text": ["a b"]}), tmp_path / "t.parquet")
    with pytest.raises(CorpusError, match="leave encoding out"):
        read_corpus(tmp_path / "t.parquet", column="text", encoding="cp949", min_count=1)


def test_zeros_in_a_text_do_not_make_it_utf16(tmp_path: Path) -> None:
    path = tmp_path / "t.txt"
    path.write_bytes(b"plain words with a zero\0here and there\0\n" * 30)
    assert "with" in read_corpus(path, min_count=1).vocab


@pytest.mark.parametrize("encoding", ["iso2022_jp", "iso2022_kr"])
def test_escape_sequences_to_other_letters_are_told_from_those_to_terminals(
    encoding: str, tmp_path: Path
) -> None:
    path = tmp_path / "t.txt"
    written = KOREAN if encoding == "iso2022_kr" else JAPANESE
    path.write_bytes((written * 30).encode(encoding) + b"\xff\n")
    with pytest.raises(CorpusError, match=f"try encoding='{encoding}'"):
        read_corpus(path, min_count=1)
    path.write_bytes((written * 30).encode(encoding))
    assert set(read_corpus(path, min_count=1, encoding=encoding).vocab.words) == {*written.split()}
    path.write_bytes(b"plain \x1b[1mbold\x1b(B words\n" * 30)
    assert "plain" in read_corpus(path, min_count=1).vocab
