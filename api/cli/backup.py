"""borsellino db backup and restore: everything in one file, and back."""

from __future__ import annotations

from datetime import datetime
from importlib import import_module
from pathlib import Path

import click

from api.cli.caller import Caller
from api.cli.groups import Command
from api.cli.words import FILE
from api.cli.work import look


@click.command(cls=Command)
@click.argument("file", type=FILE)
@click.pass_obj
def backup(caller: Caller, file: Path) -> None:
    """Write the database and the documents it names into one file, readable by you alone."""
    look(lambda _session: None)
    with caller.progress("Copia di sicurezza", "Backing up"):
        taken = import_module("api.running.backup").take(file)
    caller.say(
        "Copia di sicurezza in {file}: versione {version}, {n:documento|documenti}. Custodirla come il database.",
        "Backed up into {file}: version {version}, {n:document|documents}. Guard it as the database.",
        file=str(file),
        version=taken.version,
        n=taken.documents,
    )
    caller.data(file=str(file), version=taken.version, documents=taken.documents)


@click.command(cls=Command)
@click.argument("file", type=FILE)
@click.pass_obj
def restore(caller: Caller, file: Path) -> None:
    """Bring a back-up into an empty database, and that to the version of this program."""
    with caller.progress("Ripristino", "Restoring"):
        found = import_module("api.running.backup").bring_back(file)
    caller.say(
        "Ripristinata la copia del {at}, con {n:documento|documenti}. Verificarla: borsellino ledger verify --all.",
        "Restored the back-up of {at}, with {n:document|documents}. Verify it: borsellino ledger verify --all.",
        at=datetime.fromisoformat(found.taken_at),
        n=found.documents,
    )
    caller.data(version=found.version, taken_at=found.taken_at, documents=found.documents)
