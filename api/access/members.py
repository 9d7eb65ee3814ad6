"""Members and the roles they hold."""

from __future__ import annotations

from sqlalchemy.orm import Session

from api.access.roles import Role
from api.access.tables import Appointment, Member
from config import ids


def admit(session: Session, name: str, *, email: str | None = None, language: str = "it") -> str:
    """Record a person, or a machine where there is no e-mail address, and return the id."""
    member = Member(
        member_id=ids.new("mbr"),
        kind="machine" if email is None else "person",
        name=name,
        email=email,
        language=language,
    )
    session.add(member)
    session.flush()
    return member.member_id


def appoint(
    session: Session,
    member_id: str,
    role: Role,
    *,
    book_id: int | None = None,
    employee_id: str | None = None,
    provider_code: str | None = None,
) -> str:
    """Give a member a role, and return the appointment's id."""
    appointment = Appointment(
        appointment_id=ids.new("app"),
        member_id=member_id,
        role=role,
        book_id=book_id,
        employee_id=employee_id,
        provider_code=provider_code,
    )
    session.add(appointment)
    session.flush()
    return appointment.appointment_id
