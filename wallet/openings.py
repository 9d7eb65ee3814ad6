"""
Opening balances: credit brought from another platform, with the document that proves it.

Each lot has an entry of its own from the plan's opening account, which says what money is still to come for it: nothing
of what the funder commits and transfers here is touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

import sqlalchemy as sa
from moneyed import Money
from sqlalchemy.orm import Session

from config import clock, database, ids
from ledger import accounts, posting
from ledger.errors import InsufficientFunds
from ledger.posting import Draft, Pair
from plans import opening_file, people, plans
from plans.opening_file import Balance
from plans.plans import PlanTerms
from plans.rows import OpeningLoad, table
from wallet import amounts, chart, grants, lots, wallets
from wallet.errors import (
    OpeningAlreadyUndone,
    OpeningNotFound,
    OpeningReferenceChanged,
    OpeningRepeated,
    OpeningSpent,
    OpeningTransferExceeds,
    ReasonRequired,
)
from wallet.grants import CHUNK

_LOAD = table(OpeningLoad)
# The entries of a load that were not reversed, with whose lot each one is.
_ENTRIES = (
    "select e.entry_id, l.employee_id from entry e"
    "  join posting p on p.book_id = e.book_id and p.entry_id = e.entry_id"
    "  join lot l on l.book_id = p.book_id and l.account_id = p.credit_account_id"
    " where e.book_id = %(book)s and e.kind = 'opening' and e.reference like %(load)s || ':%%'"
    "   and not exists (select from entry r where r.book_id = e.book_id and r.reverses = e.entry_id)"
    " order by l.employee_id, e.entry_id"
)


class Outcome(StrEnum):
    """What loading a file of opening balances did."""

    LOADED = "LOADED"
    UNCHANGED = "UNCHANGED"


@dataclass(frozen=True, slots=True)
class Load:
    """Opening balances with their proof; `total_minor` in minor units."""

    load_id: str
    outcome: Outcome
    plan_code: str
    document_ref: str
    platform: str
    rows: int
    total_minor: int
    brought_on: date


def load(
    session: Session,
    book_id: int,
    plan_code: str,
    path: Path,
    *,
    document_ref: str,
    platform: str,
    total: Money,
    on: date,
    actor: str,
) -> Load:
    """
    Bring the balances that a file says into lots: all of them or none, one entry a lot.

    `document_ref` names the document of the old platform that proves them, `total` what it counts. The same content
    under the same document changes nothing.

    Errors: those of `amounts.minor`; PlanNotFound, OwnMoneyNeedsReceipt, those of `plans.opening_file.read`,
            OpeningReferenceChanged, OpeningFileRefused (its problems name every row, the total among them),
            OpeningRepeated, PeriodClosed, OccurredInFuture.
    """
    total_minor = amounts.minor(total)
    terms = plans.by_code(session, book_id, plan_code)
    grants.refuse_apart(terms)
    # The file is checked against the terms it is brought under, and one file of a plan at a time.
    chart.lock_plan(session, book_id, terms.plan_id)
    session.execute(
        sa.text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"),
        {"name": f"opening:{book_id}:{terms.plan_id}"},
    )
    reading = opening_file.read(path, terms, people.roster(session, book_id), total_minor=total_minor)
    earlier = _find(session, terms, _LOAD.c.document_ref == document_ref)
    if earlier is not None:
        if earlier.content_hash != reading.content_hash:
            raise OpeningReferenceChanged(document=document_ref)
        opening_file.refuse(path, reading.problems)
        return _load(earlier, plan_code, Outcome.UNCHANGED)
    opening_file.refuse(path, [*reading.problems, *opening_file.expired(reading, on)])
    same = _find(session, terms, _LOAD.c.content_hash == reading.content_hash)
    if same is not None:
        raise OpeningRepeated(document=same.document_ref)

    load_id = ids.new("opn")
    session.execute(
        sa.insert(_LOAD).values(
            book_id=book_id,
            load_id=load_id,
            plan_id=terms.plan_id,
            document_ref=document_ref,
            platform=platform,
            content_hash=reading.content_hash,
            file_name=path.name,
            rows=len(reading.balances),
            total_minor=reading.total_minor,
            brought_on=on,
            actor=actor,
            loaded_at=clock.now(),
        )
    )
    _post(session, terms, load_id, reading.balances, on=on, actor=actor, memo=document_ref)
    written = _find(session, terms, _LOAD.c.load_id == load_id)
    assert written is not None  # noqa: S101 - just written
    return _load(written, plan_code, Outcome.LOADED)


def record_transfer(
    session: Session, book_id: int, plan_code: str, amount: Money, *, on: date, actor: str, reference: str | None = None
) -> int:
    """
    Record the money that follows credit brought from another platform, and return the entry's id.

    Errors: those of `amounts.minor`; PlanNotFound, AmountNotPositive, OpeningTransferExceeds, DuplicateReference,
            PeriodClosed, OccurredInFuture.
    """
    amount_minor = amounts.minor(amount)
    terms = plans.by_code(session, book_id, plan_code)
    bank = chart.open_plan(session, terms)[chart.BANK]
    pair = Pair(bank, chart.open_opening(session, terms), amount_minor)
    try:
        return posting.post(session, book_id, Draft("opening_funding", on, (pair,), reference), actor=actor)
    except InsufficientFunds as refusal:
        raise OpeningTransferExceeds(amount=amount, plan=plan_code, open=refusal.details["available"]) from refusal


def undo(
    session: Session, book_id: int, load_id: str, *, reason: str, on: date, actor: str, tax_code: str | None = None
) -> int:
    """
    Reverse what a load brought by mistake, for one person or for all, and return how many entries were reversed.

    Errors: ReasonRequired, OpeningNotFound, EmployeeNotFound, OpeningAlreadyUndone, OpeningSpent, PeriodClosed,
            OccurredInFuture; in this order.
    """
    if not reason.strip():
        raise ReasonRequired()
    known = session.scalar(sa.select(_LOAD.c.load_id).where(_LOAD.c.book_id == book_id, _LOAD.c.load_id == load_id))
    if known is None:
        raise OpeningNotFound(load=load_id)
    only = None if tax_code is None else people.find(session, book_id, tax_code).employee_id
    entries = [
        row
        for row in database.rows(session, _ENTRIES, {"book": book_id, "load": load_id})
        if only in (None, row.employee_id)
    ]
    if not entries:
        raise OpeningAlreadyUndone(load=load_id)
    for employee_id in sorted({row.employee_id for row in entries}):
        wallets.lock(session, book_id, employee_id)
    for row in entries:
        try:
            posting.reverse(session, book_id, row.entry_id, occurred_on=on, actor=actor, reason=reason.strip())
        except InsufficientFunds as refusal:
            card = people.employee(session, book_id, row.employee_id)
            raise OpeningSpent(employee=card.tax_code, available=refusal.details["available"]) from refusal
    return len(entries)


def of_book(session: Session, book_id: int) -> tuple[Load, ...]:
    """Return every load of a book, the oldest first."""
    codes = {terms.plan_id: terms.code for terms in plans.of_book(session, book_id)}
    found = session.execute(
        sa.select(*_LOAD.c).where(_LOAD.c.book_id == book_id).order_by(_LOAD.c.loaded_at, _LOAD.c.load_id)
    )
    return tuple(_load(row, codes[row.plan_id], Outcome.LOADED) for row in found)


def outstanding(session: Session, terms: PlanTerms) -> int:
    """Return what money is still to come for credit brought into a plan; minor units."""
    account_id = chart.open_opening(session, terms)
    return accounts.states(session, terms.book_id, [account_id])[account_id].posted_minor


def _post(
    session: Session, terms: PlanTerms, load_id: str, balances: Sequence[Balance], *, on: date, actor: str, memo: str
) -> None:
    source = chart.open_opening(session, terms)
    by_lot = lots.ensure(session, terms, [(each.employee_id, each.expires_on) for each in balances])
    drafts = [
        Draft(
            "opening",
            on,
            (Pair(source, by_lot[each.employee_id, each.expires_on], each.amount_minor),),
            f"{load_id}:{each.row}",
            memo,
        )
        for each in balances
    ]
    for start in range(0, len(drafts), CHUNK):
        for outcome in posting.post_entries(session, terms.book_id, drafts[start : start + CHUNK], actor=actor):
            if outcome.refusal is not None:
                raise outcome.refusal


def _find(session: Session, terms: PlanTerms, where: sa.ColumnElement[bool]) -> sa.Row[*tuple[object, ...]] | None:
    return session.execute(
        sa.select(*_LOAD.c).where(_LOAD.c.book_id == terms.book_id, _LOAD.c.plan_id == terms.plan_id, where)
    ).one_or_none()


def _load(row: sa.Row[*tuple[object, ...]], plan_code: str, outcome: Outcome) -> Load:
    return Load(
        load_id=row.load_id,
        outcome=outcome,
        plan_code=plan_code,
        document_ref=row.document_ref,
        platform=row.platform,
        rows=row.rows,
        total_minor=row.total_minor,
        brought_on=row.brought_on,
    )
