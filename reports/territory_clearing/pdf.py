"""The clearing statement as a document: who bought where, and what each territory pays or gets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, Spacer

from reports import blocks, foundation, look, pages
from reports.blocks import HEAD, HEADING, ROW, WIDTH, Column, Heading, Row
from reports.front import Card, Cards, Head, Masthead, ProofBox
from reports.territory_clearing import lines
from reports.territory_clearing.model import ClearingStatement
from reports.territory_clearing.picture import MatrixPicture, Swing
from reports.words import Words

GAP: Final = 6 * mm
NOTHING: Final = "–"
FEES: Final = ("withheld", "home_fee", "delivery_fee", "network_fee", "share")


def write(statement: ClearingStatement, path: Path, language: str = "it") -> None:
    """Write the statement as a PDF; the same statement gives the same bytes."""
    text = lines.of(language)
    month = text.month(statement.starts_on)
    pages.write(
        path,
        _flow(statement, text),
        text,
        title=f"{text('title')} {statement.starts_on:%Y-%m}",
        author=statement.issuer,
        subject=month,
        created=statement.prepared_at,
        running=f"{text('title')} · {month}",
        footer=foundation.footer(statement.foundation, text),
    )


def _flow(statement: ClearingStatement, text: Words) -> Iterator[Flowable]:
    look.register()
    month = text.month(statement.starts_on)
    yield Masthead(
        Head(
            kind=text("title"),
            title=text("headline"),
            facts=(
                (text("month"), month),
                (text("state"), lines.state(statement, text)),
                (text("books"), str(statement.books)),
                (text("prepared_at"), text.moment(statement.prepared_at)),
            ),
            chip=text("chip"),
        )
    )
    yield Spacer(0, 4 * mm)
    yield Cards(_cards(statement, text))
    yield Spacer(0, GAP)
    yield from _matrix(statement, text)
    yield from _positions(statement, text)
    yield CondPageBreak(55 * mm)
    yield ProofBox(lines.verdict(statement, text), lines.proof(statement, text), holds=statement.holds)
    yield Spacer(0, GAP)
    yield from _transfers(statement, text)
    yield from _fees(statement, text)
    yield from _flows(statement, text)


def _cards(statement: ClearingStatement, text: Words) -> list[Card]:
    gross, netted = statement.gross_minor, statement.netted_minor
    note = text("card.netted_none")
    if gross > 0:
        note = text("card.netted_note", share=text.share(max(gross - netted, 0), gross))
    pairs = sum(flow.gross_minor != 0 for flow in statement.flows)
    told = text("card.gross_note", flows=pairs)
    if statement.earlier_minor:
        told = text("card.gross_earlier", earlier=text.euro(statement.earlier_minor))
    return [
        Card(look.PLUM, text("card.gross"), text.euro(gross), told),
        Card(look.PINE, text("card.netted"), text.euro(netted), note),
        Card(look.CLAY, text("card.fee"), text.euro(statement.fee_minor), text("card.fee_note")),
        Card(look.OCHRE, text("card.pending"), text.euro(statement.pending_minor), text("card.pending_note")),
    ]


def _matrix(statement: ClearingStatement, text: Words) -> Iterator[Flowable]:
    found = lines.matrix(statement)
    yield Heading(text("heading.matrix"))
    if not found.homes:
        yield from blocks.notes(text("no_flows"))
    else:
        picture = MatrixPicture(found, text)
        yield picture
        if picture.unit > 1:
            yield from blocks.notes(text(f"matrix.unit.{picture.unit}"))
        yield from blocks.notes(lines.month_note(statement, text))
    yield Spacer(0, GAP)


def _positions(statement: ClearingStatement, text: Words) -> Iterator[Flowable]:
    if not statement.parties:
        return
    columns = [
        Column(text("column.party"), WIDTH * 0.16),
        Column(text("column.given"), WIDTH * 0.13, figures=True),
        Column(text("column.bought"), WIDTH * 0.14, figures=True),
        Column(text("column.withheld"), WIDTH * 0.13, figures=True),
        Column(text("column.share"), WIDTH * 0.13, figures=True),
        Column(text("column.position"), WIDTH * 0.13, figures=True),
        Column(text("column.picture"), WIDTH * 0.18),
    ]
    most = max((abs(party.position_minor) for party in statement.parties), default=0)
    rows: list[Row] = []
    for party in statement.parties:
        parts = (party.given_minor, party.bought_minor, party.withheld_minor, party.share_minor)
        amounts = (text.amount(amount) if amount else NOTHING for amount in parts)
        sign = "+" if party.position_minor > 0 else ""
        share = party.position_minor / most if most else 0.0
        position = sign + text.amount(party.position_minor)
        rows.append((lines.name(party, text), *amounts, position, Swing(columns[-1].width - 12, share)))
    sums = (
        sum(party.given_minor for party in statement.parties),
        sum(party.bought_minor for party in statement.parties),
        sum(party.withheld_minor for party in statement.parties),
        sum(party.share_minor for party in statement.parties),
        statement.sum_minor,
    )
    rows.append((text("total"), *map(text.amount, sums), ""))
    yield CondPageBreak(HEADING + HEAD + min(len(rows), 20) * ROW + 12 * mm)
    yield Heading(text("heading.positions"))
    yield blocks.flowing(columns, rows, total=True)
    yield from blocks.notes(text("positions_note"))
    yield Spacer(0, GAP)


def _transfers(statement: ClearingStatement, text: Words) -> Iterator[Flowable]:
    """Yield who transfers how much to whom: every territory pays or is paid once, through the network's account."""
    if not statement.transfers:
        return
    columns = [
        Column(text("column.from"), WIDTH * 0.28),
        Column(text("column.to"), WIDTH * 0.34),
        Column(text("column.transfer_reference"), WIDTH * 0.24),
        Column(text("column.amount"), WIDTH * 0.14, figures=True),
    ]
    rows = [(*lines.transfer(one, statement, text), text.amount(one.amount_minor)) for one in statement.transfers]
    yield CondPageBreak(HEADING + HEAD + 4 * ROW)
    yield Heading(text("heading.transfers"))
    yield blocks.folding_table(columns, rows)
    yield from blocks.notes(text("transfers.note" if statement.closed else "transfers.provisional"))
    yield Spacer(0, GAP)


