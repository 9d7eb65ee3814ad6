"""What undoes: the authorizations a reimbursement ever had, its new steps, and signatures that were withdrawn."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012_undoing"
down_revision = "0011_position"
branch_labels = None
depends_on = None

_STEPS = "'submit', 'ask_fix', 'fix', 'approve', 'reject', 'withdraw', 'pay', 'expire'"
_UNDOING = f"{_STEPS}, 'withdraw_approval', 'reverse_payment'"


def upgrade() -> None:
    """Create the tables and admit the steps."""
    op.create_table(
        "reimbursement_authorization",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("authorization_id", sa.Text(), nullable=False),
        sa.Column("reimbursement_id", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["book_id", "authorization_id"],
            ["authorization.book_id", "authorization.authorization_id"],
            name=op.f("fk_reimbursement_authorization_book_id_authorization_id"),
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "reimbursement_id"],
            ["reimbursement.book_id", "reimbursement.reimbursement_id"],
            name=op.f("fk_reimbursement_authorization_book_id_reimbursement_id"),
        ),
        sa.PrimaryKeyConstraint("book_id", "authorization_id", name=op.f("pk_reimbursement_authorization")),
    )
    op.create_index("ix_reimbursement_authorization_of", "reimbursement_authorization", ["book_id", "reimbursement_id"])
    op.execute(
        "insert into reimbursement_authorization (book_id, authorization_id, reimbursement_id, recorded_at)"
        " select book_id, authorization_id, reimbursement_id, submitted_at from reimbursement"
    )
    _admit_steps(_UNDOING)
    op.create_table(
        "rule_signature_withdrawal",
        sa.Column("signoff_id", sa.Text(), nullable=False),
        sa.Column("rule_id", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.CheckConstraint("reason ~ '^[A-Z_]+$'", name=op.f("ck_rule_signature_withdrawal_reason")),
        sa.ForeignKeyConstraint(
            ["signoff_id", "rule_id"],
            ["rule_signature.signoff_id", "rule_signature.rule_id"],
            name=op.f("fk_rule_signature_withdrawal_signoff_id_rule_id"),
        ),
        sa.PrimaryKeyConstraint("signoff_id", "rule_id", name=op.f("pk_rule_signature_withdrawal")),
    )


def downgrade() -> None:
    """Drop the tables and the steps."""
    op.drop_table("rule_signature_withdrawal")
    _admit_steps(_STEPS)
    op.drop_table("reimbursement_authorization")


def _admit_steps(kinds: str) -> None:
    name = op.f("ck_reimbursement_step_kind")
    op.drop_constraint(name, "reimbursement_step", type_="check")
    op.create_check_constraint(name, "reimbursement_step", f"kind in ({kinds})")
