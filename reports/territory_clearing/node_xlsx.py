"""A territory's part of the clearing as a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reports import foundation
from reports.sheet import Amount, Looks, Sheet, workbook
from reports.territory_clearing import lines
from reports.territory_clearing.model import RegimeFlow
from reports.territory_clearing.node import NodeStatement

_FLOWS = ("other", "regime", "regime_long", "gross", "own", "earlier")


def write(statement: NodeStatement, path: Path, language: str = "it") -> None:
    """Write the territory's statement as XLSX; the same statement gives the same bytes."""
    text = lines.of(language)
    with workbook(
        path,
        title=f"{text('node.title')} {statement.party.name} {statement.starts_on:%Y-%m}",
        author=statement.whole.issuer,
        subject=text.month(statement.starts_on),
        created=statement.prepared_at,
    ) as book:
        looks = Looks(book, language)
        _summary(Sheet(book, looks, text("section.proof"), text), statement)
        _flows(Sheet(book, looks, text("column.given"), text, wide=True), statement, statement.given)
        _flows(Sheet(book, looks, text("column.bought"), text, wide=True), statement, statement.bought)


def _summary(sheet: Sheet, statement: NodeStatement) -> None:
    text, looks, party = sheet.text, sheet.looks, statement.party
    sheet.widths(52, 76)
    sheet.write(lines.node_verdict(statement, text), look=looks.verdict if statement.holds else looks.alarm)
    sheet.write(lines.state_note(statement.whole, text), look=looks.note)
    sheet.row += 1
    sheet.head("item", "value")
    for label, value in (
        (text("column.party"), party.name),
        (text("month"), text.month(statement.starts_on)),
        (text("prepared_at"), statement.prepared_at),
        (text("column.given"), Amount(party.given_minor)),
        (text("column.bought"), Amount(party.bought_minor)),
        (text("column.withheld"), Amount(party.withheld_minor)),
        (text("column.share"), Amount(party.share_minor)),
        (text("column.position"), Amount(party.position_minor)),
        (text("column.ledger"), Amount(party.ledger_minor)),
    ):
        sheet.write(label, value)
    if statement.transfer is not None:
        names = ("from", "to", "transfer_reference")
        for name, told in zip(names, lines.transfer(statement.transfer, statement.whole, text), strict=True):
            sheet.write(text(f"column.{name}"), told)
    sheet.write(text("proof.seal"), foundation.told(statement.foundation, text, whole=True))


def _flows(sheet: Sheet, statement: NodeStatement, found: Sequence[RegimeFlow]) -> None:
    text = sheet.text
    sheet.widths(24, 10, 40, 18, 18, 18)
    sheet.table(_FLOWS, 3, len(found))
    sums = [0] * 3
    for flow in found:
        figures = (flow.gross_minor, flow.gross_minor - flow.earlier_minor, flow.earlier_minor)
        sums = [one + other for one, other in zip(sums, figures, strict=True)]
        name = statement.names[lines.other(flow, statement.party.code)]
        sheet.write(name, flow.vat_regime, lines.regime(flow.vat_regime, text), *map(Amount, figures))
    sheet.total(len(_FLOWS), dict(enumerate(sums, 3)))
