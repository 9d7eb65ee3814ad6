"""Commands that have no key of their own: done once, in the book they are about or within sight of whoever asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import flask
import marshmallow as ma
from sqlalchemy.orm import Session

from api.access import audit
from api.access.identity import current, transact, transact_in
from api.conventions import keys
from ledger.idempotency import NO_BOOK

T = TypeVar("T")


def once(
    work: Callable[[Session], T],
    *,
    operation: str,
    key: str,
    schema: type[ma.Schema],
    book_id: int = NO_BOOK,
    place: Callable[[T], str] | None = None,
    status: int = 201,
    asked: Mapping[str, Any] | None = None,
) -> flask.Response:
    """
    Do a command once under its key, and answer a repetition with the first answer.

    With `book_id` it sees that whole book, and whoever asks was let through before; without, it is of no book.
    `place` tells where what was made is found, `asked` what of the request tells it from another under its key.
    Errors: KeyReused, InProgress; whatever `work` refuses.
    """

    def told(session: Session) -> T:
        made = work(session)
        employee_id = getattr(made, "employee_id", None)
        audit.about(employee_id=employee_id, target=None if place is None else place(made).rpartition("/")[2])
        return made

    def done(session: Session) -> flask.Response:
        return keys.once(
            session,
            book_id,
            lambda: told(session),
            actor=current().actor,
            operation=operation,
            key=key,
            schema=schema,
            place=place,
            status=status,
            asked=asked,
        )

    return transact(done) if book_id == NO_BOOK else transact_in(book_id, done)
