"""
Qualification of providers: a dated state each, and the evidence it stands on.

Only QUALIFIED and EXEMPT may serve. A state holds from one day to another, both included; once a qualification's
last day has passed the provider is EXPIRED without anybody doing anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import LateralFromClause

from config import clock
from network import evidence
from network.checklist import Family
from network.errors import EvidenceMissing, NotExemptKind, PeriodBackwards, ProviderNotFound
from network.models import ProviderRow, ProviderStateRow, QualificationRecordRow
from network.states import State

EXEMPT_KINDS = frozenset({"PUBLIC_BODY", "PUBLIC_TRANSPORT"})


@dataclass(frozen=True, slots=True)
class Period:
    """One line of a provider's history; it covers no day when `valid_to` is before `valid_from`."""

    state: State
    valid_from: date
    valid_to: date | None
    reason: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Expiring:
    """Something that ends soon: a document, or the qualification itself when `family` and `record_id` are missing."""

    provider_code: str
    provider_name: str
    territory_code: str
    family: Family | None
    evidence: str | None
    expires_on: date
    record_id: str | None = None


_PROVIDER = ProviderRow.__table__.c
_STATE = ProviderStateRow.__table__.c
_RECORD = QualificationRecordRow.__table__.c


def state_lateral(provider_code: sa.ColumnElement[Any], on: Any) -> LateralFromClause:
    """Return the newest line of a provider's history that had begun by a day, to be joined to a wider statement."""
    columns = (_STATE.state, _STATE.valid_from, _STATE.valid_to, _STATE.reason)
    return _newest(ProviderStateRow.__table__, columns, provider_code, on).lateral("state")


def _newest(
    lines: sa.FromClause, columns: tuple[sa.ColumnElement[Any], ...], provider_code: sa.ColumnElement[Any], on: Any
) -> sa.Select[Any]:
    return (
        sa.select(*columns)
        .where(
            lines.c.provider_code == provider_code,
            lines.c.valid_from <= on,
            sa.or_(lines.c.valid_to.is_(None), lines.c.valid_to >= lines.c.valid_from),
        )
        .order_by(lines.c.valid_from.desc())
        .limit(1)
    )


def state_sql(newest: sa.FromClause, on: Any) -> sa.ColumnElement[str]:
    """Return what a line of `state_lateral` means on that day; the one place that says so."""
    lapses = newest.c.state.in_([State.QUALIFIED.value, State.EXEMPT.value])
    return sa.case(
        (newest.c.state.is_(None), State.PENDING.value),
        (sa.and_(lapses, newest.c.valid_to < on), State.EXPIRED.value),
        else_=newest.c.state,
    )


def state_in_force(
    provider_code: sa.ColumnElement[Any], on: Any
) -> tuple[sa.FromClause, sa.ColumnElement[bool], sa.ColumnElement[str]]:
    """
    Return a table to join, the condition to join it on, and the state: the same answer for many providers at once.

    Periods do not overlap, so most providers are answered by a plain join; only one whose last period has passed
    asks for its newest line.
    """
    current = ProviderStateRow.__table__.alias("current_state")
    holds = sa.and_(
        current.c.provider_code == provider_code,
        current.c.valid_from <= on,
        sa.or_(current.c.valid_to.is_(None), current.c.valid_to >= on),
    )
    lines = ProviderStateRow.__table__.alias("past_state")
    lapsed = _newest(lines, (state_sql(lines, on),), provider_code, on).scalar_subquery()
    return current, holds, sa.func.coalesce(current.c.state, lapsed, State.PENDING.value)


def state_on(session: Session, provider_code: str, day: date) -> State:
    """
    Return a provider's state on a day; PENDING before its history begins.

    Errors: ProviderNotFound.
    """
    newest = state_lateral(_PROVIDER.code, day)
    found = session.scalar(
        sa.select(state_sql(newest, day))
        .select_from(ProviderRow.__table__.outerjoin(newest, sa.true()))
        .where(_PROVIDER.code == provider_code)
    )
    if found is None:
        raise ProviderNotFound(provider=provider_code)
    return State(found)


def history(session: Session, provider_code: str) -> tuple[Period, ...]:
    """
    Return all that was ever recorded of a provider's state, oldest first.

    Errors: ProviderNotFound.
    """
    _known(session, provider_code)
    found = session.execute(
        sa.select(_STATE.state, _STATE.valid_from, _STATE.valid_to, _STATE.reason, _STATE.recorded_at)
        .where(_STATE.provider_code == provider_code)
        .order_by(_STATE.valid_from, _STATE.id)
    )
    return tuple(Period(State(state), *rest) for state, *rest in found)


def qualify(
    session: Session,
    provider_code: str,
    *,
    valid_from: date,
    valid_to: date,
    reason: str = "Qualifica",
    recorded_at: datetime | None = None,
) -> None:
    """
    Qualify a provider for a period, or renew it; whatever its history said from that day on is replaced.

    Each of the five families needs a verified document in force on the first day.

    Errors: ProviderNotFound, PeriodBackwards, EvidenceMissing; the first that applies, in this order.
    """
    _lock(session, provider_code)
    if valid_to < valid_from:
        raise PeriodBackwards(valid_from=valid_from, valid_to=valid_to)
    missing = evidence.families_missing(session, provider_code, valid_from)
    if missing:
        raise EvidenceMissing(provider=provider_code, valid_from=valid_from, families=missing)
    _enter(session, provider_code, State.QUALIFIED, valid_from, valid_to, reason, recorded_at)


