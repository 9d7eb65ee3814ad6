"""borsellino reimbursement: approvals and payments taken back, and what payroll paid settled with the funder."""

from __future__ import annotations

from datetime import date
from typing import Any

import click
from moneyed import Money
from sqlalchemy.orm import Session

from api.cli import reimbursement_pages
from api.cli.caller import Caller, euro
from api.cli.groups import Command, dry_run
from api.cli.words import AMOUNT, DAY, TEXT, Word
from api.cli.work import book_of, change
from config import clock
from wallet.reimbursements import closing, documents, orphans, undoing
from wallet.reimbursements.orphans import Swept
from wallet.reimbursements.records import Reimbursement
from wallet.reimbursements.words import Undoing

_KEY = click.option("--key", type=TEXT, help="Idempotency key: the same request again gets the same answer.")
_NOTE = click.option("--note", type=TEXT, help="A sentence for the employee.")
_WHICH = click.argument("reimbursement", type=TEXT)


@click.command("withdraw-approval", cls=Command)
@_WHICH
@click.option("--reason", type=Word(Undoing), help="Why the approval is taken back.")
@_NOTE
@_KEY
@dry_run
@click.pass_obj
def withdraw_approval(
    caller: Caller, reimbursement: str, reason: Undoing | None, note: str | None, key: str | None
) -> None:
    """Take back the approval of REIMBURSEMENT before payroll pays it: it is to be reviewed again."""

    def work(session: Session) -> Reimbursement:
        book_id = book_of(caller, session)
        return undoing.withdraw_approval(
            session, book_id, reimbursement, reason, actor=caller.actor, note=note or "", key=key
        )

    reimbursement_pages.tell(caller, change(caller, work))


@click.command("reverse-payment", cls=Command)
@_WHICH
@click.option("--reason", type=Word(Undoing), help="Why the payment is reversed.")
@_NOTE
@_KEY
@dry_run
@click.pass_obj
def reverse_payment(
    caller: Caller, reimbursement: str, reason: Undoing | None, note: str | None, key: str | None
) -> None:
    """Reverse the payment of REIMBURSEMENT, recorded by mistake: payroll owes it again."""

    def work(session: Session) -> Reimbursement:
        book_id = book_of(caller, session)
        return undoing.reverse_payment(
            session, book_id, reimbursement, reason, actor=caller.actor, note=note or "", key=key
        )

    reimbursement_pages.tell(caller, change(caller, work))


_SETTLING = (
    click.option("--on", type=DAY, help="Business date; today unless given."),
    click.option("--reference", type=TEXT, help="Unique in the book: the same one twice is refused."),
)


def _settling(command: Any) -> Any:
    for option in reversed(_SETTLING):
        command = option(command)
    return command


@click.command("set-off", cls=Command)
@click.argument("plan", type=TEXT)
@click.argument("amount", type=AMOUNT)
@_settling
@dry_run
@click.pass_obj
def set_off(caller: Caller, plan: str, amount: Money, on: date | None, reference: str | None) -> None:
    """Set AMOUNT that payroll paid off with what the funder still owes for PLAN, as if it had been transferred."""

    def work(session: Session) -> tuple[int, int]:
        book_id = book_of(caller, session)
        entry = closing.set_off(
            session, book_id, plan, amount, on=on or clock.today(), actor=caller.actor, reference=reference
        )
        return entry, closing.open_minor(session, book_id)

    entry, left = change(caller, work)
    caller.say(
        "{amount} pagati in busta paga compensati con il piano {plan}, scrittura {entry}.",
        "{amount} that payroll paid set off with plan {plan}, entry {entry}.",
        amount=amount, plan=plan, entry=entry,
    )  # fmt: skip
    _tell_open(caller, entry, left)


@click.command(cls=Command)
@click.argument("amount", type=AMOUNT)
@_settling
@dry_run
@click.pass_obj
def repay(caller: Caller, amount: Money, on: date | None, reference: str | None) -> None:
    """Record a bank transfer of AMOUNT to the funder, for reimbursements that payroll paid."""

    def work(session: Session) -> tuple[int, int]:
        book_id = book_of(caller, session)
        entry = closing.repay(session, book_id, amount, on=on or clock.today(), actor=caller.actor, reference=reference)
        return entry, closing.open_minor(session, book_id)

    entry, left = change(caller, work)
    caller.say(
        "{amount} restituiti al finanziatore, scrittura {entry}.",
        "{amount} given back to the funder, entry {entry}.",
        amount=amount, entry=entry,
    )  # fmt: skip
    _tell_open(caller, entry, left)


@click.command("sweep-documents", cls=Command)
@click.option("--days", type=click.IntRange(1), default=orphans.GRACE_DAYS, show_default=True,
              help="Only what nobody kept for so many days.")  # fmt: skip
@dry_run
@click.pass_obj
def sweep_documents(caller: Caller, days: int) -> None:
    """Remove the documents that no reimbursement of any book names: what failed submissions left behind."""

    def work(session: Session) -> Swept:
        return orphans.sweep(session, documents.store(), days=days, dry_run=caller.dry_run)

    swept = change(caller, work)
    caller.say(
        "Tolti: {n:documento|documenti} che nessuno cita ({size} byte); citati: {named}, troppo recenti: {young}.",
        "Removed {n:document|documents} that nobody names ({size} bytes); {named} are named, {young} too young.",
        n=swept.removed, size=swept.removed_bytes, named=swept.named, young=swept.young,
    )  # fmt: skip
    caller.data(swept=swept)


def _tell_open(caller: Caller, entry: int, left: int) -> None:
    caller.say(
        "Pagati in busta paga e ancora da regolare: {left}.", "Paid by payroll and still to be settled: {left}.",
        left=euro(left),
    )  # fmt: skip
    caller.data(entry_id=entry, open_minor=left)


COMMANDS = (withdraw_approval, reverse_payment, set_off, repay, sweep_documents)
