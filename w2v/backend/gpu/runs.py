"""How a stream of sentences is shared out over warps.  Plain NumPy: no GPU needed."""

from __future__ import annotations

import numpy as np

RUN_TOKENS = 1024
"""Tokens of a run: what a warp takes at a time."""

RUNS_PER_WARP = 4
"""Runs of a launch: some milliseconds, and several a warp so that all finish together."""

WANTED_WARPS = (12, 3, 1, 1)
"""Warps of a multiprocessor, by how much of theirs is not in shared memory (``shape.cuh``).

Where a warp has more than its share of shared memory, some of it goes elsewhere: fewer warps hide
less of the time that memory takes. Beyond the second a window's rows are read from where they are
put, and small cards have no cache for them; the last is the slowest: rows are as many as a text's
longest sentence has words.
"""

TOKENS_PER_WARP = 100_000
WORDS_PER_WARP = 4
TREE_WARPS = 64
UNKNOWN_WARPS = 250


def refresh_windows(reach: int) -> int:
    """Return for how many windows a warp keeps a context's row before it looks at it again.

    A row that stayed as long as its word would miss all that others do to it.

    Parameters
    ----------
    reach : int
        Words that a window has on each side, at most.
    """
    return min(-(-(2 * reach + 1) // 4), 6)


def warp_limit(
    n_tokens: int, vocab_size: int, *, tree: bool = False, frequencies: bool = True
) -> int:
    """Bound the warps that train at once.

    Each of them works on rows as they were when its window began, so what they find
    is stale by as much as the others do meanwhile.  Frequent words' rows are stepped
    the more carefully for it (``crowd.py``).  Where a corpus gives a warp little
    to do, or the warps are many for the rows there are, that costs quality all the same; then
    fewer of them run.  However long a text, that costs no more than the second that a warp
    takes for its words: those that need all of a card's warps are the long ones.

    With a tree every window steps the root.  Skip-gram's windows of 5 that were taken so many at
    a time, all from the same values, cost nothing up to 256 (a loss of 7.26, as with 16), and
    diverged with 1,024; windows of 20 contexts step the root three times as far.

    Parameters
    ----------
    n_tokens : int
        Words of the run: the corpus times epochs.
    vocab_size : int
    tree : bool, default False
        Whether windows have the inner nodes of a tree among their outputs.
    frequencies : bool, default True
        Whether words' frequencies are known, by which their steps are shortened.

    Returns
    -------
    int
        At least 1: no more than one for every 100,000 words of the run and for every 4 of
        the vocabulary, with a tree no more than 64, and without frequencies than 250.
    """
    most = min(n_tokens // TOKENS_PER_WARP, vocab_size // WORDS_PER_WARP)
    if tree or not frequencies:
        most = min(most, TREE_WARPS if tree else UNKNOWN_WARPS)
    return max(1, most)


def cut_runs(
    offsets: np.ndarray, n_runs: int, longest: int | None
) -> tuple[np.ndarray, np.ndarray]:
    """Cut a stream into runs of whole sentences with about equally many tokens.

    Parameters
    ----------
    offsets : (S + 1,) int64 array
        Sentence i is tokens ``offsets[i]`` to ``offsets[i + 1]``.
    n_runs : int
        How many to make at most.
    longest : int or None
        Sentences longer than this are cut first, lest one warp works while all others
        have finished.  A window does not reach across a cut.

    Returns
    -------
    runs : (R + 1,) int64 array
        Where each run begins, and the end of the last.
    starts : (T,) int64 array
        Where a sentence, or a piece of one, begins.
    """
    starts = offsets[:-1]
    lengths = np.diff(offsets)
    if longest is not None and lengths.max(initial=0) > longest:
        pieces = np.maximum(1, -(-lengths // longest))
        number = np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        starts = np.repeat(starts, pieces) + number * longest
    first, last = int(offsets[0]), int(offsets[-1])
    ideal = first + np.arange(1, n_runs) * (last - first) // n_runs
    inner = (
        starts[np.minimum(np.searchsorted(starts, ideal), starts.size - 1)]
        if starts.size
        else ideal[:0]
    )
    runs = np.unique(np.concatenate(([first], inner, [last]))).astype(np.int64)
    return runs, np.ascontiguousarray(starts, dtype=np.int64)


def sentence_marks(starts: np.ndarray, n_tokens: int) -> np.ndarray:
    """Set a bit for every token that begins a sentence.

    Parameters
    ----------
    starts : (T,) int array
    n_tokens : int

    Returns
    -------
    (n_tokens // 32 + 1,) uint32 array
        Token t has bit ``t % 32`` of word ``t // 32``.
    """
    marks = np.zeros(n_tokens // 32 + 1, dtype=np.uint32)
    np.bitwise_or.at(marks, starts // 32, np.uint32(1) << (starts % 32).astype(np.uint32))
    return marks


def blocks_of(offsets: np.ndarray, size: int) -> list[tuple[int, int]]:
    """Cut a stream into blocks of whole sentences.

    Parameters
    ----------
    offsets : (S + 1,) int64 array
    size : int
        Tokens of a block at most, unless a single sentence has more.

    Returns
    -------
    list of (int, int)
        First sentence of each block, and of what follows it.
    """
    blocks = []
    first, n = 0, offsets.size - 1
    while first < n:
        last = int(np.searchsorted(offsets, offsets[first] + size, side="right")) - 1
        last = min(max(last, first + 1), n)
        blocks.append((first, last))
        first = last
    return blocks
