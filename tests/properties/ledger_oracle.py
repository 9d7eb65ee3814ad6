"""What the ledger should do, in the plainest Python: dictionaries, loops, and nothing shared with the ledger itself."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

# code: (side, floor)
ACCOUNTS: dict[str, tuple[int, int | None]] = {
    "CASH": (1, None),
    "FUND": (1, 0),
    "LOT1": (-1, 0),
    "LOT2": (-1, 0),
    "LOT3": (-1, 0),
    "DUE": (-1, None),
    "COST": (1, None),
    "FEE": (-1, None),
}


@dataclass
class OracleLine:
    code: str
    amount: int
    captured: int = 0
    released: int = 0

    @property
    def rest(self) -> int:
        return self.amount - self.captured - self.released


@dataclass
class OracleHold:
    lines: list[OracleLine]
    expires_at: datetime
    state: str = "open"

    @property
    def rest(self) -> int:
        return sum(line.rest for line in self.lines)


@dataclass
class OracleEntry:
    lines: list[tuple[str, str, int]]
    reference: str | None = None
    reversed: bool = False
    hold: OracleHold | None = None
    refunded: int = 0

    @property
    def captured(self) -> int:
        return sum(amount for debit, _, amount in self.lines if debit.startswith("LOT"))


@dataclass
class Wanted:
    """An entry that someone wants to write."""

    lines: list[tuple[str, str, int]]
    on: date
    reference: str | None = None


@dataclass
class Oracle:
    """Every verb answers with the code of its refusal, or with None and has then happened."""

    now: datetime
    debit: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ACCOUNTS, 0))
    credit: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ACCOUNTS, 0))
    version: dict[str, int] = field(default_factory=lambda: dict.fromkeys(ACCOUNTS, 0))
    entries: list[OracleEntry] = field(default_factory=list)
    holds: list[OracleHold] = field(default_factory=list)
    closed: set[date] = field(default_factory=set)

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo("Europe/Rome")).date()

    def posted(self, code: str) -> int:
        return ACCOUNTS[code][0] * (self.debit[code] - self.credit[code])

    def held(self, code: str) -> int:
        return sum(
            line.rest for hold in self.holds if self.state(hold) == "open" for line in hold.lines if line.code == code
        )

    def available(self, code: str) -> int:
        return self.posted(code) - self.held(code)

    def state(self, hold: OracleHold) -> str:
        return "expired" if hold.state == "open" and hold.expires_at <= self.now else hold.state

    def post(self, wanted: Wanted) -> str | None:
        return self._refusal(wanted) or self._write(OracleEntry(wanted.lines, wanted.reference))

    def batch(self, all_wanted: list[Wanted], atomic: bool) -> list[str | None]:
        before = copy.deepcopy(self.__dict__)
        codes = [self.post(wanted) for wanted in all_wanted]
        if atomic and any(codes):
            self.__dict__.update(before)
        return codes

    def reserve(self, shares: list[tuple[str, int]], expires_at: datetime) -> str | None:
        lines: list[OracleLine] = []
        for code, amount in shares:
            same = [line for line in lines if line.code == code]
            if same:
                same[0].amount += amount
            else:
                lines.append(OracleLine(code, amount))
        for line in lines:
            floor = ACCOUNTS[line.code][1]
            if floor is not None and self.available(line.code) - line.amount < floor:
                return "insufficient_funds"
        if expires_at <= self.now:
            return "hold_expired"
        self.holds.append(OracleHold(lines, expires_at))
        return None

    def capture(self, hold: OracleHold, amount: int, final: bool, on: date) -> str | None:
        state = self.state(hold)
        if state != "open":
            return "hold_expired" if state == "expired" else f"hold_already_{state}"
        if amount > hold.rest:
            return "capture_exceeds_hold"
        if code := self._day_refusal(on):
            return code
        shares, left = [], amount
        for line in hold.lines:
            share = min(line.rest, left)
            if share:
                line.captured += share
                left -= share
                shares.append((line.code, "DUE", share))
        if final:
            for line in hold.lines:
                line.released += line.rest
        if not hold.rest:
            hold.state = "captured"
        return self._write(OracleEntry([*shares, ("COST", "FEE", amount)], hold=hold))

    def void(self, hold: OracleHold) -> str | None:
        state = self.state(hold)
        if state != "open":
            return "hold_expired" if state == "expired" else f"hold_already_{state}"
        for line in hold.lines:
            line.released += line.rest
        hold.state = "voided"
        return None

    def refund(self, entry: OracleEntry, amount: int, on: date) -> str | None:
        if entry.hold is None:
            return "capture_not_found"
        if entry.reversed:
            return "already_reversed"
        if entry.refunded + amount > entry.captured:
            return "refund_exceeds_capture"
        if code := self._day_refusal(on):
            return code
        back, skip, left = [], entry.refunded, amount
        for debit, credit, charged in reversed([line for line in entry.lines if line[0].startswith("LOT")]):
            skipped = min(skip, charged)
            share = min(charged - skipped, left)
            skip -= skipped
            left -= share
            if share:
                back.append((credit, debit, share))
        entry.refunded += amount
        return self._write(OracleEntry([*back, ("FEE", "COST", amount)]))

    def reverse(self, entry: OracleEntry, on: date) -> str | None:
        wanted = Wanted([(credit, debit, amount) for debit, credit, amount in entry.lines], on)
        code = self._refusal(wanted, entry)
        if code is None:
            entry.reversed = True
            self._write(OracleEntry(wanted.lines))
        return code

    def close(self, day: date) -> str | None:
        if day in self.closed:
            return "period_overlaps"
        self.closed.add(day)
        return None

    def _refusal(self, wanted: Wanted, reverses: OracleEntry | None = None) -> str | None:
        if any(wanted.reference is not None and wanted.reference == entry.reference for entry in self.entries):
            return "duplicate_reference"
        for code, (side, floor) in ACCOUNTS.items():
            change = sum(side * amount for debit, _, amount in wanted.lines if debit == code)
            change -= sum(side * amount for _, credit, amount in wanted.lines if credit == code)
            if floor is not None and change < 0 and self.available(code) + change < floor:
                return "insufficient_funds"
        if reverses is not None and reverses.reversed:
            return "already_reversed"
        if reverses is not None and reverses.refunded:
            return "refund_exceeds_capture"
        return self._day_refusal(wanted.on)

    def _day_refusal(self, on: date) -> str | None:
        if on in self.closed:
            return "period_closed"
        return "occurred_in_future" if on > self.today else None

    def _write(self, entry: OracleEntry) -> None:
        for debit, credit, amount in entry.lines:
            self.debit[debit] += amount
            self.credit[credit] += amount
            self.version[debit] += 1
            self.version[credit] += 1
        self.entries.append(entry)
