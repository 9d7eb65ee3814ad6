"""Gathers a trial balance from the journal, and holds each account against the balance that the ledger keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock, database
from ledger.errors import BookNotFound
from reports import foundation, places
from reports.errors import PeriodEndsBeforeStart
from reports.folding import folded
from reports.foundation import Foundation

_KINDS: Final = "ALQIE"
_BOOK: Final = sa.text(
    "select b.code, coalesce(f.name, b.name),"
    "       (select min(occurred_on) from entry e where e.book_id = b.book_id),"
    "       (select max(occurred_on) from entry e where e.book_id = b.book_id)"
    "  from book b left join funder f on f.book_id = b.book_id where b.book_id = :book"
)
# The journal is read once, and added up by the two accounts of each posting before it is told of either.
_LINES: Final = f"""
with pairs as materialized (
    select p.debit_account_id, p.credit_account_id,
           sum(p.amount_minor) filter (where e.occurred_on < %(starts)s) as opening,
           sum(p.amount_minor) filter (where e.occurred_on between %(starts)s and %(ends)s) as moved,
           sum(p.amount_minor) filter (where e.occurred_on > %(ends)s) as later
      from posting p join entry e on e.book_id = p.book_id and e.entry_id = p.entry_id
     where p.book_id = %(book)s group by 1, 2),
sums as (
    select account_id, sum(opening) as opening, sum(debit) as debit, sum(credit) as credit, sum(later) as later
      from (select debit_account_id as account_id, opening, moved as debit, null as credit, later from pairs
             union all
            select credit_account_id, -opening, null, moved, -later from pairs) s group by account_id)
select a.code, a.name, a.kind, coalesce(s.opening, 0)::bigint as opening, coalesce(s.debit, 0)::bigint as debit,
       coalesce(s.credit, 0)::bigint as credit,
       (b.debit_posted - b.credit_posted - coalesce(s.later, 0))::bigint as ledger, 1 as accounts,
       {places.NAME} as place
  from account a
  join balance b on b.book_id = a.book_id and b.account_id = a.account_id
  left join sums s on s.account_id = a.account_id
  {places.JOIN}
 where a.book_id = %(book)s order by a.code
"""


@dataclass(frozen=True, slots=True)
class Line:
    """
    One account, or several added up; minor units, debit less credit.

    `ledger_minor` is the closing as the ledger's own balance has it. `accounts` is how many are in the line, `place`
    the name of the territory that it is of, where it is of one.
    """

    code: str
    name: str
    kind: str
    opening_minor: int
    debit_minor: int
    credit_minor: int
    ledger_minor: int
    accounts: int = 1
    place: str = ""

    @property
    def closing_minor(self) -> int:
        """The closing, summed from the journal."""
        return self.opening_minor + self.debit_minor - self.credit_minor

    @property
    def closing_debit_minor(self) -> int:
        """The closing of an account whose debits are more."""
        return max(self.closing_minor, 0)

    @property
    def closing_credit_minor(self) -> int:
        """The closing of an account whose credits are more."""
        return max(-self.closing_minor, 0)

    @property
    def moved(self) -> bool:
        """Whether there is anything to tell of it."""
        return any((self.opening_minor, self.debit_minor, self.credit_minor, self.closing_minor))


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """The lines by account code, how many accounts without any figure are in none, and those that differ."""

    book_code: str
    book_name: str
    starts_on: date
    ends_on: date
    prepared_at: datetime
    lines: tuple[Line, ...]
    left_out: int
    differing: tuple[str, ...]
    foundation: Foundation

    @property
    def opening_minor(self) -> int:
        """The sum of the openings: zero."""
        return sum(line.opening_minor for line in self.lines)

    @property
    def debit_minor(self) -> int:
        """What was debited in all."""
        return sum(line.debit_minor for line in self.lines)

    @property
    def credit_minor(self) -> int:
        """What was credited in all: the same."""
        return sum(line.credit_minor for line in self.lines)

    @property
    def closing_minor(self) -> int:
        """The sum of the closings: zero."""
        return sum(line.closing_minor for line in self.lines)

    @property
    def closing_debit_minor(self) -> int:
        """The sum of the closings of the one side."""
        return sum(line.closing_debit_minor for line in self.lines)

    @property
    def closing_credit_minor(self) -> int:
        """The sum of the closings of the other side: the same."""
        return sum(line.closing_credit_minor for line in self.lines)

    @property
    def kinds(self) -> Iterator[tuple[str, tuple[Line, ...]]]:
        """The kinds of account there are, in the order of a balance sheet, with their lines."""
        for kind in _KINDS:
            if lines := tuple(line for line in self.lines if line.kind == kind):
                yield kind, lines

    @property
    def holds(self) -> bool:
        """Whether debits are credits, everything sums to zero, and every balance is what the journal says."""
        sums = (self.opening_minor, self.debit_minor - self.credit_minor, self.closing_minor)
        return not self.differing and not any(sums)


def gather(
    session: Session,
    book_id: int,
    starts_on: date | None = None,
    ends_on: date | None = None,
    *,
    detail: bool = False,
) -> TrialBalance:
    """
    Return the trial balance of a period, both days included; of the whole book unless told.

    Accounts that speak of single people, and of who serves them, are one line for each kind (`reports.folding`), unless
    `detail` asks for every account. Without it accounts that have no opening, movement or closing are left out.

    Units:  minor units.
    Errors: PeriodEndsBeforeStart, BookNotFound.
    Source: docs/payroll.md.
    """
    if starts_on is not None and ends_on is not None and ends_on < starts_on:
        raise PeriodEndsBeforeStart(starts_on=starts_on, ends_on=ends_on)
    book = session.execute(_BOOK, {"book": book_id}).one_or_none()
    if book is None:
        raise BookNotFound(book_id=book_id)
    code, name, first, last = book
    begins = starts_on or first or ends_on or clock.today()
    ends = ends_on or max(last or begins, begins)
    rows = database.rows(session, _LINES, {"book": book_id, "starts": begins, "ends": ends})
    lines = [Line(*row) for row in rows]
    told = lines if detail else [line for line in _together(lines) if line.moved]
    return TrialBalance(
        book_code=code,
        book_name=name,
        starts_on=begins,
        ends_on=ends,
        prepared_at=clock.now(),
        lines=tuple(told),
        left_out=len(lines) - sum(line.accounts for line in told),
        differing=tuple(line.code for line in lines if line.closing_minor != line.ledger_minor),
        foundation=foundation.of_books(session, [book_id], (begins, ends)),
    )


def _together(lines: Iterable[Line]) -> Iterable[Line]:
    groups: dict[str, list[Line]] = {}
    for line in lines:
        groups.setdefault(folded(line.code), []).append(line)
    return [some[0] if some[0].code == code else _sum(code, some) for code, some in sorted(groups.items())]


def _sum(code: str, lines: list[Line]) -> Line:
    def add(figure: Callable[[Line], int]) -> int:
        return sum(map(figure, lines))

    return Line(
        code,
        "",
        lines[0].kind,
        add(lambda line: line.opening_minor),
        add(lambda line: line.debit_minor),
        add(lambda line: line.credit_minor),
        add(lambda line: line.ledger_minor),
        len(lines),
    )
