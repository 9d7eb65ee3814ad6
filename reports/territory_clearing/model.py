"""What a clearing statement says, as values. Amounts are minor units; no book, funder, person or provider is named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from reports.foundation import Foundation


@dataclass(frozen=True, slots=True)
class Flow:
    """What one home territory bought in one delivery territory over all books, and how the fee on it is shared."""

    home: str
    delivery: str
    gross_minor: int
    fee_minor: int
    home_basis_points: int
    delivery_basis_points: int
    network_basis_points: int
    home_fee_minor: int
    delivery_fee_minor: int
    network_fee_minor: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a run cleared of an earlier month that no run of that month had."""

    month: date
    gross_minor: int
    fee_minor: int


@dataclass(frozen=True, slots=True)
class PartyLine:
    """
    A territory's position, or the network's: what it gets from the others, below zero what it pays them.

    `ledger_minor` is what the clearing accounts of all books say that it gave less what it bought.
    """

    code: str
    name: str
    given_minor: int
    bought_minor: int
    withheld_minor: int
    share_minor: int
    position_minor: int
    ledger_minor: int

    @property
    def sum_minor(self) -> int:
        """The position as its parts make it."""
        return self.given_minor - self.bought_minor - self.withheld_minor + self.share_minor

    @property
    def difference_minor(self) -> int:
        """What the flows say that was given less what was bought, less what the ledger says of it."""
        return self.given_minor - self.bought_minor - self.ledger_minor


@dataclass(frozen=True, slots=True)
class ClearingStatement:
    """
    A month between territories.

    `run_id` is the run that closed it; None while it is open: then flows are what occurred so far, and no fee is
    shared. `earlier` says what of a closed month's flows is of the months before. `pending_minor` is what the clearing
    accounts of all books still owe to territories.
    """

    starts_on: date
    ends_on: date
    prepared_at: datetime
    run_id: str | None
    version: int | None
    closed_at: datetime | None
    flows: tuple[Flow, ...]
    earlier: tuple[Earlier, ...]
    parties: tuple[PartyLine, ...]
    pending_minor: int
    books: int
    foundation: Foundation

    @property
    def closed(self) -> bool:
        """Whether a run closed the month."""
        return self.run_id is not None

    @property
    def gross_minor(self) -> int:
        """All that was bought across territories."""
        return sum(flow.gross_minor for flow in self.flows)

    @property
    def fee_minor(self) -> int:
        """All fees that are shared."""
        return sum(flow.fee_minor for flow in self.flows)

    @property
    def netted_minor(self) -> int:
        """What really moves: all that is received, which is all that is paid."""
        return sum(max(party.position_minor, 0) for party in self.parties)

    @property
    def sum_minor(self) -> int:
        """All positions together; anything but zero is a fault."""
        return sum(party.position_minor for party in self.parties)

    @property
    def difference_minor(self) -> int:
        """The first difference between the statement and itself or the ledger, or zero."""
        parts = (party.position_minor - party.sum_minor for party in self.parties)
        ledger = (party.difference_minor for party in self.parties)
        return next((found for found in (self.sum_minor, *parts, *ledger) if found), 0)

    @property
    def holds(self) -> bool:
        """Whether positions sum to zero, follow from the flows, and are what the ledger says."""
        return self.difference_minor == 0
