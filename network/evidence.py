"""The documents that a qualification stands on: filed, verified, and expiring by themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock, ids
from network import checklist
from network.checklist import Family
from network.errors import (
    EvidenceAlreadyDecided,
    EvidenceAlreadyFiled,
    EvidenceNotFound,
    PeriodBackwards,
    ProviderNotFound,
    RequirementUnknown,
)
from network.models import ProviderRow, QualificationRecordRow
from network.states import State


@dataclass(frozen=True, slots=True)
class Evidence:
    """One document of a provider, with its state on the day that was asked for."""

    id: str
    provider_code: str
    family: Family
    requirement: str
    evidence: str
    issuer: str
    number: str
    valid_from: date
    valid_to: date | None
    state: State
    verified_by: str | None
    verified_at: datetime | None
    document_sha256: str | None


_PROVIDER = ProviderRow.__table__.c
_RECORD = QualificationRecordRow.__table__.c


def file(
    session: Session,
    provider_code: str,
    *,
    family: Family,
    requirement: str,
    evidence: str,
    issuer: str,
    number: str,
    valid_from: date,
    valid_to: date | None,
    document_sha256: str | None = None,
) -> str:
    """
    Put a document on file, still to be verified, and return its id.

    Errors: ProviderNotFound, RequirementUnknown, PeriodBackwards, EvidenceAlreadyFiled; in this order.
    """
    # Two people who file the same document wait for each other.
    _refuse_unknown(session, provider_code, lock=True)
    if not any((line.family, line.requirement) == (family, requirement) for line in checklist.requirements()):
        raise RequirementUnknown(family=family, requirement=requirement)
    if valid_to is not None and valid_to < valid_from:
        raise PeriodBackwards(valid_from=valid_from, valid_to=valid_to)
    on_file = session.scalar(
        sa.select(_RECORD.id).where(
            _RECORD.provider_code == provider_code,
            _RECORD.family == family,
            _RECORD.evidence == evidence,
            _RECORD.number == number,
        )
    )
    if on_file is not None:
        raise EvidenceAlreadyFiled(provider=provider_code, evidence=evidence, number=number)
    record_id = ids.new("qua")
    session.execute(
        sa.insert(QualificationRecordRow).values(
            id=record_id,
            provider_code=provider_code,
            family=family,
            requirement=requirement,
            evidence=evidence,
            issuer=issuer,
            number=number,
            valid_from=valid_from,
            valid_to=valid_to,
            state=State.PENDING,
            document_sha256=document_sha256,
        )
    )
    return record_id


def verify(session: Session, record_id: str, *, verified_by: str, verified_at: datetime | None = None) -> None:
    """
    Record that somebody has seen a pending document and found it good.

    Errors: EvidenceNotFound, EvidenceAlreadyDecided.
    """
    state = session.scalar(sa.select(_RECORD.state).where(_RECORD.id == record_id).with_for_update())
    if state is None:
        raise EvidenceNotFound(record=record_id)
    if state != State.PENDING:
        raise EvidenceAlreadyDecided(record=record_id, state=state)
    session.execute(
        sa.update(QualificationRecordRow)
        .where(_RECORD.id == record_id)
        .values(state=State.QUALIFIED, verified_by=verified_by, verified_at=verified_at or clock.now())
        .execution_options(synchronize_session=False)
    )


def get(session: Session, record_id: str, on: date) -> Evidence:
    """
    Return one document as it is on a day.

    Errors: EvidenceNotFound.
    """
    row = session.execute(_documents(on).where(_RECORD.id == record_id)).one_or_none()
    if row is None:
        raise EvidenceNotFound(record=record_id)
    return _evidence(row)


def listed(session: Session, provider_code: str, on: date) -> tuple[Evidence, ...]:
    """
    Return a provider's documents as they are on a day, by family; a verified one past its last day is EXPIRED.

    Errors: ProviderNotFound.
    """
    _refuse_unknown(session, provider_code)
    found = session.execute(
        _documents(on)
        .where(_RECORD.provider_code == provider_code)
        .order_by(
            sa.func.array_position([family.value for family in Family], _RECORD.family), _RECORD.valid_from, _RECORD.id
        )
    )
    return tuple(_evidence(row) for row in found)


def _documents(on: date) -> sa.Select[Any]:
    return sa.select(
        _RECORD.id,
        _RECORD.provider_code,
        _RECORD.family,
        _RECORD.requirement,
        _RECORD.evidence,
        _RECORD.issuer,
        _RECORD.number,
        _RECORD.valid_from,
        _RECORD.valid_to,
        sa.case(
            (sa.and_(_RECORD.state == State.QUALIFIED, _RECORD.valid_to < on), State.EXPIRED.value),
            else_=_RECORD.state,
        ).label("state_then"),
        _RECORD.verified_by,
        _RECORD.verified_at,
        _RECORD.document_sha256,
    )


def _evidence(row: Any) -> Evidence:
    return Evidence(
        id=row.id,
        provider_code=row.provider_code,
        family=Family(row.family),
        requirement=row.requirement,
        evidence=row.evidence,
        issuer=row.issuer,
        number=row.number,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        state=State(row.state_then),
        verified_by=row.verified_by,
        verified_at=row.verified_at,
        document_sha256=row.document_sha256,
    )


def families_missing(session: Session, provider_code: str, on: date) -> tuple[Family, ...]:
    """Return the requirement families of which a provider has no verified document in force on a day."""
    held = set(
        session.scalars(
            sa.select(_RECORD.family).where(
                _RECORD.provider_code == provider_code,
                _RECORD.state == State.QUALIFIED,
                _RECORD.valid_from <= on,
                sa.or_(_RECORD.valid_to.is_(None), _RECORD.valid_to >= on),
            )
        )
    )
    return tuple(family for family in Family if family not in held)


def _refuse_unknown(session: Session, provider_code: str, *, lock: bool = False) -> None:
    statement = sa.select(_PROVIDER.code).where(_PROVIDER.code == provider_code)
    if lock:
        statement = statement.with_for_update(key_share=True)
    if session.scalar(statement) is None:
        raise ProviderNotFound(provider=provider_code)
