"""The tables of access: members, their roles, their tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0018_access"
down_revision = "0017_vouchers_apart"
branch_labels = None
depends_on = None

_NOW = sa.text("ledger_now()")
_ROLES = "'employee', 'employer', 'payroll', 'accountant', 'municipality', 'provider', 'welfare_manager', 'operator'"


def upgrade() -> None:
    """Create the tables."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "member",
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text()),
        sa.Column("language", sa.Text(), server_default="it", nullable=False),
        sa.Column("password_hash", sa.Text()),
        sa.Column("totp_secret", sa.Text()),
        sa.Column("totp_step", sa.Integer()),
        sa.Column("created_at", moment, server_default=_NOW, nullable=False),
        sa.Column("ended_at", moment),
        sa.CheckConstraint("kind in ('person', 'machine')", name=op.f("ck_member_kind")),
        sa.CheckConstraint("name <> '' and (kind = 'machine') = (email is null)", name=op.f("ck_member_named")),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_member")),
    )
    op.create_index("uq_member_email", "member", [sa.text("lower(email)")], unique=True)
    op.create_table(
        "appointment",
        sa.Column("appointment_id", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("book_id", sa.Integer()),
        sa.Column("employee_id", sa.Text()),
        sa.Column("provider_code", sa.Text()),
        sa.Column("appointed_at", moment, server_default=_NOW, nullable=False),
        sa.Column("ended_at", moment),
        sa.CheckConstraint(f"role in ({_ROLES})", name=op.f("ck_appointment_role")),
        sa.CheckConstraint(
            "(role in ('employee', 'employer', 'payroll', 'accountant', 'municipality')) = (book_id is not null)"
            " and (role = 'employee') = (employee_id is not null)"
            " and (role = 'provider') = (provider_code is not null)",
            name=op.f("ck_appointment_reach"),
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.member_id"], name=op.f("fk_appointment_member_id")),
        sa.ForeignKeyConstraint(["book_id"], ["book.book_id"], name=op.f("fk_appointment_book_id")),
        sa.ForeignKeyConstraint(
            ["book_id", "employee_id"],
            ["employee.book_id", "employee.employee_id"],
            name=op.f("fk_appointment_book_id_employee_id"),
        ),
        sa.ForeignKeyConstraint(["provider_code"], ["provider.code"], name=op.f("fk_appointment_provider_code")),
        sa.PrimaryKeyConstraint("appointment_id", name=op.f("pk_appointment")),
    )
    op.create_index("ix_appointment_member", "appointment", ["member_id"])
    op.create_table(
        "token",
        sa.Column("token_id", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("appointment_id", sa.Text(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", moment, server_default=_NOW, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("revoked_at", moment),
        sa.Column("last_used_at", moment),
        sa.CheckConstraint("kind in ('bearer', 'cookie')", name=op.f("ck_token_kind")),
        sa.CheckConstraint("octet_length(hash) = 32 and expires_at > created_at", name=op.f("ck_token_shape")),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.appointment_id"], name=op.f("fk_token_appointment_id")
        ),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_token")),
        sa.UniqueConstraint("hash", name=op.f("uq_token_hash")),
    )
    op.create_index("ix_token_appointment", "token", ["appointment_id"])


def downgrade() -> None:
    """Drop the tables."""
    for table in ("token", "appointment", "member"):
        op.drop_table(table)
