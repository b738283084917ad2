"""From text of any kind to an encoded corpus."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from w2v.data.corpus import EncodedCorpus
from w2v.data.errors import CorpusError, NoWordsError
from w2v.data.manifest import is_encoded, seal
from w2v.data.output_folder import clear_when_full, replaced_folder
from w2v.data.reading.character_classes import character_classes
from w2v.data.reading.corpus_writer import build_vocabulary, write_corpus
from w2v.data.reading.decoding import UTF8
from w2v.data.reading.encoding_guess import encoding_advice
from w2v.data.reading.open_files import open_file_of, standard_input_of
from w2v.data.reading.read_settings import ReadSettings, Tokenizer
from w2v.data.reading.scan import ReadProgress, Scan
from w2v.data.reading.sentence_spooling import TokenizedLines, spool_sentences
from w2v.data.reading.source_file import TextSource
from w2v.data.reading.spool import SpooledText
from w2v.data.reading.tables import table_of
from w2v.data.reading.text_blocks import BLOCK_BYTES, TextBlocks
from w2v.data.reading.text_source import Name, find_sources, names_of
from w2v.data.sentence_files import SentenceFiles
from w2v.files import temporary_folder
from w2v.messages import quoted, shortened

Sentences = Iterable[Sequence[str]]


def read_corpus(
    source: Name | Sequence[Name] | Sentences = "pydocs",
    *,
    min_count: int = 5,
    max_vocab_size: int | None = None,
    max_final_vocab: int | None = None,
    tokenizer: Tokenizer = "whitespace",
    lowercase: bool = False,
    errors: str = "replace",
    encoding: str = UTF8,
    column: str | None = None,
    storage_options: Mapping[str, Any] | None = None,
    max_sentence_length: int = 10_000,
    workers: int | None = None,
    progress: ReadProgress | None = None,
    block_bytes: int = BLOCK_BYTES,
) -> EncodedCorpus:
    r"""Read text into word ids.

    The corpus lies in the system's folder for temporary files (``TMPDIR`` names another),
    mapped into memory, and is gone with the object; :func:`prepare` keeps it.

    Parameters
    ----------
    source : str, path, sequence of these, table, or iterable of token sequences
        Files of text (plain, .gz, .bz2, .zst), Parquet, JSON Lines or CSV; folders; patterns; ``-``
        for standard input; URLs; names of datasets such as ``"pydocs"``; the folder of an encoded
        corpus, which is opened as it is. Tables: DataFrames and Series of pandas and polars,
        Arrow's tables, arrays and streams, whatever has ``__arrow_c_stream__``; 2-D arrays of
        ids. Files that are open, of bytes or text, are read once from where they stand to their
        ends. Anything else iterable gives sentences as sequences of strings, or of integers, and
        is read once; what :class:`w2v.data.LineSentence` and its like name is
        read as files are, for the same sentences.
    min_count, max_vocab_size, max_final_vocab
        Which words are kept; see :meth:`Vocabulary.from_counts`.
    tokenizer : {"whitespace", "words"} or callable, default "whitespace"
        ``"whitespace"`` splits as ``str.split()`` does. ``"words"`` takes the words of running
        text: runs of Unicode letters and digits with their marks, apostrophes inside;
        ideographs and Hiragana each by itself. A callable is given a line and returns its
        tokens; it runs on one thread.
    lowercase : bool, default False
        Lower the case of every token (``str.lower``).
    errors : {"replace", "strict"}, default "replace"
        What to do with bytes that are no text in the encoding: put U+FFFD in their place, count
        them in ``info["replaced"]`` and warn, or end with an error.
    encoding : str, default "utf-8"
        Of plain text, JSON Lines and CSV: any that Python knows. A byte order mark is left out.
    column : str, optional
        The column of Parquet, JSON Lines and CSV files and of tables. A string is a line; a list
        of strings or of integers is a sentence, whose tokens are kept whole.
    storage_options : dict, optional
        For fsspec, which reads URLs (``s3://``, ``https://``, …): credentials and the like. They
        are kept nowhere.
    max_sentence_length : int, default 10_000
        Sentences are cut after so many tokens. A sentence is a line; only ``\n`` ends one.
    workers : int, optional
        Threads; all processors by default. The result does not depend on it.
    progress : callable, optional
        ``progress(bytes_done, bytes_total, words)``, about ten times a second on the calling
        thread; ``bytes_total`` is None where it is not known. Bytes are those of the files,
        compressed ones if they are compressed.
    block_bytes : int
        How much text a worker takes at a time. The result does not depend on it.

    Returns
    -------
    EncodedCorpus

    Raises
    ------
    CorpusError
        A source that is missing, empty, no text or damaged, or none of whose words is frequent
        enough.
    OSError
        Something that cannot be read, or no room for the corpus.
    ImportError
        A package that a URL needs is missing.
    ValueError
        A setting out of its range.
    """
    encoded = encoded_folder(source)
    if encoded is not None:
        corpus = EncodedCorpus.open(encoded)
        for line in corpus.changed_sources():
            warnings.warn(f"{line}; prepare {encoded} again", stacklevel=2)
        return corpus
    settings = ReadSettings(
        min_count=min_count,
        max_vocab_size=max_vocab_size,
        max_final_vocab=max_final_vocab,
        tokenizer=tokenizer,
        lowercase=lowercase,
        errors=errors,
        encoding=encoding,
        column=column,
        storage_options=storage_options,
        max_sentence_length=max_sentence_length,
        workers=workers,
        block_bytes=block_bytes,
    )
    with temporary_folder() as folder:
        with clear_when_full(folder.path):
            doubts = _encode(source, folder.path, settings, progress)
        corpus = EncodedCorpus.just_written(folder.path)
        if os.name != "posix":  # elsewhere mapped files stay readable when their names are gone
            folder.outlive(corpus)
    if doubts:
        warnings.warn(doubts, UnicodeWarning, stacklevel=2)
    return corpus


def prepare(
    source: Name | Sequence[Name] | Sentences,
    folder: str | Path,
    *,
    progress: ReadProgress | None = None,
    **settings: Any,
) -> EncodedCorpus:
    """Read text into an encoded corpus that is kept.

    It is made beside the folder and renamed into place: whatever ends it early leaves the
    folder as it was.

    Parameters
    ----------
    source
        See :func:`read_corpus`.
    folder : str or Path
        An encoded corpus that is there is replaced.
    progress : callable, optional
        See :func:`read_corpus`.
    **settings
        The others of :func:`read_corpus`.

    Returns
    -------
    EncodedCorpus
        Opened from the folder.

    Raises
    ------
    CorpusError
        As :func:`read_corpus`; also a folder that exists and is something else.
    OSError, ValueError
        As :func:`read_corpus`.
    """
    checked = ReadSettings(**settings)
    if encoded_folder(source) is not None:
        raise CorpusError(f"{source} is an encoded corpus already")
    with replaced_folder(folder) as aside:
        doubts = _encode(source, aside, checked, progress)
        seal(aside)
    if doubts:
        warnings.warn(doubts, UnicodeWarning, stacklevel=2)
    return EncodedCorpus.just_written(folder)


def _encode(
    source: Any, folder: Path, settings: ReadSettings, progress: ReadProgress | None
) -> str:
    """Read the source into the folder; say what was replaced, if anything was."""
    names = names_of(source)
    sources = _sources_of_sentences(source, settings)
    if sources is not None:
        settings = replace(
            settings,
            tokenizer="whitespace",
            errors="strict",
            encoding=UTF8,
            column=None,
            max_sentence_length=source.max_sentence_length,
        )
    elif names is not None:
        found = find_sources(names, settings.storage_options)
        sources = [standard_input_of(each, settings.column) for each in found]
    elif (table := table_of(source, settings.column)) is not None:
        sources = [table]
    elif (file := open_file_of(source, settings.column)) is not None:
        sources = [file]
    elif settings.column is not None:
        raise CorpusError(
            f"sentences of a {type(source).__name__} have no column {quoted(settings.column)}: "
            "leave column out, or give a table"
        )
    if sources is None:
        sources, fingerprints, replaced, faulty = [], [], 0, b""
        report = (lambda words: progress(0, None, words)) if progress else None
        spools = [spool_sentences(source, folder / "spool", report)]
    else:
        # Taken before reading: a change meanwhile is noticed later.
        fingerprints = [s.fingerprint() for s in sources]
        one_line = isinstance(source, SentenceFiles) and source.one_line
        spools, replaced, faulty = scan_files(
            sources, folder, settings, progress, one_line=one_line
        )
    if not any(block.words for spool in spools for block in spool.blocks):
        what = shortened(", ".join(s.name for s in sources[:99])) or "the iterable of sentences"
        raise NoWordsError(f"{what} holds no words; give text with words in it")
    vocab, new_ids = build_vocabulary(spools, lowercase=settings.lowercase, limits=settings.limits)
    write_corpus(
        folder,
        spools,
        vocab,
        new_ids,
        max_sentence_length=settings.max_sentence_length,
        workers=settings.threads,
        info={
            "sources": fingerprints,
            "replaced": replaced,
            **settings.described(),
        },
    )
    return told_of_replaced(replaced, faulty, [s.name for s in sources[:99]], settings)


def told_of_replaced(replaced: int, faulty: bytes, names: list[str], settings: ReadSettings) -> str:
    """Say how often something was no text, if it was, and what may help."""
    if not replaced:
        return ""
    advice = f"; {encoding_advice(faulty)}" if settings.encoding == UTF8 else ""
    return (
        f"{replaced:,} times U+FFFD took the place of bytes that are no {settings.encoding} in "
        f"{shortened(', '.join(names))}{advice}"
    )


def _sources_of_sentences(source: Any, settings: ReadSettings) -> list[TextSource] | None:
    """Return the files in which the sentences of an iterable stand as they are to be cut."""
    if (
        not isinstance(source, SentenceFiles)
        or not 1 <= source.max_sentence_length <= settings.max_sentence_length
    ):
        return None
    return source.sources()


def scan_files(
    sources: list[TextSource],
    folder: Path,
    settings: ReadSettings,
    progress: ReadProgress | None = None,
    *,
    one_line: bool = False,
) -> tuple[list[SpooledText], int, bytes]:
    """Read files into provisional ids.

    Parameters
    ----------
    sources : list of TextSource
    folder : Path
        For the spool files.
    settings : ReadSettings
    progress : callable, optional
    one_line : bool, default False
        Whether line ends are spaces.

    Returns
    -------
    list of SpooledText
    int
        How often U+FFFD took the place of something.
    bytes
        Of the first block seen in which it did.
    """
    tokenizer = settings.tokenizer
    blocks = TextBlocks(
        sources,
        column=settings.column,
        block_bytes=settings.block_bytes,
        lines_only=callable(tokenizer),
        encoding=settings.encoding,
        strict=settings.strict,
        one_line=one_line,
    )
    if not isinstance(tokenizer, str):

        def report(words: int) -> None:
            if progress:
                progress(blocks.bytes_done, blocks.bytes_total, words)

        lines = TokenizedLines(blocks, tokenizer, settings.strict)
        spools = [spool_sentences(lines, folder / "spool", report)]
        return spools, lines.replaced + blocks.replaced, lines.faulty
    scan = Scan(
        blocks,
        folder,
        workers=settings.threads,
        classes=character_classes() if tokenizer == "words" else None,
        strict=settings.strict,
        progress=progress,
    )
    return scan.run(), scan.replaced + blocks.replaced, scan.faulty


def encoded_folder(source: Any) -> Path | None:
    """Return the encoded corpus that a source names, if it does; a CorpusError beside others."""
    names = names_of(source) or []
    encoded = [Path(name) for name in names if is_encoded(name)]
    if encoded and len(names) > 1:
        raise CorpusError(f"{encoded[0]} is an encoded corpus; it cannot be read with others")
    return encoded[0] if encoded else None
