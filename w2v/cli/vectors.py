"""Commands on vectors that are there."""

from __future__ import annotations

from typing import Annotated

import typer

from w2v.cli.common import Json, Vectors, print_json


def neighbors(
    vectors: Vectors,
    words: Annotated[list[str], typer.Argument(help="Words to look up.", show_default=False)],
    topn: Annotated[int, typer.Option("-n", "--topn", help="Neighbours a word.")] = 10,
    json_output: Json = False,
) -> None:
    """Show the nearest words of words.

    **Example**

    `w2v neighbors vectors.bin king paris`
    """
    from w2v.vectors import KeyedVectors

    vecs = KeyedVectors.load(vectors)
    found = {word: vecs.most_similar(word, topn=topn) for word in words}
    if json_output:
        print_json(found)
        return
    for word, near in found.items():
        typer.secho(word, bold=True)
        for other, similarity in near:
            typer.echo(f"  {similarity:.3f}  {other}")
