"""The tables of ledger/."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import DOMAIN

revision = "0001_ledger"
down_revision = None
branch_labels = None
depends_on = None


# What one column alone must be is a domain's check; see ledger/tables.py.
DOMAINS = {
    "amount": ("bigint", "value > 0 and value <= 9007199254740991"),
    "total": ("bigint", "value between 0 and 9007199254740991"),
    "side": ("smallint", "value in (1, -1)"),
    "account_status": ("text", "value in ('open', 'frozen', 'closed')"),
    "hold_state": ("text", "value in ('open', 'captured', 'voided', 'expired')"),
    "hold_event_kind": ("text", "value in ('authorize', 'capture', 'void', 'expire', 'release')"),
}
_BASES = {"bigint": sa.BigInteger, "smallint": sa.SmallInteger, "text": sa.Text}


def domain(name: str) -> DOMAIN:
    """Return a domain as the type of a column."""
    return DOMAIN(name, _BASES[DOMAINS[name][0]](), create_type=False)


def upgrade() -> None:
    """Create the tables."""
    for name, (base, check) in DOMAINS.items():
        op.execute(f"create domain {name} as {base} constraint ck_{name} check ({check})")
    # Defaults of columns call it; its lasting text is in ledger/functions.sql.
    op.execute("create function ledger_now() returns timestamptz language sql as 'select clock_timestamp()'")
    op.create_table(
        "book",
        sa.Column("book_id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), server_default="EUR", nullable=False),
        sa.Column("status", sa.Text(), server_default="open", nullable=False),
        sa.CheckConstraint("status in ('open', 'stopped')", name=op.f("ck_book_status")),
        sa.PrimaryKeyConstraint("book_id", name=op.f("pk_book")),
        sa.UniqueConstraint("book_id", "currency", name=op.f("uq_book_book_id_currency")),
        sa.UniqueConstraint("code", name=op.f("uq_book_code")),
    )
    op.create_table(
        "hold",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("hold_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("state", domain("hold_state"), server_default="open", nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("book_id", "hold_id", name=op.f("pk_hold")),
    )
    op.create_index(
        "ix_hold_due", "hold", ["book_id", "expires_at"], unique=False, postgresql_where=sa.text("state = 'open'")
    )
    op.create_index(
        "uq_hold_reference",
        "hold",
        ["book_id", "reference"],
        unique=True,
        postgresql_where=sa.text("reference is not null"),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False),
        sa.PrimaryKeyConstraint("book_id", "actor", "operation", "key", name=op.f("pk_idempotency_key")),
    )
    op.create_index("ix_idempotency_key_created_at", "idempotency_key", ["created_at"], unique=False)
    op.create_table(
        "posting",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("debit_account_id", sa.BigInteger(), nullable=False),
        sa.Column("credit_account_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", domain("amount"), nullable=False),
        sa.Column("debit_version", sa.BigInteger(), nullable=False),
        sa.Column("debit_after", sa.BigInteger(), nullable=False),
        sa.Column("credit_version", sa.BigInteger(), nullable=False),
        sa.Column("credit_after", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("debit_account_id <> credit_account_id", name=op.f("ck_posting_two_accounts")),
        sa.PrimaryKeyConstraint("book_id", "entry_id", "line", name=op.f("pk_posting")),
    )
    op.create_index("uq_posting_credit", "posting", ["book_id", "credit_account_id", "credit_version"], unique=True)
    op.create_index("uq_posting_debit", "posting", ["book_id", "debit_account_id", "debit_version"], unique=True)
    op.create_table(
        "refund_counter",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("captured_minor", domain("amount"), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("refunded_minor between 0 and captured_minor", name=op.f("ck_refund_counter_cap")),
        sa.PrimaryKeyConstraint("book_id", "entry_id", name=op.f("pk_refund_counter")),
    )
    op.create_table(
        "seal",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("prev_hash", sa.LargeBinary(), nullable=False),
        sa.Column("link_hash", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("book_id", "seq", name=op.f("pk_seal")),
        sa.UniqueConstraint("book_id", "entry_id", name=op.f("uq_seal_book_id_entry_id")),
    )
    op.create_table(
        "seal_queue",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("book_id", "entry_id", name=op.f("pk_seal_queue")),
    )
    op.create_table(
        "account",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("ledger_now()"), nullable=False),
        sa.CheckConstraint("kind in ('A', 'L', 'I', 'E', 'Q')", name=op.f("ck_account_kind")),
        sa.ForeignKeyConstraint(
            ["book_id", "currency"], ["book.book_id", "book.currency"], name=op.f("fk_account_book_id_currency")
        ),
        sa.PrimaryKeyConstraint("book_id", "account_id", name=op.f("pk_account")),
        sa.UniqueConstraint("book_id", "code", name=op.f("uq_account_book_id_code")),
    )
    op.create_table(
        "entry",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("reverses", sa.BigInteger(), nullable=True),
        sa.Column("refunds", sa.BigInteger(), nullable=True),
        sa.Column("hold_id", sa.BigInteger(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("memo", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("book_id", "entry_id", name=op.f("pk_entry")),
    )
    op.create_index("ix_entry_occurred_on", "entry", ["book_id", "occurred_on"], unique=False)
    op.create_index(
        "ix_entry_refunds",
        "entry",
        ["book_id", "refunds"],
        unique=False,
        postgresql_where=sa.text("refunds is not null"),
    )
    op.create_index(
        "uq_entry_reference",
        "entry",
        ["book_id", "reference"],
        unique=True,
        postgresql_where=sa.text("reference is not null"),
    )
    op.create_index(
        "uq_entry_reverses",
        "entry",
        ["book_id", "reverses"],
        unique=True,
        postgresql_where=sa.text("reverses is not null"),
    )
    op.create_table(
        "hold_event",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("hold_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", domain("hold_event_kind"), nullable=False),
        sa.Column("amount_minor", domain("total"), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(kind = 'capture') = (entry_id is not null)", name=op.f("ck_hold_event_entry")),
        sa.ForeignKeyConstraint(
            ["book_id", "hold_id"], ["hold.book_id", "hold.hold_id"], name=op.f("fk_hold_event_book_id_hold_id")
        ),
        sa.PrimaryKeyConstraint("book_id", "hold_id", "seq", name=op.f("pk_hold_event")),
    )
    op.create_table(
        "hold_line",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("hold_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", domain("amount"), nullable=False),
        sa.Column("captured_minor", domain("total"), server_default="0", nullable=False),
        sa.Column("released_minor", domain("total"), server_default="0", nullable=False),
        sa.CheckConstraint("captured_minor + released_minor <= amount_minor", name=op.f("ck_hold_line_whole")),
        sa.ForeignKeyConstraint(
            ["book_id", "hold_id"], ["hold.book_id", "hold.hold_id"], name=op.f("fk_hold_line_book_id_hold_id")
        ),
        sa.PrimaryKeyConstraint("book_id", "hold_id", "line", name=op.f("pk_hold_line")),
    )
    op.create_index(
        "ix_hold_line_open",
        "hold_line",
        ["book_id", "account_id"],
        unique=False,
        postgresql_where=sa.text("captured_minor + released_minor < amount_minor"),
    )
    op.create_table(
        "period",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'closed') = (closed_at is not null)", name=op.f("ck_period_closed")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_period_order")),
        sa.ForeignKeyConstraint(["book_id"], ["book.book_id"], name=op.f("fk_period_book_id")),
        sa.PrimaryKeyConstraint("book_id", "starts_on", name=op.f("pk_period")),
    )
    op.create_table(
        "balance",
        sa.Column("book_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("side", domain("side"), nullable=False),
        sa.Column("status", domain("account_status"), server_default="open", nullable=False),
        sa.Column("debit_posted", domain("total"), server_default="0", nullable=False),
        sa.Column("credit_posted", domain("total"), server_default="0", nullable=False),
        sa.Column("held_minor", domain("total"), server_default="0", nullable=False),
        sa.Column("floor_minor", sa.BigInteger(), nullable=True),
        sa.Column("version", domain("total"), server_default="0", nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), server_default="1970-01-01 00:00:00+00", nullable=False),
        sa.CheckConstraint(
            "side * (debit_posted - credit_posted) - held_minor >= floor_minor", name=op.f("ck_balance_floor")
        ),
        sa.PrimaryKeyConstraint("book_id", "account_id", name=op.f("pk_balance")),
        postgresql_with={"fillfactor": 70},
    )


def downgrade() -> None:
    """Drop the tables."""
    for table in (
        "balance",
        "period",
        "hold_line",
        "hold_event",
        "entry",
        "account",
        "seal_queue",
        "seal",
        "refund_counter",
        "posting",
        "idempotency_key",
        "hold",
        "book",
    ):
        op.execute(f"drop table {table} cascade")
    for name in DOMAINS:
        op.execute(f"drop domain {name}")
