"""borsellino provider-statement, recharge and clearing-statement: what the network's offices and providers read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from importlib import import_module
from pathlib import Path

import click
from moneyed import Money
from sqlalchemy.orm import Session

from api.cli.caller import Caller
from api.cli.groups import Command, Group, dry_run
from api.cli.payout import TERMS, agreed
from api.cli.words import AMOUNT, DAY, FILE, MONTH, TEXT
from api.cli.work import book_of, change, look
from config import clock, money
from network import territories
from plans import funders
from reports import fattura, provider_settlement, recharge_list, territory_clearing
from reports.territory_clearing import node
from wallet import recharges

# Each kind of invoice document: what writes it, and how the name of its file ends.
INVOICES = {"proforma": ("pdf", ".pdf"), "fattura": ("xml", ".xml")}


@click.command(cls=Command)
@click.argument("provider", type=TEXT)
@click.option("--from", "starts_on", type=DAY, required=True, help="First day.")
@click.option("--to", "ends_on", type=DAY, required=True, help="Last day.")
@click.option("--format", "form", type=click.Choice(("pdf", "csv", *INVOICES)), default="pdf", show_default=True,
              help="The statement; or the invoices to issue, as PDF or FatturaPA.")  # fmt: skip
@click.option("--issued-on", type=DAY, help="The date of the invoices; today unless given.")
@TERMS
@click.option("--output", type=FILE,
              help="File to write, or folder of invoices; in this folder unless given.")  # fmt: skip
@click.pass_obj
def provider_statement(
    caller: Caller,
    /,
    provider: str,
    starts_on: date,
    ends_on: date,
    form: str,
    issued_on: date | None,
    path: Path | None,
    output: Path | None,
) -> None:
    """Write a provider's settlement statement over all books, or the invoices it has to issue for it."""

    def read(session: Session) -> tuple[provider_settlement.ProviderStatement, tuple[fattura.Proforma, ...]]:
        found = provider_settlement.gather(session, provider, starts_on, ends_on, agreed=agreed(path))
        wanted = form in INVOICES
        return found, fattura.proformas(session, found, issued_on or clock.today()) if wanted else ()

    with caller.progress("Preparo l'estratto conto", "Preparing the statement"):
        gathered, documents = look(read, snapshot=True)
        if form in INVOICES:
            paths = _write_invoices(documents, form, output or Path(), caller.language)
        else:
            paths = [output or Path(f"{provider}-{ends_on.isoformat()}.{form}")]
            import_module(f"reports.provider_settlement.{form}").write(gathered, paths[0], caller.language)
    for path in paths:
        caller.say("Scritto {path}.", "Wrote {path}.", path=path)
    if not paths:
        caller.say("Nel periodo non c'è nulla da fatturare.", "There is nothing to invoice in the period.")
    caller.data(paths=paths, format=form, reconciles=gathered.holds)


def _write_invoices(documents: Sequence[fattura.Proforma], form: str, folder: Path, language: str) -> list[Path]:
    layout, ending = INVOICES[form]
    folder.mkdir(parents=True, exist_ok=True)
    write = import_module(f"reports.fattura.{layout}").write
    # An electronic invoice is in Italian, whatever its writer speaks.
    more = {} if form == "fattura" else {"language": language}
    paths = [folder / f"{document.number}{ending}" for document in documents]
    for document, path in zip(documents, paths, strict=True):
        write(document, path, **more)
    return paths


_MONTH = click.option("--month", type=MONTH, required=True, help="The month, such as 03/2026.")


@click.group(cls=Group)
def recharge() -> None:
    """What the mandatary invoices to an employer, and the VAT that adds to what the plan paid."""


@recharge.command("list")
@_MONTH
@click.option("--format", "form", type=click.Choice(("xlsx", "csv")), default="xlsx", show_default=True,
              help="A workbook, or a table.")  # fmt: skip
