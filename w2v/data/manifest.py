"""The file that makes a folder an encoded corpus: what it holds, and by which checksums."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from w2v.data import token_blocks
from w2v.data.errors import CorpusError
from w2v.files import checksum, standing
from w2v.files.sealed_json import CHECKSUM, sealed, unsealed
from w2v.messages import quoted

TOKENS, OFFSETS, VOCAB, MANIFEST = "tokens.int32", "offsets.int64", "vocab.arrow", "corpus.json"
# Folders of format 1 have no checksums: earlier versions wrote them, and corpora that are not kept.
_PLAIN, _SEALED = 1, 2
_NUMBERS = ("tokens", "sentences", "total_words")


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
        return bool(os.fspath(path)) and (standing(Path(path)) / MANIFEST).is_file()
    except (OSError, ValueError):  # no name at all: too long, or with a NUL in it
        return False


def write_manifest(
    folder: Path, tokens: int, sentences: int, total_words: int, info: Mapping[str, Any]
) -> None:
    """Write the manifest: to be called last.

    Parameters
    ----------
    folder : Path
    tokens, sentences, total_words : int
    info : mapping
        JSON values.
    """
    manifest = {
        "format": _PLAIN,
        "tokens": tokens,
        "sentences": sentences,
        "total_words": total_words,
        "info": dict(info),
    }
    _write(folder, manifest)


def seal(folder: Path) -> None:
    """Add checksums of all files to a corpus that is to be kept.

    Parameters
    ----------
    folder : Path
    """
    sums = {name: checksum(folder / name) for name in (TOKENS, OFFSETS, VOCAB)}
    manifest = {**read_manifest(folder), "format": _SEALED, "checksums": sums}
    if (folder / TOKENS).stat().st_size > token_blocks.READ_THROUGH:
        size = token_blocks.BLOCK_BYTES
        blocks = token_blocks.sums_of_blocks(folder / TOKENS, size)
        manifest["blocks"] = {"bytes": size, "checksums": blocks}
    _write(folder, manifest)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    dict
        With the integers ``tokens``, ``sentences`` and ``total_words``, the dict ``info`` and,
        unless the folder has none, the dict ``checksums``; where there are many tokens, the
        dict ``blocks``, ``bytes`` of each and their ``checksums``.

    Raises
    ------
    CorpusError
        A manifest that is missing, of another version, or damaged.
    """
    path = folder / MANIFEST
    try:
        manifest = unsealed(path.read_bytes())
    except FileNotFoundError:
        raise CorpusError(
            f"{folder} is no encoded corpus (it has no {MANIFEST}); make one with w2v prepare"
        ) from None
    except NotADirectoryError as error:
        raise CorpusError(f"{folder} is no encoded corpus: {error}") from error
    except ValueError as error:
        raise CorpusError(
            f"{folder} is no encoded corpus: {MANIFEST} is damaged ({error}); prepare it again"
        ) from None
    version = manifest.get("format")
    if version not in (_PLAIN, _SEALED):
        raise CorpusError(
            f"{folder} was written by another version of w2v (it says format {quoted(version)}, "
            f"this one reads up to {_SEALED}); prepare it again"
        )
    own = manifest.pop(CHECKSUM, None)
    whole = version == _PLAIN or (own is not None and "checksums" in manifest)
    if not (whole and _is_complete(manifest)):
        raise CorpusError(f"{path} is damaged: not all is there; prepare the corpus again")
    return manifest


def _is_complete(manifest: Mapping[str, Any]) -> bool:
    info, sums = manifest.get("info"), manifest.get("checksums", {})
    return (
        all(_is_count(manifest.get(name)) for name in _NUMBERS)
        and manifest["tokens"] <= manifest["total_words"]
        and isinstance(info, dict)
        and isinstance(info.get("sources", []), list)
        and all(_is_count(info.get(name, 0)) for name in ("replaced", "sentences_read"))
        and isinstance(sums, dict)
        and _are_blocks(manifest.get("blocks"), manifest["tokens"])
    )


def _are_blocks(blocks: Any, tokens: int) -> bool:
    if blocks is None:
        return True
    size = blocks.get("bytes") if isinstance(blocks, dict) else None
    if type(size) is not int or size < 4 or size % 4:
        return False
    sums = blocks.get("checksums")
    return isinstance(sums, list) and len(sums) == -(-4 * tokens // size)


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < 1 << 62


def _write(folder: Path, manifest: Mapping[str, Any]) -> None:
    with (folder / MANIFEST).open("wb") as file:
        file.write(sealed(manifest))
        file.flush()
        os.fsync(file.fileno())
