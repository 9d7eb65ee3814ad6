"""Gathers a fiscal position: one statement over the person's events, one over what is reserved, one over the person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from config import clock, database
from plans import people
from plans.facts import FIRST_YEAR
from plans.people import PersonFacts
from plans.rulebook import loading
from plans.rulebook.model import Rulebook
from plans.rulebook.words import Category, Channel, Outcome, PlanSource
from wallet import fiscal, recheck, wallets, year_totals
from wallet.position import bonus
from wallet.position.bonus import Bonuses
from wallet.position.errors import PositionYearOutOfRange
from wallet.position.gauge import Gauge, gauge
from wallet.position.model import CategoryPosition, Line, MomentLine, Position, Split, Unknown
from wallet.standing import Standing

# What stood when it was given in another year than it was decided for, or moved there, is kept beside the decision.
_LINES = """
select f.event_id, f.kind, f.category, f.source, f.channel, p.code as plan_code, f.exempt_minor, f.taxable_minor,
       f.in_limit, f.reason, f.fiscal_on, f.recorded_at, f.authorization_id, f.entry_id, f.rule_ids,
       a.outcome, a.tax_on, a.relative_id, a.facts -> 'given' as given,
       case when a.relative_id is not null or a.category = 'RENT_NEW_HIRE' then a.facts end as facts,
       a.channel = 'VOUCHER' and a.status = 'authorized' and a.expires_at <= ledger_now() as lapsed
  from fiscal_event f
  join "authorization" a on a.book_id = f.book_id and a.authorization_id = f.authorization_id
  join plan p on p.book_id = f.book_id and p.plan_id = f.plan_id
 where f.book_id = %(book)s and f.employee_id = %(employee)s and f.fiscal_year = %(year)s
 order by f.event_id
"""
# What open direct purchases may still use in the year: as `fiscal.year_use` reserves it, and what counts to no limit.
_RESERVED = """
select category, in_limit, sum(amount_minor - captured_minor)::bigint as reserved
  from "authorization"
 where book_id = %(book)s and employee_id = %(employee)s and (channel <> 'VOUCHER' or code is null)
   and status in ('authorized', 'partially_captured') and expires_at > ledger_now()
   and (decided_at at time zone 'Europe/Rome')::date <= make_date(%(year)s, 12, 31)
   and (expires_at at time zone 'Europe/Rome')::date >= make_date(%(year)s, 1, 1)
   and (channel <> 'REIMBURSEMENT' or extract(year from tax_on) = %(year)s)
 group by category, in_limit
