"""
The wallet against an oracle in plain Python: whatever order things happen in, both keep the same accounts.

Two people, four plans with different last days, priorities and policies; services at home and in Milano, vouchers and
direct; a clock that steps over every boundary, the turn of the year among them. Amounts straddle what is available,
what is reserved and the fringe limit on purpose: smaller ones would never reach a refusal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy.engine import URL, Engine
from sqlalchemy.orm import Session

from config import clock, database
from config.errors import DomainError
from network import loading
from plans.rulebook.words import Category, Channel
from plans.words import Residual
from tests.conftest import make_database
from tests.factories import euro
from tests.wallet.scene import CONSENT, Scene, open_scene
from wallet import fiscal, grants
from wallet.authorizations import Authorization

START = datetime(2026, 11, 23, 12, tzinfo=clock.ROME)
FRINGE_LIMIT = 100_000
GRACE = timedelta(days=30)
HOLD_LIFE = timedelta(days=7)


@dataclass(frozen=True)
class Plan:
    code: str
    spend_by: date
    carried_until: date | None = None
    priority: int = 100
    consent: bool = False
    to_community: bool = False
    direct_only: bool = False
    fringe: bool = True


@dataclass(frozen=True)
class Service:
    code: str
    provider: str
    place: str
    price: int
    fringe: bool
    channels: tuple[str, ...]
    qualified_until: date


PLANS = (
    Plan("A", date(2026, 11, 30), carried_until=date(2026, 12, 30)),
    Plan("B", date(2026, 12, 10), priority=50, consent=True, to_community=True),
    Plan("C", date(2026, 12, 10), priority=10, direct_only=True, fringe=False),
    Plan("D", date(2027, 2, 28), consent=True),
)
SERVICES = (
    Service("PSI-CR", "P04", "cremona", 5_500, False, ("VOUCHER", "DIRECT"), date(2028, 1, 1)),
    Service("LIN-MI", "P19", "milano", 36_000, False, ("VOUCHER", "DIRECT"), date(2027, 3, 1)),
    Service("PET-MI", "P17", "milano", 1_200, True, ("DIRECT",), date(2028, 2, 1)),
    Service("BUO-CR", "P04", "cremona", 2_500, True, ("VOUCHER",), date(2028, 1, 1)),
)


# -- the oracle ------------------------------------------------------------------------------------------------------


@dataclass
class Lot:
    worker: str
    plan: Plan
    expires_on: date
    carried: bool
    number: int
    posted: int = 0
    grace_until: date | None = None

    @property
    def key(self) -> tuple[str, str, date, bool]:
        return self.worker, self.plan.code, self.expires_on, self.carried

    @property
    def last_day(self) -> date:
        return max(self.expires_on, self.grace_until or self.expires_on)


@dataclass
class Bought:
    worker: str
    service: Service
    channel: str
    amount: int
    shares: list[tuple[Lot, int]]
    ends_at: datetime
    on: date
    status: str = "authorized"
    captures: list[list[tuple[Lot, int]]] = field(default_factory=list)
    years: list[int] = field(default_factory=list)
    refunds: list[int] = field(default_factory=list)
    net: dict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))

    @property
    def captured(self) -> int:
        return sum(amount for capture in self.captures for _, amount in capture)

    @property
    def refunded(self) -> int:
        return sum(self.refunds)

    @property
    def open(self) -> bool:
        return self.status in ("authorized", "partially_captured")

    def rest(self) -> list[tuple[Lot, int]]:
        """What is still reserved, lot by lot, in the order of charging."""
        charged = self.captured
        left = []
        for lot, amount in self.shares:
            taken = min(charged, amount)
            charged -= taken
            if amount > taken:
                left.append((lot, amount - taken))
        return left


def first_part(shares: list[tuple[Lot, int]], amount: int) -> list[tuple[Lot, int]]:
    part = []
    for lot, share in shares:
        taken = min(share, amount)
        amount -= taken
        if taken:
            part.append((lot, taken))
    return part


class Oracle:
    """What should be, from nothing but the rules."""

    def __init__(self) -> None:
        self.lots: dict[tuple[str, str, date, bool], Lot] = {}
        self.bought: dict[str, Bought] = {}
        self.returned: dict[str, int] = defaultdict(int)
        self.community = 0
        self.granted: dict[str, int] = defaultdict(int)

    def lot(self, worker: str, plan: Plan, expires_on: date, carried: bool = False) -> Lot:
        key = (worker, plan.code, expires_on, carried)
        if key not in self.lots:
            self.lots[key] = Lot(worker, plan, expires_on, carried, len(self.lots))
        return self.lots[key]

    def held(self, lot: Lot, now: datetime) -> int:
        return sum(
            amount
            for one in self.bought.values()
            if one.open and one.ends_at > now
            for held, amount in one.rest()
            if held is lot
        )

    def available(self, lot: Lot, now: datetime) -> int:
        return lot.posted - self.held(lot, now)

    def of(self, worker: str) -> list[Lot]:
        return [lot for lot in self.lots.values() if lot.worker == worker]

    def fringe(self, worker: str, year: int) -> int:
        """The year's events, an unswept voucher past its time among them: what is taxable hangs on it."""
        return sum(
            amount
            for one in self.bought.values()
            if one.worker == worker and one.service.fringe
            for (_, of_year), amount in one.net.items()
            if of_year == year
        )

    def counted(self, worker: str, year: int, now: datetime) -> int:
        """What counts against the limit for a decision: events and reservations, without what is past its time."""
        total = 0
        for one in self.bought.values():
            if one.worker != worker or not one.service.fringe:
                continue
            due = one.open and one.ends_at <= now
            if not (due and one.channel == "VOUCHER"):
                total += sum(amount for (_, of_year), amount in one.net.items() if of_year == year)
            # Reserved in every year in which it may still be delivered.
            last_year = one.ends_at.astimezone(clock.ROME).year
            if one.channel == "DIRECT" and one.open and not due and one.on.year <= year <= last_year:
                total += one.amount - one.captured
        return total

    def taxed(self, worker: str, year: int) -> tuple[int, int]:
        """Exempt and taxable of a person's year, all categories."""
        fringe = self.fringe(worker, year)
        other = sum(
            amount
            for one in self.bought.values()
            if one.worker == worker and not one.service.fringe
            for (_, of_year), amount in one.net.items()
            if of_year == year
        )
        return (other, fringe) if fringe > FRINGE_LIMIT else (other + fringe, 0)

    # -- verbs --------------------------------------------------------------------------------------------------------

    def grant(self, worker: str, plan: Plan, amount: int) -> None:
        self.lot(worker, plan, plan.spend_by).posted += amount
        self.granted[plan.code] += amount

    def correct(self, lot: Lot, amount: int, now: datetime) -> str | None:
        if amount > self.available(lot, now):
            return "grant_already_spent"
        lot.posted -= amount
        self.granted[lot.plan.code] -= amount
        return None

    def settle(self, now: datetime, worker: str | None = None) -> int:
        due = [one for one in self.bought.values() if one.open and one.ends_at <= now and worker in (None, one.worker)]
        for one in due:
            self.finish(one, "expired")
        return len(due)

    def finish(self, one: Bought, ended: str) -> None:
        if one.channel == "VOUCHER":
            one.net.clear()
        one.status = "authorized"
        one.status = self.state(one, ended)

    def state(self, one: Bought, ended: str | None) -> str:
        if ended is None and one.open and one.captured < one.amount:
            return "partially_captured" if one.captured else "authorized"
        if one.captured == 0:
            return ended or one.status
        if one.refunded == 0:
            return "captured"
        return "refunded" if one.refunded == one.captured else "partially_refunded"

    def buy(
        self, worker: str, service: Service, quantity: int, channel: str, consent: bool, now: datetime, today: date
    ) -> tuple[str | None, Bought | None]:
        """Return why it is declined, or what is bought."""
        self.settle(now, worker)
        amount = quantity * service.price
        if today > service.qualified_until:
            return "provider_not_qualified", None
        mine = self.of(worker)
        live = [lot for lot in mine if today <= lot.last_day]
        if not live:
            left = any(self.available(lot, now) for lot in mine)
            return ("lot_expired" if left else "insufficient_funds"), None
        usable = [
            lot
            for lot in sorted(live, key=lambda lot: (lot.last_day, lot.plan.priority, lot.number))
            if (lot.plan.fringe or not service.fringe) and not (lot.plan.direct_only and channel == "VOUCHER")
        ]
        if not usable:
            return "service_not_in_plan", None
        if channel == "VOUCHER" and quantity > 1 and not service.fringe:
            return "voucher_one_service_only", None
        if channel == "VOUCHER" and quantity > 1 and amount > FRINGE_LIMIT:
            return "fringe_limit_exceeded", None
        taxable = service.fringe and self.counted(worker, today.year, now) + amount > FRINGE_LIMIT
        if taxable:
            usable = [lot for lot in usable if self.available(lot, now) > 0] or usable
            usable = [lot for lot in usable if lot.plan.consent]
            if not usable or not consent:
                return "fringe_limit_exceeded", None
        shares = first_part([(lot, self.available(lot, now)) for lot in usable], amount)
        if sum(share for _, share in shares) < amount:
            return "insufficient_funds", None
        one = Bought(worker, service, channel, amount, shares, now + HOLD_LIFE, today)
        if channel == "VOUCHER":
            for lot, share in shares:
                one.net[lot.plan.code, today.year] += share
        return None, one

    def capture(self, one: Bought, amount: int, final: bool | None, now: datetime, today: date) -> str | None:
        if not one.open:
            return "authorization_not_open"
        rest = one.amount - one.captured
        if one.channel == "VOUCHER" and amount != one.amount:
            return "partial_capture_not_allowed"
        if amount <= 0:
            return "amount_not_positive"
        if one.ends_at <= now:
            return "hold_expired"
        if amount > rest:
            return "capture_exceeds_authorization"
        taken = first_part(one.rest(), amount)
        for lot, share in taken:
            lot.posted -= share
            if one.channel == "DIRECT":
                one.net[lot.plan.code, today.year] += share
        one.captures.append(taken)
        one.years.append(today.year)
        one.refunds.append(0)
        one.status = self.state(one, "captured" if final or amount == rest else None)
        return None

    def void(self, one: Bought, now: datetime) -> str | None:
        if not one.open:
            return "authorization_not_open"
        if one.ends_at <= now:
            return "hold_expired"
        self.finish(one, "voided")
        return None

    def refund(self, one: Bought, amount: int, now: datetime, today: date) -> str | None:
        refundable = one.captured - one.refunded
        if amount <= 0:
            return "amount_not_positive"
        if refundable == 0:
            return "nothing_to_refund"
        if amount > refundable:
            return "refund_exceeds_captures"
        if one.channel == "VOUCHER" and amount != one.captured:
            return "partial_refund_not_allowed"
        self.settle(now, one.worker)
        # What was left in a lot that is over ends first: what is given back is all there is.
        for lot in {lot.key: lot for lot, _ in self.back(one, amount)}.values():
            free = self.available(lot, now)
            if lot.last_day < today and free:
                self.end(lot, free, today)
        for index in reversed(range(len(one.captures))):
            whole = sum(share for _, share in one.captures[index])
            part = min(whole - one.refunds[index], amount)
            self.give_back(one, index, part, today)
            one.refunds[index] += part
            amount -= part
        one.status = self.state(one, None)
        return None

    def back(self, one: Bought, amount: int) -> list[tuple[Lot, int]]:
        """Which lots an amount goes back to: the last charged first, after what was given back before."""
        shares: list[tuple[Lot, int]] = []
        for index in reversed(range(len(one.captures))):
            left = sum(share for _, share in one.captures[index]) - one.refunds[index]
            part = min(left, amount)
            amount -= part
            shares += self.of_capture(one, index, part)
        return shares

    def of_capture(self, one: Bought, index: int, part: int) -> list[tuple[Lot, int]]:
        given = one.refunds[index]
        shares: list[tuple[Lot, int]] = []
        for lot, share in reversed(one.captures[index]):
            skipped = min(given, share)
            given -= skipped
            back = min(share - skipped, part)
            part -= back
            if back:
                shares.append((lot, back))
        return shares

    def give_back(self, one: Bought, index: int, part: int, today: date) -> None:
        by_plan: dict[str, int] = defaultdict(int)
        for lot, back in self.of_capture(one, index, part):
            lot.posted += back
            by_plan[lot.plan.code] += back
            if one.on <= lot.expires_on < today:
                lot.grace_until = today + GRACE
        for plan, back in by_plan.items():
            one.net[plan, one.on.year if one.channel == "VOUCHER" else one.years[index]] -= back

    def expire(self, now: datetime, today: date) -> None:
        self.settle(now)
        for lot in list(self.lots.values()):
            free = self.available(lot, now)
            if lot.last_day < today and free:
                self.end(lot, free, today)

    def end(self, lot: Lot, free: int, today: date) -> None:
        lot.posted -= free
        until = lot.plan.carried_until
        if until is not None and not lot.carried and until >= today:
            self.lot(lot.worker, lot.plan, until, carried=True).posted += free
        elif lot.plan.to_community:
            self.community += free
        else:
            self.returned[lot.plan.code] += free


