"""Names that are those of no file here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from w2v import KeyedVectors, Word2Vec
from w2v.data import EncodedCorpus, Phrases, prepare
from w2v.files import named

SMALL: dict[str, Any] = {"min_count": 1, "vector_size": 4, "negative": 1, "sample": 0, "epochs": 1}
MODEL = Word2Vec([["a", "b"]] * 5, workers=1, **SMALL)


ON_DISKS = [
    MODEL.save,
    MODEL.wv.to_tensorboard,
    MODEL.wv.to_sentence_transformers,
    Phrases([["a", "b"]]).save,
    lambda name: prepare([["a", "b"]], name, min_count=1),
    lambda name: MODEL.train(epochs=1, checkpoint=name),
    Word2Vec.load,
    EncodedCorpus.open,
]
# What takes URLs takes them as strings.
ANYWHERE = [MODEL.wv.save, MODEL.wv.save_word2vec_format, MODEL.wv.to_parquet, KeyedVectors.load]
URLS = ["s3://b/v.bin", "hf://me/v", "file:///v"]


@pytest.mark.parametrize(
    "use,name",
    [(use, name) for use in ON_DISKS for name in URLS]
    + [(use, Path("gs://b/v.bin")) for use in ON_DISKS + ANYWHERE],
)
def test_a_url_is_no_file_or_folder_on_a_disk(
    use: Callable[[Any], Any], name: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="is a URL: name a file or folder on a disk"):
        use(name)
    assert not list(tmp_path.iterdir())


def test_drives_and_colons_within_names_are_paths() -> None:
    for name in ("c:/x", "C:\\x", "a:b", "./s3:/x", "10:30", "a/s3://b"):
        assert named(name) == Path(name)
