"""Linked: the identities at identity providers that somebody signs in with, and letting go of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.access import audit
from api.access.errors import IdentityNotFound, LastWayIn
from api.access.identity import Identity, transact_at_door
from api.access.tables import LinkedIdentity, Member
from api.conventions import paging
from api.conventions.paging import Page
from config import settings

_ID = LinkedIdentity.__table__.c.identity_id
_SHOWN: Sequence[Any] = (_ID, LinkedIdentity.issuer, LinkedIdentity.linked_at)


@dataclass(frozen=True, slots=True)
class Linked:
    """An identity of one's own; `usable` says whether its provider is the one that people sign in with today."""

    identity_id: str
    issuer: str
    linked_at: datetime
    usable: bool


def page(identity: Identity, asked: Mapping[str, Any]) -> Page[Linked]:
    """
    Return one's own identities, the newest first.

    Errors: CursorUnknown.
    """
    mine = sa.select(*_SHOWN).where(LinkedIdentity.member_id == identity.member_id)
    found = transact_at_door(lambda session: paging.cut(session, mine, _ID, asked))
    return found.each(lambda row: Linked(row.identity_id, row.issuer, row.linked_at, _usable(row.issuer)))


def unlink(identity: Identity, identity_id: str) -> None:
    """
    Let go of an identity of one's own: who comes back with it is tied to a member anew, as at the first time.

    Errors: IdentityNotFound, LastWayIn.
    """

    def work(session: Session) -> None:
        # Of two at once, each of which would leave the other, one waits.
        has_password = session.scalar(
            sa.select(Member.password_hash.is_not(None)).where(Member.member_id == identity.member_id).with_for_update()
        )
        theirs = session.scalars(sa.select(LinkedIdentity).where(LinkedIdentity.member_id == identity.member_id)).all()
        found = next((one for one in theirs if one.identity_id == identity_id), None)
        if found is None:
            raise IdentityNotFound(identity=identity_id)
        if not has_password and not any(_usable(one.issuer) for one in theirs if one is not found):
            raise LastWayIn()
        session.delete(found)
        audit.write(session, identity.doer, "identities:unlink", target=identity_id)

    transact_at_door(work)


def _usable(issuer: str) -> bool:
    return issuer.rstrip("/") == settings.load().oidc_issuer
