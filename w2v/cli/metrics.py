"""A run's figures as JSON Lines, for programs to read."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO

from w2v.config import AUTO, differing
from w2v.messages import shortened

if TYPE_CHECKING:
    from w2v.word2vec import Word2Vec

_NO_MORE = (OSError, ValueError, MemoryError)  # a ValueError of a file that was closed


def finite(value: Any) -> Any:
    """Return a value with None for numbers that JSON lacks: infinite, or none at all."""
    if isinstance(value, Mapping):
        return {name: finite(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


class MetricsLog:
    """One JSON object a line: a start, reports on the way, an end.

    It never ends a training: where a line cannot be written, that is said once, the line is left
    out, and the next is tried.

    Parameters
    ----------
    path : path or None
        File to write; None writes nothing.
    say : callable
        What tells a person.
    goes_on : bool, default False
        Whether the run was begun before, so that what the file has of it stays.

    Raises
    ------
    OSError
        A file that cannot be opened, when the block begins.
    """

    def __init__(
        self, path: Path | None, say: Callable[[str], None], *, goes_on: bool = False
    ) -> None:
        self._path, self._say, self._goes_on = path, say, goes_on
        self._file: BinaryIO | None = None
        self._is_told = self._is_over = False
        self._total, self._begun_with = 0, 0
        self._model: Word2Vec | None = None
        # The first report, and the last: words and the time.
        self._first: tuple[float, float] | None = None
        self._last = 0.0, 0.0

    def __enter__(self) -> MetricsLog:
        if self._path is not None:
            keeps = self._goes_on and self._path.is_file()
            self._file = self._path.open("r+b" if keeps else "wb", buffering=0)
            self._file.seek(0, os.SEEK_END) if keeps else None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_over = self._is_over and error is None
        if isinstance(error, KeyboardInterrupt):
            self.write("stopped")  # before anything was trained, else end() has said so
        elif error is not None:
            message = shortened(str(error) or type(error).__name__, 2_000)
            self.write("error", error=type(error).__name__, message=message)
        if self._file is not None:
            self._try(self._file.close)

    def write(self, event: str, **fields: Any) -> None:
        """Write one line, readable at once by whoever follows the file."""
        if self._file is not None and not self._is_over:
            self._try(lambda: self._add(json.dumps(finite({"event": event, **fields})) + "\n"))

    def start(self, word2vec: Word2Vec, words: int) -> None:
        """Write the configuration; of a run that goes on, where it does.

        What the file has of later words than those is cut off: it was trained, and lost.  Nothing
        is added to the file of a run that has come to its end and says so.

        Parameters
        ----------
        word2vec : Word2Vec
        words : int
            Of the corpus.
        """
        config = word2vec.config
        self._total = config.epochs * words
        self._begun_with = word2vec.trained_words
        self._model = word2vec
        begun: dict[str, Any] = {}
        if self._goes_on:
            epochs = word2vec.epochs_done
            at = max(word2vec.trained_words, epochs * words)  # earlier versions kept no words
            begun = {"epochs_done": epochs, "words": at}
            self._try(lambda: self._cut(config.to_dict(), epochs, at))
            self._try(lambda: self._look_for_end(nothing_left=epochs >= config.epochs))
        event = "resume" if self._goes_on else "start"
        how = {"backend": word2vec.backend.name, "total_words": self._total}
        self.write(event, **begun, **how, config=config.to_dict())

    def on_train_begin(self, word2vec: Word2Vec) -> None:
        """Tell the learning rate where it was chosen; a callback of :class:`w2v.Word2Vec`."""
        if word2vec.config.alpha == AUTO:
            self._say(f"learning rate: {word2vec.alpha:.3g}, for a text and epochs of this size")

    def report(self, words: float, loss: float) -> None:
        """Write how far the training is."""
        self.write("report", words=round(words), loss=loss, **self._pace(words))

    def on_epoch_end(self, word2vec: Word2Vec) -> None:
        """Write the loss after an epoch; a callback of :class:`w2v.Word2Vec`."""
        loss = word2vec.losses[-1] if word2vec.losses else None
        self.write("epoch", epoch=word2vec.epochs_done, loss=loss)

    def end(
        self, word2vec: Word2Vec, *, save_seconds: float, stopped: bool = False
    ) -> dict[str, Any]:
        """Write what this command did and return it; ``seconds`` are training alone."""
        totals = {
            "words": word2vec.trained_words - self._begun_with,
            "seconds": word2vec.train_seconds,
            "words_per_second": word2vec.words_per_second,
            "loss": word2vec.losses[-1] if word2vec.losses else None,
            "vocab": len(word2vec.wv),
            "backend": word2vec.backend.name,
            "read_seconds": word2vec.read_seconds,
            "compile_seconds": word2vec.compile_seconds,
            "save_seconds": save_seconds,
        }
        self.write("stopped" if stopped else "end", **totals)
        return totals

    def _pace(self, words: float) -> dict[str, Any]:
        """Return total, learning rate, speed since the first report and the seconds left."""
        now = time.perf_counter()
        self._last = words, now
        self._first = self._first or self._last
        done, seconds = words - self._first[0], now - self._first[1]
        speed = done / seconds if done > 0 and seconds > 0 else None
        assert self._model is not None
        rate, config = self._model.alpha, self._model.config
        if config.optimizer == "sgd" and self._total:
            rate = max(config.min_alpha, rate - (rate - config.min_alpha) * words / self._total)
        return {
            "total_words": self._total,
            "rate": rate,
            "words_per_second": speed,
            "eta_seconds": None if speed is None else max(0.0, self._total - words) / speed,
        }

    def _try(self, write: Callable[[], None]) -> None:
        try:
            write()
        except _NO_MORE as error:
            if not self._is_told:
                why = getattr(error, "strerror", None) or error
                self._say(f"warning: {self._path} lacks lines ({why}); the training goes on")
            self._is_told = True

    def _add(self, line: str) -> None:
        """Write a line whole or not at all."""
        file, data = self._file, line.encode()
        assert file is not None
        before = file.tell() if file.seekable() else None
        try:
            while data:
                data = data[file.write(data) :]
        except OSError:
            with suppress(OSError):
                if before is not None:
                    file.seek(before)
                    file.truncate()
            raise

    def _cut(self, config: Mapping[str, Any], epochs: int, words: int) -> None:
        """Cut off what the file, if it is this run's, has of later than a place in it."""
        file = self._file
        if file is None or not (file.readable() and file.seekable()):
            return
        file.seek(0)
        kept, ours = 0, False
        for line in file.readlines():
            try:
                entry = json.loads(line)
                event = entry["event"]
                if event in ("start", "resume"):
                    ours = not differing(entry["config"], config)
                later = (event == "report" and entry["words"] > words + 1) or (
                    event == "epoch" and entry["epoch"] > epochs
                )
            except (ValueError, KeyError, TypeError, AttributeError):  # half a line, or not ours
                later = not line.endswith(b"\n")
            if later and (ours or not line.endswith(b"\n")):
                break
            kept += len(line)
        file.seek(kept)
        file.truncate()

    def _look_for_end(self, *, nothing_left: bool) -> None:
        """Note whether there is nothing to be added: the run is over, and the file has its end."""
        file = self._file
        if nothing_left and file is not None and file.readable() and file.seekable():
            file.seek(0)
            *_, last = (b"", *file.readlines())
            self._is_over = last.startswith(b'{"event": "end"')