def _fees(statement: ClearingStatement, text: Words) -> Iterator[Flowable]:
    if not statement.fees:
        return
    names = {party.code: lines.name(party, text) for party in statement.parties}
    columns = [
        Column(text("column.party"), WIDTH * 0.25),
        *(Column(text(f"column.{name}"), WIDTH * 0.15, figures=True) for name in FEES),
    ]
    rows = [
        (names[one.party], *(text.amount(amount) if amount else NOTHING for amount in lines.fee_figures(one)))
        for one in statement.fees
    ]
    sums = (sum(found) for found in zip(*map(lines.fee_figures, statement.fees), strict=True))
    rows.append((text("total"), *map(text.amount, sums)))
    yield CondPageBreak(HEADING + HEAD + 4 * ROW)
    yield Heading(text("heading.fees"))
    yield blocks.folding_table(columns, rows, total=True)
    yield from blocks.notes(text("fees_note"))
    yield Spacer(0, GAP)


def _flows(statement: ClearingStatement, text: Words) -> Iterator[Flowable]:
    if not statement.flows:
        return
    names = {party.code: party.name for party in statement.parties}
    columns = [
        Column(text("column.home"), WIDTH * 0.15),
        Column(text("column.delivery"), WIDTH * 0.15),
        Column(text("column.gross"), WIDTH * 0.13, figures=True),
        Column(text("column.fee"), WIDTH * 0.1, figures=True),
        Column(text("column.points"), WIDTH * 0.17),
        Column(text("column.home_fee"), WIDTH * 0.1, figures=True),
        Column(text("column.delivery_fee"), WIDTH * 0.1, figures=True),
        Column(text("column.network_fee"), WIDTH * 0.1, figures=True),
    ]
    rows: list[Row] = []
    for flow in statement.flows:
        fees = (flow.home_fee_minor, flow.delivery_fee_minor, flow.network_fee_minor)
        rows.append(
            (
                names.get(flow.home, flow.home),
                names.get(flow.delivery, flow.delivery),
                text.amount(flow.gross_minor),
                text.amount(flow.fee_minor) if flow.fee_minor else NOTHING,
                lines.points(flow, text),
                *(text.amount(fee) if fee else NOTHING for fee in fees),
            )
        )
    sums = (
        sum(flow.home_fee_minor for flow in statement.flows),
        sum(flow.delivery_fee_minor for flow in statement.flows),
        sum(flow.network_fee_minor for flow in statement.flows),
    )
    totals = map(text.amount, (statement.gross_minor, statement.fee_minor))
    rows.append((text("total"), "", *totals, "", *map(text.amount, sums)))
    yield CondPageBreak(HEADING + HEAD + min(len(rows), 20) * ROW)
    yield Heading(text("heading.flows"))
    yield blocks.flowing(columns, rows, total=True)
