"""What a worker has of a text: parts that it has read, in a folder of its own.

Any of them can be made again, here or elsewhere: what is missing is read again.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from w2v.cluster.parts import Digest, Part, PartSize, Piece, joined, mapped
from w2v.data import EncodedCorpus, Vocabulary
from w2v.data.corpus_arrays import gathered
from w2v.data.errors import CorpusError
from w2v.data.output_folder import clear_when_full
from w2v.data.reading.corpus_writer import merge_words, write_tokens
from w2v.data.reading.read_corpus import scan_files
from w2v.data.reading.read_settings import ReadSettings
from w2v.data.reading.spool import SpooledText
from w2v.data.reading.word_counts import WordCounts
from w2v.files.own_folder import OwnFolder

# Words of different parts are told apart by where they appear first.
_WORDS_OF_A_PART = 1 << 40
_JUDGED = 1 << 16  # bytes of what is no text, of which the encoding is guessed


class _Read(NamedTuple):
    """A part that has been read, in ids of its own words.

    Parameters
    ----------
    spools : list of SpooledText
    words : WordCounts
        Of all spools.
    ids : list of int32 arrays
        For each spool, which of these its words are.
    replaced : int
    faulty : bytes
    """

    spools: list[SpooledText]
    words: WordCounts
    ids: list[np.ndarray]
    replaced: int
    faulty: bytes


class WorkerText:
    """Parts of a text, read and encoded where they are asked for.

    Parameters
    ----------
    parts : sequence of Part
        All of them.
    settings : ReadSettings
    parent : Path
        Of its folder.
    vocab : Vocabulary, optional
        Where it is known already.
    sizes : sequence of PartSize, optional
        What the parts held when they were first read.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        settings: ReadSettings,
        parent: Path,
        vocab: Vocabulary | None = None,
        sizes: Sequence[PartSize] | None = None,
    ) -> None:
        self._parts, self._settings = parts, replace(settings, workers=1)
        self._own = OwnFolder(parent, private=True)
        self.vocab, self.sizes = vocab, sizes
        self._read: dict[int, _Read] = {}
        self._encoded: dict[int, EncodedCorpus] = {}
        self._known: Any = None
        self._shards: dict[str, EncodedCorpus] = {}
        self._folders: dict[str, EncodedCorpus] = {}
        self._turn = threading.Lock()
        self._busy: dict[int, threading.Lock] = {part.number: threading.Lock() for part in parts}

    @property
    def folder(self) -> Path:
        """Where parts are kept."""
        return self._own.path

    def close(self) -> None:
        """Remove all files."""
        self._encoded.clear()
        self._shards.clear()
        self._own.__exit__(None, None, None)

    def count(self, number: int) -> WordCounts:
        """Read a part and return its words, ordered by where in the whole text they appear."""
        with self._busy[number]:
            read = self._read[number] = self._scan(number)
        words = read.words
        first = np.empty(len(words.counts), np.int64)
        first[np.argsort(words.first, kind="stable")] = np.arange(len(first))
        arena = words.arena[: words.starts[-1] + 8]
        first += number * _WORDS_OF_A_PART
        return WordCounts(arena, words.starts, words.counts, first, words.integers)

    def encode(self, number: int) -> PartSize:
        """Write a part in the vocabulary's ids, and return what it holds."""
        with self._busy[number]:
            size = self._encode(number)
        if self.sizes is not None and size._replace(faulty=b"") != self.sizes[number]:
            source = self._parts[number].source
            name = self._parts[number].folder if source is None else source.name
            raise CorpusError(
                f"{name} is no longer what was read at first: leave it alone until the training "
                "is over"
            )
        return size

    def _encode(self, number: int) -> PartSize:
        part = self._parts[number]
        if part.source is None:
            corpus = self._cut(part)
            self._encoded[number] = corpus
            digest = Digest.of(corpus.mapped_tokens, corpus.offsets)
            words = corpus.total_words
            return PartSize(corpus.n_tokens, len(corpus), words, len(corpus), digest=digest)
        read = self._read.pop(number, None) or self._scan(number)
        assert self.vocab is not None
        new_ids = self._ids_of(read.words)
        folder = self.folder / f"part-{number}"
        folder.mkdir(exist_ok=True)
        with clear_when_full(self.folder):
            written = write_tokens(
                folder,
                read.spools,
                [new_ids[ids] for ids in read.ids],
                self._settings.max_sentence_length,
                1,
            )
        corpus = self._encoded[number] = mapped(folder, self.vocab, written.words)
        digest = Digest.of(corpus.mapped_tokens, corpus.offsets)
        return PartSize(*written, read.replaced, read.faulty[:_JUDGED], digest)

    def _scan(self, number: int) -> _Read:
        source, folder = self._parts[number].source, self.folder / f"words-{number}"
        assert source is not None
        folder.mkdir(exist_ok=True)
        with clear_when_full(self.folder):
            spools, replaced, faulty = scan_files([source], folder, self._settings)
        lowercase = self._settings.lowercase
        counted = [spool.words for spool in spools if spool.words is not None]
        words, ids = merge_words(counted, lowercase=lowercase)
        for spool in spools:
            spool.words = None  # which are among all
        return _Read(spools, words, ids, replaced, faulty)

    def _ids_of(self, words: WordCounts) -> np.ndarray:
        """Return the vocabulary's ids of words, -1 for those that it lacks."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if self._known is None:
            assert self.vocab is not None
            self._known = pa.array(map(str, self.vocab.words), pa.large_string())
        found = pc.index_in(words.arrow(), value_set=self._known).fill_null(-1)
        ids: np.ndarray = found.to_numpy(zero_copy_only=False).astype(np.int32, copy=False)
        return ids

    def _cut(self, part: Part) -> EncodedCorpus:
        """Return some sentences of an encoded corpus, which stay where they are."""
        with self._turn:
            if part.folder not in self._folders:
                self._folders[part.folder] = EncodedCorpus.open(part.folder)
            whole = self._folders[part.folder]
        first, last = part.sentences
        whole.look_at(first, last)
        begin, end = int(whole.offsets[first]), int(whole.offsets[last])
        offsets = whole.offsets[first : last + 1] - begin
        tokens, vocab = whole.mapped_tokens[begin:end], self.vocab or whole.vocab
        words = round(whole.total_words * (end - begin) / max(1, whole.n_tokens))
        return EncodedCorpus(tokens, offsets, vocab, max(words, len(tokens)))

    def encoded(self, number: int) -> EncodedCorpus:
        """Return a part in the vocabulary's ids, which is read again if it is not here."""
        if number not in self._encoded:
            self.encode(number)
        return self._encoded[number]

    def excerpt(self, number: int, sentences: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return tokens and offsets of some sentences of a part."""
        corpus = self.encoded(number)
        return gathered(corpus.mapped_tokens, corpus.offsets, sentences)

    def shard(self, name: str, pieces: Sequence[Piece]) -> EncodedCorpus:
        """Return pieces of the text as one corpus.

        Parameters
        ----------
        name : str
            By which it is kept; another one takes its place.
        pieces : sequence of Piece
        """
        if name not in self._shards:
            corpora = [self.encoded(piece.part) for piece in pieces]
            self._shards.clear()
            for old in self.folder.glob("shard-*"):
                shutil.rmtree(old, ignore_errors=True)
            with clear_when_full(self.folder):
                self._shards[name] = joined(corpora, pieces, self.folder / f"shard-{name}")
        return self._shards[name]
