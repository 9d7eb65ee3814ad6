"""
The ledger against an oracle: whatever anyone does in whatever order, both answer alike and six things stay true.

Amounts reach beyond the 1,000 that each lot begins with on purpose: smaller ones would never meet a refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from config import clock
from ledger import accounts, books, holds, posting
from ledger.errors import LedgerError
from ledger.posting import Draft
from tests.ledger.little_book import NOON, LittleBook, open_little_book
from tests.properties.ledger_oracle import ACCOUNTS, Oracle, Wanted

amounts = st.one_of(st.integers(1, 1_500), st.sampled_from([1, 999, 1_000, 1_001]))
lots = st.sampled_from(["LOT1", "LOT2", "LOT3"])
lines = st.tuples(st.sampled_from(list(ACCOUNTS)), st.sampled_from(list(ACCOUNTS)), amounts).filter(
    lambda line: line[0] != line[1]
)
spendings = st.tuples(lots, st.just("DUE"), amounts)
days_ago = st.sampled_from([0, 0, 0, 0, 1, 2, -1])
references = st.one_of(st.none(), st.none(), st.sampled_from("abcdef"))
wanted = st.tuples(st.lists(st.one_of(lines, spendings), min_size=1, max_size=3), days_ago, references)
# Counted from the last one: what was just made is what most often follows.
places = st.integers(0, 30)
# Of what is left to capture or refund; beyond 100 it is too much.
percents = st.one_of(st.sampled_from([100, 50, 101]), st.integers(1, 120))

BALANCES = "select account_id, debit_posted, credit_posted, held_minor, floor_minor, side, version from balance"
SUMS = (
    "select account_id, sum(debit), sum(credit), count(*), max(version) from ("
    " select debit_account_id as account_id, amount_minor as debit, 0 as credit, debit_version as version"
    "   from posting where book_id = :book union all"
    " select credit_account_id, 0, amount_minor, credit_version from posting where book_id = :book) legs"
    " group by account_id"
)
RESERVED = (
    "select account_id, sum(amount_minor - captured_minor - released_minor) from hold_line"
    " join hold using (book_id, hold_id) where book_id = :book and state = 'open' group by account_id"
)
PARTS = (
    "select count(*) from hold_line where book_id = :book and (captured_minor < 0 or released_minor < 0"
    " or captured_minor + released_minor > amount_minor)"
)


class LedgerMachine(RuleBasedStateMachine):
    """People and clocks at work on one book."""

    engine: Engine
    verify_every = 6

    def __init__(self) -> None:
        super().__init__()
        self.connection = self.engine.connect()
        self.outer = self.connection.begin()
        self.session = Session(self.connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        self.steps = 0
        self.hold_ids: list[int] = []
        self.entry_ids: list[int] = []
        self.tell(NOON)
        self.book: LittleBook = open_little_book(self.session)
        self.rows: dict[str, Any] = {}
        self.names: dict[Any, str] = {account_id: code for code, account_id in self.book.ids.items()}
        self.oracle = Oracle(NOON)

    @initialize()
    def begin(self) -> None:
        self.post(([("CASH", "LOT1", 1_000), ("CASH", "LOT2", 1_000), ("FUND", "LOT3", 1_000)], 0, None))
        self.hold([("LOT1", 400), ("LOT2", 300)], 240)
        self.capture(0, 80, False, 0)

    def teardown(self) -> None:
        try:
            # A transaction that failed has nothing to look at.
            if self.session.connection().connection.driver_connection.info.transaction_status.name != "INERROR":
                assert self.book.verify() == []
        finally:
            clock.fix(None)
            self.session.close()
            self.outer.rollback()
            self.connection.close()

    # What anyone may do.

    @rule(what=wanted)
    def post(self, what: tuple[list[tuple[str, str, int]], int, str | None]) -> None:
        entry = self.entry(what)

        self.both(self.oracle.post(entry), lambda: self.entry_ids.append(self.write(entry)))

    @rule(what=st.lists(wanted, min_size=2, max_size=5), atomic=st.booleans())
    def post_many(self, what: list[tuple[list[tuple[str, str, int]], int, str | None]], atomic: bool) -> None:
        all_wanted = [self.entry(one) for one in what]
        drafts = [self.draft(entry) for entry in all_wanted]
        expected = self.oracle.batch(all_wanted, atomic)
        nothing = atomic and any(expected)
        before = self.book.fingerprint() if nothing or all(expected) else None

        outcomes = self.book.batch(*drafts, atomic=atomic)

        assert [outcome.refusal.code if outcome.refusal else None for outcome in outcomes] == expected
        assert [outcome.entry_id is not None for outcome in outcomes] == [not (nothing or code) for code in expected]
        assert before is None or self.book.fingerprint() == before
        self.entry_ids += [outcome.entry_id for outcome in outcomes if outcome.entry_id is not None]

    @rule(
        shares=st.lists(st.tuples(lots, st.one_of(st.integers(1, 400), amounts)), min_size=1, max_size=3),
        minutes=st.sampled_from([60, 240, 30, 5, -1]),
    )
    def hold(self, shares: list[tuple[str, int]], minutes: int) -> None:
        answer = self.oracle.reserve(shares, self.oracle.now + timedelta(minutes=minutes))

        self.both(answer, lambda: self.hold_ids.append(self.book.hold(*shares, minutes=minutes)))

    @precondition(lambda self: self.hold_ids)
    @rule(place=places, percent=percents, final=st.booleans(), ago=days_ago)
    def capture(self, place: int, percent: int, final: bool, ago: int) -> None:
        place = self.last(place, self.hold_ids)
        day = self.oracle.today - timedelta(days=ago)
        hold = self.oracle.holds[place]
        amount = max(1, hold.rest * percent // 100)
        answer = self.oracle.capture(hold, amount, final, day)

        hold_id = self.hold_ids[place]
        self.both(answer, lambda: self.entry_ids.append(self.book.capture(hold_id, amount, final=final, on=day)))

    @precondition(lambda self: any(hold.state == "open" for hold in self.oracle.holds))
    @rule(place=places, percent=percents, final=st.booleans())
    def capture_an_open_hold(self, place: int, percent: int, final: bool) -> None:
        choice = [index for index, hold in enumerate(self.oracle.holds) if hold.state == "open"]
        self.capture(len(self.hold_ids) - 1 - choice[self.last(place, choice)], percent, final, 0)

    @precondition(lambda self: self.hold_ids)
    @rule(place=places)
    def void(self, place: int) -> None:
        place = self.last(place, self.hold_ids)
        answer = self.oracle.void(self.oracle.holds[place])

        self.both(answer, lambda: self.book.void(self.hold_ids[place]))

    @precondition(lambda self: any(entry.hold for entry in self.oracle.entries))
    @rule(place=places, percent=percents, ago=days_ago, anything=st.sampled_from([False, False, False, True]))
    def refund(self, place: int, percent: int, ago: int, anything: bool) -> None:
        choice = [index for index, entry in enumerate(self.oracle.entries) if entry.hold or anything]
        place = choice[self.last(place, choice)]
        day = self.oracle.today - timedelta(days=ago)
        entry = self.oracle.entries[place]
        amount = max(1, (entry.captured - entry.refunded) * percent // 100)
        answer = self.oracle.refund(entry, amount, day)

        entry_id = self.entry_ids[place]
        self.both(answer, lambda: self.entry_ids.append(self.book.refund(entry_id, amount, on=day)))

    @rule(place=places, ago=days_ago)
    def reverse(self, place: int, ago: int) -> None:
        place = self.last(place, self.entry_ids)
        day = self.oracle.today - timedelta(days=ago)
        answer = self.oracle.reverse(self.oracle.entries[place], day)

        entry = self.entry_ids[place]
        self.both(answer, lambda: self.entry_ids.append(self.book.reverse(entry, on=day)))

    @rule(minutes=st.sampled_from([1, 4, 5, 25, 30, 60]))
    def let_time_pass(self, minutes: int) -> None:
        self.oracle.now += timedelta(minutes=minutes)
        self.tell(self.oracle.now)

    @rule()
    def sweep(self) -> None:
        holds.settle(self.session, self.book.book_id)

    @precondition(lambda self: len(self.oracle.entries) > 5)
    @rule(ago=st.sampled_from([1, 2, 5]))
    def close_a_day(self, ago: int) -> None:
        day = self.oracle.today - timedelta(days=ago)

        self.both(self.oracle.close(day), lambda: books.close_period(self.session, self.book.book_id, day, day))

    # What follows each other too rarely by chance.

    @rule(lot=lots, minutes=st.sampled_from([5, 30]), amount=amounts, posted=st.booleans())
    def use_what_a_hold_kept_until_its_end(self, lot: str, minutes: int, amount: int, posted: bool) -> None:
        self.hold([(lot, max(1, self.oracle.available(lot)))], minutes)
        self.let_time_pass(minutes)
        if posted:
            self.post(([(lot, "DUE", amount)], 0, None))
        else:
            self.hold([(lot, amount)], 60)

    @rule(ago=st.sampled_from([1, 2]), lot=lots)
    def come_late(self, ago: int, lot: str) -> None:
        self.close_a_day(ago)
        self.post(([("CASH", lot, 1)], ago, None))

    @rule(lot=lots, amount=amounts, atomic=st.booleans())
    def spend_what_comes_only_later(self, lot: str, amount: int, atomic: bool) -> None:
        beyond = max(1, self.oracle.available(lot) + amount)
        self.post_many([([(lot, "DUE", beyond)], 0, None), ([("CASH", lot, amount)], 0, None)], atomic)

    # What stays true after every step; the sixth, that a refusal changes nothing, is in `both`.

    @invariant()
    def all_is_well(self) -> None:
        self.rows = {self.names[row[0]]: row for row in self.book.sql(f"{BALANCES} where book_id = :book")}
        self.nothing_was_made_or_lost()
        self.no_part_is_negative()
        self.balances_follow_from_the_journal()
        self.nothing_is_overdrawn()
        self.held_is_what_open_holds_reserve()

    def nothing_was_made_or_lost(self) -> None:
        rows = self.rows

        assert sum(row[1] for row in rows.values()) == sum(row[2] for row in rows.values())
        assert {code: (row[1], row[2], row[6]) for code, row in rows.items()} == {
            code: (self.oracle.debit[code], self.oracle.credit[code], self.oracle.version[code]) for code in ACCOUNTS
        }

    def no_part_is_negative(self) -> None:
        assert all(part >= 0 for row in self.rows.values() for part in (row[1], row[2], row[3], row[6]))
        assert self.book.sql(PARTS).scalar() == 0

    def balances_follow_from_the_journal(self) -> None:
        sums = {self.names[row[0]]: tuple(row[1:]) for row in self.book.sql(SUMS)}

        for code, row in self.rows.items():
            assert sums.get(code, (0, 0, 0, 0)) == (row[1], row[2], row[6], row[6])
        self.steps += 1
        if self.steps % self.verify_every == 0:
            assert self.book.verify() == []

    def nothing_is_overdrawn(self) -> None:
        for _, debit, credit, held, floor, side, _ in self.rows.values():
            assert floor is None or side * (debit - credit) - held >= floor

    def held_is_what_open_holds_reserve(self) -> None:
        reserved = {self.names[row[0]]: row[1] for row in self.book.sql(RESERVED)}
        states = accounts.states(self.session, self.book.book_id, self.book.ids.values())

        assert {code: row[3] for code, row in self.rows.items() if row[3]} == {
            code: held for code, held in reserved.items() if held
        }
        assert {self.names[key]: state.available_minor for key, state in states.items()} == {
            code: self.oracle.available(code) for code in ACCOUNTS
        }

    def both(self, expected: str | None, call: Callable[[], object]) -> None:
        """Do what the oracle did; where it refused, see the same refusal and every byte as it was."""
        if expected is None:
            call()
            return
        before = self.book.fingerprint()
        with pytest.raises(LedgerError) as refusal:
            call()
        assert refusal.value.code == expected
        assert self.book.fingerprint() == before

    @staticmethod
    def last(place: int, things: Sequence[object]) -> int:
        return len(things) - 1 - place % len(things)

    def entry(self, what: tuple[list[tuple[str, str, int]], int, str | None]) -> Wanted:
        lines, ago, reference = what
        return Wanted(lines, self.oracle.today - timedelta(days=ago), reference)

    def draft(self, entry: Wanted) -> Draft:
        return self.book.draft(*entry.lines, on=entry.on, reference=entry.reference)

    def write(self, entry: Wanted) -> int:
        return posting.post(self.session, self.book.book_id, self.draft(entry), actor="machine")

    def tell(self, moment: datetime) -> None:
        clock.fix(moment)
        self.session.connection().exec_driver_sql(
            "select set_config('borsellino.clock', %s, true)", (moment.isoformat(),)
        )


def run(engine: Engine, *, examples: int, steps: int, **more: Any) -> None:
    """Let the machine run on a database, always in the same way."""
    machine = type("Machine", (LedgerMachine,), {"engine": engine})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            **more,
        ),
    )


@pytest.mark.slow
def test_the_ledger_and_its_oracle_answer_alike(engine: Engine) -> None:
    run(engine, examples=60, steps=30)
