"""Bonuses that workers choose about by themselves, on days that their employer sets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041_bonus_offer"
down_revision = "0040_delivery_places"
branch_labels = None
depends_on = None

# What was offered is history. The one change it admits: an offer is withdrawn, once.
KEEP = """
create function plans_keep_offers() returns trigger language plpgsql as $$
declare
    told constant text[] := array['withdrawn_at', 'withdrawn_by'];
begin
    if tg_op = 'UPDATE' and old.withdrawn_at is null and new.withdrawn_at is not null
       and to_jsonb(new) - told = to_jsonb(old) - told then
        return new;
    end if;
    raise exception '% is append-only', tg_table_name using errcode = 'integrity_constraint_violation';
end $$
"""


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "bonus_offer",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Text(), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("employee_id", sa.Text(), nullable=False),
        sa.Column("premium", sa.Text(), nullable=False),
        sa.Column("premium_minor", sa.BigInteger(), nullable=False),
        # None while nobody said.
        sa.Column("income_within", sa.Boolean()),
        sa.Column("waived", sa.Boolean(), nullable=False),
        sa.Column("choose_from", sa.Date(), nullable=False),
        sa.Column("choose_by", sa.Date(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True)),
        sa.Column("withdrawn_by", sa.Text()),
        sa.PrimaryKeyConstraint("book_id", "offer_id", name=op.f("pk_bonus_offer")),
        sa.ForeignKeyConstraint(
            ["book_id", "plan_id"], ["plan.book_id", "plan.plan_id"], name=op.f("fk_bonus_offer_book_id_plan_id")
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "employee_id"],
            ["employee.book_id", "employee.employee_id"],
            name=op.f("fk_bonus_offer_book_id_employee_id"),
        ),
        sa.CheckConstraint("premium <> '' and premium_minor > 0", name=op.f("ck_bonus_offer_premium")),
        # Within one year: the income that counts is that of the year before.
        sa.CheckConstraint(
            "choose_by >= choose_from and extract(year from choose_by) = extract(year from choose_from)",
            name=op.f("ck_bonus_offer_days"),
        ),
        sa.CheckConstraint("num_nulls(withdrawn_at, withdrawn_by) in (0, 2)", name=op.f("ck_bonus_offer_withdrawn")),
    )
    # One offer about one bonus of one worker; one that was withdrawn makes room for another.
    op.create_index(
        "uq_bonus_offer_premium",
        "bonus_offer",
        ["book_id", "plan_id", "premium", "employee_id"],
        unique=True,
        postgresql_where=sa.text("withdrawn_at is null"),
    )
    op.create_index("ix_bonus_offer_employee", "bonus_offer", ["book_id", "employee_id"])
    op.execute(KEEP)
    op.execute(
        "create trigger keep_offers before update or delete on bonus_offer"
        " for each row execute function plans_keep_offers()"
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("bonus_offer")
    op.execute("drop function plans_keep_offers()")
