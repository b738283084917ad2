"""Random walks over a graph, as sentences of its nodes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2v.backend.host_memory import free_and_total
from w2v.messages import quoted, shortened

Ids = NDArray[np.int64]

_STEP_BYTES = 32  # of a walk, at most: its place, twice, and its name
_MOST_TRIES = 50  # of drawing a step; what nearly all draws reject is chosen among all edges
_MOST_EDGES = 1 << 22  # that are looked at together
_LEAST, _MOST = 1e-100, 1e100  # p and q: their ratio is a number too


def random_walks(
    graph: Any, *, num_walks: int = 10, walk_length: int = 80, p: float = 1.0, q: float = 1.0,
    weight: str | None = "weight", seed: int = 1,
) -> list[list[Any]]:  # fmt: skip
    """Return random walks over a graph, from every node: DeepWalk's, or node2vec's.

    All walks are taken at once, a step at a time, in memory of about 32 bytes a step.

    Parameters
    ----------
    graph : networkx graph
        Directed or not; anything whose ``adjacency()`` gives nodes with their neighbours does.
    num_walks : int, default 10
        Walks that begin at each node.
    walk_length : int, default 80
        Nodes of a walk; it ends sooner where no edge leads on.
    p, q : float, default 1
        How much less often a step returns to where the last one came from, and goes to what is
        no neighbour of that, than to others, as in node2vec.  Where both are 1 walks are
        DeepWalk's.
    weight : str or None, default "weight"
        The edges' attribute in proportion to which they are taken, 1 where they have none; None
        takes all alike.  Another name than the default is that of some edge's attribute.
    seed : int, default 1
        One seed gives the same walks in every run.

    Returns
    -------
    list of list of nodes
        Sentences for :class:`w2v.Word2Vec`, in random order.  Nodes without edges have none.

    Raises
    ------
    TypeError
        No graph.
    ValueError
        A parameter out of its range, a weight that is negative or no number or that no edge has,
        or a graph without edges.
    MemoryError
        The walks have no room, which is found out before it is taken.
    """
    for name, value, least in (
        ("num_walks", num_walks, 1), ("walk_length", walk_length, 1), ("seed", seed, 0)
    ):  # fmt: skip
        if not isinstance(value, (int, np.integer)) or isinstance(value, bool) or value < least:
            raise ValueError(f"{name} must be an integer of {least} or more, got {quoted(value)}")
    for name, share in (("p", p), ("q", q)):
        if not (_is_number(share) and _LEAST <= share <= _MOST):
            raise ValueError(
                f"{name} must be a number above 0, got {quoted(share)}: from {_LEAST:g} to "
                f"{_MOST:g}"
            )
    nodes, edges = _edges(graph, weight)
    rng = np.random.default_rng(seed)
    starts = np.flatnonzero(np.diff(edges.first))
    walks = len(starts) * int(num_walks)
    # Where no edge leads to an end, walks are as long as may be.
    _require_memory(walks * (1 if edges.have_ends else int(walk_length)))
    at = rng.permutation(np.repeat(starts, num_walks))
    steps = [at]
    for i in range(1, walk_length):
        if not i & (i - 1):  # or else they may all have ended long before
            _require_memory(walks * min(2 * i, walk_length))
        back = steps[-2] if i > 1 and (p, q) != (1, 1) else None
        at = edges.step(at, back, (1 / p, 1 / q), rng)
        if (at < 0).all():
            break
        steps.append(at)
    names = np.empty(len(nodes), object)
    names[:] = nodes
    gone = np.stack(steps, axis=1)
    lengths = (gone >= 0).sum(axis=1).tolist()
    found: list[list[Any]] = names[gone].tolist()
    if min(lengths) == len(steps):
        return found
    return [walk[:length] for walk, length in zip(found, lengths, strict=True)]


class _Edges(NamedTuple):
    """The edges of a graph of V nodes, those of a node side by side.

    Parameters
    ----------
    first : (V + 1,) int64
        Where each node's edges begin.
    to : (E,) int64
        Where they lead, in ascending order for every node.
    shares : (E,) float64
        Of a node's steps that an edge has; 1 together, whatever other nodes' weights are.
    cumulative : (E + 1,) float64
        Shares of all edges before each.
    keys : (E,) int64
        Of each the number of its node times V, plus that of where it leads.
    """

    first: Ids
    to: Ids
    shares: NDArray[np.float64]
    cumulative: NDArray[np.float64]
    keys: Ids

    @property
    def have_ends(self) -> bool:
        """Whether an edge leads to a node without edges."""
        return not np.diff(self.first)[self.to].all()

    def step(
        self, at: Ids, back: Ids | None, biases: tuple[float, float], rng: np.random.Generator
    ) -> Ids:
        """Take a step of all walks; -1 is the end of one, before the step and after it.

        What would go back, or away from where the last step began, is taken with the share that
        its bias has of the largest, or else drawn again.
        """
        after = np.full_like(at, -1)
        left = np.flatnonzero((at >= 0) & (np.diff(self.first)[at] > 0))
        if back is None:
            after[left] = self._draw(at[left], rng)
            return after
        for _ in range(_MOST_TRIES):
            if not len(left):
                break
            drawn = self._draw(at[left], rng)
            bias = self._biased(back[left], drawn, biases)
            taken = rng.random(len(left)) * max(1.0, *biases) < bias
            after[left[taken]] = drawn[taken]
            left = left[~taken]
        for some in self._together(left, at[left]):
            after[some] = self._chosen(at[some], back[some], biases, rng)
        return after

    def _biased(self, before: Ids, to: Ids, biases: tuple[float, float]) -> NDArray[np.float64]:
        bias = np.where(self._joined(before, to), 1.0, biases[1])
        bias[to == before] = biases[0]
        return bias

    def _together(self, walks: Ids, at: Ids) -> Iterator[Ids]:
        """Yield walks, so many at a time as have not too many edges together."""
        edges = np.cumsum(np.diff(self.first)[at])
        cuts = np.flatnonzero(np.diff(edges // _MOST_EDGES)) + 1
        yield from (some for some in np.split(walks, cuts) if len(some))

    def _chosen(self, at: Ids, back: Ids, biases: tuple[float, float], rng: Any) -> Ids:
        """Choose a step among all edges."""
        counts = np.diff(self.first)[at]
        begin = np.cumsum(counts) - counts
        edges = np.arange(counts.sum()) + np.repeat(self.first[at] - begin, counts)
        bias = self._biased(np.repeat(back, counts), self.to[edges], biases)
        bias *= self.shares[edges]
        # The nearest of exponential clocks, each of an edge's rate, whatever their sizes.
        with np.errstate(divide="ignore"):
            clocks = rng.standard_exponential(len(bias)) / bias
        order = np.lexsort((clocks, np.repeat(np.arange(len(at)), counts)))
        chosen: Ids = self.to[edges[order[begin]]]
        return chosen

    def _draw(self, at: Ids, rng: np.random.Generator) -> Ids:
        low, high = self.first[at], self.first[at + 1]
        begin, end = self.cumulative[low], self.cumulative[high]
        place = np.searchsorted(
            self.cumulative, begin + rng.random(len(at)) * (end - begin), "right"
        )
        return self.to[np.clip(place - 1, low, high - 1)]

    def _joined(self, one: Ids, other: Ids) -> NDArray[np.bool_]:
        asked = one * (len(self.first) - 1) + other
        place = np.minimum(np.searchsorted(self.keys, asked), len(self.keys) - 1)
        return self.keys[place] == asked


def _edges(graph: Any, weight: str | None) -> tuple[list[Any], _Edges]:
    """Return a graph's nodes and its edges between their numbers."""
    if not callable(getattr(graph, "adjacency", None)):
        raise TypeError(f"graph must be a networkx graph, got {type(graph).__name__}")
    nodes = list(graph)
    number = {node: i for i, node in enumerate(nodes)}
    first, to, weights = [0], [], []
    several = getattr(graph, "is_multigraph", bool)()
    known = weight in (None, "weight")
    for _, neighbours in graph.adjacency():
        sides = {node: of.values() if several else [of] for node, of in neighbours.items()}
        known = known or any(weight in each for of in sides.values() for each in of)
        near = sorted((number[node], _weight(of, weight)) for node, of in sides.items())
        to += [place for place, value in near if value]
        weights += [value for _, value in near if value]
        first.append(len(to))
    if not to:
        raise ValueError(f"the graph has {len(nodes):,} nodes and no edge to walk along")
    if not known:
        raise ValueError(
            f"no edge of the graph has a {quoted(weight)}: weight=None takes all alike"
        )
    begin, end = np.array(first, np.int64), np.array(to, np.int64)
    of_node = np.repeat(np.arange(len(nodes)), np.diff(begin))
    # Node by node, or small weights would be lost beside other nodes' large ones.
    shares, starts = np.array(weights, float), np.flatnonzero(np.diff(begin))
    for reduced in (np.maximum, np.add):
        each = np.zeros(len(nodes))
        each[starts] = reduced.reduceat(shares, begin[starts])
        shares /= each[of_node]
    cumulative = np.concatenate([[0.0], np.cumsum(shares)])
    return nodes, _Edges(begin, end, shares, cumulative, of_node * len(nodes) + end)


def _weight(edges: Iterable[Any], weight: str | None) -> float:
    """Return the weight of an edge, or of several side by side."""
    total = 0.0
    for each in edges:
        value = 1 if weight is None else each.get(weight, 1)
        if not (_is_number(value) and 0 <= value < np.inf):
            raise ValueError(
                f"an edge's {shortened(str(weight))} must be a number not below 0, "
                f"got {quoted(value)}"
            )
        total += float(value)
    if total == np.inf:
        raise ValueError(
            f"edges side by side have a {shortened(str(weight))} of more than a float holds "
            "together"
        )
    return total


def _is_number(value: Any) -> bool:
    try:
        return isinstance(value, Real) and math.isfinite(value)
    except OverflowError:  # an integer beyond every float
        return False


def _require_memory(steps: int) -> None:
    needed, free = steps * _STEP_BYTES, free_and_total()[0]
    if needed > free:
        raise MemoryError(
            f"walks of {steps:,} steps need {needed / 1e9:.3g} GB, {free / 1e9:.3g} GB are free: "
            "lower num_walks or walk_length"
        )
