"""Accounts: opening them, their state, and what is available in them at this moment or at an earlier one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import database
from config.database import plain_array, text_array
from ledger.errors import AccountNotFound
from ledger.tables import Account, Balance, Entry, Posting

SIDES = {"A": 1, "E": 1, "L": -1, "I": -1, "Q": -1}

_OPEN = (
    "with opened as (insert into account (book_id, code, name, kind, currency)"
    " select %(book)s, a.code, a.name, a.kind, b.currency"
    "   from unnest(%(codes)s::text[], %(names)s::text[], %(kinds)s::text[]) a(code, name, kind)"
    "   join book b on b.book_id = %(book)s"
    " on conflict (book_id, code) do nothing returning account_id, code),"
    " balances as (insert into balance (book_id, account_id, side, floor_minor)"
    " select %(book)s, o.account_id, a.side, a.floor"
    "   from opened o join unnest(%(codes)s::text[], %(sides)s::smallint[], %(floors)s::bigint[]) a(code, side, floor)"
    "     on a.code = o.code)"
    " select code, account_id from opened"
)
_FIND = "select code, account_id from account where book_id = %s and code = any(%s::text[])"
_AVAILABLE = (
    "select b.account_id, b.side * (b.debit_posted - b.credit_posted) as posted,"
    "       b.held_minor - coalesce((select sum(l.amount_minor - l.captured_minor - l.released_minor)"
    "           from hold_line l join hold h using (book_id, hold_id)"
    "          where l.book_id = b.book_id and l.account_id = b.account_id and h.state = 'open'"
    "            and l.captured_minor + l.released_minor < l.amount_minor and h.expires_at <= ledger_now()), 0)"
    "       as held"
    "  from balance b where b.book_id = %s and b.account_id = any(%s::bigint[])"
)


@dataclass(frozen=True, slots=True)
class Opening:
    """An account to open. `floor_minor` is how low what is available may go; None means no limit."""

    code: str
    kind: str
    name: str = ""
    floor_minor: int | None = None


@dataclass(frozen=True, slots=True)
class State:
    """What is posted to an account, what of it open holds reserve, and what is left."""

    account_id: int
    posted_minor: int
    held_minor: int

    @property
    def available_minor(self) -> int:
        """Posted less held."""
        return self.posted_minor - self.held_minor


@dataclass(frozen=True, slots=True)
class TrialLine:
    """One account in the trial balance; amounts in minor units."""

    code: str
    name: str
    kind: str
    debit_minor: int
    credit_minor: int


def ensure(session: Session, book_id: int, openings: Sequence[Opening]) -> dict[str, int]:
    """
    Open the accounts that do not exist yet and return the ids of all, by code.

    An account that exists is left as it is: what an account is never changes.
    """
    codes = [opening.code for opening in openings]
    found = _find(session, book_id, codes)
    missing = [opening for opening in openings if opening.code not in found]
    return found | open_new(session, book_id, missing) if missing else found


def open_new(session: Session, book_id: int, openings: Sequence[Opening]) -> dict[str, int]:
    """Open accounts that are expected not to exist and return their ids by code; another session's are found."""
    parameters = {
        "book": book_id,
        "codes": text_array([opening.code for opening in openings]),
        "names": text_array([opening.name for opening in openings]),
        "kinds": text_array([opening.kind for opening in openings]),
        "sides": plain_array([SIDES[opening.kind] for opening in openings]),
        "floors": plain_array([opening.floor_minor for opening in openings]),
    }
    opened: dict[str, int] = dict(session.connection().exec_driver_sql(_OPEN, parameters).all())
    raced = [opening.code for opening in openings if opening.code not in opened]
    return opened | _find(session, book_id, raced) if raced else opened


def _find(session: Session, book_id: int, codes: Sequence[str]) -> dict[str, int]:
    return dict(database.rows(session, _FIND, (book_id, list(codes))))


def find(session: Session, book_id: int, code: str) -> int:
    """
    Return the id of an account by its code.

    Errors: AccountNotFound.
    """
    account_id = session.scalar(sa.select(Account.account_id).where(Account.book_id == book_id, Account.code == code))
    if account_id is None:
        raise AccountNotFound(account_id=code)
    return account_id


def states(session: Session, book_id: int, account_ids: Iterable[int]) -> dict[int, State]:
    """Return the state of each account now; a hold whose time is over reserves nothing, swept or not."""
    rows = session.connection().exec_driver_sql(_AVAILABLE, (book_id, list(account_ids)))
    return {row.account_id: State(row.account_id, row.posted, int(row.held)) for row in rows}


def set_status(session: Session, book_id: int, account_id: int, status: str) -> None:
    """
    Freeze, close or reopen an account.

    Errors: AccountNotFound.
    """
    changed = session.execute(
        sa.update(Balance)
        .where(Balance.book_id == book_id, Balance.account_id == account_id)
        .values(status=status)
        .returning(Balance.account_id)
    ).scalar()
    if changed is None:
        raise AccountNotFound(account_id=account_id)


def posted_at(session: Session, book_id: int, account_id: int, moment: datetime) -> int:
    """
    Return the posted balance as it was recorded at a moment, in minor units.

    Errors: AccountNotFound.
    """
    posted = session.scalar(sa.select(sa.func.ledger_posted_at(book_id, account_id, moment, type_=sa.BigInteger)))
    if posted is None:
        raise AccountNotFound(account_id=account_id)
    return int(posted)


def posted_on(session: Session, book_id: int, account_id: int, day: date) -> int:
    """
    Return the posted balance of the entries that occurred up to a business date, whenever recorded; minor units.

    Errors: AccountNotFound.
    """
    lines = [line for line in trial_balance(session, book_id, day, [account_id]) if line]
    if not lines:
        raise AccountNotFound(account_id=account_id)
    return SIDES[lines[0].kind] * (lines[0].debit_minor - lines[0].credit_minor)


def trial_balance(
    session: Session, book_id: int, day: date | None = None, account_ids: Sequence[int] | None = None
) -> list[TrialLine]:
    """Return what was debited and credited to every account up to a business date, from the journal; minor units."""

    def sums(side: sa.ColumnElement[int], column: str) -> sa.Subquery:
        query = (
            sa.select(side.label("account_id"), sa.func.sum(Posting.amount_minor).label(column))
            .join(Entry, sa.and_(Entry.book_id == Posting.book_id, Entry.entry_id == Posting.entry_id))
            .where(Posting.book_id == book_id)
            .group_by(side)
        )
        if day is not None:
            query = query.where(Entry.occurred_on <= day)
        if account_ids is not None:
            query = query.where(side.in_(account_ids))
        return query.subquery()

    debit = sums(Posting.debit_account_id.expression, "minor")
    credit = sums(Posting.credit_account_id.expression, "minor")
    query = (
        sa.select(
            Account.code,
            Account.name,
            Account.kind,
            sa.func.coalesce(debit.c.minor, 0),
            sa.func.coalesce(credit.c.minor, 0),
        )
        .outerjoin(debit, debit.c.account_id == Account.account_id)
        .outerjoin(credit, credit.c.account_id == Account.account_id)
        .where(Account.book_id == book_id)
        .order_by(Account.code)
    )
    if account_ids is not None:
        query = query.where(Account.account_id.in_(account_ids))
    return [TrialLine(code, name, kind, int(d), int(c)) for code, name, kind, d, c in session.execute(query)]
