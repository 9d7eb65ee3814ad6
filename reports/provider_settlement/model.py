"""
What a provider's settlement statement says, as values. Amounts are minor units.

There is no field for the beneficiary, the employee or the employer's plan: a provider is not to learn them from us.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from network import vat
from reports.foundation import Foundation


@dataclass(frozen=True, slots=True)
class Line:
    """
    One capture, or one refund with negative amounts.

    `mandatary` is the territory whose consortium bought the service for the employer. `net_minor` and `vat_minor` are
    split on the purchase, rounded once for all its captures. `issued_on` is the day of the authorization, on which a
    voucher was issued.
    """

    occurred_on: date
    entry_id: int
    book_id: int
    mandatary: str
    authorization_id: str
    code: str
    service_code: str
    service_name: str
    channel: str
    issued_on: date
    vat_regime: str
    gross_minor: int
    net_minor: int
    vat_minor: int
    fee_minor: int
    due_on: date
    paid_on: date | None
    state: str

    @property
    def payable_minor(self) -> int:
        """What is paid for it: the gross less the fee."""
        return self.gross_minor - self.fee_minor


@dataclass(frozen=True, slots=True)
class RegimeTotal:
    """
    What an invoice says of one VAT regime: the base is split on the sum of the lines, which round one by one.

    `rounding_minor` is the base less the sum of the lines' nets.
    """

    regime: str
    lines: int
    gross_minor: int
    net_minor: int
    vat_minor: int
    rounding_minor: int


@dataclass(frozen=True, slots=True)
class Instalment:
    """What is due, or was paid, on a day."""

    day: date
    paid: bool
    state: str
    gross_minor: int
    fee_minor: int

    @property
    def amount_minor(self) -> int:
        """What is paid."""
        return self.gross_minor - self.fee_minor


@dataclass(frozen=True, slots=True)
class BookAccount:
    """The provider's account in one book over the period, and what the ledger's balance says at its end."""

    book_id: int
    opening_minor: int
    captured_minor: int
    refunded_minor: int
    settled_minor: int
    ledger_minor: int

    @property
    def closing_minor(self) -> int:
        """What the figures leave at the end of the period."""
        return self.opening_minor + self.captured_minor - self.refunded_minor - self.settled_minor

    @property
    def difference_minor(self) -> int:
        """What the figures say less what the ledger says; anything but zero is a fault."""
        return self.closing_minor - self.ledger_minor


@dataclass(frozen=True, slots=True)
class ProviderStatement:
    """A provider over a period, both days included, in every book that owes it something."""

    provider_code: str
    provider_name: str
    territory: str
    starts_on: date
    ends_on: date
    prepared_at: datetime
    lines: tuple[Line, ...]
    accounts: tuple[BookAccount, ...]
    foundation: Foundation

    @property
    def opening_minor(self) -> int:
        """What was owed as the period begins."""
        return sum(account.opening_minor for account in self.accounts)

    @property
    def captured_minor(self) -> int:
        """What was captured in the period."""
        return sum(account.captured_minor for account in self.accounts)

    @property
    def refunded_minor(self) -> int:
        """What was refunded in the period."""
        return sum(account.refunded_minor for account in self.accounts)

    @property
    def settled_minor(self) -> int:
        """What left the account in the period by payment, fees included."""
        return sum(account.settled_minor for account in self.accounts)

    @property
    def closing_minor(self) -> int:
        """What is owed at the end of the period."""
        return sum(account.closing_minor for account in self.accounts)

    @property
    def fee_minor(self) -> int:
        """The fee on the period's lines."""
        return sum(line.fee_minor for line in self.lines)

    @property
    def holds(self) -> bool:
        """Whether the lines make the accounts' movements, and these the ledger's balances, to the cent."""
        moved = self.captured_minor - self.refunded_minor
        listed = sum(line.gross_minor for line in self.lines)
        return moved == listed and all(account.difference_minor == 0 for account in self.accounts)

    @property
    def difference_minor(self) -> int:
        """The first difference that is not zero, or zero."""
        unlisted = sum(line.gross_minor for line in self.lines) - (self.captured_minor - self.refunded_minor)
        found = [account.difference_minor for account in self.accounts if account.difference_minor]
        return unlisted or (found[0] if found else 0)

    @property
    def regimes(self) -> tuple[RegimeTotal, ...]:
        """What each VAT regime comes to."""
        return regime_totals(self.lines)

    @property
    def schedule(self) -> tuple[Instalment, ...]:
        """What is paid when, the earliest first; what was paid already before what is due."""

        def when(line: Line) -> tuple[bool, date, str]:
            return line.paid_on is None, line.paid_on or line.due_on, line.state

        ordered = sorted(self.lines, key=when)
        return tuple(
            Instalment(day, not open_, state, sum(x.gross_minor for x in each), sum(x.fee_minor for x in each))
            for (open_, day, state), found in groupby(ordered, key=when)
            for each in [list(found)]
        )


def monthly(schedule: Iterable[Instalment]) -> tuple[Instalment, ...]:
    """Add the instalments of each month, by state; the day is the month's first."""
    sums: dict[tuple[bool, date, str], list[int]] = {}
    for one in schedule:
        found = sums.setdefault((one.paid, one.day.replace(day=1), one.state), [0, 0])
        found[0] += one.gross_minor
        found[1] += one.fee_minor
    return tuple(Instalment(day, paid, state, *amounts) for (paid, day, state), amounts in sums.items())


def regime_totals(lines: Iterable[Line]) -> tuple[RegimeTotal, ...]:
    """Sum lines by VAT regime as an invoice does, in the order of the codes."""
    by_regime: dict[str, list[Line]] = {}
    for line in lines:
        by_regime.setdefault(line.vat_regime, []).append(line)
    totals = []
    for regime, found in sorted(by_regime.items()):
        gross = sum(line.gross_minor for line in found)
        net, tax = vat.split(abs(gross), regime)
        sign = 1 if gross >= 0 else -1
        rounding = sign * net - sum(line.net_minor for line in found)
        totals.append(RegimeTotal(regime, len(found), gross, sign * net, sign * tax, rounding))
    return tuple(totals)
