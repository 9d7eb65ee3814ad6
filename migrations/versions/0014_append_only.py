"""One function keeps every table that only grows: the triggers that say the same in other words go."""

from __future__ import annotations

from alembic import op

revision = "0014_append_only"
down_revision = "0013_covered"
branch_labels = None
depends_on = None

# Their triggers are laid by plans/triggers.sql and wallet/triggers.sql after every migration.
SOCIAL = (
    "social_tariff",
    "entrusted_service",
    "social_step",
    "social_isee",
    "social_voucher",
    "social_use",
    "tender",
    "tender_return",
    "social_claim",
)
# A choice of a bonus may be revoked, once, and keeps its own function.
SOURCES = ("bonus_agreement", "payroll_load", "opening_load")
FUNCTION = """
create function social_append_only() returns trigger language plpgsql as $$
begin
    raise exception '% is append only: % is refused', tg_table_name, tg_op using errcode = 'LG001';
end $$
"""


def upgrade() -> None:
    """Drop what is replaced."""
    op.execute("drop function social_append_only() cascade")
    for table in SOURCES:
        op.execute(f"drop trigger keep_sources on {table}")


def downgrade() -> None:
    """Lay the triggers of before."""
    op.execute(FUNCTION)
    for table in SOCIAL:
        op.execute(
            f"create or replace trigger append_only_rows before update or delete on {table}"
            " for each row execute function social_append_only()"
        )
        op.execute(
            f"create or replace trigger append_only_table before truncate on {table}"
            " for each statement execute function social_append_only()"
        )
    for table in SOURCES:
        op.execute(
            f"create trigger keep_sources before update or delete on {table}"
            " for each row execute function plans_keep_sources()"
        )
