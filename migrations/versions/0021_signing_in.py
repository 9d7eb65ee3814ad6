"""What proves who somebody is (invitations, links, codes, browsers), how fast they may try, and the audit trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021_signing_in"
down_revision = "0020_mail"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_ROLES = "'employee', 'employer', 'payroll', 'accountant', 'municipality', 'provider', 'welfare_manager', 'operator'"
_REACH = (
    "(role in ('employee', 'employer', 'payroll', 'accountant', 'municipality')) = (book_id is not null)"
    " and (role = 'employee') = (employee_id is not null)"
    " and (role = 'provider') = (provider_code is not null)"
)


def upgrade() -> None:
    """Create the tables."""
    op.add_column("member", sa.Column("totp_pending", sa.Text()))
    op.add_column("token", sa.Column("idle_seconds", sa.Integer()))
    _invitation()
    _proofs()
    op.create_table(
        "audit_event",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("at", _MOMENT, server_default=sa.text("ledger_now()"), nullable=False),
        sa.Column("member_id", sa.Text()),
        sa.Column("role", sa.Text()),
        sa.Column("book_id", sa.Integer()),
        sa.Column("employee_id", sa.Text()),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("target", sa.Text()),
        sa.Column("personal", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.CheckConstraint("outcome in ('done', 'declined', 'refused')", name=op.f("ck_audit_event_outcome")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_audit_event")),
    )
    for name, column in (("book", "book_id"), ("employee", "employee_id"), ("member", "member_id")):
        op.create_index(f"ix_audit_event_{name}", "audit_event", [column, "event_id"])


def _invitation() -> None:
    op.create_table(
        "invitation",
        sa.Column("invitation_id", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("book_id", sa.Integer()),
        sa.Column("employee_id", sa.Text()),
        sa.Column("provider_code", sa.Text()),
        sa.Column("invited_by", sa.Text()),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("accepted_at", _MOMENT),
        sa.Column("revoked_at", _MOMENT),
        sa.CheckConstraint(f"role in ({_ROLES})", name=op.f("ck_invitation_role")),
        sa.CheckConstraint(_REACH, name=op.f("ck_invitation_reach")),
        sa.ForeignKeyConstraint(["book_id"], ["book.book_id"], name=op.f("fk_invitation_book_id")),
        sa.ForeignKeyConstraint(
            ["book_id", "employee_id"],
            ["employee.book_id", "employee.employee_id"],
            name=op.f("fk_invitation_book_id_employee_id"),
        ),
        sa.ForeignKeyConstraint(["provider_code"], ["provider.code"], name=op.f("fk_invitation_provider_code")),
        sa.ForeignKeyConstraint(["invited_by"], ["member.member_id"], name=op.f("fk_invitation_invited_by")),
        sa.PrimaryKeyConstraint("invitation_id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("hash", name=op.f("uq_invitation_hash")),
    )
    op.create_index(
        "uq_invitation_open",
        "invitation",
        [sa.text("lower(email)"), "role", "book_id", "employee_id", "provider_code"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("accepted_at is null and revoked_at is null"),
    )


def _proofs() -> None:
    op.create_table(
        "proof",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text()),
        sa.Column("code_hash", sa.LargeBinary()),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("facts", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("used_at", _MOMENT),
        sa.CheckConstraint("kind in ('sign_in', 'reset', 'oidc')", name=op.f("ck_proof_kind")),
        sa.ForeignKeyConstraint(["member_id"], ["member.member_id"], name=op.f("fk_proof_member_id")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_proof")),
    )
    op.create_index("ix_proof_member", "proof", ["member_id"])
    op.create_table(
        "recovery_code",
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("used_at", _MOMENT),
        sa.ForeignKeyConstraint(["member_id"], ["member.member_id"], name=op.f("fk_recovery_code_member_id")),
        sa.PrimaryKeyConstraint("member_id", "hash", name=op.f("pk_recovery_code")),
    )
    op.create_table(
        "device",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("seen_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.member_id"], name=op.f("fk_device_member_id")),
        sa.PrimaryKeyConstraint("hash", "member_id", name=op.f("pk_device")),
    )
    op.create_table(
        "pace",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", _MOMENT, nullable=False),
        sa.Column("wait_until", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_pace")),
    )
    op.create_table(
        "linked_identity",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("member_id", sa.Text(), nullable=False),
        sa.Column("linked_at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.member_id"], name=op.f("fk_linked_identity_member_id")),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_linked_identity")),
    )
    op.create_index("ix_linked_identity_member", "linked_identity", ["member_id"])


def downgrade() -> None:
    """Drop the tables."""
    for table in ("audit_event", "linked_identity", "pace", "device", "recovery_code", "proof", "invitation"):
        op.drop_table(table)
    op.drop_column("token", "idle_seconds")
    op.drop_column("member", "totp_pending")
