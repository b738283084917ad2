from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest

from w2v import Word2Vec
from w2v.training.checkpoint import Checkpoint, CheckpointError
from w2v.training.folder_lock import FolderInUseError, hold_folder

TEXT = [["a", "b", "c", "d", "e", "f"]] * 50


def model(**settings: Any) -> Word2Vec:
    made = Word2Vec(vector_size=4, min_count=1, workers=1, **settings)
    made.build_vocab(TEXT)
    return made


def comments(folder: Path) -> dict[str, Any]:
    """Return which checkpoint stands under each name."""
    return {path.name: Checkpoint.load(path).progress["comment"] for path in folder.iterdir()}


@pytest.mark.parametrize("links", [True, False])
def test_the_last_ones_are_kept_under_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:
        monkeypatch.setattr(os, "link", lambda *paths: (_ for _ in ()).throw(OSError("no links")))
    run, trained = tmp_path / "run", model()
    for number in range(5):
        trained.comment = str(number)
        trained._save(run, 3)
    assert comments(tmp_path) == {"run": "4", "run.1": "3", "run.2": "2"}
    (tmp_path / "run.1").rename(tmp_path / "elsewhere")  # what is missing is filled first
    trained.comment = "5"
    trained._save(run, 3)
    assert comments(tmp_path) == {"run": "5", "run.1": "4", "run.2": "2", "elsewhere": "3"}


def test_fewer_to_keep_removes_the_rest_of_the_run_and_nothing_else(tmp_path: Path) -> None:
    class Stops:
        def on_epoch_end(self, trained: Word2Vec) -> None:
            if trained.epochs_done == 5:
                raise KeyboardInterrupt

    run, trained = tmp_path / "run", model(epochs=8)
    with pytest.raises(KeyboardInterrupt):
        trained.fit(TEXT, checkpoint=run, checkpoint_keep=5, callbacks=[Stops()])
    model(epochs=1).fit(TEXT, checkpoint=tmp_path / "run.5")  # another's, and finished
    shutil.copytree(run, tmp_path / "run.6")
    trained.comment = "saved by hand"
    trained.save(run)
    assert {path.name for path in tmp_path.iterdir()} == {"run", *(f"run.{i}" for i in range(1, 7))}
    trained.fit(TEXT, checkpoint=run, checkpoint_keep=2, resume=True)
    assert {path.name for path in tmp_path.iterdir()} == {"run", "run.1", "run.5", "run.6"}


def test_a_checkpoint_that_fails_leaves_all_that_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, trained = tmp_path / "run", model()
    for number in range(3):
        trained.comment = str(number)
        trained._save(run, 2)

    def fail(*args: Any, **kwargs: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("w2v.training.checkpoint.write_tensors", fail)
    with pytest.raises(OSError, match="No space"):
        trained._save(run, 2)
    assert comments(tmp_path) == {"run": "2", "run.1": "1"}


def test_what_is_no_checkpoint_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "run.2").mkdir()
    (tmp_path / "run.2" / "thesis.tex").write_text("mine")
    with pytest.raises(CheckpointError, match=r"run\.2 exists and is no saved training"):
        model().fit(TEXT, checkpoint=tmp_path / "run", checkpoint_keep=3)
    for wrong in (0, -1, 1.5, True):
        with pytest.raises(ValueError, match="checkpoint_keep must be 1 or more"):
            model().fit(TEXT, checkpoint=tmp_path / "run", checkpoint_keep=wrong)
    for alone in ({"checkpoint_keep": 2}, {"checkpoint_every": "1e"}):
        with pytest.raises(ValueError, match="name their folder"):
            model().fit(TEXT, **alone)


def test_two_trainings_do_not_share_a_folder(tmp_path: Path) -> None:
    run, refused = tmp_path / "run", []
    (tmp_path / "link").symlink_to(run)
    other = model()

    class Meanwhile:
        def on_epoch_begin(self, trained: Word2Vec) -> None:
            def train() -> None:
                try:
                    other.fit(TEXT, checkpoint=tmp_path / "link")
                except FolderInUseError as error:
                    refused.append(str(error))

            thread = threading.Thread(target=train)
            thread.start()
            thread.join()

    model(epochs=1).fit(TEXT, checkpoint=run, callbacks=[Meanwhile()])
    assert len(refused) == 1
    assert "another training keeps its checkpoints in" in refused[0]
    assert {path.name for path in tmp_path.iterdir()} == {"run", "link"}  # no lock is left
    with hold_folder(run), hold_folder(run):  # the same thread may ask again
        other.fit(TEXT, checkpoint=run)
