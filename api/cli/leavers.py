"""borsellino leavers: what is left to people whose employment ended, and how long."""

from __future__ import annotations

from datetime import date

import click
from sqlalchemy.orm import Session

from api.cli import persons
from api.cli.caller import Caller, Column, euro
from api.cli.groups import Group
from api.cli.words import DAY, TEXT
from api.cli.work import book_of, look
from config import clock
from wallet import leavers as countdown
from wallet.leavers import SENTENCES, Leaver


@click.group(cls=Group)
def leavers() -> None:
    """Show the credit of people who left, with its countdown."""


@leavers.command("list")
@click.option("--on", type=DAY, help="Day to count from; today unless given.")
@click.pass_obj
def list_(caller: Caller, on: date | None) -> None:
    """List, for the personnel office, who left with credit, how much and for how many days; nothing they bought."""
    day = on or clock.today()
    found = look(lambda session: countdown.of_book(session, book_of(caller, session), on=day))
    columns = [
        Column("cognome", "last name", folds=True),
        Column("nome", "first name", folds=True),
        Column("cessato", "left"),
        Column("piano", "plan"),
        Column("ultimo giorno", "last day"),
        Column("giorni", "days", right=True),
        Column("resta", "left over", right=True),
    ]
    rows = [
        (x.employee.last_name, x.employee.first_name, x.left_on, c.plan_code, c.last_day, c.days_left,
         euro(c.left_minor))
        for x in found
        for c in x.credits
    ]  # fmt: skip
    caller.table(columns, rows)
    # What is held, and so under way, is the person's own: the office has one sum a plan.
    caller.data(
        on=day,
        leavers=[
            {
                "employee_id": x.employee.employee_id,
                "last_name": x.employee.last_name,
                "first_name": x.employee.first_name,
                "left_on": x.left_on,
                "credits": [
                    {
                        "plan": c.plan_code,
                        "last_day": c.last_day,
                        "days_left": c.days_left,
                        "left_minor": c.left_minor,
                    }
                    for c in x.credits
                ],
            }
            for x in found
        ],
    )


@leavers.command()
@click.argument("employee", type=TEXT)
@click.option("--on", type=DAY, help="Day to count from; today unless given.")
@click.pass_obj
def show(caller: Caller, employee: str, on: date | None) -> None:
    """Show one person who left what they have, until when, and what can be done with it."""
    day = on or clock.today()

    def read(session: Session) -> Leaver | None:
        book_id = book_of(caller, session)
        card = persons.employee(session, book_id, employee)
        return countdown.of_person(session, book_id, card.employee_id, on=day)

    found = look(read)
    if found is None:
        caller.say("Il rapporto di lavoro è in corso.", "The employment goes on.")
        caller.data(on=day, leaver=None)
        return
    caller.say(
        "{last} {first}, rapporto finito il {left}: restano {amount}.",
        "{last} {first}, employment ended on {left}: {amount} left.",
        last=found.employee.last_name, first=found.employee.first_name, left=found.left_on,
        amount=euro(found.left_minor),
    )  # fmt: skip
    for credit in found.credits:
        _tell(caller, credit)
    caller.data(on=day, leaver=found)


def _tell(caller: Caller, credit: countdown.Credit) -> None:
    if credit.days_left == 0:
        caller.say("{plan}: {amount}, tempo finito il {day}.", "{plan}: {amount}, time ended on {day}.",
                   plan=credit.plan_name, amount=euro(credit.left_minor), day=credit.last_day)  # fmt: skip
    elif credit.days_left == 1:
        caller.say("{plan}: {amount} spendibili ancora solo oggi.", "{plan}: {amount} to spend today only.",
                   plan=credit.plan_name, amount=euro(credit.available_minor))  # fmt: skip
    else:
        caller.say(
            "{plan}: {amount} spendibili ancora per {days} giorni, fino al {day} compreso.",
            "{plan}: {amount} to spend for another {days} days, up to {day} included.",
            plan=credit.plan_name, amount=euro(credit.available_minor), days=credit.days_left, day=credit.last_day,
        )  # fmt: skip
    if credit.held_minor:
        caller.say("  vincolati {held}.", "  {held} held.", held=euro(credit.held_minor))
    for way in credit.ways:
        it, en = SENTENCES[way]
        caller.say("  - {it}", "  - {en}", it=it, en=en)
