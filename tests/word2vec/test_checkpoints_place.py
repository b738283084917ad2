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


class Stops:
    """A callback that presses Ctrl-C after the second epoch."""

    def on_epoch_end(self, model: Word2Vec) -> None:
        if model.epochs_done == 2:
            raise KeyboardInterrupt


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A folder with a training that stopped after two of four epochs."""
    with pytest.raises(KeyboardInterrupt):
        Word2Vec(epochs=4, **SMALL).fit(TEXT, checkpoint=tmp_path / "run", callbacks=[Stops()])
    return tmp_path / "run"


@pytest.mark.parametrize("resume", [False, True])
def test_an_unfinished_run_does_not_give_way_to_another(run: Path, resume: bool) -> None:
    before = (run / "weights.safetensors").read_bytes()
    for other in (Word2Vec(epochs=4, **SMALL), Word2Vec(epochs=4, **{**SMALL, "vector_size": 8})):
        with pytest.raises(CheckpointError, match="has not come to its end, and would be lost"):
            other.fit(TEXT, checkpoint=run, resume=resume)
        assert other.vocab is None  # before anything is read
    assert (run / "weights.safetensors").read_bytes() == before
    Word2Vec.load(run).fit(TEXT, checkpoint=run, resume=True)
    Word2Vec(epochs=1, **SMALL).fit(TEXT, checkpoint=run)  # a finished one may


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"sample": 0.1, "batch_size": 7}, "sample is 0.1, was 0.001; batch_size is 7, was 500"),
        ({"alpha": 0.5}, r"alpha is 0.5, was 0.05"),
        ({"shrink_windows": False}, "shrink_windows is False, was True"),
        ({"epochs": 3}, "epochs is 3, was 4: it can be raised"),
        ({"epochs": 5, "workers": 2, "alpha": 0.05}, None),
    ],
)
def test_settings_that_contradict_the_run_are_refused(
    run: Path, settings: dict[str, Any], says: str | None
) -> None:
    model = Word2Vec.load(run)
    for name, value in settings.items():
        setattr(model, name, value)
    if says is None:
        model.fit(TEXT, checkpoint=run, resume=True)
        assert model.epochs_done == 5
        return
    with pytest.raises(ValueError, match=says):
        model.fit(TEXT, resume=True)
    assert model.epochs_done == 2
    with pytest.raises(TypeError, match="window"):
        model.fit(TEXT, resume=True, window=3)
    model.fit(TEXT)  # anew it can be trained with anything


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
