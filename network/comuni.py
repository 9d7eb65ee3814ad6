"""Municipalities, for people who say where they live."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from network import spelling
from network.errors import ComuneNotFound
from network.models import ComuneRow


@dataclass(frozen=True, slots=True)
class Comune:
    """A municipality of Italy."""

    istat_code: str
    name: str
    region: str
    province: str
    is_provincial_capital: bool
    cadastral_code: str


_COMUNE = ComuneRow.__table__.c
_COLUMNS = (
    _COMUNE.istat_code,
    _COMUNE.name,
    _COMUNE.region,
    _COMUNE.province,
    _COMUNE.is_provincial_capital,
    _COMUNE.cadastral_code,
)


def get(session: Session, istat_code: str) -> Comune:
    """
    Return the municipality with this ISTAT code.

    Errors: ComuneNotFound.
    """
    row = session.execute(sa.select(*_COLUMNS).where(_COMUNE.istat_code == istat_code)).one_or_none()
    if row is None:
        raise ComuneNotFound(istat_code=istat_code)
    return Comune(*row)


def find(session: Session, text: str, *, limit: int = 10) -> tuple[Comune, ...]:
    """Return the municipalities whose name contains the text: those that begin with it first, then capitals."""
    place = sa.func.strpos(_COMUNE.folded, spelling.fold(text.strip()))
    found = session.execute(
        sa.select(*_COLUMNS)
        .where(place > 0)
        .order_by(
            sa.case((place == 1, 0), else_=1),
            _COMUNE.is_provincial_capital.desc(),
            sa.func.length(_COMUNE.folded),
            _COMUNE.istat_code,
        )
        .limit(limit)
    )
    return tuple(Comune(*row) for row in found)
