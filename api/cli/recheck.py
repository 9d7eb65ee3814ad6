"""borsellino recheck: past decisions of which the law, as it is known today, says something else."""

from __future__ import annotations

from dataclasses import asdict
from importlib import import_module
from pathlib import Path

import click
from sqlalchemy.orm import Session

from api.cli.caller import Caller, Column, euro
from api.cli.groups import Command
from api.cli.words import FILE
from api.cli.work import book_of, look
from plans import funders
from reports import recheck_report
from reports.recheck_report import RecheckReport, lines


@click.command(cls=Command)
@click.option("--year", type=click.IntRange(2000, 2100), required=True, help="Tax year of the purchases.")
@click.option("--format", "form", type=click.Choice(("pdf", "xlsx")), help="Write the report for payroll as a file.")
@click.option("--output", type=FILE, help="File to write; named after the book and the year unless given.")
@click.pass_obj
def recheck(caller: Caller, year: int, form: str | None, output: Path | None) -> None:
    """Decide the purchases of a year again, and list those that change with what payroll must correct."""

    def read(session: Session) -> tuple[RecheckReport, str]:
        book_id = book_of(caller, session)
        return recheck_report.gather(session, book_id, year), funders.of_book(session, book_id).code

    with caller.progress("Riesamino le decisioni", "Re-checking the decisions"):
        found, code = look(read, snapshot=True)
        path = None
        if form is not None or output is not None:
            form = form or "pdf"
            path = output or Path(f"{code}-riesame-{year}.{form}")
            # Drawing a document loads a library that no other command needs.
            import_module(f"reports.recheck_report.{form}").write(found, path, caller.language)
    _tell(caller, found)
    if path is not None:
        caller.say("Scritto {path}.", "Wrote {path}.", path=path)
    caller.data(year=year, path=path, correction_minor=found.correction_minor, waiting_minor=found.waiting_minor,
                unused=found.unused, decisions=found.coverage.decisions,
                difference_minor=found.coverage.difference_minor,
                facts=[asdict(line) for line in found.facts],
                lines=[asdict(line) | {"correction_minor": line.correction_minor} for line in found.lines])  # fmt: skip


def _tell(caller: Caller, found: RecheckReport) -> None:
    words = lines.of(caller.language)
    columns = [
        Column("persona", "person", folds=True),
        Column("giorno", "day"),
        Column("usato", "used", right=True),
        Column("allora", "then"),
        Column("oggi", "today"),
        Column("regole di allora", "rules of then", folds=True),
        Column("regole di oggi", "rules of today", folds=True),
        Column("correzione", "correction", right=True),
        Column("col ricalcolo", "by recomputing", right=True),
    ]
    rows = [
        (
            line.name,
            line.tax_on,
            euro(line.used_minor),
            words(f"outcome.{line.outcome_then}"),
            words(f"outcome.{line.outcome_now}"),
            line.rules_then,
            line.rules_now,
            euro(line.correction_minor),
            euro(line.waiting_minor),
        )
        for line in found.lines
    ]
    caller.table(columns, rows)
    caller.say("{n:decisione riesaminata|decisioni riesaminate}:"
               " {changed:usata cambia|usate cambiano} esito, e {unused} senza uso; correzione {amount}.",
               "{n:decision|decisions} re-checked:"
               " {changed} used and {unused} unused ones change; correction {amount}.",
               n=found.coverage.decisions, changed=len(found.lines), unused=found.unused,
               amount=euro(found.correction_minor))  # fmt: skip
    if found.waits:
        caller.note(
            "Una parte ({amount} in tutto) la scrive il ricalcolo dell'anno («borsellino position --recompute») e"
            " arriva poi alle paghe con l'esportazione del mese.",
            "Part of it ({amount} in all) is written by recomputing the year ('borsellino position --recompute') and"
            " then reaches payroll with the month's export.",
            amount=euro(found.waiting_minor),
        )
    if found.facts:
        caller.note(
            "Nel file, per ciò che oggi si sa del familiare o dell'assunzione,"
            " {n:altra cambierebbe|altre cambierebbero} esito.",
            "In the file, {n:other|others} would change by what is known today of the relative or of the hiring.",
            n=len(found.facts),
        )
