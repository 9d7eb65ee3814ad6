"""
What the municipality's statement says, as values. Amounts are minor units.

There is no field for a citizen, a case or a service that somebody bought: what is not here cannot be printed.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Final

from plans.social.words import Instrument
from reports.foundation import Foundation


@dataclass(frozen=True, slots=True)
class Movement:
    """
    What happened to the money of one service, or of several, over the period.

    `used_minor` is captured less refunded for vouchers, and claimed for the other instruments; `ended_minor` went back
    to the municipality; `citizen_minor` is what citizens paid beside it, and is no money of the municipality's.
    """

    opening_minor: int = 0
    granted_minor: int = 0
    used_minor: int = 0
    ended_minor: int = 0
    citizen_minor: int = 0

    @property
    def residual_minor(self) -> int:
        """What the figures leave at the end of the period."""
        return self.opening_minor + self.granted_minor - self.used_minor - self.ended_minor

    def plus(self, other: Movement) -> Movement:
        """Return the sum, figure by figure."""
        return Movement(
            self.opening_minor + other.opening_minor,
            self.granted_minor + other.granted_minor,
            self.used_minor + other.used_minor,
            self.ended_minor + other.ended_minor,
            self.citizen_minor + other.citizen_minor,
        )


@dataclass(frozen=True, slots=True)
class Told:
    """
    A movement as it is told: None where a figure is withheld.

    The residual is told where all that makes it is: it never says more than the other figures.
    """

    opening_minor: int | None = 0
    granted_minor: int | None = 0
    used_minor: int | None = 0
    ended_minor: int | None = 0
    citizen_minor: int | None = 0

    @classmethod
    def of(cls, movement: Movement, withheld: Container[str] = ()) -> Told:
        """Return a movement without the figures that are withheld, by their names."""
        return cls(**{name: None if name in withheld else getattr(movement, name) for name in FIGURES})

    @property
    def residual_minor(self) -> int | None:
        """What the figures leave at the end of the period, or None."""
        if self.opening_minor is None or self.granted_minor is None:
            return None
        if self.used_minor is None or self.ended_minor is None:
            return None
        return self.opening_minor + self.granted_minor - self.used_minor - self.ended_minor

    @property
    def whole(self) -> bool:
        """Whether nothing of it is withheld."""
        return None not in (self.residual_minor, self.citizen_minor)


FIGURES: Final = tuple(figure.name for figure in fields(Movement))


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """
    One entrusted service, with what is told of it.

    `people` used a voucher in the period, or were assigned to an agreement by its end; None where that is withheld.
    """

    code: str
    name: str
    act_ref: str
    people: int | None
    movement: Told


@dataclass(frozen=True, slots=True)
class InstrumentPart:
    """One instrument with its services and their sum; an agreement's people are not added up."""

    instrument: Instrument
    services: tuple[ServiceLine, ...]
    people: int | None
    total: Told


@dataclass(frozen=True, slots=True)
class Proof:
    """The residual that the journal leaves against the balances of the ledger, of vouchers and of agreements."""

    journal_minor: int
    ledger_minor: int
    shares_without_use: int

    @property
    def difference_minor(self) -> int:
        """What does not reconcile."""
        return self.journal_minor - self.ledger_minor

    @property
    def holds(self) -> bool:
        """Whether it reconciles, and every use of a voucher has its citizen's share settled."""
        return self.difference_minor == 0 and self.shares_without_use == 0


@dataclass(frozen=True, slots=True)
class SocialStatement:
    """A municipality's statement over whole months."""

    funder_name: str
    starts_on: date
    ends_on: date
    prepared_at: datetime
    parts: tuple[InstrumentPart, ...]
    total: Told
    proof: Proof
    foundation: Foundation

    @property
    def hides(self) -> bool:
        """Whether some figures are withheld."""
        return not all(line.movement.whole and line.people is not None for part in self.parts for line in part.services)
