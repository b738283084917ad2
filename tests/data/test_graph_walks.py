"""Walks over graphs: where they may go, and how often."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import networkx as nx
import pytest
from scipy.stats import chisquare

from w2v.data import random_walks


def test_every_node_begins_walks_along_edges_to_its_end() -> None:
    graph = nx.les_miserables_graph()
    walks = random_walks(graph, num_walks=3, walk_length=12, p=0.5, q=2)
    assert Counter(walk[0] for walk in walks) == dict.fromkeys(graph, 3)
    assert {len(walk) for walk in walks} == {12}
    assert all(graph.has_edge(*pair) for walk in walks for pair in pairwise(walk))
    assert walks == random_walks(graph, num_walks=3, walk_length=12, p=0.5, q=2)
    assert walks != random_walks(graph, num_walks=3, walk_length=12, p=0.5, q=2, seed=2)


def test_a_walk_ends_where_no_edge_leads_on() -> None:
    graph = nx.DiGraph([("a", "b"), ("b", "c")])
    graph.add_node("alone")
    assert sorted(random_walks(graph, num_walks=1, walk_length=5)) == [["a", "b", "c"], ["b", "c"]]


@pytest.mark.parametrize("kind", [nx.Graph, nx.MultiGraph])
def test_steps_have_the_law_of_node2vec(kind: Any) -> None:
    # Seeded; of ten thousand seeds about one would fail by chance.
    graph = kind()
    graph.add_weighted_edges_from(
        [("t", "v", 1), ("v", "x", 2), ("v", "y", 3), ("t", "x", 1), ("y", "z", 1)]
    )
    walks = random_walks(graph, num_walks=30_000, walk_length=3, p=0.25, q=2)
    first = Counter(walk[1] for walk in walks if walk[0] == "v")
    found = Counter(walk[2] for walk in walks if walk[:2] == ["t", "v"])
    for counts, law in ((first, {"t": 1, "x": 2, "y": 3}), (found, {"t": 4, "x": 2, "y": 1.5})):
        total = sum(counts.values()) / sum(law.values())
        assert chisquare([counts[n] for n in law], [total * w for w in law.values()]).pvalue > 5e-5


@pytest.mark.parametrize(
    ("graph", "how", "says"),
    [
        (nx.path_graph(3), {"p": 0}, "p must be a number above 0, got 0"),
        (nx.path_graph(3), {"num_walks": 0}, "num_walks must be an integer of 1 or more"),
        (nx.empty_graph(3), {}, "3 nodes and no edge"),
        (nx.Graph([(0, 1, {"weight": -1})]), {}, "not below 0, got -1"),
        ([[0, 1]], {}, "networkx graph, got list"),
    ],
)
def test_what_cannot_be_walked_is_told(graph: Any, how: dict[str, Any], says: str) -> None:
    with pytest.raises((ValueError, TypeError), match=says):
        random_walks(graph, **how)
