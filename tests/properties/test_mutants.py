"""
Is the machine awake? The ledger's own code is broken by hand, one line at a time, and the machine must turn red.

Where a constraint of the tables would catch the mistake by itself it is dropped first, so that it is the machine that
sees it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from hypothesis import Phase
from sqlalchemy.engine import URL, Engine

from config import database
from ledger.errors import LedgerError
from tests.properties.test_ledger_machine import run

SOURCE = (database.ROOT / "ledger" / "functions.sql").read_text(encoding="utf-8")
NO_FLOOR = "alter table balance drop constraint ck_balance_floor"
NO_CAP = "alter table refund_counter drop constraint ck_refund_counter_cap"
NO_WHOLE = "alter table hold_line drop constraint ck_hold_line_whole"


@dataclass(frozen=True)
class Mutant:
    """One mistake: within a function, one text for another."""

    name: str
    function: str
    old: str
    new: str
    dropped: tuple[str, ...] = ()


MUTANTS = (
    Mutant(
        "a posting does not look at the floor",
        "ledger_write_pair",
        ".held_minor >= ",
        ".held_minor >= -1000000 + ",
        (NO_FLOOR,),
    ),
    Mutant("a posting does not look at what is held", "ledger_write_pair", "- b.held_minor", "", (NO_FLOOR,)),
    Mutant(
        "a posting leaves the floor to the constraint",
        "ledger_write_pair",
        ".held_minor >= ",
        ".held_minor >= -1000000 + ",
    ),
    Mutant(
        "a set of postings counts what comes later for what comes before",
        "ledger_post_set",
        "case when n = 1 then -b.side * sum(l.amount)",
        "case when true then -b.side * sum(l.amount)",
        (NO_FLOOR,),
    ),
    Mutant(
        "a hold does not look at what is held already",
        "ledger_hold",
        "b.side * (b.debit_posted - b.credit_posted) - b.held_minor - b.floor_minor as available",
        "b.side * (b.debit_posted - b.credit_posted) - b.floor_minor as available",
        (NO_FLOOR,),
    ),
    Mutant("a capture leaves held as it was", "ledger_capture", "b.held_minor - s.share", "b.held_minor", (NO_FLOOR,)),
    Mutant(
        "more is captured than is reserved",
        "ledger_capture",
        "coalesce(v_reserved, 0) < p_amount",
        "false",
        (NO_FLOOR, NO_WHOLE),
    ),
    Mutant("a final capture keeps the rest", "ledger_capture", "if p_final then", "if false then"),
    Mutant("refunds are not counted", "ledger_refund", "c.refunded_minor + p_amount", "c.refunded_minor"),
    Mutant(
        "refunds are not capped",
        "ledger_refund",
        "v_refunded + p_amount > v_captured",
        "false",
        (NO_CAP,),
    ),
    Mutant("refunds go to what was charged first", "ledger_refund", "order by q.line desc", "order by q.line"),
    Mutant("a refunded capture is reversed", "ledger_refunded", "c.refunded_minor > 0", "false"),
    Mutant("versions are not raised", "ledger_write_pair", "version = b.version + 1", "version = b.version"),
    Mutant("only the sweeper ends holds", "ledger_due", "h.expires_at <= ledger_now()", "false"),
    Mutant(
        "a hold is captured at its last moment",
        "ledger_capture",
        "v_hold.expires_at <= v_now",
        "v_hold.expires_at < v_now",
    ),
    Mutant(
        "a refused hold frees others for good",
        "ledger_hold",
        "if code is not null then\n                raise exception using errcode = 'LG000';",
        "if false then\n                raise exception using errcode = 'LG000';",
    ),
    Mutant(
        "a refused batch keeps what it wrote",
        "ledger_post",
        "if cardinality(array_remove(v_codes, null)) > 0 then",
        "if false then",
    ),
    Mutant("closed periods are open", "ledger_write_pair", "p.state = 'closed'", "false"),
    Mutant(
        "entries wait for no seal",
        "ledger_write_pair",
        "insert into seal_queue (book_id, entry_id) values (p_book, v_entry);",
        "",
    ),
    Mutant(
        "a void frees nothing", "ledger_release", "b.held_minor - (l.amount_minor", "b.held_minor - 0 * (l.amount_minor"
    ),
)


@pytest.fixture
def mutated(own_database: URL, request: pytest.FixtureRequest) -> Iterator[Engine]:
    """A database in which the ledger has one mistake."""
    mutant: Mutant = request.param
    start = SOURCE.index(f"create or replace function {mutant.function}(")
    end = SOURCE.index("$$;", start) + 3
    text = SOURCE[start:end]
    assert mutant.old in text, f"{mutant.function} no longer reads like this: write the mutant anew"
    engine = database.make_engine(own_database)
    with engine.begin() as connection:
        connection.exec_driver_sql(text.replace(mutant.old, mutant.new).replace("%", "%%"))
        for statement in mutant.dropped:
            connection.exec_driver_sql(statement)
    yield engine
    engine.dispose()


# The hunt ends with the first difference. It may look at far more than the machine's own test does, because what the
# machine draws also follows from which modules happen to be loaded beside it.
HUNT = 2_000


@pytest.mark.slow
@pytest.mark.parametrize("mutated", MUTANTS, ids=lambda mutant: mutant.name, indirect=True)
def test_the_machine_sees_that(mutated: Engine) -> None:
    with pytest.raises((AssertionError, LedgerError, sa.exc.IntegrityError, pytest.fail.Exception)):
        run(mutated, examples=HUNT, steps=30, phases=[Phase.generate], report_multiple_bugs=False)
