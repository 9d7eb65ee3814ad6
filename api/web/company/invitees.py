"""Invitees: the people of a book who own their wallet, or have been asked to."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.access.identity import Identity, transact_at_door
from api.access.roles import Role
from api.access.tables import Appointment, Invitation
from config import clock


def owners(identity: Identity) -> frozenset[str]:
    """Return the people of the own book who have taken their wallet."""
    return transact_at_door(lambda session: frozenset(session.scalars(_owners(identity))))


def known(identity: Identity) -> frozenset[str]:
    """Return the people of the own book who have taken their wallet, or hold an invitation that is still good."""

    def work(session: Session) -> frozenset[str]:
        return frozenset(session.scalars(sa.union(_owners(identity), _invited(identity))))

    return transact_at_door(work)


def _owners(identity: Identity) -> sa.Select[str | None]:
    return sa.select(Appointment.employee_id).where(
        Appointment.role == Role.EMPLOYEE, Appointment.book_id == identity.book_id, Appointment.ended_at.is_(None)
    )


def _invited(identity: Identity) -> sa.Select[str | None]:
    return sa.select(Invitation.employee_id).where(
        Invitation.role == Role.EMPLOYEE,
        Invitation.book_id == identity.book_id,
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > clock.now(),
    )
