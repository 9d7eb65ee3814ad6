"""Acceptance: whether a provider wants to accept purchases before their codes are given, and how long it has to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from network.errors import ProviderNotFound, ServiceNotFound
from network.models import ProviderRow, ServiceRow


@dataclass(frozen=True, slots=True)
class Terms:
    """
    How many hours a provider has to accept: `hours` for whatever it offers (None: it is not asked), and `services`
    where one of them differs (0: it is not asked).
    """

    provider_code: str
    hours: int | None = None
    services: Mapping[str, int] = field(default_factory=dict)


def terms(session: Session, provider_code: str, *, lock: bool = False) -> Terms:
    """
    Return a provider's terms; locked, they stay so until the end of the transaction.

    Errors: ProviderNotFound.
    """
    statement = sa.select(ProviderRow.acceptance_hours).where(ProviderRow.code == provider_code)
    found = session.execute(statement.with_for_update() if lock else statement).one_or_none()
    if found is None:
        raise ProviderNotFound(provider=provider_code)
    rows = session.execute(
        sa.select(ServiceRow.code, ServiceRow.acceptance_hours)
        .where(ServiceRow.provider_code == provider_code, ServiceRow.acceptance_hours.is_not(None))
        .order_by(ServiceRow.code)
    )
    return Terms(provider_code, found[0], {row.code: row.acceptance_hours for row in rows})


def change(session: Session, wanted: Terms) -> Terms:
    """
    Set a provider's terms, whole: a service that is not named is as the provider. What is under way stays as it was.

    Errors: ProviderNotFound, ServiceNotFound (also for another provider's).
    """
    terms(session, wanted.provider_code, lock=True)
    own = set(session.scalars(sa.select(ServiceRow.code).where(ServiceRow.provider_code == wanted.provider_code)))
    unknown = sorted(wanted.services.keys() - own)
    if unknown:
        raise ServiceNotFound(service=unknown[0])
    session.execute(
        sa.update(ProviderRow).where(ProviderRow.code == wanted.provider_code).values(acceptance_hours=wanted.hours)
    )
    for code in own:
        session.execute(
            sa.update(ServiceRow).where(ServiceRow.code == code).values(acceptance_hours=wanted.services.get(code))
        )
    return wanted
