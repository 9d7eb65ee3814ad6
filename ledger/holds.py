"""Holds: money reserved over several accounts, then captured in parts, voided, or expired by time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from config.database import call, run
from config.money import MAX_MINOR, from_minor
from ledger import refusals
from ledger.errors import AmountNotPositive, AmountTooLarge, HoldExpired
from ledger.posting import Pair

_HOLD = "select hold_id, code, detail from ledger_hold(%s, %s, %s, %s::bigint[], %s::bigint[], %s)"
_CAPTURE = (
    "select entry_id, code, detail from"
    " ledger_capture(%s, %s, %s, %s, %s, %s, %s::bigint[], %s::bigint[], %s, %s, %s, %s, %s)"
)
_VOID = "select released, code, detail from ledger_void(%s, %s)"
_REFUND = "select entry_id, code, detail from ledger_refund(%s, %s, %s, %s, %s, %s, %s, %s, %s)"
_EXTEND = (
    "update hold set expires_at = %s"
    " where book_id = %s and hold_id = %s and state = 'open' and expires_at > ledger_now()"
)
_SETTLE = "select ledger_settle_holds(%s, %s::bigint[])"


def reserve(
    session: Session,
    book_id: int,
    shares: Sequence[tuple[int, int]],
    *,
    expires_at: datetime,
    reference: str | None = None,
    currency: str = "EUR",
) -> int:
    """
    Reserve money in one or more accounts until a moment, and return the hold's id.

    Units:  `shares` are (account id, minor units), in the order in which captures will use them; shares of the same
            account count together.
    Errors: AmountNotPositive, AmountTooLarge, CurrencyMismatch, DuplicateReference, BookNotFound, AccountNotFound,
            AccountFrozen, AccountClosed, InsufficientFunds, HoldExpired, LedgerCorrupt; the first that applies.
    """
    _check_amounts([amount_minor for _, amount_minor in shares], currency)
    merged: dict[int, int] = {}
    for account_id, amount_minor in shares:
        merged[account_id] = merged.get(account_id, 0) + amount_minor
    parameters = (book_id, currency, reference, list(merged), list(merged.values()), expires_at)
    return _answer(session, _HOLD, parameters, book_id=book_id, currency=currency)


def capture(
    session: Session,
    book_id: int,
    hold_id: int,
    amount_minor: int,
    *,
    credit_account_id: int,
    through: Sequence[Pair] = (),
    final: bool,
    kind: str,
    occurred_on: date,
    actor: str,
    reference: str | None = None,
    memo: str = "",
    currency: str = "EUR",
) -> int:
    """
    Turn all or part of a hold into an entry towards one account, and return the entry's id.

    The held accounts are debited in the hold's order. `through` are further postings that carry the whole amount
    (their own amounts are not looked at). When `final`, what the hold still reserves is released.

    Units:  `amount_minor` in the book's currency, 0 < amount_minor <= what the hold still reserves.
    Errors: AmountNotPositive, AmountTooLarge, CurrencyMismatch, DuplicateReference, BookNotFound, AccountNotFound,
            HoldNotFound, AccountFrozen, AccountClosed, HoldExpired, HoldAlreadyCaptured, HoldAlreadyVoided,
            CaptureExceedsHold, PeriodClosed, OccurredInFuture, LedgerCorrupt.
    """
    _check_amounts([amount_minor], currency)
    parameters = (
        book_id,
        currency,
        hold_id,
        amount_minor,
        final,
        credit_account_id,
        [pair.debit_account_id for pair in through],
        [pair.credit_account_id for pair in through],
        kind,
        occurred_on,
        reference,
        actor,
        memo,
    )
    context = {"book_id": book_id, "hold_id": hold_id, "occurred_on": occurred_on, "currency": currency}
    return _answer(session, _CAPTURE, parameters, **context)


def void(session: Session, book_id: int, hold_id: int) -> int:
    """
    End a hold and return what it gave back, in minor units.

    Errors: HoldNotFound, HoldExpired, HoldAlreadyCaptured, HoldAlreadyVoided, LedgerCorrupt.
    """
    return _answer(session, _VOID, (book_id, hold_id), book_id=book_id, hold_id=hold_id)


def extend(session: Session, book_id: int, hold_id: int, expires_at: datetime) -> None:
    """
    Let a hold that is still open end at another moment.

    Errors: HoldExpired where it is not open any more.
    """
    if not run(session, _EXTEND, (expires_at, book_id, hold_id)):
        raise HoldExpired(expired_at=expires_at)


def refund(
    session: Session,
    book_id: int,
    captured_entry_id: int,
    amount_minor: int,
    *,
    kind: str,
    occurred_on: date,
    actor: str,
    reference: str | None = None,
    memo: str = "",
    currency: str = "EUR",
) -> int:
    """
    Give back all or part of a capture to the accounts it came from, last charged first; return the entry's id.

    Units:  minor units; all refunds of one capture together never exceed it.
    Errors: AmountNotPositive, AmountTooLarge, CurrencyMismatch, DuplicateReference, BookNotFound, CaptureNotFound,
            AccountFrozen, AccountClosed, AlreadyReversed, RefundExceedsCapture, InsufficientFunds, PeriodClosed,
            OccurredInFuture, LedgerCorrupt.
    """
    _check_amounts([amount_minor], currency)
    parameters = (book_id, currency, captured_entry_id, amount_minor, kind, occurred_on, reference, actor, memo)
    return _answer(session, _REFUND, parameters, book_id=book_id, occurred_on=occurred_on, currency=currency)


def settle(session: Session, book_id: int, account_ids: Sequence[int] | None = None) -> int:
    """Expire the holds whose time has come, on these accounts or on all of the book, and return how many."""
    return int(session.connection().exec_driver_sql(_SETTLE, (book_id, account_ids)).scalar_one())


def _check_amounts(amounts: Sequence[int], currency: str) -> None:
    smallest = min(amounts, default=0)
    if smallest <= 0:
        raise AmountNotPositive(amount=from_minor(smallest, currency))
    # Their sum is what is moved: it must be a recordable amount too.
    if sum(amounts) > MAX_MINOR:
        raise AmountTooLarge(amount=from_minor(sum(amounts), currency))


def _answer(session: Session, statement: str, parameters: tuple[Any, ...], **context: Any) -> int:
    result, code, detail = call(session, statement, parameters)
    if code is not None:
        raise refusals.make(code, detail, **context)
    return int(result)
