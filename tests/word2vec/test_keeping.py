"""Checkpoints that cannot be written end no training."""

from __future__ import annotations

import errno
import warnings
from pathlib import Path
from typing import Any

import pytest

from w2v import Word2Vec
from w2v.files.tensors import write_tensors

TEXT = [["a", "b", "c", "d", "e", "f"]] * 50
EPOCHS = 6


class Disk:
    """A disk that is full at some of the checkpoints."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, full_at: set[int]) -> None:
        self.tried, self.full_at, self._write = 0, full_at, write_tensors
        monkeypatch.setattr("w2v.training.checkpoint.write_tensors", self.write)

    def write(self, *args: Any, **kwargs: Any) -> int:
        self.tried += 1
        if self.tried in self.full_at:
            raise OSError(errno.ENOSPC, "No space left on device", "weights.safetensors")
        return self._write(*args, **kwargs)


def trained(folder: Path, said: list[str], **training: Any) -> Word2Vec:
    model = Word2Vec(vector_size=4, min_count=1, workers=1, epochs=EPOCHS)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            model.fit(TEXT, checkpoint=folder, **training)
        finally:
            said += [str(each.message) for each in caught if "checkpoint" in str(each.message)]
    return model


@pytest.mark.parametrize("full_at", [{2}, {2, 3, 4}, {1, 2, 4, 5}])
def test_the_next_is_tried_when_it_is_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, full_at: set[int]
) -> None:
    disk, said = Disk(monkeypatch, full_at), list[str]()
    model = trained(tmp_path / "run", said)
    assert model.epochs_done == Word2Vec.load(tmp_path / "run").epochs_done == EPOCHS
    assert disk.tried == EPOCHS
    assert len(said) == len({each for each in full_at if each - 1 not in full_at})  # once a time
    assert "No space left on device" in said[0] and "the training goes on" in said[0]
    assert model.not_kept is None
    assert {path.name for path in tmp_path.iterdir()} == {"run"}


def test_of_the_last_one_the_failure_is_raised_when_all_is_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Sees:
        model: Word2Vec

        def on_train_begin(self, model: Word2Vec) -> None:
            Sees.model = model

    Disk(monkeypatch, {EPOCHS})
    with pytest.raises(OSError, match="No space left on device"):
        trained(tmp_path / "run", [], callbacks=[Sees()])
    assert Sees.model.epochs_done == EPOCHS
    assert Word2Vec.load(tmp_path / "run").epochs_done == EPOCHS - 1
    Sees.model.fit(TEXT, checkpoint=tmp_path / "run", resume=True)
    Sees.model.save(tmp_path / "run")
    assert Word2Vec.load(tmp_path / "run").epochs_done == EPOCHS


def test_where_it_stops_a_failure_is_told_and_noted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stops:
        def on_epoch_end(self, model: Word2Vec) -> None:
            if model.epochs_done == 2:
                raise KeyboardInterrupt

    Disk(monkeypatch, {2})
    model = Word2Vec(vector_size=4, min_count=1, workers=1, epochs=EPOCHS)
    with (
        pytest.warns(UserWarning, match="where the training stopped could not be kept"),
        pytest.raises(KeyboardInterrupt),
    ):
        model.fit(TEXT, checkpoint=tmp_path / "run", callbacks=[Stops()])
    assert model.not_kept is not None and "No space left" in model.not_kept
    model.fit(TEXT, checkpoint=tmp_path / "run", resume=True)
    assert model.not_kept is None
    assert Word2Vec.load(tmp_path / "run").epochs_done == EPOCHS
