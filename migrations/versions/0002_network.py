"""The tables of network/."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint

revision = "0002_network"
down_revision = "0001_ledger"
branch_labels = None
depends_on = None

# Names are compared without case, accents and kinds of apostrophe; network/spelling.py has the twin in Python.
FOLDED_NAME = "replace(lower(regexp_replace(normalize(name, NFKD), '[\\u0300-\\u036f]', '', 'g')), '’', '''')"


def upgrade() -> None:
    """Create the tables."""
    # A trusted extension: the owner of the database may create it. It lets a text key stand beside a period.
    op.execute("create extension if not exists btree_gist")
    op.create_table(
        "comune",
        sa.Column("istat_code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("folded", sa.Text, sa.Computed(FOLDED_NAME, persisted=True), nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("province", sa.Text, nullable=False),
        sa.Column("is_provincial_capital", sa.Boolean, nullable=False),
        sa.Column("cadastral_code", sa.Text, nullable=False),
        sa.Column("nuts3_2021", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("istat_code", name="pk_comune"),
        sa.UniqueConstraint("cadastral_code", name="uq_comune_cadastral_code"),
    )
    op.create_index("ix_comune_province", "comune", ["province"])
    op.create_table(
        "territory",
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("folded", sa.Text, sa.Computed(FOLDED_NAME, persisted=True), nullable=False),
        sa.Column("istat_code", sa.Text, nullable=False),
        sa.Column("cadastral_code", sa.Text, nullable=False),
        sa.Column("province", sa.Text, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("nuts3_2021", sa.Text, nullable=False),
        sa.Column("latitude", sa.Numeric(8, 5), nullable=False),
        sa.Column("longitude", sa.Numeric(8, 5), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_territory"),
        sa.UniqueConstraint("istat_code", name="uq_territory_istat_code"),
        sa.ForeignKeyConstraint(["istat_code"], ["comune.istat_code"], name="fk_territory_istat_code"),
        sa.CheckConstraint("latitude between -90 and 90", name=op.f("ck_territory_latitude")),
        sa.CheckConstraint("longitude between -180 and 180", name=op.f("ck_territory_longitude")),
    )
    op.create_index("ix_territory_province", "territory", ["province"])
    op.create_table(
        "provider",
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("folded", sa.Text, sa.Computed(FOLDED_NAME, persisted=True), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("territory_code", sa.Text, nullable=False),
        sa.Column("offers", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_provider"),
        sa.ForeignKeyConstraint(["territory_code"], ["territory.code"], name="fk_provider_territory_code"),
    )
    op.create_index("ix_provider_territory_code", "provider", ["territory_code"])
    op.create_table(
        "provider_state",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("provider_code", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_provider_state"),
        sa.ForeignKeyConstraint(["provider_code"], ["provider.code"], name="fk_provider_state_provider_code"),
        sa.CheckConstraint(
            "state in ('PENDING', 'QUALIFIED', 'SUSPENDED', 'EXPIRED', 'EXEMPT')",
            name=op.f("ck_provider_state_state"),
        ),
        sa.CheckConstraint("valid_to >= valid_from - 1", name=op.f("ck_provider_state_period")),
        ExcludeConstraint(
            (sa.column("provider_code"), "="),
            (sa.text("daterange(valid_from, valid_to + 1)"), "&&"),
            name="ex_provider_state_overlap",
            deferrable=True,
            initially="IMMEDIATE",
        ),
    )
    op.create_index("ix_provider_state_provider_code_valid_from", "provider_state", ["provider_code", "valid_from"])
    op.create_index("ix_provider_state_valid_to", "provider_state", ["valid_to"])
    op.create_table(
        "qualification_record",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("provider_code", sa.Text, nullable=False),
        sa.Column("family", sa.Text, nullable=False),
        sa.Column("requirement", sa.Text, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("verified_by", sa.Text),
        sa.Column("verified_at", sa.DateTime(timezone=True)),
        sa.Column("document_sha256", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_qualification_record"),
        sa.UniqueConstraint("provider_code", "family", "evidence", "number", name="uq_qualification_record_document"),
        sa.ForeignKeyConstraint(["provider_code"], ["provider.code"], name="fk_qualification_record_provider_code"),
        sa.CheckConstraint(
            "family in ('LEGAL', 'ECONOMIC', 'AUTHORISATION', 'QUALITY', 'TECHNICAL')",
            name=op.f("ck_qualification_record_family"),
        ),
        sa.CheckConstraint(
            "state in ('PENDING', 'QUALIFIED', 'SUSPENDED', 'EXPIRED')",
            name=op.f("ck_qualification_record_state"),
        ),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_qualification_record_period")),
        sa.CheckConstraint(
            "(verified_by is null) = (verified_at is null)",
            name=op.f("ck_qualification_record_verified"),
        ),
        sa.CheckConstraint(
            "state <> 'QUALIFIED' or verified_by is not null",
            name=op.f("ck_qualification_record_qualified_is_verified"),
        ),
        sa.CheckConstraint(
            "document_sha256 ~ '^[0-9a-f]{64}$'",
            name=op.f("ck_qualification_record_document_sha256"),
        ),
    )
    op.create_index("ix_qualification_record_valid_to", "qualification_record", ["valid_to"])
    op.create_table(
        "service",
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("folded", sa.Text, sa.Computed(FOLDED_NAME, persisted=True), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("provider_code", sa.Text),
        sa.Column("territory_code", sa.Text),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("area", sa.Text, nullable=False),
        sa.Column("need", sa.Text, nullable=False),
        sa.Column("categories", ARRAY(sa.Text), nullable=False),
        sa.Column("category_doubtful", sa.Boolean, nullable=False),
        sa.Column("made_for", sa.Text, nullable=False),
        sa.Column("min_age", sa.SmallInteger),
        sa.Column("delivery", sa.Text, nullable=False),
        sa.Column("channels", ARRAY(sa.Text), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_service"),
        sa.ForeignKeyConstraint(["provider_code"], ["provider.code"], name="fk_service_provider_code"),
        sa.ForeignKeyConstraint(["territory_code"], ["territory.code"], name="fk_service_territory_code"),
        sa.CheckConstraint("kind in ('authorization', 'request')", name=op.f("ck_service_kind")),
        sa.CheckConstraint(
            "kind = 'request' or (provider_code is not null and territory_code is not null"
            " and cardinality(channels) > 0 and cardinality(categories) > 0)",
            name=op.f("ck_service_complete"),
        ),
        sa.CheckConstraint("area in ('FAM', 'BEN', 'QUA', 'ABI', 'INT')", name=op.f("ck_service_area")),
        sa.CheckConstraint("delivery in ('home', 'centre', 'remote')", name=op.f("ck_service_delivery")),
        sa.CheckConstraint("territory_code is not null or delivery = 'remote'", name=op.f("ck_service_placed")),
        sa.CheckConstraint(
            "channels <@ array['DIRECT', 'VOUCHER', 'REIMBURSEMENT']",
            name=op.f("ck_service_channels"),
        ),
        sa.CheckConstraint("min_age between 0 and 120", name=op.f("ck_service_min_age")),
    )
    op.create_index("ix_service_territory_code", "service", ["territory_code"])
    op.create_index("ix_service_provider_code", "service", ["provider_code"])
    op.create_index("ix_service_need", "service", ["need"])
    op.create_table(
        "service_price",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), nullable=False),
        sa.Column("service_code", sa.Text, nullable=False),
        sa.Column("valid_from", sa.Date, nullable=False),
        sa.Column("valid_to", sa.Date),
        sa.Column("price_minor", sa.BigInteger, nullable=False),
        sa.Column("net_minor", sa.BigInteger, nullable=False),
        sa.Column("vat_minor", sa.BigInteger, nullable=False),
        sa.Column("vat_regime", sa.Text, nullable=False),
        sa.Column("vat_if_not_listed", sa.Text),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_service_price"),
        sa.ForeignKeyConstraint(["service_code"], ["service.code"], name="fk_service_price_service_code"),
        sa.CheckConstraint("price_minor > 0", name=op.f("ck_service_price_price")),
        sa.CheckConstraint("net_minor >= 0 and vat_minor >= 0", name=op.f("ck_service_price_sides")),
        sa.CheckConstraint("net_minor + vat_minor = price_minor", name=op.f("ck_service_price_split")),
        sa.CheckConstraint("valid_to >= valid_from - 1", name=op.f("ck_service_price_period")),
        ExcludeConstraint(
            (sa.column("service_code"), "="),
            (sa.text("daterange(valid_from, valid_to + 1)"), "&&"),
            name="ex_service_price_overlap",
            deferrable=True,
            initially="IMMEDIATE",
        ),
    )
    op.create_index("ix_service_price_service_code_valid_from", "service_price", ["service_code", "valid_from"])
    op.create_table(
        "info_card",
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("isee_max_minor", sa.BigInteger),
        sa.Column("amount_text", sa.Text, nullable=False),
        sa.Column("window_from", sa.Date),
        sa.Column("window_to", sa.Date),
        sa.Column("office", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("territory_code", sa.Text),
        sa.Column("verified_on", sa.Date, nullable=False),
        sa.Column("verified_by", sa.Text, nullable=False),
        sa.Column("is_demo", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_info_card"),
        sa.ForeignKeyConstraint(["territory_code"], ["territory.code"], name="fk_info_card_territory_code"),
        sa.CheckConstraint("isee_max_minor >= 0", name=op.f("ck_info_card_isee_max")),
        sa.CheckConstraint("window_to >= window_from", name=op.f("ck_info_card_period")),
    )
    op.create_index("ix_info_card_territory_code", "info_card", ["territory_code"])


def downgrade() -> None:
    """Drop the tables; the extension stays, for others may use it."""
    for table in (
        "info_card",
        "service_price",
        "service",
        "qualification_record",
        "provider_state",
        "provider",
        "territory",
        "comune",
    ):
        op.drop_table(table)
