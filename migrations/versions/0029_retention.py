"""The tables of retention: legal holds, and the records of erasures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0029_retention"
down_revision = "0028_acceptance"
branch_labels = None
depends_on = None

_NOW = sa.text("ledger_now()")


def upgrade() -> None:
    """Create the tables."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "legal_hold",
        sa.Column("hold_id", sa.Text(), nullable=False),
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.Text()),
        sa.Column("tax_year", sa.SmallInteger()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_by", sa.Text(), nullable=False),
        sa.Column("placed_at", moment, server_default=_NOW, nullable=False),
        sa.Column("lifted_by", sa.Text()),
        sa.Column("lifted_at", moment),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_legal_hold_reason")),
        sa.CheckConstraint("(lifted_by is null) = (lifted_at is null)", name=op.f("ck_legal_hold_lifted")),
        sa.ForeignKeyConstraint(["book_id"], ["book.book_id"], name=op.f("fk_legal_hold_book_id")),
        sa.ForeignKeyConstraint(
            ["book_id", "employee_id"],
            ["employee.book_id", "employee.employee_id"],
            name=op.f("fk_legal_hold_book_id_employee_id"),
        ),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_legal_hold")),
    )
    op.create_index("ix_legal_hold_open", "legal_hold", ["book_id"], postgresql_where=sa.text("lifted_at is null"))
    op.create_table(
        "erasure",
        sa.Column("erasure_id", sa.Text(), nullable=False),
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("employee_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("report", postgresql.JSONB(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("erased_at", moment, server_default=_NOW, nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_erasure_reason")),
        sa.ForeignKeyConstraint(["book_id"], ["book.book_id"], name=op.f("fk_erasure_book_id")),
        sa.ForeignKeyConstraint(
            ["book_id", "employee_id"],
            ["employee.book_id", "employee.employee_id"],
            name=op.f("fk_erasure_book_id_employee_id"),
        ),
        sa.PrimaryKeyConstraint("erasure_id", name=op.f("pk_erasure")),
    )
    op.create_index("ix_erasure_person", "erasure", ["book_id", "employee_id"])


def downgrade() -> None:
    """Drop the tables."""
    for table in ("erasure", "legal_hold"):
        op.drop_table(table)
