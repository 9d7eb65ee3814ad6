"""Information cards on allowances and social vouchers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

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


def to_verify(session: Session, before: date) -> tuple[InfoCard, ...]:
    """Return the cards that nobody has verified since a day, the oldest first."""
    found = session.execute(
        sa.select(*_COLUMNS).where(_CARD.verified_on < before).order_by(_CARD.verified_on, _CARD.code)
    )
    return tuple(InfoCard(*row) for row in found)
