"""Budgets: a file that an office sends, checked row by row, then loaded whole and once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import ids, money
from plans import budgets, people, plans
from plans.budgets import BudgetCheck
from plans.plans import PlanTerms
from wallet import budget_loads, chart, funding, grants
from wallet.errors import BudgetContentRepeated, BudgetFileRefused, BudgetLoadUndone, BudgetReferenceChanged
from wallet.grants import Grant
from wallet.tables import BudgetLoad


class Outcome(StrEnum):
    """What loading a budget file did."""

    LOADED = "LOADED"
    UNCHANGED = "UNCHANGED"


@dataclass(frozen=True, slots=True)
class Load:
    """A budget file after its load; `total_minor` in minor units."""

    load_id: str
    outcome: Outcome
    reference: str
    rows: int
    total_minor: int


@dataclass(frozen=True, slots=True)
class Against:
    """What a file meets that is no mistake of its own: the plan's money, and an earlier load of the same content."""

    grantable_minor: int
    loaded_as: str | None


def check(
    session: Session,
    book_id: int,
    plan_code: str,
    path: Path,
    *,
    expect_total_minor: int | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> BudgetCheck:
    """
    Hold a budget file against its plan and the people known, and report every problem.

    Errors: PlanNotFound, OwnMoneyNeedsReceipt; what is wrong with the file is in the result.
    """
    terms = plans.by_code(session, book_id, plan_code)
    grants.refuse_apart(terms)
    return budgets.check(
        path,
        _budget_terms(session, terms),
        people.roster(session, book_id),
        expect_total_minor=expect_total_minor,
        on_progress=on_progress,
    )


def against(session: Session, book_id: int, plan_code: str, checked: BudgetCheck) -> Against:
    """
    Say what a load of a file that was checked would meet beyond the file itself.

    Errors: PlanNotFound.
    """
    terms = plans.by_code(session, book_id, plan_code)
    same = budget_loads.same_content(session, book_id, terms.plan_id, checked.content_hash)
    return Against(funding.state(session, terms).grantable_minor, same if len(checked.rows) else None)


def load(
    session: Session,
    book_id: int,
    plan_code: str,
    path: Path,
    *,
    reference: str,
    on: date,
    actor: str,
    repeat: bool = False,
    expect_total_minor: int | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> Load:
    """
    Grant what a budget file says: all of it or nothing, posted as one batch.

    Idempotent by content: the same content under the same reference changes nothing. A second session with the same
    file waits for the first and then finds its load. `repeat` grants the same content again under a new reference
    (a monthly twelfth is the same file every month).

    Errors: those of `check`, BudgetReferenceChanged, BudgetLoadUndone, BudgetContentRepeated, BudgetFileRefused (its
            `check` holds every problem), BudgetNotFunded, PeriodClosed, OccurredInFuture.
    """
    terms = plans.by_code(session, book_id, plan_code)
    # The file is checked, from here on, against the terms it is granted under: a revision waits, or was waited for.
    chart.lock_plan(session, book_id, terms.plan_id)
    # One load of a plan at a time: the second sees what the first granted.
    session.execute(
        sa.text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"),
        {"name": f"budget:{book_id}:{terms.plan_id}"},
    )
    earlier = _find(session, terms, reference)
    checked = check(session, book_id, plan_code, path, expect_total_minor=expect_total_minor, on_progress=on_progress)
    if earlier is not None:
        # A load that is there is compared before it is checked: once granted, it fits the budget no more.
        if earlier.content_hash != checked.content_hash:
            raise BudgetReferenceChanged(reference=reference)
        if budget_loads.is_undone(session, book_id, earlier.load_id):
            raise BudgetLoadUndone(reference=reference)
        return Load(earlier.load_id, Outcome.UNCHANGED, reference, earlier.rows, earlier.total_minor)
    if not checked.ok:
        refusal = BudgetFileRefused(file=path.name, problems=checked.problem_count)
        refusal.details["check"] = checked
        raise refusal
    same = budget_loads.same_content(session, book_id, terms.plan_id, checked.content_hash)
    if same is not None and not repeat:
        raise BudgetContentRepeated(reference=same)

    load_id = ids.new("bud")
    session.execute(
        sa.insert(BudgetLoad).values(
            book_id=book_id,
            load_id=load_id,
            plan_id=terms.plan_id,
            reference=reference,
            content_hash=checked.content_hash,
            file_name=path.name,
            rows=len(checked.rows),
            total_minor=checked.total_minor,
            actor=actor,
        )
    )
    numbers = checked.rows.numbers
    batch = [
        Grant(employee_id, amount_minor, expires_on, f"{load_id}:{number}")
        for number, (employee_id, amount_minor, expires_on) in zip(numbers, checked.rows, strict=True)
    ]
    grants.grant_many(session, terms, batch, on=on, actor=actor, memo=reference)
    return Load(load_id, Outcome.LOADED, reference, len(batch), checked.total_minor)


def _find(session: Session, terms: PlanTerms, reference: str) -> BudgetLoad | None:
    return session.scalar(
        sa.select(BudgetLoad).where(
            BudgetLoad.book_id == terms.book_id,
            BudgetLoad.plan_id == terms.plan_id,
            BudgetLoad.reference == reference,
        )
    )


def _budget_terms(session: Session, terms: PlanTerms) -> budgets.BudgetTerms:
    draft = plans.describe(session, terms.book_id, terms.code)
    state = funding.state(session, terms)
    return budgets.BudgetTerms(
        plan_code=terms.code,
        starts_on=terms.starts_on,
        ends_on=terms.ends_on,
        expires_on=terms.spend_by,
        clusters={
            cluster.cluster: None if cluster.amount is None else money.minor(cluster.amount)
            for cluster in draft.clusters
        },
        committed_minor=state.committed_minor,
        already_granted_minor=state.granted_minor,
        source=str(terms.source),
    )
