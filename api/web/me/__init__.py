"""The room of whoever has a wallet: what they have, what moved it, their family, their limits and their papers."""

from __future__ import annotations

from dataclasses import dataclass

from api.access.identity import book_of, current
from api.conventions.problems import NotAllowed


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