@click.option(
    "--detail", is_flag=True, help="Any month, amount and id of each voucher: for who runs or audits the mandate."
)
@click.option("--output", type=FILE, help="File to write; named after the book in this folder unless given.")
@click.pass_obj
def list_recharges(caller: Caller, /, month: date, form: str, output: Path | None, *, detail: bool) -> None:
    """Write an employer's recharges of a closed month: VAT and voucher of each, never provider or service."""

    def read(session: Session) -> tuple[str, recharge_list.RechargeList]:
        book_id = book_of(caller, session)
        return funders.of_book(session, book_id).code, recharge_list.gather(session, book_id, month, detail=detail)

    with caller.progress("Preparo l'elenco", "Preparing the list"):
        code, gathered = look(read, snapshot=True)
        path = output or Path(f"{code}-{gathered.starts_on:%Y-%m}-recharge.{form}")
        import_module(f"reports.recharge_list.{form}").write(gathered, path, caller.language)
    caller.say("Scritto {path}.", "Wrote {path}.", path=path)
    caller.data(path=path, format=form, reconciles=gathered.holds)


@recharge.command("record")
@_MONTH
@dry_run
@click.pass_obj
def record_recharges(caller: Caller, /, month: date) -> None:
    """Write the VAT that a month's recharges add as the employer's debt; again, only what changed since."""

    def work(session: Session) -> recharges.Recorded:
        return recharges.record(session, book_of(caller, session), month, actor=caller.actor)

    done = change(caller, work)
    added = money.from_minor(done.added_minor)
    caller.say(
        "Debito dell'azienda per IVA: {added} in più, in {entries:scrittura|scritture}.",
        "The employer's debt for VAT: {added} more, in {entries:entry|entries}.",
        added=added,
        entries=len(done.entry_ids),
    )
    caller.data(added=added, entries=list(done.entry_ids))


@recharge.command("pay")
@click.argument("amount", type=AMOUNT)
@click.option("--on", "on", type=DAY, help="Day of the transfer; today unless given.")
@click.option("--reference", type=TEXT, help="Reference of the transfer, unique in the book.")
@dry_run
@click.pass_obj
def pay_recharges(caller: Caller, /, amount: Money, on: date | None, reference: str | None) -> None:
    """Record the employer's bank transfer for the VAT that recharges added."""

    def work(session: Session) -> tuple[int, int]:
        book_id = book_of(caller, session)
        day = on or clock.today()
        entry = recharges.record_payment(session, book_id, amount, on=day, actor=caller.actor, reference=reference)
        return entry, recharges.due(session, book_id)

    entry_id, due = change(caller, work)
    left = money.from_minor(due)
    caller.say(
        "Registrato il pagamento di {amount}; restano {left}.",
        "Recorded the payment of {amount}; {left} is left.",
        amount=amount,
        left=left,
    )
    caller.data(entry=entry_id, left=left)


@click.command(cls=Command)
@_MONTH
@click.option("--territory", type=TEXT, help="Write what one territory reads: its own flows, position and transfer.")
@click.option("--format", "form", type=click.Choice(("pdf", "xlsx")), default="pdf", show_default=True,
              help="A document, or a workbook.")  # fmt: skip
@TERMS
@click.option("--output", type=FILE, help="File to write; named after the month in this folder unless given.")
@click.pass_obj
def clearing_statement(
    caller: Caller, /, month: date, territory: str | None, form: str, path: Path | None, output: Path | None
) -> None:
    """Write what territories owe each other for a month: flows, fees, one position each; provisional until closed."""

    def read(session: Session) -> tuple[territory_clearing.ClearingStatement, node.NodeStatement | None]:
        place = territories.get(session, territory) if territory else None
        found = territory_clearing.gather(session, month, agreed=agreed(path))
        return found, node.of(found, place.code, place.name) if place else None

    with caller.progress("Preparo la compensazione", "Preparing the clearing"):
        whole, part = look(read, snapshot=True)
        layout, told = (f"node_{form}", part) if part else (form, whole)
        place = f"-{territory}" if territory else ""
        to = output or Path(f"clearing-{whole.starts_on:%Y-%m}{place}.{form}")
        import_module(f"reports.territory_clearing.{layout}").write(told, to, caller.language)
    caller.say("Scritto {path}.", "Wrote {path}.", path=to)
    caller.data(path=to, format=form, closed=whole.closed, reconciles=(part or whole).holds)
