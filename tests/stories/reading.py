"""What a story reads off the books after each act; amounts in minor units."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from config import clock
from ledger import accounts, verification
from wallet import authorizations, lots
from wallet.authorizations import Authorization
from wallet.purchases import Purchase


@dataclass(frozen=True)
class Credit:
    """One lot: its last day, what is in it, and how much of that is held."""

    last_day: date
    posted: int
    held: int


@contextmanager
def on(session: Session, day: date) -> Iterator[None]:
    """Let a day begin: the clock stands at its noon, for the database too."""
    session.commit()  # the database is told the time when a transaction begins
    with clock.at(day):
        yield
        session.commit()


def buy(
    session: Session, book_id: int, employee: str, service: str, quantity: int = 1, **values: object
) -> Authorization:
    """Authorize a purchase as the worker's own click does."""
    key = values.pop("key", None)
    purchase = Purchase(employee_id=employee, service_code=service, quantity=quantity, **values)  # type: ignore[arg-type]
    return authorizations.authorize(session, book_id, purchase, actor=employee, key=key)  # type: ignore[arg-type]


def credit(session: Session, book_id: int, employee: str) -> list[Credit]:
    """The wallet's lots, the earliest last day first."""
    found = lots.of_wallet(session, book_id, employee)
    states = accounts.states(session, book_id, [lot.account_id for lot in found])
    return sorted(
        (Credit(lot.last_day, states[lot.account_id].posted_minor, states[lot.account_id].held_minor) for lot in found),
        key=lambda each: each.last_day,
    )


def balances(session: Session, book_id: int, prefix: str) -> dict[str, int]:
    """The accounts whose code begins so: debits less credits, for those that are not zero."""
    return {
        line.code: line.debit_minor - line.credit_minor
        for line in accounts.trial_balance(session, book_id)
        if line.code.startswith(prefix) and line.debit_minor != line.credit_minor
    }


def fiscal_events(session: Session, book_id: int, employee: str) -> list[tuple[str, str, int, int, str]]:
    """Every fiscal event of a person as (kind, category, exempt, taxable, reason), in the order they were written."""
    rows = session.execute(
        sa.text(
            "select kind, category, exempt_minor, taxable_minor, reason from fiscal_event"
            " where book_id = :book and employee_id = :employee order by event_id"
        ),
        {"book": book_id, "employee": employee},
    )
    return [tuple(row) for row in rows]  # type: ignore[misc]


def assert_sound(session: Session, book_id: int) -> None:
    """The book balances, owes nothing to itself between territories, and every projection follows from the journal."""
    lines = accounts.trial_balance(session, book_id)
    assert sum(line.debit_minor for line in lines) == sum(line.credit_minor for line in lines)
    assert sum(balances(session, book_id, "clearing:").values()) == 0
    assert verification.verify(session, book_id) == []
