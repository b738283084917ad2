"""Random walks over a graph, as sentences of its nodes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from w2v.messages import quoted

Ids = NDArray[np.int64]


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
        takes all alike.
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
        A parameter out of its range, a weight that is negative or no number, or a graph without
        edges.
    """
    for name, value in (("num_walks", num_walks), ("walk_length", walk_length)):
        if not isinstance(value, (int, np.integer)) or value < 1:
            raise ValueError(f"{name} must be an integer of 1 or more, got {quoted(value)}")
    for name, share in (("p", p), ("q", q)):
        if not 0 < share < np.inf:
            raise ValueError(f"{name} must be a number above 0, got {quoted(share)}")
    nodes, edges = _edges(graph, weight)
    rng = np.random.default_rng(seed)
    starts = np.repeat(np.flatnonzero(np.diff(edges.first)), num_walks)
    at = rng.permutation(starts)
    steps = [at]
    for i in range(1, walk_length):
        back = steps[-2] if i > 1 and (p, q) != (1, 1) else None
        at = edges.step(at, back, (1 / p, 1 / q), rng)
        steps.append(at)
    names = np.empty(len(nodes), object)
    names[:] = nodes
    gone = np.stack(steps, axis=1)
    lengths = (gone >= 0).sum(axis=1).tolist()
    walks: list[list[Any]] = names[gone].tolist()
    if min(lengths) == walk_length:
        return walks
    return [walk[:length] for walk, length in zip(walks, lengths, strict=True)]


class _Edges(NamedTuple):
    """The edges of a graph of V nodes, those of a node side by side.

    Parameters
    ----------
    first : (V + 1,) int64
        Where each node's edges begin.
    to : (E,) int64
        Where they lead, in ascending order for every node.
    cumulative : (E + 1,) float64
        Weights of all edges before each.
    keys : (E,) int64
        Of each the number of its node times V, plus that of where it leads.
    """

    first: Ids
    to: Ids
    cumulative: NDArray[np.float64]
    keys: Ids

    def step(
        self, at: Ids, back: Ids | None, biases: tuple[float, float], rng: np.random.Generator
    ) -> Ids:
        """Take a step of all walks; -1 is the end of one, before the step and after it.

        What would go back, or away from where the last step began, is taken with the share that
        its bias has of the largest, or else drawn again.
        """
        after = np.full_like(at, -1)
        left = np.flatnonzero((at >= 0) & (np.diff(self.first)[at] > 0))
        most = max(1.0, *biases)
        while len(left):
            drawn = self._draw(at[left], rng)
            taken = np.ones(len(left), bool)
            if back is not None:
                before = back[left]
                bias = np.where(self._joined(before, drawn), 1.0, biases[1])
                bias[drawn == before] = biases[0]
                taken = rng.random(len(left)) * most < bias
            after[left[taken]] = drawn[taken]
            left = left[~taken]
        return after

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
    for _, neighbours in graph.adjacency():
        near = sorted(
            (number[node], _weight(of.values() if several else [of], weight))
            for node, of in neighbours.items()
        )
        to += [place for place, value in near if value]
        weights += [value for _, value in near if value]
        first.append(len(to))
    if not to:
        raise ValueError(f"the graph has {len(nodes):,} nodes and no edge to walk along")
    cumulative = np.concatenate([[0.0], np.cumsum(np.array(weights, float))])
    begin, end = np.array(first, np.int64), np.array(to, np.int64)
    keys = np.repeat(np.arange(len(nodes)), np.diff(begin)) * len(nodes) + end
    return nodes, _Edges(begin, end, cumulative, keys)


def _weight(edges: Iterable[Any], weight: str | None) -> float:
    """Return the weight of an edge, or of several side by side."""
    total = 0.0
    for each in edges:
        value = 1 if weight is None else each.get(weight, 1)
        if isinstance(value, str) or not 0 <= value < np.inf:
            raise ValueError(
                f"an edge's {weight} must be a number not below 0, got {quoted(value)}"
            )
        total += value
    return total
