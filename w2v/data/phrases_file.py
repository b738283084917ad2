"""Models of phrases in one file each: a line of checksums, then JSON, none of it code."""

from __future__ import annotations

import json
import os
import sys
import zlib
from collections.abc import Mapping
from types import FunctionType
from typing import Any

import numpy as np

from w2v.data.errors import CorpusError
from w2v.data.phrase_scoring import BUILT_IN, PARAMETERS, Scorer, name_of, named_scorer, taken
from w2v.files import atomic_path, named
from w2v.messages import quoted

_FORMAT = "w2v phrases 1"
_NUMBER = (int, float)
# What a file holds, of which types.
_SETTINGS: dict[str, tuple[type, ...]] = {
    "min_count": _NUMBER,
    "threshold": _NUMBER,
    "delimiter": (str,),
    "connector_words": (list,),
}
KINDS: dict[str, dict[str, tuple[type, ...]]] = {
    "Phrases": {
        **_SETTINGS,
        "max_vocab_size": _NUMBER,
        "progress_per": _NUMBER,
        "min_reduce": (int,),
        "corpus_word_count": (int,),
        "vocab": (dict,),
    },
    "FrozenPhrases": {**_SETTINGS, "phrasegrams": (dict,)},
}


def write_phrases(path: str | os.PathLike[str], kind: str, content: Mapping[str, Any]) -> None:
    """Write a model of phrases, replacing a file that is there.

    Parameters
    ----------
    path : str or path
    kind : {"Phrases", "FrozenPhrases"}
    content : mapping
        Its settings and counts, as JSON values.

    Raises
    ------
    OSError
        A file that cannot be written; what was there stays.
    """
    body = json.dumps({"kind": kind, **content}, default=_plain).encode()
    with atomic_path(path) as aside:
        aside.write_bytes(f"{_FORMAT} {zlib.crc32(body):08x}\n".encode() + body)


def read_phrases(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read what :func:`write_phrases` wrote.

    Parameters
    ----------
    path : str or path

    Returns
    -------
    dict
        ``kind``, and what belongs to a model of this kind.

    Raises
    ------
    CorpusError
        A file that is no model of phrases, or a damaged one.
    OSError
        A file that cannot be read.
    """
    data = named(path).read_bytes()
    head, _, body = data.partition(b"\n")
    if not head.startswith(_FORMAT.rpartition(" ")[0].encode()):
        raise CorpusError(
            f"{path} holds no phrases that w2v saved"
            + (
                ", but a pickle, which is code and is not read here: load it with gensim, and "
                "w2v.data.FrozenPhrases(what was loaded) has its phrases"
                if data.startswith(b"\x80")
                else ""
            )
        )
    if head != f"{_FORMAT} {zlib.crc32(body):08x}".encode():
        raise CorpusError(
            f"{path} is damaged, or of another version (it begins with {quoted(head, 40)}, "
            f"expected {_FORMAT} and the checksum of the rest); find the phrases again"
        )
    try:
        content = json.loads(body)
        kind = content["kind"]
        right = all(type(content[name]) in types for name, types in KINDS[kind].items())
    except (ValueError, RecursionError, KeyError, TypeError):
        right = False
    numbers = _NUMBER if right and kind == "FrozenPhrases" else (int,)
    if not (
        right
        and all(type(word) is str for word in content["connector_words"])
        and all(
            type(value) in numbers
            for value in content["phrasegrams" if numbers is _NUMBER else "vocab"].values()
        )
    ):
        raise CorpusError(f"{path} holds no phrases, whatever its checksum; find them again")
    return dict(content)


def scorer_to_file(scorer: Any) -> str | None:
    """Return the name by which a scoring function is found again, None if it has none."""
    module, name = getattr(scorer, "__module__", ""), getattr(scorer, "__qualname__", "<")
    if not isinstance(scorer, FunctionType) or "<" in name:
        return None
    return name_of(scorer) or f"{module}:{name}"


def scorer_from_file(name: Any) -> Scorer | None:
    """Return the scoring function that a file names, None if it is not at hand.

    Only what is imported already is looked at, and only a function that takes nothing but what
    scoring functions are given: a file cannot have other functions called.
    """
    if name in tuple(BUILT_IN):
        return named_scorer(name)
    module, _, path = str(name).partition(":")
    found: Any = sys.modules.get(module)
    for part in path.split("."):
        found = getattr(found, part, None)
    if not isinstance(found, FunctionType) or found.__module__ != module:
        return None
    code = found.__code__
    given = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    varied = code.co_flags & 0x0C  # *args or **kwargs
    if varied or not set(given) <= set(PARAMETERS) or not set(given) & set(PARAMETERS[:3]):
        return None
    return found if taken(found) else None


def _plain(value: Any) -> Any:
    """Return a number of NumPy's as Python's."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{quoted(value)} cannot be saved")
