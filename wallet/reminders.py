"""Reminders: what will end soon is told in time, each step once, however often one looks."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ForeignKeyConstraint, SmallInteger, Text
from sqlalchemy.orm import Mapped, Session, mapped_column

from config import database
from config.database import Base
from network import qualification
from network.qualification import Expiring
from wallet import outbox, telling
from wallet.outbox import Event, Told

# Days before a lot's last day. After a time without looking only the nearest is told.
STEPS = (90, 60, 30, 7)
PROVIDER_DAYS = 30
# A month is to be closed by this day of the next: payroll and the accountant work from it then.
CLOSED_BY_DAY = 5


class LotReminder(Base):
    """A step of a lot's ladder that was told; another last day, after a refund, begins another ladder."""

    __tablename__ = "lot_reminder"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    lot_id: Mapped[str] = mapped_column(Text, primary_key=True)
    last_day: Mapped[date] = mapped_column(primary_key=True)
    step: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    told_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"))
    __table_args__ = (ForeignKeyConstraint(["book_id", "lot_id"], ["lot.book_id", "lot.lot_id"]),)


class ProviderReminder(Base):
    """A day on which something of a provider's qualification ends, that it was told of."""

    __tablename__ = "provider_reminder"
    provider_code: Mapped[str] = mapped_column(sa.ForeignKey("provider.code"), primary_key=True)
    expires_on: Mapped[date] = mapped_column(primary_key=True)
    told_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"))


class PeriodReminder(Base):
    """A month, by its first day, that was told of because it was not closed."""

    __tablename__ = "period_reminder"
    book_id: Mapped[int] = mapped_column(sa.ForeignKey("book.book_id"), primary_key=True)
    starts_on: Mapped[date] = mapped_column(primary_key=True)
    told_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"))


# Citizens' own money goes back to them: nothing of it is lost.
_DUE_LOTS = (
    "with ending as (select l.book_id, l.lot_id, l.employee_id, l.plan_id,"
    "    case when e.left_on is null then greatest(l.expires_on, l.grace_until)"
    "         else greatest(least(l.expires_on, e.left_on + p.leaver_grace_days), l.grace_until) end as last_day,"
    "    b.side * (b.debit_posted - b.credit_posted) - b.held_minor as free_minor, p.code, p.name"
    "   from lot l join balance b on b.book_id = l.book_id and b.account_id = l.account_id"
    "   join plan p on p.book_id = l.book_id and p.plan_id = l.plan_id"
    "   join employee e on e.book_id = l.book_id and e.employee_id = l.employee_id"
    "  where l.book_id = %(book)s and l.source <> 'PRIVATE'),"
    " due as (select *, (select min(s) from unnest(%(steps)s::integer[]) s where s >= last_day - %(on)s::date) as step"
    "   from ending where free_minor > 0 and last_day between %(on)s::date and %(on)s::date + %(first)s::integer),"
    " fresh as (insert into lot_reminder (book_id, lot_id, last_day, step)"
    "   select book_id, lot_id, last_day, step from due on conflict do nothing returning lot_id, last_day, step)"
    " select due.* from due join fresh using (lot_id, last_day, step) order by plan_id, last_day, step, lot_id"
)
_OPEN_MONTH = (
    "insert into period_reminder (book_id, starts_on) select %(book)s, %(first)s::date"
    " where exists (select from entry where book_id = %(book)s and occurred_on between %(first)s and %(last)s)"
    "   and not exists (select from period where book_id = %(book)s and state = 'closed'"
    "                    and %(last)s between starts_on and ends_on) on conflict do nothing"
)
_PROVIDER = "insert into provider_reminder (provider_code, expires_on) values (%s, %s) on conflict do nothing"


def remind_of_lots(session: Session, book_id: int, *, on: date) -> int:
    """
    Tell whose credit ends within 90, 60, 30 or 7 days of a day, each step once, and return how many lots that were.

    Each person is told of what is free in their lot, the funder of each plan's sum (`telling.of_group`).
    """
    asked = {"book": book_id, "on": on, "steps": list(STEPS), "first": max(STEPS)}
    rows = database.rows(session, _DUE_LOTS, asked)
    sums: dict[tuple[Any, ...], list[tuple[str, int]]] = defaultdict(list)
    events = []
    for row in rows:
        plan = _plan(row, on)
        lot = {"lot_id": row.lot_id, "employee_id": row.employee_id, "amount_minor": int(row.free_minor)}
        events.append(Told(Event.LOT_EXPIRING, row.lot_id, plan | lot, employee_id=row.employee_id))
        sums[tuple(plan.items())].append((row.employee_id, int(row.free_minor)))
    for plan_items, ending in sums.items():
        whole = dict(plan_items) | telling.of_group(ending)
        events.append(Told(Event.LOT_EXPIRING, whole["plan_id"], whole))
    outbox.tell_many(session, book_id, events)
    return len(rows)


def _plan(row: Any, on: date) -> dict[str, Any]:
    return {
        "plan_id": row.plan_id,
        "plan": row.code,
        "name": row.name,
        "last_day": row.last_day.isoformat(),
        "days_left": (row.last_day - on).days,
        "step": row.step,
        "currency": "EUR",
    }


def remind_providers(session: Session, *, on: date) -> int:
    """
    Tell providers what of their qualification ends within 30 days of a day, once, and return how many were told.

    What ends on one day is told together; what has been renewed already is not told.
    """
    ending: dict[tuple[str, date], list[Expiring]] = defaultdict(list)
    for found in qualification.expiring(session, on, within_days=PROVIDER_DAYS):
        ending[found.provider_code, found.expires_on].append(found)
    told = 0
    for (provider_code, expires_on), items in ending.items():
        if not database.run(session, _PROVIDER, (provider_code, expires_on)):
            continue
        facts = {
            "provider": provider_code,
            "expires_on": expires_on.isoformat(),
            "qualification": any(item.family is None for item in items),
            "documents": [
                {"family": str(item.family), "evidence": item.evidence} for item in items if item.family is not None
            ],
        }
        outbox.tell(session, None, Event.QUALIFICATION_EXPIRING, provider_code, facts, provider_code=provider_code)
        told += 1
    return told


def remind_of_closing(session: Session, book_id: int, *, on: date) -> int:
    """
    Tell that the month before a day is not closed though its time has come, once, and return how many months were told.

    A month in which nothing was posted has nothing to close.
    """
    if on.day < CLOSED_BY_DAY:
        return 0
    last = on.replace(day=1) - timedelta(days=1)
    first = last.replace(day=1)
    told = database.run(session, _OPEN_MONTH, {"book": book_id, "first": first, "last": last})
    if told:
        facts = {"starts_on": first.isoformat(), "ends_on": last.isoformat()}
        outbox.tell(session, book_id, Event.PERIOD_OPEN, f"{book_id}/{first:%Y-%m}", facts)
    return told
