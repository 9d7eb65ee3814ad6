"""borsellino acceptance: purchases that their provider has to accept before they have a code."""

from __future__ import annotations

from collections.abc import Callable

import click
from sqlalchemy.orm import Session

from api.cli.caller import Caller, Column, euro
from api.cli.groups import Group, dry_run
from api.cli.words import TEXT, Word
from api.cli.work import book_of, change, look
from wallet import authorizations
from wallet.acceptances import answering, awaited
from wallet.acceptances.awaited import Acceptance
from wallet.acceptances.words import Reason, State


@click.group(cls=Group)
def acceptance() -> None:
    """What providers are asked to accept, and what they answer by telephone."""


@acceptance.command("list")
@click.option("--state", type=Word(State), help="Only in this state.")
@click.pass_obj
def list_(caller: Caller, state: State | None) -> None:
    """List what the providers of a book's purchases are asked, the newest first."""

    def read(session: Session) -> list[Acceptance]:
        query = awaited.query(state=state, book_id=book_of(caller, session))
        return [awaited.value(row) for row in session.execute(query.order_by(awaited.ID.desc()))]

    found = look(read)
    columns = [
        Column("autorizzazione", "authorization"),
        Column("fornitore", "provider"),
        Column("servizio", "service"),
        Column("quantità", "quantity", right=True),
        Column("importo", "amount", right=True),
        Column("per il", "for"),
        Column("rispondere entro", "answer by"),
        Column("stato", "state", folds=True),
        Column("motivo", "reason", folds=True),
    ]
    rows = [
        (
            each.authorization_id, each.provider_code, each.service_code, each.quantity, euro(each.amount_minor),
            each.service_on, each.answer_by, each.state, each.reason,
        )
        for each in found
    ]  # fmt: skip
    caller.table(columns, rows)
    caller.data(acceptances=found)


@acceptance.command()
@click.argument("authorization", type=TEXT)
@dry_run
@click.pass_obj
def accept(caller: Caller, authorization: str) -> None:
    """Let AUTHORIZATION have its code: its provider will serve."""
    _answer(
        caller,
        authorization,
        lambda session, book_id: answering.accept(session, book_id, authorization, actor=caller.actor),
    )


@acceptance.command()
@click.argument("authorization", type=TEXT)
@click.option("--reason", type=Word(Reason), required=True, help="Why.")
@dry_run
@click.pass_obj
def refuse(caller: Caller, authorization: str, reason: Reason) -> None:
    """Void AUTHORIZATION, which its provider will not serve: the money is free again."""
    _answer(
        caller,
        authorization,
        lambda session, book_id: answering.refuse(session, book_id, authorization, reason, actor=caller.actor),
    )


def _answer(caller: Caller, authorization_id: str, work: Callable[[Session, int], Acceptance]) -> None:
    def answered(session: Session) -> tuple[Acceptance, str | None]:
        done = work(session, awaited.get(session, authorization_id).book_id)
        return done, authorizations.get(session, done.book_id, authorization_id).code

    done, code = change(caller, answered)
    caller.say(
        "{id}: {state}. {quantity} × {service} per il {on}.", "{id}: {state}. {quantity} × {service} for {on}.",
        id=authorization_id, state=done.state, quantity=done.quantity, service=done.service_code, on=done.service_on,
    )  # fmt: skip
    if done.state is State.ACCEPTED:
        caller.say("Codice: {code}", "Code: {code}", code=code)
    caller.data(acceptance=done, code=code)
