"""What payroll pays of each bonus: who chose what, and who keeps all of it in cash."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

# Of each bonus whoever it was offered to, or who chose about it on paper; what they chose goes before what was offered.
_ROLLS = (
    "select p.plan_id, p.name as plan_name, x.premium, e.employee_id, e.tax_code, e.last_name, e.first_name,"
    "       coalesce(c.premium_minor, o.premium_minor) as premium_minor,"
    "       coalesce(c.converted_minor, 0) as converted_minor,"
    "       coalesce(c.waived, o.waived) as waived, c.chosen_on, o.choose_by"
    "  from (select plan_id, premium, employee_id from bonus_offer where book_id = :book and withdrawn_at is null"
    "         union"
    "        select plan_id, premium, employee_id from bonus_choice where book_id = :book and revoked_at is null) x"
    "  join plan p on p.book_id = :book and p.plan_id = x.plan_id"
    "  join employee e on e.book_id = :book and e.employee_id = x.employee_id"
    "  left join bonus_offer o on o.book_id = :book and o.plan_id = x.plan_id and o.premium = x.premium"
    "   and o.employee_id = x.employee_id and o.withdrawn_at is null"
    "  left join bonus_choice c on c.book_id = :book and c.plan_id = x.plan_id and c.premium = x.premium"
    "   and c.employee_id = x.employee_id and c.revoked_at is null"
)
_EACH = (
    "select plan_id, plan_name, premium, count(*) as people, count(chosen_on) as chosen, max(choose_by) as choose_by,"
    "       sum(premium_minor)::bigint as premium_minor, sum(converted_minor)::bigint as converted_minor"
    f"  from ({_ROLLS}) r group by plan_id, plan_name, premium"
    " order by max(coalesce(choose_by, chosen_on)) desc, premium, plan_id"
)
_LINES = (
    f"select * from ({_ROLLS}) r where plan_id = :plan and premium = :premium order by last_name, first_name, tax_code"
)


@dataclass(frozen=True, slots=True)
class Roll:
    """One bonus under a plan; minor units. `choose_by` is None where it was never offered."""

    plan_id: str
    plan_name: str
    premium: str
    people: int
    chosen: int
    choose_by: date | None
    premium_minor: int
    converted_minor: int

    @property
    def cash_minor(self) -> int:
        """What stays cash by what is known today."""
        return self.premium_minor - self.converted_minor


@dataclass(frozen=True, slots=True)
class RollLine:
    """One worker's bonus; minor units. `chosen_on` is None while they chose nothing, and all of it is cash."""

    employee_id: str
    tax_code: str
    last_name: str
    first_name: str
    premium_minor: int
    converted_minor: int
    waived: bool
    chosen_on: date | None
    choose_by: date | None

    @property
    def cash_minor(self) -> int:
        """What stays cash."""
        return self.premium_minor - self.converted_minor

    def may_choose(self, day: date) -> bool:
        """Whether they may still choose after a day, or on it."""
        return self.chosen_on is None and self.choose_by is not None and day <= self.choose_by


def of_book(session: Session, book_id: int) -> tuple[Roll, ...]:
    """Return the bonuses of a book that were offered or chosen about, the last first."""
    return tuple(Roll(**row) for row in _rows(session, _EACH, {"book": book_id}))


def lines(session: Session, book_id: int, plan_id: str, premium: str) -> tuple[RollLine, ...]:
    """Return each worker's part of a bonus, by name."""
    asked = {"book": book_id, "plan": plan_id, "premium": premium}
    return tuple(RollLine(**{name: row[name] for name in RollLine.__slots__}) for row in _rows(session, _LINES, asked))


def _rows(session: Session, statement: str, asked: dict[str, Any]) -> list[Any]:
    return list(session.execute(sa.text(statement), asked).mappings())
