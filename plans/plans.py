"""Plans: loading what a funder wrote, and the terms that every purchase is held to."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from moneyed import Money
from sqlalchemy.orm import Session

from config import database, ids, money
from plans import draft_checks, funders
from plans.errors import PlanChanged, PlanNotFound
from plans.plan_file import Act, ClusterDraft, PlanDraft
from plans.rows import Plan, PlanCluster, table
from plans.rulebook.model import Rulebook
from plans.rulebook.words import Category, Channel, Entitlement, PlanSource
from plans.words import FundingPolicy, Residual, SourceType, TaxablePolicy


class Outcome(StrEnum):
    """What loading a plan did."""

    CREATED = "CREATED"
    UNCHANGED = "UNCHANGED"
    REVISED = "REVISED"


@dataclass(frozen=True, slots=True)
class PlanLoad:
    """The plan loaded, what loading did, and the keys that a revision changed."""

    plan_id: str
    outcome: Outcome
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """What a purchase, a grant or the clock is held to under one plan."""

    book_id: int
    plan_id: str
    code: str
    name: str
    source: PlanSource
    entitlement: Entitlement
    starts_on: date
    ends_on: date
    spend_by: date
    carry_over_months: int
    residual_destination: Residual
    leaver_grace_days: int
    funding_policy: FundingPolicy
    taxable_policy: TaxablePolicy
    priority: int
    source_type: SourceType | None
    unilateral_change: bool
    categories: frozenset[Category]
    channels: frozenset[Channel]

    def carried_until(self) -> date:
        """Return the last day of credit carried over; `spend_by` itself where the plan carries nothing over."""
        return _months_later(self.spend_by, self.carry_over_months)

    def last_day(self, expires_on: date, left_on: date | None) -> date:
        """Return the last day a lot can be spent: its expiry, or earlier the end of a leaver's grace; both included."""
        if left_on is None:
            return expires_on
        return min(expires_on, left_on + timedelta(days=self.leaver_grace_days))


def load(
    session: Session,
    book_id: int,
    draft: PlanDraft,
    *,
    rulebook: Rulebook,
    created_at: datetime,
    revise: bool = False,
) -> PlanLoad:
    """
    Write down a plan; the same content again changes nothing, other content under the same code is a revision.

    Whether a plan that credit was granted under may still be revised is for the caller to know.
    Errors: FunderNotFound, PlanIncomplete, PlanEndsBeforeStart, PlanSpentBeforeStart, PlanSourceNotOfFunder,
            PlanActMissing, PlanActUnexpected, PlanCreditDiverted, PlanAgreementMissing, ClustersMissing,
            ClustersUnexpected, ClusterRepeated, AdPersonamExcluded, PlanChanged; in this order.
    """
    draft_checks.check(draft, funders.of_book(session, book_id).kind, rulebook, created_at)
    known = _find(session, book_id, draft.code)
    if known is None:
        return PlanLoad(_insert(session, book_id, draft, created_at), Outcome.CREATED)
    plan_id, written = known
    changed = _differences(written, draft)
    if not changed:
        return PlanLoad(plan_id, Outcome.UNCHANGED)
    if not revise:
        raise PlanChanged(plan=draft.code, keys=changed)

    _update(session, book_id, plan_id, draft)
    return PlanLoad(plan_id, Outcome.REVISED, changed)


def terms(session: Session, book_id: int, plan_ids: Iterable[str]) -> Mapping[str, PlanTerms]:
    """
    Return the terms of some plans by id, in one statement.

    Errors: PlanNotFound for the first id that is not this book's.
    """
    asked = list(dict.fromkeys(plan_ids))
    found = {row.plan_id: _terms(row) for row in database.rows(session, _TERMS, {"book": book_id, "plans": asked})}
    for plan_id in asked:
        if plan_id not in found:
            raise _not_found(session, book_id, plan_id)
    return found


def by_code(session: Session, book_id: int, code: str) -> PlanTerms:
    """
    Return the terms of the plan with this code.

    Errors: PlanNotFound.
    """
    row = session.execute(_TERMS_BY_CODE, {"book": book_id, "code": code}).one_or_none()
    if row is None:
        raise _not_found(session, book_id, code)
    return _terms(row)


def _not_found(session: Session, book_id: int, asked: str) -> PlanNotFound:
    return PlanNotFound(plan=asked, known=[terms.code for terms in of_book(session, book_id)] or ["-"])


def of_book(session: Session, book_id: int) -> tuple[PlanTerms, ...]:
    """Return the terms of every plan of a book, the oldest first."""
    return tuple(_terms(row) for row in session.execute(_TERMS_OF_BOOK, {"book": book_id}))


def describe(session: Session, book_id: int, code: str) -> PlanDraft:
    """
    Return a plan whole, as it was written.

    Errors: PlanNotFound.
    """
    known = _find(session, book_id, code)
    if known is None:
        raise _not_found(session, book_id, code)
    return known[1]


# -- rows ------------------------------------------------------------------------------------------------------------

_PLAN, _CLUSTER = table(Plan), table(PlanCluster)

_TERM_COLUMNS = [_PLAN.c[field.name] for field in fields(PlanTerms)]
_TERMS_IN_BOOK = sa.select(*_TERM_COLUMNS).where(Plan.book_id == sa.bindparam("book", type_=sa.Integer))
_TERMS = database.rendered(
    _TERMS_IN_BOOK.where(Plan.plan_id == sa.any_(sa.bindparam("plans", type_=sa.ARRAY(sa.Text))))
)
_TERMS_BY_CODE = _TERMS_IN_BOOK.where(Plan.code == sa.bindparam("code", type_=sa.Text))
_TERMS_OF_BOOK = _TERMS_IN_BOOK.order_by(Plan.starts_on, Plan.code)


