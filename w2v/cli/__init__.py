"""The command line: parse, call the library, print."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the command line; what a user can mend is told in one line, without a traceback."""
    try:
        # First of all: what follows takes a while to import.
        from w2v.cli.signals import heard

        with heard():
            os.environ["MPLBACKEND"] = "agg"  # pictures are written, none is shown
            from w2v.cli.commands import run
            from w2v.cli.freed_memory import give_back_freed_memory

            give_back_freed_memory()

            run()
    except KeyboardInterrupt:  # earlier than that
        print("w2v: stopped", file=sys.stderr)
        sys.exit(130)
