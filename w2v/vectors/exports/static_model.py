"""A folder that sentence-transformers and model2vec load: tokenizer, vectors, card."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from w2v.files import atomic_path, files_beside, is_foreign, named
from w2v.files.tensors import map_tensors, write_tensors
from w2v.vectors.errors import VectorFormatError
from w2v.vectors.formats.vector_data import VectorData, check_finite
from w2v.vectors.formats.words import as_text, encode_word

CONFIG, TOKENIZER, TENSORS, MODULES, CARD = (
    *("config.json", "tokenizer.json", "model.safetensors", "modules.json", "README.md"),
)
NEEDED = (CONFIG, TOKENIZER, TENSORS)
_ALL = (*NEEDED, MODULES, CARD)
_MATRIX, _COUNTS = "embeddings", "counts"
_UNKNOWN = ("[UNK]", "<unk>", "<|unknown|>")
_ABOUT = """---
library_name: model2vec
tags:
- word2vec
- static-embeddings
- sentence-transformers
- model2vec
---

# {name}

Word vectors trained with [w2v](https://pypi.org/project/w2v/): {words:,} words, {size} dimensions.
A text is the mean of its words' vectors; words are what white space separates{lowercase}.

```python
from sentence_transformers import SentenceTransformer
SentenceTransformer("{name}").encode("…")

from model2vec import StaticModel
StaticModel.from_pretrained("{name}").encode("…")

from w2v import KeyedVectors
KeyedVectors.from_hub("{name}")
```
"""


def write_static_model(
    data: VectorData, folder: str | os.PathLike[str], *, lowercase: bool, name: str | None = None
) -> None:
    """Write the folder; see :meth:`w2v.KeyedVectors.to_sentence_transformers`."""
    check_place(folder)
    check_finite(data.words, data.vectors)
    words = as_text(data.words)
    for word in words:
        encode_word(word)
    ids = dict(zip(words, range(len(words)), strict=True))
    unknown = next((each for each in _UNKNOWN if each not in ids), f"<unknown {len(ids)}>")
    # Other words share a row of zeros, which model2vec leaves out of means.
    matrix = np.zeros((len(words) + 1, data.vectors.shape[1]), "<f4")
    matrix[:-1] = data.vectors
    tensors: dict[str, Any] = {_MATRIX: matrix}
    if data.counts is not None:
        tensors = {_COUNTS: data.counts.astype("<i8"), **tensors}
    with atomic_path(folder, needs=matrix.nbytes) as aside:
        aside.mkdir()
        write_tensors(aside / TENSORS, tensors, metadata={"format": "pt"})
        _write_json(aside / TOKENIZER, _tokenizer({**ids, unknown: len(ids)}, unknown, lowercase))
        config = {"model_type": "model2vec", "architectures": ["StaticModel"], "normalize": False}
        config |= {"hidden_dim": matrix.shape[1], "max_length": None, "embedding_dtype": "float32"}
        _write_json(aside / CONFIG, config)
        static = "sentence_transformers.models.StaticEmbedding"
        _write_json(aside / MODULES, [{"idx": 0, "name": "0", "path": ".", "type": static}])
        about = {"name": name or named(folder).name, "words": len(words), "size": matrix.shape[1]}
        lowered = ", in lower case" if lowercase else ""
        (aside / CARD).write_text(_ABOUT.format(**about, lowercase=lowered), "utf-8")


def check_place(folder: str | os.PathLike[str]) -> None:
    """Refuse a place where something else stands.

    Raises
    ------
    VectorFormatError
    """
    if is_foreign(folder, TOKENIZER) or files_beside(folder, _ALL):
        raise VectorFormatError(
            f"{folder} exists and holds something else than {', '.join(_ALL)}, which are replaced "
            "as a whole: name another folder"
        )


def is_static_model(path: str | os.PathLike[str]) -> bool:
    """Tell whether a path is that of a folder as this module writes."""
    with suppress(PermissionError):  # behind a closed folder, which reading then tells of
        return all((Path(path) / name).is_file() for name in (TOKENIZER, TENSORS))
    return False


def read_static_model(folder: str | os.PathLike[str]) -> VectorData:
    """Read words and vectors of such a folder, also of those that others wrote.

    Raises
    ------
    VectorFormatError
        A tokenizer or tensors that do not fit each other, or are none.
    """
    folder = Path(folder)
    try:
        model = json.loads((folder / TOKENIZER).read_bytes())["model"]
        ids, unknown = model["vocab"], model.get("unk_token")
        if not isinstance(ids, dict):
            raise ValueError("its tokens have no names")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise VectorFormatError(
            f"{folder / TOKENIZER} is no tokenizer of words: {error!s:.99}"
        ) from None
    try:
        tensors = map_tensors(folder / TENSORS)
    except OSError:
        raise
    except Exception as error:  # the package's own, and types that it alone knows
        raise VectorFormatError(f"{folder / TENSORS} is damaged: {error!s:.99}") from None
    matrix = tensors.get(_MATRIX, tensors.get("embedding.weight"))
    places = [i for i in ids.values() if type(i) is int]
    if (
        matrix is None
        or matrix.ndim != 2
        or sorted(places) != list(range(len(matrix)))
        or len(places) != len(ids)
        or "mapping" in tensors
    ):
        raise VectorFormatError(
            f"{folder} has no row of vectors for each of its {len(ids):,} tokens: expected a model "
            "that has"
        )
    words = sorted(ids, key=ids.__getitem__)
    vectors, counts = matrix.astype(np.float32, copy=False), tensors.get(_COUNTS)
    if words and words[-1] == unknown and not vectors[-1].any():
        words, vectors = words[:-1], vectors[:-1]
    if counts is not None and (counts.shape != (len(words),) or counts.dtype.kind != "i"):
        raise VectorFormatError(f"{folder / TENSORS}: counts of shape {counts.shape}")
    check_finite(words, vectors)
    return VectorData(words, vectors, counts)


def _tokenizer(ids: dict[str, int], unknown: str, lowercase: bool) -> dict[str, Any]:
    """Return what the tokenizers library reads: words between blanks."""
    unused = ("truncation", "padding", "post_processor", "decoder")
    return {
        "version": "1.0",
        **dict.fromkeys(unused),
        "added_tokens": [],
        "normalizer": {"type": "Lowercase"} if lowercase else None,
        "pre_tokenizer": {"type": "WhitespaceSplit"},
        "model": {"type": "WordLevel", "vocab": ids, "unk_token": unknown},
    }


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False), "utf-8")
