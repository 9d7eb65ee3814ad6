"""borsellino demo: the whole story of one employer, on this machine, in one command."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click

from api.cli.caller import Caller
from api.cli.groups import Command
from api.cli.words import FILE


@click.command(cls=Command)
@click.option("--output", type=FILE, help="Folder for what it makes; demo-output here unless given.")
@click.pass_obj
def demo(caller: Caller, output: Path | None) -> None:
    """Set up a small network and employer, run a year of welfare on it, and write its statements."""
    story = import_module("api.demonstration.main")
    story.run(caller.out, output=output or Path("demo-output"), language=caller.language)
