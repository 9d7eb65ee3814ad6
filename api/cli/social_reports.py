"""borsellino social: the municipality's statement and its SIUSS flows."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from api.cli.caller import Caller

# The group with the commands that move money already in it.
from api.cli.social_money import social as social
from api.cli.words import DAY, FILE, MONTH, TEXT
from api.cli.work import book_of, look
from reports import siuss as flows
from reports import social_statement
from reports.siuss import Flow
from reports.social_statement import SocialStatement


@social.command()
@click.option("--from", "starts_on", type=DAY, required=True, help="First day; the first of a month.")
@click.option("--to", "ends_on", type=DAY, required=True, help="Last day; the last of a month.")
@click.option("--format", "form", type=click.Choice(("pdf", "xlsx")), default="pdf", show_default=True,
              help="A document, or a workbook.")  # fmt: skip
@click.option("--output", type=FILE, help="File to write; named after the period in this folder unless given.")
@click.pass_obj
def statement(caller: Caller, /, starts_on: date, ends_on: date, form: str, output: Path | None) -> None:
    """Write the municipality's statement: granted, used and left of each instrument and service."""

    def read(session: Session) -> SocialStatement:
        return social_statement.gather(session, book_of(caller, session), starts_on, ends_on)

    gathered = look(read, snapshot=True)
    path = output or Path(f"sociale-{starts_on:%Y-%m}-{ends_on:%Y-%m}.{form}")
    # Drawing a document loads a library that no other command needs.
    import_module(f"reports.social_statement.{form}").write(gathered, path, caller.language)
    caller.say("Scritto {path}.", "Wrote {path}.", path=path)
    caller.data(path=path, format=form, reconciles=gathered.proof.holds)


@social.command()
@click.argument("benefit", type=TEXT)
@click.option("--month", type=MONTH, required=True, help="The month, such as 03/2026.")
@click.option("--operator", type=TEXT, required=True, help="Codice fiscale of who sends the flow.")
@click.option("--number", type=click.IntRange(1, 9_999_999), default=1, show_default=True, help="Of the day's flows.")
@click.option("--output", type=FILE, help="File to write; named after the flow in this folder unless given.")
@click.pass_obj
def siuss(caller: Caller, /, benefit: str, output: Path | None, **told: Any) -> None:
    """Write the SIUSS flow of BENEFIT (A2.07 and the like) for a month, once nothing speaks against it."""

    def read(session: Session) -> Flow:
        return flows.gather(
            session, book_of(caller, session), benefit, told["month"], operator_code=told["operator"].upper(),
            number=told["number"],
        )  # fmt: skip

    flow = look(read, snapshot=True)
    for problem in flow.problems:
        caller.note("{text}", "{text}", text=problem.text(caller.language))
    path = output or Path(f"{flow.flow_id}.xml")
    import_module("reports.siuss.xml").write(flow, path)
    caller.say(
        "Scritto {path}: {count:prestazione|prestazioni}. Verificarlo con lo schema INPS prima dell'invio.",
        "Wrote {path}: {count:benefit|benefits}. Check it against the INPS schema before it is sent.",
        path=path, count=len(flow.records),
    )  # fmt: skip
    caller.data(path=path, flow_id=flow.flow_id, records=len(flow.records), remarks=len(flow.problems))
