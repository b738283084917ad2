"""Options that several commands have, each described once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from w2v.config import AUTO
from w2v.files.urls import is_url
from w2v.messages import quoted


def words_of(*words: str) -> Callable[[str], list[str]]:
    """Return what completes an option that takes one of a few words."""
    return lambda incomplete: [word for word in words if word.startswith(incomplete)]


def learning_rate(text: object) -> float | str:
    """Return a learning rate, or auto."""
    try:
        return AUTO if text == AUTO else float(str(text))
    except ValueError:
        raise typer.BadParameter(f"{quoted(text)} is neither a number nor {AUTO}.") from None


Backend = Annotated[
    str,
    typer.Option(
        help="auto, cpu, gpu or gpu:N. auto takes the GPU if one answers.",
        autocompletion=words_of("auto", "cpu", "gpu"),
    ),
]
METHODS = ("pca", "tsne")
Method = Annotated[
    str,
    typer.Option(
        help="pca, or tsne: slower, and needs scikit-learn.",
        autocompletion=words_of(*METHODS),
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]
# Of the registry of formats, which takes a while to import.
FORMATS = (
    ".bin, .txt or .vec, these also with .gz, .bz2, .xz or .zst, .safetensors, .kv, .npz, .npy or "
    ".parquet"
)


def vectors_named(text: object) -> Path | str:
    """Return a name of vectors: a path, or a URL as it is."""
    return str(text) if is_url(text) else Path(str(text))


Vectors = Annotated[
    Any,
    typer.Argument(
        parser=vectors_named,
        metavar="VECTORS",
        help="Vectors file, or its URL.",
        show_default=False,
    ),
]
_SOURCES = (
    "Text files (plain, .gz, .bz2, .zst), tables (.parquet, .pq, .jsonl, .ndjson, .json, .csv, "
    ".tsv), folders, patterns, URLs, - for standard input, or the name of a dataset, such as pydocs"
)
Corpus = Annotated[
    list[str] | None,
    typer.Argument(
        help=f"{_SOURCES}; or a corpus made by w2v prepare. Without any it is pydocs, the "
        "documentation of your own Python.",
        show_default=False,
    ),
]
NamedCorpus = Annotated[list[str], typer.Argument(help=f"{_SOURCES}.", show_default=False)]
MinCount = Annotated[int, typer.Option(help="Rarer words are left out.")]
MaxVocab = Annotated[
    int | None,
    typer.Option("--max-vocab", min=1, help="Keep at most so many words, the most frequent."),
]
Tokenizer = Annotated[
    str,
    typer.Option(
        help="whitespace, or words: Unicode words of running text.",
        autocompletion=words_of("whitespace", "words"),
    ),
]
Lowercase = Annotated[bool, typer.Option("--lowercase", help="Lower the case of every word.")]
Errors = Annotated[
    str,
    typer.Option(
        help="Bytes that are no text: replace or strict.",
        autocompletion=words_of("replace", "strict"),
    ),
]
Encoding = Annotated[
    str,
    typer.Option(
        help="Of text files: utf-8, utf-16, latin-1, cp949, shift_jis, gb18030, ….",
        autocompletion=words_of("utf-8", "utf-16", "latin-1", "cp949", "shift_jis", "gb18030"),
    ),
]
Column = Annotated[
    str | None,
    typer.Option(
        help="Column of a table that has the text, or the sentences as lists.",
        show_default=False,
    ),
]
Workers = Annotated[
    int | None, typer.Option(help="Threads.  [default: all cores]", show_default=False)
]
