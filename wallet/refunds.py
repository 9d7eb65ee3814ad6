"""Refunds: how much of which captures goes back to the lots that paid, and how long those are open for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from moneyed import Money
from sqlalchemy.orm import Session

from config import clock, database
from config.money import from_minor
from ledger import holds
from ledger.errors import AmountNotPositive
from plans.rulebook.words import Channel
from wallet import amounts, authorizations, expiry, fiscal
from wallet.authorizations import Authorization
from wallet.errors import (
    CaptureNotOfAuthorization,
    NothingToRefund,
    PartialRefundNotAllowed,
    RefundBeforeCapture,
    RefundExceedsCaptures,
)
from wallet.outbox import Event

# What a refund gave back to each plan's lots.
_GIVEN_BACK = (
    "select l.plan_id, sum(p.amount_minor)::bigint from posting p"
    " join lot l on l.book_id = p.book_id and l.account_id = p.credit_account_id"
    " where p.book_id = %s and p.entry_id = %s group by l.plan_id"
)
_REFUNDABLE = (
    "select e.entry_id, e.amount_minor - coalesce(c.refunded_minor, 0) as left_minor, n.occurred_on from hold_event e"
    "  join entry n on n.book_id = e.book_id and n.entry_id = e.entry_id"
    "  left join refund_counter c on c.book_id = e.book_id and c.entry_id = e.entry_id"
    " where e.book_id = %s and e.hold_id = %s and e.kind = 'capture'"
    " order by e.seq desc"
)
# A refund may come after the lot's last day: what was bought by then can be spent again for so many days. What was
# bought within those days and is given back has no more of them, or they could be had without end.
GRACE_DAYS = 30
_GRACE = (
    "update lot l set grace_until = greatest(l.grace_until, %(until)s::date)"
    "  from employee e, plan n"
    " where l.book_id = %(book)s and l.account_id = any(%(accounts)s::bigint[])"
    "   and e.book_id = l.book_id and e.employee_id = l.employee_id"
    "   and n.book_id = l.book_id and n.plan_id = l.plan_id"
    "   and least(l.expires_on, e.left_on + n.leaver_grace_days) < %(today)s::date"
    "   and least(l.expires_on, e.left_on + n.leaver_grace_days) >= %(bought)s::date"
)
_CREDITED = (
    "select p.credit_account_id, sum(p.amount_minor)::bigint from posting p"
    " join lot l on l.book_id = p.book_id and l.account_id = p.credit_account_id"
    " where p.book_id = %s and p.entry_id = any(%s::bigint[]) group by p.credit_account_id"
)


@dataclass(frozen=True, slots=True)
class _Left:
    """What of a capture was not given back; minor units."""

    entry_id: int
    left_minor: int
    captured_on: date


def give_back(
    session: Session,
    book_id: int,
    found: Authorization,
    amount: Money | None,
    capture_id: int | None,
    on: date,
    actor: str,
    reason: str,
    key: str | None,
) -> tuple[Authorization, int, tuple[int, ...]]:
    """
    Undo captures of an authorization that is locked, or the one that is named; return it, what was given back, and the
    entries that gave it.

    Errors: those of `captures.refund`, but for the key's and the authorization's.
    """
    authorization_id = found.authorization_id
    if amount is not None and amounts.minor(amount) <= 0:
        raise AmountNotPositive(amount=amount)
    left = _left(session, book_id, found, capture_id)
    refundable = sum(each.left_minor for each in left)
    total = refundable if amount is None else amounts.minor(amount)
    if refundable == 0:
        raise NothingToRefund(authorization=authorization_id)
    if total > refundable:
        raise RefundExceedsCaptures(refundable=from_minor(refundable), needed=from_minor(total))
    if found.channel == Channel.VOUCHER and total != found.captured_minor:
        raise PartialRefundNotAllowed(amount=from_minor(found.captured_minor), asked=from_minor(total))
    parts = _parts(left, total, on)

    # What is due is free, and over with the rest of a lot that has ended.
    if authorizations.settle(session, book_id, found.employee_id):
        found = authorizations.get(session, book_id, authorization_id)
    entries = [
        holds.refund(
            session,
            book_id,
            captured_entry_id,
            part,
            kind="refund",
            occurred_on=on,
            actor=actor,
            reference=None if key is None else f"{authorization_id}:refund:{actor}:{key}:{captured_entry_id}",
            memo=reason,
        )
        for captured_entry_id, part in parts
    ]
    _open_again(session, book_id, found, entries, actor)
    refunded = found.refunded_minor + total
    told = {"moved_minor": total}
    changed = authorizations.update(
        session, book_id, found, found.captured_minor, refunded, event=Event.REFUND_CREATED, told=told
    )
    for entry_id, (captured_entry_id, _) in zip(entries, parts, strict=True):
        shares: dict[str, int] = dict(session.connection().exec_driver_sql(_GIVEN_BACK, (book_id, entry_id)).all())
        fiscal.reverse(
            session,
            book_id,
            found.employee_id,
            authorization_id,
            shares,
            on=on,
            reason="refund",
            entry_id=entry_id,
            # A voucher was taxed at issue: its capture wrote no event.
            delivered_entry_id=None if found.channel == Channel.VOUCHER else captured_entry_id,
        )
    return changed, total, tuple(entries)


def _left(session: Session, book_id: int, found: Authorization, capture_id: int | None) -> list[_Left]:
    """Return what is left of an authorization's captures, or of the one that is meant, the last charged first."""
    rows = [_Left(*row) for row in database.rows(session, _REFUNDABLE, (book_id, found.hold_id))]
    if capture_id is None:
        return rows
    if all(row.entry_id != capture_id for row in rows):
        raise CaptureNotOfAuthorization(capture=capture_id, authorization=found.authorization_id)
    return [row for row in rows if row.entry_id == capture_id]


def _parts(captures: Sequence[_Left], total: int, on: date) -> list[tuple[int, int]]:
    """Say how much of which captures an amount takes back: (entry, minor units)."""
    parts: list[tuple[int, int]] = []
    left = total
    for each in captures:
        part = min(each.left_minor, left)
        if part == 0:
            continue
        if on < each.captured_on:
            raise RefundBeforeCapture(on=on, captured_on=each.captured_on)
        parts.append((each.entry_id, part))
        left -= part
    return parts


def _open_again(session: Session, book_id: int, found: Authorization, entries: list[int], actor: str) -> None:
    connection, today = session.connection(), clock.today()
    given: dict[int, int] = dict(connection.exec_driver_sql(_CREDITED, (book_id, entries)).all())
    # What was left in a lot past its last day is over, swept or not: only what is given back is spent again.
    expiry.expire_rest(session, book_id, given, on=today, actor=actor)
    # From today on, whatever day the refund bears: before it nobody could spend it.
    until = today + timedelta(days=GRACE_DAYS)
    bought = found.decided_at.astimezone(clock.ROME).date()
    asked = {"book": book_id, "accounts": list(given), "today": today, "until": until, "bought": bought}
    connection.exec_driver_sql(_GRACE, asked)
