"""What a plan must be before it is written down: whole, of a source its funder has, and within the law."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

from config import clock, money
from plans.errors import (
    AdPersonamExcluded,
    ClusterRepeated,
    ClustersMissing,
    ClustersUnexpected,
    PlanActMissing,
    PlanActUnexpected,
    PlanAgreementMissing,
    PlanCreditDiverted,
    PlanEndsBeforeStart,
    PlanIncomplete,
    PlanSourceNotOfFunder,
    PlanSpentBeforeStart,
)
from plans.plan_file import PlanDraft
from plans.rulebook.model import Rulebook
from plans.rulebook.words import Entitlement, PlanSource
from plans.words import FunderKind, SourceType

_SOURCES = {
    FunderKind.EMPLOYER: {PlanSource.ON_TOP, PlanSource.CCNL, PlanSource.PDR},
    FunderKind.MUNICIPALITY: {PlanSource.MUNICIPAL},
    FunderKind.PRIVATE: {PlanSource.PRIVATE},
}

# The same bounds as the table's own, so that people get a sentence instead of a constraint's name.
_BOUNDS = {"carry_over_months": (0, 60), "leaver_grace_days": (0, 730), "priority": (0, 32767)}
# Far enough from both ends of the calendar to count days and months from it, as everywhere else.
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)


def check(draft: PlanDraft, kind: FunderKind, rulebook: Rulebook, created_at: datetime) -> None:
    """
    Refuse a plan that a funder of this kind cannot have, by the rules as known when it is created.

    Errors: PlanIncomplete, PlanEndsBeforeStart, PlanSpentBeforeStart, PlanSourceNotOfFunder, PlanActMissing,
            PlanActUnexpected, PlanCreditDiverted, PlanAgreementMissing, ClustersMissing, ClustersUnexpected,
            ClusterRepeated, AdPersonamExcluded; in this order.
    """
    _check_form(draft)
    _check_source(draft, kind)
    _check_clusters(draft)
    _check_entitlement(draft, rulebook, created_at)


def _check_form(draft: PlanDraft) -> None:
    for key in ("code", "name", "categories", "channels"):
        if not getattr(draft, key):
            raise PlanIncomplete(plan=draft.code, key=key, value=getattr(draft, key))
    for key, (least, most) in _BOUNDS.items():
        if not least <= getattr(draft, key) <= most:
            raise PlanIncomplete(plan=draft.code, key=key, value=getattr(draft, key))
    for key in ("starts_on", "ends_on", "spend_by"):
        if not _FIRST_DAY <= getattr(draft, key) <= _LAST_DAY:
            raise PlanIncomplete(plan=draft.code, key=key, value=getattr(draft, key))
    for key, amount in (("amount", draft.amount), *((f"clusters.{c.cluster}", c.amount) for c in draft.clusters)):
        if amount is not None and not 0 < money.minor(amount) <= money.MAX_MINOR:
            raise PlanIncomplete(plan=draft.code, key=key, value=amount)
    if draft.ends_on <= draft.starts_on:
        raise PlanEndsBeforeStart(plan=draft.code, starts_on=draft.starts_on, ends_on=draft.ends_on)
    if draft.spend_by < draft.starts_on:
        raise PlanSpentBeforeStart(plan=draft.code, starts_on=draft.starts_on, spend_by=draft.spend_by)


def _check_source(draft: PlanDraft, kind: FunderKind) -> None:
    if draft.source not in _SOURCES[kind]:
        raise PlanSourceNotOfFunder(plan=draft.code, source=draft.source, kind=kind)
    if kind is not FunderKind.EMPLOYER:
        if draft.act is not None:
            raise PlanActUnexpected(plan=draft.code, source=draft.source)
        if diverted := draft.diverted():
            raise PlanCreditDiverted(plan=draft.code, source=draft.source, keys=diverted)
        return
    if draft.act is None:
        raise PlanActMissing(plan=draft.code)
    if draft.source is PlanSource.PDR and draft.act.source_type is not SourceType.COMPANY_AGREEMENT:
        raise PlanAgreementMissing(plan=draft.code, act=draft.act.source_type)


def _check_clusters(draft: PlanDraft) -> None:
    if draft.entitlement is Entitlement.CLUSTER and not draft.clusters:
        raise ClustersMissing(plan=draft.code)
    if draft.entitlement is not Entitlement.CLUSTER and draft.clusters:
        raise ClustersUnexpected(plan=draft.code, entitlement=draft.entitlement)
    counted = Counter(cluster.cluster for cluster in draft.clusters)
    if repeated := sorted(name for name, times in counted.items() if times > 1):
        raise ClusterRepeated(plan=draft.code, clusters=repeated)
    for cluster in draft.clusters:
        if not cluster.cluster or not cluster.description:
            raise PlanIncomplete(plan=draft.code, key="clusters", value=cluster.cluster or cluster.description)


def _check_entitlement(draft: PlanDraft, rulebook: Rulebook, created_at: datetime) -> None:
    if draft.entitlement is not Entitlement.AD_PERSONAM:
        return
    known_at = created_at.astimezone(clock.ROME).date()
    source = rulebook.sources.at(draft.source, draft.starts_on, known_at)
    if source is not None and not source.employment_income:
        return
    excluded = []
    for category in sorted(draft.categories):
        rule = rulebook.entitlements.at(category, draft.starts_on, known_at)
        if rule is None or not rule.ad_personam:
            excluded.append(category)
    if excluded:
        raise AdPersonamExcluded(plan=draft.code, categories=excluded)
