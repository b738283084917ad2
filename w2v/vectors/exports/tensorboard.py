"""The two files of TensorBoard's embedding projector: vectors and words, as text with tabs."""

from __future__ import annotations

import os
from pathlib import Path

from w2v.files import atomic_paths
from w2v.vectors.formats.vector_data import VectorData, check_finite
from w2v.vectors.formats.words import as_text, encode_word
from w2v.vectors.similarity import row_blocks

_ESCAPES = str.maketrans(
    {each: repr(each)[1:-1] for each in "\t\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"}
)


def labels_beside(path: Path) -> Path:
    """Return where the words of a file of vectors go: ``name.metadata.tsv``."""
    return path.with_name(f"{path.stem}.metadata.tsv")


def write_projector(data: VectorData, path: str | os.PathLike[str]) -> list[Path]:
    """Write both files; see :meth:`w2v.KeyedVectors.to_tensorboard`."""
    check_finite(data.words, data.vectors)
    labels = labels_beside(Path(path))
    words = [encode_word(word).decode().translate(_ESCAPES) or "''" for word in as_text(data.words)]
    with atomic_paths(path, labels) as [vectors, beside]:
        with vectors.open("w", encoding="utf-8", newline="\n") as file:
            for rows in row_blocks(*data.vectors.shape):
                for row in data.vectors[rows].tolist():
                    file.write("\t".join(f"{number:.9g}" for number in row) + "\n")
        with beside.open("w", encoding="utf-8", newline="\n") as file:
            if data.counts is None:  # a file of one column has no header
                file.writelines(f"{word}\n" for word in words)
            else:
                file.write("word\tcount\n")
                counts = data.counts.tolist()
                file.writelines(f"{w}\t{n}\n" for w, n in zip(words, counts, strict=True))
    return [Path(path), labels]
