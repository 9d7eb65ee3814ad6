"""borsellino payroll: what each benefit of a month means for the payslip."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from api.cli.caller import Caller, Column, euro
from api.cli.groups import Command, Group, dry_run
from api.cli.words import FILE, MONTH, TEXT, Word
from api.cli.work import book_of, change, look
from api.errors import ExitCode
from plans.payroll_codes import presets, reading, tables
from plans.payroll_codes.model import AmountStyle, CodeTable, DateStyle
from plans.payroll_codes.presets import Preset
from reports import payroll_export, words, year_limits
from reports.payroll_export import PayrollMonth, months


@click.group(cls=Group)
def payroll() -> None:
    """Export a month for the payroll office, and say which payslip item each benefit becomes."""


@payroll.command()
@click.option("--month", type=MONTH, required=True, help="The month, such as 10/2026.")
@click.option("--format", "form", type=click.Choice(("csv", "xlsx")), default="csv", show_default=True,
              help="csv for the payroll program, xlsx for people.")  # fmt: skip
@click.option("--draft", is_flag=True, help="Export a month that is still open, marked as a draft.")
@click.option("--output", type=FILE, help="File to write; named after book and month in this folder unless given.")
@click.pass_context
def export(ctx: click.Context, /, month: date, form: str, draft: bool, output: Path | None) -> None:
    """Write what a closed month means for the payslips: one line an event, control totals, and the proof."""
    caller: Caller = ctx.obj

    def read(session: Session) -> PayrollMonth:
        return payroll_export.gather(session, book_of(caller, session), month, draft=draft)

    with caller.progress("Preparo il mese", "Preparing the month"):
        gathered = look(read, snapshot=True)
        suffix = "-bozza" if gathered.draft else ""
        path = output or Path(f"paghe-{_file_name(gathered.funder_code)}-{month:%Y-%m}{suffix}.{form}")
        import_module(f"reports.payroll_export.{form}").write(gathered, path, caller.language)
    _tell_month(caller, gathered)
    caller.say("Scritto {path}.", "Wrote {path}.", path=path)
    caller.data(
        path=path,
        format=form,
        draft=gathered.draft,
        lines=len(gathered.lines),
        amount_minor=gathered.amount_minor,
        exempt_minor=gathered.exempt_minor,
        taxable_minor=gathered.taxable_minor,
        difference_minor=gathered.proof.difference_minor,
        unmapped=gathered.unmapped,
        without_number=gathered.without_number,
        crossings=gathered.crossings,
    )
    if not gathered.proof.holds:
        ctx.exit(ExitCode.REFUSED)


@payroll.command("map", cls=Command)
@click.argument("file", type=FILE, required=False)
@click.option("--preset", type=Word(Preset), help="A table that comes with the program, instead of a file.")
@click.option("--from-month", type=MONTH, required=True, help="The first month it governs, such as 10/2026.")
@click.option("--company-code", type=TEXT, help="The company's code in the payroll program.")
@click.option("--company-width", type=click.IntRange(0, 20), help="Digits of the company's code; 0: as it is.")
@click.option("--employee-width", type=click.IntRange(0, 20), help="Digits of the employee's number; 0: as it is.")
@click.option("--amounts", type=Word(AmountStyle), help="How amounts are written: 274,62, 274.62 or 27462.")
@click.option("--dates", type=Word(DateStyle), help="How days are written: 2025-03-01, 01/03/2025 or 010325.")
@dry_run
@click.pass_context
def map_(ctx: click.Context, /, file: Path | None, preset: Preset | None, from_month: date, **layout: Any) -> None:
    """Load the table that says which payslip item each benefit becomes, from a TOML or CSV file or a preset."""
    caller: Caller = ctx.obj
    if (file is None) == (preset is None):
        it, en = "indicare un file oppure --preset, non entrambi", "give a file or --preset, not both"
        raise click.UsageError(caller.sentence(it, en), ctx=ctx)
    if (code := layout["company_code"]) is not None and not reading.CODE.fullmatch(code):
        it, en = "il codice ha al più 20 lettere, cifre e . _ / -", "a code has at most 20 letters, digits and . _ / -"
        raise click.BadParameter(caller.sentence(it, en), ctx=ctx, param_hint="--company-code")
    table = presets.table(preset) if preset is not None else reading.read(file or Path())
    table = reading.laid_out(table, **layout)

    def work(session: Session) -> bool:
        book_id = book_of(caller, session)
        closed = max(months.closed_months(session, book_id), default=None)
        return tables.load(session, book_id, table, from_month, last_closed=closed, actor=caller.actor)

    loaded = change(caller, work)
    _tell_table(caller, table, from_month, loaded=loaded)


def _tell_month(caller: Caller, month: PayrollMonth) -> None:
    rows = [
        (
            total.item.code if total.item else caller.sentence("senza voce", "no item"),
            total.item.description if total.item else "",
            _NATURES[caller.language][total.nature],
            total.lines,
            euro(total.amount_minor),
        )
        for total in month.totals
    ]
    if rows:
        rows.append((caller.sentence("totale", "total"), "", "", len(month.lines), euro(month.amount_minor)))
    columns = [
        Column("voce", "item"),
        Column("descrizione", "description", folds=True),
        Column("natura", "nature"),
        Column("righe", "lines", right=True),
        Column("importo", "amount", right=True),
    ]
    caller.table(columns, rows)
    if month.draft:
        caller.note(
            "Bozza: {month} può ancora cambiare.", "Draft: {month} can still change.", month=f"{month.month:%m/%Y}"
        )
    if month.table_is_neutral:
        caller.note(
            "L'azienda non ha una tabella delle voci per questo mese: codici nostri. Caricarla con «payroll map».",
            "The company has no table of items for this month: codes of ours. Load one with 'payroll map'.",
        )
    for left in month.unmapped:
        caller.note(
            "Senza voce: {category}, {source}, {channel}, {treatment}: {n:riga|righe}, {amount}.",
            "Without an item: {category}, {source}, {channel}, {treatment}: {n:line|lines}, {amount}.",
            category=left.category, source=left.source, channel=left.channel, treatment=left.treatment,
            n=left.lines, amount=euro(left.amount_minor),
        )  # fmt: skip
    if month.without_number:
        caller.note(
            "Senza matricola: {codes}. Aggiungerla con «people load».",
            "Without an employee number: {codes}. Add it with 'people load'.",
            codes=month.without_number,
        )
    text = words.read("reports.payroll_export", caller.language)
    for crossing in month.crossings:
        told = year_limits.crossing(crossing.limit, text)
        caller.note("{who}, {year}: {told}", "{who}, {year}: {told}",
                    who=crossing.name, year=crossing.fiscal_year, told=told)  # fmt: skip
    if not month.proof.holds:
        caller.note(
            "I totali NON quadrano con il registro: differenza {amount}. Non usare il file.",
            "The totals do NOT agree with the ledger: difference {amount}. Do not use the file.",
            amount=euro(month.proof.difference_minor),
        )


_NATURES = {
    "it": {"FIGURATIVE": "figurativo", "EFFECTIVE": "effettivo"},
    "en": {"FIGURATIVE": "figurative", "EFFECTIVE": "effective"},
}


def _tell_table(caller: Caller, table: CodeTable, from_month: date, *, loaded: bool) -> None:
    month = f"{from_month:%m/%Y}"
    if loaded:
        caller.say(
            "Tabella «{name}» in vigore da {month}: {n:riga|righe}.",
            "Table '{name}' in force from {month}: {n:row|rows}.",
            name=table.name, month=month, n=len(table.items),
        )  # fmt: skip
    else:
        caller.say(
            "La tabella «{name}» vale già per {month}: nulla è cambiato.",
            "Table '{name}' already governs {month}: nothing changed.", name=table.name, month=month,
        )  # fmt: skip
    caller.data(loaded=loaded, table=table, from_month=from_month)


def _file_name(code: str) -> str:
    return "".join(character if character.isalnum() or character in "-_." else "-" for character in code)
