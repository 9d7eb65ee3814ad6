"""borsellino wallet: what one person has, holds and did."""

from __future__ import annotations

from dataclasses import dataclass

import click
from sqlalchemy.orm import Session

from api.cli import persons
from api.cli.caller import Caller, Column, euro
from api.cli.groups import Group, dry_run
from api.cli.words import TEXT
from api.cli.work import book_of, change, look
from config import clock
from ledger import accounts
from plans import plans
from plans.people import EmployeeCard
from wallet import authorizations, labels, lots, wallets
from wallet.authorizations import Authorization
from wallet.lots import SpendableLot


@click.group(cls=Group)
def wallet() -> None:
    """Look into a wallet, and freeze it."""


@dataclass(frozen=True, slots=True)
class _LotLine:
    lot: SpendableLot
    plan_code: str
    held_minor: int
    spendable: bool


@wallet.command()
@click.argument("employee", type=TEXT)
@click.option("--authorizations", "how_many", type=click.IntRange(0, 1_000), default=20, show_default=True,
              help="At most so many of the latest authorizations.")  # fmt: skip
@click.pass_obj
def show(caller: Caller, employee: str, how_many: int) -> None:
    """Show the lots of a wallet, what is held, what expires next, and the latest authorizations."""

    def read(session: Session) -> tuple[EmployeeCard, list[_LotLine], list[Authorization]]:
        book_id = book_of(caller, session)
        card = persons.employee(session, book_id, employee)
        latest = authorizations.of_employee(session, book_id, card.employee_id)[:how_many]
        return card, _lots(session, book_id, card), latest

    card, lines, latest = look(read)
    open_lines = [line for line in lines if line.spendable]
    available = sum(line.lot.available_minor for line in open_lines)
    held = sum(line.held_minor for line in lines)
    ending = min((line.lot.last_day for line in open_lines if line.lot.available_minor > 0), default=None)
    soon = sum(line.lot.available_minor for line in open_lines if line.lot.last_day == ending)
    caller.say(
        "{last} {first}: disponibili {available}, vincolati {held}.",
        "{last} {first}: {available} available, {held} held.",
        last=card.last_name, first=card.first_name, available=euro(available), held=euro(held),
    )  # fmt: skip
    if ending is not None:
        caller.say("Prossima scadenza: {amount} entro il {day}.", "Next expiry: {amount} by {day}.",
                   amount=euro(soon), day=ending)  # fmt: skip
    _tell_lots(caller, lines)
    _tell_authorizations(caller, latest)
    caller.data(
        employee=card,
        available_minor=available,
        held_minor=held,
        next_expiry=ending,
        next_expiry_minor=soon,
        lots=lines,
        authorizations=latest,
    )


@wallet.command()
@click.argument("employee", type=TEXT)
@dry_run
@click.pass_obj
def freeze(caller: Caller, employee: str) -> None:
    """Decline every further purchase from a wallet; what is held already can be captured and refunded."""
    _set_status(caller, employee, "frozen")
    caller.say("Borsellino sospeso.", "Wallet frozen.")


@wallet.command()
@click.argument("employee", type=TEXT)
@dry_run
@click.pass_obj
def unfreeze(caller: Caller, employee: str) -> None:
    """Let a frozen wallet be used again."""
    _set_status(caller, employee, "open")
    caller.say("Borsellino di nuovo utilizzabile.", "The wallet can be used again.")


def _set_status(caller: Caller, employee: str, status: str) -> None:
    def work(session: Session) -> str:
        book_id = book_of(caller, session)
        card = persons.employee(session, book_id, employee)
        wallets.set_status(session, book_id, card.employee_id, status)
        return card.employee_id

    caller.data(employee_id=change(caller, work), status=status)


def _lots(session: Session, book_id: int, card: EmployeeCard) -> list[_LotLine]:
    found = lots.of_wallet(session, book_id, card.employee_id)
    terms = plans.terms(session, book_id, {lot.plan_id for lot in found})
    states = accounts.states(session, book_id, [lot.account_id for lot in found])
    today = clock.today()
    lines = [
        _LotLine(
            lot,
            terms[lot.plan_id].code,
            states[lot.account_id].held_minor,
            today <= terms[lot.plan_id].last_day(lot.last_day, card.left_on),
        )
        for lot in found
    ]
    return sorted(lines, key=lambda line: (line.lot.last_day, line.plan_code))


def _tell_lots(caller: Caller, lines: list[_LotLine]) -> None:
    columns = [
        Column("piano", "plan"),
        Column("fonte", "source"),
        Column("spendibile entro", "spend by"),
        Column("disponibile", "available", right=True),
        Column("vincolato", "held", right=True),
        Column("riportato", "carried over"),
        Column("scaduto", "expired"),
        Column("credito", "lot"),
    ]
    rows = [
        (x.plan_code, x.lot.source, x.lot.last_day, euro(x.lot.available_minor), euro(x.held_minor), x.lot.carried,
         not x.spendable, x.lot.lot_id)
        for x in lines
    ]  # fmt: skip
    caller.table(columns, rows)


def _tell_authorizations(caller: Caller, latest: list[Authorization]) -> None:
    columns = [
        Column("deciso", "decided"),
        Column("servizio", "service"),
        Column("importo", "amount", right=True),
        Column("addebitato", "captured", right=True),
        Column("stornato", "refunded", right=True),
        Column("stato", "status", folds=True),
        Column("codice", "code"),
        Column("autorizzazione", "authorization"),
    ]
    rows = [
        (a.decided_at, a.service_code, euro(a.amount_minor), euro(a.captured_minor), euro(a.refunded_minor),
         _state(a, caller.language), a.code, a.authorization_id)
        for a in latest
    ]  # fmt: skip
    if rows:
        caller.table(columns, rows)


def _state(found: Authorization, language: str) -> str:
    if found.decline_code is not None:
        return labels.decline(found.decline_code, language)
    return labels.status(found.status, language)
