"""Reaching: what a role that somebody gives is for, found within what whoever gives it can see."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.access import members
from api.access.errors import OwnMatter, ReachUnclear, RoleForOneself, RoleNotGiven
from api.access.identity import Identity, transact, transact_at_door
from api.access.members import Reach
from api.access.roles import MAY_GIVE, SIGHT, Role
from api.access.tables import Appointment
from config import clock
from config.fences import Sight
from ledger import books
from network import providers
from plans import people

_OF_A_BOOK = frozenset({Role.EMPLOYER, Role.PAYROLL, Role.ACCOUNTANT, Role.MUNICIPALITY, Role.EMPLOYEE})


@dataclass(frozen=True, slots=True)
class Asked:
    """A role and what it is said to be for: an employer's code, a person's id, a provider's code."""

    role: Role
    employer: str | None = None
    employee_id: str | None = None
    provider: str | None = None


def of_person(identity: Identity, asked: Asked, email: str) -> Reach:
    """
    Return what a role that `identity` wants to give to the person at an address is for.

    Errors: RoleNotGiven, RoleForOneself, ReachUnclear, BookNotFound, EmployeeNotFound, ProviderNotFound; in this order.
    """
    _refuse_foreign(identity, asked.role, MAY_GIVE[identity.role].persons)
    # Whoever could would read on their own word what a second person is asked to answer for.
    if transact_at_door(lambda session: _is_of(session, identity, email)):
        raise RoleForOneself(given=asked.role)
    return _find(identity, asked)


def of_machine(identity: Identity, asked: Asked) -> Reach:
    """
    Return what a role that `identity` wants to give to a machine is for.

    Errors: RoleNotGiven, ReachUnclear, BookNotFound, ProviderNotFound; in this order.
    """
    _refuse_foreign(identity, asked.role, MAY_GIVE[identity.role].machines)
    return _find(identity, asked)


def _is_of(session: Session, identity: Identity, email: str) -> bool:
    # A machine's secret is held by somebody of its role and reach: it invites none of them.
    found = members.by_email(session, email)
    if found is None or found.member_id == identity.member_id:
        return found is not None
    if members.require(session, identity.member_id).kind == "person":
        return False
    held = sa.select(Appointment.appointment_id).where(
        Appointment.member_id == found.member_id,
        Appointment.role == identity.role,
        Appointment.book_id.is_not_distinct_from(identity.book_id),
        Appointment.provider_code.is_not_distinct_from(identity.provider_code),
        Appointment.ended_at.is_(None),
    )
    return session.scalar(held.limit(1)) is not None


def _refuse_foreign(identity: Identity, role: Role, given: frozenset[Role]) -> None:
    if role not in given:
        raise RoleNotGiven(role=identity.role, given=role)


def _find(identity: Identity, asked: Asked) -> Reach:
    # An employer or a provider gives its own without saying so.
    of_book = asked.role in _OF_A_BOOK
    employer_said = asked.employer is not None or identity.book_id is not None or asked.employee_id is not None
    provider_said = asked.provider is not None or identity.provider_code is not None
    wanted = (of_book, asked.role is Role.EMPLOYEE, asked.role is Role.PROVIDER)
    if wanted != (employer_said, asked.employee_id is not None, provider_said):
        raise ReachUnclear(role=asked.role, needs=_needs(asked.role))

    def look(session: Session) -> Reach:
        provider = identity.provider_code if asked.provider is None else asked.provider
        if provider is not None:
            found = providers.get(session, provider, clock.today()).code
            if identity.provider_code not in (None, found):
                raise RoleNotGiven(role=identity.role, given=asked.role)
            return Reach(provider_code=found)
        book_id = identity.book_id if asked.employer is None else books.require(session, asked.employer)
        if asked.employee_id is not None:
            book_id = people.book_of(session, asked.employee_id) if book_id is None else book_id
            people.employee(session, book_id, asked.employee_id)
        return Reach(book_id=book_id, employee_id=asked.employee_id)

    return transact(look)


def owner_is_kept(identity: Identity, book_id: int, employee_id: str) -> bool:
    """Return whether a person's wallet has an owner whom whoever asks may not exchange: who says who they are does."""
    if SIGHT[identity.role] is Sight.NETWORK:
        return False
    return transact_at_door(lambda session: members.has_owner(session, book_id, employee_id))


def refuse_own(identity: Identity, book_id: int, employee_id: str) -> None:
    """
    Refuse whoever would decide, for the network, something of a wallet that is or was their own.

    Errors: OwnMatter.
    """
    if is_own(identity, book_id, employee_id):
        raise OwnMatter()


def is_own(identity: Identity, book_id: int, employee_id: str) -> bool:
    """Return whether a person's wallet is or was that of whoever asks, in whichever role they ask."""
    held = sa.select(Appointment.appointment_id).where(
        Appointment.member_id == identity.member_id,
        Appointment.book_id == book_id,
        Appointment.employee_id == employee_id,
    )
    return transact_at_door(lambda session: session.scalar(held.limit(1))) is not None


def _needs(role: Role) -> str:
    if role is Role.EMPLOYEE:
        return "employee_id"
    if role is Role.PROVIDER:
        return "provider"
    return "employer" if role in _OF_A_BOOK else "-"
