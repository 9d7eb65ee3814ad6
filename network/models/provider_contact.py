"""How a provider is reached."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base


class ProviderContactRow(Base):
    """
    What a provider tells everybody of how to reach it, empty where it tells nothing.

    A row that is empty as a whole says that it wants to tell nothing: no file fills it in again.
    """

    __tablename__ = "provider_contact"
    __table_args__ = (
        sa.CheckConstraint("length(phone) <= 20 and phone ~ '^[0-9 +]*$'", name="phone"),
        sa.CheckConstraint("length(email) <= 254", name="email"),
        sa.CheckConstraint("length(street) <= 120", name="street"),
        sa.CheckConstraint("(street = '') = (istat_code is null)", name="place"),
    )

    provider_code: Mapped[str] = mapped_column(sa.ForeignKey("provider.code"), primary_key=True)
    phone: Mapped[str] = mapped_column(sa.Text, server_default="")
    email: Mapped[str] = mapped_column(sa.Text, server_default="")
    street: Mapped[str] = mapped_column(sa.Text, server_default="")
    istat_code: Mapped[str | None] = mapped_column(sa.ForeignKey("comune.istat_code"))
    told_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"))
