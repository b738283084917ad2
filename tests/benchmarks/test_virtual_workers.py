"""Simulated clusters: what the benchmark leaves, and the arithmetic of bytes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.harness.texts import zipf_counts
from benchmarks.scaling.round_costs import Cluster, changed_rows, cost, shortest
from benchmarks.scaling.virtual_workers import RULES, cases, run, shards
from tests.benchmarks.test_all import check_table
from tests.cluster.test_rounds import text
from w2v.config import TrainConfig


def test_shards_are_the_whole_corpus_in_order() -> None:
    corpus = text()
    parts = shards(corpus, 7)
    assert (np.concatenate([part.tokens for part in parts]) == corpus.tokens).all()
    assert sum(len(part) for part in parts) == len(corpus)


def test_a_simulation_leaves_figures_whose_bytes_are_those_foreseen(tmp_path: Path) -> None:
    config = TrainConfig(vector_size=8, epochs=1, workers=1, backend="cpu")
    page = run(tmp_path, text(), config, cases([2, 4], [2_000]))
    check_table(page)
    found = json.loads((tmp_path / "virtual-workers.json").read_text())["results"]
    assert len(found) == 2 * (1 + len(RULES) - 1 + 1)
    for each in found:
        if each["workers"] > 1:
            assert each["bytes_a_round"] == pytest.approx(each["bytes_foreseen"], rel=0.15)


def test_the_shortest_round_exchanges_for_the_share_that_it_may() -> None:
    changed = changed_rows(zipf_counts(20_000), TrainConfig())
    for split in (False, True):
        cluster = Cluster(8, 2e7, 1.25e9, split=split)
        words = shortest(changed, 100, cluster)
        assert cost(changed, 100, words, cluster).share == pytest.approx(0.1, rel=0.01)
    assert cost(changed, 100, words, Cluster(1, 2e7, 1.25e9)).exchange_seconds == 0