# -- the machine -----------------------------------------------------------------------------------------------------

NEAR = st.sampled_from([-1, 0, 0, 0, 1])
PART = st.sampled_from(["one", "half", "all but one", "all", "all", "one more", "nothing"])
WHICH = st.integers(0, 1_000)
WEIGHTED = (
    *["buy"] * 6,
    *["capture"] * 4,
    *["sessions"] * 3,
    *["refund"] * 3,
    *["grant"] * 2,
    *["wait"] * 2,
    "wait for a hold",
    "wait for a lot",
    "expire",
    "expire",
    "void",
    "correct",
)


def part_of(whole: int, part: str) -> int:
    return {
        "nothing": 0,
        "one": 1,
        "half": whole // 2,
        "all but one": whole - 1,
        "all": whole,
        "one more": whole + 1,
    }[part]


class WalletMachine(RuleBasedStateMachine):
    """Each rule does one thing in both worlds and compares what they say."""

    engine: Engine
    verify_every = 6

    def __init__(self) -> None:
        super().__init__()
        self.connection = self.engine.connect()
        self.outer = self.connection.begin()
        self.session = Session(self.connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
        self.steps = 0
        clock.fix(START)
        self.scene: Scene = open_scene(self.session)
        self.scene.go_to(START)
        self.oracle = Oracle()
        self.workers = [self.scene.worker, self.scene.person()]
        self.found: dict[str, Authorization] = {}

    @initialize(first=st.integers(1, 60), second=st.integers(20, 240))
    def begin(self, first: int, second: int) -> None:
        for plan in PLANS:
            carry = {} if plan.carried_until is None else {"carry_over_months": 1}
            self.scene.plan(
                plan.code,
                starts_on=date(2026, 1, 1),
                ends_on=date(2027, 12, 31),
                spend_by=plan.spend_by,
                priority=plan.priority,
                residual_destination=Residual.COMMUNITY_FUND if plan.to_community else Residual.EMPLOYER,
                channels=frozenset({Channel.DIRECT} if plan.direct_only else {Channel.DIRECT, Channel.VOUCHER}),
                categories=frozenset({Category.SOCIAL_UTILITY, *({Category.FRINGE} if plan.fringe else ())}),
                **carry,
                **(CONSENT if plan.consent else {}),
            )
        for worker in self.workers:
            self.grant_to(worker, PLANS[0], 1_000 * first)
            self.grant_to(worker, PLANS[1], 500 * first)
            self.grant_to(worker, PLANS[3], 1_000 * second)

    def teardown(self) -> None:
        try:
            if self.steps:
                assert self.scene.differences() == []
        finally:
            self.session.close()
            self.outer.rollback()
            self.connection.close()
            clock.fix(None)

    @property
    def now(self) -> datetime:
        return clock.now()

    @property
    def today(self) -> date:
        return clock.today()

    def one(self, which: int, **wanted: bool) -> str:
        """One authorization, an open one where there is one and it is asked for."""
        ids = list(self.oracle.bought)
        if wanted.get("open"):
            ids = [name for name in ids if self.oracle.bought[name].open] or ids
        if wanted.get("captured"):
            ids = [name for name in ids if self.oracle.bought[name].captured] or ids
        return ids[which % len(ids)]

    def grant_to(self, worker: str, plan: Plan, amount: int) -> None:
        self.scene.grant(amount, plan.code, worker)
        self.oracle.grant(worker, plan, amount)

    # One rule that draws what to do: of several, whole examples are played with most of them left out, and most
    # sequences would never capture anything.
    @rule(
        what=st.sampled_from(WEIGHTED),
        which=WHICH,
        service=st.sampled_from(SERVICES),
        around=st.sampled_from(["one", "half", "half", "credit", "limit", "limit"]),
        near=NEAR,
        plan=st.sampled_from(PLANS),
        amount=st.sampled_from([1, 5_500, 36_000, 60_000]),
        part=PART,
        final=st.sampled_from([None, None, True]),
        days=st.sampled_from([1, 2, 6, 8, 15, 30]),
    )
    def step(
        self,
        what: str,
        which: int,
        service: Service,
        around: str,
        near: int,
        plan: Plan,
        amount: int,
        part: str,
        final: bool | None,
        days: int,
    ) -> None:
        oracle = self.oracle
        if what == "grant":
            self.grant_to(self.workers[which % 2], plan, amount)
            self.compare()
        elif what == "correct":
            self.correct(which, part)
        elif what == "wait":
            self.wait(days)
        elif what == "expire":
            self.expire()
        elif what == "wait for a lot":
            self.wait_for_the_last_day_of_a_lot(which % 2)
        elif what == "wait for a hold" and any(one.open for one in oracle.bought.values()):
            self.wait_for_the_end_of_a_hold(which % 3)
        elif what == "refund" and any(one.captured for one in oracle.bought.values()):
            self.refund(which, part)
        elif what == "void" and oracle.bought:
            self.void(which)
        elif what == "sessions" and oracle.bought:
            # Several lots and captures of one purchase, and some of it given back.
            for given in ("half", part, "all"):
                self.capture(which, given, None)
            if any(one.captured for one in oracle.bought.values()):
                self.refund(which, part)
        elif what == "capture" and oracle.bought:
            self.capture(which, part, final)
        else:
            self.buy(which, service, which // 2, around, near, which % 5 > 0)

    def buy(self, which: int, service: Service, channel: int, around: str, near: int, consent: bool) -> None:
        worker = self.workers[which % 2]
        way = service.channels[channel % len(service.channels)]
        credit = sum(
            self.oracle.available(lot, self.now) for lot in self.oracle.of(worker) if lot.last_day >= self.today
        )
        room = FRINGE_LIMIT - self.oracle.counted(worker, self.today.year, self.now)
        wished = {"one": 0, "half": credit // 2, "credit": credit, "limit": room}[around]
        quantity = max(1, wished // service.price + near)
        before = self.scene.image()

        found = self.scene.ask(service.code, worker, quantity=quantity, channel=Channel(way), consent=consent)
        decline, bought = self.oracle.buy(worker, service, quantity, way, consent, self.now, self.today)

        assert found.decline_code == decline, (found.sentence_en, quantity)
        assert self.scene.image() != before
        if bought is not None:
            self.oracle.bought[found.authorization_id] = bought
            self.found[found.authorization_id] = found
            assert [amount for _, amount in self.scene.paid_from(found)] == [amount for _, amount in bought.shares]
        self.compare()

    def capture(self, which: int, part: str, final: bool | None) -> None:
        name = self.one(which, open=True)
        one = self.oracle.bought[name]
        amount = part_of(one.amount - one.captured, part)
        with self.as_told(lambda: self.oracle.capture(one, amount, final, self.now, self.today)):
            self.scene.capture(self.found[name], amount, final=final)

    def void(self, which: int) -> None:
        name = self.one(which, open=which % 4 > 0)
        with self.as_told(lambda: self.oracle.void(self.oracle.bought[name], self.now)):
            self.scene.void(self.found[name])

    def refund(self, which: int, part: str) -> None:
        name = self.one(which, captured=True)
        one = self.oracle.bought[name]
        amount = part_of(one.captured - one.refunded, part)
        with self.as_told(lambda: self.oracle.refund(one, amount, self.now, self.today)):
            self.scene.refund(self.found[name], amount)

    def correct(self, which: int, part: str) -> None:
        lots = list(self.oracle.lots.values())
        lot = lots[which % len(lots)]
        amount = max(1, part_of(self.oracle.available(lot, self.now), part))
        lot_id = self.ids()[lot.key]
        with self.as_told(lambda: self.oracle.correct(lot, amount, self.now)):
            grants.correct(
                self.session, self.scene.book_id, lot_id, euro(amount), reason="test", on=self.today, actor="test"
            )

    def expire(self) -> None:
        self.scene.expire()
        self.oracle.expire(self.now, self.today)
        before = self.scene.image()
        self.scene.expire()
        assert self.scene.image() == before
        self.compare()

    def wait(self, days: int) -> None:
        self.scene.go_to(clock.now() + timedelta(days=days))
        self.compare()

    def wait_for_the_end_of_a_hold(self, short: int) -> None:
        """To the very moment at which the next hold ends, or a second or two before it."""
        moments = [one.ends_at - timedelta(seconds=short) for one in self.oracle.bought.values() if one.open]
        later = [moment for moment in moments if moment > self.now]
        if later:
            self.scene.go_to(min(later))
        self.compare()

    def wait_for_the_last_day_of_a_lot(self, after: int) -> None:
        """To the last day of the lot that ends next, or to the day after it."""
        days = [lot.last_day + timedelta(days=after) for lot in self.oracle.lots.values()]
        later = [day for day in days if day > self.today]
        if later:
            self.scene.go_to(min(later))
        self.compare()

    # -- comparing ----------------------------------------------------------------------------------------------------

    @contextmanager
    def as_told(self, oracle: Any) -> Iterator[None]:
        """What the oracle refuses is refused, by the same name, and leaves every byte as it was."""
        before = self.scene.image(empty_accounts=False)
        try:
            yield
            answer = None
        except DomainError as refusal:
            answer = refusal.code
        assert answer == oracle()
        if answer is not None:
            assert self.scene.image(empty_accounts=False) == before
        self.compare()

    def ids(self) -> dict[tuple[str, str, date, bool], str]:
        codes = {plan_id: code for code, plan_id in self.scene.plan_ids.items()}
        return {
            (worker, codes[lot.plan_id], lot.expires_on, lot.carried): lot.lot_id
            for worker in self.workers
            for lot in self.scene.lots(worker)
        }

    def compare(self) -> None:
        self.steps += 1
        self.compare_lots()
        self.compare_authorizations()
        self.compare_accounts()
        self.compare_taxes()
        if self.steps % self.verify_every == 0:
            assert self.scene.differences() == []

    def compare_lots(self) -> None:
        codes = {plan_id: code for code, plan_id in self.scene.plan_ids.items()}
        seen = {
            (worker, codes[lot.plan_id], lot.expires_on, lot.carried): (lot.available_minor, lot.last_day)
            for worker in self.workers
            for lot in self.scene.lots(worker)
        }
        told = {lot.key: (self.oracle.available(lot, self.now), lot.last_day) for lot in self.oracle.lots.values()}
        assert seen == told

    def compare_authorizations(self) -> None:
        rows = self.session.execute(
            sa.text(
                "select authorization_id, status, captured_minor, refunded_minor"
                " from \"authorization\" where book_id = :book and status <> 'declined'"
            ),
            {"book": self.scene.book_id},
        )
        told = {name: (one.status, one.captured, one.refunded) for name, one in self.oracle.bought.items()}
        assert {name: tuple(rest) for name, *rest in rows} == told

    def compare_accounts(self) -> None:
        rows = self.session.execute(
            sa.text(
                "select a.code, b.side * (b.debit_posted - b.credit_posted)"
                " from account a join balance b using (book_id, account_id)"
                " where a.book_id = :book and a.code ~ '^(provider|clearing|community|plan:.:(returned|funded))'"
            ),
            {"book": self.scene.book_id},
        )
        told: dict[str, int] = defaultdict(int)
        for one in self.oracle.bought.values():
            owed = one.captured - one.refunded
            told[f"provider:{one.service.provider}"] += owed
            if one.service.place != "cremona":
                told[f"clearing:{one.service.place}"] += owed
                told["clearing:cremona"] -= owed
        told["community:cremona"] = self.oracle.community
        for plan in PLANS:
            told[f"plan:{plan.code}:returned"] = self.oracle.returned[plan.code]
            told[f"plan:{plan.code}:funded"] = 1_000_000 - self.oracle.granted[plan.code]
        assert {code: posted for code, posted in rows if posted} == {code: sum_ for code, sum_ in told.items() if sum_}

    def compare_taxes(self) -> None:
        rows = self.session.execute(
            sa.text(
                "select employee_id, fiscal_year,"
                " sum(case kind when 'use' then exempt_minor else -exempt_minor end),"
                " sum(case kind when 'use' then taxable_minor else -taxable_minor end)"
                " from fiscal_event where book_id = :book group by employee_id, fiscal_year"
            ),
            {"book": self.scene.book_id},
        )
        told = {(worker, year): self.oracle.taxed(worker, year) for worker in self.workers for year in (2026, 2027)}
        seen = {(worker, year): (int(exempt), int(taxable)) for worker, year, exempt, taxable in rows}
        assert {key: seen.get(key, (0, 0)) for key in told} == told
        for worker, year in told:
            used = fiscal.year_use(self.session, self.scene.book_id, worker, year).of(Category.FRINGE)
            assert used.used_minor == self.oracle.counted(worker, year, self.now)


SETTINGS = settings(
    max_examples=50,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    print_blob=False,
    report_multiple_bugs=False,
    # Whoever has a failure to understand adds Phase.shrink: it takes minutes.
    phases=[Phase.generate],
)


def make_network(server: URL, template: URL, name: str) -> Engine:
    """An engine on a database with the demonstration's network."""
    engine = database.make_engine(make_database(server, name, copy_of=template.database))
    with Session(engine) as session, session.begin():
        loading.load(session, recorded_at=datetime(2024, 1, 1, tzinfo=UTC))
    return engine


def run(engine: Engine, how: settings) -> None:
    """Play the machine on a database; raise what it found."""
    machine = type("Machine", (WalletMachine,), {"engine": engine})
    run_state_machine_as_test(machine, settings=how)


@pytest.fixture(scope="module")
def field_engine(server: URL, template: URL, worker_id: str) -> Iterator[Engine]:
    engine = make_network(server, template, f"machine_{worker_id}")
    yield engine
    engine.dispose()


@pytest.mark.slow
def test_the_wallet_and_its_oracle_agree_whatever_happens(field_engine: Engine) -> None:
    run(field_engine, SETTINGS)
