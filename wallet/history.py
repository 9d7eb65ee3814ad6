"""Authorizations to look through: whose, of which provider, in which state, decided when."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from config import clock
from wallet.authorizations import COLUMNS
from wallet.tables import AuthorizationRow

_TABLE = AuthorizationRow.__table__
KEY: sa.ColumnElement[str] = _TABLE.c.authorization_id


def query(
    *,
    book_id: int | None = None,
    employee_id: str | None = None,
    provider_code: str | None = None,
    status: str | None = None,
    unfinished: bool = False,
    service: str | None = None,
    since: date | None = None,
    until: date | None = None,
) -> sa.Select[Any]:
    """
    Return the query of the authorizations that are all of this; `KEY` names one, `authorizations.of_row` reads one.

    `since` and `until` are days in Rome on which it was decided, themselves included. A provider is shown what it can
    serve or has served, and not what was declined. Of those that are `unfinished`
    something can still be captured.
    """
    wanted = []
    for column, value in (
        (_TABLE.c.book_id, book_id),
        (_TABLE.c.employee_id, employee_id),
        (_TABLE.c.provider_code, provider_code),
        (_TABLE.c.status, status),
        (_TABLE.c.service_code, service),
    ):
        if value is not None:
            wanted.append(column == value)
    if provider_code is not None:
        wanted.append(_TABLE.c.status != "declined")
    if unfinished:
        wanted.append(_TABLE.c.status.in_(("authorized", "partially_captured")))
    if since is not None:
        wanted.append(_TABLE.c.decided_at >= _midnight(since))
    if until is not None:
        wanted.append(_TABLE.c.decided_at < _midnight(until + timedelta(days=1)))
    return sa.select(*COLUMNS).where(*wanted)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, clock.ROME)
