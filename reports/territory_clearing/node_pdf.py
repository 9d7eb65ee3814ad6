"""A territory's part of the clearing as a document: what it gave and bought, by regime, and its one transfer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, Spacer

from reports import blocks, foundation, look, pages
from reports.blocks import HEAD, HEADING, ROW, WIDTH, Column, Heading
from reports.front import Card, Cards, Head, Masthead, ProofBox
from reports.territory_clearing import lines
from reports.territory_clearing.model import RegimeFlow
from reports.territory_clearing.node import NodeStatement
from reports.territory_clearing.pdf import GAP
from reports.words import Words


def write(statement: NodeStatement, path: Path, language: str = "it") -> None:
    """Write the territory's statement as a PDF; the same statement gives the same bytes."""
    text = lines.of(language)
    month = text.month(statement.starts_on)
    pages.write(
        path,
        _flow(statement, text),
        text,
        title=f"{text('node.title')} {statement.party.name} {statement.starts_on:%Y-%m}",
        author=statement.whole.issuer,
        subject=month,
        created=statement.prepared_at,
        running=f"{text('node.title')} · {statement.party.name} · {month}",
        footer=foundation.footer(statement.foundation, text),
    )


def _flow(statement: NodeStatement, text: Words) -> Iterator[Flowable]:
    look.register()
    yield Masthead(
        Head(
            kind=text("node.title"),
            title=statement.party.name,
            facts=(
                (text("month"), text.month(statement.starts_on)),
                (text("state"), lines.state(statement.whole, text)),
                (text("prepared_at"), text.moment(statement.prepared_at)),
            ),
            small=statement.party.holder,
            chip=text("node.chip"),
        )
    )
    yield Spacer(0, 4 * mm)
    yield Cards(_cards(statement, text))
    yield Spacer(0, GAP)
    yield from _transfer(statement, text)
    yield from _flows(statement.given, "given", statement, text)
    yield from _flows(statement.bought, "elsewhere", statement, text)
    if not (statement.given or statement.bought):
        yield from blocks.notes(text("node.untouched"))
        yield Spacer(0, GAP)
    yield CondPageBreak(45 * mm)
    yield ProofBox(lines.node_verdict(statement, text), lines.node_proof(statement, text), holds=statement.holds)


def _cards(statement: NodeStatement, text: Words) -> list[Card]:
    party = statement.party
    what = "nothing" if statement.transfer is None else "pays" if statement.transfer.pays else "gets"
    return [
        Card(look.PINE, text("column.given"), text.euro(party.given_minor), text("node.given_note")),
        Card(look.PLUM, text("column.bought"), text.euro(party.bought_minor), text("node.bought_note")),
        Card(look.CLAY, text("column.share"), text.euro(party.share_minor), text("card.fee_note")),
        Card(look.OCHRE, text("node.position"), text.euro(party.position_minor), text(f"node.{what}")),
    ]


def _transfer(statement: NodeStatement, text: Words) -> Iterator[Flowable]:
    yield Heading(text("section.transfers"))
    if statement.transfer is None:
        yield from blocks.notes(text("transfers.none"))
    else:
        columns = [
            Column(text("column.from"), WIDTH * 0.28),
            Column(text("column.to"), WIDTH * 0.34),
            Column(text("column.transfer_reference"), WIDTH * 0.24),
            Column(text("column.amount"), WIDTH * 0.14, figures=True),
        ]
        told = lines.transfer(statement.transfer, statement.whole, text)
        yield blocks.folding_table(columns, [(*told, text.amount(statement.transfer.amount_minor))])
        if not statement.whole.closed:
            yield from blocks.notes(text("transfers.provisional"))
    yield Spacer(0, GAP)


def _flows(found: Sequence[RegimeFlow], heading: str, statement: NodeStatement, text: Words) -> Iterator[Flowable]:
    if not found:
        return
    columns = [
        Column(text("column.other"), WIDTH * 0.2),
        Column(text("column.regime_long"), WIDTH * 0.38),
        Column(text("column.own"), WIDTH * 0.14, figures=True),
        Column(text("column.earlier"), WIDTH * 0.14, figures=True),
        Column(text("column.gross"), WIDTH * 0.14, figures=True),
    ]
    rows: list[tuple[str, ...]] = []
    for flow in found:
        amounts = (flow.gross_minor - flow.earlier_minor, flow.earlier_minor, flow.gross_minor)
        rows.append(
            (
                statement.names[lines.other(flow, statement.party.code)],
                lines.regime(flow.vat_regime, text),
                *map(text.amount, amounts),
            )
        )
    gross, earlier = sum(flow.gross_minor for flow in found), sum(flow.earlier_minor for flow in found)
    rows.append((text("total"), "", *map(text.amount, (gross - earlier, earlier, gross))))
    yield CondPageBreak(HEADING + HEAD + 4 * ROW)
    yield Heading(text(f"heading.{heading}"))
    yield blocks.folding_table(columns, rows, total=True)
    yield Spacer(0, GAP)
