"""Commands on vectors that are there."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from w2v.cli.common import (
    TO_WRITE,
    CommandLineError,
    choice,
    command_line,
    require_addresses,
    teller_of_steps,
)
from w2v.cli.options import METHODS, Json, Method, Vectors, vectors_named
from w2v.cli.outputs import check_place
from w2v.cli.terminal import echo, print_json
from w2v.files.urls import is_url
from w2v.items import are_integers

if TYPE_CHECKING:
    from w2v.vectors import KeyedVectors

TopN = Annotated[int, typer.Option("-n", "--topn", min=1, help="How many answers to a question.")]


def neighbors(
    vectors: Vectors,
    words: Annotated[list[str], typer.Argument(help="Words to look up.", show_default=False)],
    topn: TopN = 10,
    json_output: Json = False,
) -> None:
    """Show the nearest words of words.

    **Examples**

    `w2v neighbors vectors.bin king paris`

    `w2v neighbors vectors.bin king -n 3 --json`: for a program to read
    """
    from w2v.vectors import KeyedVectors

    vecs = KeyedVectors.load(vectors)
    found = {word: vecs.most_similar(_key(vecs, word), topn=topn) for word in words}
    if json_output:
        print_json(found)
        return
    for word, near in found.items():
        echo(word, bold=True)
        _print_similar(near)


def analogy(
    vectors: Vectors,
    a: Annotated[
        str, typer.Argument(help="First word of the first pair, such as man.", show_default=False)
    ],
    b: Annotated[
        str, typer.Argument(help="Second word of the first pair, such as king.", show_default=False)
    ],
    c: Annotated[
        str,
        typer.Argument(
            help="First word of the second pair, such as woman: the second is asked for.",
            show_default=False,
        ),
    ],
    topn: TopN = 5,
    json_output: Json = False,
) -> None:
    """Answer "a is to b as c is to …".

    **Example**

    `w2v analogy vectors.bin man king woman`
    """
    from w2v.vectors import KeyedVectors

    vecs = KeyedVectors.load(vectors)
    plus, minus = [_key(vecs, b), _key(vecs, c)], [_key(vecs, a)]
    near = vecs.most_similar(positive=plus, negative=minus, topn=topn)
    if json_output:
        print_json({"a": a, "b": b, "c": c, "answers": near})
        return
    echo(f"{a} : {b} = {c} : …", bold=True)
    _print_similar(near)


def evaluate(
    vectors: Vectors,
    pairs: Annotated[
        list[Path] | None,
        typer.Option(help="Word pairs with human scores, a pair a line. Repeatable."),
    ] = None,
    analogies: Annotated[
        list[Path] | None, typer.Option(help="Questions of four words a line. Repeatable.")
    ] = None,
    restrict_vocab: Annotated[
        int, typer.Option(min=1, help="Know only the first so many words, as gensim does.")
    ] = 300_000,
    json_output: Json = False,
) -> None:
    """Measure vectors against human judgement.

    **Example**

    `w2v evaluate vectors.bin --pairs wordsim353.tsv --analogies questions-words.txt`
    """
    from w2v.vectors import KeyedVectors
    from w2v.vectors.word_pairs import score_pairs

    if not (pairs or analogies):
        raise typer.BadParameter("name a file with --pairs or --analogies")
    vecs = KeyedVectors.load(vectors)
    results: dict[str, dict[str, float]] = {}
    for path in pairs or []:
        (pearson, spearman, unknown), used = score_pairs(vecs, path, restrict_vocab)
        results[str(path)] = {
            "pearson": float(pearson[0]),
            "spearman": float(spearman[0]),
            "unknown": float(unknown) / 100,
            "pairs": used,
        }
    for path in analogies or []:
        accuracy, sections = vecs.evaluate_word_analogies(path, restrict_vocab=restrict_vocab)
        asked = len(sections[-1]["correct"]) + len(sections[-1]["incorrect"])
        results[str(path)] = {"accuracy": float(accuracy), "questions": asked}
    if json_output:
        print_json(results)
        return
    for name, figures in results.items():
        shown = "  ".join(
            f"{key} {value}" if isinstance(value, int) else f"{key} {value:.3f}"
            for key, value in figures.items()
        )
        echo(f"{name}  {shown}")


def plot(
    vectors: Vectors,
    chosen: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[WORD]...",
            help="Words to draw.  [default: the most frequent]",
            show_default=False,
        ),
    ] = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="Picture to write.")] = Path(
        "map.png"
    ),
    words: Annotated[
        int | None,
        typer.Option(
            "-n",
            "--words",
            min=1,
            help="Draw so many of the most frequent words, or of the nearest of each WORD.  "
            "[default: 300, none beside WORDs]",
            show_default=False,
        ),
    ] = None,
    method: Method = "pca",
) -> None:
    """Draw a map of words.

    **Examples**

    `w2v plot vectors.bin -o map.png`

    `w2v plot vectors.bin sea king -n 20`: the words nearest to these
    """
    from w2v.pictures.picture_file import check_picture
    from w2v.pictures.word_map import plot_words
    from w2v.vectors import KeyedVectors

    with command_line("--output"):
        check_picture(output)
    choice("--method", method, METHODS)
    check_place(output)
    vecs = KeyedVectors.load(vectors, limit=None if chosen else words or 300)
    drawn = vecs.index_to_key
    if chosen:
        keys = [_key(vecs, word) for word in chosen]
        near = [word for key in keys if words for word, _ in vecs.most_similar(key, topn=words)]
        drawn = list(dict.fromkeys([*keys, *near]))
    say = partial(echo, err=True)
    plot_words(vecs, drawn, output, method=method, progress=teller_of_steps(say, "t-SNE"))
    echo(f"written: {output}", err=True)


def convert(
    source: Annotated[
        Any,
        typer.Argument(
            parser=vectors_named, metavar="IN", help="Vectors, or their URL.", show_default=False
        ),
    ],
    target: Annotated[
        str, typer.Argument(metavar="OUT", help="To write, a URL too.", show_default=False)
    ],
    json_output: Json = False,
) -> None:
    """Write vectors in another format, by the suffix of OUT: .bin, .txt or .vec, these also with
    .gz, .bz2, .xz or .zst, .safetensors, .kv, .npz, .npy, .parquet, or .tsv for TensorBoard; a name
    that ends with / is a folder that sentence-transformers loads.

    **Examples**

    `w2v convert vectors.bin vectors.safetensors`

    `w2v convert vectors.bin vectors.tsv`: with the words in vectors.metadata.tsv

    `w2v convert vectors.bin model/`
    """  # noqa: D205
    from w2v.vectors import KeyedVectors, format_of

    require_addresses(TO_WRITE)
    write: Callable[[KeyedVectors, str], Any] = KeyedVectors.save
    if folder := target.endswith(("/", os.sep)):
        write = KeyedVectors.to_sentence_transformers
    elif target.lower().endswith(".tsv"):
        write = KeyedVectors.to_tensorboard
    else:
        with command_line("OUT"):
            format_of(target)
    if not is_url(target):
        check_place(Path(target), folder=folder)
    elif write is not KeyedVectors.save:
        raise CommandLineError(
            f"OUT: {target} is a URL, and this is written to a disk: name a path"
        )
    vecs = KeyedVectors.load(source)
    write(vecs, target)
    echo(f"written: {target} ({len(vecs):,} words, {vecs.vector_size} dimensions)", err=True)
    if json_output:
        size = {"words": len(vecs), "vector_size": vecs.vector_size}
        print_json({**size, "written": [str(target)]})


def _key(vecs: KeyedVectors, word: str) -> str | int:
    """Return what a word of the command line is asked for by: an integer where items are such."""
    if word in vecs or not are_integers(vecs.index_to_key):
        return word
    return int(word) if word.removeprefix("-").isdecimal() else word


def _print_similar(near: list[tuple[str | int, float]]) -> None:
    for word, similarity in near:
        echo(f"  {similarity:.3f}  {word}")
