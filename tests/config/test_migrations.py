"""The migrations and the models say the same."""

from __future__ import annotations

import importlib

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import URL, Engine

from config import database
from config.database import Base

MODELS = (
    "ledger.tables",
    "network.models",
    "plans.payroll_codes.tables",
    "plans.rows",
    "plans.rulebook.signing",
    "plans.social.tables",
    "wallet.position.tables",
    "wallet.reimbursements.tables",
    "wallet.social.tables",
    "wallet.tables",
    "wallet.settlement.tables",
)


def test_the_schema_after_the_migrations_is_the_one_of_the_models(engine: Engine) -> None:
    for module in MODELS:
        importlib.import_module(module)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)

    # Constraints and indexes of plans/ stand in its migration alone; what Python reads and writes are the columns.
    columns = [found for found in differences if isinstance(found, list) or "table" in found[0] or "column" in found[0]]
    assert columns == []


def test_migrating_twice_changes_nothing(own_database: URL) -> None:
    database.migrate(own_database)

    engine = sa.create_engine(own_database)
    with engine.connect() as connection:
        versions = connection.scalars(sa.text("select version_num from alembic_version")).all()
    engine.dispose()
    assert versions == ["0013_covered"]


def test_every_table_of_the_journal_refuses_changes(engine: Engine) -> None:
    with engine.connect() as connection:
        guarded = set(
            connection.scalars(
                sa.text("select distinct tgrelid::regclass::text from pg_trigger where tgname like 'append_only_%'")
            )
        )

    assert {"entry", "posting", "hold_event", "seal", "account", "fiscal_event"} <= guarded
