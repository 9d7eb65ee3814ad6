"""borsellino reimbursement: expenses that employees paid, from the checklist to the payslip."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click
from moneyed import Money
from sqlalchemy.orm import Session

from api.cli import persons, reimbursement_pages, reimbursement_undoing
from api.cli.caller import Caller
from api.cli.groups import Group, dry_run
from api.cli.words import AMOUNT, DAY, FILE, MONTH, TEXT, Word
from api.cli.work import book_of, change, look
from config import clock
from wallet.reimbursements import checklist, copies, documents, records, requests, reviews
from wallet.reimbursements.documents import Upload
from wallet.reimbursements.records import Reimbursement
from wallet.reimbursements.requests import Correction
from wallet.reimbursements.submission import Submission
from wallet.reimbursements.words import OPEN, Holder, PaymentMeans, Purpose, Reason, State, Statement

_KEY = click.option("--key", type=TEXT, help="Idempotency key: the same request again gets the same answer.")
_NOTE = click.option("--note", type=TEXT, help="A sentence for the employee.")
_WHICH = click.argument("reimbursement", type=TEXT)
_REASONS = click.option("--reason", "reasons", type=Word(Reason), multiple=True, help="Why; may be repeated.")
_FILES = {
    "documents": click.option("--document", "documents", type=FILE, multiple=True, help="The invoice or receipt."),
    "payments": click.option("--payment", "payments", type=FILE, multiple=True, help="The proof of the payment."),
    "contracts": click.option("--contract", "contracts", type=FILE, multiple=True, help="The lease or mortgage."),
}


def _files(command: Any) -> Any:
    for option in reversed(_FILES.values()):
        command = option(command)
    return command


def _uploads(given: dict[str, Any]) -> list[Upload]:
    purposes = {"documents": Purpose.EXPENSE, "payments": Purpose.PAYMENT, "contracts": Purpose.CONTRACT}
    return [documents.read(path, purpose) for name, purpose in purposes.items() for path in given.pop(name)]


@click.group(cls=Group)
def reimbursement() -> None:
    """Give back what an employee paid, through payroll, against documents."""


for _command in reimbursement_undoing.COMMANDS:
    reimbursement.add_command(_command)


@reimbursement.command("checklist")
@click.argument("expense", type=TEXT, required=False)
@click.pass_obj
def checklist_(caller: Caller, expense: str | None) -> None:
    """Say what EXPENSE asks for before it is submitted; without it, list the expenses there are."""
    if expense is None:
        reimbursement_pages.expenses(caller, clock.today())
    else:
        reimbursement_pages.checklist(caller, checklist.expense(expense), clock.today())


@reimbursement.command()
@click.argument("employee", type=TEXT)
@click.argument("expense", type=TEXT)
@click.option("--for", "relative", type=TEXT, help="The relative it is for: id, codice fiscale, name or kinship.")
@click.option("--supplier", type=TEXT, required=True, help="Who was paid.")
@click.option("--supplier-code", type=TEXT, required=True, help="Their partita IVA, codice fiscale or VAT number.")
@click.option("--number", type=TEXT, required=True, help="Number of the document.")
@click.option("--total", type=AMOUNT, required=True, help="Total of the document.")
@click.option("--amount", type=AMOUNT, help="What is asked for of it; all of it unless given.")
@click.option("--paid-on", type=DAY, required=True, help="Day the employee paid.")
@click.option("--dated", type=DAY, help="Day of the document; the day of the payment unless given.")
@click.option("--means", type=Word(PaymentMeans), required=True, help="How the employee paid.")
@click.option(
    "--holder", type=Word(Holder), default="employee", show_default=True, help="In whose name the document is."
)
@click.option("--service", type=TEXT, help="Code of the network's service, if it is one.")
@click.option("--payment-shown", is_flag=True, help="The expense document itself shows that it was paid.")
@click.option("--declare", "statements", type=Word(Statement), multiple=True, help="What the employee declares.")
@click.option("--detracted/--not-detracted", default=None, help="For an expense of an earlier year.")
@click.option("--consent", is_flag=True, help="The employee knows what is taxed through payroll, and goes on.")
@_files
@_KEY
@dry_run
@click.pass_obj
def submit(caller: Caller, /, employee: str, expense: str, relative: str | None, key: str | None, **told: Any) -> None:
    """Submit an EXPENSE that EMPLOYEE paid: it is checked, and its money held, at once."""
    uploads = _uploads(told)

    def work(session: Session) -> Reimbursement:
        book_id = book_of(caller, session)
        card = persons.employee(session, book_id, employee)
        kin = None if relative is None else persons.relative(session, book_id, card.employee_id, relative)
        asked = Submission(
            employee_id=card.employee_id,
            relative_id=None if kin is None else kin.relative_id,
            expense=expense,
            supplier=told["supplier"],
            supplier_tax_code=told["supplier_code"],
            document_no=told["number"],
            document_on=told["dated"] or told["paid_on"],
            document=told["total"],
            amount=told["amount"],
            expense_on=told["paid_on"],
            payment_means=told["means"],
            holder=told["holder"],
            service_code=told["service"],
            statements=frozenset(told["statements"]),
            payment_shown=told["payment_shown"],
            already_detracted=told["detracted"],
            consent=told["consent"],
        )
        store = None if caller.dry_run else documents.store()
        return requests.submit(session, book_id, asked, uploads, store=store, actor=caller.actor, office=True, key=key)

    reimbursement_pages.tell(caller, change(caller, work))


@reimbursement.command()
@_WHICH
@click.option("--holder", type=Word(Holder), help="In whose name the document is now.")
@click.option("--supplier", type=TEXT, help="Who was paid.")
@click.option("--supplier-code", type=TEXT, help="Their partita IVA, codice fiscale or VAT number.")
@click.option("--number", type=TEXT, help="Number of the document.")
@click.option("--total", type=AMOUNT, help="Total of the document.")
@click.option("--paid-on", type=DAY, help="Day the employee paid.")
@click.option("--dated", type=DAY, help="Day of the document.")
@click.option("--detracted/--not-detracted", default=None, help="For an expense of an earlier year.")
@_files
@_NOTE
@_KEY
@dry_run
@click.pass_obj
def fix(caller: Caller, /, reimbursement: str, note: str | None, key: str | None, **told: Any) -> None:
    """Mend REIMBURSEMENT with documents or corrected facts; it keeps its place in the queue."""
    uploads = _uploads(told)
    correction = Correction(
        holder=told["holder"],
        supplier=told["supplier"],
        supplier_tax_code=told["supplier_code"],
        document_no=told["number"],
        document_on=told["dated"],
        document=told["total"],
        expense_on=told["paid_on"],
        already_detracted=told["detracted"],
    )

    def work(session: Session) -> Reimbursement:
        store = None if caller.dry_run else documents.store()
        return requests.fix(
            session,
            book_of(caller, session),
            reimbursement,
            correction,
            uploads,
            store=store,
            actor=caller.actor,
            office=True,
            note=note or "",
            key=key,
        )

    reimbursement_pages.tell(caller, change(caller, work))


@reimbursement.command()
@click.pass_obj
def review(caller: Caller) -> None:
    """List what waits for an answer, in the order in which it was submitted."""
    _list(caller, None, (State.SUBMITTED,))


@reimbursement.command("ask-fix")
@_WHICH
@_REASONS
@_NOTE
@_KEY
@dry_run
@click.pass_obj
def ask_fix(caller: Caller, reimbursement: str, reasons: Sequence[Reason], note: str | None, key: str | None) -> None:
    """Ask the employee to mend REIMBURSEMENT; its place and its money stay."""

    def work(session: Session) -> Reimbursement:
        book_id = book_of(caller, session)
        return reviews.ask_fix(session, book_id, reimbursement, reasons, actor=caller.actor, note=note or "", key=key)

    reimbursement_pages.tell(caller, change(caller, work), reasons)


@reimbursement.command()
@_WHICH
@click.option("--amount", type=AMOUNT, help="Less than what was asked for, with a reason.")
@_REASONS
@_NOTE
@_KEY
@dry_run
@click.pass_obj
def approve(
    caller: Caller, /, reimbursement: str, amount: Money | None, reasons: Sequence[Reason], **more: Any
) -> None:
    """Approve REIMBURSEMENT, or a part of it: payroll owes it to the employee from now on."""

    def work(session: Session) -> Reimbursement:
        book_id = book_of(caller, session)
        return reviews.approve(
            session,
            book_id,
            reimbursement,
            amount,
            reasons=reasons,
            actor=caller.actor,
            note=more["note"] or "",
            key=more["key"],
        )

    reimbursement_pages.tell(caller, change(caller, work), reasons)


@reimbursement.command()
@_WHICH
@_REASONS
@_NOTE
@_KEY
@dry_run
@click.pass_obj
def reject(caller: Caller, reimbursement: str, reasons: Sequence[Reason], note: str | None, key: str | None) -> None:
    """Reject REIMBURSEMENT for reasons the employee is told; its money is free again."""

    def work(session: Session) -> Reimbursement:
        book_id = book_of(caller, session)
        return reviews.reject(session, book_id, reimbursement, reasons, actor=caller.actor, note=note or "", key=key)

    reimbursement_pages.tell(caller, change(caller, work), reasons)


@reimbursement.command()
@_WHICH
@_NOTE
@_KEY
@dry_run
@click.pass_obj
def withdraw(caller: Caller, reimbursement: str, note: str | None, key: str | None) -> None:
    """Take back REIMBURSEMENT, which nobody has decided yet, on the employee's word."""

    def work(session: Session) -> Reimbursement:
        book_id = book_of(caller, session)
        return requests.withdraw(session, book_id, reimbursement, actor=caller.actor, note=note or "", key=key)

    reimbursement_pages.tell(caller, change(caller, work))


