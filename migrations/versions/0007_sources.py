"""Tables of plans/ for bonus conversions, payroll files and opening balances."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007_sources"
down_revision = "0006_reimbursements"
branch_labels = None
depends_on = None

# What was agreed, chosen or loaded is history. The one change it admits: a choice is revoked, once, with a reason.
KEEP = """
create function plans_keep_sources() returns trigger language plpgsql as $$
declare
    told constant text[] := array['revoked_at', 'revoked_by', 'revoked_why'];
begin
    if tg_op = 'UPDATE' and tg_table_name = 'bonus_choice'
       and to_jsonb(old) ->> 'revoked_at' is null and to_jsonb(new) ->> 'revoked_at' is not null
       and to_jsonb(new) - told = to_jsonb(old) - told then
        return new;
    end if;
    raise exception '% is append-only', tg_table_name using errcode = 'integrity_constraint_violation';
end $$
"""
TABLES = ("bonus_agreement", "bonus_choice", "payroll_load", "opening_load")


def upgrade() -> None:
    """Create the tables."""
    _bonus_agreement()
    _bonus_choice()
    _loads()
    op.execute(KEEP)
    for table in TABLES:
        op.execute(
            f"create trigger keep_sources before update or delete on {table}"
            " for each row execute function plans_keep_sources()"
        )


def downgrade() -> None:
    """Drop the tables."""
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("drop function plans_keep_sources()")


def _bonus_agreement() -> None:
    op.create_table(
        "bonus_agreement",
        sa.Column("book_id", sa.Integer, nullable=False),
        sa.Column("agreement_id", sa.Text, nullable=False),
        sa.Column("plan_id", sa.Text, nullable=False),
        sa.Column("deposit_code", sa.Text, nullable=False),
        sa.Column("deposited_on", sa.Date, nullable=False),
        sa.Column("conformity_declared", sa.Boolean, nullable=False),
        sa.Column("increment_attested", sa.Boolean, nullable=False),
        sa.Column("joint", sa.Boolean, nullable=False),
        sa.Column("shares", sa.ARRAY(sa.SmallInteger), nullable=False),
        sa.Column("document_hash", sa.Text),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("book_id", "agreement_id", name="pk_bonus_agreement"),
        sa.ForeignKeyConstraint(
            ["book_id", "plan_id"], ["plan.book_id", "plan.plan_id"], name="fk_bonus_agreement_book_id_plan_id"
        ),
        sa.CheckConstraint("deposit_code <> ''", name=op.f("ck_bonus_agreement_deposit_code")),
        # The shares a worker may choose; empty where the agreement leaves every one open.
        sa.CheckConstraint("0 <= all (shares) and 100 >= all (shares)", name=op.f("ck_bonus_agreement_shares")),
        sa.CheckConstraint("document_hash ~ '^[0-9a-f]{64}$'", name=op.f("ck_bonus_agreement_document_hash")),
    )
    op.create_index("ix_bonus_agreement_plan", "bonus_agreement", ["book_id", "plan_id"])


def _bonus_choice() -> None:
    op.create_table(
        "bonus_choice",
        sa.Column("book_id", sa.Integer, nullable=False),
        sa.Column("choice_id", sa.Text, nullable=False),
        sa.Column("plan_id", sa.Text, nullable=False),
        sa.Column("employee_id", sa.Text, nullable=False),
        sa.Column("premium", sa.Text, nullable=False),
        sa.Column("premium_minor", sa.BigInteger, nullable=False),
        sa.Column("share_percent", sa.SmallInteger, nullable=False),
        sa.Column("converted_minor", sa.BigInteger, nullable=False),
        sa.Column("taxed_minor", sa.BigInteger, nullable=False),
        sa.Column("chosen_on", sa.Date, nullable=False),
        sa.Column("year", sa.SmallInteger, nullable=False),
        sa.Column("income_within", sa.Boolean),
        sa.Column("waived", sa.Boolean, nullable=False),
        sa.Column("elsewhere_minor", sa.BigInteger),
        sa.Column("rule_ids", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("rulebook_version", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_by", sa.Text),
        sa.Column("revoked_why", sa.Text),
        sa.PrimaryKeyConstraint("book_id", "choice_id", name="pk_bonus_choice"),
        sa.ForeignKeyConstraint(
            ["book_id", "plan_id"], ["plan.book_id", "plan.plan_id"], name="fk_bonus_choice_book_id_plan_id"
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "employee_id"],
            ["employee.book_id", "employee.employee_id"],
            name="fk_bonus_choice_book_id_employee_id",
        ),
        sa.CheckConstraint("premium <> '' and premium_minor > 0", name=op.f("ck_bonus_choice_premium")),
        sa.CheckConstraint("share_percent between 0 and 100", name=op.f("ck_bonus_choice_share")),
        sa.CheckConstraint(
            "converted_minor between 0 and premium_minor and taxed_minor between 0 and premium_minor - converted_minor",
            name=op.f("ck_bonus_choice_parts"),
        ),
        # Half a cent goes up, as everywhere in this conversion.
        sa.CheckConstraint(
            "converted_minor = (2 * premium_minor * share_percent + 100) / 200", name=op.f("ck_bonus_choice_converted")
        ),
        sa.CheckConstraint("year = extract(year from chosen_on)", name=op.f("ck_bonus_choice_year")),
        # Nothing is converted of whoever earned too much, or of whom nobody said what they earned.
        sa.CheckConstraint("converted_minor = 0 or income_within is true", name=op.f("ck_bonus_choice_income")),
        sa.CheckConstraint("elsewhere_minor >= 0", name=op.f("ck_bonus_choice_elsewhere")),
        sa.CheckConstraint(
            "num_nulls(revoked_at, revoked_by, revoked_why) in (0, 3) and revoked_why <> ''",
            name=op.f("ck_bonus_choice_revoked"),
        ),
    )
    # A worker chooses once about one bonus; a revoked choice makes room for another.
    op.create_index(
        "uq_bonus_choice_premium",
        "bonus_choice",
        ["book_id", "plan_id", "employee_id", "premium"],
        unique=True,
        postgresql_where=sa.text("revoked_at is null"),
    )
    op.create_index("ix_bonus_choice_year", "bonus_choice", ["book_id", "employee_id", "year"])


def _loads() -> None:
    op.create_table(
        "payroll_load",
        sa.Column("book_id", sa.Integer, nullable=False),
        sa.Column("load_id", sa.Text, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("declared_on", sa.Date, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("book_id", "load_id", name="pk_payroll_load"),
        sa.ForeignKeyConstraint(["book_id"], ["book.book_id"], name="fk_payroll_load_book_id"),
        sa.CheckConstraint("rows > 0", name=op.f("ck_payroll_load_something")),
    )
    op.create_table(
        "opening_load",
        sa.Column("book_id", sa.Integer, nullable=False),
        sa.Column("load_id", sa.Text, nullable=False),
        sa.Column("plan_id", sa.Text, nullable=False),
        sa.Column("document_ref", sa.Text, nullable=False),
        sa.Column("platform", sa.Text, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("total_minor", sa.BigInteger, nullable=False),
        sa.Column("brought_on", sa.Date, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("book_id", "load_id", name="pk_opening_load"),
        sa.ForeignKeyConstraint(
            ["book_id", "plan_id"], ["plan.book_id", "plan.plan_id"], name="fk_opening_load_book_id_plan_id"
        ),
        sa.UniqueConstraint("book_id", "plan_id", "document_ref", name="uq_opening_load_document_ref"),
        sa.UniqueConstraint("book_id", "plan_id", "content_hash", name="uq_opening_load_content_hash"),
        sa.CheckConstraint("rows > 0 and total_minor > 0", name=op.f("ck_opening_load_something")),
        sa.CheckConstraint("document_ref <> '' and platform <> ''", name=op.f("ck_opening_load_proof")),
    )
