"""Conflicts: redemptions that were told too late to be captured, and how a person settles them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import sqlalchemy as sa
from moneyed import Money
from sqlalchemy.orm import Session

from config import clock
from config.money import from_minor
from ledger import idempotency
from network.models import ServiceRow
from wallet import amounts, authorizations, captures
from wallet.errors import AuthorizationNotFound, ReasonRequired
from wallet.redemptions import records
from wallet.redemptions.errors import ConflictSettled, ReplacementInvalid
from wallet.redemptions.records import Redemption
from wallet.redemptions.tables import RedemptionRow
from wallet.redemptions.words import Decision, Status
from wallet.tables import AuthorizationRow

_ENDS = {Decision.CHARGE: Status.CHARGED, Decision.REPLACE: Status.REPLACED, Decision.DISMISS: Status.DISMISSED}

# More purchases at one provider than anybody looks through.
_MOST = 50


@dataclass(frozen=True, slots=True)
class Replacement:
    """A captured purchase that may make up for a conflict; what of it was not given back, in minor units."""

    authorization_id: str
    service_name: str
    service_on: date
    captured_minor: int


def settle(
    session: Session,
    book_id: int,
    redemption_id: str,
    decision: Decision,
    *,
    note: str,
    amount: Money | None = None,
    authorization_id: str | None = None,
    actor: str,
    key: str | None = None,
) -> Redemption:
    """
    Settle a conflict: capture it today if the purchase is open after all, name the purchase that makes up for it, or
    charge nothing.

    Units:  `amount` in euro, what is charged; what the till asked for unless given.
    Errors: those of `amounts.minor`; KeyReused, InProgress; ReasonRequired, RedemptionNotFound, ConflictSettled;
            those of `captures.capture` to charge; ReplacementInvalid to replace.
    """
    asked_minor = None if amount is None else amounts.minor(amount)

    def work() -> Redemption:
        if not note.strip():
            raise ReasonRequired()
        conflict = records.get(session, redemption_id)
        authorizations.lock(session, book_id, conflict.authorization_id)
        conflict = records.get(session, redemption_id)
        if conflict.status is not Status.CONFLICT:
            raise ConflictSettled(redemption=redemption_id)
        values: dict[str, object] = {"status": str(_ENDS[decision])}
        if decision is Decision.CHARGE:
            values |= _charge(session, book_id, conflict, asked_minor, actor)
        elif decision is Decision.REPLACE:
            values["replaced_by"] = _replacement(session, book_id, conflict, authorization_id)
        session.execute(
            sa.update(RedemptionRow)
            .where(RedemptionRow.book_id == book_id, RedemptionRow.redemption_id == redemption_id)
            .values(**values, note=note.strip(), settled_by=actor, settled_at=clock.now())
        )
        return records.get(session, redemption_id)

    request = {
        "redemption": redemption_id,
        "decision": str(decision),
        "note": note,
        "amount": asked_minor,
        "authorization": authorization_id,
    }
    return idempotency.once(
        session,
        book_id,
        actor,
        "conflict_settle",
        key,
        request,
        work=work,
        answer=lambda done: {"redemption_id": done.redemption_id},
        replay=lambda kept: replace(records.get(session, kept["redemption_id"]), replayed=True),
    )


def replacements(session: Session, conflict: Redemption) -> tuple[Replacement, ...]:
    """Return the purchases that may make up for a conflict, the newest first, as far as the session sees."""
    taken = sa.exists().where(
        RedemptionRow.book_id == AuthorizationRow.book_id,
        RedemptionRow.replaced_by == AuthorizationRow.authorization_id,
    )
    wanted = (
        sa.select(
            AuthorizationRow.authorization_id,
            ServiceRow.name,
            AuthorizationRow.service_on,
            AuthorizationRow.captured_minor - AuthorizationRow.refunded_minor,
        )
        .join(ServiceRow, ServiceRow.code == AuthorizationRow.service_code)
        .where(
            AuthorizationRow.book_id == conflict.book_id,
            AuthorizationRow.employee_id == conflict.employee_id,
            AuthorizationRow.provider_code == conflict.provider_code,
            AuthorizationRow.authorization_id != conflict.authorization_id,
            AuthorizationRow.captured_minor > AuthorizationRow.refunded_minor,
            ~taken,
        )
        .order_by(AuthorizationRow.authorization_id.desc())
        .limit(_MOST)
    )
    return tuple(Replacement(*row) for row in session.execute(wanted))


def _charge(
    session: Session, book_id: int, conflict: Redemption, asked_minor: int | None, actor: str
) -> dict[str, object]:
    minor = conflict.asked_minor if asked_minor is None else asked_minor
    amount = None if minor is None else from_minor(minor)
    done = captures.capture(session, book_id, conflict.authorization_id, amount, actor=actor)
    return {"amount_minor": done.amount_minor, "entry_id": done.entry_ids[0]}


def _replacement(session: Session, book_id: int, conflict: Redemption, authorization_id: str | None) -> str:
    refusal = ReplacementInvalid(authorization=authorization_id or "-")
    if authorization_id is None or authorization_id == conflict.authorization_id:
        raise refusal
    try:
        found = authorizations.get(session, book_id, authorization_id)
    except AuthorizationNotFound:
        raise refusal from None
    same = (found.employee_id, found.provider_code) == (conflict.employee_id, conflict.provider_code)
    taken = session.scalar(
        sa.select(RedemptionRow.redemption_id).where(
            RedemptionRow.book_id == book_id, RedemptionRow.replaced_by == authorization_id
        )
    )
    if not same or found.captured_minor <= found.refunded_minor or taken is not None:
        raise refusal
    return authorization_id
