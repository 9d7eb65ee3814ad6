"""What the ledger's tests stand on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from tests.ledger.little_book import NOON, LittleBook, at, open_little_book


@pytest.fixture
def book(session: Session) -> Iterator[LittleBook]:
    """A book at noon of 10 March 2026, with 1,000 in the first lot, 500 in the second and 200 in the third."""
    with at(session, NOON):
        book = open_little_book(session)
        book.post(("CASH", "LOT1", 1_000), ("CASH", "LOT2", 500), ("CASH", "LOT3", 200), kind="grant")
        yield book


@pytest.fixture
def empty_book(session: Session) -> Iterator[LittleBook]:
    """A book at noon of 10 March 2026 in which nothing happened yet."""
    with at(session, NOON):
        yield open_little_book(session)
