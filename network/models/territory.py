"""The local networks, each with its operating consortium."""

from __future__ import annotations

from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base
from network.spelling import folding_sql


class TerritoryRow(Base):
    """A territory, placed on the map by the comune it is named for; it covers that comune's province."""

    __tablename__ = "territory"
    __table_args__ = (
        sa.CheckConstraint("latitude between -90 and 90", name="latitude"),
        sa.CheckConstraint("longitude between -180 and 180", name="longitude"),
        sa.Index("ix_territory_province", "province"),
    )

    code: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    name: Mapped[str] = mapped_column(sa.Text)
    folded: Mapped[str] = mapped_column(sa.Text, sa.Computed(folding_sql("name"), persisted=True))
    istat_code: Mapped[str] = mapped_column(sa.ForeignKey("comune.istat_code"), unique=True)
    cadastral_code: Mapped[str] = mapped_column(sa.Text)
    province: Mapped[str] = mapped_column(sa.Text)
    region: Mapped[str] = mapped_column(sa.Text)
    nuts3_2021: Mapped[str] = mapped_column(sa.Text)
    latitude: Mapped[Decimal] = mapped_column(sa.Numeric(8, 5))
    longitude: Mapped[Decimal] = mapped_column(sa.Numeric(8, 5))
