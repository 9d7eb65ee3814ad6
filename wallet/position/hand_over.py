"""
The extended cash principle: what an employer hands over in the first days of January may belong to the year before.

It is a statement of the employer about a voucher that was issued in those days, with a document; never a consequence of
the day alone. It moves the voucher's fiscal events: a reversal in the new year and a use in the old one, both written
on the day it is recorded, so that months already sent to payroll stay as they were.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from config import clock, database
from config.money import from_minor
from plans import plans
from plans.rulebook import loading
from plans.rulebook.rows import ExtendedCashRule
from plans.rulebook.words import Category, Channel, Moment, Outcome
from wallet import authorizations, deciding, fiscal, recheck
from wallet.authorizations import Authorization
from wallet.position.errors import (
    HandOverBonus,
    HandOverChannel,
    HandOverDocument,
    HandOverDone,
    HandOverLate,
    HandOverNewPlan,
    HandOverNotDone,
    HandOverNothing,
    HandOverTaxed,
)

REASON = "extended_cash"
_STANDING = (
    "select kind, handed_over_on, fiscal_year, document_ref, document_on, rule_id from hand_over"
    " where book_id = %s and authorization_id = %s order by hand_over_id desc limit 1"
)
# Where it counts now, and the plans that pay.
_COUNTS = """
select fiscal_year, array_agg(distinct plan_id) as plan_ids,
       sum(case kind when 'use' then amount_minor else -amount_minor end)::bigint as amount_minor
  from fiscal_event where book_id = %s and authorization_id = %s
 group by fiscal_year
