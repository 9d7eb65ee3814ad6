"""borsellino accountant: what the accountant signs, year by year, and the accounts of a book."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from pathlib import Path

import click
from moneyed import Money
from sqlalchemy.orm import Session

from api.cli.caller import Caller, Column, euro
from api.cli.groups import Group
from api.cli.words import AMOUNT, DAY, FILE
from api.cli.work import book_of, look
from api.errors import ExitCode
from config import money
from plans import funders
from reports import cu_lines, deductibility, trial_balance
from reports.cu_lines import CuYear
from reports.deductibility import Deductibility
from reports.trial_balance import TrialBalance

# Each journal: what writes it, and how the name of its file ends.
JOURNALS = {
    "csv": ("write_csv", "-giornale.csv"),
    "beancount": ("write_beancount", ".beancount"),
    "hledger": ("write_hledger", ".journal"),
}
YEAR = click.IntRange(2016, 2100)


@click.group(cls=Group)
def accountant() -> None:
    """The year of each employee, what the employer may deduct, the journal and the trial balance."""


@accountant.command()
@click.option("--year", type=YEAR, required=True, help="The tax year.")
@click.option(
    "--format", "form", type=click.Choice(("xlsx", "csv")), default="xlsx", show_default=True, help="Kind of file."
)
@click.option("--output", type=FILE, help="File to write; named after book and year in this folder unless given.")
@click.pass_context
def year(ctx: click.Context, /, year: int, form: str, output: Path | None) -> None:
    """Write what each employee's Certificazione Unica takes from the wallet: boxes 701-706 and the other values."""
    caller: Caller = ctx.obj

    def read(session: Session) -> CuYear:
        return cu_lines.gather(session, book_of(caller, session), year)

    with caller.progress("Preparo l'anno", "Preparing the year"):
        gathered = look(read, snapshot=True)
        path = output or Path(f"cu-{_file_name(gathered.funder_code)}-{year}.{form}")
        import_module(f"reports.cu_lines.{form}").write(gathered, path, caller.language)
    caller.say(
        "{people:lavoratore|lavoratori}, {exempt} esenti e {taxable} imponibili; {lines:riga|righe} 701-706.",
        "{people:employee|employees}, {exempt} exempt and {taxable} taxable; {lines:line|lines} of 701-706.",
        people=len(gathered.totals), exempt=euro(gathered.exempt_minor), taxable=euro(gathered.taxable_minor),
        lines=len(gathered.reimbursed),
    )  # fmt: skip
    caller.say("Scritto {path}.", "Wrote {path}.", path=path)
    caller.data(
        path=path,
        format=form,
        people=len(gathered.totals),
        exempt_minor=gathered.exempt_minor,
        taxable_minor=gathered.taxable_minor,
        lines=len(gathered.reimbursed),
        difference_minor=gathered.proof.difference_minor,
    )
    _refuse_unproved(ctx, holds=gathered.proof.holds)


@accountant.command("deductibility")
@click.option("--year", type=YEAR, required=True, help="The year.")
@click.option(
    "--labour-cost", type=AMOUNT, help="The costs for employees of the year's tax return; unknown unless given."
)
@click.option("--detail", is_flag=True, help="All of the year as known today, and how every plan is deducted: "
              "for the accountant alone.")  # fmt: skip
@click.option(
    "--format", "form", type=click.Choice(("pdf", "xlsx")), default="pdf", show_default=True, help="Kind of file."
)
@click.option("--output", type=FILE, help="File to write; named after book and year in this folder unless given.")
@click.pass_context
def deductibility_(
    ctx: click.Context, /, year: int, labour_cost: Money | None, form: str, output: Path | None, *, detail: bool
) -> None:
    """Write what the employer may deduct: in full (art. 95), or within the five per mille of labour cost (art. 100)."""
    caller: Caller = ctx.obj
    cost = None if labour_cost is None else money.minor(labour_cost)

    def read(session: Session) -> Deductibility:
        return deductibility.gather(session, book_of(caller, session), year, labour_cost_minor=cost, detail=detail)

    with caller.progress("Preparo il prospetto", "Preparing the statement"):
        gathered = look(read, snapshot=True)
        path = output or Path(f"deducibilita-{_file_name(gathered.funder_code)}-{year}.{form}")
        import_module(f"reports.deductibility.{form}").write(gathered, path, caller.language)
    _tell_deductibility(caller, gathered)
    caller.say("Scritto {path}.", "Wrote {path}.", path=path)
    caller.data(
        path=path,
        format=form,
        full_minor=gathered.full_minor,
        limited_minor=gathered.limited_minor,
        untold_minor=gathered.untold_minor,
        ends_on=gathered.ends_on,
        limit_minor=gathered.limit_minor,
        not_deductible_minor=gathered.not_deductible_minor,
        difference_minor=gathered.proof.difference_minor,
    )
    _refuse_unproved(ctx, holds=gathered.proof.holds)


