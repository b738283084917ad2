"""Where in an epoch a training stands, to go on from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from w2v.messages import quoted

_COUNTS = ("done", "of", "of_words", "predictions")


@dataclass(frozen=True)
class Position:
    """How much of an epoch is done.

    Parameters
    ----------
    done : int
        Words of the vocabulary, or batches where minibatches are trained.
    of : int
        Those of the whole epoch.
    words : float
        What the progress of the run counted, all words of the corpus over the epochs.
    of_words : int
        All words of the epoch.
    loss : float
        Loss, in nats, summed over the predictions of the run, with minibatches those of the
        epochs before.
    predictions : int
        Those it is summed over.
    losses : list of float
        Mean losses of the batches' reports so far in the epoch; none where it is not minibatches.
    unreported : (float, int)
        The sum of the losses since the last of these reports, and how many they are.
    ranges : list of (int, int)
        Words of the vocabulary that are done, from each first to before each last, rising, where
        several machines train: the sentences that begin there.  None where it is all up to
        ``done``.
    """

    done: int
    of: int
    words: float
    of_words: int
    loss: float
    predictions: int
    losses: list[float] = field(default_factory=list)
    unreported: tuple[float, int] = (0.0, 0)
    ranges: list[tuple[int, int]] = field(default_factory=list)

    @property
    def share(self) -> float:
        """The share of the epoch that is done."""
        return self.done / max(1, self.of)

    def done_of(self, whole: int) -> int:
        """Return how much of an epoch of another length, or of the same, is done."""
        return self.done if whole == self.of else round(self.share * whole)

    def words_at(self, epoch: int, words: int) -> float:
        """Return what the progress of a run counts here, in an epoch of so many words."""
        return self.words if words == self.of_words else (epoch + self.share) * words

    def to_dict(self) -> dict[str, Any]:
        """Return the position for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, kept: Any) -> Position:
        """Return the position that :meth:`to_dict` gave.

        Raises
        ------
        ValueError
            Something is missing, of another type or out of its range.
        """
        if not isinstance(kept, Mapping):
            raise ValueError(f"the position is {quoted(kept, 40)}, expected an object")
        counts: list[Any] = [kept.get(name) for name in _COUNTS]
        sums: list[Any] = [kept.get(name) for name in ("words", "loss")]
        losses: Any = kept.get("losses")
        unreported: Any = kept.get("unreported")
        ranges: Any = kept.get("ranges", [])  # earlier versions had none
        if not (
            all(type(count) is int and 0 <= count < 1 << 63 for count in counts)
            and counts[0] <= counts[1]
            and _are_numbers(sums)
            and _are_numbers(losses)
            and _are_numbers(unreported)
            and len(unreported) == 2
            and type(unreported[1]) is int
            and _are_ranges(ranges, counts[1])
        ):
            raise ValueError(f"the position is {quoted(dict(kept), 80)}, expected done, of, …")
        done, of, of_words, predictions = counts
        words, loss = map(float, sums)
        since = float(unreported[0]), unreported[1]
        pairs = [(first, last) for first, last in ranges]
        return cls(done, of, words, of_words, loss, predictions, losses, since, pairs)


def _are_numbers(values: Any) -> bool:
    return isinstance(values, list) and all(type(value) in (int, float) for value in values)


def _are_ranges(ranges: Any, of: int) -> bool:
    """Tell whether these are pairs of numbers that rise, up to the whole."""
    if not isinstance(ranges, list) or not all(isinstance(r, list) and len(r) == 2 for r in ranges):
        return False
    ends = [end for pair in ranges for end in pair]
    rises = all(type(end) is int for end in ends) and ends == sorted(ends)
    return rises and (not ends or 0 <= ends[0] <= ends[-1] <= of)
