"""What a clearing statement says, as values. Amounts are minor units; no book, funder, person or provider is named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from reports.foundation import Foundation
from wallet import chart


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
class RegimeFlow:
    """
    What one home territory bought in one delivery territory under one VAT regime.

    `earlier_minor` is what of the gross occurred before the month, and no clearing of an earlier month had.
    """

    home: str
    delivery: str
    vat_regime: str
    gross_minor: int
    earlier_minor: int


@dataclass(frozen=True, slots=True)
class Transfer:
    """What a territory pays into the network's account (`pays`), or is paid from it; minor units, above zero."""

    party: str
    pays: bool
    amount_minor: int


@dataclass(frozen=True, slots=True)
class FeeLine:
    """A party's part of the fees: as home, as delivery, or the network's; minor units."""

    party: str
    withheld_minor: int
    home_minor: int
    delivery_minor: int
    network_minor: int

    @property
    def share_minor(self) -> int:
        """All that is its own of the fees."""
        return self.home_minor + self.delivery_minor + self.network_minor


@dataclass(frozen=True, slots=True)
class PartyLine:
    """
    A territory's position, or the network's: what it gets from the others, below zero what it pays them.

    `holder` is the consortium that answers for a territory, empty where no table says it. `ledger_minor` is what the
    clearing accounts of all books say that it gave less what it bought.
    """

    code: str
    name: str
    given_minor: int
    bought_minor: int
    withheld_minor: int
    share_minor: int
    position_minor: int
    ledger_minor: int
    holder: str = ""

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
    accounts of all books still owe to territories, `waiting_minor` what of an open month's accounts is of the months
    before and goes into its run. `issuer` is the network's operator, through whose account territories pay each other.
    """

    issuer: str
    iban: str
    starts_on: date
    ends_on: date
    prepared_at: datetime
    run_id: str | None
    version: int | None
    closed_at: datetime | None
    flows: tuple[Flow, ...]
    regimes: tuple[RegimeFlow, ...]
    earlier: tuple[Earlier, ...]
    parties: tuple[PartyLine, ...]
    pending_minor: int
    waiting_minor: int
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
    def earlier_minor(self) -> int:
        """What of all that was bought is from before the month."""
        return sum(flow.earlier_minor for flow in self.regimes)

    @property
    def transfers(self) -> tuple[Transfer, ...]:
        """Who transfers how much through the network's account: one transfer a territory, those who pay first."""
        found = [
            Transfer(party.code, party.position_minor < 0, abs(party.position_minor))
            for party in self.parties
            if party.position_minor and party.code != chart.NETWORK
        ]
        return tuple(sorted(found, key=lambda each: not each.pays))

    @property
    def fees(self) -> tuple[FeeLine, ...]:
        """Each party's part of the fees, in the order of the parties; the parts sum to all fees."""
        sums: dict[str, list[int]] = {party.code: [0] * 4 for party in self.parties}
        for flow in self.flows:
            parts = (
                (flow.delivery, 0, flow.fee_minor),
                (flow.home, 1, flow.home_fee_minor),
                (flow.delivery, 2, flow.delivery_fee_minor),
                (chart.NETWORK, 3, flow.network_fee_minor),
            )
            for party, place, amount in parts:
                if amount:
                    sums[party][place] += amount
        return tuple(FeeLine(party, *amounts) for party, amounts in sums.items() if any(amounts))

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
        regimes = sum(flow.gross_minor for flow in self.regimes) - self.gross_minor
        return next((found for found in (self.sum_minor, *parts, *ledger, regimes) if found), 0)

    @property
    def holds(self) -> bool:
        """Whether positions sum to zero, follow from the flows, and are what the ledger says."""
        return self.difference_minor == 0
