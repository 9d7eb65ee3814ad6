"""Information cards on allowances and social vouchers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from network import spelling, territories
from network.errors import InfoCardExists, InfoCardNotFound, PeriodBackwards
from network.models import InfoCardRow


@dataclass(frozen=True, slots=True)
class InfoCard:
    """
    What people may ask of public offices, as it was on `verified_on`; `is_demo` marks text that is only an example.

    Units: `isee_max_minor` in cents of EUR; missing when there is no ceiling or the office's page tells it.
    """

    code: str
    title: str
    who: str
    isee_max_minor: int | None
    amount_text: str
    window_from: date | None
    window_to: date | None
    office: str
    url: str
    territory_code: str | None
    verified_on: date
    verified_by: str
    is_demo: bool

    def is_open(self, day: date) -> bool:
        """Say whether one may apply on a day; a missing end of the window is open."""
        return (self.window_from is None or self.window_from <= day) and (
            self.window_to is None or day <= self.window_to
        )


_CARD = InfoCardRow.__table__.c
_COLUMNS = tuple(_CARD[name] for name in InfoCard.__slots__)


def find(session: Session, territory: str | None = None) -> tuple[InfoCard, ...]:
    """Return the cards of a territory, then the national ones, by title; without a territory the national ones only."""
    wanted: sa.ColumnElement[bool] = _CARD.territory_code.is_(None)
    if territory is not None:
        wanted = sa.or_(wanted, _CARD.territory_code == territory)
    found = session.execute(
        sa.select(*_COLUMNS).where(wanted).order_by(_CARD.territory_code.is_(None), _CARD.title, _CARD.code)
    )
    return tuple(InfoCard(*row) for row in found)


def search(
    session: Session,
    *,
    territory: str | None = None,
    text: str | None = None,
    open_on: date | None = None,
    verified_before: date | None = None,
) -> tuple[InfoCard, ...]:
    """
    Return cards by title, those of territories before the national ones; whatever is left out is not asked.

    `territory` keeps its own cards and the national ones. Every word of `text` must be in what the card says.
    Errors: TerritoryNotFound.
    """
    if territory is not None:
        territories.get(session, territory)
    statement = sa.select(*_COLUMNS).order_by(_CARD.territory_code.is_(None), _CARD.title, _CARD.code)
    if territory is not None:
        statement = statement.where(sa.or_(_CARD.territory_code.is_(None), _CARD.territory_code == territory))
    if verified_before is not None:
        statement = statement.where(_CARD.verified_on < verified_before)
    cards = tuple(InfoCard(*row) for row in session.execute(statement))
    words = spelling.fold(text or "").split()
    return tuple(
        card for card in cards if (open_on is None or card.is_open(open_on)) and all(w in _said(card) for w in words)
    )


def _said(card: InfoCard) -> str:
    return spelling.fold(f"{card.title} {card.who} {card.amount_text} {card.office}")


def get(session: Session, code: str, *, lock: bool = False) -> InfoCard:
    """
    Return one card; with `lock` nobody else changes it until the transaction ends.

    Errors: InfoCardNotFound.
    """
    statement = sa.select(*_COLUMNS).where(_CARD.code == code)
    row = session.execute(statement.with_for_update() if lock else statement).one_or_none()
    if row is None:
        raise InfoCardNotFound(card=code)
    return InfoCard(*row)


def add(session: Session, card: InfoCard) -> InfoCard:
    """
    Write down a new card.

    Errors: PeriodBackwards, TerritoryNotFound, InfoCardExists; in this order.
    """
    _check(session, card)
    statement = insert(InfoCardRow).values(**asdict(card)).on_conflict_do_nothing().returning(_CARD.code)
    if session.scalar(statement) is None:
        raise InfoCardExists(card=card.code)
    return card


def amend(session: Session, code: str, changes: Mapping[str, Any]) -> InfoCard:
    """
    Change what a card says.

    Errors: InfoCardNotFound, PeriodBackwards, TerritoryNotFound; in this order.
    """
    card = replace(get(session, code, lock=True), **changes)
    _check(session, card)
    session.execute(
        sa.update(InfoCardRow)
        .where(_CARD.code == code)
        .values(**asdict(card))
        .execution_options(synchronize_session=False)
    )
    return card


def remove(session: Session, code: str) -> None:
    """
    Take a card away: nothing was ever bought with one.

    Errors: InfoCardNotFound.
    """
    get(session, code, lock=True)
    session.execute(sa.delete(InfoCardRow).where(_CARD.code == code).execution_options(synchronize_session=False))


def _check(session: Session, card: InfoCard) -> None:
    if card.window_from is not None and card.window_to is not None and card.window_to < card.window_from:
        raise PeriodBackwards(valid_from=card.window_from, valid_to=card.window_to)
    if card.territory_code is not None:
        territories.get(session, card.territory_code)


def to_verify(session: Session, before: date) -> tuple[InfoCard, ...]:
    """Return the cards that nobody has verified since a day, the oldest first."""
    found = session.execute(
        sa.select(*_COLUMNS).where(_CARD.verified_on < before).order_by(_CARD.verified_on, _CARD.code)
    )
    return tuple(InfoCard(*row) for row in found)
