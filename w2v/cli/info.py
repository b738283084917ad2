"""What this installation has."""

from __future__ import annotations

from w2v.cli.common import Json
from w2v.cli.terminal import echo, print_json


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
        echo(f"{name:<12} {value}")
