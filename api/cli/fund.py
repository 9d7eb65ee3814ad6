"""borsellino fund: what a funder promises and pays."""

from __future__ import annotations

from datetime import date
from typing import Any

import click
from moneyed import Money
from sqlalchemy.orm import Session

from api.cli.caller import Caller, euro
from api.cli.groups import Group, dry_run
from api.cli.words import AMOUNT, DAY, TEXT
from api.cli.work import book_of, change
from config import clock
from plans import plans
from wallet import funding
from wallet.funding import FundingState


@click.group(cls=Group)
def fund() -> None:
    """Record what a funder commits to a plan, and its bank transfers."""


def _options(command: Any) -> Any:
    command = click.option("--reference", type=TEXT, help="Unique in the book: the same one twice is refused.")(command)
    command = click.option("--on", type=DAY, help="Business date; today unless given.")(command)
    command = click.argument("amount", type=AMOUNT)(command)
    return click.argument("plan", type=TEXT)(command)


@fund.command()
@_options
@dry_run
@click.pass_obj
def commit(caller: Caller, plan: str, amount: Money, on: date | None, reference: str | None) -> None:
    """Record that the funder commits AMOUNT to PLAN."""

    def work(session: Session) -> tuple[int, FundingState]:
        book_id = book_of(caller, session)
        entry = funding.commit(
            session, book_id, plan, amount, on=on or clock.today(), actor=caller.actor, reference=reference
        )
        return entry, funding.state(session, plans.by_code(session, book_id, plan))

    entry, state = change(caller, work)
    caller.say(
        "Impegno di {amount} per il piano {plan}, scrittura {entry}.",
        "Commitment of {amount} to plan {plan}, entry {entry}.",
        amount=amount, plan=plan, entry=entry,
    )  # fmt: skip
    _tell(caller, entry, state)


@fund.command()
@_options
@dry_run
@click.pass_obj
def transfer(caller: Caller, plan: str, amount: Money, on: date | None, reference: str | None) -> None:
    """Record a bank transfer of AMOUNT for PLAN."""

    def work(session: Session) -> tuple[int, FundingState]:
        book_id = book_of(caller, session)
        entry = funding.record_transfer(
            session, book_id, plan, amount, on=on or clock.today(), actor=caller.actor, reference=reference
        )
        return entry, funding.state(session, plans.by_code(session, book_id, plan))

    entry, state = change(caller, work)
    caller.say(
        "Bonifico di {amount} per il piano {plan}, scrittura {entry}.",
        "Transfer of {amount} for plan {plan}, entry {entry}.",
        amount=amount, plan=plan, entry=entry,
    )  # fmt: skip
    _tell(caller, entry, state)


def _tell(caller: Caller, entry: int, state: FundingState) -> None:
    caller.say(
        "Impegnato {committed}, versato {funded}, accreditato {granted}; si può accreditare ancora {grantable}.",
        "Committed {committed}, transferred {funded}, granted {granted}; {grantable} can still be granted.",
        committed=euro(state.committed_minor), funded=euro(state.funded_minor),
        granted=euro(state.granted_minor), grantable=euro(state.grantable_minor),
    )  # fmt: skip
    caller.data(entry_id=entry, funding=state)
