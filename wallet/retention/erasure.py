"""
Erasure: what is kept of a person and why, as a report before anything is done and as a record after.

The books keep what was booked under a code that says no more whose it is. Erasing again finds nothing and changes
nothing. What lies outside this core (sign-ins, letters, files made for people) is erased by `api.data`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock, database, ids
from plans import people
from wallet import wallets
from wallet.reimbursements.documents import Store
from wallet.retention import holds, law
from wallet.retention.errors import HoldReasonNeeded
from wallet.retention.holds import LegalHold
from wallet.retention.law import Kind, Term
from wallet.retention.tables import ErasureRow
from wallet.retention.words import ACTIVE, BLANKS, BOOKED, COUNTS, ERASED

# A file that somebody keeps again just now is left alone.
_GRACE = timedelta(days=1)
# Kinds without a tax year are erased when their person asks, and not by the passing of time.
_WITHOUT_YEAR = (Kind.CONTACT, Kind.RELATIVES_UNUSED, Kind.SURVEYS, Kind.PLACES)
_BY_TIME = tuple(kind for kind in COUNTS if kind not in _WITHOUT_YEAR)
_LOCK_REQUESTS = "select from request where book_id = %s and employee_id = %s order by request_id for update"
_BLANK_FILES = (
    "select encode(sha256, 'hex') as name from reimbursement_document"
    " group by sha256 having bool_and(name = %(erased)s)"
)


@dataclass(frozen=True, slots=True)
class Item:
    """
    What there is of one kind in one tax year, and whether it is kept.

    `until` is the last day of a term that is counted in years, `term` the one that keeps it; `holds` are the legal
    holds that stop its erasure. `named` counts words of the sealed journal that name the person; they cannot go.
    """

    kind: Kind
    year: int | None
    count: int
    kept: bool
    until: date | None = None
    term: str | None = None
    holds: tuple[str, ...] = ()
    named: int = 0


@dataclass(frozen=True, slots=True)
class Erasure:
    """The record of an erasure: what was there, what was kept and why."""

    erasure_id: str
    book_id: int
    employee_id: str
    reason: str
    report: tuple[Mapping[str, Any], ...]
    actor: str
    erased_at: datetime

    def took(self, kind: Kind) -> bool:
        """Return whether it erased something of a kind."""
        return any(item["kind"] == kind and not item["kept"] for item in self.report)


def report(
    session: Session, book_id: int, employee_id: str, *, on: date, beside: Mapping[Kind, int] = MappingProxyType({})
) -> tuple[Item, ...]:
    """
    Say of everything that is kept of a person whether an erasure on a day would take it, and if not until when and why.

    `beside` is what is kept of them outside this core, counted with its kind.
    Errors: EmployeeNotFound.
    """
    people.employee(session, book_id, employee_id)
    stopping = holds.of_person(session, book_id, employee_id)
    active = bool(_active(session, book_id, employee_id, on))
    counts = {(kind, row.year): int(row.n) for kind, row in _counted(session, book_id, employee_id, tuple(COUNTS))}
    for kind, more in beside.items():
        counts[kind, None] = counts.get((kind, None), 0) + more
    items = [
        _judge(kind, year, count, active=active, stopping=stopping, on=on)
        for (kind, year), count in counts.items()
        if count
    ]
    booked = database.rows(session, BOOKED, {"book": book_id, "employee": employee_id, "erased": ERASED})[0]
    term = law.load()[Kind.JOURNAL].lasting()
    assert term is not None  # noqa: S101
    items.append(Item(Kind.JOURNAL, None, booked.entries, kept=True, term=term.term_id, named=booked.named))
    return tuple(items)


def erase(
    session: Session,
    book_id: int,
    employee_id: str,
    *,
    on: date,
    actor: str,
    reason: str,
    beside: Mapping[Kind, int] = MappingProxyType({}),
) -> Erasure | None:
    """
    Erase what nothing keeps of a person on a day, and record it; None where there was nothing to erase.

    What is kept `beside` is the caller's to erase, where the record says that it is not kept.
    Errors: HoldReasonNeeded, EmployeeNotFound.
    """
    if not reason.strip():
        raise HoldReasonNeeded()
    wallets.lock(session, book_id, employee_id)
    # Who is answering right now is waited for, so that the answer goes too.
    database.run(session, _LOCK_REQUESTS, (book_id, employee_id))
    found = report(session, book_id, employee_id, on=on, beside=beside)
    return _carry_out(session, book_id, employee_id, found, actor=actor, reason=reason.strip())


def erase_past(session: Session, book_id: int, *, on: date, actor: str, reason: str) -> list[Erasure]:
    """Erase in a whole book what is past its retention on a day, by tax period, and record it."""
    active = _active(session, book_id, None, on)
    by_person: dict[str, list[Item]] = defaultdict(list)
    stopping: dict[str, list[LegalHold]] = {}
    for kind, row in _counted(session, book_id, None, _BY_TIME):
        who = row.employee_id
        if row.year is None or _until(kind, row.year)[0] >= on:
            continue
        if who not in stopping:
            stopping[who] = holds.of_person(session, book_id, who)
        item = _judge(kind, row.year, int(row.n), active=who in active, stopping=stopping[who], on=on)
        if not item.kept:
            by_person[who].append(item)
    done = (
        _carry_out(session, book_id, who, items, actor=actor, reason=reason) for who, items in sorted(by_person.items())
    )
    return [erasure for erasure in done if erasure is not None]


def remove_files(session: Session, store: Store) -> int:
    """Remove the files of documents that were erased wherever they are named, and return how many went."""
    removed = 0
    for row in database.rows(session, _BLANK_FILES, {"erased": ERASED}):
        removed += store.remove(store.path(bytes.fromhex(row.name)), older_than=clock.now() - _GRACE) is not None
    return removed


def every(session: Session, book_id: int, employee_id: str | None = None) -> list[Erasure]:
    """Return the records of a book's erasures, of one person if they are named, the newest first."""
    table = ErasureRow.__table__
    statement = sa.select(table).where(ErasureRow.book_id == book_id).order_by(ErasureRow.erasure_id.desc())
    if employee_id is not None:
        statement = statement.where(ErasureRow.employee_id == employee_id)
    return [_erasure(row) for row in session.execute(statement)]


