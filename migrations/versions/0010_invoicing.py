"""The tables of what an invoice says of its parties."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010_invoicing"
down_revision = "0009_exports"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "provider_invoicing",
        sa.Column("provider_code", sa.Text, nullable=False),
        sa.Column("legal_name", sa.Text, nullable=False),
        sa.Column("vat_number", sa.Text, nullable=False),
        sa.Column("tax_code", sa.Text),
        sa.Column("tax_regime", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("postcode", sa.Text, nullable=False),
        sa.Column("comune", sa.Text, nullable=False),
        sa.Column("province", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("provider_code", name="pk_provider_invoicing"),
        sa.ForeignKeyConstraint(["provider_code"], ["provider.code"], name="fk_provider_invoicing_provider_code"),
        sa.CheckConstraint("vat_number ~ '^[0-9]{11}$'", name=op.f("ck_provider_invoicing_vat_number")),
        sa.CheckConstraint("tax_regime ~ '^RF[0-9]{2}$'", name=op.f("ck_provider_invoicing_tax_regime")),
        sa.CheckConstraint("postcode ~ '^[0-9]{5}$'", name=op.f("ck_provider_invoicing_postcode")),
    )
    op.create_table(
        "mandatary",
        sa.Column("territory_code", sa.Text, nullable=False),
        sa.Column("legal_name", sa.Text, nullable=False),
        sa.Column("vat_number", sa.Text, nullable=False),
        sa.Column("tax_code", sa.Text),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("postcode", sa.Text, nullable=False),
        sa.Column("comune", sa.Text, nullable=False),
        sa.Column("province", sa.Text, nullable=False),
        sa.Column("recipient_code", sa.Text, nullable=False),
        sa.Column("certified_email", sa.Text),
        sa.PrimaryKeyConstraint("territory_code", name="pk_mandatary"),
        sa.ForeignKeyConstraint(["territory_code"], ["territory.code"], name="fk_mandatary_territory_code"),
        sa.CheckConstraint("vat_number ~ '^[0-9]{11}$'", name=op.f("ck_mandatary_vat_number")),
        sa.CheckConstraint("postcode ~ '^[0-9]{5}$'", name=op.f("ck_mandatary_postcode")),
        sa.CheckConstraint("recipient_code ~ '^[A-Z0-9]{7}$'", name=op.f("ck_mandatary_recipient_code")),
        sa.CheckConstraint(
            "(recipient_code = '0000000') = (certified_email is not null)", name=op.f("ck_mandatary_delivery")
        ),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("mandatary")
    op.drop_table("provider_invoicing")
