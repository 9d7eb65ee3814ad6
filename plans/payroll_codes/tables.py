"""The payslip tables a company loaded, and which of them governs a month. Append only: a month keeps its table."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from datetime import date, datetime
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, SmallInteger, Text
from sqlalchemy.orm import Mapped, Session, mapped_column

from config import ids
from config.database import Base
from plans.payroll_codes.errors import PayrollTableChanged, PayrollTableNotFound, PayrollTableSettled
from plans.payroll_codes.model import AmountStyle, CodeTable, DateStyle, Item, Layout, Treatment
from plans.rows import Moment
from plans.rulebook.words import Category, Channel, ExpenseKind, PlanSource

_WIDTH = "between 0 and 20"


class PayrollTable(Base):
    """A table of payslip items that a company loaded, for the months from one on."""

    __tablename__ = "payroll_table"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    table_id: Mapped[str] = mapped_column(Text, primary_key=True)
    from_month: Mapped[date]
    name: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    company_code: Mapped[str] = mapped_column(Text)
    company_width: Mapped[int] = mapped_column(SmallInteger)
    employee_width: Mapped[int] = mapped_column(SmallInteger)
    item_width: Mapped[int] = mapped_column(SmallInteger)
    amounts: Mapped[str] = mapped_column(Text)
    dates: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    loaded_at: Mapped[datetime] = mapped_column(Moment, server_default=sa.text("ledger_now()"))
    __table_args__ = (
        ForeignKeyConstraint(["book_id"], ["funder.book_id"]),
        CheckConstraint("from_month = date_trunc('month', from_month)::date", name="month"),
        CheckConstraint(f"company_width {_WIDTH} and employee_width {_WIDTH} and item_width {_WIDTH}", name="widths"),
        CheckConstraint("amounts in ('COMMA', 'POINT', 'CENTS')", name="amounts"),
        CheckConstraint("dates in ('ISO', 'ITALIAN', 'DDMMYY')", name="dates"),
        CheckConstraint("content_hash ~ '^[0-9a-f]{64}$'", name="content_hash"),
        Index("ix_payroll_table_month", "book_id", "from_month"),
    )


class PayrollTableItem(Base):
    """One row of a table; the first that fits gives the item. A key that is null takes any."""

    __tablename__ = "payroll_table_item"
    book_id: Mapped[int] = mapped_column(primary_key=True)
    table_id: Mapped[str] = mapped_column(Text, primary_key=True)
    line: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    category: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str | None] = mapped_column(Text)
    channel: Mapped[str | None] = mapped_column(Text)
    treatment: Mapped[str | None] = mapped_column(Text)
    expense: Mapped[str | None] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text)
    __table_args__ = (
        ForeignKeyConstraint(["book_id", "table_id"], ["payroll_table.book_id", "payroll_table.table_id"]),
        CheckConstraint("line > 0", name="line"),
        CheckConstraint("treatment in ('EXEMPT', 'TAXABLE')", name="treatment"),
        CheckConstraint("code ~ '^[A-Za-z0-9][A-Za-z0-9 ._/-]{0,19}$'", name="code"),
    )


def load(
    session: Session,
    book_id: int,
    table: CodeTable,
    from_month: date,
    *,
    last_closed: date | None,
    actor: str,
    seen: str | None = None,
) -> bool:
    """
    Let a table govern the months from one on; the one in force already changes nothing and gives False.

    `last_closed` is the first day of the last closed month: what an earlier table said of it stays. A company's first
    table may begin in a closed month, which nothing but the neutral table spoke of. `seen` is what `newest` said when
    somebody began to write; None does not ask.
    Errors: PayrollTableChanged, PayrollTableSettled; in this order.
    """
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(f"payroll_table:{book_id}", 0))))
    content_hash = _hash(table)
    known = _in_force(session, book_id, from_month)
    if known is not None and known.content_hash == content_hash:
        return False
    latest = _newest(session, book_id)
    if seen is not None and latest is not None and latest.table_id != seen:
        raise PayrollTableChanged(name=latest.name, month=_month(latest.from_month))
    if last_closed is not None and from_month <= last_closed:
        settled = _in_force(session, book_id, last_closed)
        if settled is not None:
            raise PayrollTableSettled(
                in_force=_month(settled.from_month), closed=_month(last_closed), first_free=_month(_next(last_closed))
            )
    table_id, layout = ids.new("pyt"), table.layout
    session.add(
        PayrollTable(
            book_id=book_id,
            table_id=table_id,
            from_month=from_month,
            name=table.name,
            source=table.source,
            company_code=layout.company_code,
            company_width=layout.company_width,
            employee_width=layout.employee_width,
            item_width=layout.item_width,
            amounts=str(layout.amounts),
            dates=str(layout.dates),
            content_hash=content_hash,
            actor=actor,
        )
    )
    session.flush()
    session.add_all(
        PayrollTableItem(
            book_id=book_id,
            table_id=table_id,
            line=line,
            category=item.category,
            source=item.source,
            channel=item.channel,
            treatment=item.treatment,
            expense=item.expense,
            code=item.code,
            description=item.description,
        )
        for line, item in enumerate(table.items, 1)
    )
    session.flush()
    return True


@dataclass(frozen=True, slots=True)
class Loaded:
    """A table that a company loaded: since which month, and when."""

    table_id: str
    from_month: date
    name: str
    source: str
    loaded_at: datetime


def in_force(session: Session, book_id: int, month: date) -> CodeTable | None:
    """Return the table that governs a month (its first day), or None where the company loaded none for it."""
    row = _in_force(session, book_id, month)
    return None if row is None else _whole(session, row)


def newest(session: Session, book_id: int) -> str:
    """Return what tells the tables of a company from the same with one more; empty where there is none."""
    row = _newest(session, book_id)
    return "" if row is None else row.table_id


def history(session: Session, book_id: int) -> tuple[Loaded, ...]:
    """Return every table a company loaded, the one loaded last first."""
    rows = session.scalars(
        sa.select(PayrollTable).where(PayrollTable.book_id == book_id).order_by(PayrollTable.table_id.desc())
    )
    return tuple(map(_loaded, rows))


def find(session: Session, book_id: int, table_id: str) -> tuple[Loaded, CodeTable]:
    """
    Return a table that a company loaded, whether it governs a month or not.

    Errors: PayrollTableNotFound.
    """
    row = session.get(PayrollTable, (book_id, table_id))
    if row is None:
        raise PayrollTableNotFound(table=table_id)
    return _loaded(row), _whole(session, row)


def _loaded(row: PayrollTable) -> Loaded:
    return Loaded(row.table_id, row.from_month, row.name, row.source, row.loaded_at)


def _whole(session: Session, row: PayrollTable) -> CodeTable:
    rows = session.scalars(
        sa.select(PayrollTableItem)
        .where(PayrollTableItem.book_id == row.book_id, PayrollTableItem.table_id == row.table_id)
        .order_by(PayrollTableItem.line)
    )
    return CodeTable(
        row.name,
        row.source,
        Layout(
            row.company_code,
            row.company_width,
            row.employee_width,
            row.item_width,
            AmountStyle(row.amounts),
            DateStyle(row.dates),
        ),
        tuple(
            Item(
                code=item.code,
                description=item.description,
                category=Category(item.category) if item.category else None,
                source=PlanSource(item.source) if item.source else None,
                channel=Channel(item.channel) if item.channel else None,
                treatment=Treatment(item.treatment) if item.treatment else None,
                expense=ExpenseKind(item.expense) if item.expense else None,
            )
            for item in rows
        ),
    )


def _newest(session: Session, book_id: int) -> PayrollTable | None:
    # Ids grow with time.
    return session.scalar(
        sa.select(PayrollTable).where(PayrollTable.book_id == book_id).order_by(PayrollTable.table_id.desc()).limit(1)
    )


def _in_force(session: Session, book_id: int, month: date) -> PayrollTable | None:
    # Of two for the same month the one loaded last; ids grow with time.
    return session.scalar(
        sa.select(PayrollTable)
        .where(PayrollTable.book_id == book_id, PayrollTable.from_month <= month)
        .order_by(PayrollTable.from_month.desc(), PayrollTable.table_id.desc())
        .limit(1)
    )


def _hash(table: CodeTable) -> str:
    parts = (table.name, table.source, astuple(table.layout), [astuple(item) for item in table.items])
    return sha256(repr(parts).encode()).hexdigest()


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _month(month: date) -> str:
    return f"{month:%m/%Y}"
