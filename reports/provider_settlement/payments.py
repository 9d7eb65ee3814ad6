"""What is paid when: the terms a provider is paid on, and what was paid already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy.orm import Session

# What holds where nothing else was agreed with a provider: thirty days from delivery, no fee.
DAYS: Final = 30
_WHOLE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Terms:
    """How many days after delivery a provider is paid, and what is kept of each line, in basis points."""

    days: int = DAYS
    fee_basis_points: int = 0

    def due_on(self, captured_on: date, occurred_on: date) -> date:
        """Return when a line is due: a refund lowers what its capture was to bring, or the next payment."""
        return max(captured_on + timedelta(days=self.days), occurred_on)

    def fee_minor(self, gross_minor: int, _occurred_on: date) -> int:
        """Return what is kept of a line, rounded half up; of a refund it is given back."""
        fee = (2 * abs(gross_minor) * self.fee_basis_points + _WHOLE) // (2 * _WHOLE)
        return fee if gross_minor >= 0 else -fee


@dataclass(frozen=True, slots=True)
class Payment:
    """What became of one line in a payout."""

    fee_minor: int
    due_on: date | None
    paid_on: date | None
    state: str


Paid = Mapping[tuple[int, int], Payment]


def terms_of(_session: Session, _provider_code: str) -> Terms:
    """Return the terms of a provider."""
    return Terms()


def of_provider(_session: Session, _provider_code: str) -> Paid:
    """Return what was paid to a provider, by book and entry."""
    return {}
