"""The tables: a funder's people, what is declared about them, and its plans. `migrations/` holds the constraints."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base

Moment = sa.DateTime(timezone=True)


class Funder(Base):
    """Who pays for the plans of one book."""

    __tablename__ = "funder"

    book_id: Mapped[int] = mapped_column(
        sa.Integer, sa.ForeignKey("book.book_id"), primary_key=True, autoincrement=False
    )
    # Unique over all books: the table is small, and is read to find the book.
    code: Mapped[str] = mapped_column(sa.Text, unique=True)
    name: Mapped[str] = mapped_column(sa.Text)
    kind: Mapped[str] = mapped_column(sa.Text)
    # Not unique: the companies of a VAT group share one number.
    vat_number: Mapped[str | None] = mapped_column(sa.Text)
    home_territory: Mapped[str] = mapped_column(sa.Text)


class Employee(Base):
    """A person on an employer's payroll; a citizen where the funder is not an employer (and was never hired)."""

    __tablename__ = "employee"

    book_id: Mapped[int] = mapped_column(sa.Integer, sa.ForeignKey("book.book_id"), primary_key=True)
    employee_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    tax_code: Mapped[str] = mapped_column(sa.Text)
    first_name: Mapped[str] = mapped_column(sa.Text)
    last_name: Mapped[str] = mapped_column(sa.Text)
    birth_date: Mapped[date | None]
    hired_on: Mapped[date | None]
    left_on: Mapped[date | None]
    cluster: Mapped[str | None] = mapped_column(sa.Text)
    work_place: Mapped[str | None] = mapped_column(sa.Text)
    home_territory: Mapped[str | None] = mapped_column(sa.Text)
    email: Mapped[str | None] = mapped_column(sa.Text)
    employee_no: Mapped[str | None] = mapped_column(sa.Text)


class Relative(Base):
    """A person related to one employee; what makes them qualify are dated facts."""

    __tablename__ = "relative"
    __table_args__ = (
        sa.ForeignKeyConstraint(["book_id", "employee_id"], ["employee.book_id", "employee.employee_id"]),
    )

    book_id: Mapped[int] = mapped_column(primary_key=True)
    relative_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    employee_id: Mapped[str] = mapped_column(sa.Text)
    kinship: Mapped[str] = mapped_column(sa.Text)
    first_name: Mapped[str] = mapped_column(sa.Text)
    last_name: Mapped[str] = mapped_column(sa.Text)
    tax_code: Mapped[str | None] = mapped_column(sa.Text)
    birth_date: Mapped[date | None]
    comune: Mapped[str | None] = mapped_column(sa.Text)


class RelativeFact(Base):
    """Something true of a relative from one day to another, and known to us from one moment to another."""

    __tablename__ = "relative_fact"
    __table_args__ = (
        sa.ForeignKeyConstraint(["book_id", "relative_id"], ["relative.book_id", "relative.relative_id"]),
    )

    book_id: Mapped[int] = mapped_column(primary_key=True)
    fact_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    relative_id: Mapped[str] = mapped_column(sa.Text)
    fact: Mapped[str] = mapped_column(sa.Text)
    basis: Mapped[str] = mapped_column(sa.Text)
    holds: Mapped[bool]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    declared_on: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)


class EmployeeFact(Base):
    """Something true of an employee in one tax year; no row means unknown, never zero."""

    __tablename__ = "employee_fact"
    __table_args__ = (
        sa.ForeignKeyConstraint(["book_id", "employee_id"], ["employee.book_id", "employee.employee_id"]),
    )

    book_id: Mapped[int] = mapped_column(primary_key=True)
    fact_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    employee_id: Mapped[str] = mapped_column(sa.Text)
    fact: Mapped[str] = mapped_column(sa.Text)
    year: Mapped[int] = mapped_column(sa.SmallInteger)
    amount_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    child_tax_code: Mapped[str | None] = mapped_column(sa.Text)
    declared_on: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)


class Plan(Base):
    """A funder's rules for one period."""

    __tablename__ = "plan"

    book_id: Mapped[int] = mapped_column(sa.Integer, sa.ForeignKey("book.book_id"), primary_key=True)
    plan_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    code: Mapped[str] = mapped_column(sa.Text)
    name: Mapped[str] = mapped_column(sa.Text)
    source: Mapped[str] = mapped_column(sa.Text)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    spend_by: Mapped[date]
    carry_over_months: Mapped[int] = mapped_column(sa.SmallInteger)
    residual_destination: Mapped[str] = mapped_column(sa.Text)
    leaver_grace_days: Mapped[int] = mapped_column(sa.SmallInteger)
    funding_policy: Mapped[str] = mapped_column(sa.Text)
    taxable_policy: Mapped[str] = mapped_column(sa.Text)
    entitlement: Mapped[str] = mapped_column(sa.Text)
    amount_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    priority: Mapped[int] = mapped_column(sa.SmallInteger)
    source_type: Mapped[str | None] = mapped_column(sa.Text)
    document_ref: Mapped[str | None] = mapped_column(sa.Text)
    signed_on: Mapped[date | None]
    deposit_code: Mapped[str | None] = mapped_column(sa.Text)
    unilateral_change: Mapped[bool]
    categories: Mapped[list[str]] = mapped_column(sa.ARRAY(sa.Text))
    channels: Mapped[list[str]] = mapped_column(sa.ARRAY(sa.Text))
    created_at: Mapped[datetime] = mapped_column(Moment)


class PlanCluster(Base):
    """An objectively defined group of employees, entitled by a plan to the same amount."""

    __tablename__ = "plan_cluster"
    __table_args__ = (sa.ForeignKeyConstraint(["book_id", "plan_id"], ["plan.book_id", "plan.plan_id"]),)

    book_id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    cluster: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    description: Mapped[str] = mapped_column(sa.Text)
    amount_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
