"""The clearing statement as a workbook."""

from __future__ import annotations

from pathlib import Path

from reports import foundation
from reports.sheet import Amount, Looks, Sheet, workbook
from reports.territory_clearing import lines
from reports.territory_clearing.model import ClearingStatement


def write(statement: ClearingStatement, path: Path, language: str = "it") -> None:
    """Write the statement as XLSX; the same statement gives the same bytes."""
    text = lines.of(language)
    with workbook(
        path,
        title=f"{text('title')} {statement.starts_on:%Y-%m}",
        author=statement.issuer,
        subject=text.month(statement.starts_on),
        created=statement.prepared_at,
    ) as book:
        looks = Looks(book, language)
        _positions(Sheet(book, looks, text("section.positions"), text, wide=True), statement)
        _matrix(Sheet(book, looks, text("section.matrix"), text, wide=True), statement)
        _flows(Sheet(book, looks, text("section.flows"), text, wide=True), statement)
        _regimes(Sheet(book, looks, text("section.regimes"), text, wide=True), statement)
        _transfers(Sheet(book, looks, text("section.transfers"), text, wide=True), statement)
        _fees(Sheet(book, looks, text("section.fees"), text, wide=True), statement)
        _proof(Sheet(book, looks, text("section.proof"), text), statement)


def _positions(sheet: Sheet, statement: ClearingStatement) -> None:
    text = sheet.text
    sheet.widths(24, 18, 18, 18, 18, 18, 18)
    columns = ("party", "given", "bought", "withheld", "share", "position", "ledger")
    sheet.table(columns, 6, len(statement.parties))
    sums = [0] * 6
    for party in statement.parties:
        figures = (
            party.given_minor,
            party.bought_minor,
            party.withheld_minor,
            party.share_minor,
            party.position_minor,
            party.ledger_minor,
        )
        sums = [one + other for one, other in zip(sums, figures, strict=True)]
        sheet.write(lines.name(party, text), *map(Amount, figures))
    sheet.total(len(columns), dict(enumerate(sums, 1)))
    sheet.row += 1
    sheet.write(text("positions_note"), look=sheet.looks.note)


def _matrix(sheet: Sheet, statement: ClearingStatement) -> None:
    text, found = sheet.text, lines.matrix(statement)
    sheet.widths(24, *([14] * (len(found.deliveries) + 1)))
    sheet.write(text("heading.matrix"), look=sheet.looks.note)
    sheet.write("", *(name for _, name in found.deliveries), text("matrix.total"), look=sheet.looks.head)
    for home, name in found.homes:
        amounts = found.row(home)
        sheet.write(name, *(Amount(amount) if amount else None for amount in amounts), Amount(sum(amounts)))
    columns = (Amount(found.column(delivery)) for delivery, _ in found.deliveries)
    sheet.closing(text("matrix.total"), *columns, Amount(sum(found.amounts.values())))


def _flows(sheet: Sheet, statement: ClearingStatement) -> None:
    text = sheet.text
    names = {party.code: party.name for party in statement.parties}
    sheet.widths(24, 24, 18, 16, 16, 16, 16, 18)
    columns = ("home", "delivery", "gross", "fee", "home_fee", "delivery_fee", "network_fee", "points")
    sheet.table(columns, 6, len(statement.flows))
    sums = [0] * 5
    for flow in statement.flows:
        figures = (
            flow.gross_minor,
            flow.fee_minor,
            flow.home_fee_minor,
            flow.delivery_fee_minor,
            flow.network_fee_minor,
        )
        sums = [one + other for one, other in zip(sums, figures, strict=True)]
        places = (names.get(flow.home, flow.home), names.get(flow.delivery, flow.delivery))
        sheet.write(*places, *map(Amount, figures), lines.points(flow, text))
    sheet.total(len(columns), dict(enumerate(sums, 2)))


def _regimes(sheet: Sheet, statement: ClearingStatement) -> None:
    text = sheet.text
    names = {party.code: party.name for party in statement.parties}
    sheet.widths(24, 24, 10, 40, 18, 18, 18)
    columns = ("home", "delivery", "regime", "regime_long", "gross", "own", "earlier")
    sheet.table(columns, 3, len(statement.regimes))
    sums = [0] * 3
    for flow in statement.regimes:
        figures = (flow.gross_minor, flow.gross_minor - flow.earlier_minor, flow.earlier_minor)
        sums = [one + other for one, other in zip(sums, figures, strict=True)]
        places = (names.get(flow.home, flow.home), names.get(flow.delivery, flow.delivery))
        sheet.write(*places, flow.vat_regime, lines.regime(flow.vat_regime, text), *map(Amount, figures))
    sheet.total(len(columns), dict(enumerate(sums, 4)))
    sheet.row += 1
    sheet.write(lines.month_note(statement, text), look=sheet.looks.note)


def _transfers(sheet: Sheet, statement: ClearingStatement) -> None:
    text = sheet.text
    sheet.widths(48, 60, 40, 18)
    sheet.table(("from", "to", "transfer_reference", "amount"), 1, len(statement.transfers))
    for one in statement.transfers:
        sheet.write(*lines.transfer(one, statement, text), Amount(one.amount_minor))
    sheet.row += 1
    sheet.write(text("transfers.note" if statement.closed else "transfers.provisional"), look=sheet.looks.note)


def _fees(sheet: Sheet, statement: ClearingStatement) -> None:
    text = sheet.text
    names = {party.code: lines.name(party, text) for party in statement.parties}
    sheet.widths(24, 18, 18, 18, 18, 18)
    columns = ("party", "withheld", "home_fee", "delivery_fee", "network_fee", "share")
    sheet.table(columns, 5, len(statement.fees))
    sums = [0] * 5
    for fee in statement.fees:
        figures = lines.fee_figures(fee)
        sums = [one + other for one, other in zip(sums, figures, strict=True)]
        sheet.write(names[fee.party], *map(Amount, figures))
    sheet.total(len(columns), dict(enumerate(sums, 1)))
    sheet.row += 1
    sheet.write(text("fees_note"), look=sheet.looks.note)


def _proof(sheet: Sheet, statement: ClearingStatement) -> None:
    text, looks = sheet.text, sheet.looks
    sheet.widths(52, 76)
    sheet.write(lines.verdict(statement, text), look=looks.verdict if statement.holds else looks.alarm)
    sheet.write(lines.state_note(statement, text), look=looks.note)
    sheet.row += 1
    sheet.head("item", "value")
    for label, value in (
        (text("month"), text.month(statement.starts_on)),
        (text("state"), lines.state(statement, text)),
        (text("books"), statement.books),
        (text("prepared_at"), statement.prepared_at),
        (text("proof.sum_label"), Amount(statement.sum_minor)),
        (text("proof.difference"), Amount(statement.difference_minor)),
        *(
            (text("proof.earlier_label", month=text.month(one.month)), Amount(one.gross_minor))
            for one in statement.earlier
        ),
        (text("card.gross"), Amount(statement.gross_minor)),
        (text("card.netted"), Amount(statement.netted_minor)),
        (text("proof.seal"), foundation.told(statement.foundation, text, whole=True)),
        (text("proof.rulebook"), foundation.rules(statement.foundation, text)),
    ):
        sheet.write(label, value)
