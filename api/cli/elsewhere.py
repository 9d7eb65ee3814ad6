"""borsellino elsewhere: what payroll knows of amounts from other employers and other sources."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click
from sqlalchemy.orm import Session

from api.cli import problems
from api.cli.caller import Caller
from api.cli.groups import Group, dry_run
from api.cli.words import DAY, FILE
from api.cli.work import book_of, change
from plans.errors_sources import PayrollFileRefused
from wallet import elsewhere as declared
from wallet.elsewhere import Load


@click.group(cls=Group)
def elsewhere() -> None:
    """Declare, from a payroll file, what came from elsewhere; what nobody says stays unknown, never zero."""


@elsewhere.command()
@click.argument("file", type=FILE)
@click.option("--year", type=int, help="Tax year of the rows that name none.")
@click.option("--declared-on", type=DAY, help="Day on which payroll said so; today unless given.")
@dry_run
@click.pass_context
def load(ctx: click.Context, file: Path, year: int | None, declared_on: date | None) -> None:
    """Declare what FILE (CSV or XLSX) says, all of it or nothing; the same content again changes nothing."""
    caller: Caller = ctx.obj

    def work(session: Session) -> Load:
        return declared.load(
            session, book_of(caller, session), file, year=year, declared_on=declared_on, actor=caller.actor
        )

    try:
        with caller.progress("Dichiaro", "Declaring"):
            done = change(caller, work)
    except PayrollFileRefused as refusal:
        found = refusal.details["problems"]
        problems.tell(caller, found)
        caller.data(file=file.name, ok=False, problem_count=len(found), problems=problems.data(caller, found))
        raise
    if done.load_id is None:
        caller.say("{file}: tutto già dichiarato, nulla è cambiato.", "{file}: all declared already, nothing changed.",
                   file=done.file)  # fmt: skip
    else:
        caller.say(
            "{file}: {rows:riga|righe}; {created:importo nuovo|importi nuovi}, {replaced} al posto di altri,"
            " {unchanged:invariato|invariati}.",
            "{file}: {rows:row|rows}; {created:new amount|new amounts}, {replaced} in place of others,"
            " {unchanged} unchanged.",
            file=done.file, rows=done.rows, created=done.created, replaced=done.replaced, unchanged=done.unchanged,
        )  # fmt: skip
    if done.silent_rows:
        caller.say(
            "Righe senza importi: {n}; per queste persone resta sconosciuto.",
            "Rows without amounts: {n}; for these people it stays unknown.",
            n=done.silent_rows,
        )
    if done.corrections:
        caller.say(
            "Eventi fiscali corretti perché il limite dell'anno si è spostato: {n}.",
            "Fiscal events corrected because the year's limit moved: {n}.",
            n=done.corrections,
        )
    if done.loaded_before is not None and done.load_id is not None:
        caller.say(
            "Lo stesso contenuto era già stato caricato il {day}; altro caricamento lo aveva poi cambiato.",
            "The same content was loaded on {day} already; another load had changed it since.",
            day=done.loaded_before,
        )
    if done.ignored:
        caller.say("Colonne non lette: {names}.", "Columns not read: {names}.", names=done.ignored)
    caller.data(ok=True, load=done)
