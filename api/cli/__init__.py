"""The command line: parses, calls one function of the core in one transaction, and says what happened."""

from __future__ import annotations

import sys
from typing import TextIO, cast


def main() -> None:
    """Run the command that the shell asked for, and end with its exit code."""
    from api.cli.program import program

    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks a character shows a question mark instead of ending the command.
        cast(TextIO, stream).reconfigure(errors="replace")  # type: ignore[attr-defined]
    program.main(prog_name="borsellino")
