"""What a provider is still to receive: by day, and how much of it after the fees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from api.access.identity import current
from api.exports import calendars
from config import clock
from reports.provider_settlement.model import Instalment

_IN_PAYMENT, _DISPUTED = "proposed", "disputed"


@dataclass(frozen=True, slots=True)
class Coming:
    """What is owed and not paid, by day; minor units."""

    lines: tuple[Instalment, ...]
    today: date

    @property
    def total(self) -> Sum:
        """All of it."""
        return _sum(self.lines)

    @property
    def in_payment(self) -> Sum:
        """What the bank has the order of."""
        return _sum([each for each in self.lines if each.state == _IN_PAYMENT])

    @property
    def owed(self) -> Sum:
        """What is in no order to the bank."""
        return _sum([each for each in self.lines if each.state != _IN_PAYMENT])

    @property
    def disputed(self) -> Sum:
        """What waits for somebody to decide."""
        return _sum([each for each in self.lines if each.state == _DISPUTED])

    @property
    def next_on(self) -> date | None:
        """The first day from today on that something is to be paid; None where nothing has such a day."""
        return next((each.day for each in self.lines if each.day >= self.today and each.state != _DISPUTED), None)


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount before the fees, and the fees; minor units."""

    gross_minor: int
    fee_minor: int

    @property
    def net_minor(self) -> int:
        """What arrives."""
        return self.gross_minor - self.fee_minor


def find() -> Coming:
    """Return what the provider that somebody acts for is still to receive."""
    found = calendars.of(current(), None).data
    return Coming(tuple(sorted(found, key=lambda each: (each.day, each.state, each.reference))), clock.today())


def _sum(lines: Sequence[Instalment]) -> Sum:
    return Sum(sum(each.gross_minor for each in lines), sum(each.fee_minor for each in lines))
