"""Which words each worker trains in which round, and how long rounds are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from w2v.cluster.rounds import Span
from w2v.items import is_integer
from w2v.messages import quoted

_TOGETHER = 1_600_000  # words of all workers in a round
_ROUNDS = 64  # of a run, at least: longer ones have longer rounds
FIRST_WORDS = 16_000  # of all workers
EXCHANGE_SHARE = 0.1  # of a round's time
GROWTH = 0.2  # of a round over all before it, by all workers; at most this or one over these
# Rounds of one worker, over all workers, and words of all, after which all rows are exchanged.
WHOLE_EVERY, WHOLE_AFTER = 64, 16_000_000
_WHOLES = 8  # of a run, at least, beside those at the ends of epochs
WHOLE_GROWTH = 1.0  # of the words between two such exchanges over all before them, at most
_NEWEST = 0.2  # of the mean cost of rounds is the last one's
_NEWEST_WAITING = 0.1  # of the mean share of waiting: one round alone does not tell
MOST_ALONE = 2_000_000  # words of one worker in a round, where no other trains
APART = 8  # workers, at most, that go on with rows of their own meanwhile


class Rounds(NamedTuple):
    """How rounds are to be.

    Parameters
    ----------
    words : int or None
        Of a worker, in each, at most; by default its part of 1,600,000, or of a 64th of the run
        where that is more and workers are eight at most.
    half : bool, default False
        Whether changes travel in half precision.
    overlap : bool or None
        Whether a worker goes on while what it has sent is on its way; None where waiting for it
        takes long.
    """

    words: int | None = None
    half: bool = False
    overlap: bool | None = None

    def most(self, workers: int, total: int = 0) -> int:
        """Return the words that each of so many workers trains in a round at most.

        Parameters
        ----------
        workers : int
        total : int, default 0
            Words of the whole run.
        """
        together = max(_TOGETHER, total // _ROUNDS if workers <= APART else 0)
        return self.words or max(1, together // workers)


def words_alone(lengths: Sequence[int], total: int) -> int:
    """Return how many words of a run the first worker is to train before all train together.

    Rows go so far in the first words that several workers' changes do not fit together, but after
    rounds that take longer to exchange than to train.

    Parameters
    ----------
    lengths : sequence of int
        Words of each worker.
    total : int
        Words of the run.
    """
    words = min(total // _ROUNDS, MOST_ALONE, lengths[0] // 2)
    return words if len(lengths) > 1 and words > FIRST_WORDS else 0


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
    alone : int, default 0
        Words of the first shard that are trained before any other's: see :func:`words_alone`.

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
        alone: int = 0,
    ) -> None:
        for name, value, least in (
            *(("a shard's words", each, 0) for each in lengths),
            ("epochs", epochs, 1), ("words", words, 1), ("before", before, 0), ("alone", alone, 0),
        ):  # fmt: skip
            if not (is_integer(value) and value >= least):
                raise ValueError(f"{name} is {quoted(value)}, expected an integer, {least} or more")
        if not (is_integer(trained) and 0 <= trained <= epochs * sum(lengths)):
            raise ValueError(
                f"trained is {quoted(trained)}, expected words of the run: 0 to "
                f"{epochs * sum(lengths)}"
            )
        self._before, self._whole, self._alone = before, trained, alone
        self._costs: tuple[float, ...] = ()  # seconds of an exchange, and of training a word
        self._waiting = 0.0  # share of the time, in long rounds
        self._lengths, self._epoch_words = list(lengths), sum(lengths)
        self.total, self.trained, self.words = epochs * self._epoch_words, trained, words

    @property
    def done(self) -> bool:
        """Whether all rounds are."""
        return self.trained >= self.total

    @property
    def begins_alone(self) -> bool:
        """Whether in the next round the first shard alone is trained."""
        return self.trained < self._alone

    @property
    def epoch_done(self) -> bool:
        """Whether the rounds that are done end where an epoch does."""
        return self.trained % self._epoch_words == 0

    @property
    def waits(self) -> bool:
        """Whether long rounds wait for what others send, for more than a tenth of the time."""
        return self._waiting > EXCHANGE_SHARE

    def deal(self) -> list[Span]:
        """Return the next round, a span a shard; rounds end where an epoch does."""
        epoch, begin = divmod(self.trained, self._epoch_words)
        alone = 0 if epoch else self._alone
        spans, position = [], self.trained
        begins, ends = self._shares(begin, alone), self._shares(self._end(), alone)
        for start, stop in zip(begins, ends, strict=True):
            spans.append(Span(start, stop, position, epoch))
            position += stop - start
        return spans

    def _shares(self, words: int, alone: int) -> list[int]:
        """Return how far each shard is after so many words of an epoch that begins with one's."""
        first = min(words, alone)
        left, of = words - first, self._epoch_words - alone
        return [
            first * (not i) + left * (length - alone * (not i)) // max(1, of)
            for i, length in enumerate(self._lengths)
        ]

    @property
    def whole(self) -> bool:
        """Whether the next round is to exchange all rows, and not only frequent ones."""
        left = self._epoch_words - self._end()
        if not left or self.begins_alone or len(self._lengths) > APART:
            return True
        since = self._trained_then() - self._whole
        growth = int(WHOLE_GROWTH * (self._before + self._whole))
        longest = max(WHOLE_AFTER, (self._before + self.total) // _WHOLES)
        interval = min(WHOLE_EVERY * self.words, longest, growth)
        # At the end of an epoch all are exchanged: not twice in a short time.
        return since >= interval and left > interval // 4

    def finish(self, *, whole: bool = False) -> None:
        """Count the round that :meth:`deal` gave as done, which has exchanged all rows or not."""
        whole = whole or self.whole
        self.trained = self._trained_then()
        if whole:
            self._whole = self.trained

    def adapt(
        self,
        words: int,
        train_seconds: float,
        exchange_seconds: float,
        *,
        most: int,
        waiting_seconds: float = 0.0,
    ) -> None:
        """Make rounds as long as it takes to exchange for a tenth of the time.

        Short rounds keep more quality, so that no more time is taken than is needed; twice as
        long, or half, is the most that one round changes the next by.

        Parameters
        ----------
        words : int
            Of a worker, in the last round.
        train_seconds, exchange_seconds : float
            What it took, where both do not go on at once.
        most : int
            Words of a worker in a round, at most, whatever the exchange costs.
        waiting_seconds : float, default 0.0
            Of the exchange, those in which no worker did anything.
        """
        if 2 * words > most:
            waiting = waiting_seconds / max(train_seconds + exchange_seconds, 1e-9)
            self._waiting += (waiting - self._waiting) * _NEWEST_WAITING
        # Some rounds exchange more than others: it is the mean that counts.
        found = exchange_seconds, train_seconds / max(1, words)
        costs = zip(self._costs or found, found, strict=True)
        self._costs = tuple(old + (new - old) * _NEWEST for old, new in costs)
        exchange, of_a_word = self._costs
        wanted = exchange * (1 / EXCHANGE_SHARE - 1) / max(of_a_word, 1e-12)
        self.words = max(1, min(most, 2 * self.words, max(self.words // 2, round(wanted))))

    def _trained_then(self) -> int:
        """Return the words of the run that are trained after the next round."""
        return self.trained - self.trained % self._epoch_words + self._end()

    def _end(self) -> int:
        """Return the word of the epoch that the next round ends at."""
        if self.begins_alone:
            return self._alone
        N, begin = self._epoch_words, self.trained % self._epoch_words
        workers = len(self._lengths)
        words = max(1, self.words) * workers
        if workers > 1:
            before = self._before + self.trained
            words = min(words, max(FIRST_WORDS, int(max(GROWTH, 1 / workers) * before)))
        # No round is left that is shorter than half of one.
        return N if begin + words + words // 2 > N else begin + words
