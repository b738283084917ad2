"""Telling the format of a file by what it holds."""

from __future__ import annotations

import zlib
from pathlib import Path

from w2v.files import is_pickle
from w2v.vectors.errors import NoFileError, VectorFormatError
from w2v.vectors.formats.compression import compression_of, open_for_reading
from w2v.vectors.formats.format import Format
from w2v.vectors.formats.glove import FORMAT as GLOVE
from w2v.vectors.formats.lines import CONTROLS, SNIFFED, begins_a_text, read_first_line
from w2v.vectors.formats.registry import FORMATS, by_suffix, find_format
from w2v.vectors.formats.text_rows import vector_size_of
from w2v.vectors.formats.word2vec_binary import FORMAT as WORD2VEC_BINARY
from w2v.vectors.formats.word2vec_header import is_header
from w2v.vectors.formats.word2vec_text import FORMAT as WORD2VEC_TEXT

_HEAD = 16


def detect(path: Path, name: str | None) -> Format:
    """Tell the format of a file that is to be read: by what it holds, or else by its name.

    Parameters
    ----------
    path : Path
    name : str, optional
        The format's, where the caller knows it.

    Returns
    -------
    Format

    Raises
    ------
    VectorFormatError
        A file of no format that is known, or that is not what ``name`` says.
    """
    if name is not None or not path.is_file():
        named = find_format(path, name)
        if named is WORD2VEC_BINARY and path.is_file() and _by_first_row(path) is not named:
            raise VectorFormatError("the file holds text, not the binary format (binary=True)")
        return named
    suffixed = by_suffix(path)
    compressed = compression_of(path) is not None
    if not compressed:
        with path.open("rb") as file:
            head, size = file.read(_HEAD), path.stat().st_size
        for format in FORMATS:
            if format.begins is not None and format.begins(head, size):
                return format
    if suffixed is None or suffixed is WORD2VEC_BINARY:
        found = _by_first_row(path)
        if found is not None:
            return found
    elif compressed and not suffixed.can_be_compressed:
        raise VectorFormatError("the file is compressed: unpack it first")
    return find_format(path)


def check_is_a_file_of_vectors(path: Path) -> None:
    """Refuse what is no file of vectors whatever its format.

    Raises
    ------
    VectorFormatError
        A folder, or a pickle; a FileNotFoundError too, where nothing is there.
    """
    if not path.exists():
        raise NoFileError(f"{path} is not there: expected a file of vectors")
    if path.is_dir():
        raise VectorFormatError(
            f"{path} is a folder, expected a file of vectors (those of a saved training: "
            "Word2Vec.load(folder).wv)"
        )
    if is_pickle(path):
        raise VectorFormatError(
            f"{path} is a pickle, as gensim's save() writes: pickles can run code and are never "
            "read; in gensim, write it anew with wv.save_word2vec_format(path, binary=True)"
        )


def not_as_told(path: Path, taken_for: Format) -> str | None:
    """Say what a file is that could not be read as the text that it was taken for, if it is none.

    Parameters
    ----------
    path : Path
    taken_for : Format
    """
    if taken_for not in (WORD2VEC_TEXT, GLOVE) or not path.is_file():
        return None
    try:
        with open_for_reading(path) as unpacked:
            line = read_first_line(unpacked.file, SNIFFED)
            head = line + unpacked.read_some(SNIFFED)
    except (VectorFormatError, OSError, EOFError, zlib.error):
        return None  # what is wrong with the archive has been told
    odd = head.decode("utf-8", "replace").count("\ufffd") - head.count("\ufffd".encode())
    if head.translate(None, CONTROLS) == head and odd < len(head) / 10:
        return None
    if is_header(line):
        if begins_a_text(head[len(line) :].split(b"\n", 1)[0]):
            return None  # a text with a row that is damaged
        return (
            "the file looks like word2vec's binary format, not text: name it .bin, or load it as "
            "binary"
        )
    return (
        "the file looks like a binary file, of none of the formats that are known; expected "
        "text: '<words> <dimensions>' first, or a word and its numbers a line"
    )


def _by_first_row(path: Path) -> Format | None:
    """Tell word2vec's text from its binary format by the first row; None if it is neither."""
    with open_for_reading(path) as unpacked:
        line = read_first_line(unpacked.file, SNIFFED)
        if not is_header(line):
            return WORD2VEC_TEXT if vector_size_of(line) > 1 else None
        return WORD2VEC_TEXT if begins_a_text(unpacked.read_some(SNIFFED)) else WORD2VEC_BINARY
