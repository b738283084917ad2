"""Who trains what: every sentence once, whoever comes and goes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from w2v.cluster.dealing import Shard, dealt
from w2v.cluster.parts import Digest, PartSize, Piece, sentences_of
from w2v.cluster.sharded_corpus import ShardedCorpus
from w2v.data import EncodedCorpus, Vocabulary

VOCAB = Vocabulary(["a", "b"], np.array([2, 1]))


def text(lengths: list[list[int]]) -> tuple[ShardedCorpus, list[np.ndarray]]:
    """Return a text of parts whose sentences are so long, and where these begin."""
    offsets = [np.concatenate(([0], np.cumsum(part))).astype(np.int64) for part in lengths]
    sizes = [PartSize(int(each[-1]), len(each) - 1, int(each[-1]), 0) for each in offsets]
    return ShardedCorpus(VOCAB, sizes, {}, lambda wanted: {}), offsets


PARTS = st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=12), min_size=1, max_size=5)


@settings(deadline=None, max_examples=100)
@given(PARTS, st.data())
def test_every_sentence_is_trained_once_whoever_comes_and_goes(
    lengths: list[list[int]], data: st.DataObject
) -> None:
    corpus, offsets = text(lengths)
    left, trained, words = corpus.pieces(), [], 0
    while left:
        workers = [f"w{i}" for i in range(data.draw(st.integers(1, 4)))]
        holders = {part: data.draw(st.sampled_from(["w0", "w1", "w9"])) for part in range(5)}
        hands = dealt(left, holders, workers)
        left = []
        for worker, hand in hands.items():
            pieces = []
            for piece in hand:  # as a worker finds them
                first, last = sentences_of(offsets[piece.part], piece.start, piece.stop)
                bounds = offsets[piece.part][[first, last]].tolist()
                if bounds[0] < bounds[1]:
                    pieces.append(Piece(piece.part, *bounds))
            shard = Shard(worker, tuple(pieces))
            done = data.draw(st.integers(0, shard.words)) if data.draw(st.booleans()) else 10**9
            rest = shard.left(done)
            left += rest
            begun = [
                (piece.part, int(start))
                for piece in pieces
                for start in offsets[piece.part][:-1]
                if piece.start <= start < piece.stop
                and not any(r.part == piece.part and r.start <= start < r.stop for r in rest)
            ]
            trained += begun
            words += sum(lengths[part][offsets[part].tolist().index(at)] for part, at in begun)
        left = corpus.pieces(corpus.ranges(left))  # as a checkpoint has it
    every = [(part, int(start)) for part, each in enumerate(offsets) for start in each[:-1]]
    assert sorted(trained) == every
    assert words == corpus.n_tokens


@given(
    st.lists(st.integers(1, 1000), min_size=1, max_size=9),
    st.lists(st.sampled_from([1, 3, 10]), min_size=1, max_size=6),
    st.booleans(),
)
def test_shares_are_equal_or_by_speed(sizes: list[int], speeds: list[int], known: bool) -> None:
    pieces = [Piece(part, 0, size) for part, size in enumerate(sizes)]
    names = [f"w{i}" for i in range(len(speeds))]
    holders = {0: "w0"}
    hands = dealt(pieces, holders, names, dict(zip(names, speeds, strict=True)) if known else None)
    words = [sum(p.stop - p.start for p in hands.get(name, ())) for name in names]
    assert sum(words) == sum(sizes)
    for given_words, speed in zip(words, speeds, strict=True):
        share = sum(sizes) * (speed / sum(speeds) if known else 1 / len(speeds))
        assert abs(given_words - share) <= 0.06 * sum(sizes) + len(speeds)


@given(PARTS, st.integers(0, 2**32))
def test_the_digest_is_the_texts_however_it_is_cut(lengths: list[list[int]], seed: int) -> None:
    rng = np.random.default_rng(seed)
    whole = Digest()
    tokens: list[np.ndarray] = []
    ends = [np.zeros(1, np.int64)]
    for part in lengths:
        offsets = np.concatenate(([0], np.cumsum(part)))
        ids = rng.integers(0, 1000, offsets[-1]).astype(np.int32)
        before = sum(len(each) for each in tokens)
        whole += Digest.of(ids, offsets).after(before, len(part))
        tokens.append(ids)
        ends.append(offsets[1:] + before)
    joined = np.concatenate(tokens)
    assert whole == Digest.of(joined, np.concatenate(ends))
    if len(joined) > 1 and joined[0] != joined[-1]:
        joined[[0, -1]] = joined[[-1, 0]]
        assert whole != Digest.of(joined, np.concatenate(ends))


def test_a_corpus_on_workers_has_no_tokens_here(tmp_path: Path) -> None:
    corpus, _ = text([[2, 3]])
    assert (corpus.n_tokens, len(corpus), corpus.has_neighbours()) == (5, 2, True)
    assert isinstance(corpus, EncodedCorpus)
    for name in ("tokens", "offsets"):
        try:
            getattr(corpus, name)
        except ValueError as error:
            assert "lies on the workers of a cluster" in str(error)
