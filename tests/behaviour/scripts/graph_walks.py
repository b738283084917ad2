"""A graph's nodes as vectors, by the package node2vec, whose gensim is the one imported here."""

import sys

import gensim
import networkx as nx

sys.modules["gensim"], sys.modules["gensim.models"] = gensim, gensim.models
from node2vec import Node2Vec  # noqa: E402

graph = nx.planted_partition_graph(4, 12, 0.6, 0.01, seed=6)
walks = Node2Vec(graph, dimensions=16, walk_length=20, num_walks=20, workers=1, quiet=True, seed=6)
model = walks.fit(window=5, min_count=1, batch_words=4, seed=6)
model.wv.save_word2vec_format("nodes.emb")
model.save("nodes.model")
right = [
    int(other) // 12 == node // 12
    for node in graph
    for other, _ in model.wv.most_similar(str(node), topn=5)
]
answers = {"right": sum(right) / len(right), "nodes": sorted(model.wv.index_to_key)}
