"""Alembic's entry: tables come from the versions, functions and triggers from the packages' own SQL files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context

from config.database import LAID, ROLES, ROOT, Base, laid_version, lay_roles


def run() -> None:
    """Upgrade in one transaction, then lay the functions and triggers."""
    engine = sa.create_engine(context.config.attributes["url"])
    try:
        with engine.begin() as connection:
            # Two processes that start together migrate one after the other.
            connection.exec_driver_sql("select pg_advisory_xact_lock(hashtextextended('borsellino:migrate', 0))")
            context.configure(connection=connection, target_metadata=Base.metadata)
            context.run_migrations()
            for name in LAID:
                path = ROOT / name
                if path == ROLES:
                    lay_roles(connection)
                elif path.exists():
                    connection.exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))
            connection.exec_driver_sql(f"comment on table alembic_version is '{laid_version()}'")
    finally:
        engine.dispose()


run()
