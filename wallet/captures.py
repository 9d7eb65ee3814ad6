"""Captures, voids and refunds: what happens to an authorization after it was given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from moneyed import Money
from sqlalchemy.orm import Session

from config import clock
from config.money import from_minor
from ledger import holds, idempotency
from ledger.errors import CaptureExceedsHold, HoldExpired, LedgerCorrupt
from ledger.posting import Pair
from plans.rulebook.words import Channel
from wallet import amounts, authorizations, chart, deliveries, pension, refunds
from wallet.authorizations import Authorization
from wallet.errors import (
    AcceptanceAwaited,
    AuthorizationNotOpen,
    CaptureBeforeAuthorization,
    CaptureExceedsAuthorization,
    ContributionStays,
    PartialCaptureNotAllowed,
)
from wallet.outbox import Event
from wallet.reasons import Voiding
from wallet.reimbursements.errors import ReimbursementHasItsOwnVerbs

# What a key's answer keeps of the authorization: as it was then, not as it is when asked again.
_KEPT = ("status", "captured_minor", "refunded_minor")
_OPEN_OF_PROVIDER = (
    'select book_id, authorization_id, amount_minor - captured_minor as left_minor from "authorization"'
    " where provider_code = %s and status in ('authorized', 'partially_captured') and expires_at > ledger_now()"
    " order by book_id, employee_id, authorization_id"
)


@dataclass(frozen=True, slots=True)
class Change:
    """An authorization after a capture, void or refund, with the entries that were written; minor units."""

    authorization: Authorization
    amount_minor: int
    entry_ids: tuple[int, ...]


def capture(
    session: Session,
    book_id: int,
    authorization_id: str,
    amount: Money | None = None,
    *,
    final: bool | None = None,
    on: date | None = None,
    actor: str,
    key: str | None = None,
) -> Change:
    """
    Turn what an authorization reserves, or a part of it, into a debt to the provider.

    Without an amount everything that is still reserved. `final` (by default when nothing would be left) releases the
    rest. In another territory than the funder's, the entry passes through both clearing accounts, whose sum stays
    zero. In channel DIRECT the fiscal event is written now; what is given before the day it was decided for has to be
    taxed as it was decided.

    Units:  `amount` in euro.
    Errors: those of `amounts.minor`; KeyReused, InProgress; AuthorizationNotFound, ReimbursementHasItsOwnVerbs,
            ContributionStays, AuthorizationNotOpen, AcceptanceAwaited, CaptureBeforeAuthorization,
            PartialCaptureNotAllowed,
            CaptureBeforeService, AmountNotPositive, HoldExpired, CaptureExceedsAuthorization, PeriodClosed,
            OccurredInFuture, LedgerCorrupt.
    Source: glossary, "capture"; DM 25/3/2016 art. 6 for vouchers.
    """
    request = _request(authorization_id, amount, on, final=final)

    def work() -> Change:
        return _capture(session, book_id, authorization_id, amount, final, on or clock.today(), actor, key)

    return _once(session, book_id, actor, "capture", key, request, work)


def _capture(
    session: Session,
    book_id: int,
    authorization_id: str,
    amount: Money | None,
    final: bool | None,
    on: date,
    actor: str,
    key: str | None,
) -> Change:
    found = _lock(session, book_id, authorization_id)
    if not found.open:
        raise AuthorizationNotOpen(authorization=authorization_id, status=found.status)
    if found.answer_by is not None:
        raise AcceptanceAwaited(authorization=authorization_id, answer_by=found.answer_by)
    decided_on = found.decided_at.astimezone(clock.ROME).date()
    if on < decided_on:
        raise CaptureBeforeAuthorization(on=on, decided_on=decided_on)
    reserved = found.amount_minor - found.captured_minor
    amount_minor = reserved if amount is None else amounts.minor(amount)
    if found.channel == Channel.VOUCHER and amount_minor != found.amount_minor:
        raise PartialCaptureNotAllowed(amount=from_minor(found.amount_minor), asked=from_minor(amount_minor))
    # An amount that is none, or more than there is, the ledger refuses.
    if on < found.tax_on and 0 < amount_minor <= reserved:
        deliveries.check_early(session, book_id, found, amount_minor, on)
    final = amount_minor == reserved if final is None else final

    entry_id = _post(session, book_id, found, amount_minor, final, on, actor, key)
    captured = found.captured_minor + amount_minor
    ended = "captured" if final else None
    event, told = Event.AUTHORIZATION_CAPTURED, {"moved_minor": amount_minor}
    changed = authorizations.update(
        session, book_id, found, captured, found.refunded_minor, ended=ended, event=event, told=told
    )
    if found.channel != Channel.VOUCHER:
        deliveries.write_use(session, book_id, found, amount_minor, on, entry_id)
    return Change(changed, amount_minor, (entry_id,))


def void(
    session: Session,
    book_id: int,
    authorization_id: str,
    *,
    actor: str,
    reason: Voiding = Voiding.VOIDED,
    key: str | None = None,
) -> Change:
    """
    End an authorization without spending what is left of it; the money is free again, and the voucher's tax undone.

    Errors: KeyReused, InProgress; AuthorizationNotFound, ReimbursementHasItsOwnVerbs, ContributionStays,
            AuthorizationNotOpen, HoldExpired, LedgerCorrupt.
    """

    def work() -> Change:
        found = _lock(session, book_id, authorization_id)
        if not found.open or found.hold_id is None:
            raise AuthorizationNotOpen(authorization=authorization_id, status=found.status)
        released = holds.void(session, book_id, found.hold_id)
        return Change(authorizations.finish(session, book_id, found, "voided", str(reason)), released, ())

    request = {"authorization": authorization_id, "reason": str(reason)}
    return _once(session, book_id, actor, "void", key, request, work)


def refund(
    session: Session,
    book_id: int,
    authorization_id: str,
    amount: Money | None = None,
    *,
    capture_id: int | None = None,
    on: date | None = None,
    actor: str,
    reason: str = "",
    key: str | None = None,
) -> Change:
    """
    Undo captures, whole or in part, back to the lots they came from, the last charged first.

    `capture_id`, the entry of one capture, says that it is that one which is undone: it goes back to the lots that paid
    it, at most what is left of it, and out of the tax year in which it was given.
    A lot whose last day is past opens again for thirty days if the purchase was made by then; what else is in it ends,
    as the clock would have ended it. The fiscal events are reversed in proportion.

    Units:  `amount` in euro; without it all that is left to refund.
    Errors: those of `amounts.minor`; KeyReused, InProgress; AuthorizationNotFound,
            ReimbursementHasItsOwnVerbs, ContributionStays, AmountNotPositive, CaptureNotOfAuthorization,
            NothingToRefund, RefundExceedsCaptures, PartialRefundNotAllowed, RefundBeforeCapture, PeriodClosed,
            OccurredInFuture, LedgerCorrupt.
    """
    aimed = {} if capture_id is None else {"capture": capture_id}
    request = _request(authorization_id, amount, on, reason=reason, **aimed)

    def work() -> Change:
        found = _lock(session, book_id, authorization_id)
        day = on or clock.today()
        return Change(*refunds.give_back(session, book_id, found, amount, capture_id, day, actor, reason, key))

    return _once(session, book_id, actor, "refund", key, request, work)


def _lock(session: Session, book_id: int, authorization_id: str) -> Authorization:
    found = authorizations.lock(session, book_id, authorization_id)
    if found.channel == Channel.REIMBURSEMENT:
        raise ReimbursementHasItsOwnVerbs(authorization=authorization_id)
    if found.service_code == pension.SERVICE:
        raise ContributionStays(authorization=authorization_id)
    return found


def open_of_provider(session: Session, provider_code: str) -> tuple[int, int]:
    """Return how many authorizations of a provider are open in every book, and what they reserve, in minor units."""
    rows = session.connection().exec_driver_sql(_OPEN_OF_PROVIDER, (provider_code,)).all()
    return len(rows), sum(row.left_minor for row in rows)


def void_of_provider(session: Session, provider_code: str, *, actor: str) -> list[Change]:
    """
    Void every open authorization of a provider in every book: it was suspended, and can serve nobody.

    Called in the transaction that suspends it: a purchase that is under way is waited for, a later one is declined.
    A book that is stopped does not hold the suspension up. What it has open stays so, and nobody can capture it there
    until the book is resumed: then the suspension is repeated.
    """
    authorizations.lock_provider(session, provider_code)
    rows = session.connection().exec_driver_sql(_OPEN_OF_PROVIDER, (provider_code,)).all()
    changes = []
    for book_id, authorization_id, _left_minor in rows:
        # Captured, voided or due by the time it was waited for: there is nothing left to void.
        with suppress(AuthorizationNotOpen, HoldExpired, LedgerCorrupt):
            done = void(session, book_id, authorization_id, actor=actor, reason=Voiding.PROVIDER_SUSPENDED)
            changes.append(done)
    return changes


def _post(
    session: Session,
    book_id: int,
    found: Authorization,
    amount_minor: int,
    final: bool,
    on: date,
    actor: str,
    key: str | None,
) -> int:
    assert found.hold_id is not None  # noqa: S101
    assert found.provider_code is not None  # noqa: S101
    assert found.home_territory is not None  # noqa: S101
    assert found.delivery_territory is not None  # noqa: S101
    home, delivery = found.home_territory, found.delivery_territory
    ids = chart.open_counterparts(session, book_id, found.provider_code, home, delivery)
    provider = ids[chart.provider(found.provider_code)]
    if home == delivery:
        credit = provider
        through: tuple[Pair, ...] = ()
    else:
        credit = ids[chart.clearing(home)]
        through = (Pair(ids[chart.clearing(delivery)], provider, amount_minor),)
    try:
        return holds.capture(
            session,
            book_id,
            found.hold_id,
            amount_minor,
            credit_account_id=credit,
            through=through,
            final=final,
            kind="capture",
            occurred_on=on,
            actor=actor,
            reference=None if key is None else f"{found.authorization_id}:capture:{actor}:{key}",
            memo=found.authorization_id,
        )
    except CaptureExceedsHold as refusal:
        raise CaptureExceedsAuthorization(
            authorization=found.authorization_id,
            reserved=refusal.details["reserved"],
            needed=refusal.details["needed"],
        ) from refusal


def _request(authorization_id: str, amount: Money | None, on: date | None, **rest: object) -> dict[str, object]:
    amount_minor = None if amount is None else amounts.minor(amount)
    return {"authorization": authorization_id, "amount": amount_minor, "on": None if on is None else str(on), **rest}


def _once(
    session: Session,
    book_id: int,
    actor: str,
    operation: str,
    key: str | None,
    request: Mapping[str, object],
    work: Callable[[], Change],
) -> Change:
    def replay(kept: Mapping[str, Any]) -> Change:
        found = authorizations.get(session, book_id, kept["authorization_id"])
        then = {name: kept[name] for name in _KEPT}
        return Change(replace(found, replayed=True, **then), kept["amount_minor"], tuple(kept["entry_ids"]))

    return idempotency.once(session, book_id, actor, operation, key, request, work=work, answer=_answer, replay=replay)


def _answer(change: Change) -> dict[str, object]:
    found = change.authorization
    return {
        "authorization_id": found.authorization_id,
        "amount_minor": change.amount_minor,
        "entry_ids": list(change.entry_ids),
        **{name: getattr(found, name) for name in _KEPT},
    }
