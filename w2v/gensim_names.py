"""gensim's parameters that have no counterpart here, and why."""

from __future__ import annotations

from typing import Any

# Name, gensim's default, what to do instead.
_UNSUPPORTED: dict[str, tuple[Any, str]] = {
    "hs": (0, "hierarchical softmax is not there; train with negative > 0"),
    "hashfxn": (None, "random numbers are hashes of the seed alone; leave it out"),
    "null_word": (0, "there is no null word; leave it out"),
    "trim_rule": (None, "use min_count, max_vocab_size or max_final_vocab"),
    "sorted_vocab": (1, "the vocabulary is always sorted by count"),
    "batch_words": (10_000, "work is cut into slices by itself; leave it out"),
    "comment": (None, "it would change nothing; leave it out"),
}


def check_unsupported(**given: Any) -> None:
    """Refuse what cannot be done instead of ignoring it.

    Parameters
    ----------
    **given
        Parameters that the constructor does not know, and ``hs``.

    Raises
    ------
    ValueError
        A parameter of gensim's that is not supported, with another value than its default.
    TypeError
        A parameter that gensim does not know either.
    """
    for name, value in given.items():
        if name not in _UNSUPPORTED:
            raise TypeError(f"Word2Vec has no parameter {name!r}")
        default, advice = _UNSUPPORTED[name]
        if value != default and value is not None:
            raise ValueError(f"gensim's {name}={value!r} is not supported: {advice}")
