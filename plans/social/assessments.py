"""What attestations came to, application by application: kept in order, the latest that has taken effect counts."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plans.rows import table
from plans.social.isee import Assessment
from plans.social.tables import SocialIsee
from plans.social.tariffs import Quota
from plans.social.words import IseeType, QuotaKind, Standing

_ISEE = table(SocialIsee)


def in_force(session: Session, book_id: int, application_id: str, on: date) -> Assessment | None:
    """Return what counts on a day of the attestations presented: the latest that has taken effect."""
    row = session.execute(
        sa.select(_ISEE)
        .where(_ISEE.c.book_id == book_id, _ISEE.c.application_id == application_id, _ISEE.c.effective_from <= on)
        .order_by(_ISEE.c.seq.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else _assessment(row)


def latest(session: Session, book_id: int, application_id: str) -> Assessment:
    """Return the last attestation presented, whether it has taken effect or not."""
    row = session.execute(
        sa.select(_ISEE)
        .where(_ISEE.c.book_id == book_id, _ISEE.c.application_id == application_id)
        .order_by(_ISEE.c.seq.desc())
        .limit(1)
    ).one()
    return _assessment(row)


def write(session: Session, book_id: int, application_id: str, found: Assessment, *, actor: str) -> None:
    """Keep what an attestation came to, after those before it; the application is locked, or new."""
    last = session.scalar(
        sa.select(sa.func.max(_ISEE.c.seq)).where(_ISEE.c.book_id == book_id, _ISEE.c.application_id == application_id)
    )
    seq = int(last or 0) + 1
    values = {field.name: getattr(found, field.name) for field in fields(Assessment) if field.name != "quota"}
    values |= {"standing": str(found.standing), "quota_kind": str(found.quota.kind), "quota_value": found.quota.value}
    session.execute(
        sa.insert(_ISEE).values(book_id=book_id, application_id=application_id, seq=seq, actor=actor, **values)
    )


def _assessment(row: Any) -> Assessment:
    return Assessment(
        standing=Standing(row.standing),
        threshold_minor=row.threshold_minor,
        defects=row.defects,
        isee_type=None if row.isee_type is None else IseeType(row.isee_type),
        dsu_protocol=row.dsu_protocol,
        presented_on=row.presented_on,
        valid_until=row.valid_until,
        tariff_id=row.tariff_id,
        quota=Quota(QuotaKind(row.quota_kind), row.quota_value),
        effective_from=row.effective_from,
    )
