"""How text is read, checked once."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from w2v.config import MOST_WORKERS
from w2v.data.reading.decoding import UTF8, checked_encoding
from w2v.data.reading.text_blocks import BLOCK_BYTES
from w2v.files.urls import checked_options
from w2v.messages import quoted

Tokenizer = str | Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class ReadSettings:
    """The settings of :func:`w2v.data.read_corpus`, which explains them.

    Raises
    ------
    ValueError
        One out of its range.
    """

    min_count: int = 5
    max_vocab_size: int | None = None
    max_final_vocab: int | None = None
    tokenizer: Tokenizer = "whitespace"
    lowercase: bool = False
    errors: str = "replace"
    column: str | None = None
    max_sentence_length: int = 10_000
    workers: int | None = None
    block_bytes: int = BLOCK_BYTES
    encoding: str = UTF8
    storage_options: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        if not callable(self.tokenizer) and self.tokenizer not in ("whitespace", "words"):
            raise ValueError(
                f"tokenizer must be 'whitespace', 'words' or callable, got {quoted(self.tokenizer)}"
            )
        if self.errors not in ("replace", "strict"):
            raise ValueError(f"errors must be 'replace' or 'strict', got {quoted(self.errors)}")
        object.__setattr__(self, "encoding", checked_encoding(self.encoding))
        if not isinstance(self.column, str | int | None) or self.column == "":
            raise ValueError(f"column must be the name of one, got {quoted(self.column)}")
        checked_options(self.storage_options)
        for name in ("workers", "max_sentence_length", "block_bytes"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ValueError(f"{name} must be 1 or more, got {quoted(value)}")
        if self.workers is not None and self.workers > MOST_WORKERS:
            raise ValueError(
                f"workers must be {MOST_WORKERS:,} at most, got {quoted(self.workers)}"
            )
        if self.min_count < 0:
            raise ValueError(f"min_count must be 0 or more, got {quoted(self.min_count)}")

    @property
    def threads(self) -> int:
        """Workers, all processors by default."""
        return self.workers or os.cpu_count() or 1

    @property
    def strict(self) -> bool:
        """Whether bytes that are no UTF-8 are an error."""
        return self.errors == "strict"

    @property
    def limits(self) -> dict[str, Any]:
        """What decides which words are kept."""
        return {
            "min_count": self.min_count,
            "max_vocab_size": self.max_vocab_size,
            "max_final_vocab": self.max_final_vocab,
        }

    def described(self) -> dict[str, Any]:
        """Return what the corpus depends on, as JSON values; nothing that is secret."""
        tokenizer = self.tokenizer if isinstance(self.tokenizer, str) else repr(self.tokenizer)
        return {
            **self.limits,
            "tokenizer": tokenizer,
            "lowercase": self.lowercase,
            "errors": self.errors,
            "encoding": self.encoding,
            "column": self.column,
            "max_sentence_length": self.max_sentence_length,
        }