"""


def position(session: Session, book_id: int, employee_id: str, year: int) -> Position:
    """
    Say how a person stands for the tax in a year, from the events that were appended and the rules as known today.

    Nothing is written; the number of statements depends on neither the book nor, but for the days on which relatives
    were served, the person's purchases.

    Units:  minor units.
    Errors: EmployeeNotFound, PositionYearOutOfRange; in this order.
    Source: docs/position.md; product choice "Moment of tax".
    """
    card = people.employee(session, book_id, employee_id)
    today = clock.today()
    _check_year(year, today)
    on = _day_of(year, today)
    rulebook = loading.load()
    asked = {"book": book_id, "employee": employee_id, "year": year}
    lines = _lines(session, book_id, employee_id, year, database.rows(session, _LINES, asked))
    reserved = _reserved(session, asked)
    person = people.for_authorization(session, book_id, employee_id, None, on)
    found = _gauges(lines, reserved, person, rulebook, on, today)
    bonuses = bonus.of(session, book_id, employee_id, year, lines, today)
    return Position(
        employee=card,
        year=year,
        as_of=clock.now(),
        on=on,
        rulebook_version=rulebook.version,
        categories=_categories(lines, reserved, found, bonuses),
        gauges=found,
        bonus=bonuses.position,
        moments=_moments(lines, rulebook, on, today),
        lines=lines,
    )


def gauges(session: Session, book_id: int, employee_id: str, year: int) -> tuple[Gauge, ...]:
    """
    Return the gauges of a position alone, in three statements: what bonuses and declarations make of it is not asked.

    Units:  minor units.
    Errors: PositionYearOutOfRange, EmployeeNotFound; in this order.
    """
    today = clock.today()
    _check_year(year, today)
    on = _day_of(year, today)
    asked = {"book": book_id, "employee": employee_id, "year": year}
    person = people.for_authorization(session, book_id, employee_id, None, on)
    lines = [_line(row, None, withdrawn=False) for row in database.rows(session, _LINES, asked)]
    return _gauges(lines, _reserved(session, asked), person, loading.load(), on, today)


def recompute(session: Session, book_id: int, employee_id: str, year: int) -> int:
    """
    Bring a person's year to where the rules of today put its totals; return how many corrections were appended.

    The wallet does so by itself after every event and declaration; what only a new act of law moved waits for this.
    Under the person's lock, and safe to run again: a year that stands right is left alone.

    Errors: EmployeeNotFound, PositionYearOutOfRange; in this order.
    """
    people.employee(session, book_id, employee_id)
    today = clock.today()
    _check_year(year, today)
    wallets.lock(session, book_id, employee_id)
    return sum(
        fiscal.settle_year(session, book_id, employee_id, category, year=year, on=today)
        for category in year_totals.limited()
    )


def _check_year(year: int, today: date) -> None:
    if not FIRST_YEAR <= year <= today.year + 1:
        raise PositionYearOutOfRange(year=year, first=FIRST_YEAR, last=today.year + 1)


def _day_of(year: int, today: date) -> date:
    """Return the day whose rules and facts hold for a year: today in the present one, else its last."""
    return today if today.year == year else date(year, 12, 31)


def _lines(session: Session, book_id: int, employee_id: str, year: int, rows: Iterable[Any]) -> tuple[Line, ...]:
    standing = Standing(session, book_id)
    withdrawn: dict[str, bool] = {}
    lines = []
    for row in rows:
        outcome, kept, on = _stood(row, year)
        if row.authorization_id not in withdrawn:
            change = None
            if kept is not None:
                change = standing.change(employee_id, row.relative_id, recheck.facts_of(kept), on)
            withdrawn[row.authorization_id] = change is not None and change.lost
        lines.append(_line(row, outcome, withdrawn=withdrawn[row.authorization_id]))
    return tuple(lines)


def _line(row: Any, outcome: Outcome | None, *, withdrawn: bool) -> Line:
    return Line(
        event_id=row.event_id,
        kind=row.kind,
        category=Category(row.category),
        source=PlanSource(row.source),
        channel=Channel(row.channel),
        plan_code=row.plan_code,
        exempt_minor=row.exempt_minor,
        taxable_minor=row.taxable_minor,
        in_limit=row.in_limit,
        reason=row.reason,
        fiscal_on=row.fiscal_on,
        recorded_at=row.recorded_at,
        authorization_id=row.authorization_id,
        entry_id=row.entry_id,
        rule_ids=tuple(row.rule_ids),
        outcome=outcome,
        lapsed=row.lapsed,
        withdrawn=withdrawn,
    )


def _reserved(session: Session, asked: Mapping[str, Any]) -> dict[tuple[Category, bool], int]:
    return {
        (Category(row.category), row.in_limit): int(row.reserved) for row in database.rows(session, _RESERVED, asked)
    }


def _stood(row: Any, year: int) -> tuple[Outcome | None, Mapping[str, Any] | None, date]:
    """Return the outcome that holds for a year, the facts it stood on where they can change, and for which day."""
    if row.tax_on.year != year:
        for given in reversed(row.given or ()):
            if date.fromisoformat(given["on"]).year == year:
                kept = None if row.facts is None else given["facts"]
                return Outcome(given["outcome"]), kept, date.fromisoformat(given["on"])
    return None if row.outcome is None else Outcome(row.outcome), row.facts, row.tax_on


def _gauges(
    lines: Sequence[Line],
    reserved: Mapping[tuple[Category, bool], int],
    person: PersonFacts,
    rulebook: Rulebook,
    on: date,
    known_at: date,
) -> tuple[Gauge, ...]:
    found = []
    for category in year_totals.limited():
        counting = [line for line in lines if line.category is category and line.in_limit]
        # Rent of a new hire is a limit of those alone who declared to be one, or were paid some.
        if category is Category.RENT_NEW_HIRE and not (counting or person.new_hire or (category, True) in reserved):
            continue
        recorded = sum(line.net_minor for line in counting)
        one = gauge(
            category,
            person,
            rulebook,
            on,
            known_at,
            used_minor=recorded - sum(line.net_minor for line in counting if line.lapsed),
            recorded_minor=recorded,
            recorded_taxable_minor=sum(line.net_taxable_minor for line in counting),
            reserved_minor=reserved.get((category, True), 0),
        )
        if one is not None:
            found.append(one)
    return tuple(found)


def _categories(
    lines: Sequence[Line],
    reserved: Mapping[tuple[Category, bool], int],
    gauges: Sequence[Gauge],
    bonuses: Bonuses,
) -> tuple[CategoryPosition, ...]:
    by_gauge = {one.category: one for one in gauges}
    touched = {line.category for line in lines} | {category for category, _ in reserved}
    return tuple(
        _category(
            category, [line for line in lines if line.category is category], reserved, by_gauge.get(category), bonuses
        )
        for category in Category
        if category in touched
    )


def _category(
    category: Category,
    lines: Sequence[Line],
    reserved: Mapping[tuple[Category, bool], int],
    limit: Gauge | None,
    bonuses: Bonuses,
) -> CategoryPosition:
    elsewhere = limit is not None and not limit.external_known
    because = []
    # Of what counts to a limit, all that is exempt depends on what came from elsewhere.
    if elsewhere and sum(line.net_exempt_minor for line in lines if line.in_limit) > 0:
        because.append(Unknown.EXTERNAL_FRINGE if category is Category.FRINGE else Unknown.EXTERNAL_CAP)
    if sum(line.net_exempt_minor for line in lines if line.withdrawn) > 0:
        because.append(Unknown.DECLARATION)
    if sum(line.net_exempt_minor for line in lines if bonuses.unknown(line)) > 0:
        because.append(Unknown.BONUS_ELSEWHERE)
    unknown = sum(
        line.net_exempt_minor
        for line in lines
        if line.withdrawn or (elsewhere and line.in_limit) or bonuses.unknown(line)
    )
    if over := min(bonuses.over_minor.get(category, 0), sum(line.net_exempt_minor for line in lines) - unknown):
        because.append(Unknown.BONUS_OVER)
        unknown += over
    return CategoryPosition(
        category=category,
        exempt_minor=sum(line.net_exempt_minor for line in lines) - unknown,
        unknown_minor=unknown,
        taxable_minor=sum(line.net_taxable_minor for line in lines),
        on_declaration_minor=sum(line.net_exempt_minor for line in lines if line.on_declaration and not line.withdrawn),
        lapsed_minor=sum(line.net_minor for line in lines if line.lapsed),
        reserved_minor=sum(reserved.get((category, counts), 0) for counts in (True, False)),
        because=tuple(because),
        splits=_splits(category, lines),
    )


def _splits(category: Category, lines: Sequence[Line]) -> tuple[Split, ...]:
    sums: dict[tuple[PlanSource, Channel], tuple[int, int]] = {}
    for line in lines:
        exempt, taxable = sums.get((line.source, line.channel), (0, 0))
        sums[line.source, line.channel] = exempt + line.net_exempt_minor, taxable + line.net_taxable_minor
    return tuple(
        Split(category, source, channel, *sums[source, channel])
        for source in PlanSource
        for channel in Channel
        if (source, channel) in sums
    )


def _moments(lines: Sequence[Line], rulebook: Rulebook, on: date, known_at: date) -> tuple[MomentLine, ...]:
    used = {(line.source, line.channel) for line in lines}
    found = []
    for source in PlanSource:
        for channel in Channel:
            rule = rulebook.moments.at((source, channel), on, known_at) if (source, channel) in used else None
            if rule is not None:
                found.append(
                    MomentLine(
                        source, channel, rule.moment, rule.id, rule.confidence, rule.sentence_it, rule.sentence_en
                    )
                )
    return tuple(found)
