"""Second step: cut the vocabulary, then turn provisional ids into the encoded corpus."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2v.data.errors import CorpusError
from w2v.data.manifest import OFFSETS, TOKENS, VOCAB, write_manifest
from w2v.data.reading.spool import SpooledBlock, SpooledText
from w2v.data.reading.word_counts import WordCounts
from w2v.data.vocabulary import Vocabulary, frequent

_Renumbered = tuple[NDArray[np.int32], NDArray[np.int64]]


def build_vocabulary(
    spools: list[SpooledText], *, lowercase: bool, limits: Mapping[str, Any]
) -> tuple[Vocabulary, list[NDArray[np.int32]]]:
    """Merge the workers' words and keep the frequent ones.

    Parameters
    ----------
    spools : list of SpooledText
    lowercase : bool
        See :func:`merge_words`.
    limits : mapping
        For :func:`~w2v.data.vocabulary.frequent`.

    Returns
    -------
    vocab : Vocabulary
    new_ids : list of int32 arrays
        For each of the spools, its words' final ids, -1 for those dropped.
    """
    merged, merged_ids = merge_words([_words_of(spool) for spool in spools], lowercase=lowercase)
    vocab, kept = cut_vocabulary(merged, limits)
    final = np.full(len(merged.counts), -1, np.int32)
    final[kept] = np.arange(len(kept), dtype=np.int32)
    return vocab, [final[ids] for ids in merged_ids]


def merge_words(
    counted: list[WordCounts], *, lowercase: bool = False
) -> tuple[WordCounts, list[NDArray[np.int32]]]:
    """Merge words that were counted apart.

    Parameters
    ----------
    counted : list of WordCounts
    lowercase : bool, default False
        Whether words that differ in case only are one. It is done here, once for each distinct
        word: that is cheaper than doing it for each occurrence.

    Returns
    -------
    merged : WordCounts
    ids : list of int32 arrays
        For each of those counted apart, the places that its words have among all.
    """
    from w2v.data.reading.word_table import WordTable

    table = WordTable()
    merged_ids = []
    for words in counted:
        if lowercase:
            texts = [text.lower() for text in words.texts()]
            words = WordCounts.from_texts(texts, words.counts, words.first)
        merged_ids.append(table.merge(words.arena, words.starts, words.counts, words.first))
    merged = table.word_counts()
    merged.integers = any(words.integers for words in counted)
    return merged, merged_ids


def cut_vocabulary(
    words: WordCounts, limits: Mapping[str, Any]
) -> tuple[Vocabulary, NDArray[np.int64]]:
    """Keep the frequent words.

    Parameters
    ----------
    words : WordCounts
    limits : mapping
        For :func:`~w2v.data.vocabulary.frequent`.

    Returns
    -------
    vocab : Vocabulary
    kept : int64 array
        The places that its words have among all.
    """
    appearance = np.argsort(words.first, kind="stable")
    kept = appearance[frequent(words.counts[appearance], **limits)]
    texts = words.texts(kept)
    return Vocabulary(list(map(int, texts)) if words.integers else texts, words.counts[kept]), kept


def _words_of(spool: SpooledText) -> WordCounts:
    assert spool.words is not None
    return spool.words


def write_corpus(
    folder: Path,
    spools: list[SpooledText],
    vocab: Vocabulary,
    new_ids: list[NDArray[np.int32]],
    *,
    max_sentence_length: int,
    workers: int,
    info: Mapping[str, Any],
) -> None:
    """Fill a folder with the encoded corpus and remove the spool files.

    Parameters
    ----------
    folder : Path
    spools : list of SpooledText
    vocab : Vocabulary
    new_ids : list of int32 arrays
        As :func:`build_vocabulary` gives them.
    max_sentence_length : int
        See :func:`write_tokens`.
    workers : int
    info : mapping
        For the manifest.
    """
    size = write_tokens(folder, spools, new_ids, max_sentence_length, workers)
    vocab.save(folder / VOCAB)
    write_manifest(
        folder, size.tokens, size.sentences, size.words, {**info, "sentences_read": size.read}
    )


class Written(NamedTuple):
    """What was written of a text, and what was read of it.

    Parameters
    ----------
    tokens, sentences : int
        Words of the vocabulary, and sentences that have some.
    words, read : int
        All words, and all sentences.
    """

    tokens: int
    sentences: int
    words: int
    read: int


def write_tokens(
    folder: Path,
    spools: list[SpooledText],
    new_ids: list[NDArray[np.int32]],
    max_sentence_length: int,
    workers: int,
) -> Written:
    """Write the ids of a text's words and where its sentences end, and remove the spool files.

    Parameters
    ----------
    folder : Path
    spools : list of SpooledText
    new_ids : list of int32 arrays
        As :func:`build_vocabulary` gives them.
    max_sentence_length : int
        Sentences are cut after so many words, counted before words are dropped.
    workers : int
    """
    tokens = sentences = 0
    with (folder / TOKENS).open("wb") as token_file, (folder / OFFSETS).open("wb") as offset_file:
        offset_file.write(np.zeros(1, "<i8").data)
        last = 0
        for ids, ends in _renumbered(spools, new_ids, max_sentence_length, workers):
            token_file.write(ids.astype("<i4", copy=False).data)
            ends += tokens
            # A sentence of which no word is left ends where the one before did.
            ends = ends[np.diff(ends, prepend=last) > 0]
            if len(ends):
                last = int(ends[-1])
                offset_file.write(ends.astype("<i8", copy=False).data)
                sentences += len(ends)
            tokens += len(ids)
        if last < tokens:
            offset_file.write(np.array([tokens], "<i8").data)
            sentences += 1
    for spool in spools:
        spool.path.unlink()
    total = sum(block.words for spool in spools for block in spool.blocks)
    read = max(sentences, sum(spool.sentences for spool in spools))
    return Written(tokens, sentences, total, read)


def _renumbered(
    spools: list[SpooledText], new_ids: list[NDArray[np.int32]], limit: int, workers: int
) -> Iterator[_Renumbered]:
    """Yield the blocks' ids in the order of the text, worked on by threads a few blocks ahead."""
    # Compiled or loaded here, where Ctrl-C is heard.
    _renumber(np.empty(0, np.int32), np.empty(0, np.int32), 0, limit)
    order = sorted((block, i) for i, spool in enumerate(spools) for block in spool.blocks)
    waiting: deque[Future[_Renumbered]] = deque()
    in_sentence = 0
    with ThreadPoolExecutor(workers) as pool:
        try:
            for block, i in order:
                job = pool.submit(_read_back, spools[i].path, block, new_ids[i], in_sentence, limit)
                waiting.append(job)
                before = 0 if block.ended else in_sentence
                in_sentence = (before + block.open_words) % limit
                if len(waiting) > 2 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _read_back(
    path: Path, block: SpooledBlock, new_ids: NDArray[np.int32], in_sentence: int, limit: int
) -> _Renumbered:
    provisional = np.fromfile(path, np.int32, block.length, offset=4 * block.start)
    low, high = (provisional.min(), provisional.max()) if len(provisional) else (0, -1)
    if len(provisional) != block.length or low < -1 or high >= len(new_ids):
        raise CorpusError(f"{path}, which this reading wrote, was changed meanwhile; read again")
    return _renumber(provisional, new_ids, in_sentence, limit)


def _renumber(
    provisional: NDArray[np.int32], new_ids: NDArray[np.int32], in_sentence: int, limit: int
) -> _Renumbered:
    from w2v.data.reading.text_kernels import renumber

    tokens = np.empty(len(provisional), np.int32)
    ends = np.empty(len(provisional), np.int64)
    n_tokens, n_ends = renumber(provisional, new_ids, in_sentence, limit, tokens, ends)
    return tokens[:n_tokens], ends[:n_ends]
