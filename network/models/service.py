"""What is offered, and its dated prices."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from config.database import Base
from network.spelling import folding_sql


class ServiceRow(Base):
    """
    A service of a provider in a territory; a request may have neither.

    `categories` are candidates in the order in which they are tried, `channels` are in order of preference.
    `acceptance_hours` is how long its provider has to accept a purchase; 0 for none, empty as the provider's.
    """

    __tablename__ = "service"
    __table_args__ = (
        sa.CheckConstraint("kind in ('authorization', 'request')", name="kind"),
        sa.CheckConstraint(
            "kind = 'request' or (provider_code is not null and territory_code is not null"
            " and cardinality(channels) > 0 and cardinality(categories) > 0)",
            name="complete",
        ),
        sa.CheckConstraint("area in ('FAM', 'BEN', 'QUA', 'ABI', 'INT')", name="area"),
        sa.CheckConstraint("delivery in ('home', 'centre', 'remote')", name="delivery"),
        sa.CheckConstraint("territory_code is not null or delivery = 'remote'", name="placed"),
        sa.CheckConstraint("channels <@ array['DIRECT', 'VOUCHER', 'REIMBURSEMENT']", name="channels"),
        sa.CheckConstraint("min_age between 0 and 120", name="min_age"),
        sa.CheckConstraint("acceptance_hours between 0 and 168", name="acceptance_hours"),
        sa.Index("ix_service_territory_code", "territory_code"),
        sa.Index("ix_service_provider_code", "provider_code"),
        sa.Index("ix_service_need", "need"),
    )

    code: Mapped[str] = mapped_column(sa.Text, primary_key=True)
    name: Mapped[str] = mapped_column(sa.Text)
    folded: Mapped[str] = mapped_column(sa.Text, sa.Computed(folding_sql("name"), persisted=True))
    kind: Mapped[str] = mapped_column(sa.Text)
    provider_code: Mapped[str | None] = mapped_column(sa.ForeignKey("provider.code"))
    territory_code: Mapped[str | None] = mapped_column(sa.ForeignKey("territory.code"))
    unit: Mapped[str] = mapped_column(sa.Text)
    area: Mapped[str] = mapped_column(sa.Text)
    need: Mapped[str] = mapped_column(sa.Text)
    categories: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    category_doubtful: Mapped[bool]
    made_for: Mapped[str] = mapped_column(sa.Text)
    min_age: Mapped[int | None] = mapped_column(sa.SmallInteger)
    delivery: Mapped[str] = mapped_column(sa.Text)
    channels: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    acceptance_hours: Mapped[int | None] = mapped_column(sa.SmallInteger)


class ServicePriceRow(Base):
    """
    The price of one unit from one day to another, both included; a change closes one row and opens the next.

    As with provider states, a price replaced on the day it began stays as a row that covers no day.
    """

    __tablename__ = "service_price"
    __table_args__ = (
        sa.CheckConstraint("price_minor > 0", name="price"),
        sa.CheckConstraint("net_minor >= 0 and vat_minor >= 0", name="sides"),
        sa.CheckConstraint("net_minor + vat_minor = price_minor", name="split"),
        sa.CheckConstraint("valid_to >= valid_from - 1", name="period"),
        # By an expression, lest the planner take this guard for an index to read prices by.
        ExcludeConstraint(
            (sa.text("(service_code || '')"), "="),
            (sa.text("daterange(valid_from, valid_to + 1)"), "&&"),
            name="ex_service_price_overlap",
            deferrable=True,
            initially="IMMEDIATE",
        ),
        sa.Index("ix_service_price_service_code_valid_from", "service_code", "valid_from"),
        sa.Index("ix_service_price_price_minor", "price_minor"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    service_code: Mapped[str] = mapped_column(sa.ForeignKey("service.code"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    price_minor: Mapped[int] = mapped_column(sa.BigInteger)
    net_minor: Mapped[int] = mapped_column(sa.BigInteger)
    vat_minor: Mapped[int] = mapped_column(sa.BigInteger)
    vat_regime: Mapped[str] = mapped_column(sa.Text)
    vat_if_not_listed: Mapped[str | None] = mapped_column(sa.Text)
    recorded_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))
