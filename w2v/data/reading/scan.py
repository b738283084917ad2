"""First reading: from text to provisional ids, on all workers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from w2v.data.errors import CorpusError
from w2v.data.reading.column_values import ListBlock
from w2v.data.reading.spool import SpooledText, SpoolWriter
from w2v.data.reading.text_blocks import TextBlock, TextBlocks

ReadProgress = Callable[[int, int | None, int], None]
# Seconds between reports, and to wait for workers when the reading is broken off.
_REPORT_EVERY = 0.1
_PATIENCE = 0.3


class Scan:
    """Threads that take blocks in turn, each numbering words in a table of its own.

    Parameters
    ----------
    blocks : TextBlocks
    folder : Path
        For the spool files.
    workers : int
    classes : (CODES,) uint8, optional
        Each character's class, for running text.
    strict : bool, default False
        Whether bytes that are no UTF-8 end the reading; they are replaced otherwise.
    progress : callable, optional
        Called about ten times a second, on the calling thread.

    Attributes
    ----------
    faulty : bytes
        Of the first block seen in which something was replaced.
    """

    def __init__(
        self,
        blocks: TextBlocks,
        folder: Path,
        *,
        workers: int,
        classes: NDArray[np.uint8] | None = None,
        strict: bool = False,
        progress: ReadProgress | None = None,
    ) -> None:
        from w2v.data.reading.word_table import WordTable

        self._table: type[WordTable] = WordTable
        self._text = blocks
        self._folder = folder
        self._workers = workers
        self._classes = classes
        self._strict = strict
        self._progress = progress
        self._blocks: Iterator[tuple[int, TextBlock | ListBlock]] = zip(count(), blocks)
        self._turn = threading.Lock()
        self._stop = threading.Event()
        self._words = [0] * workers
        self._replaced = [0] * workers
        self.faulty = b""
        self._spools: list[SpooledText] = []
        self._failures: list[BaseException] = []
        self._kinds: set[bool] = set()  # whether tokens are integers

    @property
    def replaced(self) -> int:
        """Sequences of bytes that were no UTF-8 and were replaced."""
        return sum(self._replaced)

    def run(self) -> list[SpooledText]:
        """Read everything.

        Returns
        -------
        list of SpooledText
            One for each worker.

        Raises
        ------
        CorpusError, OSError
            That of the earliest worker that failed.
        """
        # Compiled (or loaded) here, where Ctrl-C is heard; threads would hold it up.
        self._table(4).number(np.frombuffer(b"\n" + bytes(8), np.uint8), 1, 0, self._classes)
        # A worker may sit in a read that never ends: threads that are no daemons, as those of
        # a pool, would keep the process from ending.
        threads = [
            threading.Thread(target=self._guarded, args=(worker,), daemon=True)
            for worker in range(self._workers)
        ]
        for thread in threads:
            thread.start()
        try:
            while alive := [thread for thread in threads if thread.is_alive()]:
                alive[0].join(_REPORT_EVERY)
                self._report()
        except BaseException:
            self._stop.set()
            deadline = time.monotonic() + _PATIENCE
            for thread in threads:
                thread.join(max(0.0, deadline - time.monotonic()))
            raise
        self._report()
        if self._failures:
            raise self._failures[0]
        return self._spools

    def _report(self) -> None:
        if self._progress:
            done, total = self._text.bytes_done, self._text.bytes_total
            self._progress(done, total, sum(self._words))

    def _guarded(self, worker: int) -> None:
        try:
            self._spools.append(self._work(worker))
        except BaseException as error:
            self._failures.append(error)
            self._stop.set()

    def _work(self, worker: int) -> SpooledText:
        table = self._table()
        with SpoolWriter(self._folder / f"spool-{worker}") as writer:
            while (taken := self._next()) is not None:
                number, block = taken
                if isinstance(block, ListBlock):
                    ids, sentences = block.number(table, number), len(block)
                else:
                    text = self._valid(block, worker)
                    ids = table.number(text, len(text) - 8, number, self._classes)
                    sentences = block.data.count(b"\n")
                self._words[worker] += writer.add(number, ids)
                writer.spooled.sentences += sentences
        writer.spooled.words = table.word_counts()
        writer.spooled.words.integers = True in self._kinds
        return writer.spooled

    def _next(self) -> tuple[int, TextBlock | ListBlock] | None:
        with self._turn:
            taken = None if self._stop.is_set() else next(self._blocks, None)
            if taken is not None:
                self._kinds.add(isinstance(taken[1], ListBlock) and taken[1].integers)
                if len(self._kinds) > 1:
                    raise CorpusError(
                        "some sources hold words, others lists of integers; tokens are all strings "
                        "or all integers: make them of one kind"
                    )
            return taken

    def _valid(self, block: TextBlock, worker: int) -> NDArray[np.uint8]:
        """Return a block's text as UTF-8 without fault, padded."""
        if block.is_utf8():
            return block.padded()
        decoded, replaced = block.text(strict=self._strict)
        self._replaced[worker] += replaced
        self.faulty = self.faulty or block.data
        return np.frombuffer(decoded.encode() + bytes(8), np.uint8)
