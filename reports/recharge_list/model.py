"""
What a recharge list says, as values. Amounts are minor units.

There is no field for a provider, a service, a category, a person or a day: what is not here cannot be printed. To the
employer neither has a line amounts: each person's amounts stand in the personnel office's statements.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from reports.foundation import Foundation


@dataclass(frozen=True, slots=True)
class Amounts:
    """What is recharged, and what of it the plan paid and did not."""

    net_minor: int
    vat_minor: int
    gross_minor: int
    paid_minor: int
    added_minor: int


@dataclass(frozen=True, slots=True)
class Line:
    """
    One voucher or authorization and the VAT it is recharged under.

    `reference` is the part of its id that is chance: it has no time in it, and the provider's invoice bears it.
    `voucher_id` and `amounts` are for who runs the mandate, and None to the employer.
    """

    reference: str
    regime: str
    voucher_id: str | None
    amounts: Amounts | None


@dataclass(frozen=True, slots=True)
class RegimeTotal:
    """
    The lines of one VAT regime.

    To the employer a regime is what an invoice has to say: the rate, or the nature where there is none. To who runs the
    mandate it is one of the network's, with the label that the law has for it at the month's end, else None.
    """

    regime: str
    reference: str | None
    confidence: str | None
    lines: int
    amounts: Amounts


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

    `detail`: for who runs or audits the mandate. `lots_minor` is what the journal says that the plan's lots paid in the
    month, `recorded_minor` what it says of the added VAT; `deductible_minor` is zero unless a consultant signs
    otherwise.
    """

    funder_name: str
    vat_number: str | None
    mandatary: str
    starts_on: date
    ends_on: date
    prepared_at: datetime
    detail: bool
    lines: tuple[Line, ...]
    regimes: tuple[RegimeTotal, ...]
    notes: tuple[Note, ...]
    lots_minor: int
    recorded_minor: int
    deductible_minor: int
    foundation: Foundation

    def total(self, figure: str) -> int:
        """Return the sum of a figure of the regimes: net, vat, gross, paid or added."""
        return sum(getattr(total.amounts, f"{figure}_minor") for total in self.regimes)

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
