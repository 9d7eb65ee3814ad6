"""Searches of the catalogue that found nothing, counted by day."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base


class UnmetSearchRow(Base):
    """How often a day's searches for one combination found nothing; what was not asked for is empty."""

    __tablename__ = "unmet_search"
    __table_args__ = (sa.CheckConstraint("searches > 0", name="searches"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    territory_code: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    need: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    beneficiary: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    delivery: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    searches: Mapped[int]
