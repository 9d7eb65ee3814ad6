"""The database: one engine per process, one transaction per use case, and the schema's migrations."""

from __future__ import annotations

import random
import select
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import sqlalchemy as sa
from psycopg.rows import RowFactory, namedtuple_row, tuple_row
from sqlalchemy import event
from sqlalchemy.dialects.postgresql.psycopg import dialect as psycopg_dialect
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction, sessionmaker

from config import clock, embedded, fences, settings
from config.errors import DomainError

T = TypeVar("T")
Parameters = Sequence[object] | Mapping[str, object]

ROOT = Path(__file__).resolve().parent.parent
ROLES = ROOT / "migrations" / "roles.sql"
DATABASE_NAME = "borsellino"

# Serialization failure, deadlock, lock timeout, and a unique key that a concurrent transaction took first: running
# the whole transaction again either succeeds or finds the other's row and answers properly.
RETRYABLE = {"40001", "40P01", "55P03", "23505"}
ATTEMPTS = 5


class DatabaseOfNewerProgram(DomainError):
    """The database was migrated by a newer version of the program."""

    it = "Il database è alla versione {version}, più nuova di questo programma: aggiornare il programma."
    en = "The database is of version {version}, newer than this program: update the program."


class RolesNotMade(DomainError):
    """The roles of row-level security are missing, and whoever connects may not create them."""

    it = (
        "Mancano ruoli di PostgreSQL, e «{role}» non può crearli: chi può esegua prima migrations/roles.sql su quel"
        " server, o conceda CREATEROLE."
    )
    en = (
        "Roles of PostgreSQL are missing, and '{role}' may not create them: let somebody who may run"
        " migrations/roles.sql on that server first, or grant CREATEROLE."
    )


class Base(DeclarativeBase):
    """The root of every mapped table; constraint names are stable so that migrations and errors can name them."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


@cache
def url() -> URL:
    """Return the address of the database, starting the embedded server when none is configured."""
    configured = settings.load()
    if configured.database_url:
        return make_url(configured.database_url).set(drivername="postgresql+psycopg")
    server = embedded.start(configured.data_dir / "postgres")
    _create_database(server)
    return server.set(database=DATABASE_NAME)


def _create_database(server: URL) -> None:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        found = connection.scalar(sa.text("select 1 from pg_database where datname = :name"), {"name": DATABASE_NAME})
        if not found:
            connection.exec_driver_sql(f"create database {DATABASE_NAME}")
    engine.dispose()


def make_engine(address: URL) -> Engine:
    """Return an engine with our limits: a lock is waited for two seconds, a statement runs for a minute at most."""
    engine = sa.create_engine(
        address,
        pool_size=5,
        max_overflow=5,
        pool_recycle=1800,
        # What a statement was given may be somebody's data, and errors end in logs.
        hide_parameters=True,
        connect_args={"options": "-c timezone=UTC -c jit=off -c lock_timeout=2000 -c statement_timeout=60000"},
    )
    event.listen(engine, "checkout", _replace_if_closed)
    return engine


def _replace_if_closed(connection: psycopg.Connection[Any], _record: object, _proxy: object) -> None:
    # An idle connection has nothing to read until the server takes leave: asking the socket costs two microseconds
    # where a ping (`pool_pre_ping`) is a round trip before every transaction. The pool connects anew.
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if poll.poll(0):
        raise sa.exc.InvalidatePoolError


@cache
def engine() -> Engine:
    """Return this process's engine."""
    return make_engine(url())


@cache
def fenced_engine() -> Engine:
    """Return this process's engine for fenced transactions, which connects as a role that owns no table."""
    configured = settings.load()
    address = configured.web_database_url or configured.database_url
    if address:
        return make_engine(make_url(address).set(drivername="postgresql+psycopg"))
    return make_engine(url().set(username=fences.WEB_ROLE))


@cache
def _owner_factory() -> sessionmaker[Session]:
    return sessionmaker(engine(), expire_on_commit=False)


