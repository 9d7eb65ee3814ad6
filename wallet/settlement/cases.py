"""Disputes as who settles them reads them: whose purchase it was, of what, from whom, and all that was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from network.models import ProviderRow, ServiceRow
from wallet.settlement import disputes
from wallet.settlement.disputes import Dispute, State
from wallet.settlement.errors import DisputeNotFound
from wallet.settlement.tables import DisputeRow
from wallet.tables import AuthorizationRow

_DISPUTE, _AUTHORIZATION = DisputeRow.__table__.c, AuthorizationRow.__table__.c
# What a list is read by.
ID = _DISPUTE.dispute_id


@dataclass(frozen=True, slots=True)
class Case:
    """A dispute with what it is about."""

    dispute: Dispute
    book_id: int
    employee_id: str
    provider_name: str
    service_name: str
    service_on: date


def query(*, state: State | None = None) -> sa.Select[Any]:
    """Return the query of the disputes that the session sees, for a list that is read by pages."""
    wanted = (
        sa.select(
            _DISPUTE.dispute_id,
            _DISPUTE.book_id,
            _AUTHORIZATION.employee_id,
            ProviderRow.name.label("provider_name"),
            ServiceRow.name.label("service_name"),
            _AUTHORIZATION.service_on,
        )
        .select_from(DisputeRow)
        .join(
            AuthorizationRow,
            sa.and_(
                _AUTHORIZATION.book_id == _DISPUTE.book_id,
                _AUTHORIZATION.authorization_id == _DISPUTE.authorization_id,
            ),
        )
        .join(ServiceRow, ServiceRow.code == _AUTHORIZATION.service_code)
        .join(ProviderRow, ProviderRow.code == _AUTHORIZATION.provider_code)
    )
    return wanted if state is None else wanted.where(_DISPUTE.state == str(state))


def values(session: Session, rows: Sequence[Any]) -> list[Case]:
    """Return the disputes of some rows of `query`, each with its history."""
    found = disputes.of_page(session, [(row.book_id, row.dispute_id) for row in rows])
    return [Case(found[row.dispute_id], *row[1:]) for row in rows]


def get(session: Session, dispute_id: str) -> Case:
    """
    Return a dispute, as far as the session sees.

    Errors: DisputeNotFound.
    """
    row = session.execute(query().where(_DISPUTE.dispute_id == dispute_id)).one_or_none()
    if row is None:
        raise DisputeNotFound(dispute=dispute_id)
    return values(session, [row])[0]
