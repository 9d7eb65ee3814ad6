"""Requests: what people ask welfare managers for, and what is answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0033_requests"
down_revision = "0032_period_reminder"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "request",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("employee_id", sa.Text(), nullable=False),
        sa.Column("territory_code", sa.Text(), nullable=False),
        sa.Column("service_code", sa.Text()),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("outcome", sa.Text()),
        sa.Column("asked_at", moment, server_default=sa.text("ledger_now()"), nullable=False),
        sa.Column("closed_at", moment),
        sa.CheckConstraint("state in ('open', 'answered', 'closed')", name=op.f("ck_request_state")),
        sa.CheckConstraint(
            "outcome in ('oriented', 'not_available', 'no_reply', 'withdrawn')", name=op.f("ck_request_outcome")
        ),
        sa.CheckConstraint(
            "(state = 'closed') = (outcome is not null) and (outcome is null) = (closed_at is null)",
            name=op.f("ck_request_closed"),
        ),
        sa.ForeignKeyConstraint(
            ["book_id", "employee_id"],
            ["employee.book_id", "employee.employee_id"],
            name=op.f("fk_request_book_id_employee_id"),
        ),
        sa.ForeignKeyConstraint(["territory_code"], ["territory.code"], name=op.f("fk_request_territory_code")),
        sa.ForeignKeyConstraint(["service_code"], ["service.code"], name=op.f("fk_request_service_code")),
        sa.PrimaryKeyConstraint("book_id", "request_id", name=op.f("pk_request")),
    )
    op.create_index("ix_request_employee", "request", ["book_id", "employee_id"])
    op.create_index(
        "ix_request_waiting", "request", ["territory_code", "request_id"], postgresql_where=sa.text("state = 'open'")
    )
    op.create_table(
        "request_event",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("on_behalf_of", sa.Text()),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("services", ARRAY(sa.Text()), nullable=False),
        sa.Column("recorded_at", moment, server_default=sa.text("ledger_now()"), nullable=False),
        sa.CheckConstraint("kind in ('asked', 'answered', 'closed')", name=op.f("ck_request_event_kind")),
        sa.CheckConstraint("role in ('EMPLOYEE', 'WELFARE_MANAGER')", name=op.f("ck_request_event_role")),
        sa.CheckConstraint("cardinality(services) = 0 or kind = 'answered'", name=op.f("ck_request_event_services")),
        sa.ForeignKeyConstraint(
            ["book_id", "request_id"],
            ["request.book_id", "request.request_id"],
            name=op.f("fk_request_event_book_id_request_id"),
        ),
        sa.PrimaryKeyConstraint("book_id", "request_id", "seq", name=op.f("pk_request_event")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("request_event")
    op.drop_table("request")
