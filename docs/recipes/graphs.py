"""Measure DeepWalk and node2vec beside gensim: ``python docs/recipes/graphs.py``.

The graph is Lancichinetti's, Fortunato's and Radicchi's benchmark: degrees and communities of very
different size, two in five edges between communities.  A tenth of the nodes teach a logistic
regression their community; it is asked for the others'.
"""

import sys
import time
import warnings

import networkx as nx
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedShuffleSplit

from w2v import Word2Vec
from w2v.data import random_walks

QUICK = "--quick" in sys.argv
SETTINGS = {
    "sg": 1, "vector_size": 64, "window": 10, "min_count": 1, "sample": 0, "epochs": 5,
    "workers": 1,
}  # fmt: skip


def labelled_graph():
    """Return a graph and each node's community."""
    if QUICK:
        graph = nx.planted_partition_graph(4, 20, 0.5, 0.05, seed=1)
        return graph, {node: node // 20 for node in graph}
    graph = nx.LFR_benchmark_graph(
        1500, 2.5, 1.5, 0.4, average_degree=8, min_community=30, max_degree=100, seed=1
    )
    graph.remove_edges_from(nx.selfloop_edges(graph))
    communities = {frozenset(graph.nodes[node]["community"]) for node in graph}
    number = {each: i for i, each in enumerate(sorted(communities, key=min))}
    return graph, {node: number[frozenset(graph.nodes[node]["community"])] for node in graph}


def scores(vectors, labels):
    """Return the mean macro and micro F1 of ten splits."""
    splits = StratifiedShuffleSplit(10, train_size=0.1, random_state=1)
    found = []
    for known, asked in splits.split(vectors, labels):
        model = LogisticRegression(C=10, max_iter=500).fit(vectors[known], labels[known])
        answers = model.predict(vectors[asked])
        found.append([f1_score(labels[asked], answers, average=x) for x in ("macro", "micro")])
    return np.mean(found, axis=0)


def main():
    """Print the table of the page."""
    from gensim.models import Word2Vec as Gensim

    graph, community = labelled_graph()
    labels = np.array(list(community.values()))
    print(f"{len(graph):,} nodes, {graph.size():,} edges, {len(set(labels))} communities\n")
    print("| walks | trained by | macro F1 | micro F1 | training, s |\n|---|---|---:|---:|---:|")
    Word2Vec([["compiled", "once"] * 5] * 20, **SETTINGS)
    ways = {"DeepWalk": {}}
    if not QUICK:
        ways["node2vec, p=4, q=0.25"] = {"p": 4, "q": 0.25}
        ways["DeepWalk, 50 walks a node, 1 epoch"] = {"num_walks": 50}
    for way, how in ways.items():
        walks = random_walks(graph, walk_length=40, **how)
        settings = SETTINGS | ({"epochs": 1} if "num_walks" in how else {})
        for name, library in (("w2v", Word2Vec), ("gensim", Gensim)):
            rows, seconds = [], []
            for seed in (1,) if QUICK else (1, 2):
                begin = time.perf_counter()
                wv = library(walks, seed=seed, **settings).wv
                seconds.append(time.perf_counter() - begin)
                vectors = np.stack([wv.get_vector(node, norm=True) for node in graph])
                rows.append(scores(vectors, labels))
            macro, micro = np.mean(rows, axis=0)
            print(f"| {way} | {name} | {macro:.3f} | {micro:.3f} | {np.mean(seconds):.1f} |",
                  flush=True)  # fmt: skip


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main()
