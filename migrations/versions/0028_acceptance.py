"""Acceptance: what providers are asked before a purchase has its code, and who wants to be asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028_acceptance"
down_revision = "0027_dispute_answers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, and the terms of providers and services."""
    moment = sa.DateTime(timezone=True)
    op.add_column("provider", sa.Column("acceptance_hours", sa.SmallInteger()))
    op.create_check_constraint(op.f("ck_provider_acceptance_hours"), "provider", "acceptance_hours between 1 and 168")
    op.add_column("service", sa.Column("acceptance_hours", sa.SmallInteger()))
    op.create_check_constraint(op.f("ck_service_acceptance_hours"), "service", "acceptance_hours between 0 and 168")
    op.create_table(
        "acceptance",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("authorization_id", sa.Text(), nullable=False),
        sa.Column("employee_id", sa.Text(), nullable=False),
        sa.Column("provider_code", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="pending", nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("answer_by", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("answered_at", moment),
        sa.Column("actor", sa.Text()),
        sa.CheckConstraint("state in ('pending', 'accepted', 'refused')", name=op.f("ck_acceptance_state")),
        sa.CheckConstraint("(state = 'refused') = (reason is not null)", name=op.f("ck_acceptance_reason")),
        sa.CheckConstraint(
            "(state = 'pending') = (answered_at is null) and (answered_at is null) = (actor is null)",
            name=op.f("ck_acceptance_answered"),
        ),
        sa.CheckConstraint("asked_at < answer_by and answer_by <= expires_at", name=op.f("ck_acceptance_times")),
        sa.ForeignKeyConstraint(
            ["book_id", "authorization_id"],
            ["authorization.book_id", "authorization.authorization_id"],
            name=op.f("fk_acceptance_book_id_authorization_id"),
        ),
        sa.ForeignKeyConstraint(["provider_code"], ["provider.code"], name=op.f("fk_acceptance_provider_code")),
        sa.PrimaryKeyConstraint("book_id", "authorization_id", name=op.f("pk_acceptance")),
    )
    op.create_index(
        "ix_acceptance_pending",
        "acceptance",
        ["provider_code", "answer_by"],
        postgresql_where=sa.text("state = 'pending'"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("acceptance")
    op.drop_column("service", "acceptance_hours")
    op.drop_column("provider", "acceptance_hours")
