"""Allowances and social vouchers that people should know of; nothing is bought here."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base


class InfoCardRow(Base):
    """An information card; national when it has no territory."""

    __tablename__ = "info_card"
    __table_args__ = (
        sa.CheckConstraint("isee_max_minor >= 0", name="isee_max"),
        sa.CheckConstraint("window_to >= window_from", name="period"),
        sa.Index("ix_info_card_territory_code", "territory_code"),
    )

    code: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    title: Mapped[str] = mapped_column(sa.Text)
    who: Mapped[str] = mapped_column(sa.Text)
    isee_max_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    amount_text: Mapped[str] = mapped_column(sa.Text)
    window_from: Mapped[date | None]
    window_to: Mapped[date | None]
    office: Mapped[str] = mapped_column(sa.Text)
    url: Mapped[str] = mapped_column(sa.Text)
    territory_code: Mapped[str | None] = mapped_column(sa.ForeignKey("territory.code"))
    verified_on: Mapped[date]
    verified_by: Mapped[str] = mapped_column(sa.Text)
    is_demo: Mapped[bool]
