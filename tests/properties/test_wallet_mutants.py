"""
Is the wallet's machine awake? The wallet's own code is broken by hand, one mistake at a time, and it must turn red.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import settings
from sqlalchemy.engine import URL, Engine
from sqlalchemy.orm import Session

from config.errors import DomainError
from plans.rulebook.words import Category, Channel
from tests.properties.test_wallet_machine import SETTINGS, make_network, run
from wallet import authorizations, captures, choosing, expiry, fiscal, lots, records, refunds

Patch = pytest.MonkeyPatch
# The hunt ends with the first difference: it may look at more than the machine's own test does.
HUNT = settings(SETTINGS, max_examples=1_000)


@dataclass(frozen=True)
class Mutant:
    """One mistake, and how it is made."""

    name: str
    make: Callable[[Patch], None]


def text(module: ModuleType, name: str, old: str, new: str) -> Callable[[Patch], None]:
    """Within a statement, one text for another."""

    def make(patch: Patch) -> None:
        statement = getattr(module, name)
        assert old in statement, f"{module.__name__}.{name} reads otherwise now"
        patch.setattr(module, name, statement.replace(old, new))

    return make


def instead(module: Any, name: str, wrong: Callable[..., Any]) -> Callable[[Patch], None]:
    """One function for another, which gets the right one first."""
    right = getattr(module, name)
    return lambda patch: patch.setattr(module, name, lambda *args, **named: wrong(right, *args, **named))


def nothing(_right: object, *_args: object, **_named: object) -> int:
    return 0


def latest_lots_first(right: Any, amount: int, fitting: Any) -> Any:
    return right(amount, list(fitting)[::-1])


def without_clearing(right: Any, *args: Any, **named: Any) -> Any:
    return right(*args, **(named | {"through": ()}))


def never_final(right: Any, *args: Any, **named: Any) -> Any:
    return right(*args, **(named | {"final": False}))


def voucher_taxed_at_capture(patch: Patch) -> None:
    capture = captures.capture

    def late(session: Session, book_id: int, authorization_id: str, *args: Any, **named: Any) -> Any:
        change = capture(session, book_id, authorization_id, *args, **named)
        found = change.authorization
        if found.channel == Channel.VOUCHER:
            fiscal.append_delivery(
                session,
                book_id,
                found.employee_id,
                authorization_id,
                change.entry_ids[0],
                taxable_minor=0,
                category=Category(found.category),
                channel=found.channel,
                in_limit=found.in_limit,
                on=found.tax_on,
                rule_ids=(),
            )
        return change

    patch.setattr(records, "write_issue", lambda *_args, **_named: None)
    patch.setattr(captures, "capture", late)


def expired_lots_spendable(patch: Patch) -> None:
    patch.setattr(lots.SpendableLot, "last_day_under", lambda *_args: date.max)


def corrections_between_reversals(patch: Patch) -> None:
    """The mistake that the wallet once had: the cliff looked at after each plan's share of a reversal."""
    write = fiscal._write

    def eager(session: Session, book_id: int, employee_id: str, lines: Any, category: Any, *rest: Any) -> None:
        write(session, book_id, employee_id, lines, category, *rest)
        in_limit, on, year = rest[0], rest[1], rest[2]
        if category == Category.FRINGE and in_limit and lines[0].kind == "reversal" and len(lines) == 1:
            fiscal.settle_year(session, book_id, employee_id, Category(category), year=year, on=on)

    patch.setattr(fiscal, "_write", eager)


MUTANTS = (
    Mutant("what is held is available again", text(lots, "_SPENDABLE", " - b.held_minor", "")),
    Mutant(
        "a hold past its time still reserves its lot", text(lots, "_SPENDABLE", "o.expires_at <=", "o.expires_at <")
    ),
    Mutant("the latest lot pays first", instead(choosing, "_share_out", latest_lots_first)),
    Mutant("expired lots are spent", expired_lots_spendable),
    Mutant("a capture books no clearing", instead(captures.holds, "capture", without_clearing)),
    Mutant("a final capture keeps the rest", instead(captures.holds, "capture", never_final)),
    Mutant("a refund goes to the first capture's lot", text(refunds, "_REFUNDABLE", "e.seq desc", "e.seq")),
    Mutant("a refund opens no expired lot again", instead(refunds, "_open_again", nothing)),
    Mutant("a refund gives every lot a grace", text(refunds, "_GRACE", "< %(today)s::date", "is not null")),
    Mutant("a refund revives what was left in its lot", instead(refunds.expiry, "expire_rest", nothing)),
    Mutant("expiry takes what is held", text(expiry, "_EXPIRED_LOTS", " - b.held_minor", "")),
    Mutant("expiry ends lots on their last day", text(expiry, "_EXPIRED_LOTS", "< %(day)s", "<= %(day)s")),
    Mutant(
        "expiry forgets the grace of a refund",
        text(expiry, "_EXPIRED_LOTS", "greatest(l.expires_on, l.grace_until)", "l.expires_on"),
    ),
    Mutant("the sweep settles nothing", instead(authorizations, "settle", nothing)),
    Mutant("a voucher is taxed at capture", voucher_taxed_at_capture),
    Mutant("a voucher that ends keeps its tax", instead(fiscal, "reverse", nothing)),
    Mutant("the cliff is not recomputed", instead(fiscal, "settle_year", nothing)),
    Mutant("the cliff is looked at in the middle of a reversal", corrections_between_reversals),
    Mutant("a hold past its time still reserves the limit", text(fiscal, "_YEAR", "and expires_at > ledger_now()", "")),
    Mutant("a direct purchase reserves no limit", text(fiscal, "_YEAR", "amount_minor - captured_minor", "0::bigint")),
    Mutant(
        "a captured part is reserved a second time",
        text(fiscal, "_YEAR", "amount_minor - captured_minor", "amount_minor"),
    ),
)


@pytest.fixture(scope="module")
def field_engine(server: URL, template: URL, worker_id: str) -> Iterator[Engine]:
    engine = make_network(server, template, f"mutants_{worker_id}")
    yield engine
    engine.dispose()


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.name.replace(" ", "-") for mutant in MUTANTS])
def test_the_machine_notices_that(mutant: Mutant, field_engine: Engine, monkeypatch: Patch) -> None:
    mutant.make(monkeypatch)

    # A wrong comparison, a refusal that nobody expected, or a constraint of the database: all of them are red.
    with pytest.raises((AssertionError, DomainError, sa.exc.DBAPIError)):
        run(field_engine, HUNT)
