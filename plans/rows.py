"""The tables: a funder's people, what is declared about them, and its plans. `migrations/` holds the constraints."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from config.database import Base

Moment = sa.DateTime(timezone=True)
Row = Sequence[Any]


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
    distance_km: Mapped[int | None] = mapped_column(sa.SmallInteger)
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


class BonusAgreement(Base):
    """What is recorded of the agreement behind a plan of converted bonuses; the latest row of a plan stands."""

    __tablename__ = "bonus_agreement"
    __table_args__ = (sa.ForeignKeyConstraint(["book_id", "plan_id"], ["plan.book_id", "plan.plan_id"]),)

    book_id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    plan_id: Mapped[str] = mapped_column(sa.Text)
    deposit_code: Mapped[str] = mapped_column(sa.Text)
    deposited_on: Mapped[date]
    conformity_declared: Mapped[bool]
    increment_attested: Mapped[bool]
    joint: Mapped[bool]
    shares: Mapped[list[int]] = mapped_column(sa.ARRAY(sa.SmallInteger))
    document_hash: Mapped[str | None] = mapped_column(sa.Text)
    actor: Mapped[str] = mapped_column(sa.Text)
    recorded_at: Mapped[datetime] = mapped_column(Moment)


class BonusChoice(Base):
    """A worker's dated choice about one bonus; of the income only whether it was within the limit."""

    __tablename__ = "bonus_choice"
    __table_args__ = (
        sa.ForeignKeyConstraint(["book_id", "plan_id"], ["plan.book_id", "plan.plan_id"]),
        sa.ForeignKeyConstraint(["book_id", "employee_id"], ["employee.book_id", "employee.employee_id"]),
    )

    book_id: Mapped[int] = mapped_column(primary_key=True)
    choice_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    plan_id: Mapped[str] = mapped_column(sa.Text)
    employee_id: Mapped[str] = mapped_column(sa.Text)
    premium: Mapped[str] = mapped_column(sa.Text)
    premium_minor: Mapped[int] = mapped_column(sa.BigInteger)
    share_percent: Mapped[int] = mapped_column(sa.SmallInteger)
    converted_minor: Mapped[int] = mapped_column(sa.BigInteger)
    taxed_minor: Mapped[int] = mapped_column(sa.BigInteger)
    chosen_on: Mapped[date]
    year: Mapped[int] = mapped_column(sa.SmallInteger)
    income_within: Mapped[bool | None]
    waived: Mapped[bool]
    elsewhere_minor: Mapped[int | None] = mapped_column(sa.BigInteger)
    rule_ids: Mapped[list[str]] = mapped_column(sa.ARRAY(sa.Text))
    rulebook_version: Mapped[str] = mapped_column(sa.Text)
    actor: Mapped[str] = mapped_column(sa.Text)
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    revoked_by: Mapped[str | None] = mapped_column(sa.Text)
    revoked_why: Mapped[str | None] = mapped_column(sa.Text)


class BonusOffer(Base):
    """A bonus that an employer lets a worker choose about, on the days from the first to the last."""

    __tablename__ = "bonus_offer"
    __table_args__ = (
        sa.ForeignKeyConstraint(["book_id", "plan_id"], ["plan.book_id", "plan.plan_id"]),
        sa.ForeignKeyConstraint(["book_id", "employee_id"], ["employee.book_id", "employee.employee_id"]),
    )

    book_id: Mapped[int] = mapped_column(primary_key=True)
    offer_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    plan_id: Mapped[str] = mapped_column(sa.Text)
    employee_id: Mapped[str] = mapped_column(sa.Text)
    premium: Mapped[str] = mapped_column(sa.Text)
    premium_minor: Mapped[int] = mapped_column(sa.BigInteger)
    income_within: Mapped[bool | None]
    waived: Mapped[bool]
    choose_from: Mapped[date]
    choose_by: Mapped[date]
    actor: Mapped[str] = mapped_column(sa.Text)
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn_by: Mapped[str | None] = mapped_column(sa.Text)


class PayrollLoad(Base):
    """A file of payroll's amounts from elsewhere that changed what was known."""

    __tablename__ = "payroll_load"

    book_id: Mapped[int] = mapped_column(sa.ForeignKey("book.book_id"), primary_key=True)
    load_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    content_hash: Mapped[str] = mapped_column(sa.Text)
    file_name: Mapped[str] = mapped_column(sa.Text)
    rows: Mapped[int]
    declared_on: Mapped[date]
    actor: Mapped[str] = mapped_column(sa.Text)
    loaded_at: Mapped[datetime] = mapped_column(Moment)


class OpeningLoad(Base):
    """Balances brought from another platform, with the document that proves them: whole, once."""

    __tablename__ = "opening_load"
    __table_args__ = (sa.ForeignKeyConstraint(["book_id", "plan_id"], ["plan.book_id", "plan.plan_id"]),)

    book_id: Mapped[int] = mapped_column(primary_key=True)
    load_id: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    plan_id: Mapped[str] = mapped_column(sa.Text)
    document_ref: Mapped[str] = mapped_column(sa.Text)
    platform: Mapped[str] = mapped_column(sa.Text)
    content_hash: Mapped[str] = mapped_column(sa.Text)
    file_name: Mapped[str] = mapped_column(sa.Text)
    rows: Mapped[int]
    total_minor: Mapped[int] = mapped_column(sa.BigInteger)
    brought_on: Mapped[date]
    actor: Mapped[str] = mapped_column(sa.Text)
    loaded_at: Mapped[datetime] = mapped_column(Moment)


def table(model: type[Base]) -> sa.Table:
    """Return a model's table, for statements that write many rows without loading any."""
    found = model.__table__
    assert isinstance(found, sa.Table)  # noqa: S101
    return found


def insert_many(session: Session, target: sa.Table, book_id: int, names: Sequence[str], rows: Sequence[Row]) -> None:
    """Insert rows of one book in one statement; `names` are the columns of each row."""
    if rows:
        incoming = _incoming(target, names)
        chosen = sa.select(sa.literal(book_id, sa.Integer), *incoming.c)
        session.execute(sa.insert(target).from_select(["book_id", *names], chosen), _arrays(names, rows))


def update_many(session: Session, target: sa.Table, book_id: int, names: Sequence[str], rows: Sequence[Row]) -> None:
    """Update rows of one book in one statement; the first of `names` is the key."""
    if rows:
        incoming = _incoming(target, names)
        key, *others = names
        session.execute(
            sa.update(target)
            .where(target.c.book_id == book_id, target.c[key] == incoming.c[key])
            .values({name: incoming.c[name] for name in others}),
            _arrays(names, rows),
        )


def _incoming(target: sa.Table, names: Sequence[str]) -> sa.TableValuedAlias:
    # Every array says its type: one of nothing but nulls could not.
    arrays = (sa.bindparam(f"many_{name}", type_=sa.ARRAY(target.c[name].type)) for name in names)
    columns = (sa.column(name, target.c[name].type) for name in names)
    return sa.func.unnest(*arrays).table_valued(*columns, name="incoming").render_derived()


def _arrays(names: Sequence[str], rows: Sequence[Row]) -> dict[str, list[Any]]:
    return {f"many_{name}": [row[place] for row in rows] for place, name in enumerate(names)}
