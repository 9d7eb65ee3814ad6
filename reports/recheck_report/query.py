"""Gathers the re-check of a tax year: each purchase decided again, its person, and the proof that none was missed."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock
from plans import funders
from plans.rulebook import loading
from plans.rulebook.model import Rulebook
from reports import foundation
from reports.recheck_report.model import FactsLine, RecheckLine, RecheckReport, RuleText
from wallet import changed_facts, recheck
from wallet.changed_facts import FactsChange
from wallet.recheck import Recheck

_PEOPLE = sa.text(
    "select employee_id, coalesce(employee_no, '') as employee_no, last_name, first_name, tax_code from employee"
    " where book_id = :book and employee_id = any(:people)"
)


def gather(session: Session, book_id: int, year: int) -> RecheckReport:
    """
    Return which used purchases of a tax year the law judges otherwise today, and what payroll must correct.

    Reads only. The book's transaction should see one snapshot.

    Units:  minor units.
    Source: docs/statements.md, "The re-check".
    """
    rulebook, funder = loading.load(), funders.of_book(session, book_id)
    changed = recheck.recheck(session, book_id, year)
    used = [one for one in changed if one.used_minor]
    facts = changed_facts.of_year(session, book_id, year)
    concerned = sorted({one.employee_id for one in used} | {one.employee_id for one in facts})
    people = {row.employee_id: row for row in session.execute(_PEOPLE, {"book": book_id, "people": concerned})}
    lines = [_line(one, people[one.employee_id]) for one in used]
    told = {rule_id: _rule(rulebook, rule_id) for line in lines for rule_id in (*line.rules_then, *line.rules_now)}
    return RecheckReport(
        funder_name=funder.name,
        vat_number=funder.vat_number,
        year=year,
        prepared_at=clock.now(),
        lines=tuple(sorted(lines, key=_order)),
        facts=tuple(sorted((_fact(one, people[one.employee_id]) for one in facts), key=_order)),
        unused=len(changed) - len(used),
        coverage=recheck.coverage(session, book_id, year),
        rules=dict(sorted(told.items())),
        foundation=foundation.of_books(session, [book_id]),
    )


def _line(found: Recheck, person: sa.Row[tuple[str, ...]]) -> RecheckLine:
    then, now = set(found.rule_ids_then), set(found.rule_ids_now)
    return RecheckLine(
        employee_no=person.employee_no,
        last_name=person.last_name,
        first_name=person.first_name,
        tax_code=person.tax_code,
        tax_on=found.tax_on,
        category=found.category,
        used_minor=found.used_minor,
        outcome_then=found.outcome_then,
        outcome_now=found.outcome_now,
        known_then=found.known_then,
        known_now=found.known_now,
        version_then=found.version_then,
        version_now=found.version_now,
        rules_then=tuple(rule for rule in found.rule_ids_then if rule not in now),
        rules_now=tuple(rule for rule in found.rule_ids_now if rule not in then),
        taxable_then_minor=found.taxable_then_minor,
        taxable_now_minor=found.taxable_now_minor,
        recorded_minor=found.recorded_minor,
        due_minor=found.due_minor,
        waiting_minor=found.waiting_minor,
    )


def _fact(found: FactsChange, person: sa.Row[tuple[str, ...]]) -> FactsLine:
    return FactsLine(
        employee_no=person.employee_no,
        last_name=person.last_name,
        first_name=person.first_name,
        tax_code=person.tax_code,
        tax_on=found.tax_on,
        category=found.category,
        used_minor=found.used_minor,
        outcome_then=found.outcome_then,
        outcome_now=found.outcome_now,
        recorded_minor=found.recorded_minor,
        due_minor=found.due_minor,
    )


def _order(line: RecheckLine | FactsLine) -> tuple[str, str, date]:
    return line.name.casefold(), line.tax_code, line.tax_on


def _rule(rulebook: Rulebook, rule_id: str) -> RuleText:
    rule = rulebook.by_id.get(rule_id)
    if rule is None:
        # A decision may stand on a rule that the files no longer have.
        return RuleText(rule_id, "", "", "", None, "")
    return RuleText(rule.id, rule.sentence_it, rule.sentence_en, rule.legal_ref, rule.known_from, rule.confidence)
