"""Invitations: a role offered by e-mail to somebody, who takes it with a link that is good once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.access import audit, letters, members, pace, passwords
from api.access.audit import Doer
from api.access.errors import (
    AppointmentHeld,
    InvitationClosed,
    InvitationNotFound,
    InvitationOpen,
    LinkNotFound,
    PasswordWeak,
)
from api.access.identity import Identity, transact_at_door
from api.access.members import Reach
from api.access.roles import MAY_GIVE, Role
from api.access.tables import Invitation
from api.access.tokens import hashed
from api.events import mail
from config import clock, ids
from network.models.provider import ProviderRow

LASTING = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Card:
    """An invitation as those who may send it see it; `status` is open, accepted, revoked or expired."""

    invitation_id: str
    status: str
    email: str
    name: str
    language: str
    role: Role
    employer: str | None
    employer_name: str | None
    employee_id: str | None
    provider: str | None
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Accepted:
    """A role taken; `new` says whether somebody became a member by it."""

    member_id: str
    appointment_id: str
    role: Role
    new: bool


def invite(identity: Identity, role: Role, reach: Reach, *, email: str, name: str, language: str) -> Card:
    """
    Offer a role to somebody, by a letter with a link.

    `reach` was found as one that `identity` gives to the person at this address (`reaching.of_person`).
    Errors: AddressInvalid, AppointmentHeld, InvitationOpen.
    """
    mail.check_address(email)

    def work(session: Session) -> Card:
        _refuse_second(session, role, reach, email)
        invitation = Invitation(
            invitation_id=ids.new("inv"),
            email=email,
            name=name,
            language=language,
            role=role,
            book_id=reach.book_id,
            employee_id=reach.employee_id,
            provider_code=reach.provider_code,
            invited_by=identity.member_id,
            created_at=clock.now(),
        )
        secret = _renew(invitation)
        session.add(invitation)
        session.flush()
        return _send(session, identity, invitation, secret, "members:invite")

    return transact_at_door(work, whole=True)


def resend(identity: Identity, invitation_id: str) -> Card:
    """
    Send an invitation again with a new link; the old one is no longer good.

    Errors: InvitationNotFound, InvitationClosed, TryLater.
    """
    mine(identity, invitation_id)

    def work(session: Session) -> Card:
        invitation = _open(session, invitation_id)
        pace.take(session, pace.letter_lanes(invitation.email.casefold(), identity.member_id))
        return _send(session, identity, invitation, _renew(invitation), "members:invite")

    return transact_at_door(work, whole=True)


def revoke(identity: Identity, invitation_id: str) -> None:
    """
    Take an invitation back.

    Errors: InvitationNotFound, InvitationClosed.
    """
    mine(identity, invitation_id)

    def work(session: Session) -> None:
        invitation = _open(session, invitation_id)
        invitation.revoked_at = clock.now()
        audit.write(session, _doer(identity, invitation), "members:revoke", target=invitation_id)

    transact_at_door(work, whole=True)


def mine(identity: Identity, invitation_id: str) -> Card:
    """
    Return an invitation of one's own reach.

    Errors: InvitationNotFound.
    """
    found = transact_at_door(
        lambda session: session.execute(listing(identity).where(Invitation.invitation_id == invitation_id)).first()
    )
    if found is None:
        raise InvitationNotFound(invitation=invitation_id)
    return card_of(found)


def listing(identity: Identity) -> sa.Select[Any]:
    """Return the query of the invitations that somebody may send, as far as the session's fence shows them."""
    employer = sa.func.access_employer(Invitation.book_id).table_valued("code", "name").lateral("employer")
    return (
        sa.select(Invitation, employer.c.code, employer.c.name)
        .outerjoin(employer, sa.true())
        .where(Invitation.role.in_(MAY_GIVE[identity.role].persons))
    )


def card_of(row: sa.Row[Any]) -> Card:
    """Return what a row of `listing` says."""
    invitation, employer, employer_name = tuple(row)
    return _card(invitation, employer, employer_name)


def look(secret: str) -> tuple[Card, bool]:
    """
    Return what a link invites to, and whether whoever follows it has a password to choose.

    Errors: LinkNotFound.
    """

    def work(session: Session) -> tuple[Card, bool]:
        invitation = _linked(session, secret)
        known = members.by_email(session, invitation.email)
        return _card_in(session, invitation), known is None or known.password_hash is None

    return transact_at_door(work, whole=True)


