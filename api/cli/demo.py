"""borsellino demo: the whole story of one employer, on this machine, in one command."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click
from rich.console import Console

from api.cli.caller import Caller
from api.cli.groups import Command
from api.cli.words import FILE


@click.command(cls=Command)
@click.option("--output", type=FILE, help="Folder for what it makes; output/demo here unless given.")
@click.pass_obj
def demo(caller: Caller, output: Path | None) -> None:
    """Run employers, a municipality and citizens through three years on this machine, and write their statements."""
    story = import_module("api.demonstration.main")
    # The story is told with styles, which a command's own words never carry.
    story.run(Console(), output=output or Path("output") / "demo", language=caller.language)
