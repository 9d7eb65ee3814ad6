"""The migrations and the models say the same."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import URL, Engine

from config import database, fences
from config.database import Base

MODELS = (
    "api.access.tables",
    "api.events.tables",
    "api.running.tables",
    "api.jobs.tables",
    "api.tasks.tables",
    "ledger.tables",
    "network.models",
    "plans.payroll_codes.tables",
    "plans.rows",
    "plans.rulebook.signing",
    "plans.social.tables",
    "wallet.outbox",
    "wallet.acceptances.tables",
    "wallet.position.tables",
    "wallet.redemptions.tables",
    "wallet.reimbursements.tables",
    "wallet.reminders",
    "wallet.requests.tables",
    "wallet.retention.tables",
    "wallet.social.tables",
    "wallet.surveys.tables",
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
    assert versions == [database.newest_version()]


def test_a_database_of_a_newer_program_is_left_as_it_is(own_database: URL) -> None:
    engine = sa.create_engine(own_database)
    with engine.begin() as connection:
        connection.execute(sa.text("update alembic_version set version_num = '9999_tomorrow'"))

    with pytest.raises(database.DatabaseOfNewerProgram, match="9999_tomorrow"):
        database.migrate(own_database)

    with engine.connect() as connection:
        assert connection.scalar(sa.text("select version_num from alembic_version")) == "9999_tomorrow"
    engine.dispose()


def test_who_may_not_create_the_roles_is_told_who_has_to(
    own_database: URL, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    roles = tmp_path / "roles.sql"
    roles.write_text(database.ROLES.read_text().replace("borsellino_", "unheard_of_"))
    monkeypatch.setattr(database, "ROLES", roles)
    engine = sa.create_engine(own_database.set(username=fences.WEB_ROLE))
    with engine.connect() as connection, pytest.raises(database.RolesNotMade, match="borsellino_web"):
        database.lay_roles(connection)
    engine.dispose()


def test_every_table_of_the_journal_refuses_changes(engine: Engine) -> None:
    with engine.connect() as connection:
        guarded = {
            table: set(functions)
            for table, functions in connection.execute(
                sa.text(
                    "select tgrelid::regclass::text, array_agg(tgfoid::regproc::text) from pg_trigger"
                    " where tgname in ('append_only_rows', 'append_only_table') group by 1 having count(*) = 2"
                )
            )
        }

    history = {"fiscal_event", "dispute_event", "payout_event", "payout_left_line", "residual_payment"}
    public = {"social_tariff", "social_step", "social_isee", "social_use", "tender", "tender_return", "social_claim"}
    assert {"entry", "posting", "hold_event", "seal", "account", "opening_load"} | history | public <= set(guarded)
    # One function, so that every refusal reads the same.
    assert set.union(*guarded.values()) == {"ledger_append_only"}