def _counted(session: Session, book_id: int, employee_id: str | None, kinds: Sequence[Kind]) -> list[tuple[Kind, Any]]:
    asked = {"book": book_id, "employee": employee_id}
    return [(kind, row) for kind in kinds for row in database.rows(session, COUNTS[kind], asked)]


def _active(session: Session, book_id: int, employee_id: str | None, on: date) -> set[str]:
    asked = {"book": book_id, "employee": employee_id, "day": on}
    return {row.employee_id for row in database.rows(session, ACTIVE, asked)}


def _judge(kind: Kind, year: int | None, count: int, *, active: bool, stopping: Sequence[LegalHold], on: date) -> Item:
    rule = law.load()[kind]
    # Who somebody is can only go when nothing of theirs is held.
    stopped = tuple(hold.hold_id for hold in stopping if kind is Kind.IDENTITY or hold.stops(year))
    until, term = (None, None) if year is None else _until(kind, year)
    lasting = rule.lasting()
    if until is not None and until >= on and not rule.at_request:
        return Item(kind, year, count, True, until, None if term is None else term.term_id, stopped)
    if active and lasting is not None:
        return Item(kind, year, count, True, None, lasting.term_id, stopped)
    return Item(kind, year, count, bool(stopped), holds=stopped)


def _until(kind: Kind, year: int) -> tuple[date, Term | None]:
    found = law.load()[kind].until(year)
    return (date.min, None) if found is None else found


def _carry_out(
    session: Session, book_id: int, employee_id: str, items: Sequence[Item], *, actor: str, reason: str
) -> Erasure | None:
    gone = [item for item in items if not item.kept]
    if not gone:
        return None
    session.execute(sa.text("select set_config('borsellino.erasing', 'on', true)"))
    years: dict[Kind, list[int | None]] = defaultdict(list)
    for item in gone:
        years[item.kind].append(item.year)
    for kind, of_kind in years.items():
        asked = {"book": book_id, "employee": employee_id, "years": of_kind, "erased": ERASED}
        for statement in BLANKS[kind]:
            database.run(session, statement, asked)
    session.execute(sa.text("select set_config('borsellino.erasing', 'off', true)"))
    row = ErasureRow(
        erasure_id=ids.new("ers"),
        book_id=book_id,
        employee_id=employee_id,
        reason=reason,
        report=[plain(item) for item in items],
        actor=actor,
    )
    session.add(row)
    session.flush()
    session.refresh(row)
    return _erasure(row)


def plain(item: Item) -> dict[str, Any]:
    """Return an item ready for JSON."""
    return asdict(item) | {"until": None if item.until is None else item.until.isoformat(), "holds": list(item.holds)}


def _erasure(row: Any) -> Erasure:
    return Erasure(
        row.erasure_id, row.book_id, row.employee_id, row.reason, tuple(row.report), row.actor, row.erased_at
    )
