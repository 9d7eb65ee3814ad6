"""What both layouts of the clearing statement print alike: states, shares, the matrix and the proof."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from network import vat
from reports import foundation, words
from reports.territory_clearing.model import ClearingStatement, FeeLine, Flow, PartyLine, RegimeFlow, Transfer
from reports.territory_clearing.node import NodeStatement
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


def month_note(statement: ClearingStatement, text: Words) -> str:
    """Return what of the flows is from earlier months, or what of them the open month's run will take."""
    month = text.month(statement.starts_on)
    if statement.closed and statement.earlier_minor:
        own = text.euro(statement.gross_minor - statement.earlier_minor)
        return text("months.closed", month=month, own=own, earlier=text.euro(statement.earlier_minor))
    if statement.waiting_minor:
        return text("months.open", month=month, waiting=text.euro(statement.waiting_minor))
    return text("months.only", month=month)


def transfer(one: Transfer, statement: ClearingStatement, text: Words) -> tuple[str, str, str]:
    """Return who transfers to whom, and the reference that the transfer bears."""
    party = next(each for each in statement.parties if each.code == one.party)
    holder = party.holder or party.name
    place, network = f"{holder} ({party.name})", text("transfers.account", issuer=statement.issuer, iban=statement.iban)
    reference = text("transfers.reference", month=f"{statement.starts_on:%Y-%m}", party=party.name.upper())
    return (place, network, reference) if one.pays else (statement.issuer, place, reference)


def fee_figures(one: FeeLine) -> tuple[int, ...]:
    """Return what a party withheld from its providers and what of all fees is its own."""
    return one.withheld_minor, one.home_minor, one.delivery_minor, one.network_minor, one.share_minor


def regime(code: str, text: Words) -> str:
    """Return the name of a VAT regime."""
    found = vat.regime(code)
    return found.label_it if text.language == "it" else found.label_en


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


def other(flow: RegimeFlow, code: str) -> str:
    """Return the territory on the other side of a flow."""
    return flow.home if flow.delivery == code else flow.delivery


def node_verdict(statement: NodeStatement, text: Words) -> str:
    """Return the sentence that says whether a territory's part reconciles, and if not, by how much."""
    if statement.holds:
        return text("node.holds")
    return text("proof.fails", amount=text.euro(statement.difference_minor))


def node_proof(statement: NodeStatement, text: Words) -> Iterator[str]:
    """Yield what a territory's part stands on, sentence by sentence."""
    party = statement.party
    yield text(
        "node.equation",
        given=text.amount(party.given_minor),
        bought=text.amount(party.bought_minor),
        withheld=text.amount(party.withheld_minor),
        share=text.amount(party.share_minor),
        position=text.amount(party.position_minor),
    )
    yield state_note(statement.whole, text)
    if statement.whole.run_id:
        yield text("proof.run", run=statement.whole.run_id)
    yield f"{text('proof.seal')}: {foundation.told(statement.foundation, text)}"
