"""What somebody is told of themself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from api.access import codes, members
from api.access.identity import Identity, transact_at_door
from api.access.members import Holding
from api.access.roles import Role


@dataclass(frozen=True, slots=True)
class Self:
    """Whoever sent a request."""

    member_id: str
    kind: str
    name: str
    email: str | None
    language: str
    role: Role
    appointment: str
    appointments: Sequence[Holding]
    scopes: Sequence[str]
    session: str | None
    expires_at: datetime
    authenticator: bool
    recovery_codes: int


def of(identity: Identity) -> Self:
    """Return who somebody is."""

    def work(session: Session) -> Self:
        member = members.require(session, identity.member_id)
        return Self(
            member_id=member.member_id,
            kind=member.kind,
            name=member.name,
            email=member.email,
            language=member.language,
            role=identity.role,
            appointment=identity.appointment_id,
            appointments=members.holdings(session, member.member_id),
            scopes=sorted(identity.scopes),
            session=identity.token_id if identity.session else None,
            expires_at=identity.expires_at,
            authenticator=member.totp_secret is not None,
            recovery_codes=codes.recovery_left(session, member.member_id),
        )

    return transact_at_door(work)
