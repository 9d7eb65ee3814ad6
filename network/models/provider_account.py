"""Where a provider is paid, and when."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base


class ProviderAccountRow(Base):
    """A provider's bank account, its holder exactly as the bank writes it, and the days from a capture to payment."""

    __tablename__ = "provider_account"
    __table_args__ = (
        sa.CheckConstraint("iban ~ '^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$'", name="iban"),
        sa.CheckConstraint("payment_days between 0 and 365", name="payment_days"),
    )

    provider_code: Mapped[str] = mapped_column(sa.ForeignKey("provider.code"), primary_key=True)
    iban: Mapped[str] = mapped_column(sa.Text)
    holder: Mapped[str] = mapped_column(sa.Text)
    payment_days: Mapped[int]
