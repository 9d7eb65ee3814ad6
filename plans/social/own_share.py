"""
The plan under which a citizen's own money stands beside a municipality's voucher.

A lot has one plan and one source: what the municipality gives and what the citizen adds are two lots of one wallet. The
citizen's is of source PRIVATE under a plan of its own, opened with the first share and made after the municipality's.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock, ids
from plans import plans
from plans.plans import PlanTerms
from plans.rows import Plan, table
from plans.rulebook.words import Entitlement, PlanSource
from plans.words import FundingPolicy, Residual, TaxablePolicy

_PLAN = table(Plan)
# Own money is never chosen before credit that was given.
_LAST = 32767


def code_of(terms: PlanTerms) -> str:
    """Name the plan of citizens' own shares beside a municipality's plan."""
    return f"{terms.code}-QUOTA"


def beside(session: Session, terms: PlanTerms) -> PlanTerms:
    """Return the plan of citizens' own shares beside a municipality's plan; open it if it is not there yet."""
    code = code_of(terms)
    known = sa.select(_PLAN.c.plan_id).where(_PLAN.c.book_id == terms.book_id, _PLAN.c.code == code)
    if session.scalar(known) is None:
        session.execute(
            sa.insert(_PLAN).values(
                book_id=terms.book_id,
                plan_id=ids.new("pln"),
                code=code,
                name=f"Quota del cittadino, {terms.name}",
                source=str(PlanSource.PRIVATE),
                starts_on=terms.starts_on,
                ends_on=terms.ends_on,
                spend_by=terms.spend_by,
                carry_over_months=0,
                residual_destination=str(Residual.EMPLOYER),
                leaver_grace_days=0,
                # What was paid is there: nothing is granted before it.
                funding_policy=str(FundingPolicy.PREFUNDED),
                taxable_policy=str(TaxablePolicy.REFUSE),
                entitlement=str(Entitlement.AD_PERSONAM),
                priority=_LAST,
                unilateral_change=False,
                categories=sorted(terms.categories),
                channels=sorted(terms.channels),
                created_at=clock.now(),
            )
        )
    return plans.by_code(session, terms.book_id, code)
