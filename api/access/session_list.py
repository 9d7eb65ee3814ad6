"""One's own sessions: which are open, ending them, and going on in another role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.access import audit, members, sessions, tokens
from api.access.errors import AppointmentNotFound
from api.access.identity import Identity, transact_at_door
from api.access.roles import Role
from api.access.signing_in import Entered, doer_of
from api.access.tables import Member, Token
from api.conventions import paging
from api.conventions.paging import Page


@dataclass(frozen=True, slots=True)
class SessionCard:
    """A session that is open."""

    token_id: str
    kind: str
    label: str
    role: Role
    current: bool
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime


def page(identity: Identity, asked: Mapping[str, Any]) -> Page[SessionCard]:
    """
    Return one's open sessions, the newest first.

    Errors: CursorUnknown.
    """
    mine = tokens.listing(sessions=True).where(Member.member_id == identity.member_id)

    def card(row: sa.Row[Any]) -> SessionCard:
        return SessionCard(
            row.token_id,
            row.kind,
            row.label,
            Role(row.role),
            row.token_id == identity.token_id,
            row.created_at,
            row.last_used_at,
            row.expires_at,
        )

    column = Token.__table__.c.token_id
    return transact_at_door(lambda session: paging.cut(session, mine, column, asked)).each(card)


def end(identity: Identity, session_id: str) -> None:
    """
    End one of one's sessions.

    Errors: SessionNotFound.
    """

    def work(session: Session) -> None:
        sessions.end(session, identity.member_id, session_id)
        audit.write(session, identity.doer, "sessions:end", target=session_id)

    transact_at_door(work)


def end_all(identity: Identity) -> None:
    """Sign somebody out everywhere."""

    def work(session: Session) -> None:
        tokens.end_sessions(session, identity.member_id)
        audit.write(session, identity.doer, "sessions:end")

    transact_at_door(work)


def switch(identity: Identity, appointment_id: str) -> Entered:
    """
    Go on in another of one's roles, with a new secret; the session ends when the first one would have.

    Errors: AppointmentNotFound.
    """

    def work(session: Session) -> Entered:
        members.appointment(session, identity.member_id, appointment_id)
        token = session.get(Token, identity.token_id, with_for_update=True)
        # Of two requests at once one goes on.
        if token is None or token.revoked_at is not None:
            raise AppointmentNotFound(appointment=appointment_id)
        tokens.revoke(session, identity.token_id)
        opened = sessions.open_one(
            session,
            identity.member_id,
            kind=identity.kind,
            label=token.label,
            appointment_id=appointment_id,
            until=identity.expires_at,
        )
        audit.write(session, doer_of(identity.member_id, opened), "sessions:switch", target=opened.session_id)
        return Entered(opened, None)

    return transact_at_door(work)
