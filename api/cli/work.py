"""One transaction per command: committed, or for a dry run undone when everything has been done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.cli.caller import Caller
from api.errors import BookNeeded, SchemaNotCurrent
from config import database
from config.errors import DomainError
from ledger import books
from plans import funders

T = TypeVar("T")


class _Undone(Exception, Generic[T]):
    """Carries the result of a dry run out of the transaction that it rolls back."""

    def __init__(self, result: T) -> None:
        self.result = result


def change(caller: Caller, work: Callable[[Session], T]) -> T:
    """Do the work and commit it, trying again when another command got in the way; a dry run keeps nothing."""

    def once(session: Session) -> T:
        _require_schema(session)
        try:
            result = work(session)
        except DomainError as refusal:
            # A trial leaves no answer under its key either.
            refusal.recorded = refusal.recorded and not caller.dry_run
            raise
        if caller.dry_run:
            # What would be checked at the commit is checked now.
            session.flush()
            session.execute(sa.text("set constraints all immediate"))
            raise _Undone(result)
        return result

    try:
        return database.transact(once)
    except _Undone as undone:
        caller.announce_dry_run()
        result: T = undone.result
        return result


def look(work: Callable[[Session], T], *, snapshot: bool = False) -> T:
    """Read something, all of it at one moment if a `snapshot` is asked for; what the reading opened is not kept."""
    with database.transaction() as session:
        if snapshot:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        _require_schema(session)
        result = work(session)
        session.rollback()
    return result


def book_of(caller: Caller, session: Session) -> int:
    """
    Return the book that the command is about: the one named, or the only one there is.

    Errors: BookNotFound, BookNeeded.
    """
    if caller.book is not None:
        return books.require(session, caller.book)
    known = funders.every(session)
    if len(known) == 1:
        return known[0].book_id
    raise BookNeeded(books=[funder.code for funder in known] or ["-"])


def books_of(caller: Caller, *, every: bool) -> list[tuple[str, int]]:
    """Return the codes and ids of the books to work on: every funder's, or the one of `book_of`."""

    def read(session: Session) -> list[tuple[str, int]]:
        if every:
            return [(funder.code, funder.book_id) for funder in funders.every(session)]
        book_id = book_of(caller, session)
        return [(funders.of_book(session, book_id).code, book_id)]

    return look(read)


def schema_version(session: Session) -> str | None:
    """Return the schema version of the database, or None before the first migration."""
    if session.scalar(sa.text("select to_regclass('alembic_version')")) is None:
        return None
    version: str | None = session.scalar(sa.text("select version_num from alembic_version"))
    return version


def _require_schema(session: Session) -> None:
    if schema_version(session) != database.newest_version():
        raise SchemaNotCurrent()
