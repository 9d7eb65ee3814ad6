"""borsellino data: a copy of all that is kept of a person, the erasure of what no law keeps, and what stops it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from api.cli.caller import Caller, Column
from api.cli.groups import Group, dry_run
from api.cli.words import FILE, TEXT
from api.cli.work import book_of, change, look
from api.data import copies, erasing
from plans import people
from wallet.retention import erasure, holds, law
from wallet.retention.law import Kind


@click.group(cls=Group)
def data() -> None:
    """Copy what is kept of a person, erase what no law keeps, and hold what must not go."""


@data.command()
@click.argument("tax_code", type=TEXT)
@click.option("--output", type=FILE, required=True, help="The ZIP to write.")
@click.pass_obj
def export(caller: Caller, tax_code: str, output: Path) -> None:
    """Write all that is kept of a person into a ZIP: JSON for programs, and their documents."""
    book_id, employee_id = look(lambda session: _person(caller, session, tax_code))
    with caller.progress("Copio", "Copying") as tick:
        made = copies.make(book_id, employee_id, tick)
    output.write_bytes(copies.store().path(bytes.fromhex(made.sha256)).read_bytes())
    output.chmod(0o600)
    caller.say(
        "Scritte {rows:riga|righe} e {documents:documento|documenti} in {file}.",
        "Wrote {rows:row|rows} and {documents:document|documents} to {file}.",
        rows=made.rows, documents=made.documents, file=output,
    )  # fmt: skip
    caller.data(rows=made.rows, documents=made.documents, output=output)


@data.command()
@click.argument("tax_code", type=TEXT)
@click.option("--reason", type=TEXT, required=True, help="Why; it is kept with the record.")
@dry_run
@click.pass_obj
def erase(caller: Caller, tax_code: str, reason: str) -> None:
    """Erase what no law keeps of a person; a dry run says what that is, and until when the rest is kept."""
    book_id, employee_id = look(lambda session: _person(caller, session, tax_code))
    if caller.dry_run:
        caller.announce_dry_run()
        report = erasing.plain(look(lambda session: erasing.preview(session, book_id, employee_id)))
        erasure_id = None
    else:
        done = erasing.erase(book_id, employee_id, actor=caller.actor, reason=reason)
        report = [] if done is None else [dict(item) for item in done.report]
        erasure_id = None if done is None else done.erasure_id
    _tell(caller, report)
    caller.data(erasure_id=erasure_id, report=report)


@data.command("erasures")
@click.pass_obj
def erasures_(caller: Caller) -> None:
    """List the records of erasures."""
    found = look(lambda session: erasure.every(session, book_of(caller, session)))
    columns = [
        Column("cancellazione", "erasure"),
        Column("persona", "person"),
        Column("quando", "when"),
        Column("chi", "who", folds=True),
        Column("motivo", "reason", folds=True),
    ]
    caller.table(columns, [(one.erasure_id, one.employee_id, one.erased_at, one.actor, one.reason) for one in found])
    caller.data(erasures=found)


@data.group(cls=Group)
def hold() -> None:
    """Place, list and lift what stops erasures: an open assessment, an inspection, a lawsuit."""


@hold.command()
@click.option("--person", "tax_code", type=TEXT, help="Tax code; everybody unless given.")
@click.option("--year", "tax_year", type=click.IntRange(1990, 2100), help="Tax year; all of them unless given.")
@click.option("--reason", type=TEXT, required=True, help="Why.")
@dry_run
@click.pass_obj
def place(caller: Caller, tax_code: str | None, tax_year: int | None, reason: str) -> None:
    """Stop erasures until the hold is lifted."""

    def work(session: Session) -> holds.LegalHold:
        book_id = book_of(caller, session)
        employee_id = None if tax_code is None else people.find(session, book_id, tax_code).employee_id
        return holds.place(
            session, book_id, reason=reason, actor=caller.actor, employee_id=employee_id, tax_year=tax_year
        )

    placed = change(caller, work)
    caller.say("Blocco legale {hold} messo.", "Legal hold {hold} placed.", hold=placed.hold_id)
    caller.data(hold=placed)


@hold.command("list")
@click.pass_obj
def list_(caller: Caller) -> None:
    """List the legal holds, those that were lifted too."""
    found = look(lambda session: holds.every(session, book_of(caller, session)))
    columns = [
        Column("blocco", "hold"),
        Column("persona", "person"),
        Column("anno", "year"),
        Column("motivo", "reason", folds=True),
        Column("messo", "placed"),
        Column("tolto", "lifted"),
    ]
    rows = [
        (one.hold_id, one.employee_id or "-", str(one.tax_year or "-"), one.reason, one.placed_at, one.lifted_at or "-")
        for one in found
    ]
    caller.table(columns, rows)
    caller.data(holds=found)


@hold.command()
@click.argument("hold_id", type=TEXT)
@dry_run
@click.pass_obj
def lift(caller: Caller, hold_id: str) -> None:
    """Lift a legal hold: what it stopped may be erased."""
    lifted = change(caller, lambda session: holds.lift(session, book_of(caller, session), hold_id, actor=caller.actor))
    caller.say("Blocco legale {hold} tolto.", "Legal hold {hold} lifted.", hold=lifted.hold_id)
    caller.data(hold=lifted)


def _person(caller: Caller, session: Session, tax_code: str) -> tuple[int, str]:
    book_id = book_of(caller, session)
    return book_id, people.find(session, book_id, tax_code).employee_id


def _tell(caller: Caller, report: Sequence[dict[str, Any]]) -> None:
    rules = law.load()
    rows = []
    for item in report:
        rule = rules[Kind(item["kind"])]
        term = next((one for one in rule.terms if one.term_id == item["term"]), None)
        why = "" if term is None else f"{caller.sentence(term.it, term.en)} ({term.source})"
        rows.append(
            (
                caller.sentence(rule.it, rule.en),
                str(item["year"] or "-"),
                item["count"],
                caller.sentence("resta", "stays") if item["kept"] else caller.sentence("si cancella", "goes"),
                item["until"] or "-",
                ", ".join(item["holds"]) or why or "-",
            )
        )
    columns = [
        Column("che cosa", "what", folds=True),
        Column("anno", "year"),
        Column("quanti", "how many", right=True),
        Column("esito", "outcome"),
        Column("fino al", "until"),
        Column("perché", "why", folds=True),
    ]
    caller.table(columns, rows)
