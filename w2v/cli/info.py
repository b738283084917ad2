"""What this installation has."""

from __future__ import annotations

import typer

from w2v.cli.common import Json, print_json


def info(json_output: Json = False) -> None:
    """Show versions, backends and memory.

    **Example**

    `w2v info`
    """
    from w2v.info import describe_installation

    facts = describe_installation()
    if json_output:
        print_json(facts)
        return
    for name, value in facts.items():
        typer.echo(f"{name:<12} {value}")
