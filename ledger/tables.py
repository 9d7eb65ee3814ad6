"""
The ledger's tables. The journal (entry, posting) is the truth; balance, hold and hold_line are projections of it.

Every primary and unique key starts with `book_id`: a book is the unit of isolation, of locking and of scale.
Rows here carry integers; public identifiers (prefix and ULID) belong to the packages above. See docs/adr/0002.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Identity, Index, SmallInteger, Text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.dialects.postgresql import DOMAIN
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.operators import OperatorClass

from config.database import Base

Moment = sa.DateTime(timezone=True)


class _Domain(DOMAIN):
    # Whatever its base type can be asked; SQLAlchemy 2.1 wants every type to say.
    operator_classes = OperatorClass.INTEGER | OperatorClass.STRING


def _domain(name: str, base: sa.types.TypeEngine[Any], check: str) -> _Domain:
    return _Domain(name, base, check=sa.text(check), constraint_name=f"ck_{name}", create_type=False)


# What one column alone must be. As a domain's, the server reads the check once a session; a table's is read anew by
# every statement that writes there, so that only what joins columns is left to the tables.
Amount = _domain("amount", BigInteger(), "value > 0 and value <= 9007199254740991")
Total = _domain("total", BigInteger(), "value between 0 and 9007199254740991")
Side = _domain("side", SmallInteger(), "value in (1, -1)")
AccountStatus = _domain("account_status", Text(), "value in ('open', 'frozen', 'closed')")
HoldState = _domain("hold_state", Text(), "value in ('open', 'captured', 'voided', 'expired')")
HoldEventKind = _domain("hold_event_kind", Text(), "value in ('authorize', 'capture', 'void', 'expire', 'release')")


class Book(Base):
    """The ledger of one funder."""

    __tablename__ = "book"
    book_id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    code: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text, server_default="EUR")
    status: Mapped[str] = mapped_column(Text, server_default="open")
    __table_args__ = (
        Unique("book_id", "currency"),
        CheckConstraint("status in ('open', 'stopped')", name="status"),
    )


class Account(Base):
    """What an account is; it never changes. Its state is in `balance`."""

    __tablename__ = "account"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text, server_default="")
    kind: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    __table_args__ = (
        # One currency a book, so that no posting can join two.
        ForeignKeyConstraint(["book_id", "currency"], ["book.book_id", "book.currency"]),
        Unique("book_id", "code"),
        CheckConstraint("kind in ('A', 'L', 'I', 'E', 'Q')", name="kind"),
    )


class Balance(Base):
    """
    The state of an account: what is posted, what holds reserve, how low it may go, and how often it was posted to.

    `side` is 1 where debits raise the balance (A, E) and -1 where credits do. `posted = side * (debit - credit)`,
    `available = posted - held`. The floor is on what is available, so that a hold can never be overdrawn.
    """

    __tablename__ = "balance"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    side: Mapped[int] = mapped_column(Side)
    status: Mapped[str] = mapped_column(AccountStatus, server_default="open")
    debit_posted: Mapped[int] = mapped_column(Total, server_default="0")
    credit_posted: Mapped[int] = mapped_column(Total, server_default="0")
    held_minor: Mapped[int] = mapped_column(Total, server_default="0")
    floor_minor: Mapped[int | None] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(Total, server_default="0")
    touched_at: Mapped[datetime] = mapped_column(Moment, server_default="1970-01-01 00:00:00+00")
    __table_args__ = (
        # No foreign key to the account: both rows are written by one statement, a hundred thousand at a time, and
        # verification finds one without the other.
        # Without a floor it is neither true nor false, and holds.
        CheckConstraint("side * (debit_posted - credit_posted) - held_minor >= floor_minor", name="floor"),
        # No index on a column that changes: updates stay within their page.
        {"postgresql_with": {"fillfactor": 70}},
    )


class Entry(Base):
    """An immutable journal entry: one or more postings that stand or fall together."""

    __tablename__ = "entry"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    occurred_on: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    reference: Mapped[str | None] = mapped_column(Text)
    reverses: Mapped[int | None] = mapped_column(BigInteger)
    refunds: Mapped[int | None] = mapped_column(BigInteger)
    hold_id: Mapped[int | None] = mapped_column(BigInteger)
    actor: Mapped[str] = mapped_column(Text)
    memo: Mapped[str] = mapped_column(Text)
    # No foreign key to the book: every entry of a busy book would lock its row. ledger_gate looks at it anyway.
    __table_args__ = (
        Index(
            "uq_entry_reference", "book_id", "reference", unique=True, postgresql_where=sa.text("reference is not null")
        ),
        Index(
            "uq_entry_reverses", "book_id", "reverses", unique=True, postgresql_where=sa.text("reverses is not null")
        ),
        Index("ix_entry_refunds", "book_id", "refunds", postgresql_where=sa.text("refunds is not null")),
        Index("ix_entry_occurred_on", "book_id", "occurred_on"),
    )


class Posting(Base):
    """
    A debit and its credit in one row, so that an unbalanced entry cannot be written down.

    It keeps the version it gave to each account and the balance that resulted, signed by the account's own side.
    """

    __tablename__ = "posting"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    debit_account_id: Mapped[int] = mapped_column(BigInteger)
    credit_account_id: Mapped[int] = mapped_column(BigInteger)
    amount_minor: Mapped[int] = mapped_column(Amount)
    debit_version: Mapped[int] = mapped_column(BigInteger)
    debit_after: Mapped[int] = mapped_column(BigInteger)
    credit_version: Mapped[int] = mapped_column(BigInteger)
    credit_after: Mapped[int] = mapped_column(BigInteger)
    __table_args__ = (
        CheckConstraint("debit_account_id <> credit_account_id", name="two_accounts"),
        Index("uq_posting_debit", "book_id", "debit_account_id", "debit_version", unique=True),
        Index("uq_posting_credit", "book_id", "credit_account_id", "credit_version", unique=True),
    )


class Hold(Base):
    """Money reserved in one or more accounts and not yet spent."""

    __tablename__ = "hold"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    hold_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    state: Mapped[str] = mapped_column(HoldState, server_default="open")
    expires_at: Mapped[datetime] = mapped_column(Moment)
    reference: Mapped[str | None] = mapped_column(Text)
    __table_args__ = (
        Index(
            "uq_hold_reference", "book_id", "reference", unique=True, postgresql_where=sa.text("reference is not null")
        ),
        Index("ix_hold_due", "book_id", "expires_at", postgresql_where=sa.text("state = 'open'")),
    )


class HoldLine(Base):
    """What a hold reserves in one account, and what became of it."""

    __tablename__ = "hold_line"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    hold_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInteger)
    amount_minor: Mapped[int] = mapped_column(Amount)
    captured_minor: Mapped[int] = mapped_column(Total, server_default="0")
    released_minor: Mapped[int] = mapped_column(Total, server_default="0")
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "hold_id"], ["hold.book_id", "hold.hold_id"]),
        CheckConstraint("captured_minor + released_minor <= amount_minor", name="whole"),
        Index(
            "ix_hold_line_open",
            "book_id",
            "account_id",
            postgresql_where=sa.text("captured_minor + released_minor < amount_minor"),
        ),
    )


class HoldEvent(Base):
    """What happened to a hold, in order; append only."""

    __tablename__ = "hold_event"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    hold_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(HoldEventKind)
    amount_minor: Mapped[int] = mapped_column(Total)
    entry_id: Mapped[int | None] = mapped_column(BigInteger)
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "hold_id"], ["hold.book_id", "hold.hold_id"]),
        CheckConstraint("(kind = 'capture') = (entry_id is not null)", name="entry"),
    )


class RefundCounter(Base):
    """How much of a captured entry was given back; it caps the refunds of one capture."""

    __tablename__ = "refund_counter"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    captured_minor: Mapped[int] = mapped_column(Amount)
    refunded_minor: Mapped[int] = mapped_column(BigInteger)
    __table_args__ = (CheckConstraint("refunded_minor between 0 and captured_minor", name="cap"),)


class Period(Base):
    """A stretch of business dates; a closed one takes no more entries."""

    __tablename__ = "period"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    starts_on: Mapped[date] = mapped_column(primary_key=True)
    ends_on: Mapped[date]
    state: Mapped[str] = mapped_column(Text, server_default="open")
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    __table_args__ = (
        ForeignKeyConstraint(["book_id"], ["book.book_id"]),
        CheckConstraint("ends_on >= starts_on", name="order"),
        CheckConstraint("(state = 'closed') = (closed_at is not null)", name="closed"),
    )


class SealQueue(Base):
    """Entries that wait for their seal."""

    __tablename__ = "seal_queue"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class Seal(Base):
    """One link of a book's hash chain; append only."""

    __tablename__ = "seal"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    entry_id: Mapped[int] = mapped_column(BigInteger)
    content_hash: Mapped[bytes]
    prev_hash: Mapped[bytes]
    link_hash: Mapped[bytes]
    sealed_at: Mapped[datetime] = mapped_column(Moment)
    __table_args__ = (Unique("book_id", "entry_id"),)


class IdempotencyKey(Base):
    """The answer that a command gave to a key, so that the same command again gives the same answer."""

    __tablename__ = "idempotency_key"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    actor: Mapped[str] = mapped_column(Text, primary_key=True)
    operation: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    request_hash: Mapped[bytes]
    answer: Mapped[dict[str, object] | None] = mapped_column(sa.JSON)
    created_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    __table_args__ = (Index("ix_idempotency_key_created_at", "created_at"),)
