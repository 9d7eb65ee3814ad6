"""
Links that open the pages as somebody of the demonstration, as often as one likes for some hours.

`borsellino serve --demo` makes them, for members of its own, and nothing else does: where there is no demonstration
there is no such link, and no page that takes one.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.access import cookies, proofs, signing_in
from api.access.errors import LinkNotFound
from api.access.identity import transact_at_door
from api.access.signing_in import Entered
from api.access.tables import Proof
from config import clock

_KIND = "demonstration"


def make(session: Session, member_id: str, *, lasting: timedelta) -> str:
    """Return the secret of a new link, which is told here and nowhere else."""
    secret, _ = proofs.make(session, _KIND, member_id, lasting=lasting)
    return secret


def are_there() -> bool:
    """Say whether any link is good now."""
    good = sa.exists().where(Proof.kind == _KIND, Proof.expires_at > clock.now())
    return bool(transact_at_door(lambda session: session.scalar(sa.select(good)), whole=True))


def enter(secret: str, *, label: str) -> Entered:
    """
    Open a browser's session as whom a link is for.

    Errors: CrossSiteRefused, LinkNotFound.
    """
    # Another site could sign its visitor in as somebody else.
    cookies.refuse_other_sites()

    def work(session: Session) -> Entered:
        proof = proofs.find(session, _KIND, secret)
        if proof is None or proof.member_id is None:
            raise LinkNotFound()
        return signing_in.enter_as(session, proof.member_id, kind="cookie", label=label)

    return transact_at_door(work, whole=True)
