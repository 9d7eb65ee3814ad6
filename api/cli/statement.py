"""borsellino statement: what a plan did over a period, as a document; or the whole journal, for another program."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from api.cli.caller import Caller
from api.cli.groups import Command
from api.cli.words import DAY, FILE, TEXT, Word
from api.cli.work import book_of, look
from config import clock
from plans import funders, plans
from reports import plan_statement
from reports.plan_statement import PlanStatement, Reading, persons

DOCUMENTS = ("pdf", "xlsx", "csv")
# Each journal: what writes it, and how the name of its file ends.
JOURNALS = {
    "beancount": ("write_beancount", ".beancount"),
    "hledger": ("write_hledger", ".journal"),
    "journal-csv": ("write_csv", "-journal.csv"),
}


@click.command(cls=Command)
@click.option("--plan", type=TEXT, help="Code of the plan; needed for a document.")
@click.option("--from", "starts_on", type=DAY, help="First day; the plan's or the journal's unless given.")
@click.option("--to", "ends_on", type=DAY, help="Last day; the plan's or the journal's unless given, and for hr the "
              "end of the plan's last month that is over.")  # fmt: skip
@click.option("--cluster", type=TEXT, help="Only the people of this cluster, and their credit.")
@click.option("--reading", type=Word(Reading), default="hr", show_default=True, help="Who reads: hr or payroll.")
@click.option("--format", "form", type=click.Choice((*DOCUMENTS, *JOURNALS)), default="pdf", show_default=True,
              help="A document about the plan, or the book's journal for another program.")  # fmt: skip
@click.option("--detail", is_flag=True, help="Every lot and provider in the journal: for who runs or audits the book.")
@click.option("--output", type=FILE, help="File to write; named after the plan or book in this folder unless given.")
@click.pass_context
def statement(
    ctx: click.Context, /, form: str, output: Path | None, plan: str | None, *, detail: bool, **period: Any
) -> None:
    """Write a plan's statement (pdf, xlsx, csv), or the book's journal (beancount, hledger, journal-csv)."""
    caller: Caller = ctx.obj
    if form in JOURNALS:
        path = _write_journal(caller, form, output, (period["starts_on"], period["ends_on"]), detail=detail)
    else:
        if plan is None:
            raise click.MissingParameter(ctx=ctx, param=next(p for p in ctx.command.params if p.name == "plan"))
        path = _write_document(caller, form, output, plan, **period)
    caller.say("Scritto {path}.", "Wrote {path}.", path=path)
    caller.data(path=path, format=form)


def _write_document(
    caller: Caller,
    form: str,
    output: Path | None,
    plan: str,
    *,
    starts_on: date | None,
    ends_on: date | None,
    reading: Reading,
    cluster: str | None,
) -> Path:
    def read(session: Session) -> PlanStatement:
        book_id = book_of(caller, session)
        terms = plans.by_code(session, book_id, plan)
        first, last = starts_on or terms.starts_on, ends_on or terms.ends_on
        if ends_on is None and reading is Reading.HR:
            # Each person's use is told of whole months that are over.
            _, last = persons.whole_months(terms, first, last, clock.today())
        # The personnel office reads what was known at midnight, and never what is held.
        known = clock.midnight() if reading is Reading.HR else None
        return plan_statement.gather(
            session, book_id, plan, first, last, reading=reading, cluster=cluster, known_before=known
        )

    with caller.progress("Preparo l'estratto conto", "Preparing the statement"):
        gathered = look(read, snapshot=True)
        name = plan if cluster is None else f"{plan}-{cluster}"
        path = output or Path(f"{_file_name(name)}-{gathered.ends_on.isoformat()}-{reading.lower()}.{form}")
        # Drawing a document loads a library that no other command needs.
        import_module(f"reports.plan_statement.{form}").write(gathered, path, caller.language)
    return path


def _write_journal(
    caller: Caller, form: str, output: Path | None, period: tuple[date | None, date | None], *, detail: bool
) -> Path:
    writer, ending = JOURNALS[form]
    write = getattr(import_module("reports.journal_export"), writer)

    def read(session: Session) -> Path:
        book_id = book_of(caller, session)
        path = output or Path(_file_name(funders.of_book(session, book_id).code) + ending)
        write(session, book_id, path, *period, detail=detail, language=caller.language)
        return path

    with caller.progress("Scrivo il giornale", "Writing the journal"):
        return look(read, snapshot=True)


def _file_name(code: str) -> str:
    return "".join(character if character.isalnum() or character in "-_." else "-" for character in code)
