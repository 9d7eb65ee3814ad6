"""
Entering a redemption by its code: checked without consuming, captured at once, or told late by an offline till.

What a till gave while it was offline is captured only where the purchase is still open; otherwise it is written down
for a person to settle, and nothing is charged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from moneyed import Money
from sqlalchemy.orm import Session

from config import clock, ids
from ledger import idempotency
from ledger.errors import HoldExpired, KeyReused, PeriodClosed
from network import services
from plans.rulebook.words import Channel
from wallet import amounts, authorizations, captures
from wallet.authorizations import Authorization
from wallet.errors import (
    AuthorizationNotFound,
    AuthorizationNotOpen,
    CaptureBeforeAuthorization,
    CaptureBeforeService,
    CaptureExceedsAuthorization,
    CodeInvalid,
    PartialCaptureNotAllowed,
    WalletError,
)
from wallet.redemptions import records
from wallet.redemptions.errors import NonceReused, RedemptionInFuture, VoucherNotFound
from wallet.redemptions.records import Redemption
from wallet.redemptions.tables import RedemptionBatch, RedemptionRow
from wallet.redemptions.words import Conflict, Refusal, Status

# How far a till's clock may be from ours.
SKEW = timedelta(minutes=5)

_CONFLICTS: Mapping[type[Exception], Conflict] = {
    AuthorizationNotOpen: Conflict.NOT_OPEN,
    HoldExpired: Conflict.NOT_OPEN,
    CaptureBeforeAuthorization: Conflict.BEFORE_AUTHORIZATION,
    CaptureBeforeService: Conflict.BEFORE_SERVICE,
    PartialCaptureNotAllowed: Conflict.AMOUNT,
    CaptureExceedsAuthorization: Conflict.AMOUNT,
    PeriodClosed: Conflict.PERIOD_CLOSED,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """
    What a till tells: its own number for the redemption, how much, and when it was if it could not tell at once.

    Without an amount everything that is still reserved; `final` as in `captures.capture`.
    """

    nonce: str
    amount: Money | None = None
    final: bool | None = None
    occurred_at: datetime | None = None

    @property
    def offline(self) -> bool:
        """Whether it happened before it is told."""
        return self.occurred_at is not None

    def request(self, authorization_id: str) -> dict[str, Any]:
        """Return what was asked, ready for JSON, to know the same request again."""
        return {
            "authorization": authorization_id,
            "nonce": self.nonce,
            "amount": None if self.amount is None else amounts.minor(self.amount),
            "final": self.final,
            "occurred_at": None if self.occurred_at is None else self.occurred_at.astimezone(clock.ROME).isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Found:
    """
    What a code stands for, as the provider may know it: no name, and nothing of how it is paid or taxed.

    Units: minor units; `left_minor` can still be redeemed. `whole` says that no part of it can.
    """

    book_id: int
    authorization_id: str
    service_code: str
    service_name: str
    unit: str
    quantity: int
    amount_minor: int
    left_minor: int
    whole: bool
    service_on: date
    expires_at: datetime
    refusal: Refusal | None

    @property
    def redeemable(self) -> bool:
        """Whether it can be redeemed now."""
        return self.refusal is None


def check(session: Session, provider_code: str, code: str, *, actor: str) -> Found:
    """
    Say what a code stands for, and whether it can be redeemed now; nothing is consumed.

    Errors: CodeInvalid, VoucherNotFound, the same for a code that nobody has and for another provider's. Each of them
            is written down.
    """
    book_id, found = _by_code(session, provider_code, code, actor)
    service = services.get(session, found.service_code)
    assert found.expires_at is not None  # noqa: S101
    refusal = _refusal(found)
    return Found(
        book_id,
        found.authorization_id,
        found.service_code,
        service.name,
        service.unit,
        found.quantity,
        found.amount_minor,
        found.amount_minor - found.captured_minor if refusal is None else 0,
        found.channel == Channel.VOUCHER,
        found.service_on,
        found.expires_at,
        refusal,
    )


def find(session: Session, provider_code: str, code: str, nonce: str, *, actor: str) -> tuple[int, str]:
    """
    Return the book and the authorization of a code that is to be redeemed, as far as the provider sees.

    Errors: those of `check`; NonceReused.
    """
    book_id, found = _by_code(session, provider_code, code, actor)
    earlier = records.by_nonce(session, provider_code, nonce)
    if earlier is not None and (earlier.book_id, earlier.authorization_id) != (book_id, found.authorization_id):
        raise NonceReused(nonce=nonce)
    return book_id, found.authorization_id


def redeem(
    session: Session, book_id: int, authorization_id: str, entry: Entry, *, actor: str, key: str | None = None
) -> Redemption:
    """
    Capture what a provider redeems; the same number of the till's again is told what became of it the first time.

    What is entered late is captured under the day it happened if the purchase is still open, and was made by then.
    Otherwise it is a conflict, which nothing is charged for until a person settles it.

    Errors: RedemptionInFuture; those of `amounts.minor`; KeyReused, InProgress; AuthorizationNotFound, NonceReused;
            those of `captures.capture`, unless it is entered late and they make it a conflict.
    """
    if entry.occurred_at is not None and entry.occurred_at > clock.now() + SKEW:
        raise RedemptionInFuture(occurred_at=entry.occurred_at)
    request = entry.request(authorization_id)

    def work() -> Redemption:
        found = authorizations.lock(session, book_id, authorization_id)
        assert found.provider_code is not None  # noqa: S101
        earlier = records.by_nonce(session, found.provider_code, entry.nonce)
        if earlier is None:
            return _enter(session, book_id, found, entry, request["amount"], actor)
        if _told(earlier) != request:
            raise NonceReused(nonce=entry.nonce)
        return replace(earlier, replayed=True)

    return idempotency.once(
        session,
        book_id,
        actor,
        "redeem",
        key,
        request,
        work=work,
        answer=lambda done: {
            "redemption_id": done.redemption_id,
            "status": str(done.status),
            "amount_minor": done.amount_minor,
            "entry_id": done.entry_id,
        },
        replay=lambda kept: _as_it_was(session, kept),
    )


def begin_batch(session: Session, provider_code: str, key: str, request: Mapping[str, Any], *, actor: str) -> bool:
    """
    Take a till's batch under its key and return whether it came before; its rows are told apart by their numbers.

    Errors: KeyReused.
    """
    asked = idempotency.request_hash(request)
    values = {"provider_code": provider_code, "actor": actor, "key": key}
    earlier = session.scalar(sa.select(RedemptionBatch.request_hash).filter_by(**values))
    if earlier is None:
        session.execute(sa.insert(RedemptionBatch).values(**values, request_hash=asked))
        return False
    if bytes(earlier) != asked:
        raise KeyReused(key=key)
    return True


def forget_batches(session: Session, older_than_days: int = 30) -> int:
    """Forget the keys of batches that are older than this, and return how many."""
    before = clock.now() - timedelta(days=older_than_days)
    done = session.execute(sa.delete(RedemptionBatch).where(RedemptionBatch.recorded_at < before))
    return int(done.rowcount)  # type: ignore[attr-defined]


def row_key(key: str, nonce: str) -> str:
    """Return the key of one row of a batch."""
    return sha256(f"{key}\n{nonce}".encode()).hexdigest()


def _by_code(session: Session, provider_code: str, code: str, actor: str) -> tuple[int, Authorization]:
    try:
        book_id, found = authorizations.by_code(session, code)
    except (CodeInvalid, AuthorizationNotFound) as refusal:
        raise _attempted(session, provider_code, actor, refusal) from refusal
    if found.provider_code != provider_code:
        raise _attempted(session, provider_code, actor, VoucherNotFound())
    return book_id, found


def _attempted(session: Session, provider_code: str, actor: str, refusal: WalletError) -> WalletError:
    malformed = isinstance(refusal, CodeInvalid)
    records.write_attempt(session, provider_code, actor, "malformed" if malformed else "unknown")
    told = refusal if malformed else VoucherNotFound()
    # The transaction ends with this, and keeps it.
    told.recorded = True
    return told


def _refusal(found: Authorization) -> Refusal | None:
    assert found.expires_at is not None  # noqa: S101
    if found.open:
        return Refusal.EXPIRED if found.expires_at <= clock.now() else None
    return {"voided": Refusal.VOIDED, "expired": Refusal.EXPIRED}.get(found.status, Refusal.USED)


def _enter(
    session: Session, book_id: int, found: Authorization, entry: Entry, asked_minor: int | None, actor: str
) -> Redemption:
    now = clock.now()
    status, reason, amount_minor, entry_id = Status.REDEEMED, None, 0, None
    try:
        # What a conflict had begun to write is undone, and the conflict written instead.
        with session.begin_nested():
            done = captures.capture(
                session,
                book_id,
                found.authorization_id,
                entry.amount,
                final=entry.final,
                on=_day(found, entry, now),
                actor=actor,
            )
        amount_minor, entry_id = done.amount_minor, done.entry_ids[0]
    except tuple(_CONFLICTS) as refusal:
        if not entry.offline:
            raise
        status, reason = Status.CONFLICT, _CONFLICTS[type(refusal)]
    redemption_id = ids.new("red")
    session.execute(
        sa.insert(RedemptionRow).values(
            book_id=book_id,
            redemption_id=redemption_id,
            authorization_id=found.authorization_id,
            employee_id=found.employee_id,
            provider_code=found.provider_code,
            nonce=entry.nonce,
            asked_minor=asked_minor,
            final=entry.final,
            offline=entry.offline,
            occurred_at=entry.occurred_at or now,
            status=str(status),
            reason=None if reason is None else str(reason),
            amount_minor=amount_minor,
            entry_id=entry_id,
            actor=actor,
        )
    )
    return records.get(session, redemption_id)


def _day(found: Authorization, entry: Entry, now: datetime) -> date:
    """Return the business day of a redemption: a till's clock may be a little before or after ours."""
    if entry.occurred_at is None:
        return now.astimezone(clock.ROME).date()
    if entry.occurred_at < found.decided_at - SKEW:
        raise CaptureBeforeAuthorization(
            on=entry.occurred_at.astimezone(clock.ROME).date(),
            decided_on=found.decided_at.astimezone(clock.ROME).date(),
        )
    return min(max(entry.occurred_at, found.decided_at), now).astimezone(clock.ROME).date()


def _told(earlier: Redemption) -> dict[str, Any]:
    return {
        "authorization": earlier.authorization_id,
        "nonce": earlier.nonce,
        "amount": earlier.asked_minor,
        "final": earlier.final,
        "occurred_at": earlier.occurred_at.astimezone(clock.ROME).isoformat() if earlier.offline else None,
    }


def _as_it_was(session: Session, kept: Mapping[str, Any]) -> Redemption:
    """Return a redemption as it was when it was entered, whatever a person settled since."""
    return replace(
        records.get(session, kept["redemption_id"]),
        status=Status(kept["status"]),
        amount_minor=kept["amount_minor"],
        entry_id=kept["entry_id"],
        settled_by=None,
        settled_at=None,
        note="",
        replaced_by=None,
        replayed=True,
    )
