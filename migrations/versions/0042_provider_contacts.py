"""How providers are reached."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0042_provider_contacts"
down_revision = "0041_bonus_offer"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "provider_contact",
        sa.Column("provider_code", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), server_default="", nullable=False),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("street", sa.Text(), server_default="", nullable=False),
        sa.Column("istat_code", sa.Text()),
        sa.Column("told_at", sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False),
        sa.CheckConstraint("length(phone) <= 20 and phone ~ '^[0-9 +]*$'", name=op.f("ck_provider_contact_phone")),
        sa.CheckConstraint("length(email) <= 254", name=op.f("ck_provider_contact_email")),
        sa.CheckConstraint("length(street) <= 120", name=op.f("ck_provider_contact_street")),
        sa.CheckConstraint("(street = '') = (istat_code is null)", name=op.f("ck_provider_contact_place")),
        sa.ForeignKeyConstraint(["provider_code"], ["provider.code"], name=op.f("fk_provider_contact_provider_code")),
        sa.ForeignKeyConstraint(["istat_code"], ["comune.istat_code"], name=op.f("fk_provider_contact_istat_code")),
        sa.PrimaryKeyConstraint("provider_code", name=op.f("pk_provider_contact")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("provider_contact")