@reimbursement.command()
@_WHICH
@click.option("--month", type=MONTH, required=True, help="The payslip's month, such as 08/2026.")
@click.option("--on", type=DAY, help="Day of the payment; today unless given.")
@_KEY
@dry_run
@click.pass_obj
def pay(caller: Caller, reimbursement: str, month: date, on: date | None, key: str | None) -> None:
    """Record that payroll paid REIMBURSEMENT, on a day and in a month's payslip."""

    def work(session: Session) -> Reimbursement:
        book_id = book_of(caller, session)
        return reviews.pay(session, book_id, reimbursement, payroll_month=month, on=on, actor=caller.actor, key=key)

    reimbursement_pages.tell(caller, change(caller, work))


@reimbursement.command("list")
@click.option("--employee", type=TEXT, help="Only this employee's.")
@click.option("--state", "states", type=Word(State), multiple=True, help="Only in this state; may be repeated.")
@click.option("--open", "only_open", is_flag=True, help="Only what nobody has decided yet.")
@click.pass_obj
def list_(caller: Caller, employee: str | None, states: Sequence[State], only_open: bool) -> None:
    """List reimbursements, the first submitted first."""
    _list(caller, employee, OPEN if only_open else tuple(states) or None)


@reimbursement.command()
@_WHICH
@click.option("--save", type=FILE, help="Folder that copies of the documents are written into.")
@click.pass_obj
def show(caller: Caller, reimbursement: str, save: Path | None) -> None:
    """Show REIMBURSEMENT with its documents, its history and its line in the Certificazione Unica."""

    def read(session: Session) -> reimbursement_pages.Whole:
        book_id = book_of(caller, session)
        found = records.get(session, book_id, reimbursement)
        return reimbursement_pages.whole(session, book_id, found)

    whole = look(read)
    reimbursement_pages.show(caller, whole)
    if save is not None:
        written = copies.save(documents.store(), whole.documents, save)
        caller.note("Documenti copiati in {folder}: {n}.", "Documents copied to {folder}: {n}.", folder=save, n=written)


def _list(caller: Caller, employee: str | None, states: tuple[State, ...] | None) -> None:
    def read(session: Session) -> list[reimbursement_pages.Line]:
        book_id = book_of(caller, session)
        who = None if employee is None else persons.employee(session, book_id, employee).employee_id
        return reimbursement_pages.lines(
            session, book_id, records.find(session, book_id, employee_id=who, states=states)
        )

    reimbursement_pages.tell_list(caller, look(read))
