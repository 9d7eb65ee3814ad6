"""The evidence a provider's qualification stands on."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base


class QualificationRecordRow(Base):
    """
    One document of one requirement family, and who verified it.

    `state` is what people decided; that a document's time has passed is told by `valid_to` on the day one asks.
    """

    __tablename__ = "qualification_record"
    __table_args__ = (
        sa.CheckConstraint(
            "family in ('LEGAL', 'ECONOMIC', 'AUTHORISATION', 'QUALITY', 'TECHNICAL')",
            name="family",
        ),
        sa.CheckConstraint("state in ('PENDING', 'QUALIFIED', 'SUSPENDED', 'EXPIRED')", name="state"),
        sa.CheckConstraint("valid_to >= valid_from", name="period"),
        sa.CheckConstraint("(verified_by is null) = (verified_at is null)", name="verified"),
        sa.CheckConstraint("state <> 'QUALIFIED' or verified_by is not null", name="qualified_is_verified"),
        sa.CheckConstraint("document_sha256 ~ '^[0-9a-f]{64}$'", name="document_sha256"),
        sa.UniqueConstraint("provider_code", "family", "evidence", "number", name="uq_qualification_record_document"),
        sa.Index("ix_qualification_record_valid_to", "valid_to"),
    )

    id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    provider_code: Mapped[str] = mapped_column(sa.ForeignKey("provider.code"))
    family: Mapped[str] = mapped_column(sa.Text)
    requirement: Mapped[str] = mapped_column(sa.Text)
    evidence: Mapped[str] = mapped_column(sa.Text)
    issuer: Mapped[str] = mapped_column(sa.Text)
    number: Mapped[str] = mapped_column(sa.Text)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    state: Mapped[str] = mapped_column(sa.Text)
    verified_by: Mapped[str | None] = mapped_column(sa.Text)
    verified_at: Mapped[datetime | None] = mapped_column(sa.DateTime(timezone=True))
    document_sha256: Mapped[str | None] = mapped_column(sa.Text)
