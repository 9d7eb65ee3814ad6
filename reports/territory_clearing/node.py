"""What one territory reads of a month's clearing: its own flows and position, and nothing of what others did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from reports.foundation import Foundation
from reports.territory_clearing.model import ClearingStatement, FeeLine, PartyLine, RegimeFlow, Transfer

_NO_FEES = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class NodeStatement:
    """
    One territory's part of a clearing; amounts are minor units.

    `given` is what its providers gave to others, `bought` what its funders bought elsewhere, each with the other
    territory and the VAT regime; `names` are those of the territories in them. `whole` is what it was taken from.
    """

    whole: ClearingStatement
    party: PartyLine
    given: tuple[RegimeFlow, ...]
    bought: tuple[RegimeFlow, ...]
    fees: FeeLine
    transfer: Transfer | None
    names: dict[str, str]

    @property
    def starts_on(self) -> date:
        """The month's first day."""
        return self.whole.starts_on

    @property
    def prepared_at(self) -> datetime:
        """When the figures were read."""
        return self.whole.prepared_at

    @property
    def foundation(self) -> Foundation:
        """What it stands on."""
        return self.whole.foundation

    @property
    def difference_minor(self) -> int:
        """The first difference between position, flows, regimes and the ledger, or zero."""
        party = self.party
        found = (
            party.position_minor - party.sum_minor,
            party.difference_minor,
            sum(flow.gross_minor for flow in self.given) - party.given_minor,
            sum(flow.gross_minor for flow in self.bought) - party.bought_minor,
        )
        return next((difference for difference in found if difference), 0)

    @property
    def holds(self) -> bool:
        """Whether the position follows from the territory's flows and is what the ledger says."""
        return self.difference_minor == 0


def of(statement: ClearingStatement, code: str, name: str) -> NodeStatement:
    """Return what a territory, by its code and name, reads of a clearing; it may have no part in it."""
    party = next((one for one in statement.parties if one.code == code), PartyLine(code, name, 0, 0, 0, 0, 0, 0))
    given = tuple(flow for flow in statement.regimes if flow.delivery == code)
    bought = tuple(flow for flow in statement.regimes if flow.home == code)
    others = {flow.home for flow in given} | {flow.delivery for flow in bought}
    return NodeStatement(
        whole=statement,
        party=party,
        given=given,
        bought=bought,
        fees=next((one for one in statement.fees if one.party == code), FeeLine(code, *_NO_FEES)),
        transfer=next((one for one in statement.transfers if one.party == code), None),
        names={one.code: one.name for one in statement.parties if one.code in others},
    )
