"""What an employer offers its workers to choose about, as a personnel office sends it: one row a worker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from sqlalchemy.orm import Session

from config import money
from plans import sheets
from plans.bonus import agreements, choices_file, offers
from plans.bonus.errors import BonusFileBare, BonusOfferOver, BonusOffersMoved, OffersFileRefused
from plans.bonus.offers import Days, OfferDraft, Outcome, Prepared
from plans.errors import PersonRepeated
from plans.plans import PlanTerms
from plans.sheets import Column, Problem, Sheet, cells

_COLUMNS: Final = (
    Column("tax_code", cells.tax_code, required=True),
    Column("premium", cells.amount, required=True, aliases=("importo", "amount")),
    Column("income_within", choices_file.answer),
    Column("tax_waiver", choices_file.answer),
    # Known so that they are not reported as ignored; a tax code says who somebody is.
    Column("full_name", None),
    Column("last_name", None),
    Column("first_name", None),
    Column("employee_no", None),
)


@dataclass(frozen=True, slots=True)
class Examined:
    """What a file would do, and what is wrong with it; minor units. `stamp` says what stood offered meanwhile."""

    problems: tuple[Problem, ...]
    prepared: tuple[Prepared, ...]
    total_minor: int
    stamp: str

    @property
    def counts(self) -> Mapping[Outcome, int]:
        """How many rows do what."""
        return Counter(each.outcome for each in self.prepared)

    @property
    def unknown(self) -> int:
        """Of how many workers nobody said whether their income admits the conversion."""
        return sum(each.draft.income_within is None for each in self.prepared)


def examine(session: Session, book_id: int, plan_code: str, days: Days, path: Path, *, today: date) -> Examined:
    """
    Look at a file of offers and write nothing.

    Errors: PlanNotFound, BonusPlanNeeded, BonusAgreementMissing, BonusPremiumAlike; those of `sheets.read`;
            BonusFileBare, BonusOfferDaysWrong.
    """
    return _examine(session, agreements.bonus_plan(session, book_id, plan_code), days, path, today=today, lock=False)


def load(
    session: Session,
    book_id: int,
    plan_code: str,
    days: Days,
    path: Path,
    *,
    actor: str,
    today: date,
    recorded_at: datetime,
    stamp: str | None = None,
) -> Examined:
    """
    Offer what a file says, whole or not at all; the same again changes nothing.

    What somebody has not chosen about yet may be offered anew with other figures or days. With a `stamp`, nothing is
    offered but upon what stood when the file was looked at.
    Errors: those of `examine`; OffersFileRefused with every problem; BonusOffersMoved.
    """
    terms = agreements.bonus_plan(session, book_id, plan_code)
    found = _examine(session, terms, days, path, today=today, lock=True)
    if found.problems:
        raise OffersFileRefused(file=path.name, count=len(found.problems), problems=found.problems)
    if stamp not in (None, found.stamp) and len(found.prepared) != found.counts[Outcome.SAME]:
        raise BonusOffersMoved(premium=days.premium)
    offers.write(session, terms, days, found.prepared, actor=actor, recorded_at=recorded_at)
    return found


def _examine(session: Session, terms: PlanTerms, days: Days, path: Path, *, today: date, lock: bool) -> Examined:
    agreements.require(session, terms)
    offers.check_name(session, terms, days.premium)
    sheet = sheets.read(path, _COLUMNS, total="premium")
    numbers, drafts, problems, total = _drafts(sheet)
    if not drafts and not problems:
        raise BonusFileBare(file=path.name)
    prepared = offers.prepare(session, terms, days, drafts, lock=lock)
    problems += [
        sheet.problem(each.refusal, number, "tax_code", each.draft.tax_code)
        for number, each in zip(numbers, prepared, strict=True)
        if each.refusal is not None
    ]
    # Of bonuses whose days are over their rows say so, whatever days the file is to move them to.
    over = any(isinstance(each.refusal, BonusOfferOver) for each in prepared)
    if not over and (problems or any(each.outcome is not Outcome.SAME for each in prepared)):
        offers.check_days(terms, days, today=today)
    problems.sort(key=lambda each: each.row or 0)
    return Examined(tuple(problems), tuple(prepared), total, offers.stamp(session, terms, days.premium))


def _drafts(sheet: Sheet) -> tuple[list[int], list[OfferDraft], list[Problem], int]:
    numbers: list[int] = []
    drafts: list[OfferDraft] = []
    problems: list[Problem] = []
    first_rows: dict[str, int] = {}
    total, complete = 0, True
    for number, values, found in sheet.rows():
        code, amount, within, waived, *_ = values
        problems += found
        complete &= amount is not None
        total += amount or 0
        if code is not None and first_rows.setdefault(code, number) != number:
            problems.append(sheet.problem(PersonRepeated(first_row=first_rows[code]), number, "tax_code", code))
        elif not found:
            numbers.append(number)
            drafts.append(OfferDraft(code, money.from_minor(amount), within, waived or False))
    if complete:
        problems += sheet.differences(total)
    return numbers, drafts, problems, total
