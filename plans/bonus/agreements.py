"""The agreement that lets workers convert a bonus, and the proof of its deposit; what is recorded later stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock, ids
from plans import plans
from plans.bonus import rules
from plans.bonus.errors import (
    BonusAgreementMissing,
    BonusDepositBackwards,
    BonusJointTooLate,
    BonusPlanNeeded,
    BonusShareInvalid,
)
from plans.bonus.simulation import WHOLE_PERCENT
from plans.errors import PlanActMissing
from plans.plan_file import Act
from plans.plans import PlanTerms
from plans.rows import BonusAgreement, table
from plans.rulebook import loading
from plans.rulebook.words import PlanSource

_AGREEMENT = table(BonusAgreement)


@dataclass(frozen=True, slots=True)
class Agreement:
    """
    What an employer can show of the agreement: act, deposit, conformity, and that the results were attested.

    `shares` are the percentages a worker may choose, empty where every one is open; `joint` that the contract keeps the
    higher limit of joint involvement; `document_hash` the SHA-256 of the deposited document.
    """

    plan_id: str
    document_ref: str | None
    signed_on: date | None
    deposit_code: str
    deposited_on: date
    conformity_declared: bool
    increment_attested: bool
    joint: bool
    shares: tuple[int, ...]
    document_hash: str | None


def record(
    session: Session,
    book_id: int,
    plan_code: str,
    *,
    deposit_code: str,
    deposited_on: date,
    conformity_declared: bool,
    increment_attested: bool,
    joint: bool = False,
    shares: Sequence[int] = (),
    document_hash: str | None = None,
    actor: str,
    recorded_at: datetime,
) -> tuple[Agreement, bool]:
    """
    Write down the deposit of a plan's agreement, and return it with whether that was new; the same twice is not.

    What is said later stands from then on; choices already made keep what they stood on.
    Errors: PlanNotFound, BonusPlanNeeded, PlanActMissing, BonusShareInvalid, BonusDepositBackwards,
            BonusJointTooLate; in this order.
    Source: L. 208/2015 art. 1 c. 187; DM 25/3/2016 art. 5.
    """
    terms = bonus_plan(session, book_id, plan_code)
    act = _act(session, terms)
    for share in shares:
        if not 0 <= share <= WHOLE_PERCENT:
            raise BonusShareInvalid(share=share)
    today = recorded_at.astimezone(clock.ROME).date()
    if deposited_on > today or (act.signed_on is not None and deposited_on < act.signed_on):
        raise BonusDepositBackwards(
            plan=plan_code, signed_on=act.signed_on or "-", deposited_on=deposited_on, today=today
        )
    last = rules.joint_signed_by(loading.load(), today)
    if joint and last is not None and (act.signed_on is None or act.signed_on > last):
        raise BonusJointTooLate(plan=plan_code, signed_on=act.signed_on or "-", last=last)
    told = {
        "deposit_code": deposit_code,
        "deposited_on": deposited_on,
        "conformity_declared": conformity_declared,
        "increment_attested": increment_attested,
        "joint": joint,
        "shares": sorted(set(shares)),
        "document_hash": document_hash,
    }
    before = _latest(session, terms)
    if before is not None and all(getattr(before, name) == value for name, value in told.items()):
        return _agreement(before, act), False
    session.execute(
        sa.insert(_AGREEMENT).values(
            book_id=book_id,
            agreement_id=ids.new("agr"),
            plan_id=terms.plan_id,
            actor=actor,
            recorded_at=recorded_at,
            **told,
        )
    )
    latest = _latest(session, terms)
    assert latest is not None  # noqa: S101 - just written
    return _agreement(latest, act), True


def find(session: Session, terms: PlanTerms) -> Agreement | None:
    """Return what is recorded of the agreement behind a plan, if anything is."""
    row = _latest(session, terms)
    return None if row is None else _agreement(row, _act(session, terms))


def require(session: Session, terms: PlanTerms) -> Agreement:
    """
    Return what is recorded of the agreement behind a plan.

    Errors: BonusAgreementMissing.
    """
    found = find(session, terms)
    if found is None:
        raise BonusAgreementMissing(plan=terms.code)
    return found


def bonus_plan(session: Session, book_id: int, plan_code: str) -> PlanTerms:
    """
    Return the terms of a plan of converted bonuses.

    Errors: PlanNotFound, BonusPlanNeeded; in this order.
    """
    terms = plans.by_code(session, book_id, plan_code)
    if terms.source is not PlanSource.PDR:
        raise BonusPlanNeeded(plan=plan_code, source=terms.source)
    return terms


def _act(session: Session, terms: PlanTerms) -> Act:
    act = plans.describe(session, terms.book_id, terms.code).act
    if act is None:
        raise PlanActMissing(plan=terms.code)
    return act


def _latest(session: Session, terms: PlanTerms) -> sa.Row[*tuple[object, ...]] | None:
    return session.execute(
        sa.select(*_AGREEMENT.c)
        .where(_AGREEMENT.c.book_id == terms.book_id, _AGREEMENT.c.plan_id == terms.plan_id)
        .order_by(_AGREEMENT.c.recorded_at.desc(), _AGREEMENT.c.agreement_id.desc())
        .limit(1)
    ).one_or_none()


def _agreement(row: sa.Row[*tuple[object, ...]], act: Act) -> Agreement:
    return Agreement(
        plan_id=row.plan_id,
        document_ref=act.document_ref,
        signed_on=act.signed_on,
        deposit_code=row.deposit_code,
        deposited_on=row.deposited_on,
        conformity_declared=row.conformity_declared,
        increment_attested=row.increment_attested,
        joint=row.joint,
        shares=tuple(row.shares),
        document_hash=row.document_hash,
    )
