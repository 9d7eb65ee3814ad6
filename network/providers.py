"""Providers: who they are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from network import qualification
from network.errors import ProviderNotFound
from network.models import ProviderRow
from network.states import State


class ProviderKind(StrEnum):
    """What a provider is; some kinds decide VAT, and two are exempt from qualification."""

    SOCIAL_COOP_A = "SOCIAL_COOP_A"
    SOCIAL_COOP_B = "SOCIAL_COOP_B"
    CONSORTIUM = "CONSORTIUM"
    SOCIAL_ENTERPRISE = "SOCIAL_ENTERPRISE"
    SPORT_ASSOCIATION = "SPORT_ASSOCIATION"
    CLINIC = "CLINIC"
    PROFESSIONAL = "PROFESSIONAL"
    COMPANY = "COMPANY"
    PUBLIC_BODY = "PUBLIC_BODY"
    PUBLIC_TRANSPORT = "PUBLIC_TRANSPORT"

    @property
    def label_it(self) -> str:
        """Return the kind's name in Italian."""
        return _KINDS_IT[self]


_KINDS_IT = {
    ProviderKind.SOCIAL_COOP_A: "cooperativa sociale A",
    ProviderKind.SOCIAL_COOP_B: "cooperativa sociale B",
    ProviderKind.CONSORTIUM: "consorzio",
    ProviderKind.SOCIAL_ENTERPRISE: "impresa sociale",
    ProviderKind.SPORT_ASSOCIATION: "associazione sportiva",
    ProviderKind.CLINIC: "centro clinico",
    ProviderKind.PROFESSIONAL: "professionista",
    ProviderKind.COMPANY: "impresa",
    ProviderKind.PUBLIC_BODY: "ente pubblico",
    ProviderKind.PUBLIC_TRANSPORT: "trasporto pubblico",
}


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider and its qualification on the day that was asked for."""

    code: str
    name: str
    kind: ProviderKind
    territory_code: str
    offers: str
    state: State
    state_since: date | None
    state_until: date | None
    state_reason: str | None


_PROVIDER = ProviderRow.__table__.c


def get(session: Session, code: str, on: date) -> Provider:
    """
    Return a provider as it is on a day.

    Errors: ProviderNotFound.
    """
    found = listed(session, on, codes=(code,))
    if not found:
        raise ProviderNotFound(provider=code)
    return found[0]


def listed(
    session: Session, on: date, *, territory: str | None = None, codes: Collection[str] | None = None
) -> tuple[Provider, ...]:
    """Return providers by name as they are on a day: all, those of a territory, or those with these codes."""
    state = qualification.state_lateral(_PROVIDER.code, on)
    statement = sa.select(
        _PROVIDER.code,
        _PROVIDER.name,
        _PROVIDER.kind,
        _PROVIDER.territory_code,
        _PROVIDER.offers,
        qualification.state_sql(state, on),
        state.c.valid_from,
        state.c.valid_to,
        state.c.reason,
    ).select_from(ProviderRow.__table__.outerjoin(state, sa.true()))
    if territory is not None:
        statement = statement.where(_PROVIDER.territory_code == territory)
    if codes is not None:
        statement = statement.where(_PROVIDER.code.in_(codes))
    found = session.execute(statement.order_by(_PROVIDER.folded.collate("C"), _PROVIDER.code.collate("C")))
    return tuple(
        Provider(code, name, ProviderKind(kind), place, offers, State(now), since, until, reason)
        for code, name, kind, place, offers, now, since, until, reason in found
    )
