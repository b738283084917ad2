"""Second step: cut the vocabulary, then turn provisional ids into the encoded corpus."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v.data.errors import CorpusError
from w2v.data.manifest import OFFSETS, TOKENS, VOCAB, write_manifest
from w2v.data.reading.spool import Part, Stretch, Words
from w2v.data.vocabulary import Vocabulary, frequent

Renumbered = tuple[NDArray[np.int32], NDArray[np.int64]]


def build_vocabulary(
    parts: list[Part], *, lowercase: bool, limits: Mapping[str, Any]
) -> tuple[Vocabulary, list[NDArray[np.int32]]]:
    """Merge the workers' words and keep the frequent ones.

    Parameters
    ----------
    parts : list of Part
    lowercase : bool
        Whether words that differ in case only are one. It is done here, once for each distinct
        word: that is cheaper than doing it for each occurrence.
    limits : mapping
        For `frequent`.

    Returns
    -------
    vocab : Vocabulary
    new_ids : list of int32 arrays
        For each part, its words' final ids, -1 for those dropped.
    """
    from w2v.data.reading.word_table import WordTable

    table = WordTable()
    merged_ids = []
    for part in parts:
        words = part.words
        assert words is not None
        if lowercase:
            texts = [text.lower() for text in words.texts()]
            words = Words.from_texts(texts, words.counts, words.first)
        merged_ids.append(table.merge(words.arena, words.starts, words.counts, words.first))
    size = len(table)
    merged = Words(table.arena, table.starts[: size + 1], table.counts[:size], table.first[:size])
    appearance = np.argsort(merged.first, kind="stable")
    kept = appearance[frequent(merged.counts[appearance], **limits)]
    texts = merged.texts(kept)
    integers = any(part.words is not None and part.words.integers for part in parts)
    vocab = Vocabulary(list(map(int, texts)) if integers else texts, merged.counts[kept])
    final = np.full(size, -1, np.int32)
    final[kept] = np.arange(len(kept), dtype=np.int32)
    return vocab, [final[ids] for ids in merged_ids]


def write_corpus(
    folder: Path,
    parts: list[Part],
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
    parts : list of Part
    vocab : Vocabulary
    new_ids : list of int32 arrays
        As `build_vocabulary` gives them.
    max_sentence_length : int
        Sentences are cut after so many words, counted before words are dropped.
    workers : int
    info : mapping
        For the manifest.
    """
    tokens = sentences = 0
    with (folder / TOKENS).open("wb") as token_file, (folder / OFFSETS).open("wb") as offset_file:
        offset_file.write(np.zeros(1, "<i8").data)
        last = 0
        for block, ends in _renumbered(parts, new_ids, max_sentence_length, workers):
            token_file.write(block.astype("<i4", copy=False).data)
            ends += tokens
            # A sentence of which no word is left ends where the one before did.
            ends = ends[np.diff(ends, prepend=last) > 0]
            if len(ends):
                last = int(ends[-1])
                offset_file.write(ends.astype("<i8", copy=False).data)
                sentences += len(ends)
            tokens += len(block)
        if last < tokens:
            offset_file.write(np.array([tokens], "<i8").data)
            sentences += 1
    for part in parts:
        part.path.unlink()
    vocab.save(folder / VOCAB)
    total = sum(stretch.words for part in parts for stretch in part.stretches)
    read = max(sentences, sum(part.sentences for part in parts))
    write_manifest(folder, tokens, sentences, total, {**info, "sentences_read": read})


def _renumbered(
    parts: list[Part], new_ids: list[NDArray[np.int32]], limit: int, workers: int
) -> Iterator[Renumbered]:
    """Blocks in the order of the text, worked on by threads a few blocks ahead."""
    # Compiled or loaded here, where Ctrl-C is heard.
    _renumber(np.empty(0, np.int32), np.empty(0, np.int32), 0, limit)
    order = sorted((stretch, i) for i, part in enumerate(parts) for stretch in part.stretches)
    waiting: deque[Future[Renumbered]] = deque()
    in_sentence = 0
    with ThreadPoolExecutor(workers) as pool:
        try:
            for stretch, i in order:
                job = pool.submit(_job, parts[i].path, stretch, new_ids[i], in_sentence, limit)
                waiting.append(job)
                before = 0 if stretch.ended else in_sentence
                in_sentence = (before + stretch.open_words) % limit
                if len(waiting) > 2 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _job(
    path: Path, stretch: Stretch, new_ids: NDArray[np.int32], in_sentence: int, limit: int
) -> Renumbered:
    stream = np.fromfile(path, np.int32, stretch.length, offset=4 * stretch.start)
    ends = (stream.min(), stream.max()) if len(stream) else (0, -1)
    if len(stream) != stretch.length or ends[0] < -1 or ends[1] >= len(new_ids):
        raise CorpusError(f"{path}, which this reading wrote, was changed meanwhile; read again")
    return _renumber(stream, new_ids, in_sentence, limit)


def _renumber(
    stream: NDArray[np.int32], new_ids: NDArray[np.int32], in_sentence: int, limit: int
) -> Renumbered:
    from w2v.data.text_kernels import renumber

    tokens = np.empty(len(stream), np.int32)
    ends = np.empty(len(stream), np.int64)
    n_tokens, n_ends = renumber(stream, new_ids, in_sentence, limit, tokens, ends)
    return tokens[:n_tokens], ends[:n_ends]
