"""Saving and loading a table of vectors, and handing it to gensim."""

from __future__ import annotations

import codecs
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np

from w2v.files import recovered
from w2v.messages import quoted
from w2v.vectors import gensim_bridge
from w2v.vectors.formats import files, vocab_file
from w2v.vectors.formats.vector_data import VectorData
from w2v.vectors.shared_words import shared_rows
from w2v.vectors.table import VectorTable

_MAPPINGS = ("r", "r+", "w+", "c")  # NumPy's modes


class StorageMixin(VectorTable):
    """What saves and loads tables, and hands them to gensim.

    Of the table it needs its contents, :meth:`_new` to make another, and :meth:`_write`.
    """

    def save(
        self,
        fname: str | os.PathLike[str],
        format: str | None = None,
        sep_limit: int = 0,
        ignore: Any = (),
        pickle_protocol: int = 0,
        *,
        separately: Any = None,
        storage_options: Mapping[str, Any] | None = None,
    ) -> None:
        """Write the vectors, under any name; the suffix tells the format.

        The file is written aside and renamed into place, so that a crash leaves
        the old one.  Rows keep their order.

        Parameters
        ----------
        fname : str or path
            Or a URL that fsspec knows, such as ``s3://…``, where the file then appears as a
            whole or not at all, as far as the store can do so.
            ``.bin`` word2vec binary; ``.txt`` or ``.vec`` word2vec text; these
            also with ``.gz``, ``.bz2``, ``.xz`` or ``.zst``; ``.npz``; ``.npy``
            with the words beside it; ``.parquet``; every other name safetensors.  Only
            safetensors, .npz and .parquet keep counts and store every word whatever it
            holds; all but "glove" tell words from items that are integers.
        format : str, optional
            Settles it without the suffix: "word2vec-binary", "word2vec-text",
            "glove", "safetensors", "npz", "npy" or "parquet".
        separately, sep_limit, ignore, pickle_protocol
            Taken for gensim's sake: one file has all, and no pickle is written.
        storage_options : dict, optional
            For the file system of a URL: credentials and the like.

        Raises
        ------
        VectorFormatError
            A vector that is not finite, or a word that the format cannot store.
        ImportError
            A package that a URL needs is missing.

        Warns
        -----
        UserWarning
            Attributes of words beside counts, which files do not keep.
        """
        if not isinstance(fname, str | os.PathLike):
            raise TypeError(f"save() takes the name of a file, got a {type(fname).__name__}")
        if self._attributes:
            warnings.warn(
                f"files of vectors keep counts, and no other attributes: {[*self._attributes]}",
                stacklevel=2,
            )
        files.save(self._data(), fname, format, storage_options=storage_options)

    def _data(self) -> VectorData:
        """Return what files hold."""
        return VectorData(self._words, self._matrix.astype(np.float32, copy=False), self._counts)

    @classmethod
    def load(
        cls,
        fname: str | os.PathLike[str],
        format: str | None = None,
        limit: int | None = None,
        unicode_errors: str = "strict",
        duplicates: Literal["error", "first"] = "error",
        *,
        mmap: str | None = None,
        storage_options: Mapping[str, Any] | None = None,
    ) -> Self:
        """Read vectors; content tells format and compression, and where it cannot the suffix.

        Everything a file claims is checked against its size before memory is
        taken.  Nothing is ever unpickled.

        Parameters
        ----------
        fname : str or path
            See :meth:`save`.  Text without a header is read as GloVe's.
            .safetensors and .npy are mapped.  Folders of :meth:`to_sentence_transformers` too,
            and URLs that fsspec knows, which are fetched first.
        format : str, optional
            Settles it without the suffix.  In gensim, ``mmap`` has this place and may have it.
        limit : int, optional
            Read the first so many words only.
        unicode_errors : {"strict", "replace", "ignore"}, default "strict"
            What to do about words that are not UTF-8.
        duplicates : {"error", "first"}, default "error"
            What to do about a word that stands twice.
        mmap : {"r", "c"}, optional
            Taken for gensim's sake: what can be mapped is, and never written to.
        storage_options : dict, optional
            For the file system of a URL: credentials and the like.

        Returns
        -------
        KeyedVectors

        Raises
        ------
        VectorFormatError
            A file that is damaged or of another format.
        ValueError
            ``mmap="r+"`` or another, with which changes would go to the file.
        """
        if format in _MAPPINGS:
            format, mmap = None, format
        if mmap not in (None, "r", "c"):
            raise ValueError(
                f"mmap={quoted(mmap)} is not supported, 'r' is: what is changed goes to a file "
                "when it is saved"
            )
        how: Any = {"storage_options": storage_options}
        return cls._new(*files.load(fname, format, limit, unicode_errors, duplicates, **how))

    def save_word2vec_format(
        self,
        fname: str | os.PathLike[str],
        fvocab: str | os.PathLike[str] | None = None,
        binary: bool = False,
        total_vec: int | None = None,
        write_header: bool = True,
        prefix: str = "",
        append: bool = False,
        sort_attr: str = "count",
    ) -> None:
        """Write word2vec's text or binary format, whatever the suffix; see :meth:`save`.

        Parameters
        ----------
        fname : str or path
        fvocab : str or path, optional
            Where to write the words' counts, a word and a number a line.
        binary : bool, default False
        total_vec : int, optional
            The number of words, and no other: files are written as a whole.
        write_header : bool, default True
            Text without the first line is GloVe's format.
        prefix : str, default ""
            Put before every word.
        append : {False}
            Files are written as a whole: add_vectors() and save that.
        sort_attr : str, default "count"
            Write words of a higher count, or of a higher value of another attribute, first;
            without such an attribute keep the order.

        Raises
        ------
        VectorFormatError
            See :meth:`save`.
        ValueError
            An ``fvocab`` where there are no counts, binary without a header, another
            ``total_vec`` than the number of words, or ``append``.
        """
        if append or total_vec not in (None, len(self)):
            raise ValueError(
                f"append={append}, total_vec={total_vec} for {len(self):,} words: files are "
                "written as a whole, so add_vectors() and save that"
            )
        if binary and not write_header:
            raise ValueError("the binary format needs its header: binary or write_header=False")
        counts = self._counts
        if fvocab is not None and counts is None:
            raise ValueError("these vectors have no counts to write to fvocab: leave it out")
        words, vectors, _ = self._data()
        if sort_attr in self.expandos:
            order = np.argsort(-self.expandos[sort_attr], kind="stable")
            if (np.diff(order) != 1).any():
                words, vectors = [words[row] for row in order], vectors[order]
                counts = None if counts is None else counts[order]
        data = VectorData([f"{prefix}{w}" for w in words] if prefix else words, vectors, counts)
        text = "word2vec-text" if write_header else "glove"
        files.save(data, fname, "word2vec-binary" if binary else text, fvocab)

    @classmethod
    def load_word2vec_format(
        cls,
        fname: str | os.PathLike[str],
        fvocab: str | os.PathLike[str] | None = None,
        binary: bool = False,
        encoding: str = "utf8",
        unicode_errors: str = "strict",
        limit: int | None = None,
        datatype: Any = np.float32,
        no_header: bool = False,
    ) -> Self:
        """Read word2vec's formats whatever the suffix, as gensim does; see :meth:`load`.

        A word that stands twice keeps its first vector.

        Parameters
        ----------
        fname : str or path
        fvocab : str or path, optional
            File of the words' counts, which word2vec writes with ``-save-vocab``; words that
            it lacks count 0.
        binary : bool, default False
        encoding : str, default "utf8"
            Of the words; one in which spaces and digits are those of ASCII.
        unicode_errors, limit
            See :meth:`load`.
        datatype : {numpy.float32, numpy.float16}
            Of the vectors in memory.
        no_header : bool, default False
            Text without the first line, as GloVe's.

        Returns
        -------
        KeyedVectors

        Raises
        ------
        VectorFormatError
            A file that is damaged or of another format.
        ValueError
            Another encoding or type of number, or binary without a header.
        """
        if np.dtype(datatype) not in (np.float32, np.float16):
            raise ValueError(
                f"datatype must be float32 or float16, got {np.dtype(datatype)}: such files hold "
                "float32"
            )
        if binary and no_header:
            raise ValueError("the binary format has a header: binary or no_header, not both")
        text = "glove" if no_header else "word2vec-text"
        kind, name = "word2vec-binary" if binary else text, _encoding(encoding)
        for path in () if fvocab is None else (fvocab, fname):
            recovered(Path(path))
        data = files.load(fname, kind, limit, unicode_errors, "first", name)
        table = cls._new(data.words, data.vectors.astype(datatype, copy=False), data.counts)
        if fvocab is not None:
            table.counts = vocab_file.read(Path(fvocab), table._index, unicode_errors)
        return table

    def intersect_word2vec_format(
        self,
        fname: str | os.PathLike[str],
        lockf: float = 0.0,
        binary: bool = False,
        encoding: str = "utf8",
        unicode_errors: str = "strict",
    ) -> int:
        """Take over the vectors that a file has of these words; its other words are left out.

        On a model's ``wv``, its next training begins with them, and holds them fixed or not.

        Parameters
        ----------
        fname : str or path
        lockf : float, default 0.0
            What :attr:`vectors_lockf` has for these words from now on: with 0 training leaves
            their vectors as they are, with 1 it changes them as any others.
        binary, encoding, unicode_errors
            See :meth:`load_word2vec_format`.

        Returns
        -------
        int
            How many words were in both.

        Raises
        ------
        ValueError
            A ``lockf`` below 0 or not finite, or vectors of another size in the file.
        """
        self.check_factor(lockf)
        theirs = type(self).load_word2vec_format(
            fname, binary=binary, encoding=encoding, unicode_errors=unicode_errors
        )
        if theirs.vector_size != self.vector_size:
            raise ValueError(
                f"{fname} has vectors of size {theirs.vector_size}, these have {self.vector_size}"
            )
        ours, others = shared_rows(self._words, theirs)
        if len(ours):
            self._write(ours, theirs._matrix[others])
            self.lock(ours, lockf)
        return len(ours)

    @classmethod
    def from_gensim(cls, model: Any) -> Self:
        """Take over gensim's KeyedVectors, or those of its models, without copying vectors.

        Raises
        ------
        TypeError
            Something that is neither, or keys that are not all strings or all integers.
        """
        return cls._kind()(*gensim_bridge.from_gensim(model))

    def to_gensim(self) -> Any:
        """Make a gensim KeyedVectors of the same words, vectors (shared) and counts.

        Raises
        ------
        ImportError
            No gensim is installed.
        """
        return gensim_bridge.to_gensim(VectorData(self._words, self.vectors, self._counts))


def _encoding(name: str) -> str:
    """Return the name of an encoding that has the characters of ASCII where ASCII has them."""
    try:
        found = codecs.lookup(name).name
        as_ascii = "0 a\n".encode(found) == b"0 a\n"
    except (LookupError, UnicodeError):
        as_ascii = False
    if not as_ascii:
        raise ValueError(
            f"encoding={quoted(name)} is none in which spaces and digits are those of ASCII: "
            "convert the file to UTF-8 first"
        )
    return found