@accountant.command("journal")
@click.option("--from", "starts_on", type=DAY, help="First day; the journal's unless given.")
@click.option("--to", "ends_on", type=DAY, help="Last day; the journal's unless given.")
@click.option("--detail", is_flag=True, help="Every lot and provider: for who runs or audits the book.")
@click.option(
    "--format", "form", type=click.Choice(tuple(JOURNALS)), default="csv", show_default=True, help="Kind of file."
)
@click.option("--output", type=FILE, help="File to write; named after the book in this folder unless given.")
@click.pass_obj
def journal_(
    caller: Caller, starts_on: date | None, ends_on: date | None, form: str, output: Path | None, *, detail: bool
) -> None:
    """Write the journal of a book and period, for a spreadsheet or another program of double entry."""
    writer, ending = JOURNALS[form]
    write = getattr(import_module("reports.journal_export"), writer)

    def read(session: Session) -> Path:
        book_id = book_of(caller, session)
        path = output or Path(_file_name(funders.of_book(session, book_id).code) + ending)
        write(session, book_id, path, starts_on, ends_on, detail=detail, language=caller.language)
        return path

    with caller.progress("Scrivo il giornale", "Writing the journal"):
        path = look(read, snapshot=True)
    caller.say("Scritto {path}.", "Wrote {path}.", path=path)
    caller.data(path=path, format=form)


@accountant.command("trial-balance")
@click.option("--from", "starts_on", type=DAY, help="First day; the journal's unless given.")
@click.option("--to", "ends_on", type=DAY, help="Last day; the journal's unless given.")
@click.option("--detail", is_flag=True, help="Every lot and provider: for who runs or audits the book.")
@click.option(
    "--format", "form", type=click.Choice(("xlsx", "csv")), default="xlsx", show_default=True, help="Kind of file."
)
@click.option("--output", type=FILE, help="File to write; named after the book in this folder unless given.")
@click.pass_context
def trial_balance_(
    ctx: click.Context, /, starts_on: date | None, ends_on: date | None, detail: bool, form: str, output: Path | None
) -> None:
    """Write the trial balance of a book and period: openings, debits, credits, closings, and the proof."""
    caller: Caller = ctx.obj

    def read(session: Session) -> TrialBalance:
        return trial_balance.gather(session, book_of(caller, session), starts_on, ends_on, detail=detail)

    with caller.progress("Preparo il bilancio di verifica", "Preparing the trial balance"):
        gathered = look(read, snapshot=True)
        path = output or Path(f"bilancio-{_file_name(gathered.book_code)}-{gathered.ends_on}.{form}")
        import_module(f"reports.trial_balance.{form}").write(gathered, path, caller.language)
    caller.say(
        "Dare {debit}, avere {credit}.", "Debits {debit}, credits {credit}.",
        debit=euro(gathered.debit_minor), credit=euro(gathered.credit_minor),
    )  # fmt: skip
    caller.say("Scritto {path}.", "Wrote {path}.", path=path)
    caller.data(
        path=path,
        format=form,
        debit_minor=gathered.debit_minor,
        credit_minor=gathered.credit_minor,
        holds=gathered.holds,
        differing=gathered.differing,
    )
    _refuse_unproved(ctx, holds=gathered.holds)


def _tell_deductibility(caller: Caller, found: Deductibility) -> None:
    rows: list[tuple[object, object]] = [
        (caller.sentence("per intero (art. 95)", "in full (art. 95)"), euro(found.full_minor)),
        (caller.sentence("entro il limite (art. 100)", "within the limit (art. 100)"), euro(found.limited_minor)),
    ]
    if found.untold_minor:
        rows.append((caller.sentence("riservato", "withheld"), euro(found.untold_minor)))
    if found.limit_minor is None:
        caller.note(
            "Costo del lavoro non indicato: il limite non è noto. Aggiungere --labour-cost.",
            "No labour cost was given: the limit is not known. Add --labour-cost.",
        )
    else:
        rows += [
            (caller.sentence("limite del cinque per mille", "limit of five per mille"), euro(found.limit_minor)),
            (caller.sentence("non deducibile", "not deductible"), _excess(caller, found)),
        ]
    caller.table([Column("voce", "item"), Column("importo", "amount", right=True)], rows)


def _excess(caller: Caller, found: Deductibility) -> object:
    amount = found.not_deductible_minor
    return caller.sentence("riservato", "withheld") if amount is None else euro(amount)


def _refuse_unproved(ctx: click.Context, *, holds: bool) -> None:
    if not holds:
        caller: Caller = ctx.obj
        caller.note(
            "NON quadra con il registro: non usare il file, e verificare il libro («ledger verify»).",
            "It does NOT agree with the ledger: do not use the file, and verify the book ('ledger verify').",
        )
        ctx.exit(ExitCode.REFUSED)


def _file_name(code: str) -> str:
    return "".join(character if character.isalnum() or character in "-_." else "-" for character in code)
