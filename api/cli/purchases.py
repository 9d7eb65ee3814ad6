"""borsellino capture, void, refund: what happens to an authorization after it was given."""

from __future__ import annotations

from datetime import date
from typing import Any

import click
from moneyed import Money
from sqlalchemy.orm import Session

from api.cli.caller import Caller, euro
from api.cli.groups import Command, dry_run
from api.cli.words import AMOUNT, DAY, TEXT, Word
from api.cli.work import book_of, change
from ledger import books
from wallet import authorizations, captures, labels
from wallet.captures import Change
from wallet.errors import AuthorizationNotFound
from wallet.reasons import Voiding

_KEY = click.option("--key", type=TEXT, help="Idempotency key: the same request again gets the same answer.")
_ON = click.option("--on", type=DAY, help="Business date; today unless given.")
_WHICH = click.argument("authorization", type=TEXT)


def find(caller: Caller, session: Session, asked: str) -> tuple[int, str]:
    """Return the book and the id of an authorization, from its id or from its redemption code, which tells its book."""
    if asked.startswith("aut_"):
        return book_of(caller, session), asked
    book_id, found = authorizations.by_code(session, asked)
    if caller.book is not None and books.require(session, caller.book) != book_id:
        raise AuthorizationNotFound(authorization=asked)
    return book_id, found.authorization_id


def _tell(caller: Caller, done: Change, it: str, en: str) -> None:
    found = done.authorization
    status = labels.status(found.status, caller.language)
    caller.say(it, en, id=found.authorization_id, amount=euro(done.amount_minor), status=status)
    if found.open:
        caller.say(
            "Restano vincolati {rest}.",
            "{rest} are still held.",
            rest=euro(found.amount_minor - found.captured_minor),
        )
    caller.data(authorization=found, amount_minor=done.amount_minor, entry_ids=done.entry_ids)


@click.command(cls=Command)
@_WHICH
@click.option("--amount", type=AMOUNT, help="Part of it; all that is still held unless given.")
@click.option("--final/--keep-open", default=None, help="Release what is left, or keep it held.")
@_ON
@_KEY
@dry_run
@click.pass_obj
def capture(caller: Caller, /, authorization: str, amount: Money | None, final: bool | None, **more: Any) -> None:
    """Record that the provider delivered: what AUTHORIZATION (id or redemption code) holds is now owed."""
    on: date | None = more["on"]

    def work(session: Session) -> Change:
        book_id, found = find(caller, session, authorization)
        return captures.capture(
            session, book_id, found, amount, final=final, on=on, actor=caller.actor, key=more["key"]
        )

    done = change(caller, work)
    _tell(caller, done, "{id}: addebitati {amount} [{status}].", "{id}: {amount} captured [{status}].")


@click.command(cls=Command)
@_WHICH
@click.option("--reason", type=Word(Voiding), default="voided", show_default=True, help="Why.")
@_KEY
@dry_run
@click.pass_obj
def void(caller: Caller, authorization: str, reason: Voiding, key: str | None) -> None:
    """End AUTHORIZATION (id or redemption code) without spending what is left of it."""

    def work(session: Session) -> Change:
        book_id, found = find(caller, session, authorization)
        return captures.void(session, book_id, found, actor=caller.actor, reason=reason, key=key)

    done = change(caller, work)
    _tell(caller, done, "{id}: liberati {amount} [{status}].", "{id}: {amount} released [{status}].")


@click.command(cls=Command)
@_WHICH
@click.option("--amount", type=AMOUNT, help="Part of it; all that was captured and not yet refunded unless given.")
@click.option("--capture", "capture_id", type=int, help="One capture only, by its entry; else the last comes first.")
@click.option("--reason", type=TEXT, help="Why.")
@_ON
@_KEY
@dry_run
@click.pass_obj
def refund(caller: Caller, /, authorization: str, amount: Money | None, reason: str | None, **more: Any) -> None:
    """Give captured money of AUTHORIZATION (id or redemption code) back to the lots it came from."""

    def work(session: Session) -> Change:
        book_id, found = find(caller, session, authorization)
        return captures.refund(
            session, book_id, found, amount, capture_id=more["capture_id"], on=more["on"], actor=caller.actor,
            reason=reason or "", key=more["key"],
        )  # fmt: skip

    done = change(caller, work)
    _tell(caller, done, "{id}: stornati a favore {amount} [{status}].", "{id}: {amount} refunded [{status}].")