def suspend(
    session: Session, provider_code: str, on: date, reason: str, *, recorded_at: datetime | None = None
) -> None:
    """
    Suspend a provider from a day on, until it is qualified again; what was planned from that day is withdrawn.

    A day in the past is allowed: `recorded_at` keeps when it became known.

    Errors: ProviderNotFound.
    """
    _lock(session, provider_code)
    _enter(session, provider_code, State.SUSPENDED, on, None, reason, recorded_at)


def exempt(session: Session, provider_code: str, on: date, reason: str, *, recorded_at: datetime | None = None) -> None:
    """
    Record that a public body or a public transport company needs no qualification.

    Errors: ProviderNotFound, NotExemptKind.
    """
    kind = _lock(session, provider_code)
    if kind not in EXEMPT_KINDS:
        raise NotExemptKind(provider=provider_code)
    _enter(session, provider_code, State.EXEMPT, on, None, reason, recorded_at)


def expiring(session: Session, on: date, *, within_days: int = 30) -> tuple[Expiring, ...]:
    """
    Return what ends within so many days of a day, soonest first: qualifications, and documents in force.

    What has already been renewed (a later qualification follows, a later document of that requirement is verified)
    is left out.
    """
    until = on + timedelta(days=within_days)
    later_state = ProviderStateRow.__table__.alias("later_state").c
    later_record = QualificationRecordRow.__table__.alias("later_record").c
    renewed_state = sa.exists().where(
        later_state.provider_code == _STATE.provider_code,
        later_state.valid_from == _STATE.valid_to + 1,
        sa.or_(later_state.valid_to.is_(None), later_state.valid_to >= later_state.valid_from),
    )
    renewed_record = sa.exists().where(
        later_record.provider_code == _RECORD.provider_code,
        later_record.family == _RECORD.family,
        later_record.requirement == _RECORD.requirement,
        later_record.state == State.QUALIFIED,
        later_record.valid_from <= _RECORD.valid_to + 1,
        sa.or_(later_record.valid_to.is_(None), later_record.valid_to > _RECORD.valid_to),
    )
    states = sa.select(
        _STATE.provider_code,
        sa.null().cast(sa.Text).label("family"),
        sa.null().cast(sa.Text).label("evidence"),
        _STATE.valid_to.label("expires_on"),
        sa.null().cast(sa.Text).label("record_id"),
    ).where(
        _STATE.state == State.QUALIFIED,
        _STATE.valid_from <= on,
        _STATE.valid_to.between(on, until),
        sa.not_(renewed_state),
    )
    records = sa.select(_RECORD.provider_code, _RECORD.family, _RECORD.evidence, _RECORD.valid_to, _RECORD.id).where(
        _RECORD.state == State.QUALIFIED,
        _RECORD.valid_from <= on,
        _RECORD.valid_to.between(on, until),
        sa.not_(renewed_record),
    )
    ending = states.union_all(records).subquery("ending")
    found = session.execute(
        sa.select(
            ending.c.provider_code,
            _PROVIDER.name,
            _PROVIDER.territory_code,
            ending.c.family,
            ending.c.evidence,
            ending.c.expires_on,
            ending.c.record_id,
        )
        .join_from(ending, ProviderRow.__table__, _PROVIDER.code == ending.c.provider_code)
        .order_by(ending.c.expires_on, ending.c.provider_code, ending.c.family.nulls_first(), ending.c.record_id)
    )
    return tuple(
        Expiring(code, name, territory, Family(family) if family else None, what, day, record_id)
        for code, name, territory, family, what, day, record_id in found
    )


def _known(session: Session, provider_code: str) -> None:
    if session.scalar(sa.select(_PROVIDER.code).where(_PROVIDER.code == provider_code)) is None:
        raise ProviderNotFound(provider=provider_code)


def _lock(session: Session, provider_code: str) -> str:
    # Two people who change the same provider's history wait for each other; its kind comes with the lock.
    kind: str | None = session.scalar(
        sa.select(_PROVIDER.kind).where(_PROVIDER.code == provider_code).with_for_update(key_share=True)
    )
    if kind is None:
        raise ProviderNotFound(provider=provider_code)
    return kind


def _enter(
    session: Session,
    provider_code: str,
    state: State,
    valid_from: date,
    valid_to: date | None,
    reason: str,
    recorded_at: datetime | None,
) -> None:
    # What had begun ends the day before; what had not begun, or began that day, is kept as a line that covers no day.
    session.execute(
        sa.update(ProviderStateRow)
        .where(
            _STATE.provider_code == provider_code,
            sa.or_(_STATE.valid_to.is_(None), _STATE.valid_to >= valid_from),
        )
        .values(valid_to=sa.func.greatest(_STATE.valid_from, valid_from) - 1)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        sa.insert(ProviderStateRow).values(
            provider_code=provider_code,
            state=state,
            valid_from=valid_from,
            valid_to=valid_to,
            reason=reason,
            recorded_at=recorded_at or clock.now(),
        )
    )
