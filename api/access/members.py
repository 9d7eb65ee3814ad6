"""Members and the roles they hold."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.access import tokens
from api.access.errors import AppointmentHeld, AppointmentNotFound, EmailTaken, MemberNotFound
from api.access.roles import Role
from api.access.tables import Appointment, Member
from api.events import mail
from config import clock, ids


@dataclass(frozen=True, slots=True)
class Reach:
    """What a role is for: a book, a person in it, a provider, or nothing less than the network."""

    book_id: int | None = None
    employee_id: str | None = None
    provider_code: str | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """A role that a member holds; `employer` is the code of the book's funder."""

    appointment_id: str
    member_id: str
    role: Role
    book_id: int | None
    employer: str | None
    employer_name: str | None
    employee_id: str | None
    provider: str | None
    appointed_at: datetime


@dataclass(frozen=True, slots=True)
class MemberCard:
    """A member as those who may manage them see them."""

    member_id: str
    kind: str
    name: str
    email: str | None
    language: str
    created_at: datetime
    appointments: Sequence[Holding]


def admit(session: Session, name: str, *, email: str | None = None, language: str = "it") -> str:
    """
    Record a person, or a machine where there is no e-mail address, and return the id.

    Errors: AddressInvalid, EmailTaken.
    """
    if email is not None:
        mail.check_address(email)
        if by_email(session, email) is not None:
            raise EmailTaken()
    member = Member(
        member_id=ids.new("mbr"),
        kind="machine" if email is None else "person",
        name=name,
        email=email,
        language=language,
        created_at=clock.now(),
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
    """
    Give a member a role, and return the appointment's id.

    Errors: AppointmentHeld.
    """
    held = sa.select(Appointment.appointment_id).where(
        Appointment.member_id == member_id,
        Appointment.role == role,
        Appointment.book_id.is_not_distinct_from(book_id),
        Appointment.employee_id.is_not_distinct_from(employee_id),
        Appointment.provider_code.is_not_distinct_from(provider_code),
        Appointment.ended_at.is_(None),
    )
    if session.scalar(held) is not None:
        raise AppointmentHeld()
    appointment = Appointment(
        appointment_id=ids.new("app"),
        member_id=member_id,
        role=role,
        book_id=book_id,
        employee_id=employee_id,
        provider_code=provider_code,
        appointed_at=clock.now(),
    )
    session.add(appointment)
    session.flush()
    return appointment.appointment_id


def by_email(session: Session, email: str) -> Member | None:
    """Return the member with this address, in capitals or not, unless they left."""
    return session.scalar(
        sa.select(Member).where(sa.func.lower(Member.email) == email.lower(), Member.ended_at.is_(None))
    )


def require(session: Session, member_id: str) -> Member:
    """
    Return a member.

    Errors: MemberNotFound.
    """
    found = session.scalar(sa.select(Member).where(Member.member_id == member_id, Member.ended_at.is_(None)))
    if found is None:
        raise MemberNotFound(member=member_id)
    return found


def speak(session: Session, member_id: str, language: str) -> None:
    """
    Keep the language that a member reads, on pages and in letters.

    Errors: MemberNotFound.
    """
    require(session, member_id).language = language


def holdings(session: Session, member_id: str) -> tuple[Holding, ...]:
    """Return the roles that a member holds, the first given first, as far as the session's fence shows them."""
    return tuple(_holdings(session, [member_id]))


def _holdings(session: Session, member_ids: Sequence[str]) -> Iterator[Holding]:
    employer = sa.func.access_employer(Appointment.book_id).table_valued("code", "name").lateral("employer")
    statement = (
        sa.select(
            Appointment.appointment_id,
            Appointment.member_id,
            Appointment.role,
            Appointment.book_id,
            employer.c.code,
            employer.c.name,
            Appointment.employee_id,
            Appointment.provider_code,
            Appointment.appointed_at,
        )
        .outerjoin(employer, sa.true())
        .where(Appointment.member_id.in_(member_ids), Appointment.ended_at.is_(None))
        .order_by(Appointment.appointed_at, Appointment.appointment_id)
    )
    for one, member_id, role, *rest in session.execute(statement):
        yield Holding(one, member_id, Role(role), *rest)


def appointment(session: Session, member_id: str, appointment_id: str) -> Appointment:
    """
    Return a role that a member holds.

    Errors: AppointmentNotFound.
    """
    found = session.scalar(
        sa.select(Appointment).where(
            Appointment.appointment_id == appointment_id,
            Appointment.member_id == member_id,
            Appointment.ended_at.is_(None),
        )
    )
    if found is None:
        raise AppointmentNotFound(appointment=appointment_id)
    return found


def listing(*, text: str | None = None, role: Role | None = None) -> sa.Select[Any]:
    """
    Return the query of the members, as far as the session's fence shows them; `cards` says more of each.

    Every word of `text` must be in the name or the address, in capitals or not.
    """
    found = sa.select(Member.member_id).where(Member.ended_at.is_(None))
    told = sa.func.lower(sa.func.concat_ws(" ", Member.name, Member.email))
    for word in (text or "").lower().split():
        found = found.where(sa.func.strpos(told, word) > 0)
    if role is not None:
        held = sa.exists().where(
            Appointment.member_id == Member.member_id, Appointment.role == role, Appointment.ended_at.is_(None)
        )
        found = found.where(held)
    return found


def names(session: Session, member_ids: Collection[str]) -> dict[str, str]:
    """Return what members are called, also who left, as far as the session's fence shows them."""
    rows = session.execute(sa.select(Member.member_id, Member.name).where(Member.member_id.in_(member_ids)))
    return {row.member_id: row.name for row in rows}


def cards(session: Session, member_ids: Sequence[str]) -> tuple[MemberCard, ...]:
    """Return members, in the order asked for, with the roles that the session's fence shows."""
    found = {one.member_id: one for one in session.scalars(sa.select(Member).where(Member.member_id.in_(member_ids)))}
    held: dict[str, list[Holding]] = {}
    for holding in _holdings(session, member_ids):
        held.setdefault(holding.member_id, []).append(holding)
    return tuple(_card(found[one], held.get(one, ())) for one in member_ids if one in found)


def card(session: Session, member_id: str) -> MemberCard:
    """
    Return a member with the roles that the session's fence shows.

    Errors: MemberNotFound.
    """
    return _card(require(session, member_id), holdings(session, member_id))


def _card(found: Member, held: Sequence[Holding]) -> MemberCard:
    return MemberCard(
        found.member_id, found.kind, found.name, found.email, found.language, found.created_at, tuple(held)
    )


def end_appointment(session: Session, member_id: str, appointment_id: str) -> None:
    """
    Take a role from a member: its tokens and sessions end with it.

    Errors: AppointmentNotFound.
    """
    ended = appointment(session, member_id, appointment_id)
    ended.ended_at = clock.now()
    tokens.revoke_of_appointment(session, appointment_id)
    session.flush()


def end(session: Session, member_id: str) -> None:
    """
    Let a member go: every role, token and session ends, and nothing that lets them in is kept.

    Errors: MemberNotFound.
    """
    leaving = require(session, member_id)
    for held in holdings(session, member_id):
        end_appointment(session, member_id, held.appointment_id)
    leaving.ended_at = clock.now()
    # The address is free for whoever has it next, and nobody is written to.
    leaving.email = None if leaving.email is None else f"{member_id}@ended.invalid"
    leaving.password_hash = leaving.totp_secret = leaving.totp_pending = None
    session.flush()


def has_owner(session: Session, book_id: int | None, employee_id: str | None) -> bool:
    """Return whether somebody has this person's wallet, as far as the session's fence shows it."""
    held = sa.select(Appointment.appointment_id).where(
        Appointment.book_id == book_id, Appointment.employee_id == employee_id, Appointment.ended_at.is_(None)
    )
    return session.scalar(held.limit(1)) is not None


def end_of_employee(session: Session, book_id: int, employee_id: str) -> int:
    """End what members may do for a person who is no longer kept, and return how many roles that were."""
    held = session.execute(
        sa.select(Appointment.member_id, Appointment.appointment_id).where(
            Appointment.book_id == book_id, Appointment.employee_id == employee_id, Appointment.ended_at.is_(None)
        )
    ).all()
    for member_id, appointment_id in held:
        end_appointment(session, member_id, appointment_id)
    return len(held)