having sum(case kind when 'use' then amount_minor else -amount_minor end) > 0
"""
_ISSUED_ON = (
    "select min(fiscal_on) from fiscal_event where book_id = %s and authorization_id = %s and reason = 'voucher_issued'"
)
_RECORD = (
    "insert into hand_over (book_id, authorization_id, kind, handed_over_on, fiscal_year, document_ref, document_on,"
    " rule_id, actor) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
# What was decided for the other year stands on facts of its own, beside those of the decision, as for a late delivery.
_KEEP_GIVEN = (
    'update "authorization"'
    " set facts = facts || jsonb_build_object('given', coalesce(facts -> 'given', '[]') || %s::jsonb)"
    " where book_id = %s and authorization_id = %s"
)


@dataclass(frozen=True, slots=True)
class HandOver:
    """What was recorded: which tax year the voucher belongs to now, by which document and rule; minor units."""

    authorization_id: str
    handed_over_on: date
    fiscal_year: int
    document_ref: str
    document_on: date
    rule_id: str
    amount_minor: int
    changed: bool


def attribute(
    session: Session, book_id: int, authorization_id: str, *, document_ref: str, document_on: date, actor: str
) -> HandOver:
    """
    Record that a voucher handed over in the first days of January refers to the year before, and move its tax there.

    It is decided again for the old year, with that year's rules, facts and room. The same document again changes
    nothing.

    Errors: AuthorizationNotFound, HandOverChannel, HandOverDone, HandOverNothing, HandOverLate, HandOverDocument,
            HandOverBonus, HandOverNewPlan, HandOverTaxed; the first that applies.
    Source: art. 51 c. 1 TUIR; data/moments.toml; docs/position.md.
    """
    found = authorizations.lock(session, book_id, authorization_id)
    rule = _rule(found)
    standing = _standing(session, book_id, authorization_id)
    if standing is not None:
        if (standing.document_ref, standing.document_on) != (document_ref, document_on):
            raise HandOverDone(year=str(standing.fiscal_year), document=standing.document_ref)
        return _told(found, standing, changed=False)
    counts = database.rows(session, _COUNTS, (book_id, authorization_id))
    if not counts:
        raise HandOverNothing(authorization=authorization_id)
    (row,) = counts
    (handed_over_on,) = database.call(session, _ISSUED_ON, (book_id, authorization_id))
    if not rule.covers(handed_over_on):
        last = date(handed_over_on.year, rule.through_month, rule.through_day)
        raise HandOverLate(on=handed_over_on, last=last)
    if not document_ref.strip() or document_on > handed_over_on:
        raise HandOverDocument(document=document_ref, dated_on=document_on, on=handed_over_on)
    year_end = date(row.fiscal_year - 1, 12, 31)
    _check_plans(session, book_id, row.plan_ids, handed_over_on, year_end)
    asked, decision = deciding.decide_again(
        session,
        book_id,
        found.employee_id,
        found.relative_id,
        recheck.facts_of(found.facts),
        row.amount_minor,
        year_end,
        authorization_id=authorization_id,
    )
    blocked = decision.outcome is Outcome.BLOCKED
    taxable = row.amount_minor if blocked else decision.taxable_minor
    if blocked or (taxable > 0 and not found.consent):
        raise HandOverTaxed(year=str(year_end.year), taxable=from_minor(taxable))

    given = {
        "on": str(year_end),
        "outcome": str(decision.outcome),
        "taxable_minor": taxable,
        "rule_ids": list(decision.rule_ids),
        "rulebook_version": loading.load().version,
        "facts": deciding.keep(asked),
    }
    database.run(session, _KEEP_GIVEN, (json.dumps(given), book_id, authorization_id))
    _move(
        session,
        book_id,
        found,
        row.fiscal_year,
        year_end.year,
        taxable_minor=taxable,
        in_limit=deciding.counts_in_limit(decision),
        rule_ids=(*decision.rule_ids, rule.id),
    )
    recorded = (handed_over_on, year_end.year, document_ref, document_on, rule.id)
    database.run(session, _RECORD, (book_id, authorization_id, "attributed", *recorded, actor))
    return HandOver(authorization_id, *recorded, row.amount_minor, changed=True)


def withdraw(session: Session, book_id: int, authorization_id: str, *, actor: str) -> HandOver:
    """
    Take an attribution back that was wrong: the voucher counts in the year in which it was handed over.

    Errors: AuthorizationNotFound, HandOverChannel, HandOverNotDone; the first that applies.
    """
    found = authorizations.lock(session, book_id, authorization_id)
    _rule(found)
    standing = _standing(session, book_id, authorization_id)
    if standing is None:
        raise HandOverNotDone(authorization=authorization_id)
    counts = database.rows(session, _COUNTS, (book_id, authorization_id))
    if counts:
        _move(
            session,
            book_id,
            found,
            standing.fiscal_year,
            standing.fiscal_year + 1,
            taxable_minor=min(found.taxable_minor, counts[0].amount_minor),
            in_limit=found.in_limit,
            rule_ids=found.rule_ids,
        )
    recorded = (
        standing.handed_over_on, standing.fiscal_year, standing.document_ref, standing.document_on, standing.rule_id
    )  # fmt: skip
    database.run(session, _RECORD, (book_id, authorization_id, "withdrawn", *recorded, actor))
    return _told(found, standing, changed=True)


def _rule(found: Authorization) -> ExtendedCashRule:
    """Return the rule that lets a hand-over of this channel belong to the year before."""
    rule = None
    if found.channel is not None and found.status != "declined":
        rule = loading.load().extended_cash.at(Channel(found.channel), found.tax_on, clock.today())
    if rule is None:
        raise HandOverChannel(authorization=found.authorization_id)
    return rule


def _standing(session: Session, book_id: int, authorization_id: str) -> Any:
    """Return the attribution that stands, if there is one."""
    found = database.rows(session, _STANDING, (book_id, authorization_id))
    return found[0] if found and found[0].kind == "attributed" else None


def _check_plans(session: Session, book_id: int, plan_ids: Sequence[str], handed_over_on: date, year_end: date) -> None:
    for terms in sorted(plans.terms(session, book_id, set(plan_ids)).values(), key=lambda terms: terms.code):
        moment = loading.load().moments.at((terms.source, Channel.VOUCHER), handed_over_on, clock.today())
        if moment is not None and moment.moment is Moment.CHOICE:
            raise HandOverBonus(plan=terms.code)
        if terms.starts_on > year_end:
            raise HandOverNewPlan(plan=terms.code, starts_on=terms.starts_on, year=str(year_end.year))


def _move(
    session: Session,
    book_id: int,
    found: Authorization,
    from_year: int,
    to_year: int,
    *,
    taxable_minor: int,
    in_limit: bool,
    rule_ids: Sequence[str],
) -> None:
    fiscal.move(
        session,
        book_id,
        found.employee_id,
        found.authorization_id,
        from_year,
        to_year,
        category=Category(str(found.category)),
        taxable_minor=taxable_minor,
        in_limit=in_limit,
        on=clock.today(),
        reason=REASON,
        rule_ids=rule_ids,
    )


def _told(found: Authorization, standing: Any, *, changed: bool) -> HandOver:
    return HandOver(
        found.authorization_id,
        standing.handed_over_on,
        standing.fiscal_year,
        standing.document_ref,
        standing.document_on,
        standing.rule_id,
        found.amount_minor,
        changed,
    )
