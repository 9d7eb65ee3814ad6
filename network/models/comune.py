"""The municipalities of Italy, as ISTAT lists them."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base
from network.spelling import folding_sql


class ComuneRow(Base):
    """A municipality; `province` is the two-letter code that coverage is decided by."""

    __tablename__ = "comune"
    __table_args__ = (sa.Index("ix_comune_province", "province"),)

    istat_code: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    name: Mapped[str] = mapped_column(sa.Text)
    folded: Mapped[str] = mapped_column(sa.Text, sa.Computed(folding_sql("name"), persisted=True))
    region: Mapped[str] = mapped_column(sa.Text)
    province: Mapped[str] = mapped_column(sa.Text)
    is_provincial_capital: Mapped[bool]
    cadastral_code: Mapped[str] = mapped_column(sa.Text, unique=True)
    nuts3_2021: Mapped[str] = mapped_column(sa.Text)
