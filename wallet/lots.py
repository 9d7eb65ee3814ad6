"""Lots: opening them for many people at once, and what a wallet can spend on a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import database, ids
from config.database import plain_array, text_array
from ledger import accounts
from ledger.accounts import Opening
from plans.plans import PlanTerms
from plans.rulebook.words import PlanSource
from wallet import chart
from wallet.tables import Lot

_FIND = sa.text(
    "select employee_id, expires_on, account_id from lot"
    " where book_id = :book and plan_id = :plan and carried_from is null and expires_on = any(:days)"
)
_OPEN_LOTS = (
    "insert into lot (book_id, lot_id, employee_id, plan_id, source, expires_on, carried_from, account_id)"
    " select %(book)s, l.lot_id, l.employee_id, %(plan)s, %(source)s, l.expires_on, l.carried_from, l.account_id"
    "   from unnest(%(lots)s::text[], %(employees)s::text[], %(days)s::date[], %(carried)s::text[],"
    "               %(accounts)s::bigint[]) l(lot_id, employee_id, expires_on, carried_from, account_id)"
)
# Everything the choice of lots depends on, in one statement: the wallet's own row is locked by the caller before it.
# A hold whose time is over reserves nothing, swept or not.
_SPENDABLE = (
    "select l.lot_id, l.plan_id, l.source, l.expires_on, l.grace_until, l.account_id,"
    "       l.carried_from is not null as carried,"
    "       b.side * (b.debit_posted - b.credit_posted) - b.held_minor"
    "       + case when b.held_minor = 0 then 0 else coalesce("
    "         (select sum(h.amount_minor - h.captured_minor - h.released_minor)"
    "            from hold_line h join hold o using (book_id, hold_id)"
    "           where h.book_id = l.book_id and h.account_id = l.account_id and o.state = 'open'"
    "             and h.captured_minor + h.released_minor < h.amount_minor and o.expires_at <= ledger_now()), 0) end"
    "       as available,"
    "       l.source in ('MUNICIPAL', 'PRIVATE') and ("
    "         exists (select from social_voucher v where v.book_id = l.book_id and v.lot_id = l.lot_id)"
    "         or exists (select from tender t where t.book_id = l.book_id and t.lot_id = l.lot_id"
    "                       and t.authorization_id is not null)) as apart"
    "  from lot l join balance b on b.book_id = l.book_id and b.account_id = l.account_id"
    " where l.book_id = %s and l.employee_id = %s"
)
# The clock ends lots without their wallets' locks: whoever moves what is free in one takes these, in its order.
_LOCK = (
    "select l.lot_id from lot l join balance b on b.book_id = l.book_id and b.account_id = l.account_id"
    " where l.book_id = %(book)s and l.lot_id = any(%(lots)s::text[]) order by b.account_id for update of b, l"
)


@dataclass(frozen=True, slots=True)
class SpendableLot:
    """
    One lot as a purchase sees it; `available_minor` is what is neither spent nor held.

    `apart` is the credit of a municipal voucher, or a citizen's share beside one: only `social.purchases` spends it.
    """

    lot_id: str
    plan_id: str
    source: PlanSource
    expires_on: date
    grace_until: date | None
    account_id: int
    carried: bool
    available_minor: int
    apart: bool = False

    @property
    def last_day(self) -> date:
        """The last day the lot can be spent: its expiry, or later the grace that a refund gave it."""
        return self.expires_on if self.grace_until is None else max(self.expires_on, self.grace_until)

    def last_day_under(self, terms: PlanTerms, left_on: date | None) -> date:
        """Return the same for somebody who may have left: a leaver's time ends it, a refund opens it again."""
        day = terms.last_day(self.last_day, left_on)
        return day if self.grace_until is None else max(day, self.grace_until)


def of_wallet(session: Session, book_id: int, employee_id: str) -> list[SpendableLot]:
    """Return every lot of a wallet, spent and expired ones included, in one statement."""
    rows = database.rows(session, _SPENDABLE, (book_id, employee_id))
    return [
        SpendableLot(lot, plan, PlanSource(source), expires_on, grace, account, carried, int(available), apart)
        for lot, plan, source, expires_on, grace, account, carried, available, apart in rows
    ]


def lock(session: Session, book_id: int, lot_ids: Sequence[str]) -> None:
    """Keep what is free in some lots as it is until the end of the transaction, from the clock too."""
    database.rows(session, _LOCK, {"book": book_id, "lots": text_array(lot_ids)})


def ensure(session: Session, terms: PlanTerms, people: Iterable[tuple[str, date]]) -> dict[tuple[str, date], int]:
    """
    Open the lots that do not exist for these people and expiries, and return the account of each.

    Set-based: the number of statements does not depend on how many people there are.
    """
    wanted = dict.fromkeys(people)
    days = sorted({day for _, day in wanted})
    found: dict[tuple[str, date], int] = {
        (row.employee_id, row.expires_on): row.account_id
        for row in session.execute(_FIND, {"book": terms.book_id, "plan": terms.plan_id, "days": days})
    }
    missing = [key for key in wanted if key not in found]
    if missing:
        found |= _open(session, terms, missing, [None] * len(missing))
    return found


def carry(session: Session, terms: PlanTerms, carried: Sequence[tuple[str, str]], expires_on: date) -> dict[str, int]:
    """
    Open a lot for each person of (employee, lot) whose credit goes over to a later expiry; return accounts by old lot.

    One lot a person, whichever of their lots it comes from: the first one that opened it is named in it.
    """
    if not carried:
        return {}
    first: dict[str, str] = {}
    for employee_id, lot_id in carried:
        first.setdefault(employee_id, lot_id)
    found: dict[str, int] = {
        row.employee_id: row.account_id
        for row in session.execute(
            sa.select(Lot.employee_id, Lot.account_id).where(
                Lot.book_id == terms.book_id,
                Lot.plan_id == terms.plan_id,
                Lot.expires_on == expires_on,
                Lot.carried_from.is_not(None),
            )
        )
    }
    missing = [employee_id for employee_id in first if employee_id not in found]
    if missing:
        keys = [(employee_id, expires_on) for employee_id in missing]
        opened = _open(session, terms, keys, [first[employee_id] for employee_id in missing])
        found |= {employee_id: account_id for (employee_id, _), account_id in opened.items()}
    return {lot_id: found[employee_id] for employee_id, lot_id in carried}


def _open(
    session: Session, terms: PlanTerms, keys: Sequence[tuple[str, date]], carried_from: Sequence[str | None]
) -> dict[tuple[str, date], int]:
    connection = session.connection()
    lot_ids = ids.many("lot", len(keys))
    codes = [chart.lot(lot_id) for lot_id in lot_ids]
    by_code = accounts.open_new(session, terms.book_id, [Opening(code, "L", "Credito", 0) for code in codes])
    parameters: dict[str, Any] = {
        "book": terms.book_id,
        "plan": terms.plan_id,
        "source": str(terms.source),
        "lots": text_array(lot_ids),
        "employees": text_array([employee for employee, _ in keys]),
        "days": plain_array([day for _, day in keys]),
        "carried": text_array(carried_from),
        "accounts": plain_array([by_code[code] for code in codes]),
    }
    connection.exec_driver_sql(_OPEN_LOTS, parameters)
    return {key: by_code[code] for key, code in zip(keys, codes, strict=True)}
