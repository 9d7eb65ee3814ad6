"""
Somebody of every role in the demonstration, with a token and a link to the pages that end the same day: what
`borsellino serve` prints.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.access import demonstration_links, members, tokens
from api.access.roles import Role
from api.access.tables import Appointment
from ledger import books
from plans.rows import Employee

LASTING = timedelta(hours=8)
# The domain is nobody's, and never will be (RFC 2606).
_DOMAIN = "dimostrazione.example"


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who may sign in, and with what."""

    role: Role
    name: str
    email: str
    token: str
    # Of the link that opens the pages.
    secret: str


def make(session: Session) -> list[SignIn]:
    """
    Return a new token and link for somebody of every role, whom the first call admits.

    Nothing without the demonstration.
    """
    if books.find(session, "E1") is None:
        return []
    return [_sign_in(session, role, name, reach) for role, name, reach in _people(session)]


def _people(session: Session) -> Iterator[tuple[Role, str, Mapping[str, Any]]]:
    book_id = books.require(session, "E1")
    giulia = session.scalar(
        sa.select(Employee.employee_id)
        .where(Employee.book_id == book_id, Employee.first_name == "Giulia", Employee.last_name == "Bonazzi")
        .limit(1)
    )
    if giulia is not None:
        yield Role.EMPLOYEE, "Giulia Bonazzi", {"book_id": book_id, "employee_id": giulia}
    yield Role.EMPLOYER, "Ufficio personale", {"book_id": book_id}
    yield Role.PAYROLL, "Ufficio paghe", {"book_id": book_id}
    yield Role.ACCOUNTANT, "Commercialista", {"book_id": book_id}
    municipality = books.find(session, "PUB")
    if municipality is not None:
        yield Role.MUNICIPALITY, "Servizi sociali", {"book_id": municipality}
    yield Role.PROVIDER, "Fornitore P04", {"provider_code": "P04"}
    yield Role.WELFARE_MANAGER, "Welfare manager", {}
    yield Role.OPERATOR, "Operatore", {}


def _sign_in(session: Session, role: Role, name: str, reach: Mapping[str, Any]) -> SignIn:
    email = f"{role}@{_DOMAIN}"
    member = members.by_email(session, email)
    member_id = members.admit(session, name, email=email) if member is None else member.member_id
    held = sa.select(Appointment.appointment_id).where(
        Appointment.member_id == member_id, Appointment.role == role, Appointment.ended_at.is_(None)
    )
    appointment_id = session.scalar(held) or members.appoint(session, member_id, role, **reach)
    issued = tokens.issue(session, appointment_id, lasting=LASTING, label="borsellino serve")
    secret = demonstration_links.make(session, member_id, lasting=LASTING)
    return SignIn(role, name, email, issued.secret, secret)
