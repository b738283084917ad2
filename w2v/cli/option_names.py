"""The library's messages in the words of the command line."""

from __future__ import annotations

import re

# Parameters of Python whose options are called otherwise.
_OTHERWISE = {
    "max_final_vocab": "--max-vocab",
    "storage_options": "fsspec's own configuration",
    "checkpoint_every": "--checkpoint-every",
    "checkpoint_keep": "--keep",
}
_VALUES = {"sg=1": "--model sg", "sg=0": "--model cbow", "hs=1": "--hs", "reread=True": "--reread"}
# Known as parameters wherever they stand, as nothing else is spelled so.
_UNMISTAKABLE = (
    *("vector_size", "min_count", "max_final_vocab", "max_vocab_size", "ns_exponent", "min_alpha"),
    *("cbow_mean", "shrink_windows", "share_negatives", "batch_size", "checkpoint_every"),
    *("checkpoint_keep", "storage_options", "connector_words", "restrict_vocab", "init"),
)
# Words too: parameters with a value, at the beginning, or after what is done to parameters.
_WORDS = (
    *("window", "negative", "sample", "epochs", "optimizer", "alpha", "sampling", "backend"),
    *("workers", "seed", "column", "encoding", "errors", "tokenizer", "lowercase", "threshold"),
    *("scoring", "passes", "resume", "reread", "sg", "hs"),
)
# What can be done in Python alone.
_ELSEWHERE = (
    "; sentences themselves are given as lists of words (tokens)",
    " (or, in Python, name its format)",
    " give an object whose __iter__ begins anew, or",
)
_QUOTED = r"'(?:[^'\\]|\\.)*'"
_NAMES = "|".join((*_UNMISTAKABLE, *_WORDS))
_PATTERN = re.compile(
    rf"(?<![\w./'\"-])(?P<name>{_NAMES})=(?P<value>{_QUOTED}|…|[\w.+-]*\w)"
    rf"|{_QUOTED}"
    rf"|(?<![\w./'\"=-])(?<!: )(?P<certain>{'|'.join(_UNMISTAKABLE)})(?![\w./-])"
    rf"|(?P<before>^|\b(?:lower|raise|leave|set|or) )(?P<word>{'|'.join(_WORDS)})"
    r"(?P<after> must be | out\b| to |, which is |(?=[;,]|$))"
)


def in_options(message: str) -> str:
    """Name options in place of parameters: ``--min-count`` for ``min_count``.

    Parameters
    ----------
    message : str
        What is quoted in it stays as it is.

    Returns
    -------
    str
    """
    for each in _ELSEWHERE:
        message = message.replace(each, "")
    return _PATTERN.sub(_spelled, message)


def _spelled(found: re.Match[str]) -> str:
    if name := found["name"]:
        value = found["value"]
        whole = _VALUES.get(f"{name}={value}")
        return whole or f"{_option(name)} {value.strip(chr(39))}"
    if found["certain"]:
        return _option(found["certain"])
    if found["word"]:
        return f"{found['before']}{_option(found['word'])}{found['after']}"
    return found[0]


def _option(name: str) -> str:
    return _OTHERWISE.get(name, f"--{'model' if name == 'sg' else name.replace('_', '-')}")
