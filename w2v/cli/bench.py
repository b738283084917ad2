"""Two minutes that say what training costs on this machine."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Annotated

import typer

from w2v.cli.common import require_addresses, teller
from w2v.cli.options import Json, Quiet
from w2v.cli.outputs import check_place
from w2v.cli.terminal import echo, print_json


def bench(
    seconds: Annotated[float, typer.Option(min=0, help="How long to measure, about.")] = 120,
    quick: Annotated[bool, typer.Option("--quick", help="Measure for 15 seconds.")] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Keep the figures in this JSON file.")
    ] = None,
    json_output: Json = False,
    quiet: Quiet = False,
) -> None:
    """Measure this machine's CPU and GPU, and say which to use.

    **Example**

    `w2v bench --quick`
    """
    from w2v.bench import Bench, summary
    from w2v.cli.info import describe_installation
    from w2v.files import atomic_path

    if not math.isfinite(seconds):
        raise typer.BadParameter(f"{seconds} is no time to measure for", param_hint="--seconds")
    require_addresses()
    check_place(output)
    tell = teller(quiet)
    seconds = min(seconds, 15) if quick else seconds
    tell(f"about {seconds:.0f} s, and up to half a minute more where nothing is compiled yet")
    if quiet or not sys.stderr.isatty():
        found = Bench(seconds).run(tell)
    else:
        from rich.console import Console

        with Console(stderr=True).status("") as status:
            found = Bench(seconds).run(status.update)
    facts = {"installation": describe_installation(), **summary(found)}
    if output:
        with atomic_path(output) as aside:
            aside.write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", "utf-8")
        tell(f"written: {output}")
    if json_output:
        print_json(facts)
        return
    for each in found.measurements:
        low, high = min(each.words_per_second) / 1e6, max(each.words_per_second) / 1e6
        echo(f"{each.case!s:<60} {each.median / 1e6:8.3f} M words/s ({low:.3f}–{high:.3f})")
    echo("")
    for line in facts["verdict"]:
        echo(line)
