"""Who trains which pieces of the text, until workers come or go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from w2v.cluster.parts import Piece

_TOLERANCE = 0.01  # of a share: what is less is not worth reading a part again elsewhere


class Shard(NamedTuple):
    """What one worker trains.

    Parameters
    ----------
    worker : str
    pieces : tuple of Piece
        In the order of the text, between its first sentence and the end of its last each.
    """

    worker: str
    pieces: tuple[Piece, ...]

    @property
    def words(self) -> int:
        """Words of the vocabulary."""
        return sum(piece.stop - piece.start for piece in self.pieces)

    def left(self, done: int) -> list[Piece]:
        """Return what is left when the sentences that begin within so many words are done."""
        left, begin = [], 0
        for piece in self.pieces:
            size = piece.stop - piece.start
            start = piece.start + min(size, max(0, done - begin))
            if start < piece.stop:
                left.append(piece._replace(start=start))
            begin += size
        return left


def dealt(
    pieces: Sequence[Piece],
    holders: Mapping[int, str],
    workers: Sequence[str],
    speeds: Mapping[str, float] | None = None,
) -> dict[str, list[Piece]]:
    """Deal pieces out, as far as may be to those who have them.

    Parameters
    ----------
    pieces : sequence of Piece
    holders : mapping of int to str
        Who has a part.
    workers : sequence of str
    speeds : mapping of str to float, optional
        That shares are in proportion to; one that is missing is as the mean of the others.  By
        default shares are equal.

    Returns
    -------
    dict of str to list of Piece
        Without workers for which nothing is left.
    """
    speeds = speeds or {}
    known = {worker: speeds[worker] for worker in workers if worker in speeds}
    mean = sum(known.values()) / len(known) if known else 1.0
    total = sum(piece.stop - piece.start for piece in pieces) / sum(
        known.get(worker, mean) for worker in workers
    )
    shares = {worker: total * known.get(worker, mean) for worker in workers}
    hands: dict[str, list[Piece]] = {worker: [] for worker in workers}
    words = dict.fromkeys(workers, 0)
    loose: list[Piece] = []

    def give(worker: str, piece: Piece, most: float) -> None:
        """Give a worker a piece, or what of it makes no more than its share."""
        room, size = round(most - words[worker]), piece.stop - piece.start
        cut = piece.start + max(0, min(size, room))
        if cut > piece.start:
            hands[worker].append(piece._replace(stop=cut))
            words[worker] += cut - piece.start
        if cut < piece.stop:
            loose.append(piece._replace(start=cut))

    for piece in pieces:
        holder = holders.get(piece.part)
        if holder in hands:
            give(holder, piece, shares[holder] * (1 + _TOLERANCE))
        else:
            loose.append(piece)
    poorest = sorted(workers, key=lambda worker: words[worker] / shares[worker])
    for worker in [*poorest, poorest[0]]:
        for piece in loose[:]:
            if words[worker] >= shares[worker]:
                break
            loose.remove(piece)
            give(worker, piece, shares[worker])
    for piece in loose:  # words lost in rounding
        hands[poorest[0]].append(piece)
    return {worker: sorted(hand) for worker, hand in hands.items() if hand}
