"""The room of whoever has a wallet: what they have, what moved it, their family, their limits and their papers."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from api.access.identity import book_of, current
from api.conventions.problems import NotAllowed
from plans import directory
from plans.errors import RelativeNotFound
from plans.people import RelativeCard


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose wallet a page is about: that of whoever looks, and nobody else's."""

    book_id: int
    employee_id: str


def owner(scope: str) -> Owner:
    """
    Return whose wallet whoever looks has.

    Errors: NotAllowed, for a role without a wallet of its own.
    """
    asking = current()
    if asking.employee_id is None:
        raise NotAllowed(scope=scope)
    return Owner(book_of(asking.employee_id), asking.employee_id)


def relative(session: Session, mine: Owner, relative_id: str) -> RelativeCard:
    """
    Return a relative of whoever looks.

    Errors: RelativeNotFound, also for somebody else's.
    """
    kin = directory.relative(session, mine.book_id, relative_id)
    if kin.employee_id != mine.employee_id:
        raise RelativeNotFound(relative=relative_id)
    return kin
