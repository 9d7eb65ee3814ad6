"""The tables of wallet/reimbursements/: submissions, their documents and reviews."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006_reimbursements"
down_revision = "0005_settlement"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "reimbursement_receipt",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("receipt_id", sa.Text(), nullable=False),
        sa.Column("supplier_key", sa.Text(), nullable=False),
        sa.Column("document_no_key", sa.Text(), nullable=False),
        sa.Column("document_on", sa.Date(), nullable=False),
        sa.Column("document_minor", sa.BigInteger(), nullable=False),
        sa.Column("asked_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "document_minor > 0 and asked_minor between 0 and document_minor",
            name=op.f("ck_reimbursement_receipt_once"),
        ),
        sa.ForeignKeyConstraint(["book_id"], ["book.book_id"], name=op.f("fk_reimbursement_receipt_book_id")),
        sa.PrimaryKeyConstraint("book_id", "receipt_id", name=op.f("pk_reimbursement_receipt")),
        sa.UniqueConstraint(
            "book_id", "supplier_key", "document_no_key", "document_on", name="uq_reimbursement_receipt_document"
        ),
    )
    op.create_table(
        "reimbursement",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("reimbursement_id", sa.Text(), nullable=False),
        sa.Column("authorization_id", sa.Text(), nullable=False),
        sa.Column("employee_id", sa.Text(), nullable=False),
        sa.Column("relative_id", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("expense", sa.Text(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("service_code", sa.Text(), nullable=True),
        sa.Column("receipt_id", sa.Text(), nullable=False),
        sa.Column("supplier", sa.Text(), nullable=False),
        sa.Column("supplier_tax_code", sa.Text(), nullable=True),
        sa.Column("document_no", sa.Text(), nullable=False),
        sa.Column("document_on", sa.Date(), nullable=False),
        sa.Column("document_minor", sa.BigInteger(), nullable=False),
        sa.Column("expense_on", sa.Date(), nullable=False),
        sa.Column("expense_year", sa.SmallInteger(), nullable=False),
        sa.Column("payment_means", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("statements", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("already_detracted", sa.Boolean(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("approved_minor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("chosen_on", sa.Date(), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("fix_by", sa.Date(), nullable=True),
        sa.Column("approved_on", sa.Date(), nullable=True),
        sa.Column("reimbursed_on", sa.Date(), nullable=True),
        sa.Column("payroll_month", sa.Date(), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False),
        sa.CheckConstraint("(status = 'needs_fix') = (fix_by is not null)", name=op.f("ck_reimbursement_fix_by")),
        sa.CheckConstraint(
            "(status = 'paid') = (payroll_month is not null) and (status = 'paid') = (reimbursed_on is not null)",
            name=op.f("ck_reimbursement_paid"),
        ),
        sa.CheckConstraint(
            "(status in ('approved', 'paid')) = (approved_minor > 0)", name=op.f("ck_reimbursement_approval")
        ),
        sa.CheckConstraint("holder in ('EMPLOYEE', 'USER', 'RELATIVE', 'OTHER')", name=op.f("ck_reimbursement_holder")),
        sa.CheckConstraint(
            "status in ('submitted', 'needs_fix', 'approved', 'rejected', 'withdrawn', 'paid', 'expired')",
            name=op.f("ck_reimbursement_status"),
        ),
        sa.CheckConstraint(
            "(approved_minor > 0) = (approved_on is not null)", name=op.f("ck_reimbursement_approved_on")
        ),
        sa.CheckConstraint("amount_minor > 0 and amount_minor <= document_minor", name=op.f("ck_reimbursement_amount")),
        sa.CheckConstraint("approved_minor between 0 and amount_minor", name=op.f("ck_reimbursement_approved")),
        sa.CheckConstraint("expense_on <= chosen_on and document_on <= chosen_on", name=op.f("ck_reimbursement_days")),
        sa.CheckConstraint("expense_year = extract(year from expense_on)", name=op.f("ck_reimbursement_expense_year")),
        sa.CheckConstraint("extract(day from payroll_month) = 1", name=op.f("ck_reimbursement_payroll_month")),
        sa.ForeignKeyConstraint(
            ["book_id", "authorization_id"],
            ["authorization.book_id", "authorization.authorization_id"],
            name=op.f("fk_reimbursement_book_id_authorization_id"),
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "receipt_id"],
            ["reimbursement_receipt.book_id", "reimbursement_receipt.receipt_id"],
            name=op.f("fk_reimbursement_book_id_receipt_id"),
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "employee_id"],
            ["employee.book_id", "employee.employee_id"],
            name=op.f("fk_reimbursement_book_id_employee_id"),
        ),
        sa.PrimaryKeyConstraint("book_id", "reimbursement_id", name=op.f("pk_reimbursement")),
        sa.UniqueConstraint("book_id", "authorization_id", name=op.f("uq_reimbursement_book_id_authorization_id")),
    )
    op.create_index("ix_reimbursement_receipt", "reimbursement", ["book_id", "receipt_id"], unique=False)
    op.create_index("ix_reimbursement_employee", "reimbursement", ["book_id", "employee_id"], unique=False)
    op.create_index(
        "ix_reimbursement_queue",
        "reimbursement",
        ["book_id", "submitted_at"],
        unique=False,
        postgresql_where=sa.text("status in ('submitted', 'needs_fix', 'approved')"),
    )
    op.create_table(
        "reimbursement_document",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("reimbursement_id", sa.Text(), nullable=False),
        sa.Column("step", sa.SmallInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False),
        sa.CheckConstraint(
            "media_type in ('application/pdf', 'image/jpeg', 'image/png')",
            name=op.f("ck_reimbursement_document_media_type"),
        ),
        sa.CheckConstraint(
            "purpose in ('EXPENSE', 'PAYMENT', 'CONTRACT')",
            name=op.f("ck_reimbursement_document_purpose"),
        ),
        sa.CheckConstraint("octet_length(sha256) = 32", name=op.f("ck_reimbursement_document_sha256")),
        sa.CheckConstraint("size_bytes between 1 and 10485760", name=op.f("ck_reimbursement_document_size")),
        sa.ForeignKeyConstraint(
            ["book_id", "reimbursement_id"],
            ["reimbursement.book_id", "reimbursement.reimbursement_id"],
            name=op.f("fk_reimbursement_document_book_id_reimbursement_id"),
        ),
        sa.PrimaryKeyConstraint("book_id", "document_id", name=op.f("pk_reimbursement_document")),
    )
    op.create_index(
        "ix_reimbursement_document_of", "reimbursement_document", ["book_id", "reimbursement_id"], unique=False
    )
    op.create_index("ix_reimbursement_document_sha256", "reimbursement_document", ["book_id", "sha256"], unique=False)
    op.create_table(
        "reimbursement_step",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("step_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("reimbursement_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reasons", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.Column("changes", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("on_behalf_of", sa.Text(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False),
        sa.CheckConstraint(
            "kind in ('submit', 'ask_fix', 'fix', 'approve', 'reject', 'withdraw', 'pay', 'expire')",
            name=op.f("ck_reimbursement_step_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "reimbursement_id"],
            ["reimbursement.book_id", "reimbursement.reimbursement_id"],
            name=op.f("fk_reimbursement_step_book_id_reimbursement_id"),
        ),
        sa.PrimaryKeyConstraint("book_id", "step_id", name=op.f("pk_reimbursement_step")),
    )
    op.create_index("ix_reimbursement_step_of", "reimbursement_step", ["book_id", "reimbursement_id"], unique=False)


def downgrade() -> None:
    """Drop the tables."""
    for table in ("reimbursement_step", "reimbursement_document", "reimbursement", "reimbursement_receipt"):
        op.drop_table(table)
