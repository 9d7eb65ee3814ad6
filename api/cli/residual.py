"""borsellino residual: ended credit that is paid to pension funds, and own money paid back to citizens."""

from __future__ import annotations

from datetime import date
from typing import Any

import click
from moneyed import Money
from sqlalchemy.orm import Session

from api.cli import persons
from api.cli.caller import Caller, Column, euro
from api.cli.groups import Group, dry_run
from api.cli.words import AMOUNT, DAY, TEXT, Word
from api.cli.work import book_of, change, look
from config import clock
from wallet import residual as due
from wallet import residual_payments as payments
from wallet.residual import Left, PensionDue
from wallet.residual_payments import Payee, Payer, Payment


@click.group(cls=Group)
def residual() -> None:
    """List what became of credit that nobody spent in time, and record what of it was paid."""


@residual.command()
@click.option("--plan", type=TEXT, help="One plan; all unless given.")
@click.option("--from", "since", type=DAY, default="1970-01-01", help="First day on which the credit ended.")
@click.option("--to", "until", type=DAY, default="2200-12-31", help="Last day on which the credit ended.")
@click.pass_obj
def pension(caller: Caller, plan: str | None, since: date, until: date) -> None:
    """List, for payroll, what to pay into each worker's pension fund, bonuses apart from other credit."""

    def read(session: Session) -> tuple[tuple[PensionDue, ...], int]:
        book_id = book_of(caller, session)
        found = due.pension_due(session, book_id, plan_code=plan, since=since, until=until)
        return found, due.pension_balance(session, book_id, plan)

    found, balance = look(read, snapshot=True)
    columns = [
        Column("piano", "plan"),
        Column("fonte", "source"),
        Column("matricola", "number"),
        Column("cognome", "last name", folds=True),
        Column("nome", "first name", folds=True),
        Column("codice fiscale", "tax code"),
        Column("cessato", "left"),
        Column("scaduto dal", "ended from"),
        Column("al", "to"),
        Column("importo", "amount", right=True),
        Column("già pagato", "paid so far", right=True),
        Column("fuori tetto", "outside ceiling"),
    ]
    rows = [
        (x.plan_code, x.source, x.employee_no, x.last_name, x.first_name, x.tax_code, x.left_on, x.first_on, x.last_on,
         euro(x.amount_minor), euro(x.paid_minor), x.outside_ceiling)
        for x in found
    ]  # fmt: skip
    caller.table(columns, rows)
    total = sum(line.amount_minor for line in found)
    caller.say(
        "Totale {total}; nei conti per la previdenza ci sono {balance}.",
        "Total {total}; the accounts for pension funds hold {balance}.",
        total=euro(total), balance=euro(balance),
    )  # fmt: skip
    if any(not line.outside_ceiling for line in found):
        caller.say(
            "Ciò che non era premio conta nel tetto annuo della previdenza: interpretazione, chiedere al consulente.",
            "What was no bonus counts in the yearly ceiling of pensions: an interpretation, ask the consultant.",
        )
    caller.data(due=found, total_minor=total, balance_minor=balance)


@residual.command()
@click.option("--plan", type=TEXT, help="One plan; all unless given.")
@click.pass_obj
def citizens(caller: Caller, plan: str | None) -> None:
    """List the own money of private citizens that time has ended and that nobody has paid back."""

    def read(session: Session) -> list[Left]:
        return [each for each in due.own_money(session, book_of(caller, session), plan_code=plan) if each.left_minor]

    found = look(read)
    columns = (
        Column("piano", "plan"), Column("cognome", "last name", folds=True), Column("nome", "first name", folds=True),
        Column("codice fiscale", "tax code"), Column("scaduto", "ended", right=True),
        Column("tornato", "gone back", right=True), Column("pagato", "paid", right=True),
        Column("resta", "left", right=True),
    )  # fmt: skip
    rows = [
        (
            x.plan_code, x.last_name, x.first_name, x.tax_code, euro(x.ended_minor), euro(x.back_minor),
            euro(x.paid_minor), euro(x.left_minor),
        )
        for x in found
    ]  # fmt: skip
    caller.table(columns, rows)
    total = sum(each.left_minor for each in found)
    caller.say("Totale {total}.", "Total {total}.", total=euro(total))
    caller.data(waiting=found, total_minor=total)


