"""Files of sentences, against gensim's, and read whole against gone through."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
from collections import Counter
from pathlib import Path
from typing import Any

import gensim.models.word2vec as theirs
import pytest

from w2v import Word2Vec
from w2v import data as ours
from w2v.data import CorpusError, LineSentence, Phrases, SentenceFiles, read_corpus
from w2v.data.reading.rereading import may_vary
from w2v.data.reading.source_state import state_of


def text(seed: int, breaks: str = "\n") -> str:
    """Draw words of one to four bytes a character between white space of all kinds."""
    draw = random.Random(seed)
    words = ["the", "größe", "東京", "𝄞", "a", "x" * 30, "new"]
    spaces = [" ", " ", " ", "  ", "\t", "\u2003", *breaks]
    return "".join(draw.choice(words) + draw.choice(spaces) for _ in range(draw.randint(1, 6000)))


def write(path: Path, content: str) -> Path:
    data = content.encode()
    for suffix, compress in (
        (".gz", gzip.compress),
        (".bz2", bz2.compress),
        (".xz", lzma.compress),
    ):
        if path.suffix == suffix:
            data = compress(data)
    path.write_bytes(data)
    return path


def require_read_alike(source: SentenceFiles, expected: list[list[str]], **settings: Any) -> None:
    """Go through sentences twice and read them whole: the same sentences, words and counts."""
    assert list(source) == list(source) == expected
    if not any(expected):
        return
    corpus = read_corpus(source, min_count=1, **settings)
    assert list(corpus.sentences()) == [sentence for sentence in expected if sentence]
    assert corpus.total_words == sum(map(len, expected))
    assert corpus.vocab == read_corpus(expected, min_count=1, **settings).vocab


@pytest.mark.parametrize("suffix", ["", ".txt", ".gz", ".bz2", ".xz", ".jsonl"])
@pytest.mark.parametrize("limits", [(), (7,), (10_000, 5), (3, 1), (20_000,)])
def test_lines_are_gensims_sentences(tmp_path: Path, suffix: str, limits: tuple[int, ...]) -> None:
    for seed in range(3):
        path = write(tmp_path / f"text{suffix}", text(seed))
        expected = list(theirs.LineSentence(str(path), *limits))
        require_read_alike(LineSentence(str(path), *limits), expected)
        require_read_alike(ours.PathLineSentences(str(path), *limits), expected)
        assert list(LineSentence(path, *limits)) == expected
    with path.open("rb") as file:
        if suffix in ("", ".txt"):
            require_read_alike(LineSentence(file, *limits), expected)
    require_read_alike(LineSentence(io.StringIO(text(2)), *limits), expected)


@pytest.mark.parametrize("breaks", ["", "\n", "\n\n\r"])
@pytest.mark.parametrize("length", [10_000, 1, 13, 1000])
def test_text8_is_cut_into_gensims_pieces(tmp_path: Path, breaks: str, length: int) -> None:
    for seed, name in enumerate(("text8", "text8.gz", "text8.bz2", "text8.xz")):
        content = text(seed, breaks)
        path = write(tmp_path / name, content)
        words = content.split()
        expected = [words[i : i + length] for i in range(0, len(words), length)]
        if not breaks and length > 1:  # gensim's last piece may have more words
            assert list(theirs.Text8Corpus(str(path), length)) == expected
        require_read_alike(ours.Text8Corpus(path, length), expected)


def test_folders_are_read_file_after_file(tmp_path: Path) -> None:
    for seed, name in enumerate(("b.txt", "a.gz", ".hidden", "c.bz2")):
        write(tmp_path / name, text(seed).rstrip())
    for limits in ((), (9,), (10_000, 3)):
        expected = theirs.PathLineSentences(str(tmp_path), *limits)
        found = ours.PathLineSentences(tmp_path, *limits)
        assert found.input_files == expected.input_files
        require_read_alike(found, list(expected))
    with pytest.raises(ValueError, match="neither"):
        ours.PathLineSentences(str(tmp_path / "none"))


def test_brown_has_words_with_their_kind(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    for name in ("ca01", "ca02"):
        lines = ["The/at Fulton/np-tl said/vbd ./. 1/2/cd", "", "``/`` no tags", "It/pps IS/bez"]
        write(tmp_path / name, f"{name}/nn\n" + "\n".join(lines))
    expected = list(theirs.BrownCorpus(str(tmp_path)))
    assert ["it/pp", "is/be"] in expected
    require_read_alike(ours.BrownCorpus(str(tmp_path)), expected)


def test_marks_settings_and_faults_are_those_of_the_sentences(tmp_path: Path) -> None:
    path = write(tmp_path / "mark.txt", "\ufeffThe cat\nthe DOG's\n")
    require_read_alike(LineSentence(path), [["\ufeffThe", "cat"], ["the", "DOG's"]])
    path = write(tmp_path / "plain.txt", "The cat\nthe DOG's\n")
    lowered = read_corpus(LineSentence(path), min_count=1, lowercase=True, tokenizer="words")
    assert list(lowered.sentences()) == [["the", "cat"], ["the", "dog's"]]
    path.write_bytes(b"caf\xe9 au lait\n")
    with pytest.raises(UnicodeDecodeError):
        list(LineSentence(path))
    with pytest.raises(CorpusError, match="0xe9"):
        read_corpus(LineSentence(path), min_count=1)
    for use in (list, Word2Vec, Phrases):
        with pytest.raises(FileNotFoundError):
            use(LineSentence("pydocs*"))


def test_a_model_reads_a_file_once_and_trains_on_its_sentences(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "text.txt", text(5))
    source = LineSentence(path)
    assert not may_vary(source)
    assert state_of(source) == state_of(LineSentence(path)) is not None
    assert state_of(source) != state_of(ours.Text8Corpus(path))
    assert state_of(LineSentence(path, limit=3)) is None
    sentences = list(source)

    def gone_through(self: LineSentence) -> None:
        raise AssertionError("a whole file need not be gone through")

    monkeypatch.setattr(LineSentence, "__iter__", gone_through)
    model = Word2Vec(source, min_count=1, vector_size=4, epochs=1, workers=1, seed=1)
    counts = {word: model.wv.get_vecattr(word, "count") for word in model.wv.index_to_key}
    assert counts == Counter(word for sentence in sentences for word in sentence)
    assert model.corpus_count == len(sentences)
    same = Word2Vec(sentences, min_count=1, vector_size=4, epochs=1, workers=1, seed=1)
    assert (model.wv.vectors == same.wv.vectors).all()
    assert model.train(source, total_examples=len(sentences), epochs=1)[1] == sum(counts.values())


def test_phrases_of_a_file_are_those_of_its_sentences(tmp_path: Path) -> None:
    path = write(tmp_path / "text.txt", "new york is big\n" * 9 + "a new york\n")
    found = Phrases(LineSentence(path), 1, 0.5)
    assert dict(found.vocab) == dict(Phrases(list(LineSentence(path)), 1, 0.5).vocab)
    assert list(found[LineSentence(path)])[-1] == ["a", "new_york"]
    twice = Phrases(found[LineSentence(path)], 1, 0.3)
    assert twice[found[["new", "york", "is", "big"]]] == ["new_york_is_big"]
