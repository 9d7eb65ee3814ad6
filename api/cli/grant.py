"""borsellino grant: the correction of credit that was granted by mistake."""

from __future__ import annotations

from datetime import date

import click
from moneyed import Money
from sqlalchemy.orm import Session

from api.cli.caller import Caller
from api.cli.groups import Group, dry_run
from api.cli.words import AMOUNT, DAY, TEXT
from api.cli.work import book_of, change
from config import clock
from wallet import grants


@click.group(cls=Group)
def grant() -> None:
    """Correct credit that was granted by mistake."""


@grant.command()
@click.argument("lot", type=TEXT)
@click.argument("amount", type=AMOUNT)
@click.option("--reason", type=TEXT, required=True, help="Why, in words that somebody can read next year.")
@click.option("--on", type=DAY, help="Business date; today unless given.")
@dry_run
@click.pass_obj
def correct(caller: Caller, lot: str, amount: Money, reason: str, on: date | None) -> None:
    """Take AMOUNT of unspent credit back from LOT, as an entry of its own."""

    def work(session: Session) -> int:
        return grants.correct(
            session, book_of(caller, session), lot, amount, reason=reason, on=on or clock.today(), actor=caller.actor
        )

    entry = change(caller, work)
    caller.say(
        "Tolti {amount} dal credito {lot}, scrittura {entry}.", "Took {amount} back from lot {lot}, entry {entry}.",
        amount=amount, lot=lot, entry=entry,
    )  # fmt: skip
    caller.data(entry_id=entry, lot_id=lot, amount=amount)