@cache
def _fenced_factory() -> sessionmaker[Session]:
    return sessionmaker(fenced_engine(), expire_on_commit=False)


def _session_factory() -> sessionmaker[Session]:
    return _owner_factory() if fences.current() is None else _fenced_factory()


_SET_FENCE = (
    "select set_config('role', %s, true), set_config('borsellino.book', %s, true),"
    " set_config('borsellino.employee', %s, true), set_config('borsellino.provider', %s, true),"
    " set_config('borsellino.member', %s, true)"
)


@event.listens_for(Session, "after_begin")
def _tell_the_database(_session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    # Both hold until the transaction ends; a savepoint is inside it.
    if transaction.nested:
        return
    # A fixed clock (demonstration, tests) is the database's clock too; see ledger_now() in ledger/functions.sql.
    fixed = clock.fixed()
    if fixed is not None:
        connection.exec_driver_sql("select set_config('borsellino.clock', %s, true)", (fixed.isoformat(),))
    fence = fences.current()
    if fence is not None:
        book = "" if fence.book_id is None else str(fence.book_id)
        person, provider, member = fence.employee_id or "", fence.provider_code or "", fence.member_id or ""
        _on(connection, _SET_FENCE, (fence.role, book, person, provider, member), tuple_row)


@contextmanager
def transaction() -> Iterator[Session]:
    """Open a session, commit when the block ends well, roll back when it raises."""
    with _session_factory().begin() as session:
        yield session


def transact(work: Callable[[Session], T], factory: Callable[[], sessionmaker[Session]] | None = None) -> T:
    """
    Run `work` in a transaction, again when a concurrent one got in the way.

    A refusal rolls everything back, unless it is itself the recorded answer to a key: then that answer is kept.
    Errors: whatever `work` raises; the last OperationalError or IntegrityError after five attempts.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with (factory or _session_factory)()() as session:
                try:
                    result = work(session)
                except DomainError as refusal:
                    if refusal.recorded:
                        session.commit()
                    raise
                session.commit()
                return result
        except (sa.exc.OperationalError, sa.exc.IntegrityError) as error:
            state = getattr(error.orig, "sqlstate", None)
            if state not in RETRYABLE or attempt == ATTEMPTS:
                raise
            time.sleep(random.uniform(0.005, 0.05) * attempt)  # noqa: S311
    raise AssertionError("unreachable")


# -- the hottest statements ------------------------------------------------------------------------------------------
#
# The driver's own cursor does without the layers that make SQLAlchemy's results convenient, which cost more than half
# of a short statement. They run in the session's transaction, take plain values, and raise SQLAlchemy's errors.


def rendered(statement: sa.Select[Any]) -> str:
    """Return a query's text for the functions below: its constants are written out, its parameters given by name."""
    compiled: Any = statement.compile(dialect=psycopg_dialect())  # type: ignore[no-untyped-call]
    text = str(compiled)
    for name, bound in compiled.binds.items():
        if not bound.required:
            values = bound.value if bound.expanding else [bound.value]
            written = ", ".join(compiled.render_literal_value(value, bound.type) for value in values)
            text = text.replace(f"%({name})s", written).replace(f"__[POSTCOMPILE_{name}]", written)
    return text


def rows(session: Session, statement: str, parameters: Parameters) -> list[Any]:
    """Run a statement and return its rows as named tuples."""
    return _execute(session, statement, parameters, namedtuple_row).fetchall()


def call(session: Session, statement: str, parameters: Parameters) -> tuple[Any, ...]:
    """Run a statement that answers with one row and return the row."""
    row: tuple[Any, ...] | None = _execute(session, statement, parameters).fetchone()
    assert row is not None  # noqa: S101
    return row


def run(session: Session, statement: str, parameters: Parameters) -> int:
    """Run a statement that answers with no rows and return how many it touched."""
    return _execute(session, statement, parameters).rowcount


def ask(statement: str, parameters: Parameters) -> list[Any]:
    """
    Ask a function of the owner one question as nobody, in one round trip, and return its rows as named tuples.

    There is no transaction around it and no fence: what every request asks first, and what the function itself keeps.
    """
    engine: Engine = _fenced_factory().kw["bind"]
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        return _on(connection, statement, parameters, namedtuple_row).fetchall()


def plain_array(values: Sequence[int | date | None]) -> str | None:
    """
    Write numbers or dates as PostgreSQL writes an array, for `%s::bigint[]` and the like; None for nothing at all.

    The driver would look at each value for a microsecond.
    """
    if values.count(None) == len(values):
        return None
    return "{" + ",".join(map(str, values)).replace("None", "null") + "}"


def text_array(values: Sequence[str | None]) -> str | None:
    """Write texts as PostgreSQL writes an array, for `%s::text[]`; None for nothing at all."""
    # Of many texts few differ, often.
    quoted: dict[str | None, str] = {None: "null"}
    for value in set(values):
        if value is not None:
            quoted[value] = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return "{" + ",".join([quoted[value] for value in values]) + "}" if len(quoted) > 1 else None


def _execute(
    session: Session, statement: str, parameters: Parameters, row_factory: RowFactory[Any] = tuple_row
) -> psycopg.Cursor[Any]:
    return _on(session.connection(), statement, parameters, row_factory)


def _on(
    connection: Connection, statement: str, parameters: Parameters, row_factory: RowFactory[Any]
) -> psycopg.Cursor[Any]:
    driver: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment]
    try:
        return driver.cursor(row_factory=row_factory).execute(statement.encode(), parameters)
    except psycopg.Error as error:
        if driver.closed:
            connection.invalidate(error)
        asked: Any = parameters if isinstance(parameters, Mapping) else tuple(parameters)
        raise sa.exc.DBAPIError.instance(
            statement, asked, error, psycopg.Error, hide_parameters=True, connection_invalidated=driver.closed
        ) from error


