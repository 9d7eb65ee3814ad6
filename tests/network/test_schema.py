"""The migration lays the tables that the models describe."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.orm import Session

from config.database import Base
from network import models

TABLES = {
    "comune",
    "territory",
    "provider",
    "mandatary",
    "provider_account",
    "provider_contact",
    "provider_invoicing",
    "provider_state",
    "qualification_record",
    "service",
    "service_price",
    "info_card",
    "unmet_search",
}


def test_every_table_of_the_network_has_a_model() -> None:
    assert {getattr(models, name).__tablename__ for name in models.__all__} == TABLES


def test_the_migration_and_the_models_agree(session: Session) -> None:
    def ours(_object: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
        return kind != "table" or name in TABLES

    context = MigrationContext.configure(session.connection(), opts={"include_object": ours, "compare_type": True})

    assert compare_metadata(context, Base.metadata) == []


def test_checks_carry_the_names_that_the_models_give_them(session: Session) -> None:
    described = {
        str(constraint.name)
        for table in TABLES
        for constraint in Base.metadata.tables[table].constraints
        if constraint.name is not None
    }
    laid = set(
        session.connection()
        .exec_driver_sql(
            "select conname from pg_constraint join pg_class on pg_class.oid = conrelid "
            "where relname = any(%s) and contype <> 'n'",
            (sorted(TABLES),),
        )
        .scalars()
    )

    assert described == laid


def test_reference_tables_belong_to_no_book() -> None:
    assert not any("book_id" in Base.metadata.tables[table].columns for table in TABLES)
