"""Granting: tokens that somebody makes for a program, as themself or as a machine of their own reach."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.access import audit, members, tokens
from api.access.errors import ScopesTooWide, TokenNotFound
from api.access.identity import Identity, transact_at_door
from api.access.members import Reach
from api.access.roles import Role, may_manage
from api.access.tables import Appointment, Member, Token
from api.access.tokens import Issued
from config import clock


def own(identity: Identity, *, scopes: Iterable[str] | None, label: str, lasting: timedelta) -> Issued:
    """
    Make a token that does what whoever asks may do, or less; a program's makes none that outlives it.

    Errors: ScopesTooWide.
    """
    wanted = _within(identity.scopes, scopes)

    def work(session: Session) -> Issued:
        lasts = _no_longer(identity, lasting)
        made = tokens.issue(session, identity.appointment_id, lasting=lasts, scopes=wanted, label=label)
        audit.write(session, identity.doer, "tokens:create", target=made.token_id)
        return made

    return transact_at_door(work, whole=True)


def machine(
    identity: Identity,
    name: str,
    role: Role,
    reach: Reach,
    *,
    scopes: Iterable[str] | None,
    label: str,
    lasting: timedelta,
) -> Issued:
    """
    Make a token for a machine of this name, which becomes a member with its first one.

    `reach` was found as one that `identity` gives to machines (`reaching.of_machine`). A program's token makes none
    that outlives it.
    Errors: ScopesTooWide.
    """
    wanted = _within(identity.scopes, scopes)

    def work(session: Session) -> Issued:
        appointment_id = _machines(session, name, role, reach)
        if appointment_id is None:
            member_id = members.admit(session, name)
            appointment_id = members.appoint(
                session, member_id, role, book_id=reach.book_id, provider_code=reach.provider_code
            )
        lasts = _no_longer(identity, lasting)
        made = tokens.issue(session, appointment_id, lasting=lasts, scopes=wanted, label=label)
        audit.write(session, identity.doer, "tokens:create", target=made.token_id)
        return made

    return transact_at_door(work, whole=True)


def listing(identity: Identity) -> sa.Select[Any]:
    """Return the query of one's own tokens and of machines whose role one gives, as far as the fence shows them."""
    roles = may_manage(identity.role) - {Role.EMPLOYEE}
    return tokens.listing(sessions=False).where(
        sa.or_(
            Member.member_id == identity.member_id,
            sa.and_(Member.kind == "machine", Appointment.role.in_(roles)),
        )
    )


def revoke(identity: Identity, token_id: str) -> None:
    """
    End a token of one's own or of a machine whose role one gives.

    Errors: TokenNotFound.
    """
    theirs = listing(identity).where(Token.token_id == token_id)
    if transact_at_door(lambda session: session.execute(theirs).first()) is None:
        raise TokenNotFound(token=token_id)

    def work(session: Session) -> None:
        tokens.revoke(session, token_id)
        audit.write(session, identity.doer, "tokens:revoke", target=token_id)

    transact_at_door(work, whole=True)


def _within(allowed: frozenset[str], asked: Iterable[str] | None) -> frozenset[str]:
    wanted = allowed if asked is None else frozenset(asked)
    if not wanted <= allowed:
        raise ScopesTooWide(scopes=sorted(wanted - allowed))
    return wanted


def _no_longer(identity: Identity, lasting: timedelta) -> timedelta:
    # A stolen one would renew itself for ever, and each time be good after the first was ended.
    return lasting if identity.session else min(lasting, identity.expires_at - clock.now())


def _machines(session: Session, name: str, role: Role, reach: Reach) -> str | None:
    return session.scalar(
        sa.select(Appointment.appointment_id)
        .join(Member, Member.member_id == Appointment.member_id)
        .where(
            Member.kind == "machine",
            Member.name == name,
            Member.ended_at.is_(None),
            Appointment.role == role,
            Appointment.book_id.is_not_distinct_from(reach.book_id),
            Appointment.provider_code.is_not_distinct_from(reach.provider_code),
            Appointment.ended_at.is_(None),
        )
    )
