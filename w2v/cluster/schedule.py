"""Which words each worker trains in which round, and how long rounds are."""

from __future__ import annotations

from collections.abc import Sequence

from w2v.cluster.rounds import Span
from w2v.items import is_integer
from w2v.messages import quoted

FIRST_WORDS = 16_000  # of all workers
EXCHANGE_SHARE = 0.1  # of a round's time
GROWTH = 0.2  # of a round over all before it, at most, by all workers


class Schedule:
    """Deals a run out in rounds: of each, every shard has its share.

    Parameters
    ----------
    lengths : sequence of int
        Words of each shard.
    epochs : int
    trained : int, default 0
        Words of the run that are done: :attr:`trained` of an earlier part of it.
    words : int, default 50_000
        Words of a worker in a round; fewer at the beginning of a run, when rows go far in few
        steps.
    before : int, default 0
        Words of a longer run, of which this one is a part, before it.

    Raises
    ------
    ValueError
        A parameter out of its range.

    Attributes
    ----------
    total : int
        Words of the run.
    trained : int
        Words of the run in rounds that are done.
    words : int
        Words of a worker in the next round, about.
    """

    def __init__(
        self,
        lengths: Sequence[int],
        epochs: int,
        *,
        trained: int = 0,
        words: int = 50_000,
        before: int = 0,
    ) -> None:
        for name, value, least in (
            *(("a shard's words", each, 0) for each in lengths),
            ("epochs", epochs, 1), ("words", words, 1), ("before", before, 0),
        ):  # fmt: skip
            if not (is_integer(value) and value >= least):
                raise ValueError(f"{name} is {quoted(value)}, expected an integer, {least} or more")
        if not (is_integer(trained) and 0 <= trained <= epochs * sum(lengths)):
            raise ValueError(
                f"trained is {quoted(trained)}, expected words of the run: 0 to "
                f"{epochs * sum(lengths)}"
            )
        self._before = before
        self._lengths, self._epoch_words = list(lengths), sum(lengths)
        self.total, self.trained, self.words = epochs * self._epoch_words, trained, words

    @property
    def done(self) -> bool:
        """Whether all rounds are."""
        return self.trained >= self.total

    def deal(self) -> list[Span]:
        """Return the next round, a span a shard; rounds end where an epoch does."""
        N = self._epoch_words
        epoch, begin = divmod(self.trained, N)
        end = self._end()
        spans, position = [], self.trained
        for length in self._lengths:
            start, stop = begin * length // N, end * length // N
            spans.append(Span(start, stop, position, epoch))
            position += stop - start
        return spans

    def finish(self) -> None:
        """Count the round that :meth:`deal` gave as done."""
        self.trained += self._end() - self.trained % self._epoch_words

    def adapt(self, train_seconds: float, exchange_seconds: float, *, most: int) -> None:
        """Lengthen rounds that exchange for more than a tenth of the time, shorten others.

        Short rounds keep more quality, so that no more time is taken than is needed; twice as
        long, or half, is the most that one round changes the next by.

        Parameters
        ----------
        train_seconds, exchange_seconds : float
            What the last round took, where both do not go on at once.
        most : int
            Words of a worker in a round, at most, whatever the exchange costs.
        """
        share = exchange_seconds / max(1e-9, train_seconds + exchange_seconds)
        times = min(2.0, max(0.5, share / EXCHANGE_SHARE))
        self.words = max(1, min(most, round(self.words * times)))

    def _end(self) -> int:
        """Return the word of the epoch that the next round ends at."""
        N, begin = self._epoch_words, self.trained % self._epoch_words
        words = max(1, self.words) * len(self._lengths)
        if len(self._lengths) > 1:
            words = min(words, max(FIRST_WORDS, int(GROWTH * (self._before + self.trained))))
        # No round is left that is shorter than half of one.
        return N if begin + words + words // 2 > N else begin + words
