"""What an invoice says of its two parties: the provider, and the mandatary who buys for a territory's employers."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base


class ProviderInvoicingRow(Base):
    """A provider as its invoices name it; `tax_regime` is the code (RF..) of electronic invoices."""

    __tablename__ = "provider_invoicing"
    __table_args__ = (
        sa.CheckConstraint("vat_number ~ '^[0-9]{11}$'", name="vat_number"),
        sa.CheckConstraint("tax_regime ~ '^RF[0-9]{2}$'", name="tax_regime"),
        sa.CheckConstraint("postcode ~ '^[0-9]{5}$'", name="postcode"),
    )

    provider_code: Mapped[str] = mapped_column(sa.ForeignKey("provider.code"), primary_key=True)
    legal_name: Mapped[str] = mapped_column(sa.Text)
    vat_number: Mapped[str] = mapped_column(sa.Text)
    tax_code: Mapped[str | None] = mapped_column(sa.Text)
    tax_regime: Mapped[str] = mapped_column(sa.Text)
    address: Mapped[str] = mapped_column(sa.Text)
    postcode: Mapped[str] = mapped_column(sa.Text)
    comune: Mapped[str] = mapped_column(sa.Text)
    province: Mapped[str] = mapped_column(sa.Text)


class MandataryRow(Base):
    """
    The consortium that buys, in its own name, for the employers of a territory.

    `recipient_code` is where the exchange system delivers its invoices; all zeros where that is a certified address.
    """

    __tablename__ = "mandatary"
    __table_args__ = (
        sa.CheckConstraint("vat_number ~ '^[0-9]{11}$'", name="vat_number"),
        sa.CheckConstraint("postcode ~ '^[0-9]{5}$'", name="postcode"),
        sa.CheckConstraint("recipient_code ~ '^[A-Z0-9]{7}$'", name="recipient_code"),
        sa.CheckConstraint("(recipient_code = '0000000') = (certified_email is not null)", name="delivery"),
    )

    territory_code: Mapped[str] = mapped_column(sa.ForeignKey("territory.code"), primary_key=True)
    legal_name: Mapped[str] = mapped_column(sa.Text)
    vat_number: Mapped[str] = mapped_column(sa.Text)
    tax_code: Mapped[str | None] = mapped_column(sa.Text)
    address: Mapped[str] = mapped_column(sa.Text)
    postcode: Mapped[str] = mapped_column(sa.Text)
    comune: Mapped[str] = mapped_column(sa.Text)
    province: Mapped[str] = mapped_column(sa.Text)
    recipient_code: Mapped[str] = mapped_column(sa.Text)
    certified_email: Mapped[str | None] = mapped_column(sa.Text)