def migrate(address: URL | None = None) -> None:
    """
    Bring the schema to the newest version, and the functions and triggers to the ones of this code.

    Errors: DatabaseOfNewerProgram, RolesNotMade.
    """
    from alembic import command
    from alembic.config import Config
    from alembic.script.revision import ResolutionError
    from alembic.util import CommandError

    configuration = Config()
    configuration.set_main_option("script_location", str(ROOT / "migrations"))
    configuration.attributes["url"] = address or url()
    try:
        command.upgrade(configuration, "head")
    except CommandError as error:
        if isinstance(error.__cause__, ResolutionError):
            raise DatabaseOfNewerProgram(version=error.__cause__.argument) from error
        raise


def lay_roles(connection: Connection) -> None:
    """
    Make those of the server's roles that are missing.

    Errors: RolesNotMade.
    """
    try:
        connection.exec_driver_sql(ROLES.read_text(encoding="utf-8").replace("%", "%%"))
    except sa.exc.ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != "42501":
            raise
        raise RolesNotMade(role=connection.engine.url.username) from error


def newest_version() -> str:
    """Return the schema version of this program: the name of its last migration."""
    return max(path.stem for path in (ROOT / "migrations" / "versions").glob("[0-9]*.py"))


# Replaced as a whole after every migration, so that the code that runs is the code one reads.
LAID = (
    "ledger/functions.sql",
    "ledger/triggers.sql",
    "plans/triggers.sql",
    "wallet/triggers.sql",
    "api/access/functions.sql",
    "api/running/functions.sql",
    "network/unmet.sql",
    "migrations/roles.sql",
    "migrations/fences.sql",
    "api/access/fences.sql",
    "api/events/fences.sql",
    "wallet/surveys/fences.sql",
)


@cache
def laid_version() -> str:
    """Return what tells this program's functions, triggers and fences from another's: they have no number."""
    found = (path for path in map(ROOT.joinpath, LAID) if path.exists())
    return sha256(b"".join(path.read_bytes() for path in found)).hexdigest()
