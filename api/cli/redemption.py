"""borsellino redemption: codes that tills redeemed, and those that a person has to settle."""

from __future__ import annotations

import click
from moneyed import Money
from sqlalchemy.orm import Session

from api.cli.caller import Caller, Column, euro
from api.cli.groups import Group, dry_run
from api.cli.words import AMOUNT, TEXT, Word
from api.cli.work import book_of, change, look
from wallet.redemptions import conflicts, records
from wallet.redemptions.records import Redemption
from wallet.redemptions.words import Decision, Status


@click.group(cls=Group)
def redemption() -> None:
    """Codes redeemed at tills, and what came too late to be captured by itself."""


@redemption.command("list")
@click.option("--status", type=Word(Status), help="Only these: conflict is what waits for a person.")
@click.option("--authorization", type=TEXT, help="Only of this purchase, by id.")
@click.pass_obj
def list_(caller: Caller, status: Status | None, authorization: str | None) -> None:
    """List the redemptions of a book's purchases, the newest first."""

    def read(session: Session) -> list[Redemption]:
        query = records.query(status=status, authorization_id=authorization, book_id=book_of(caller, session))
        return [records.value(row) for row in session.execute(query.order_by(records.ID.desc()))]

    found = look(read)
    columns = [
        Column("riscatto", "redemption"),
        Column("autorizzazione", "authorization"),
        Column("fornitore", "provider"),
        Column("servizio", "service"),
        Column("il", "at"),
        Column("chiesti", "asked", right=True),
        Column("addebitati", "captured", right=True),
        Column("stato", "status", folds=True),
        Column("perché", "why", folds=True),
    ]
    rows = [
        (
            each.redemption_id, each.authorization_id, each.provider_code, each.service_code, each.occurred_at,
            euro(each.asked_minor), euro(each.amount_minor), each.status, _why(caller, each),
        )
        for each in found
    ]  # fmt: skip
    caller.table(columns, rows)
    caller.data(redemptions=found)


@redemption.command()
@click.argument("redemption_id", metavar="REDEMPTION", type=TEXT)
@click.argument("decision", type=Word(Decision))
@click.option("--note", type=TEXT, required=True, help="Why it is settled so; it is kept.")
@click.option("--amount", type=AMOUNT, help="How much is charged; what the till asked for unless given.")
@click.option("--replaced-by", "authorization", type=TEXT, help="The purchase, by id, that takes its place.")
@dry_run
@click.pass_obj
def settle(
    caller: Caller, /, redemption_id: str, decision: Decision, note: str, amount: Money | None,
    authorization: str | None,
) -> None:  # fmt: skip
    """Settle REDEMPTION, a conflict: charge it today, replace it by another purchase, or dismiss it."""

    def work(session: Session) -> Redemption:
        return conflicts.settle(
            session,
            records.get(session, redemption_id).book_id,
            redemption_id,
            decision,
            note=note,
            amount=amount,
            authorization_id=authorization,
            actor=caller.actor,
        )

    done = change(caller, work)
    caller.say(
        "{id}: {status}, addebitati {amount}.", "{id}: {status}, {amount} captured.",
        id=done.redemption_id, status=done.status, amount=euro(done.amount_minor),
    )  # fmt: skip
    caller.data(redemption=done)


def _why(caller: Caller, found: Redemption) -> str:
    return "" if found.reason is None else found.reason.label(caller.language)
