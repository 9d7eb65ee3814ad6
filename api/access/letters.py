"""The letters of access: each is queued with what it tells of, and its secret leaves our hands in it alone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from api.access import addresses
from api.access.roles import NAMES, Role
from api.access.tables import Invitation, Member
from api.events import mail
from config import clock


def invite(session: Session, invitation: Invitation, secret: str, *, inviter: str, organisation: str) -> None:
    """Ask somebody to take a role, with the link that lets them."""
    role_it, role_en = NAMES[Role(invitation.role)]
    facts = {
        "inviter": inviter,
        "organisation": organisation,
        "role_it": role_it,
        "role_en": role_en,
        "until": invitation.expires_at,
        "link": addresses.link("accept", secret),
    }
    mail.queue(session, invitation.email, "invitation", facts, invitation.language, useful_until=invitation.expires_at)


def reset(session: Session, member: Member, secret: str, until: datetime) -> None:
    """Let somebody who forgot their password choose another."""
    _queue(session, member, "password_reset", {"until": until, "link": addresses.link("password", secret)}, until)


def code(session: Session, member: Member, digits: str, until: datetime) -> None:
    """Send the code that a sign-in waits for."""
    _queue(session, member, "one_time_code", {"code": digits, "until": until}, until)


def password_changed(session: Session, member: Member) -> None:
    """Tell somebody that their password changed, in case it was not them."""
    _queue(session, member, "password_changed", {"at": clock.now()}, None)


def _queue(
    session: Session, member: Member, template: str, facts: dict[str, object], useful_until: datetime | None
) -> None:
    if member.email is not None:
        mail.queue(
            session,
            member.email,
            template,
            facts,
            member.language,
            member_id=member.member_id,
            useful_until=useful_until,
        )
