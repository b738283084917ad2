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


@pytest.mark.parametrize("large", [1e20, 1e308])
def test_weights_count_beside_any_others(large: float) -> None:
    # Seeded; of ten thousand seeds about one would fail by chance.
    graph = nx.Graph()
    graph.add_weighted_edges_from([("a", "b", large), ("a", "c", large)])
    graph.add_weighted_edges_from([("x", "y", 1), ("x", "z", 3), ("u", "v", 5e-324)])
    walks = random_walks(graph, num_walks=4000, walk_length=2)
    found = Counter(walk[1] for walk in walks if walk[0] == "x")
    assert chisquare([found["y"], found["z"]], [1000, 3000]).pvalue > 1e-4
    found = Counter(walk[1] for walk in walks if walk[0] == "a")
    assert chisquare([found["b"], found["c"]]).pvalue > 1e-4


def test_biases_of_any_size_are_walked_by() -> None:
    chain = nx.path_graph(40, nx.DiGraph)
    biases: list[dict[str, Any]] = [{"p": 1e-90}, {"q": 1e90}, {"p": 1e90, "q": 1e90}]
    for how in biases:
        walks = random_walks(chain, num_walks=2, walk_length=10**9, **how)
        assert sorted(walks) == [list(range(i, 40)) for i in range(39) for _ in range(2)]
    walks = random_walks(nx.star_graph(5), num_walks=3, walk_length=9, p=1e9, q=1e-9)
    assert all(walk[i] != walk[i + 2] for walk in walks for i in range(7) if walk[i + 1] == 0)


def test_what_draws_reject_is_chosen_by_the_same_law(monkeypatch: pytest.MonkeyPatch) -> None:
    # Seeded; of ten thousand seeds about one would fail by chance.
    monkeypatch.setattr("w2v.data.graph_walks._MOST_TRIES", 0)
    monkeypatch.setattr("w2v.data.graph_walks._MOST_EDGES", 100)
    test_steps_have_the_law_of_node2vec(nx.Graph)


@pytest.mark.parametrize("how", [{"num_walks": 10**12}, {"walk_length": 10**15}])
def test_walks_that_have_no_room_are_told_before_it_is_taken(how: dict[str, Any]) -> None:
    with pytest.raises(MemoryError, match=r"GB are free: lower num_walks or walk_length"):
        random_walks(nx.path_graph(3), **how)


@pytest.mark.parametrize(
    ("graph", "how", "says"),
    [
        (nx.path_graph(3), {"p": 0}, "p must be a number above 0, got 0"),
        (nx.path_graph(3), {"num_walks": 0}, "num_walks must be an integer of 1 or more"),
        (nx.empty_graph(3), {}, "3 nodes and no edge"),
        (nx.Graph([(0, 1, {"weight": -1})]), {}, "not below 0, got -1"),
        (nx.Graph([(0, 1, {"weight": None})]), {}, "not below 0, got None"),
        (nx.Graph([(0, 1, {"weight": 10**400})]), {}, "not below 0, got 1000"),
        (nx.MultiGraph([(0, 1, {"weight": 1e308})] * 2), {}, "more than a float holds"),
        (nx.Graph([(0, 1, {"w": 2})]), {"weight": "wieght"}, "no edge of the graph has a 'wieght'"),
        (nx.path_graph(3), {"p": "1"}, "p must be a number above 0, got '1': from 1e-100 to"),
        (nx.path_graph(3), {"q": 1e-310}, "q must be a number above 0"),
        (nx.path_graph(3), {"seed": -1}, "seed must be an integer of 0 or more, got -1"),
        ([[0, 1]], {}, "networkx graph, got list"),
    ],
)
def test_what_cannot_be_walked_is_told(graph: Any, how: dict[str, Any], says: str) -> None:
    with pytest.raises((ValueError, TypeError), match=says):
        random_walks(graph, **how)
