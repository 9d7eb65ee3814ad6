"""The table of rate limits, which only functions.sql reads."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Text
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base


class RateWindow(Base):
    """How many requests were taken of one client's window."""

    __tablename__ = "rate_window"
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    taken: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))
    __table_args__ = {"prefixes": ["UNLOGGED"]}  # noqa: RUF012 - as the base declares it
