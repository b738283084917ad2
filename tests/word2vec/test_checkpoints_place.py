"""Where a training is kept nothing of others gives way; a save within an epoch is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from w2v import Word2Vec
from w2v.data import CorpusError, prepare, read_corpus
from w2v.training.checkpoint import CheckpointError

TEXT = [["a", "b", "c", "d", "e", "f"]] * 400
SMALL: dict[str, Any] = {"min_count": 1, "vector_size": 4, "workers": 1, "negative": 1}


def test_another_trainings_folder_is_not_taken_for_an_older_checkpoint(tmp_path: Path) -> None:
    Word2Vec(TEXT, epochs=1, **SMALL).save(tmp_path / "run.1")
    before = (tmp_path / "run.1" / "weights.safetensors").read_bytes()
    model = Word2Vec(epochs=2, **SMALL)
    with pytest.raises(CheckpointError, match=r"run\.1 is another training's"):
        model.fit(TEXT, checkpoint=tmp_path / "run", checkpoint_keep=2)
    assert (tmp_path / "run.1" / "weights.safetensors").read_bytes() == before
    model.fit(TEXT, checkpoint=tmp_path / "kept", checkpoint_keep=2)
    assert {path.name for path in tmp_path.iterdir()} >= {"kept", "kept.1"}


def test_files_beside_what_is_replaced_as_a_whole_are_not_lost(tmp_path: Path) -> None:
    model = Word2Vec(TEXT, epochs=1, **SMALL)
    prepare(TEXT, tmp_path / "corpus", min_count=1)
    model.save(tmp_path / "model")
    for folder in ("model", "corpus"):
        (tmp_path / folder / "notes.txt").write_text("mine")
    with pytest.raises(CheckpointError, match=r"holds notes\.txt beside"):
        model.save(tmp_path / "model")
    with pytest.raises(CorpusError, match=r"holds notes\.txt beside"):
        prepare(TEXT, tmp_path / "corpus", min_count=1)
    with pytest.raises(CorpusError, match=r"holds notes\.txt beside"):
        read_corpus(TEXT, min_count=1).save(tmp_path / "corpus")
    assert (tmp_path / "model" / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("event", ["on_batch_end", "on_epoch_end"])
def test_a_model_saved_within_an_epoch_cannot_be_gone_on_with(tmp_path: Path, event: str) -> None:
    def save(self: Any, model: Word2Vec) -> None:
        if not (tmp_path / "model").exists():
            model.save(tmp_path / "model")

    model = Word2Vec(epochs=2, optimizer="adam", batch_size=50, **SMALL)
    model.fit(TEXT, callbacks=[type("Saves", (), {event: save})()])
    loaded = Word2Vec.load(tmp_path / "model")
    assert loaded.wv["a"].shape == (4,)
    if event == "on_epoch_end":
        loaded.fit(TEXT, resume=True)
        assert loaded.epochs_done == 2
        return
    with pytest.raises(ValueError, match="in the middle of an epoch"):
        loaded.fit(TEXT, resume=True)
    loaded.fit(TEXT)  # anew
    loaded.fit(TEXT, resume=True, epochs=3)
