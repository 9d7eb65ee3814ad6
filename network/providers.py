"""Providers: who they are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.labelled import Labelled
from network import qualification
from network.errors import ProviderNotFound
from network.models import ProviderRow
from network.states import State


class ProviderKind(Labelled):
    """What a provider is; some kinds decide VAT, and two are exempt from qualification."""

    SOCIAL_COOP_A = "SOCIAL_COOP_A", "cooperativa sociale A"
    SOCIAL_COOP_B = "SOCIAL_COOP_B", "cooperativa sociale B"
    CONSORTIUM = "CONSORTIUM", "consorzio"
    SOCIAL_ENTERPRISE = "SOCIAL_ENTERPRISE", "impresa sociale"
    SPORT_ASSOCIATION = "SPORT_ASSOCIATION", "associazione sportiva"
    CLINIC = "CLINIC", "centro clinico"
    PROFESSIONAL = "PROFESSIONAL", "professionista"
    COMPANY = "COMPANY", "impresa"
    PUBLIC_BODY = "PUBLIC_BODY", "ente pubblico"
    PUBLIC_TRANSPORT = "PUBLIC_TRANSPORT", "trasporto pubblico"


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
