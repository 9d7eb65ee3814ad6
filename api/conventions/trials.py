"""Trials: work that is done to see what it would do, and undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

T = TypeVar("T")


class _Undone(Exception, Generic[T]):
    """Carries the result of a trial out of the transaction that it rolls back."""

    def __init__(self, result: T) -> None:
        self.result = result


def tried(within: Callable[[Callable[[Session], Any]], Any], work: Callable[[Session], T]) -> T:
    """
    Do work in a transaction of `within`, undo it, and return what it came to; the audit trail says nothing of it.

    Errors: whatever `work` refuses; what would be checked at the commit is checked, too.
    """

    def once(session: Session) -> None:
        result = work(session)
        session.flush()
        session.execute(sa.text("set constraints all immediate"))
        raise _Undone(result)

    try:
        within(once)
    except _Undone as undone:
        result: T = undone.result
        return result
    raise AssertionError("unreachable")
