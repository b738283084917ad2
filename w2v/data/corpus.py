"""A corpus as word ids, in memory or mapped from a folder."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v.data.errors import CorpusError
from w2v.data.folders import replaced_folder
from w2v.data.vocabulary import Vocabulary
from w2v.files import named
from w2v.messages import quoted

FORMAT = 1
_HASHED_AT_ONCE = 1 << 20
TOKENS, OFFSETS, VOCAB, MANIFEST = "tokens.int32", "offsets.int64", "vocab.arrow", "corpus.json"


class EncodedCorpus:
    """Sentences of word ids with their vocabulary.

    Only words of the vocabulary are in it; sentences of which none remained are left out.

    Parameters
    ----------
    tokens : (T,) int32
        The sentences' word ids, one sentence after the other; an array or a memory map.
    offsets : (S + 1,) int64
        Sentence i is ``tokens[offsets[i]:offsets[i + 1]]``.
    vocab : Vocabulary
    total_words : int
        Every token that was read, whether in the vocabulary or not.
    info : mapping, optional
        How the corpus was made: its sources and settings, as kept in the folder.

    Attributes
    ----------
    tokens, offsets, vocab, total_words, info
        As given.
    """

    def __init__(
        self,
        tokens: NDArray[np.int32],
        offsets: NDArray[np.int64],
        vocab: Vocabulary,
        total_words: int,
        info: Mapping[str, Any] | None = None,
    ) -> None:
        self.tokens = tokens
        self.offsets = offsets
        self.vocab = vocab
        self.total_words = total_words
        self.info: dict[str, Any] = dict(info or {})

    def __len__(self) -> int:
        """Count the sentences."""
        return len(self.offsets) - 1

    def __getitem__(self, i: int) -> NDArray[np.int32]:
        """Give sentence i as word ids."""
        if not -len(self) <= i < len(self):
            raise IndexError(f"sentence {i} of {len(self)}")
        i %= len(self)
        return self.tokens[self.offsets[i] : self.offsets[i + 1]]

    def __iter__(self) -> Iterator[NDArray[np.int32]]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        return (
            f"EncodedCorpus({len(self)} sentences, {len(self.tokens)} of {self.total_words} "
            f"words, vocabulary {len(self.vocab)})"
        )

    def sentences(self) -> Iterator[list[str]]:
        """Give the sentences as lists of words.

        Yields
        ------
        list of str
        """
        words = self.vocab.words
        return ([words[i] for i in sentence.tolist()] for sentence in self)

    @cached_property
    def fingerprint(self) -> dict[str, Any]:
        """What the text is known by, whatever files it came from: its size and a digest.

        ``words``, ``tokens`` and ``sentences`` as they are counted here, and ``sha256`` of
        tokens and offsets, a second for about 100 million words; for JSON.
        """
        digest = hashlib.sha256()
        for array, kind in ((self.tokens, "<i4"), (self.offsets, "<i8")):
            for first in range(0, len(array), _HASHED_AT_ONCE):
                part = array[first : first + _HASHED_AT_ONCE]
                digest.update(np.ascontiguousarray(part, kind).data)
        return {
            "words": int(self.total_words),
            "tokens": len(self.tokens),
            "sentences": len(self),
            "sha256": digest.hexdigest(),
        }

    def changed_sources(self) -> list[str]:
        """Name the source files that are no longer what was read.

        Returns
        -------
        list of str
            One line for each file whose size or time of change differs. A file that is not
            there any more, or was never a file (standard input, an iterable), is not named.
        """
        changed = []
        for source in self.info.get("sources", []):
            try:
                now = Path(source["path"]).stat()
            except (OSError, KeyError):
                continue
            if (now.st_size, now.st_mtime_ns) != (source["bytes"], source["mtime_ns"]):
                changed.append(
                    f"{source['path']} has changed since it was encoded "
                    f"({source['bytes']} bytes then, {now.st_size} now)"
                )
        return changed

    def recoded(self, vocab: Vocabulary) -> EncodedCorpus:
        """Give the same text in the ids of another vocabulary.

        Words that it lacks are left out.  The result's vocabulary has the other one's words
        in the same order, with their counts in this text, which may be zero.

        Parameters
        ----------
        vocab : Vocabulary

        Returns
        -------
        EncodedCorpus
            In memory.

        Raises
        ------
        CorpusError
            If no word of this text is in the vocabulary.
        """
        if vocab.words == self.vocab.words:
            return self
        known = vocab.word_to_id
        new_ids = np.array([known.get(word, -1) for word in self.vocab.words], np.int32)
        if (new_ids < 0).all():
            raise CorpusError(
                f"no word of this text ({', '.join(self.vocab.words[:3])}, …) is in the "
                f"vocabulary of {len(vocab)} words"
            )
        tokens, offsets = renumbered(self.tokens, self.offsets, new_ids)
        counts = np.bincount(tokens, minlength=len(vocab))
        here = Vocabulary(vocab.words, counts)
        return EncodedCorpus(tokens, offsets, here, self.total_words, self.info)

    def excerpt(self, words: int) -> EncodedCorpus:
        """Give whole sentences from all over the text, with about so many words.

        Parameters
        ----------
        words : int

        Returns
        -------
        EncodedCorpus
            In memory, with this one's vocabulary and its counts; itself if it is shorter.
        """
        if len(self.tokens) <= words:
            return self
        sentences = max(1, len(self) * words // len(self.tokens))
        chosen = np.arange(sentences) * len(self) // sentences
        begins, lengths = self.offsets[chosen], self.offsets[chosen + 1] - self.offsets[chosen]
        offsets = np.concatenate(([0], np.cumsum(lengths)))
        places = np.arange(offsets[-1]) + np.repeat(begins - offsets[:-1], lengths)
        total = self.total_words * int(offsets[-1]) // len(self.tokens)
        return EncodedCorpus(self.tokens[places], offsets, self.vocab, total)

    def save(self, folder: str | Path) -> None:
        """Write the corpus to a folder, replacing an encoded corpus that is there.

        Parameters
        ----------
        folder : str or Path

        Raises
        ------
        CorpusError
            If the folder exists and is no encoded corpus.
        OSError
            If it cannot be written; nothing is left behind then.
        """
        with replaced_folder(folder, MANIFEST) as aside:
            with (aside / TOKENS).open("wb") as file:
                file.write(np.ascontiguousarray(self.tokens, dtype="<i4").data)
            with (aside / OFFSETS).open("wb") as file:
                file.write(np.ascontiguousarray(self.offsets, dtype="<i8").data)
            self.vocab.save(aside / VOCAB)
            write_manifest(aside, len(self.tokens), len(self), self.total_words, self.info)

    @classmethod
    def open(cls, folder: str | Path) -> EncodedCorpus:
        """Open a folder that `save` or `prepare` wrote; tokens and offsets stay on disk.

        Parameters
        ----------
        folder : str or Path

        Returns
        -------
        EncodedCorpus

        Raises
        ------
        CorpusError
            If the folder is no encoded corpus, of another version, or damaged.
        """
        try:
            folder = named(folder)
        except ValueError as error:
            raise CorpusError(str(error)) from None
        manifest = _read_manifest(folder)
        tokens = _mapped(folder / TOKENS, "<i4", manifest["tokens"])
        offsets = _mapped(folder / OFFSETS, "<i8", manifest["sentences"] + 1)
        vocab = Vocabulary.load(folder / VOCAB)
        if vocab.total != len(tokens) or offsets[0] != 0 or offsets[-1] != len(tokens):
            raise CorpusError(f"{folder} is damaged: its files disagree; prepare it again")
        return cls(tokens, offsets, vocab, manifest["total_words"], manifest["info"])


def renumbered(
    tokens: NDArray[np.int32], offsets: NDArray[np.int64], new_ids: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Translate word ids and leave words and sentences out that are left without one.

    Parameters
    ----------
    tokens, offsets
        See `EncodedCorpus`.
    new_ids : (V,) int32
        Each word's new id, or -1.

    Returns
    -------
    tokens, offsets
    """
    tokens = new_ids[tokens]
    stays = tokens >= 0
    # A sentence ends where as many tokens as stay up to its old end have been written.
    before = np.concatenate(([0], np.cumsum(stays)))
    return tokens[stays], np.unique(before[offsets])


