"""
Fences: whose rows a transaction may see, told to PostgreSQL, whose row-level security holds it to them.

A fenced transaction runs as its sight's role, which owns no table; the application connects as `WEB_ROLE`, which may do
nothing but take one of those (migrations/roles.sql). The command line, the jobs and the migrations are not fenced: they
run as the owner.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum

WEB_ROLE = "borsellino_web"


class Sight(StrEnum):
    """How far a transaction sees; migrations/fences.sql says which rows that is."""

    NOBODY = "nobody"
    """Before it is known who asks: the network's public rows, and tokens by their hash."""
    DOOR = "door"
    """Members, their roles and tokens, and no book: while somebody signs in (api/access/fences.sql)."""
    EMPLOYEE = "employee"
    """One person's rows in one book."""
    PROVIDER = "provider"
    """One provider's rows in every book."""
    FUNDER = "funder"
    """One book, without what persons bought."""
    BOOK = "book"
    """
    One book, whole: while a verb or a statement works there for somebody who may not see all of it, and was let through
    by what they do see.
    """
    NETWORK = "network"
    """Every book: the network's own people."""


@dataclass(frozen=True, slots=True)
class Fence:
    """
    Whose rows: `book_id` for the sights of one book, `employee_id` and `provider_code` for theirs; `member_id` is who
    asked, and is shown what they keep for themself.
    """

    sight: Sight
    book_id: int | None = None
    employee_id: str | None = None
    provider_code: str | None = None
    member_id: str | None = None

    @property
    def role(self) -> str:
        """Return the database's role that sees these rows."""
        return f"borsellino_{self.sight}"


_current: ContextVar[Fence | None] = ContextVar("fence", default=None)


def current() -> Fence | None:
    """Return the fence that transactions are inside of now, if any."""
    return _current.get()


@contextmanager
def outside() -> Iterator[None]:
    """
    Hold the transactions of a block outside every fence, as the owner: in a worker's process, for what was let through.
    """
    token = _current.set(None)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def inside(fence: Fence) -> Iterator[None]:
    """Hold the transactions of a block inside a fence."""
    token = _current.set(fence)
    try:
        yield
    finally:
        _current.reset(token)
