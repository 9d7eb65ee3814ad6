"""borsellino provider-statement, recharge and clearing-statement: what the network's offices and providers read."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from pathlib import Path

import click

from api.cli.caller import Caller
from api.cli.groups import Command
from api.cli.words import DAY, FILE, TEXT
from api.cli.work import look
from reports import provider_settlement


@click.command(cls=Command)
@click.argument("provider", type=TEXT)
@click.option("--from", "starts_on", type=DAY, required=True, help="First day.")
@click.option("--to", "ends_on", type=DAY, required=True, help="Last day.")
@click.option("--format", "form", type=click.Choice(("pdf", "csv")), default="pdf", show_default=True,
              help="A document, or a table.")  # fmt: skip
@click.option("--output", type=FILE, help="File to write; named after the provider in this folder unless given.")
@click.pass_obj
def provider_statement(
    caller: Caller, /, provider: str, starts_on: date, ends_on: date, form: str, output: Path | None
) -> None:
    """Write a provider's settlement statement over all books: captures, refunds, fee, VAT, and what is paid when."""
    with caller.progress("Preparo l'estratto conto", "Preparing the statement"):
        gathered = look(
            lambda session: provider_settlement.gather(session, provider, starts_on, ends_on), snapshot=True
        )
        path = output or Path(f"{provider}-{ends_on.isoformat()}.{form}")
        import_module(f"reports.provider_settlement.{form}").write(gathered, path, caller.language)
    caller.say("Scritto {path}.", "Wrote {path}.", path=path)
    caller.data(path=path, format=form, reconciles=gathered.holds)
