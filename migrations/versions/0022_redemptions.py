"""Redemptions by code: what providers entered, the batches they sent, and the codes that were none."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022_redemptions"
down_revision = "0021_signing_in"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "redemption",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("redemption_id", sa.Text(), nullable=False),
        sa.Column("authorization_id", sa.Text(), nullable=False),
        sa.Column("employee_id", sa.Text(), nullable=False),
        sa.Column("provider_code", sa.Text(), nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("asked_minor", sa.BigInteger(), nullable=True),
        sa.Column("final", sa.Boolean(), nullable=True),
        sa.Column("offline", sa.Boolean(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("replaced_by", sa.Text(), nullable=True),
        sa.CheckConstraint("(status = 'redeemed') = (reason is null)", name=op.f("ck_redemption_reason")),
        sa.CheckConstraint("(status = 'replaced') = (replaced_by is not null)", name=op.f("ck_redemption_replaced")),
        sa.CheckConstraint(
            "(status in ('redeemed', 'charged')) = (entry_id is not null)", name=op.f("ck_redemption_entry")
        ),
        sa.CheckConstraint(
            "(status in ('redeemed', 'conflict')) = (settled_by is null)", name=op.f("ck_redemption_settled")
        ),
        sa.CheckConstraint(
            "status in ('redeemed', 'conflict', 'charged', 'replaced', 'dismissed')", name=op.f("ck_redemption_status")
        ),
        sa.CheckConstraint("(settled_by is null) = (settled_at is null)", name=op.f("ck_redemption_settled_at")),
        sa.CheckConstraint("amount_minor >= 0 and asked_minor > 0", name=op.f("ck_redemption_amounts")),
        sa.ForeignKeyConstraint(
            ["book_id", "authorization_id"],
            ["authorization.book_id", "authorization.authorization_id"],
            name=op.f("fk_redemption_book_id_authorization_id"),
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "replaced_by"],
            ["authorization.book_id", "authorization.authorization_id"],
            name=op.f("fk_redemption_book_id_replaced_by"),
        ),
        sa.ForeignKeyConstraint(["provider_code"], ["provider.code"], name=op.f("fk_redemption_provider_code")),
        sa.PrimaryKeyConstraint("book_id", "redemption_id", name=op.f("pk_redemption")),
        sa.UniqueConstraint(
            "book_id", "provider_code", "nonce", name=op.f("uq_redemption_book_id_provider_code_nonce")
        ),
    )
    op.create_index("ix_redemption_authorization", "redemption", ["book_id", "authorization_id"], unique=False)
    op.create_index(
        "ix_redemption_conflict",
        "redemption",
        ["book_id", "redemption_id"],
        unique=False,
        postgresql_where=sa.text("status = 'conflict'"),
    )
    op.create_index(
        "uq_redemption_replaced_by",
        "redemption",
        ["book_id", "replaced_by"],
        unique=True,
        postgresql_where=sa.text("replaced_by is not null"),
    )
    op.create_table(
        "redemption_batch",
        sa.Column("provider_code", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False),
        sa.ForeignKeyConstraint(["provider_code"], ["provider.code"], name=op.f("fk_redemption_batch_provider_code")),
        sa.PrimaryKeyConstraint("provider_code", "actor", "key", name=op.f("pk_redemption_batch")),
    )
    op.create_table(
        "code_attempt",
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("provider_code", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("attempted_at", sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False),
        sa.CheckConstraint("outcome in ('malformed', 'unknown')", name=op.f("ck_code_attempt_outcome")),
        sa.ForeignKeyConstraint(["provider_code"], ["provider.code"], name=op.f("fk_code_attempt_provider_code")),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_code_attempt")),
    )
    op.create_index("ix_code_attempt_provider", "code_attempt", ["provider_code", "attempted_at"], unique=False)


def downgrade() -> None:
    """Drop the tables."""
    for table in ("code_attempt", "redemption_batch", "redemption"):
        op.drop_table(table)