def accept(secret: str, *, password: str | None, name: str | None) -> Accepted:
    """
    Take the role that a link offers; who is no member yet becomes one, with this password.

    A member's password stays: the link proves who reads the mailbox, and signing in is still to be done.
    Errors: LinkNotFound, PasswordWeak, AppointmentHeld.
    """
    card, chooses = look(secret)
    kept = None
    if chooses:
        if password is None:
            raise PasswordWeak(shortest=passwords.SHORTEST)
        passwords.check(password, email=card.email)
        kept = passwords.kept(password)

    def work(session: Session) -> Accepted:
        invitation = _linked(session, secret, lock=True)
        member = members.by_email(session, invitation.email)
        new = member is None
        if member is None:
            member_id = members.admit(
                session, name or invitation.name, email=invitation.email, language=invitation.language
            )
            member = members.require(session, member_id)
        if member.password_hash is None:
            member.password_hash = kept
        role = Role(invitation.role)
        _refuse_second_person(session, role, _reach(invitation))
        appointment_id = members.appoint(
            session,
            member.member_id,
            role,
            book_id=invitation.book_id,
            employee_id=invitation.employee_id,
            provider_code=invitation.provider_code,
        )
        invitation.accepted_at = clock.now()
        doer = Doer(member.member_id, role, invitation.book_id, invitation.employee_id)
        audit.write(session, doer, "members:accept", target=invitation.invitation_id)
        return Accepted(member.member_id, appointment_id, role, new)

    return transact_at_door(work, whole=True)


def sweep(session: Session, older_than: timedelta = timedelta(days=90)) -> int:
    """Forget the invitations that led to nothing or to a role so long ago, and return how many."""
    old = sa.delete(Invitation).where(Invitation.expires_at < clock.now() - older_than)
    return session.execute(old).rowcount  # type: ignore[attr-defined, no-any-return]


def _renew(invitation: Invitation) -> str:
    secret = secrets.token_urlsafe(32)
    invitation.hash = hashed(secret)
    invitation.expires_at = clock.now() + LASTING
    return secret


def _send(session: Session, identity: Identity, invitation: Invitation, secret: str, action: str) -> Card:
    card = _card_in(session, invitation)
    organisation = card.employer_name
    if card.provider is not None:
        organisation = session.scalar(sa.select(ProviderRow.name).where(ProviderRow.code == card.provider))
    letters.invite(session, invitation, secret, inviter=identity.name, organisation=organisation or "")
    audit.write(session, _doer(identity, invitation), action, target=invitation.invitation_id)
    return card


def _doer(identity: Identity, invitation: Invitation) -> Doer:
    # In the trail of the book, and of the person, that it is about.
    return Doer(identity.member_id, identity.role, invitation.book_id or identity.book_id, invitation.employee_id)


def _refuse_second(session: Session, role: Role, reach: Reach, email: str) -> None:
    _refuse_second_person(session, role, reach)
    same = (
        sa.func.lower(Invitation.email) == email.lower(),
        Invitation.role == role,
        Invitation.book_id.is_not_distinct_from(reach.book_id),
        Invitation.employee_id.is_not_distinct_from(reach.employee_id),
        Invitation.provider_code.is_not_distinct_from(reach.provider_code),
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
    )
    for earlier in session.scalars(sa.select(Invitation).where(*same).with_for_update()):
        if earlier.expires_at > clock.now():
            raise InvitationOpen(invitation=earlier.invitation_id)
        earlier.revoked_at = clock.now()
    session.flush()


def _refuse_second_person(session: Session, role: Role, reach: Reach) -> None:
    # A wallet has one owner: a second address invited to it would read what the person buys.
    if role is not Role.EMPLOYEE:
        return
    # Of two that are taken at once the second waits, and then finds the first.
    session.execute(
        sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(f"wallet:{reach.employee_id}", 0)))
    )
    if members.has_owner(session, reach.book_id, reach.employee_id):
        raise AppointmentHeld()


def _open(session: Session, invitation_id: str) -> Invitation:
    invitation = session.get_one(Invitation, invitation_id, with_for_update=True)
    if invitation.accepted_at is not None or invitation.revoked_at is not None:
        raise InvitationClosed(invitation=invitation_id)
    return invitation


def _linked(session: Session, secret: str, *, lock: bool = False) -> Invitation:
    statement = sa.select(Invitation).where(
        Invitation.hash == hashed(secret),
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > clock.now(),
    )
    found = session.scalar(statement.with_for_update() if lock else statement)
    if found is None:
        raise LinkNotFound()
    return found


def _reach(invitation: Invitation) -> Reach:
    return Reach(invitation.book_id, invitation.employee_id, invitation.provider_code)


def _card_in(session: Session, invitation: Invitation) -> Card:
    code, name = None, None
    if invitation.book_id is not None:
        employer = sa.func.access_employer(invitation.book_id).table_valued("code", "name")
        found = session.execute(sa.select(employer.c.code, employer.c.name)).first()
        code, name = (None, None) if found is None else found
    return _card(invitation, code, name)


def _card(invitation: Invitation, employer: str | None, employer_name: str | None) -> Card:
    status = "open"
    if invitation.accepted_at is not None:
        status = "accepted"
    elif invitation.revoked_at is not None:
        status = "revoked"
    elif invitation.expires_at <= clock.now():
        status = "expired"
    return Card(
        invitation_id=invitation.invitation_id,
        status=status,
        email=invitation.email,
        name=invitation.name,
        language=invitation.language,
        role=Role(invitation.role),
        employer=employer,
        employer_name=employer_name,
        employee_id=invitation.employee_id,
        provider=invitation.provider_code,
        created_at=invitation.created_at,
        expires_at=invitation.expires_at,
    )
