"""Alembic's entry: tables come from the versions, functions and triggers from the packages' own SQL files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context

from config.database import ROLES, ROOT, Base, lay_roles

# Replaced as a whole after every migration, so that the code that runs is the code one reads.
REPEATABLE = (
    "ledger/functions.sql",
    "ledger/triggers.sql",
    "plans/triggers.sql",
    "wallet/triggers.sql",
    "api/access/functions.sql",
    "api/running/functions.sql",
    "migrations/roles.sql",
    "migrations/fences.sql",
    "api/access/fences.sql",
    "api/events/fences.sql",
)


def run() -> None:
    """Upgrade in one transaction, then lay the functions and triggers."""
    engine = sa.create_engine(context.config.attributes["url"])
    try:
        with engine.begin() as connection:
            # Two processes that start together migrate one after the other.
            connection.exec_driver_sql("select pg_advisory_xact_lock(hashtextextended('borsellino:migrate', 0))")
            context.configure(connection=connection, target_metadata=Base.metadata)
            context.run_migrations()
            for name in REPEATABLE:
                path = ROOT / name
                if path == ROLES:
                    lay_roles(connection)
                elif path.exists():
                    connection.exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))
    finally:
        engine.dispose()


run()
