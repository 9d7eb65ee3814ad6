"""Gathers a plan statement: one statement over the journal, and a few over the plan, the tax events and the seals."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock
from ledger import seals
from plans import funders, plans
from plans.plan_file import PlanDraft
from plans.plans import PlanTerms
from plans.rulebook import loading, signing
from plans.rulebook.words import Category, Confidence
from reports import foundation
from reports.errors import ClusterTooSmall, ClusterWithoutCredit, PeriodEndsBeforeStart
from reports.plan_statement import groups, persons, uptake
from reports.plan_statement import journal as journals
from reports.plan_statement.journal import Journal
from reports.plan_statement.model import (
    Budget,
    EmployeeLine,
    MonthLine,
    Movement,
    Overdrawn,
    PayrollLine,
    PlanCard,
    PlanStatement,
    Proof,
    Reading,
    RuleLine,
    Rules,
    Seal,
    Withheld,
)
from reports.plan_statement.suppression import SMALLEST_GROUP, published

# Net of reversals; what a correction cancelled altogether is no line.
_PAYROLL = sa.text(
    "select e.employee_no, e.last_name, e.first_name, e.tax_code, f.fiscal_year, f.category, f.source, f.channel,"
    "       sum(case f.kind when 'use' then f.exempt_minor else -f.exempt_minor end)::bigint,"
    "       sum(case f.kind when 'use' then f.taxable_minor else -f.taxable_minor end)::bigint"
    "  from fiscal_event f join employee e on e.book_id = f.book_id and e.employee_id = f.employee_id"
    " where f.book_id = :book and f.plan_id = :plan and f.fiscal_on between :starts and :ends"
    "   and (cast(:cluster as text) is null or coalesce(e.cluster, '') = :cluster)"
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
# Of each cluster with credit of the plan, the people that a statement of the period counts, as in journal.sql.
_CLUSTERS: Final = sa.text(
    "select coalesce(e.cluster, '') as cluster, count(*) filter (where x.opening <> 0 or x.moved) as people"
    "  from (select l.employee_id, coalesce(bool_or(n.occurred_on between :starts and :ends), false) as moved,"
    "               coalesce(sum(p.delta) filter (where n.occurred_on < :starts), 0) as opening"
    "          from lot l"
    "          left join lateral (select entry_id, -amount_minor as delta from posting"
    "                              where book_id = :book and debit_account_id = l.account_id"
    "                              union all"
    "                             select entry_id, amount_minor from posting"
    "                              where book_id = :book and credit_account_id = l.account_id) p on true"
    "          left join entry n on n.book_id = :book and n.entry_id = p.entry_id"
    "         where l.book_id = :book and l.plan_id = :plan group by 1) x"
    "  join employee e on e.book_id = :book and e.employee_id = x.employee_id"
    " group by 1"
)
_UNCERTAIN: Final = (Confidence.UNCERTAIN, Confidence.MEMORY)


def gather(
    session: Session,
    book_id: int,
    plan_code: str,
    starts_on: date,
    ends_on: date,
    *,
    reading: Reading,
    cluster: str | None = None,
    known_before: datetime | None = None,
) -> PlanStatement:
    """
    Return a plan's statement over a period, both days included, from the journal, and prove it against the balances.

    To the personnel office categories and clusters are told in whole segments of months (`suppression`), from the
    plan's start, and each person's figures of whole months that are over (`persons`). The number of statements does not
    depend on how many people there are. What is held is held now, whatever the period; everything else is what occurred
    in it. With `cluster`, people and credit of that cluster alone, beside the whole plan's budget; the personnel office
    is then told of no group: it could be subtracted.

    With `known_before`, what people used as recorded from that moment on is left out, and so is what is held: whoever
    reads the figures again and again would see each purchase by itself.

    Units:  minor units.
    Errors: PeriodEndsBeforeStart, PlanNotFound, ClusterWithoutCredit, ClusterTooSmall; in this order.
    Source: docs/statements.md.
    """
    if ends_on < starts_on:
        raise PeriodEndsBeforeStart(starts_on=starts_on, ends_on=ends_on)
    terms = plans.by_code(session, book_id, plan_code)
    draft = plans.describe(session, book_id, plan_code)
    # The last day that figures of groups may go up to; they are told from the plan's start, or not at all.
    told = reading is Reading.HR and starts_on == terms.starts_on and cluster is None
    through = persons.last_whole_month(ends_on, clock.today()) if told else None
    if cluster is not None:
        _check_cluster(session, terms, cluster, reading, starts_on, ends_on)
    journal = journals.read(session, terms, starts_on, ends_on, through, cluster, known_before)
    total = _sum(line.movement for line in journal.people)
    period = {"book": book_id, "plan": terms.plan_id, "starts": starts_on, "ends": ends_on, "cluster": cluster}
    last = published(groups.uses(journal, starts_on, through)) if through is not None else None
    if last is not None and not last.groups and any(line.movement.welfare_minor for line in journal.people):
        # Only zeros, from before anybody used anything: they would be read as if nobody had.
        last = None
    withheld = None
    if reading is Reading.HR and last is None:
        withheld = Withheld.TOO_FEW if told else Withheld.LATE_START
        if cluster is not None:
            withheld = Withheld.ONE_CLUSTER
    sums, users = groups.cluster_sums(journal, last), groups.cluster_users(journal, last)
    told_of = groups.totals(sums, ends_on, last, withheld, uptake.total(users, len(journal.people), reading))
    months = _months(journal.months, starts_on, ends_on)
    people_told = persons.told(reading, terms, starts_on, ends_on, clock.today())
    return PlanStatement(
        reading=reading,
        plan=_card(session, terms, draft),
        starts_on=starts_on,
        ends_on=ends_on,
        prepared_at=clock.now(),
        budget=Budget(*journal.budget[:5]),
        total=total,
        groups=told_of,
        clusters=groups.clusters(journal.people, sums, users, reading, told_of),
        categories=groups.categories(terms, journal, last, withheld),
        employees=tuple(sorted(persons.lines(journal.people, reading, told=people_told), key=_alphabetically)),
        payroll=_payroll(session, period) if reading is Reading.PAYROLL else (),
        months=months,
        expiring=uptake.expiring(journal.expiring, reading),
        rules=_rules(session, terms, period, reading),
        proof=_proof(session, book_id, journal, total, _overdrawn(journal.people, total, months, starts_on, ends_on)),
        people_told=people_told,
        whole_months=persons.whole_months(terms, starts_on, ends_on, clock.today()),
        standing=foundation.standing(session, [book_id], starts_on, ends_on),
        cluster=cluster,
        known_before=known_before,
    )


def _check_cluster(
    session: Session, terms: PlanTerms, cluster: str, reading: Reading, starts_on: date, ends_on: date
) -> None:
    asked = {"book": terms.book_id, "plan": terms.plan_id, "starts": starts_on, "ends": ends_on}
    rows = session.execute(_CLUSTERS, asked)
    people = {row.cluster: row.people for row in rows}
    if cluster not in people:
        raise ClusterWithoutCredit(plan=terms.code, cluster=cluster)
    # The whole plan less one cluster is what the others used: none of them may be small.
    if reading is Reading.HR and any(0 < count < SMALLEST_GROUP for count in people.values()):
        raise ClusterTooSmall(plan=terms.code, people=SMALLEST_GROUP)


def _sum(movements: Iterable[Movement]) -> Movement:
    total = Movement()
    for movement in movements:
        total = total.plus(movement)
    return total


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


def _months(found: Mapping[date, tuple[int, int, int]], starts_on: date, ends_on: date) -> tuple[MonthLine, ...]:
    return tuple(MonthLine(day, *found.get(day, (0, 0, 0))) for day in journals.first_days(starts_on, ends_on))


def _overdrawn(
    people: Iterable[EmployeeLine], total: Movement, months: Iterable[MonthLine], starts_on: date, ends_on: date
) -> Overdrawn | None:
    """Return the first residual below zero: the plan's or a person's at both ends, the plan's at each month's end."""
    openings, residuals = [total.opening_minor], [total.residual_minor]
    for person in people:
        openings.append(person.movement.opening_minor)
        residuals.append(person.movement.residual_minor)
    residual = total.opening_minor
    ends = [Overdrawn(starts_on - timedelta(days=1), min(openings))]
    for month in months:
        residual += month.change_minor
        ends.append(Overdrawn(min(journals.last_day(month.month), ends_on), residual))
    ends.append(Overdrawn(ends_on, min(residuals)))
    return next((end for end in ends if end.amount_minor < 0), None)


def _rules(session: Session, terms: PlanTerms, period: Mapping[str, Any], reading: Reading) -> Rules:
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
    standing = signing.standing(session, rulebook)
    unsigned = len(applied - standing.signatures.keys())
    uncertain = sum(rule.confidence in _UNCERTAIN for rule in known) + len(applied) - len(known)
    payroll = reading is Reading.PAYROLL
    return Rules(
        version=rulebook.version,
        signed=standing.signed,
        total=standing.total,
        decided_under=tuple(sorted(value for what, value in found if what == "version")),
        applied=len(applied) if payroll else None,
        applied_unsigned=unsigned if payroll else None,
        applied_uncertain=uncertain if payroll else None,
        interpretations=tuple(
            RuleLine(rule.id, rule.sentence_it, rule.sentence_en, rule.confidence, standing.signatures.get(rule.id))
            for rule in in_force
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


def _proof(session: Session, book_id: int, journal: Journal, total: Movement, overdrawn: Overdrawn | None) -> Proof:
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
        overdrawn=overdrawn,
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
