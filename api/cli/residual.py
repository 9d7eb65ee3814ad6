"""borsellino residual: what plans send to pension funds, for payroll to pay."""

from __future__ import annotations

from datetime import date

import click
from sqlalchemy.orm import Session

from api.cli.caller import Caller, Column, euro
from api.cli.groups import Group
from api.cli.words import DAY, TEXT
from api.cli.work import book_of, look
from wallet import residual as due
from wallet.residual import PensionDue


@click.group(cls=Group)
def residual() -> None:
    """List what became of credit that nobody spent in time."""


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
        Column("fuori tetto", "outside ceiling"),
    ]
    rows = [
        (x.plan_code, x.source, x.employee_no, x.last_name, x.first_name, x.tax_code, x.left_on, x.first_on, x.last_on,
         euro(x.amount_minor), x.outside_ceiling)
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
