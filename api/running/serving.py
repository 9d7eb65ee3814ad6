"""Starting to serve: only as a role that the fences hold, whichever address the settings give."""

from __future__ import annotations

import errno
import socket
from collections.abc import Mapping
from typing import Any

import flask
from gunicorn import util
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from api.running import logs, metrics
from config import clock, database, settings
from config.errors import DomainError

# Of the role that connects, and of those that it can take.
_UNFENCED = (
    "select current_user, bool_or(rolsuper), bool_or(rolbypassrls), exists (select from pg_tables"
    " where schemaname = 'public' and pg_has_role(current_user, tableowner, 'member'))"
    " from pg_roles where pg_has_role(current_user, oid, 'member')"
)


class RoleNotFenced(DomainError):
    """The web application connects as a role that row-level security does not hold: it does not start."""

    it = (
        "L'applicazione web si collega al database come «{role}», che vede le righe di tutti ({why_it}): indicare con"
        " BORSELLINO_WEB_DATABASE_URL il ruolo «borsellino_web», dopo avergli dato una password."
    )
    en = (
        "The web application connects to the database as '{role}', which sees everybody's rows ({why_en}): name the"
        " role 'borsellino_web' in BORSELLINO_WEB_DATABASE_URL, after giving it a password."
    )


class DatabaseNotNamed(DomainError):
    """The web application starts without being told of a database: it makes none of its own for nobody to find."""

    it = (
        "Non è indicato nessun database: mettere in BORSELLINO_WEB_DATABASE_URL l'indirizzo del ruolo «borsellino_web»"
        " (docs/running.md). Il database incluso si usa da questa macchina sola, e non da qui."
    )
    en = (
        "No database is named: put the address of the role 'borsellino_web' in BORSELLINO_WEB_DATABASE_URL"
        " (docs/running.md). The included database is for this machine alone, and not used from here."
    )


class AddressTaken(DomainError):
    """Another program listens on an address that is to be served."""

    it = "All'indirizzo {address} risponde già un altro programma: fermarlo, o indicarne un altro in {setting}."
    en = "Another program listens at {address} already: stop it, or give another address in {setting}."


def prepare() -> None:
    """
    Make this process ready to serve: its log, its figures, and a database role that cannot see everybody's rows.

    A database that does not answer yet is waited for by /readyz, and looked at when it does.
    Errors: DatabaseNotNamed, RoleNotFenced.
    """
    configured = settings.load()
    if not (configured.web_database_url or configured.database_url):
        raise DatabaseNotNamed()
    logs.configure()
    engine = database.fenced_engine()
    metrics.watch_pool(engine)
    hold(engine)
    try:
        with engine.connect():
            pass
    except SQLAlchemyError as error:
        logs.failure("database away", error, trace=False)


def keep_time(app: flask.Flask) -> None:
    """Let an application's requests live at the moment that the settings stop the clock at, if they do."""
    moment = settings.load().clock
    if moment is not None:
        # Every thread has a clock of its own.
        fixed = moment if moment.tzinfo else moment.replace(tzinfo=clock.ROME)
        app.before_request(lambda: clock.fix(fixed))


def require(addresses: Mapping[str, str]) -> None:
    """
    See, before anything is started, that nobody listens on the addresses, which are told by the settings' names, and
    that the settings name a role that the fences hold.

    Errors: AddressTaken, RoleNotFenced, OperationalError.
    """
    for setting, address in addresses.items():
        _try(setting, address)
    engine = database.fenced_engine()
    hold(engine)
    with engine.connect():
        pass


def _try(setting: str, address: str) -> None:
    found = util.parse_address(address)
    if not isinstance(found, tuple):
        return
    family = socket.AF_INET6 if ":" in found[0] else socket.AF_INET
    try:
        # As the server does it; what it cannot use for another reason it says itself.
        with socket.create_server(found, family=family):
            pass
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise AddressTaken(address=address, setting=setting) from error


def hold(engine: Engine) -> None:
    """Let no connection of an engine be used whose role the fences do not hold: RoleNotFenced on connecting."""
    event.listen(engine, "connect", _refuse_unfenced)


def _refuse_unfenced(connection: Any, _record: object) -> None:
    role, superuser, bypasses, owns = connection.execute(_UNFENCED).fetchone()
    connection.rollback()
    for found, why_it, why_en in (
        (superuser, "è superutente", "it is a superuser"),
        (bypasses, "ha BYPASSRLS", "it has BYPASSRLS"),
        (owns, "possiede le tabelle", "it owns the tables"),
    ):
        if found:
            connection.close()
            raise RoleNotFenced(role=role, why_it=why_it, why_en=why_en)
