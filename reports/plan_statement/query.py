"""Gathers a plan statement: one statement over the journal, and a few over the plan, the tax events and the seals."""

from __future__ import annotations

import unicodedata
from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from importlib.resources import files
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
from reports.errors import ClusterTooSmall, ClusterWithoutCredit, PeriodEndsBeforeStart
from reports.plan_statement import uptake
from reports.plan_statement.model import (
    Budget,
    CategoryLine,
    ClusterLine,
    EmployeeLine,
    Groups,
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
from reports.plan_statement.suppression import SMALLEST_GROUP, Group, Published, Uses, hidden, published
from wallet import chart

_JOURNAL = sa.text((files("reports.plan_statement") / "journal.sql").read_text("utf-8"))
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
_CLUSTERS: Final = sa.text(
    "select coalesce(e.cluster, '') as cluster, count(distinct e.employee_id) as people"
    "  from lot l join employee e on e.book_id = l.book_id and e.employee_id = l.employee_id"
    " where l.book_id = :book and l.plan_id = :plan group by 1"
)
_UNCERTAIN: Final = (Confidence.UNCERTAIN, Confidence.MEMORY)


@dataclass(slots=True)
class _Journal:
    """The rows of journal.sql, sorted by what they are."""

    people: list[EmployeeLine] = field(default_factory=list)
    # Each person's number in the rows of use.
    places: dict[int, str] = field(default_factory=dict)
    categories: dict[str, Group] = field(default_factory=dict)
    expiring: dict[date, dict[int, int]] = field(default_factory=dict)
    months: dict[date, tuple[int, int, int]] = field(default_factory=dict)
    # What may be told month by month: each person's use of each category, and each cluster's figures.
    uses: defaultdict[date, dict[str, dict[int, int]]] = field(default_factory=lambda: defaultdict(dict))
    clusters: list[tuple[date, str, Sequence[int]]] = field(default_factory=list)
    budget: Sequence[int] = ()
    proof: Sequence[int | None] = ()
    recorded_at: datetime | None = None


def gather(
    session: Session,
    book_id: int,
    plan_code: str,
    starts_on: date,
    ends_on: date,
    *,
    reading: Reading,
    cluster: str | None = None,
) -> PlanStatement:
    """
    Return a plan's statement over a period, both days included, from the journal, and prove it against the balances.

    To the personnel office categories and clusters are told in whole segments of months (`suppression`), from the
    plan's start. The number of statements does not depend on how many people there are. What is held is held now,
    whatever the period; everything else is what occurred in it. With `cluster`, people and credit of that cluster
    alone, beside the whole plan's budget; the personnel office is then told of no group: it could be subtracted.

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
    through = _last_whole_month(ends_on) if told else None
    if cluster is not None:
        _check_cluster(session, terms, cluster, reading)
    journal = _read_journal(session, terms, starts_on, ends_on, through, cluster)
    total = _sum(line.movement for line in journal.people)
    period = {"book": book_id, "plan": terms.plan_id, "starts": starts_on, "ends": ends_on, "cluster": cluster}
    last = published(_uses(journal, starts_on, through)) if through is not None else None
    if last is not None and not last.groups and any(line.movement.welfare_minor for line in journal.people):
        # Only zeros, from before anybody used anything: they would be read as if nobody had.
        last = None
    withheld = None
    if reading is Reading.HR and last is None:
        withheld = Withheld.TOO_FEW if told else Withheld.LATE_START
        if cluster is not None:
            withheld = Withheld.ONE_CLUSTER
    sums, users = _cluster_sums(journal, last), _cluster_users(journal, last)
    groups = _groups(sums, ends_on, last, withheld, uptake.total(users, len(journal.people), reading))
    months = _months(journal.months, starts_on, ends_on)
    return PlanStatement(
        reading=reading,
        plan=_card(session, terms, draft),
        starts_on=starts_on,
        ends_on=ends_on,
        prepared_at=clock.now(),
        budget=Budget(*journal.budget[:5]),
        total=total,
        groups=groups,
        clusters=_clusters(journal.people, sums, users, reading, groups),
        categories=_categories(terms, journal, last, withheld),
        employees=tuple(sorted(journal.people, key=_alphabetically)),
        payroll=_payroll(session, period) if reading is Reading.PAYROLL else (),
        months=months,
        expiring=uptake.expiring(journal.expiring, reading),
        rules=_rules(session, terms, period, reading),
        proof=_proof(session, book_id, journal, total, _overdrawn(journal.people, total, months, starts_on, ends_on)),
        cluster=cluster,
    )


def _last_whole_month(ends_on: date) -> date:
    """Return the last day of the last month that is whole by the end of a period, and over today."""
    day = timedelta(days=1)
    return (min(ends_on, clock.today() - day) + day).replace(day=1) - day


def _check_cluster(session: Session, terms: PlanTerms, cluster: str, reading: Reading) -> None:
    rows = session.execute(_CLUSTERS, {"book": terms.book_id, "plan": terms.plan_id})
    people = {row.cluster: row.people for row in rows}
    if cluster not in people:
        raise ClusterWithoutCredit(plan=terms.code, cluster=cluster)
    # The whole plan less one cluster is what the others used: none of them may be small.
    if reading is Reading.HR and min(people.values()) < SMALLEST_GROUP:
        raise ClusterTooSmall(plan=terms.code, people=SMALLEST_GROUP)


def _read_journal(
    session: Session, terms: PlanTerms, starts_on: date, ends_on: date, through: date | None, cluster: str | None
) -> _Journal:
    journal = _Journal()
    rows = session.execute(
        _JOURNAL,
        {
            "book": terms.book_id,
            "plan": terms.plan_id,
            "starts": starts_on,
            "ends": ends_on,
            "through": through,
            "cluster": cluster,
            "receivable": chart.receivable(terms.code),
            "committed": chart.committed(terms.code),
            "funded": chart.funded(terms.code),
        },
    )
    for tag, key, number, last, first, tax_code, cluster, figures, moment in rows:
        match tag:
            case "person":
                movement = Movement(*figures[:-1])
                journal.places[figures[-1]] = cluster or ""
                journal.people.append(EmployeeLine(number or "", last, first, tax_code, cluster or "", movement))
            case "category":
                journal.categories[key] = Group(people=figures[1], amount_minor=figures[0])
            case "month":
                journal.months[date.fromisoformat(key)] = tuple(figures)
            case "use":
                journal.uses[date.fromisoformat(number)][key] = _halves(figures)
            case "expiring":
                journal.expiring[date.fromisoformat(key)] = _halves(figures)
            case "cluster":
                journal.clusters.append((date.fromisoformat(number), key, figures))
            case "budget":
                journal.budget = figures
            case "proof":
                journal.proof, journal.recorded_at = figures, moment
    return journal


def _halves(figures: Sequence[int]) -> dict[int, int]:
    """Return the amounts of the second half by the numbers of the first."""
    half = len(figures) // 2
    return dict(zip(figures[:half], figures[half:], strict=True))


def _sum(movements: Iterable[Movement]) -> Movement:
    total = Movement()
    for movement in movements:
        total = total.plus(movement)
    return total


def _uses(journal: _Journal, starts_on: date, through: date) -> Iterator[tuple[date, Uses]]:
    for month in _first_days(starts_on, through):
        # What was used in fringe benefits is told of each person: it neither hides nor reveals.
        uses = journal.uses.get(month, {})
        yield month, {category: amounts for category, amounts in uses.items() if category != Category.FRINGE}


def _cluster_sums(journal: _Journal, last: Published | None) -> dict[str, tuple[int, int, int]]:
    """Return what each cluster was granted, used and has left: over the period, or up to what could be told."""
    sums: dict[str, tuple[int, int, int]] = {}
    for person in journal.people:
        moved = person.movement
        figures = (moved.granted_net_minor, moved.used_minor, moved.residual_minor)
        sums[person.cluster] = _plus(
            sums.get(person.cluster, (0, 0, 0)), figures if last is None else (0, 0, moved.opening_minor)
        )
    for month, cluster, (granted, used, change) in journal.clusters:
        if last is not None and month <= last.month:
            sums[cluster] = _plus(sums[cluster], (granted, used, change))
    return sums


def _cluster_users(journal: _Journal, last: Published | None) -> dict[str, int]:
    """Return how many people of each cluster used something: over the period, or up to what could be told."""
    if last is None:
        return Counter(person.cluster for person in journal.people if person.movement.used_minor > 0)
    used: Counter[int] = Counter()
    for month, uses in journal.uses.items():
        if month <= last.month:
            for amounts in uses.values():
                used.update(amounts)
    return Counter(journal.places[place] for place, amount in used.items() if amount > 0)


def _plus(one: tuple[int, int, int], other: tuple[int, int, int]) -> tuple[int, int, int]:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def _groups(
    sums: Mapping[str, tuple[int, int, int]],
    ends_on: date,
    last: Published | None,
    withheld: Withheld | None,
    users: int | None,
) -> Groups:
    total = (0, 0, 0)
    for figures in sums.values():
        total = _plus(total, figures)
    if withheld is not None:
        return Groups(None, withheld, *total, users=users)
    return Groups(ends_on if last is None else _last_day(last.month), None, *total, users=users)


def _clusters(
    people: Iterable[EmployeeLine],
    sums: Mapping[str, tuple[int, int, int]],
    users: Mapping[str, int],
    reading: Reading,
    groups: Groups,
) -> tuple[ClusterLine, ...]:
    counts = Counter(person.cluster for person in people)
    secret = frozenset(sums) if groups.withheld is not None else frozenset()
    if reading is Reading.HR and groups.withheld is None:
        # Whoever knows what was granted reads what was used out of what is left: both are hidden.
        secret = hidden({cluster: Group(counts[cluster], used) for cluster, (_, used, _) in sums.items()})
    shown = uptake.by_cluster(users, counts, reading, secret)
    return tuple(
        ClusterLine(cluster, counts[cluster], granted, None, None)
        if cluster in secret
        else ClusterLine(cluster, counts[cluster], granted, used, residual, shown[cluster])
        for cluster, (granted, used, residual) in sorted(sums.items())
    )


def _categories(
    terms: PlanTerms, journal: _Journal, last: Published | None, withheld: Withheld | None
) -> tuple[CategoryLine, ...]:
    nobody = Group(people=0, amount_minor=0)
    lines: dict[str, Group | None] = {str(category): nobody for category in Category if category in terms.categories}
    if withheld is not None:
        # A category the plan has no more is not even named: that it stands there would tell that somebody used it.
        lines = dict.fromkeys(lines)
        fringe = journal.categories.get(Category.FRINGE)
        if fringe is not None or Category.FRINGE in lines:
            lines[str(Category.FRINGE)] = fringe or nobody
    elif last is not None:
        lines |= last.groups
        if (fringe := _fringe(journal, last)) is not None:
            lines[str(Category.FRINGE)] = fringe
    else:
        lines |= journal.categories
    return tuple(
        CategoryLine(category, None, None)
        if group is None
        else CategoryLine(category, group.people, group.amount_minor)
        for category, group in lines.items()
    )


def _fringe(journal: _Journal, last: Published) -> Group | None:
    """Return what was used in fringe benefits up to what could be told; each person's is told anyway."""
    used: Counter[int] = Counter()
    for month, uses in journal.uses.items():
        if month <= last.month:
            used.update(uses.get(Category.FRINGE, {}))
    return Group(sum(amount != 0 for amount in used.values()), used.total()) if used else None


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
    return tuple(MonthLine(day, *found.get(day, (0, 0, 0))) for day in _first_days(starts_on, ends_on))


def _first_days(starts_on: date, ends_on: date) -> list[date]:
    """Return the first day of each month that a period touches."""
    first = starts_on.year * 12 + starts_on.month - 1
    last = ends_on.year * 12 + ends_on.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(first, last + 1)]


def _last_day(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])


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
        ends.append(Overdrawn(min(_last_day(month.month), ends_on), residual))
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


def _proof(session: Session, book_id: int, journal: _Journal, total: Movement, overdrawn: Overdrawn | None) -> Proof:
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
