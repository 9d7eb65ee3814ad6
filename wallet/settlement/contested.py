"""Disputes as the provider sees them that was to be paid: which service and when, and nobody's name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from network.models import ServiceRow
from wallet.settlement.disputes import Reason, Role, State
from wallet.settlement.errors import DisputeNotFound
from wallet.settlement.tables import DisputeEvent, DisputeRow
from wallet.tables import AuthorizationRow

_DISPUTE, _EVENT, _AUTHORIZATION = DisputeRow.__table__, DisputeEvent.__table__, AuthorizationRow.__table__


@dataclass(frozen=True, slots=True)
class Contested:
    """A disputed service of a provider's; `answered` says whether it told its side."""

    dispute_id: str
    book_id: int
    service_name: str
    service_on: date
    state: State
    reason: Reason
    opened_at: datetime
    answered: bool

    @property
    def waits(self) -> bool:
        """Whether the provider may still tell its side and has not."""
        return self.state is State.OPEN and not self.answered


def of_provider(session: Session, provider_code: str, *, most: int) -> tuple[Contested, ...]:
    """Return at most so many disputes about what a provider was to be paid: the open ones first, then the newest."""
    order = sa.case((_DISPUTE.c.state == str(State.OPEN), 0), else_=1), _DISPUTE.c.dispute_id.desc()
    wanted = _query(provider_code).order_by(*order).limit(most)
    return tuple(map(_value, session.execute(wanted)))


def find(session: Session, provider_code: str, dispute_id: str) -> Contested:
    """
    Return a dispute about what a provider was to be paid.

    Errors: DisputeNotFound.
    """
    row = session.execute(_query(provider_code).where(_DISPUTE.c.dispute_id == dispute_id)).one_or_none()
    if row is None:
        raise DisputeNotFound(dispute=dispute_id)
    return _value(row)


def _query(provider_code: str) -> sa.Select[Any]:
    def of(table: sa.FromClause, *names: str) -> sa.ColumnElement[bool]:
        return sa.and_(*(table.c[name] == _DISPUTE.c[name] for name in names))

    events = of(_EVENT, "book_id", "dispute_id")
    told = sa.exists().where(events, _EVENT.c.kind == "answered", _EVENT.c.role == str(Role.PROVIDER))
    opened_at = sa.select(_EVENT.c.recorded_at).where(events, _EVENT.c.seq == 1).scalar_subquery()
    return (
        sa.select(
            _DISPUTE.c.dispute_id,
            _DISPUTE.c.book_id,
            ServiceRow.name,
            _AUTHORIZATION.c.service_on,
            _DISPUTE.c.state,
            _DISPUTE.c.reason,
            opened_at.label("opened_at"),
            told.label("answered"),
        )
        .join_from(_DISPUTE, _AUTHORIZATION, of(_AUTHORIZATION, "book_id", "authorization_id"))
        .join(ServiceRow, ServiceRow.code == _AUTHORIZATION.c.service_code)
        .where(_AUTHORIZATION.c.provider_code == provider_code)
    )


def _value(row: Any) -> Contested:
    return Contested(
        dispute_id=row.dispute_id,
        book_id=row.book_id,
        service_name=row.name,
        service_on=row.service_on,
        state=State(row.state),
        reason=Reason(row.reason),
        opened_at=row.opened_at,
        answered=row.answered,
    )
