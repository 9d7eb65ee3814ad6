"""What each member wants to be told, by kind and channel; of what nothing was chosen everybody is told."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from api.access.roles import SCOPES, Role
from api.events.errors import NotificationFixed
from api.events.kinds import Channel, Kind
from api.events.tables import ChoiceRow

Choices = Mapping[Kind, Mapping[Channel, bool]]
# What lets somebody in, or says that somebody got in, is not theirs to miss.
FIXED = frozenset({Kind.SECURITY})
# Whom there are letters for, besides those about access; about webhooks, for whoever may have them.
_WRITTEN: Mapping[Role, frozenset[Kind]] = {
    Role.EMPLOYEE: frozenset({Kind.EXPIRING, Kind.PURCHASES, Kind.REFUNDS, Kind.REIMBURSEMENTS, Kind.REQUESTS}),
    Role.PROVIDER: frozenset({Kind.QUALIFICATION, Kind.PAYOUTS}),
    Role.ACCOUNTANT: frozenset({Kind.CLOSING}),
    Role.WELFARE_MANAGER: frozenset({Kind.REQUESTS}),
}


def offered(role: Role) -> frozenset[Kind]:
    """Return the kinds of letters that somebody in a role may be written."""
    webhooks = {Kind.WEBHOOKS} if "webhooks:manage" in SCOPES[role] else set()
    return _WRITTEN.get(role, frozenset()) | FIXED | webhooks


def of(session: Session, member_id: str, *, lock: bool = False) -> Choices:
    """Return what a member wants; `lock` keeps another request from changing it meanwhile."""
    if lock:
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(f"choices:{member_id}", 0))))
    rows = session.execute(
        sa.select(ChoiceRow.kind, ChoiceRow.channel, ChoiceRow.wanted).where(ChoiceRow.member_id == member_id)
    )
    chosen = {(row.kind, row.channel): row.wanted for row in rows}
    return {kind: {channel: chosen.get((kind, channel), True) for channel in Channel} for kind in Kind}


def wants(session: Session, member_id: str, kind: Kind, channel: Channel = Channel.MAIL) -> bool:
    """Return whether a member is told of a kind in a way."""
    return kind in FIXED or of(session, member_id)[kind][channel]


def choose(session: Session, member_id: str, chosen: Choices) -> Choices:
    """
    Write down what a member wants of the kinds that are named, and return all of it.

    Errors: NotificationFixed.
    """
    for kind, ways in chosen.items():
        if kind in FIXED and not all(ways.values()):
            raise NotificationFixed(kind=str(kind))
    rows = [
        {"member_id": member_id, "kind": str(kind), "channel": str(channel), "wanted": wanted}
        for kind, ways in chosen.items()
        for channel, wanted in ways.items()
    ]
    if rows:
        statement = insert(ChoiceRow)
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["member_id", "kind", "channel"], set_={"wanted": statement.excluded.wanted}
            ),
            rows,
        )
    return of(session, member_id)
