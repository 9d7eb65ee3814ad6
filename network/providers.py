"""Providers: who they are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config.labelled import Labelled
from network import qualification, spelling
from network.errors import ProviderNotFound
from network.matches import Matches
from network.models import ProviderRow
from network.states import State


class ProviderKind(Labelled):
    """What a provider is; some kinds decide VAT, and two are exempt from qualification."""

    SOCIAL_COOP_A = "SOCIAL_COOP_A", "cooperativa sociale A", "social cooperative (type A)"
    SOCIAL_COOP_B = "SOCIAL_COOP_B", "cooperativa sociale B", "social cooperative (type B)"
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
    found = matches(on, territory=territory)
    statement = found.statement if codes is None else found.statement.where(_PROVIDER.code.in_(codes))
    return tuple(provider(row) for row in session.execute(statement.order_by(*found.order)))


def matches(
    on: date,
    *,
    territory: str | None = None,
    kind: ProviderKind | None = None,
    state: State | None = None,
    text: str | None = None,
) -> Matches:
    """
    Return the query of providers by name as they are on a day, to be paged; whatever is left out is not asked.

    Every word of `text` must be in the name, whatever case and accents.
    """
    newest = qualification.state_lateral(_PROVIDER.code, on)
    now = qualification.state_sql(newest, on)
    statement = sa.select(
        _PROVIDER.code,
        _PROVIDER.name,
        _PROVIDER.kind,
        _PROVIDER.territory_code,
        _PROVIDER.offers,
        now.label("state_then"),
        newest.c.valid_from,
        newest.c.valid_to,
        newest.c.reason,
    ).select_from(ProviderRow.__table__.outerjoin(newest, sa.true()))
    exact = {_PROVIDER.territory_code: territory, _PROVIDER.kind: kind, now: state}
    statement = statement.where(*(column == wanted for column, wanted in exact.items() if wanted is not None))
    words = (sa.func.strpos(_PROVIDER.folded, word) > 0 for word in spelling.fold(text or "").split())
    return Matches(statement.where(*words), (_PROVIDER.folded.collate("C"), _PROVIDER.code.collate("C")))


def provider(row: Any) -> Provider:
    """Return what a row of that query says."""
    return Provider(
        code=row.code,
        name=row.name,
        kind=ProviderKind(row.kind),
        territory_code=row.territory_code,
        offers=row.offers,
        state=State(row.state_then),
        state_since=row.valid_from,
        state_until=row.valid_to,
        state_reason=row.reason,
    )
