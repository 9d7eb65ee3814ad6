"""
What a provider's settlement statement says, as values. Amounts are minor units.

There is no field for the beneficiary, the employee or the employer's plan: a provider is not to learn them from us.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from reports.foundation import Foundation


@dataclass(frozen=True, slots=True)
class Line:
    """
    One capture, or one refund with negative amounts.

    `mandatary` is the territory whose consortium bought the service for the employer. `net_minor` and `vat_minor` are
    split on the purchase, rounded once for all its captures. `issued_on` is the day of the authorization, on which a
    voucher was issued, or of its acceptance where the provider had to accept it; `captured_on` that of the capture, of
    a refund too. What is in a payment has its `reference` and the day it is asked of the bank for; `owed` says that it
    was still owed as the period ended.
    """

    occurred_on: date
    captured_on: date
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
    reference: str
    execute_on: date | None
    paid_on: date | None
    state: str
    owed: bool

    @property
    def when(self) -> date:
        """When it is paid: the bank's day, the day asked of the bank, or the day it is due."""
        return self.paid_on or self.execute_on or self.due_on

    @property
    def payable_minor(self) -> int:
        """What is paid for it: the gross less the fee."""
        return self.gross_minor - self.fee_minor


class Kind(StrEnum):
    """The kinds of document, by their codes in an electronic invoice."""

    INVOICE = "TD01"
    CREDIT_NOTE = "TD04"


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
class Document:
    """
    One invoice or credit note to be, made out to the buyer with a VAT number; a purchase has its lines together.

    Amounts of `regimes` are above zero, in a credit note too; those of `signed` are as the statement counts them.
    """

    kind: Kind
    number: str
    vat_number: str
    buyer: str
    purchases: tuple[tuple[Line, ...], ...]
    regimes: tuple[RegimeTotal, ...]

    @property
    def signed(self) -> tuple[RegimeTotal, ...]:
        """The regimes as they count in the statement: a credit note takes away."""
        sign = 1 if self.kind is Kind.INVOICE else -1
        return tuple(
            RegimeTotal(
                total.regime,
                total.lines,
                sign * total.gross_minor,
                sign * total.net_minor,
                sign * total.vat_minor,
                sign * total.rounding_minor,
            )
            for total in self.regimes
        )


@dataclass(frozen=True, slots=True)
class Instalment:
    """
    What is owed and paid on a day: in one payment where it has a reference, else by state.

    `earlier_minor` is what of the gross is from before the period.
    """

    day: date
    state: str
    reference: str
    earlier_minor: int
    gross_minor: int
    fee_minor: int

    @property
    def amount_minor(self) -> int:
        """What is paid."""
        return self.gross_minor - self.fee_minor


@dataclass(frozen=True, slots=True)
class Transfer:
    """One credit transfer to the provider, as its bank shows it; minor units."""

    reference: str
    execute_on: date
    paid_on: date | None
    state: str
    iban: str
    amount_minor: int
    fee_minor: int


@dataclass(frozen=True, slots=True)
class Settled:
    """What left the provider's account in the period for a payment, or came back to it below zero; fees included."""

    occurred_on: date
    reference: str
    gross_minor: int


@dataclass(frozen=True, slots=True)
class Payee:
    """How the provider is paid and known for the tax; empty where no table says it."""

    iban: str = ""
    holder: str = ""
    vat_number: str = ""


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
    """
    A provider over a period, both days included, in every book that owes it something.

    `lines` are of the period, `before` all that are from before it; `transfers` are those that either is paid by, and
    `settled` what left the account in the period. `issuer` is who pays, and makes the statement.
    """

    issuer: str
    provider_code: str
    provider_name: str
    territory: str
    payee: Payee
    starts_on: date
    ends_on: date
    prepared_at: datetime
    lines: tuple[Line, ...]
    before: tuple[Line, ...]
    documents: tuple[Document, ...]
    transfers: tuple[Transfer, ...]
    settled: tuple[Settled, ...]
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
    def open_lines(self) -> tuple[Line, ...]:
        """What was still owed as the period ended, from before it too, the oldest first."""
        return tuple(line for line in (*self.before, *self.lines) if line.owed)

    @property
    def holds(self) -> bool:
        """Whether lines, accounts, the ledger's balances, and what is owed line by line agree to the cent."""
        return self.difference_minor == 0

    @property
    def difference_minor(self) -> int:
        """The first difference that is not zero, or zero."""
        unlisted = sum(line.gross_minor for line in self.lines) - (self.captured_minor - self.refunded_minor)
        ledger = (account.difference_minor for account in self.accounts)
        owed = sum(line.gross_minor for line in self.open_lines) - self.closing_minor
        return next((found for found in (unlisted, *ledger, owed) if found), 0)

    @property
    def regimes(self) -> tuple[RegimeTotal, ...]:
        """What each VAT regime comes to over all documents, in the order of the codes."""
        sums: dict[str, list[int]] = {}
        for total in (total for document in self.documents for total in document.signed):
            figures = (total.lines, total.gross_minor, total.net_minor, total.vat_minor, total.rounding_minor)
            before = sums.get(total.regime, [0] * 5)
            sums[total.regime] = [one + other for one, other in zip(before, figures, strict=True)]
        return tuple(RegimeTotal(regime, *found) for regime, found in sorted(sums.items()))

    @property
    def schedule(self) -> tuple[Instalment, ...]:
        """
        What is owed at the end of the period and when it is paid: payments first, then what is in none, by day.

        Its gross amounts sum to what is owed.
        """
        return schedule(self.open_lines, self.starts_on)


def schedule(lines: Iterable[Line], starts_on: date) -> tuple[Instalment, ...]:
    """Add what is owed by payment, or by day; what is from before a day is told apart."""
    sums: dict[tuple[bool, date, str, str], list[int]] = {}
    for line in lines:
        found = sums.setdefault((not line.reference, line.when, line.reference, line.state), [0, 0, 0])
        found[0] += line.gross_minor if line.occurred_on < starts_on else 0
        found[1] += line.gross_minor
        found[2] += line.fee_minor
    return tuple(
        Instalment(day, state, reference, *amounts)
        for (_, day, reference, state), amounts in sorted(sums.items(), key=lambda each: each[0])
    )


def monthly(schedule: Iterable[Instalment]) -> tuple[Instalment, ...]:
    """Add what is in no payment by month and state, the day being the month's first; payments stay one by one."""
    sums: dict[tuple[bool, date, str, str], list[int]] = {}
    for one in schedule:
        day = one.day if one.reference else one.day.replace(day=1)
        found = sums.setdefault((not one.reference, day, one.reference, one.state), [0, 0, 0])
        for place, amount in enumerate((one.earlier_minor, one.gross_minor, one.fee_minor)):
            found[place] += amount
    return tuple(
        Instalment(day, state, reference, *amounts)
        for (_, day, reference, state), amounts in sorted(sums.items(), key=lambda each: each[0])
    )
