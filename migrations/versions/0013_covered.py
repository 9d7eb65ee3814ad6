"""What a payout run leaves unpaid for want of money, and what was paid out of credit that had ended."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013_covered"
down_revision = "0012_undoing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables and the column."""
    op.add_column(
        "payout_run",
        sa.Column("advances", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False),
    )
    op.create_table(
        "payout_left_line",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.Text(), nullable=False),
        sa.Column("authorization_id", sa.Text(), nullable=False),
        sa.Column("provider_code", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("reason in ('not_covered')", name=op.f("ck_payout_left_line_reason")),
        sa.ForeignKeyConstraint(["run_id"], ["payout_run.run_id"], name=op.f("fk_payout_left_line_run_id")),
        sa.PrimaryKeyConstraint("book_id", "entry_id", "run_id", name=op.f("pk_payout_left_line")),
    )
    op.create_index("ix_payout_left_line_run", "payout_left_line", ["run_id"])
    op.create_table(
        "residual_payment",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("employee_id", sa.Text(), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("payee", sa.Text(), nullable=False),
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        *_who(),
        sa.CheckConstraint("payee in ('CITIZEN', 'PENSION_FUND')", name=op.f("ck_residual_payment_payee")),
        sa.CheckConstraint("payer in ('OPERATOR', 'EMPLOYER')", name=op.f("ck_residual_payment_payer")),
        sa.CheckConstraint(
            "payee = 'PENSION_FUND' or payer = 'OPERATOR'", name=op.f("ck_residual_payment_citizen_by_operator")
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_residual_payment_positive")),
        sa.CheckConstraint("account <> '' and reference <> ''", name=op.f("ck_residual_payment_filled")),
        sa.ForeignKeyConstraint(
            ["book_id", "employee_id"],
            ["employee.book_id", "employee.employee_id"],
            name=op.f("fk_residual_payment_book_id_employee_id"),
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "plan_id"], ["plan.book_id", "plan.plan_id"], name=op.f("fk_residual_payment_book_id_plan_id")
        ),
        sa.PrimaryKeyConstraint("book_id", "payment_id", name=op.f("pk_residual_payment")),
    )
    op.create_index("ix_residual_payment_of", "residual_payment", ["book_id", "employee_id", "plan_id"])
    op.create_table(
        "residual_reversal",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("reversed_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        *_who(),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_residual_reversal_reason")),
        sa.ForeignKeyConstraint(
            ["book_id", "payment_id"],
            ["residual_payment.book_id", "residual_payment.payment_id"],
            name=op.f("fk_residual_reversal_book_id_payment_id"),
        ),
        sa.PrimaryKeyConstraint("book_id", "payment_id", name=op.f("pk_residual_reversal")),
    )


def downgrade() -> None:
    """Drop the tables and the column."""
    op.drop_table("residual_reversal")
    op.drop_table("residual_payment")
    op.drop_table("payout_left_line")
    op.drop_column("payout_run", "advances")


def _who() -> list[sa.Column[object]]:
    return [
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False),
    ]
