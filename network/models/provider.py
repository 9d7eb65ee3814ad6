"""Who gives services, and the dated history of whether they may."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base
from network.spelling import folding_sql


class ProviderRow(Base):
    """
    A provider; `kind` is a `providers.ProviderKind`.

    `acceptance_hours` is how long it has to accept a purchase before its code is given; empty where it is not asked.
    """

    __tablename__ = "provider"
    __table_args__ = (
        sa.CheckConstraint("acceptance_hours between 1 and 168", name="acceptance_hours"),
        sa.Index("ix_provider_territory_code", "territory_code"),
    )

    code: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    name: Mapped[str] = mapped_column(sa.Text)
    folded: Mapped[str] = mapped_column(sa.Text, sa.Computed(folding_sql("name"), persisted=True))
    kind: Mapped[str] = mapped_column(sa.Text)
    territory_code: Mapped[str] = mapped_column(sa.ForeignKey("territory.code"))
    offers: Mapped[str] = mapped_column(sa.Text)
    acceptance_hours: Mapped[int | None] = mapped_column(sa.SmallInteger)


class ProviderStateRow(Base):
    """
    The state of a provider from one day to another, both included; open when `valid_to` is missing.

    A state replaced on the very day it began, or withdrawn before it began, stays with `valid_to` one day before
    `valid_from`: it covers no day and is still history.
    """

    __tablename__ = "provider_state"
    __table_args__ = (
        sa.CheckConstraint("state in ('PENDING', 'QUALIFIED', 'SUSPENDED', 'EXPIRED', 'EXEMPT')", name="state"),
        sa.CheckConstraint("valid_to >= valid_from - 1", name="period"),
        # Checked at the end of a statement, so that one statement may close a row and open the next.
        ExcludeConstraint(
            ("provider_code", "="),
            (sa.text("daterange(valid_from, valid_to + 1)"), "&&"),
            name="ex_provider_state_overlap",
            deferrable=True,
            initially="IMMEDIATE",
        ),
        sa.Index("ix_provider_state_provider_code_valid_from", "provider_code", "valid_from"),
        sa.Index("ix_provider_state_valid_to", "valid_to"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    provider_code: Mapped[str] = mapped_column(sa.ForeignKey("provider.code"))
    state: Mapped[str] = mapped_column(sa.Text)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    reason: Mapped[str] = mapped_column(sa.Text)
    recorded_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))
