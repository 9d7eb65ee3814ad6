"""Whoever puts side by side two files that were each careful: what the one has beside a name, the other may explain."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

from sqlalchemy.orm import Session

from config import clock
from plans import funders, plans
from plans.plans import PlanTerms
from plans.rulebook.words import Category
from plans.words import FunderKind, SourceType
from reports import deductibility, journal_export, payroll_export, plan_statement, recharge_list
from reports.deductibility import rules
from reports.payroll_export import months
from reports.plan_statement import PlanStatement, Reading
from reports.recharge_list import RechargeList
from tests.privacy import attacker

# An account that says where somebody bought, or out of whose credit.
SINGLE = re.compile(r"lot:lot_\w+|provider:\w+|clearing:[a-z]\w*|payroll:emp_\w+")


@dataclass(slots=True)
class Tally:
    """
    Of how many people's months the VAT was asked for; of how many one VAT is certain, of how many more one or two
    vouchers fit nobody else, and of how many the amount is that of vouchers of one VAT alone.
    """

    asked: int = 0
    certain: int = 0
    fitting: int = 0
    by_amount: int = 0


def employers(session: Session) -> Iterator[int]:
    """Yield the book of every employer."""
    for funder in funders.every(session):
        if funder.kind is FunderKind.EMPLOYER:
            yield funder.book_id


def month_ends(year: int, until: date) -> Iterator[tuple[date, date]]:
    """Yield first and last day of the months of a year that are over on a day."""
    first = date(year, 1, 1)
    while (following := months.following(first)) <= until and first.year == year:
        yield first, following - timedelta(days=1)
        first = following


def statement(
    session: Session, terms: PlanTerms, first: date, last: date, reading: Reading = Reading.HR
) -> PlanStatement:
    """Return what the personnel office reads of a plan over a period, unless another reads it."""
    return plan_statement.gather(session, terms.book_id, terms.code, first, last, reading=reading)


# -- recharge list and the personnel office's statements, by month and by day -----------------------------------------


def vat_beside_names(
    session: Session, book_id: int, first: date, last: date, tally: Tally, *, detail: bool = False
) -> None:
    """Add to the tally whose VAT of a month follows from its recharges and from what everybody used."""
    listed = recharge_list.gather(session, book_id, first, detail=detail)
    people: Counter[str] = Counter()
    for terms in plans.of_book(session, book_id):
        for line in statement(session, terms, first, last).employees:
            people[line.tax_code] += line.movement.used_minor
    used = {person: amount for person, amount in people.items() if amount > 0}
    certain = {person for person, _, _ in attacker.known(_table(listed, used))}
    tally.asked += len(used)
    tally.certain += len(certain)
    tally.fitting += len(_fitting(listed, used) - certain)
    regimes: defaultdict[int, set[str]] = defaultdict(set)
    for line in listed.lines:
        if line.amounts is not None:
            regimes[line.amounts.paid_minor].add(line.regime)
    tally.by_amount += sum(len(regimes[amount]) == 1 for amount in used.values())


def _table(listed: RechargeList, used: dict[str, int]) -> attacker.Table:
    """Return the table of people and VAT: reimbursements are used and never recharged, and stand as one VAT more."""
    regimes = {total.regime: total.amounts.paid_minor for total in listed.regimes}
    rest = sum(used.values()) - sum(regimes.values())
    return attacker.Table(regimes | ({"no recharge": rest} if rest > 0 else {}), used)


def _fitting(listed: RechargeList, used: dict[str, int]) -> set[str]:
    """Return the people whose months are the only one, or the only two, that make what one or two vouchers come to."""
    found: set[str] = set()
    for total in listed.regimes:
        for size in (1, 2):
            if total.lines == size:
                fits = [
                    who for who in combinations(used, size) if sum(used[p] for p in who) == total.amounts.paid_minor
                ]
                found |= set(fits[0]) if len(fits) == 1 else set()
    return found


def read_of_parts_of_months(
    session: Session, terms: PlanTerms, until: date, reading: Reading = Reading.HR
) -> list[object]:
    """Return whatever a statement of days, of half months or up to today tells beside a name but what was granted."""
    first, last = terms.starts_on, min(terms.ends_on, until)
    days = [(day, day) for day in (first + timedelta(days=n) for n in range(0, (last - first).days + 1, 5))]
    halves = [(day.replace(day=1), day.replace(day=15)) for day, _ in days if day.replace(day=1) >= first]
    return [
        (terms.code, *period, line.tax_code)
        for period in sorted({*days, *halves, (first, until)})
        for line in statement(session, terms, *period, reading).employees
        if line.movement.used_minor or line.movement.opening_minor or line.movement.held_minor
    ]


# -- deductibility, before and after ----------------------------------------------------------------------------------


def treatments_that_categories_do_not_tell(
    session: Session, book_id: int, today: date, *, detail: bool = False
) -> list[object]:
    """Return the plans of which deductibility says more than the categories that the plan's own statement tells."""
    found: list[object] = []
    with clock.at(today):
        told = deductibility.gather(session, book_id, today.year, detail=detail)
        for terms in plans.of_book(session, book_id):
            if len(_treatments(terms)) < 2:
                continue
            amounts = {cost.treatment: cost.amount_minor for cost in told.costs if cost.plan_code == terms.code}
            amounts.pop(None, None)
            if terms.starts_on.year < today.year:
                derived: Counter[rules.Treatment] = Counter()
            else:
                derived = _derived(statement(session, terms, terms.starts_on, date(today.year, 12, 31)), terms)
            # Each person's fringe benefits stand beside the name: they are deducted in full, and hide nothing.
            derived[rules.Treatment.FULL] += _fringe(session, terms, today)
            if any(amounts.get(treatment, 0) != derived[treatment] for treatment in rules.Treatment):
                found.append((terms.code, today, amounts, derived))
    return found


