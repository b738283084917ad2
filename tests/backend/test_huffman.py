"""The tree of hierarchical softmax: as short as can be, and every word found in it."""

from __future__ import annotations

import heapq

import gensim.models
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2v.backend import Backend, HuffmanTree, to_cpu
from w2v.data import read_corpus

COUNTS = st.lists(st.integers(1, 40) | st.integers(1, 10**9), min_size=2, max_size=60)


def shortest(counts: list[int]) -> int:
    """Return the bits that a Huffman code spends on a text: what its joins add up to."""
    heap, bits = list(counts), 0
    heapq.heapify(heap)
    while len(heap) > 1:
        joined = heapq.heappop(heap) + heapq.heappop(heap)
        bits += joined
        heapq.heappush(heap, joined)
    return bits


@given(COUNTS)
def test_the_mean_path_is_as_short_as_can_be(counts: list[int]) -> None:
    tree = HuffmanTree(counts)
    assert int(tree.lengths.astype(np.int64) @ np.array(counts)) == shortest(counts)
    assert tree.longest == tree.lengths.max()
    falling = tree.lengths[np.argsort(counts, kind="stable")]
    assert (np.diff(falling) <= 0).all()


@given(COUNTS)
def test_every_inner_node_has_one_yes_and_one_no_and_stands_before_what_is_below_it(
    counts: list[int],
) -> None:
    tree = HuffmanTree(counts)
    nodes = np.arange(1, 2 * tree.size - 1)
    assert (tree.parents[1:] < nodes).all()
    for answer in (0, 1):
        below = tree.parents[1:][tree.labels[1:] == answer]
        assert sorted(below) == list(range(tree.size - 1))


def test_the_mean_path_is_gensims_on_real_text() -> None:
    vocab = read_corpus("pydocs", min_count=2).vocab
    theirs = gensim.models.Word2Vec(hs=1, negative=0, min_count=1)
    theirs.build_vocab_from_freq(dict(zip(vocab.words, vocab.counts.tolist(), strict=True)))
    lengths = np.array([len(theirs.wv.get_vecattr(word, "code")) for word in vocab.words])
    tree = HuffmanTree(vocab.counts)
    assert int(tree.lengths @ vocab.counts) == int(lengths @ vocab.counts)
    # Where counts are equal the trees may differ, in few words and by a node.
    assert (tree.lengths != lengths).mean() < 0.01
    assert abs(tree.lengths - lengths).max() <= 1


def test_paths_climb_from_the_word_to_the_root(backend: Backend) -> None:
    counts = [1, 9, 2, 2, 30, 1, 5]
    tree = HuffmanTree(counts)
    words = np.array([[4, 0, 1], [6, 5, 4]])
    nodes, labels = map(to_cpu, backend.tree_paths(tree.to(backend), backend.asarray(words)))
    assert nodes.shape == labels.shape == (2, 3, max(tree.lengths[words.ravel()]))
    for place, word in np.ndenumerate(words):
        node, path = tree.size - 1 + word, []
        while node:
            path.append((tree.parents[node], tree.labels[node]))
            node = tree.parents[node]
        got = list(zip(nodes[place], labels[place], strict=True))
        assert got[: len(path)] == path
        assert path[-1][0] == 0
        assert all(node == -1 for node, _ in got[len(path) :])


def test_a_word_that_is_not_in_the_tree_is_refused(backend: Backend) -> None:
    tree = HuffmanTree([3, 2, 1]).to(backend)
    with pytest.raises(ValueError, match="word id 3 is out of range: expected 0 to 2"):
        backend.tree_paths(tree, backend.asarray([0, 3]))


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ([4], "2 words or more, got 1"),
        ([], "counts of at least one word"),
        ([3, 0, 1], "word 1 has count 0"),
        ([3, float("nan")], "word 1 has count nan"),
    ],
)
def test_counts_without_a_tree_are_refused(counts: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        HuffmanTree(counts)