def is_encoded(path: str | os.PathLike[str]) -> bool:
    """Tell whether a path is a folder that holds an encoded corpus.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    bool
    """
    try:
        return bool(os.fspath(path)) and (Path(path) / MANIFEST).is_file()
    except (OSError, ValueError):  # no name at all: too long, or with a NUL in it
        return False


def write_manifest(
    folder: Path, tokens: int, sentences: int, total_words: int, info: Mapping[str, Any]
) -> None:
    """Write the file that makes a folder an encoded corpus: to be called last.

    Parameters
    ----------
    folder : Path
    tokens, sentences, total_words : int
    info : mapping
        JSON values.
    """
    manifest = {
        "format": FORMAT,
        "tokens": tokens,
        "sentences": sentences,
        "total_words": total_words,
        "info": dict(info),
    }
    with (folder / MANIFEST).open("w", encoding="utf-8") as file:
        json.dump(manifest, file, indent=1)
        file.flush()
        os.fsync(file.fileno())


def _read_manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
    except FileNotFoundError:
        raise CorpusError(
            f"{folder} is no encoded corpus (it has no {MANIFEST}); make one with w2v prepare"
        ) from None
    except (ValueError, NotADirectoryError) as error:
        raise CorpusError(f"{folder} is no encoded corpus: {error}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise CorpusError(
            f"{folder} was written by another version of w2v (it says format "
            f"{quoted(manifest.get('format') if isinstance(manifest, dict) else manifest)}, this "
            f"one reads {FORMAT}); prepare it again"
        )
    return manifest


def _mapped(path: Path, dtype: str, length: int) -> NDArray[Any]:
    expected = length * np.dtype(dtype).itemsize
    size = path.stat().st_size if path.exists() else -1
    if size != expected:
        got = "is missing" if size < 0 else f"has {size} bytes"
        raise CorpusError(f"{path} {got}, expected {expected} bytes; prepare the corpus again")
    if length == 0:
        return np.empty(0, dtype)
    return np.memmap(path, dtype=dtype, mode="r", shape=(length,))
