"""Who pays: one funder per book."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from plans import taxcodes
from plans.errors import FunderCodeTaken, FunderNotFound, VatNumberMissing
from plans.rows import Funder
from plans.words import FunderKind


@dataclass(frozen=True, slots=True)
class FunderCard:
    """A funder as others read it; `home_territory` is the code of its territory."""

    book_id: int
    code: str
    name: str
    kind: FunderKind
    vat_number: str | None
    home_territory: str


def record(
    session: Session,
    book_id: int,
    *,
    code: str,
    name: str,
    kind: FunderKind,
    home_territory: str,
    vat_number: str | None = None,
) -> FunderCard:
    """
    Write down whose book this is, or correct what was written; saying the same twice changes nothing.

    Errors: VatNumberMissing, VatNumberInvalid, VatNumberCheckDigit, FunderCodeTaken; in this order.
    """
    if vat_number is None and kind is FunderKind.EMPLOYER:
        raise VatNumberMissing(code=code)
    if vat_number is not None:
        vat_number = taxcodes.check_vat(vat_number)
    owner = session.scalar(sa.select(Funder.book_id).where(Funder.code == code))
    if owner is not None and owner != book_id:
        raise FunderCodeTaken(code=code)

    values = {
        "code": code,
        "name": name,
        "kind": str(kind),
        "vat_number": vat_number,
        "home_territory": home_territory,
    }
    session.execute(insert(Funder).values(book_id=book_id, **values).on_conflict_do_update("pk_funder", set_=values))
    return FunderCard(book_id, code, name, kind, vat_number, home_territory)


def of_book(session: Session, book_id: int, *, lock: bool = False) -> FunderCard:
    """
    Return the funder of a book; with `lock` nobody else changes it until the transaction ends.

    Errors: FunderNotFound.
    """
    return _one(session, Funder.book_id == book_id, book_id, lock=lock)


def by_code(session: Session, code: str) -> FunderCard:
    """
    Return the funder with this code, and so its book.

    Errors: FunderNotFound.
    """
    return _one(session, Funder.code == code, code)


def every(session: Session) -> tuple[FunderCard, ...]:
    """Return all funders in the order of their codes."""
    return tuple(_card(row) for row in session.execute(sa.select(*_COLUMNS).order_by(Funder.code)))


_COLUMNS = (Funder.book_id, Funder.code, Funder.name, Funder.kind, Funder.vat_number, Funder.home_territory)


def _one(session: Session, condition: sa.ColumnElement[bool], asked: object, *, lock: bool = False) -> FunderCard:
    statement = sa.select(*_COLUMNS).where(condition)
    row = session.execute(statement.with_for_update() if lock else statement).one_or_none()
    if row is None:
        raise FunderNotFound(funder=asked)
    return _card(row)


def _card(row: sa.Row[int, str, str, str, str | None, str]) -> FunderCard:
    return FunderCard(row[0], row[1], row[2], FunderKind(row[3]), row[4], row[5])