def deducted(session: Session, book_id: int, today: date) -> list[object]:
    """Return all that the employer reads of deductibility on a day."""
    with clock.at(today):
        found = deductibility.gather(session, book_id, today.year)
        return [*((cost.plan_code, cost.treatment, cost.amount_minor) for cost in found.costs), *found.rules]


def _rule(terms: PlanTerms, category: str) -> rules.Rule:
    assert terms.source_type is not None
    act = SourceType(terms.source_type)
    return rules.load().of(act, Category(category), unilateral_change=terms.unilateral_change)


def _treatments(terms: PlanTerms) -> set[rules.Treatment]:
    return {_rule(terms, category).treatment for category in terms.categories if category != Category.FRINGE}


def _derived(found: PlanStatement, terms: PlanTerms) -> Counter[rules.Treatment]:
    """Return what the categories told in a statement come to by treatment, fringe benefits apart."""
    sums: Counter[rules.Treatment] = Counter()
    if found.groups.through is not None:
        for line in found.categories:
            if line.used_minor and line.category != Category.FRINGE:
                sums[_rule(terms, line.category).treatment] += line.used_minor
    return sums


def _fringe(session: Session, terms: PlanTerms, today: date) -> int:
    """Return what the people of a plan used in fringe benefits in the year, by the statements of its months."""
    return sum(
        line.movement.fringe_minor
        for first, last in month_ends(today.year, today)
        for line in statement(session, terms, first, last).employees
    )


# -- the accountant's journal and the payroll month -------------------------------------------------------------------


def places_beside_people(
    session: Session, book_id: int, first: date, last: date, folder: Path, *, detail: bool = False
) -> tuple[int, int]:
    """Return how many lines of a payroll month find their postings by day and amount, and how many so find a place."""
    path = folder / f"journal-{book_id}-{first}.csv"
    journal_export.write_csv(session, book_id, path, first, last, detail=detail)
    postings: dict[tuple[str, str], list[str]] = {}
    for row in path.read_text("utf-8-sig").splitlines():
        cells = row.split(";")
        if cells[0] == "Giornale" and len(cells) > 7:
            postings.setdefault((cells[1], cells[7]), []).append(row)
    lines = payroll_export.gather(session, book_id, first, draft=True).lines
    found = [
        rows
        for line in lines
        if (rows := postings.get((line.fiscal_on.isoformat(), f"{abs(line.amount_minor) / 100:.2f}".replace(".", ","))))
    ]
    return len(found), sum(any(SINGLE.search(row) for row in rows) for rows in found)
