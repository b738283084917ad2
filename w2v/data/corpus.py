"""A corpus as word ids, in memory or mapped from a folder."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cached_property
from operator import index
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from w2v.data.corpus_arrays import as_vector, check_arrays, counted, gathered, renumbered
from w2v.data.corpus_folder import read_folder
from w2v.data.errors import CorpusError, NothingKnownError
from w2v.data.manifest import OFFSETS, TOKENS, VOCAB, seal, write_manifest
from w2v.data.output_folder import replaced_folder
from w2v.data.token_blocks import TokenBlocks
from w2v.data.vocabulary import Vocabulary
from w2v.messages import quoted

_AT_ONCE = 1 << 20


class EncodedCorpus:
    """Sentences of word ids with their vocabulary.

    Only words of the vocabulary are in it; sentences of which none remained are left out.

    Parameters
    ----------
    tokens : (T,) int32
        The sentences' word ids, one sentence after the other; an array or a memory map. Other
        integers are converted.
    offsets : (S + 1,) int64
        Sentence i is ``tokens[offsets[i]:offsets[i + 1]]``: they rise from 0 to T.
    vocab : Vocabulary
    total_words : int
        Every token that was read, whether in the vocabulary or not: T or more.
    info : mapping, optional
        How the corpus was made: its sources and settings, as kept in the folder.

    Attributes
    ----------
    tokens, offsets
        Read-only views of what was given.
    vocab, total_words, info
        As given.
    mapped_tokens
        The tokens before they are looked at: of a large corpus that is kept, :meth:`look_at` is to
        be called for those that are used.

    Raises
    ------
    CorpusError
        Arrays that are no sentences of these words; see :meth:`check`.
    """

    def __init__(
        self,
        tokens: NDArray[np.int32],
        offsets: NDArray[np.int64],
        vocab: Vocabulary,
        total_words: int,
        info: Mapping[str, Any] | None = None,
    ) -> None:
        self.tokens = as_vector(tokens, np.int32, "tokens")
        self.offsets: NDArray[np.int64] = as_vector(offsets, np.int64, "offsets")
        self.vocab = vocab
        self.total_words = index(total_words)  # NumPy's integers are no JSON
        self.info: dict[str, Any] = dict(info or {})
        self.check()

    @property
    def tokens(self) -> NDArray[np.int32]:  # noqa: D102
        self.look_at()
        return self.mapped_tokens

    @tokens.setter
    def tokens(self, tokens: NDArray[np.int32]) -> None:
        self.mapped_tokens: NDArray[np.int32] = tokens
        self._blocks: TokenBlocks | None = None

    @property
    def n_tokens(self) -> int:
        """Count the tokens."""
        return len(self.mapped_tokens)

    def look_at(self, first: int = 0, last: int | None = None) -> None:
        """Look at the tokens of sentences, by default of all, that have not been looked at yet.

        Parameters
        ----------
        first, last : int
            The first sentence, and the one after the last.

        Raises
        ------
        CorpusError
            Some are damaged; it names the file.
        """
        if self._blocks is not None:
            here = self.offsets[[first, len(self) if last is None else last]].tolist()
            self._blocks.check(*here)

    def check(self) -> None:
        """Look at all tokens and offsets once: kernels write to memory without looking.

        It is done when a corpus is made or opened, and takes a second for some gigabytes.

        Raises
        ------
        CorpusError
            An id outside the vocabulary, offsets that do not rise from 0 to the number of
            tokens, arrays of another type, or fewer words than tokens.
        """
        arrays = ((self.tokens, np.int32, "tokens"), (self.offsets, np.int64, "offsets"))
        for array, dtype, name in arrays:
            if as_vector(array, dtype, name).ctypes.data != array.ctypes.data:
                raise CorpusError(f"{name} must be a vector of {np.dtype(dtype)} in one piece")
        if self.total_words < len(self.tokens):
            raise CorpusError(
                f"total_words is {self.total_words}, but there are {len(self.tokens)} tokens; "
                "expected at least as many"
            )
        check_arrays(self.tokens, self.offsets, len(self.vocab))

    @property
    def sentences_read(self) -> int:
        """Sentences of the text, those too of which no word is in the vocabulary."""
        return int(self.info.get("sentences_read", len(self)))

    def has_neighbours(self) -> bool:
        """Tell whether some sentence has two words."""
        firsts = range(0, len(self), _AT_ONCE)
        pieces = (self.offsets[first : first + _AT_ONCE + 1] for first in firsts)
        return any((np.diff(piece) > 1).any() for piece in pieces)

    def __len__(self) -> int:
        """Count the sentences."""
        return len(self.offsets) - 1

    def __getitem__(self, i: int) -> NDArray[np.int32]:
        """Return sentence i as word ids."""
        if not -len(self) <= i < len(self):
            raise IndexError(f"sentence {i} of {len(self)}")
        i %= len(self)
        self.look_at(i, i + 1)
        return self.mapped_tokens[self.offsets[i] : self.offsets[i + 1]]

    def __iter__(self) -> Iterator[NDArray[np.int32]]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        return (
            f"EncodedCorpus({len(self)} sentences, {self.n_tokens} of {self.total_words} "
            f"words, vocabulary {len(self.vocab)})"
        )

    def sentences(self) -> Iterator[list[Any]]:
        """Yield the sentences as lists of words.

        Yields
        ------
        list of str, or of int
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
            for first in range(0, len(array), _AT_ONCE):
                some = array[first : first + _AT_ONCE]
                digest.update(np.ascontiguousarray(some, kind).data)
        return {
            "words": int(self.total_words),
            "tokens": self.n_tokens,
            "sentences": len(self),
            "sha256": digest.hexdigest(),
        }

    def changed_sources(self) -> list[str]:
        """Return a line about each of the source files that are no longer what was read.

        Returns
        -------
        list of str
            One line for each file whose size or time of change differs. A file that is not
            there any more, or was never a file (standard input, an iterable), is not named.
        """
        changed = []
        for source in self.info.get("sources", []):
            try:
                path, then = source["path"], (source["bytes"], source["mtime_ns"])
                now = Path(path).stat()
            except (OSError, KeyError, TypeError, ValueError):
                continue
            if (now.st_size, now.st_mtime_ns) != then:
                changed.append(
                    f"{path} has changed since it was encoded "
                    f"({then[0]} bytes then, {now.st_size} now)"
                )
        return changed

    def recoded(self, vocab: Vocabulary) -> EncodedCorpus:
        """Return the same text in the ids of another vocabulary.

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
        NothingKnownError
            No word of this text in the vocabulary.
        """
        if vocab.words == self.vocab.words:
            return self
        new_ids = self._ids_in(vocab)
        if (new_ids < 0).all():
            these, those = (", ".join(map(quoted, v.words[:3])) for v in (self.vocab, vocab))
            raise NothingKnownError(
                f"no word of this text ({these}, …) is in the vocabulary of {len(vocab)} words "
                f"({those}, …)",
                0,
                self.total_words,
            )
        tokens, offsets = renumbered(self.tokens, self.offsets, new_ids)
        here = vocab.recounted(counted(tokens, len(vocab)))
        return EncodedCorpus(tokens, offsets, here, self.total_words, self.info)

    def _ids_in(self, vocab: Vocabulary) -> NDArray[np.int32]:
        """Return the id that each word has in another vocabulary, or -1."""
        known = vocab.word_to_id
        return np.array([known.get(word, -1) for word in self.vocab.words], np.int32)

    def sentences_known_by(self, vocab: Vocabulary) -> NDArray[np.bool_]:
        """Tell which sentences have a word of a vocabulary, those that :meth:`recoded` keeps."""
        known = np.cumsum(self._ids_in(vocab)[self.tokens] >= 0)
        return np.diff(np.concatenate(([0], known))[self.offsets]) > 0

    def excerpt(self, words: int) -> EncodedCorpus:
        """Return whole sentences from all over the text, with about so many words.

        Parameters
        ----------
        words : int

        Returns
        -------
        EncodedCorpus
            In memory, with this one's vocabulary and its counts; itself if it is shorter.
        """
        if self.n_tokens <= words:
            return self
        sentences = max(1, len(self) * words // self.n_tokens)
        chosen = np.arange(sentences) * len(self) // sentences
        # Before all tokens have been looked at, which takes as long as reading them.
        tokens, offsets = gathered(self.mapped_tokens, self.offsets, chosen)
        total = self.total_words * int(offsets[-1]) // self.n_tokens
        try:
            return EncodedCorpus(tokens, offsets, self.vocab, total)
        except CorpusError:
            self.look_at()  # to say where
            raise

    def save(self, folder: str | Path) -> None:
        """Write the corpus to a folder, replacing an encoded corpus that is there.

        Parameters
        ----------
        folder : str or Path

        Raises
        ------
        CorpusError
            A folder that exists and is no encoded corpus.
        OSError
            A folder that cannot be written; nothing is left behind then.
        """
        with replaced_folder(folder) as aside:
            with (aside / TOKENS).open("wb") as file:
                file.write(np.ascontiguousarray(self.tokens, dtype="<i4").data)
            with (aside / OFFSETS).open("wb") as file:
                file.write(np.ascontiguousarray(self.offsets, dtype="<i8").data)
            self.vocab.save(aside / VOCAB)
            write_manifest(aside, len(self.tokens), len(self), self.total_words, self.info)
            seal(aside)

    @classmethod
    def open(cls, folder: str | Path) -> EncodedCorpus:
        """Open a kept corpus, whose tokens and offsets stay on disk.

        All of it is read once, to compare it with its checksums and to find every id in the
        vocabulary; of a corpus of more than 256 MB the tokens not now, but block by block when
        they are first used.

        Parameters
        ----------
        folder : str or Path
            As :meth:`save` or :func:`w2v.data.prepare` wrote it.

        Returns
        -------
        EncodedCorpus

        Raises
        ------
        CorpusError
            A folder that is no encoded corpus, of another version, or damaged; it names the file.
        OSError
            A folder that cannot be read.
        """
        return cls.just_written(folder, verify=True)

    @classmethod
    def just_written(cls, folder: str | Path, *, verify: bool = False) -> EncodedCorpus:
        """Open, as :meth:`open`, a folder that this process has just written: it is believed."""
        content = read_folder(folder, verify=verify)
        corpus = cls.__new__(cls)  # looked at already
        corpus.tokens, corpus.offsets = content.tokens, content.offsets
        corpus.vocab, corpus._blocks = content.vocab, content.blocks
        corpus.total_words, corpus.info = content.total_words, content.info
        return corpus
