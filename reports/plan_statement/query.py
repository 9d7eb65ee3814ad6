"""Gathers a plan statement: one statement over the journal, and a few over the plan, the tax events and the seals."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib.resources import files
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock
from ledger import seals
from plans import funders, plans
from plans.plan_file import PlanDraft
from plans.plans import PlanTerms
from plans.rulebook import loading
from plans.rulebook.words import Category, Confidence
from reports.errors import PeriodEndsBeforeStart
from reports.plan_statement.model import (
    Budget,
    CategoryLine,
    ClusterLine,
    EmployeeLine,
    MonthLine,
    Movement,
    PayrollLine,
    PlanCard,
    PlanStatement,
    Proof,
    Reading,
    RuleLine,
    Rules,
    Seal,
)
from reports.plan_statement.suppression import Group, hidden
from wallet import chart

_JOURNAL = sa.text((files("reports.plan_statement") / "journal.sql").read_text("utf-8"))
# Net of reversals; what a correction cancelled altogether is no line.
_PAYROLL = sa.text(
    "select e.employee_no, e.last_name, e.first_name, e.tax_code, f.fiscal_year, f.category, f.source, f.channel,"
    "       sum(case f.kind when 'use' then f.exempt_minor else -f.exempt_minor end)::bigint,"
    "       sum(case f.kind when 'use' then f.taxable_minor else -f.taxable_minor end)::bigint"
    "  from fiscal_event f join employee e on e.book_id = f.book_id and e.employee_id = f.employee_id"
    " where f.book_id = :book and f.plan_id = :plan and f.fiscal_on between :starts and :ends"
    " group by e.employee_id, e.employee_no, e.last_name, e.first_name, e.tax_code,"
    "          f.fiscal_year, f.category, f.source, f.channel"
    " having sum(case f.kind when 'use' then f.exempt_minor else -f.exempt_minor end) <> 0"
    "     or sum(case f.kind when 'use' then f.taxable_minor else -f.taxable_minor end) <> 0"
)
# What the period's tax events say, and the decisions they stand on.
_RULES = sa.text(
    "select 'rule', u.rule from (select distinct unnest(rule_ids) as rule from fiscal_event"
    "   where book_id = :book and plan_id = :plan and fiscal_on between :starts and :ends) u"
    " union all"
    " select distinct 'version', a.rulebook_version from fiscal_event f"
    '   join "authorization" a on a.book_id = f.book_id and a.authorization_id = f.authorization_id'
    "  where f.book_id = :book and f.plan_id = :plan and f.fiscal_on between :starts and :ends"
)
_UNCERTAIN: Final = (Confidence.UNCERTAIN, Confidence.MEMORY)


@dataclass(slots=True)
class _Journal:
    """The rows of journal.sql, sorted by what they are."""

    people: list[EmployeeLine] = field(default_factory=list)
    categories: dict[str, Group] = field(default_factory=dict)
    months: dict[date, tuple[int, int]] = field(default_factory=dict)
    budget: Sequence[int] = ()
    proof: Sequence[int | None] = ()
    recorded_at: datetime | None = None


def gather(
    session: Session, book_id: int, plan_code: str, starts_on: date, ends_on: date, *, reading: Reading
) -> PlanStatement:
    """
    Return a plan's statement over a period, both days included, from the journal, and prove it against the balances.

    The number of statements does not depend on how many people there are. What is held is held now, whatever the
    period; everything else is what occurred in it.

    Units:  minor units.
    Errors: PeriodEndsBeforeStart, PlanNotFound.
    Source: docs/statements.md.
    """
    if ends_on < starts_on:
        raise PeriodEndsBeforeStart(starts_on=starts_on, ends_on=ends_on)
    terms = plans.by_code(session, book_id, plan_code)
    draft = plans.describe(session, book_id, plan_code)
    journal = _read_journal(session, terms, starts_on, ends_on)
    total = _sum(line.movement for line in journal.people)
    period = {"book": book_id, "plan": terms.plan_id, "starts": starts_on, "ends": ends_on}
    return PlanStatement(
        reading=reading,
        plan=_card(session, terms, draft),
        starts_on=starts_on,
        ends_on=ends_on,
        prepared_at=clock.now(),
        budget=Budget(*journal.budget[:5]),
        total=total,
        clusters=_clusters(journal.people, reading),
        categories=_categories(terms, journal.categories, reading),
        employees=tuple(sorted(journal.people, key=_alphabetically)),
        payroll=_payroll(session, period) if reading is Reading.PAYROLL else (),
        months=_months(journal.months, starts_on, ends_on),
        rules=_rules(session, terms, period),
        proof=_proof(session, book_id, journal, total),
    )


def _read_journal(session: Session, terms: PlanTerms, starts_on: date, ends_on: date) -> _Journal:
    journal = _Journal()
    rows = session.execute(
        _JOURNAL,
        {
            "book": terms.book_id,
            "plan": terms.plan_id,
            "starts": starts_on,
            "ends": ends_on,
            "receivable": chart.receivable(terms.code),
            "committed": chart.committed(terms.code),
            "funded": chart.funded(terms.code),
        },
    )
    for tag, key, number, last, first, tax_code, cluster, figures, moment in rows:
        match tag:
            case "person":
                movement = Movement(*figures)
                journal.people.append(EmployeeLine(number or "", last, first, tax_code, cluster or "", movement))
            case "category":
                journal.categories[key] = Group(people=figures[1], amount_minor=figures[0])
            case "month":
                journal.months[date.fromisoformat(key)] = (figures[0], figures[1])
            case "budget":
                journal.budget = figures
            case "proof":
                journal.proof, journal.recorded_at = figures, moment
    return journal


def _sum(movements: Iterable[Movement]) -> Movement:
    total = Movement()
    for movement in movements:
        total = total.plus(movement)
    return total


def _clusters(people: Iterable[EmployeeLine], reading: Reading) -> tuple[ClusterLine, ...]:
    members: dict[str, list[Movement]] = {}
    for person in people:
        members.setdefault(person.cluster, []).append(person.movement)
    sums = {cluster: (len(movements), _sum(movements)) for cluster, movements in members.items()}
    groups = {cluster: Group(count, total.used_minor) for cluster, (count, total) in sums.items()}
    # Whoever knows what was granted reads what was used out of what is left: both are hidden.
    secret = hidden(groups) if reading is Reading.HR else frozenset()
    return tuple(
        ClusterLine(
            cluster,
            count,
            total.granted_net_minor,
            None if cluster in secret else total.used_minor,
            None if cluster in secret else total.residual_minor,
        )
        for cluster, (count, total) in sorted(sums.items())
    )


def _categories(terms: PlanTerms, used: Mapping[str, Group], reading: Reading) -> tuple[CategoryLine, ...]:
    nobody = Group(people=0, amount_minor=0)
    groups = {str(category): used.get(category, nobody) for category in Category if category in terms.categories}
    groups |= {category: group for category, group in used.items() if category not in groups}
    # Each person's fringe total is on the same statement: hiding the category's would protect no other.
    secret = hidden(groups, known=Category.FRINGE) if reading is Reading.HR else frozenset()
    return tuple(
        CategoryLine(category, None, None)
        if category in secret
        else CategoryLine(category, group.people, group.amount_minor)
        for category, group in groups.items()
    )


def _payroll(session: Session, period: Mapping[str, Any]) -> tuple[PayrollLine, ...]:
    lines = [PayrollLine(row[0] or "", *row[1:]) for row in session.execute(_PAYROLL, period)]
    order = {category: place for place, category in enumerate(Category)}
    return tuple(
        sorted(
            lines,
            key=lambda line: (
                *_alphabetically(line),
                line.fiscal_year,
                order.get(Category(line.category), 0),
                line.source,
                line.channel,
            ),
        )
    )


def _months(found: Mapping[date, tuple[int, int]], starts_on: date, ends_on: date) -> tuple[MonthLine, ...]:
    first = starts_on.year * 12 + starts_on.month - 1
    last = ends_on.year * 12 + ends_on.month - 1
    days = [date(month // 12, month % 12 + 1, 1) for month in range(first, last + 1)]
    return tuple(MonthLine(day, *found.get(day, (0, 0))) for day in days)


def _rules(session: Session, terms: PlanTerms, period: Mapping[str, Any]) -> Rules:
    rulebook = loading.load()
    found = [(what, str(value)) for what, value in session.execute(_RULES, period)]
    applied = {value for what, value in found if what == "rule"}
    known = [rulebook.by_id[rule] for rule in applied if rule in rulebook.by_id]
    starts_on, ends_on = period["starts"], period["ends"]
    # What answers changes only where a rule begins: those days and the first are enough.
    days = {starts_on} | {rule.valid_from for rule in rulebook.rows if starts_on < rule.valid_from <= ends_on}
    answering = {rule.id for day in days for rule in rulebook.rules(on=day)}
    in_force = [
        rule
        for rule in rulebook.rows
        if rule.id in answering and rule.confidence in _UNCERTAIN and _concerns(rule, terms)
    ]
    return Rules(
        version=rulebook.version,
        decided_under=tuple(sorted(value for what, value in found if what == "version")),
        applied=len(applied),
        applied_unsigned=sum(not rule.signed_off_by for rule in known) + len(applied) - len(known),
        applied_uncertain=sum(rule.confidence in _UNCERTAIN for rule in known) + len(applied) - len(known),
        interpretations=tuple(
            RuleLine(rule.id, rule.sentence_it, rule.sentence_en, rule.confidence) for rule in in_force
        ),
    )


def _concerns(rule: object, terms: PlanTerms) -> bool:
    """Whether a rule can speak of this plan at all, by the words it is keyed with."""
    categories = set(getattr(rule, "categories", ())) | {getattr(rule, "category", None)} - {None}
    subject = str(getattr(rule, "subject", ""))
    if subject in Category.__members__:
        categories.add(Category(subject))
    if categories and not categories & terms.categories:
        return False
    if subject == "PDR_CONVERSION" and terms.source != "PDR":
        return False
    return getattr(rule, "plan_source", terms.source) == terms.source


def _proof(session: Session, book_id: int, journal: _Journal, total: Movement) -> Proof:
    lots_now, lots_later, budget_now, entries, last_entry, waiting = journal.proof
    head = seals.head(session, book_id)
    seal = Seal(head.seq, head.link_hash.hex(), head.sealed_at) if head is not None else None
    return Proof(
        residual_minor=total.residual_minor,
        ledger_minor=(lots_now or 0) - (lots_later or 0),
        budget_minor=journal.budget[4],
        budget_ledger_minor=(budget_now or 0) - journal.budget[5],
        entries=entries or 0,
        last_entry_id=last_entry,
        last_recorded_at=journal.recorded_at,
        seal=seal,
        waiting=waiting or 0,
    )


def _card(session: Session, terms: PlanTerms, draft: PlanDraft) -> PlanCard:
    funder = funders.of_book(session, terms.book_id)
    act = draft.act
    return PlanCard(
        book_id=terms.book_id,
        funder_name=funder.name,
        vat_number=funder.vat_number,
        plan_id=terms.plan_id,
        code=terms.code,
        name=terms.name,
        source=str(terms.source),
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
        spend_by=terms.spend_by,
        residual_destination=terms.residual_destination,
        document_ref=act.document_ref if act else None,
        signed_on=act.signed_on if act else None,
        deposit_code=act.deposit_code if act else None,
    )


def _alphabetically(line: EmployeeLine | PayrollLine) -> tuple[str, str]:
    plain = unicodedata.normalize("NFKD", line.name)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold(), line.tax_code
