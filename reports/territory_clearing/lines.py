"""What both layouts of the clearing statement print alike: states, shares, the matrix and the proof."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from reports import foundation, words
from reports.territory_clearing.model import ClearingStatement, Flow, PartyLine
from reports.words import Words
from wallet import chart


@dataclass(frozen=True, slots=True)
class Matrix:
    """What each home territory bought in each delivery territory: codes and names of both sides, minor units."""

    homes: tuple[tuple[str, str], ...]
    deliveries: tuple[tuple[str, str], ...]
    amounts: dict[tuple[str, str], int]

    def row(self, home: str) -> list[int]:
        """Return a home territory's amounts, in the order of the columns."""
        return [self.amounts.get((home, delivery), 0) for delivery, _ in self.deliveries]

    def column(self, delivery: str) -> int:
        """Return what was bought in a delivery territory."""
        return sum(self.amounts.get((home, delivery), 0) for home, _ in self.homes)


def of(language: str) -> Words:
    """Return the words of a language: `it` or `en`."""
    return words.read("reports.territory_clearing", language)


def name(party: PartyLine, text: Words) -> str:
    """Return the name of a territory, or of the network."""
    return text("network") if party.code == chart.NETWORK else party.name


def state(statement: ClearingStatement, text: Words) -> str:
    """Return whether the month is closed."""
    return text("states.closed", version=statement.version) if statement.closed else text("states.open")


def state_note(statement: ClearingStatement, text: Words) -> str:
    """Return what that means."""
    if statement.closed_at is None:
        return text("states.open_note")
    return text("states.closed_note", closed_at=text.moment(statement.closed_at))


def matrix(statement: ClearingStatement) -> Matrix:
    """Return the flows across territories as a matrix."""
    names = {party.code: party.name for party in statement.parties}
    amounts: dict[tuple[str, str], int] = defaultdict(int)
    for flow in statement.flows:
        if flow.gross_minor:
            amounts[flow.home, flow.delivery] += flow.gross_minor
    homes = sorted({home for home, _ in amounts}, key=lambda code: names[code])
    deliveries = sorted({delivery for _, delivery in amounts}, key=lambda code: names[code])
    return Matrix(
        tuple((code, names[code]) for code in homes),
        tuple((code, names[code]) for code in deliveries),
        dict(amounts),
    )


def points(flow: Flow, text: Words) -> str:
    """Return how the fee of a flow is shared, in percent; nothing where there is none."""
    if not flow.fee_minor:
        return ""
    shares = {
        "home": flow.home_basis_points,
        "delivery": flow.delivery_basis_points,
        "network": flow.network_basis_points,
    }
    return text("points", **{side: text.amount(value).removesuffix("00")[:-1] for side, value in shares.items()})


def verdict(statement: ClearingStatement, text: Words) -> str:
    """Return the sentence that says whether the clearing reconciles, and if not, by how much."""
    if statement.holds:
        return text("proof.holds")
    return text("proof.fails", amount=text.euro(statement.difference_minor))


def proof(statement: ClearingStatement, text: Words) -> Iterator[str]:
    """Yield what the statement stands on, sentence by sentence."""
    yield text(
        "proof.sum",
        sum=text.euro(statement.sum_minor),
        gross=text.euro(statement.gross_minor),
        netted=text.euro(statement.netted_minor),
    )
    yield state_note(statement, text)
    for one in statement.earlier:
        told = {"gross": text.euro(one.gross_minor), "fee": text.euro(one.fee_minor)}
        yield text("proof.earlier", month=text.month(one.month), **told)
    if statement.run_id:
        yield text("proof.run", run=statement.run_id)
    yield f"{text('proof.seal')}: {foundation.told(statement.foundation, text)}"
