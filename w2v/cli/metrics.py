"""A run's figures as JSON Lines, for programs to read."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from w2v.word2vec import Word2Vec


def finite(value: Any) -> Any:
    """Return a value with None for numbers that JSON lacks: infinite, or none at all."""
    if isinstance(value, Mapping):
        return {name: finite(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


class MetricsLog:
    """One JSON object a line: a start, reports on the way, an end.

    Parameters
    ----------
    path : path or None
        File to write; None writes nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: TextIO | None = None

    def __enter__(self) -> MetricsLog:
        if self._path is not None:
            self._file = self._path.open("w", encoding="utf-8")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()

    def write(self, event: str, **fields: Any) -> None:
        """Write one line, readable at once by whoever follows the file."""
        if self._file is not None:
            self._file.write(json.dumps(finite({"event": event, **fields})) + "\n")
            self._file.flush()

    def start(self, word2vec: Word2Vec) -> None:
        """Write the configuration."""
        self.write("start", backend=word2vec.backend.name, **{"config": word2vec.config.to_dict()})

    def report(self, words: float, loss: float) -> None:
        """Write how far the training is."""
        self.write("report", words=round(words), loss=loss)

    def on_epoch_end(self, word2vec: Word2Vec) -> None:
        """Write the loss after an epoch; a callback of :class:`w2v.Word2Vec`."""
        loss = word2vec.losses[-1] if word2vec.losses else None
        self.write("epoch", epoch=word2vec.epochs_done, loss=loss)

    def end(self, word2vec: Word2Vec, *, save_seconds: float) -> dict[str, Any]:
        """Write the run's totals and return them; ``seconds`` are training alone."""
        totals = {
            "words": word2vec.trained_words,
            "seconds": word2vec.train_seconds,
            "words_per_second": word2vec.words_per_second,
            "loss": word2vec.losses[-1] if word2vec.losses else None,
            "vocab": len(word2vec.wv),
            "backend": word2vec.backend.name,
            "read_seconds": word2vec.read_seconds,
            "compile_seconds": word2vec.compile_seconds,
            "save_seconds": save_seconds,
        }
        self.write("end", **totals)
        return totals
