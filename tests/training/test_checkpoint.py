"""Checkpoints cost a process nothing that stays."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import psutil
import pytest

from w2v import Word2Vec


@pytest.mark.soak
def test_a_thousand_checkpoints_leave_memory_and_descriptors_as_they_were(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    text = [[f"w{i}" for i in rng.integers(2_000, size=20)] for _ in range(2_000)]
    process, seen = psutil.Process(), []

    class Looks:
        def on_epoch_end(self, model: Word2Vec) -> None:
            seen.append((process.memory_info().rss, process.num_fds()))

    model = Word2Vec(min_count=1, epochs=1_000, vector_size=20, workers=2, callbacks=[Looks()])
    model.fit(text, checkpoint=tmp_path / "run")
    assert len(seen) == 1_000
    (before, files), (after, files_after) = seen[100], seen[-1]
    assert files_after <= files
    assert after - before < 8 << 20
    assert Word2Vec.load(tmp_path / "run").epochs_done == 1_000
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    print(f"memory {before >> 20} → {after >> 20} MB, descriptors {files} → {files_after}")
