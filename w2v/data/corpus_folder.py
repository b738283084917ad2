"""Reading the folder of an encoded corpus: nothing of it is believed before it is looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2v.data.corpus_arrays import check_offsets_file, check_tokens_file
from w2v.data.errors import CorpusError
from w2v.data.manifest import MANIFEST, OFFSETS, TOKENS, VOCAB, read_manifest
from w2v.data.token_blocks import TokenBlocks
from w2v.data.vocabulary import Vocabulary
from w2v.files import checksum, named, read_as_one, standing


class CorpusFolder(NamedTuple):
    """What a folder holds.

    Parameters
    ----------
    tokens : (T,) int32
        Mapped, as the offsets are.
    offsets : (S + 1,) int64
    vocab : Vocabulary
    total_words : int
    info : dict
    blocks : TokenBlocks or None
        What is to look at tokens before they are used; None where that is done.
    """

    tokens: NDArray[np.int32]
    offsets: NDArray[np.int64]
    vocab: Vocabulary
    total_words: int
    info: dict[str, Any]
    blocks: TokenBlocks | None


def read_folder(folder: str | Path, *, verify: bool) -> CorpusFolder:
    """Read what :meth:`EncodedCorpus.save` or a reading wrote.

    Parameters
    ----------
    folder : str or Path
    verify : bool
        Whether to look at its files; what this process has just written is believed.

    Returns
    -------
    CorpusFolder

    Raises
    ------
    CorpusError, OSError
        See :meth:`EncodedCorpus.open`.
    """
    try:
        path = standing(named(folder))
    except ValueError as error:
        raise CorpusError(str(error)) from None
    return read_as_one(lambda: _read(standing(path), verify=verify), path)


def _read(folder: Path, *, verify: bool) -> CorpusFolder:
    manifest = read_manifest(folder)
    lengths = manifest["tokens"], manifest["sentences"] + 1
    tokens = _mapped(folder / TOKENS, "<i4", lengths[0])
    offsets = _mapped(folder / OFFSETS, "<i8", lengths[1])
    vocab = Vocabulary.load(folder / VOCAB)
    blocks = None
    if verify:
        later = manifest.get("blocks")
        sums = {
            OFFSETS: check_offsets_file(folder / OFFSETS, lengths[1], lengths[0]),
            VOCAB: checksum(folder / VOCAB),
        }
        if later:
            how = later["bytes"], later["checksums"]
            blocks = TokenBlocks(folder / TOKENS, tokens, len(vocab), *how)
        else:
            sums[TOKENS] = check_tokens_file(folder / TOKENS, lengths[0], len(vocab))
        for name, expected in manifest.get("checksums", {}).items():
            if sums.get(name) != expected and not (later and name == TOKENS):
                raise CorpusError(
                    f"{folder / name} is damaged: its checksum is another than that in "
                    f"{MANIFEST}; prepare the corpus again"
                )
    if "checksums" not in manifest and vocab.total != len(tokens):
        raise CorpusError(f"{folder} is damaged: its files disagree; prepare it again")
    return CorpusFolder(tokens, offsets, vocab, manifest["total_words"], manifest["info"], blocks)


def _mapped(path: Path, dtype: str, length: int) -> NDArray[Any]:
    expected = length * np.dtype(dtype).itemsize
    size = path.stat().st_size if path.exists() else -1
    if size != expected:
        got = "is missing" if size < 0 else f"has {size} bytes"
        raise CorpusError(f"{path} {got}, expected {expected} bytes; prepare the corpus again")
    if length == 0:
        return np.empty(0, dtype)
    return np.memmap(path, dtype=dtype, mode="r", shape=(length,))