def _terms(row: Any) -> PlanTerms:
    return PlanTerms(
        book_id=row.book_id,
        plan_id=row.plan_id,
        code=row.code,
        name=row.name,
        source=PlanSource(row.source),
        entitlement=Entitlement(row.entitlement),
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        spend_by=row.spend_by,
        carry_over_months=row.carry_over_months,
        residual_destination=Residual(row.residual_destination),
        leaver_grace_days=row.leaver_grace_days,
        funding_policy=FundingPolicy(row.funding_policy),
        taxable_policy=TaxablePolicy(row.taxable_policy),
        priority=row.priority,
        source_type=None if row.source_type is None else SourceType(row.source_type),
        unilateral_change=row.unilateral_change,
        categories=frozenset(map(Category, row.categories)),
        channels=frozenset(map(Channel, row.channels)),
    )


def _insert(session: Session, book_id: int, draft: PlanDraft, created_at: datetime) -> str:
    plan_id = ids.new("pln")
    values = _plan_values(draft)
    session.execute(sa.insert(_PLAN).values(book_id=book_id, plan_id=plan_id, created_at=created_at, **values))
    _insert_clusters(session, book_id, plan_id, draft.clusters)
    return plan_id


def _update(session: Session, book_id: int, plan_id: str, draft: PlanDraft) -> None:
    here = (_PLAN.c.book_id == book_id, _PLAN.c.plan_id == plan_id)
    session.execute(sa.update(_PLAN).where(*here).values(**_plan_values(draft)))
    session.execute(sa.delete(_CLUSTER).where(_CLUSTER.c.book_id == book_id, _CLUSTER.c.plan_id == plan_id))
    _insert_clusters(session, book_id, plan_id, draft.clusters)


def _insert_clusters(session: Session, book_id: int, plan_id: str, clusters: tuple[ClusterDraft, ...]) -> None:
    rows = [
        {
            "book_id": book_id,
            "plan_id": plan_id,
            "cluster": cluster.cluster,
            "description": cluster.description,
            "amount_minor": _minor(cluster.amount),
        }
        for cluster in clusters
    ]
    if rows:
        session.execute(sa.insert(_CLUSTER), rows)


def _plan_values(draft: PlanDraft) -> dict[str, object]:
    act = draft.act
    return {
        "code": draft.code,
        "name": draft.name,
        "source": str(draft.source),
        "starts_on": draft.starts_on,
        "ends_on": draft.ends_on,
        "spend_by": draft.spend_by,
        "carry_over_months": draft.carry_over_months,
        "residual_destination": str(draft.residual_destination),
        "leaver_grace_days": draft.leaver_grace_days,
        "funding_policy": str(draft.funding_policy),
        "taxable_policy": str(draft.taxable_policy),
        "entitlement": str(draft.entitlement),
        "amount_minor": _minor(draft.amount),
        "priority": draft.priority,
        "source_type": str(act.source_type) if act else None,
        "document_ref": act.document_ref if act else None,
        "signed_on": act.signed_on if act else None,
        "deposit_code": act.deposit_code if act else None,
        "unilateral_change": act.unilateral_change if act else False,
        "categories": sorted(map(str, draft.categories)),
        "channels": sorted(map(str, draft.channels)),
    }


def _find(session: Session, book_id: int, code: str) -> tuple[str, PlanDraft] | None:
    plan = session.execute(sa.select(*_PLAN.c).where(_PLAN.c.book_id == book_id, _PLAN.c.code == code)).one_or_none()
    if plan is None:
        return None
    clusters = session.execute(
        sa.select(PlanCluster.cluster, PlanCluster.description, PlanCluster.amount_minor).where(
            PlanCluster.book_id == book_id, PlanCluster.plan_id == plan.plan_id
        )
    )
    drafts = tuple(ClusterDraft(row.cluster, row.description, _money(row.amount_minor)) for row in clusters)
    return plan.plan_id, _draft(plan, drafts)


def _draft(plan: sa.Row[*tuple[Any, ...]], clusters: tuple[ClusterDraft, ...]) -> PlanDraft:
    act = None
    if plan.source_type is not None:
        act = Act(
            SourceType(plan.source_type), plan.document_ref, plan.signed_on, plan.deposit_code, plan.unilateral_change
        )
    return PlanDraft(
        code=plan.code,
        name=plan.name,
        source=PlanSource(plan.source),
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        spend_by=plan.spend_by,
        entitlement=Entitlement(plan.entitlement),
        funding_policy=FundingPolicy(plan.funding_policy),
        taxable_policy=TaxablePolicy(plan.taxable_policy),
        categories=frozenset(map(Category, plan.categories)),
        channels=frozenset(map(Channel, plan.channels)),
        carry_over_months=plan.carry_over_months,
        residual_destination=Residual(plan.residual_destination),
        leaver_grace_days=plan.leaver_grace_days,
        amount=_money(plan.amount_minor),
        priority=plan.priority,
        act=act,
        clusters=clusters,
    )


def _differences(written: PlanDraft, draft: PlanDraft) -> tuple[str, ...]:
    changed = [
        field.name
        for field in fields(PlanDraft)
        if field.name != "clusters" and getattr(written, field.name) != getattr(draft, field.name)
    ]
    # The order of clusters in the file means nothing.
    if set(written.clusters) != set(draft.clusters):
        changed.append("clusters")
    return tuple(changed)


def _minor(amount: Money | None) -> int | None:
    return None if amount is None else money.minor(amount)


def _money(amount_minor: int | None) -> Money | None:
    return None if amount_minor is None else money.from_minor(amount_minor)


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
