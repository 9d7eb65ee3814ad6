"""Municipalities, for people who say where they live."""

from __future__ import annotations

import re
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

    @property
    def full_name(self) -> str:
        """Return the name with the province, which no other municipality has."""
        return f"{self.name} ({self.province})"


_FULL_NAME = re.compile(r"(.+?)\s*\(([a-z]{2})\)")
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


def meant(session: Session, text: str) -> Comune | None:
    """Return the municipality that is written of somebody, by its code or its name, where it is one."""
    try:
        return get(session, text)
    except ComuneNotFound:
        found = named(session, text, limit=2)
    return found[0] if len(found) == 1 else None


def named(session: Session, text: str, *, limit: int = 10) -> tuple[Comune, ...]:
    """
    Return whom somebody means by a name, with or without `(CR)` after it: one, or several that they may mean.

    Whoever writes a whole name means that one, also where others contain it; none where no name contains the text.
    """
    folded = spelling.fold(text.strip())
    written = _FULL_NAME.fullmatch(folded)
    name, province = (folded, None) if written is None else written.groups()
    whole = sa.select(*_COLUMNS).where(_COMUNE.folded == name)
    if province is not None:
        whole = whole.where(_COMUNE.province == province.upper())
    exact = tuple(Comune(*row) for row in session.execute(whole.order_by(_COMUNE.istat_code)))
    return exact or (find(session, name, limit=limit) if name else ())


def of_province(session: Session, province: str) -> tuple[Comune, ...]:
    """Return the municipalities of a province by name, its capital first."""
    found = session.execute(
        sa.select(*_COLUMNS)
        .where(_COMUNE.province == province)
        .order_by(_COMUNE.is_provincial_capital.desc(), _COMUNE.folded.collate("C"), _COMUNE.istat_code)
    )
    return tuple(Comune(*row) for row in found)
