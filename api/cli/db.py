"""borsellino db: the database behind everything."""

from __future__ import annotations

import click
import sqlalchemy as sa

from api.cli.backup import backup, restore
from api.cli.caller import Caller, Column
from api.cli.groups import Group
from api.cli.work import schema_version
from config import database, settings


@click.group(cls=Group)
def db() -> None:
    """Prepare the database and say how it is."""


@db.command()
@click.pass_obj
def migrate(caller: Caller) -> None:
    """Bring the database to the version of this program; safe to repeat."""
    with database.transaction() as session:
        before = schema_version(session)
    database.migrate()
    after = database.newest_version()
    if before == after:
        caller.say("Il database è già alla versione {v}.", "The database is at version {v} already.", v=after)
    else:
        caller.say("Database portato alla versione {v}.", "Database brought to version {v}.", v=after)
    caller.data(before=before, after=after)


@db.command()
@click.pass_obj
def status(caller: Caller) -> None:
    """Say which database is used, its version, and how many books it holds."""
    address = database.url().render_as_string(hide_password=True)
    embedded = settings.load().database_url is None
    with database.transaction() as session:
        server = str(session.scalar(sa.text("show server_version")))
        version = schema_version(session)
        books = session.scalar(sa.text("select count(*) from book")) if version == database.newest_version() else None
    rows: list[tuple[object, object]] = [
        (caller.sentence("indirizzo", "address"), address),
        (caller.sentence("server incorporato", "embedded server"), embedded),
        ("PostgreSQL", server),
        (caller.sentence("versione dello schema", "schema version"), version or "-"),
        (caller.sentence("versione di questo programma", "version of this program"), database.newest_version()),
        (caller.sentence("libri", "books"), "-" if books is None else books),
    ]
    caller.table([Column("che cosa", "what"), Column("valore", "value", folds=True)], rows)
    caller.data(
        address=address,
        embedded=embedded,
        server=server,
        version=version,
        expected=database.newest_version(),
        books=books,
    )


db.add_command(backup)
db.add_command(restore)