@residual.command()
@click.argument("person", type=TEXT)
@click.option("--plan", type=TEXT, required=True, help="Code of the plan.")
@click.option("--to", "payee", type=Word(Payee), required=True, help="Who was paid.")
@click.option("--account", type=TEXT, required=True, help="Where to: the citizen's IBAN, or the fund and its account.")
@click.option("--reference", type=TEXT, required=True, help="Of the payment; the same one again changes nothing.")
@click.option("--amount", type=AMOUNT, help="How much; all that waits unless given.")
@click.option("--paid-by", "payer", type=Word(Payer), default="operator", show_default=True,
              help="From the book's bank, or by the employer through payroll, who gets it back.")  # fmt: skip
@click.option("--on", type=DAY, help="Day of the payment; today unless given.")
@dry_run
@click.pass_obj
def pay(caller: Caller, /, person: str, plan: str, payee: Payee, amount: Money | None, **told: Any) -> None:
    """Record that ended credit of PERSON was paid: own money back to a citizen, or into a pension fund."""
    on: date = told.pop("on") or clock.today()

    def work(session: Session) -> Payment:
        book_id = book_of(caller, session)
        found = persons.employee(session, book_id, person)
        return payments.pay(
            session, book_id, found.employee_id, plan, payee, amount=amount, on=on, actor=caller.actor, **told
        )

    done = change(caller, work)
    if done.replayed:
        caller.say("Già registrato:", "Recorded before:")
    caller.say(
        "{id}: pagati {amount} ({payee}), conto {account}, riferimento {ref}.",
        "{id}: {amount} paid ({payee}), account {account}, reference {ref}.",
        id=done.payment_id, amount=euro(done.amount_minor), payee=done.payee, account=done.account, ref=done.reference,
    )  # fmt: skip
    caller.data(payment=done)


@residual.command()
@click.argument("payment", type=TEXT)
@click.option("--reason", type=TEXT, required=True, help="Why; it is kept.")
@click.option("--on", type=DAY, help="Day of the reversing entry; today unless given.")
@dry_run
@click.pass_obj
def undo(caller: Caller, payment: str, reason: str, on: date | None) -> None:
    """Take back that PAYMENT was made: its entry is reversed, and what it paid waits again."""

    def work(session: Session) -> Payment:
        book_id = book_of(caller, session)
        return payments.undo(session, book_id, payment, reason=reason, on=on or clock.today(), actor=caller.actor)

    done = change(caller, work)
    caller.say(
        "{id}: annullato, {amount} sono di nuovo da pagare.", "{id}: undone, {amount} is to be paid again.",
        id=done.payment_id, amount=euro(done.amount_minor),
    )  # fmt: skip
    caller.data(payment=done)


@residual.command("payments")
@click.pass_obj
def payments_(caller: Caller) -> None:
    """List the payments of ended credit that were recorded, and those that were undone."""
    found = look(lambda session: payments.listed(session, book_of(caller, session)))
    columns = (
        Column("pagamento", "payment"), Column("piano", "plan"), Column("persona", "person"), Column("a", "to"),
        Column("conto", "account", folds=True), Column("riferimento", "reference", folds=True),
        Column("data", "date"), Column("importo", "amount", right=True), Column("annullato", "undone", folds=True),
    )  # fmt: skip
    rows = [
        (
            x.payment_id, x.plan_code, x.employee_id, x.payee, x.account, x.reference, x.paid_on,
            euro(x.amount_minor), x.undone_reason or "",
        )
        for x in found
    ]  # fmt: skip
    caller.table(columns, rows)
    caller.data(payments=found)
