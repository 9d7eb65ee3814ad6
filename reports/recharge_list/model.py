"""
What a recharge list says, as values. Amounts are minor units.

There is no field for a provider, a service, a category, a person or a day: what is not here cannot be printed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from reports.foundation import Foundation


@dataclass(frozen=True, slots=True)
class Line:
    """One voucher or authorization: its id, the VAT regime it is recharged under, and what the plan paid of it."""

    voucher_id: str
    regime: str
    net_minor: int
    vat_minor: int
    gross_minor: int
    paid_minor: int
    added_minor: int


@dataclass(frozen=True, slots=True)
class RegimeTotal:
    """The lines of one VAT regime, with the label that the law has for it at the month's end."""

    regime: str
    reference: str
    confidence: str
    lines: int
    net_minor: int
    vat_minor: int
    gross_minor: int
    paid_minor: int
    added_minor: int


@dataclass(frozen=True, slots=True)
class Note:
    """What to know of the law, with its reference and how sure we are."""

    topic: str
    reference: str
    confidence: str
    text_it: str
    text_en: str


@dataclass(frozen=True, slots=True)
class RechargeList:
    """
    An employer's recharges of a month.

    `lots_minor` is what the journal says that the plan's lots paid in the month, `recorded_minor` what it says of the
    added VAT; `deductible_minor` is zero unless a consultant signs otherwise.
    """

    funder_name: str
    vat_number: str | None
    mandatary: str
    starts_on: date
    ends_on: date
    prepared_at: datetime
    lines: tuple[Line, ...]
    regimes: tuple[RegimeTotal, ...]
    notes: tuple[Note, ...]
    lots_minor: int
    recorded_minor: int
    deductible_minor: int
    foundation: Foundation

    def total(self, figure: str) -> int:
        """Return the sum of a figure of the lines: net, vat, gross, paid or added."""
        return sum(getattr(line, f"{figure}_minor") for line in self.lines)

    @property
    def difference_minor(self) -> int:
        """What the list says that the plan paid, less what the journal says; anything but zero is a fault."""
        return self.total("paid") - self.lots_minor

    @property
    def unrecorded_minor(self) -> int:
        """The added VAT that is not an entry yet."""
        return self.total("added") - self.recorded_minor

    @property
    def holds(self) -> bool:
        """Whether the list reconciles: what the plan paid and what it did not is the gross, to the cent."""
        whole = self.total("gross") == self.total("paid") + self.total("added")
        return whole and self.difference_minor == 0 and self.unrecorded_minor == 0
