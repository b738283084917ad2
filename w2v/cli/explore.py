"""The word explorer."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Annotated

import typer

from w2v.cli.common import CommandLineError, choice, command_line, teller, teller_of_steps
from w2v.cli.options import METHODS, Method, Quiet, Vectors
from w2v.cli.outputs import check_outputs, check_place
from w2v.messages import quoted


def explore(
    vectors: Vectors,
    output: Annotated[Path, typer.Option("-o", "--output", help="Page to write.")] = Path(
        "explore.html"
    ),
    words: Annotated[
        int, typer.Option("-n", "--words", min=1, help="Show so many of the most frequent words.")
    ] = 50_000,
    neighbors: Annotated[int, typer.Option(min=1, help="Nearest words to show of each.")] = 10,
    method: Method = "pca",
    quiet: Quiet = False,
) -> None:
    """Write a page to wander through the words in a browser.

    One HTML file that needs no network: pan, zoom, search a word, see its
    neighbours.

    **Example**

    `w2v explore vectors.bin -o explore.html`, then open explore.html
    """
    from w2v.pictures.explorer import write_explorer
    from w2v.vectors import KeyedVectors

    say = teller(quiet)
    with command_line():
        check_outputs([output], [vectors])
    if output.suffix.lower() not in (".html", ".htm"):
        raise CommandLineError(
            f"--output: a page is written to a name in .html, got {quoted(str(output))}"
        )
    choice("--method", method, METHODS)
    check_place(output)
    vecs = KeyedVectors.load(vectors, limit=words)
    begin = time.perf_counter()
    shown = write_explorer(
        vecs,
        output,
        words=words,
        neighbors=neighbors,
        method=method,  # type: ignore[arg-type]
        title=f"{str(vectors).rpartition(os.sep)[2]} · word vectors",
        progress=teller_of_steps(say, "t-SNE"),
    )
    megabytes = output.stat().st_size / 1e6
    seconds = time.perf_counter() - begin
    say(f"written: {output} ({shown:,} words, {megabytes:.1f} MB, {seconds:.1f} s)")
