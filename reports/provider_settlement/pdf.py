"""The provider's statement as a document: one page that says it all, then every line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, Spacer

from network import vat_law
from reports import blocks, foundation, look, pages
from reports.blocks import WIDTH, Column, Heading, Row
from reports.front import Card, Cards, Head, Masthead, ProofBox
from reports.provider_settlement import lines
from reports.provider_settlement.model import Line, ProviderStatement, monthly
from reports.words import Words

GAP: Final = 6 * mm
NOTHING: Final = "–"
# So many lines may follow on the page, and more begin a page of their own; so many days of payment are told one by one.
FEW: Final = 15


def write(statement: ProviderStatement, path: Path, language: str = "it") -> None:
    """Write the statement as a PDF; the same statement gives the same bytes."""
    text = lines.of(language)
    period = text.period(statement.starts_on, statement.ends_on)
    pages.write(
        path,
        _flow(statement, text),
        text,
        title=f"{text('title')} {statement.provider_code}",
        author=statement.issuer,
        subject=period,
        created=statement.prepared_at,
        running=f"{statement.provider_name} · {statement.provider_code} · {period}",
        footer=foundation.footer(statement.foundation, text),
    )


def _flow(statement: ProviderStatement, text: Words) -> Iterator[Flowable]:
    look.register()
    yield Masthead(
        Head(
            kind=text("title"),
            title=statement.provider_name,
            facts=(
                (text("provider"), f"{statement.provider_code} · {statement.territory.capitalize()}"),
                (text("period"), text.period(statement.starts_on, statement.ends_on)),
                (text("prepared_at"), text.moment(statement.prepared_at)),
            ),
            small=lines.payee(statement, text),
            chip=text("chip"),
            provisional=foundation.provisional(statement.foundation.standing, text),
        )
    )
    yield Spacer(0, 4 * mm)
    yield Cards(_cards(statement, text))
    yield Spacer(0, GAP)
    yield from _schedule(statement, text)
    yield from _settled(statement, text)
    yield from _regimes(statement, text)
    yield CondPageBreak(40 * mm)
    yield ProofBox(lines.verdict(statement, text), lines.proof(statement, text), holds=statement.holds)
    yield Spacer(0, GAP)
    yield from _law(statement, text)
    yield from _lines(statement, text)


def _cards(statement: ProviderStatement, text: Words) -> list[Card]:
    count = text("card.captured_note", lines=len(statement.lines))
    owed = text.euro(statement.closing_minor)
    return [
        Card(look.PINE, text("card.captured"), text.euro(statement.captured_minor), count),
        Card(look.CLAY, text("card.refunded"), text.euro(statement.refunded_minor), text("card.refunded_note")),
        Card(look.PLUM, text("card.fee"), text.euro(statement.fee_minor), text("card.fee_note")),
        Card(look.OCHRE, text("card.owed"), owed, lines.next_payment(statement, text)),
    ]


def _schedule(statement: ProviderStatement, text: Words) -> Iterator[Flowable]:
    columns = [
        Column(text("column.day"), WIDTH * 0.13),
        Column(text("column.state"), WIDTH * 0.36),
        Column(text("column.earlier"), WIDTH * 0.14, figures=True),
        Column(text("column.gross"), WIDTH * 0.13, figures=True),
        Column(text("column.fee"), WIDTH * 0.11, figures=True),
        Column(text("column.payable"), WIDTH * 0.13, figures=True),
    ]
    found = statement.schedule
    yield Heading(text("heading.schedule"))
    if not found:
        yield from blocks.notes(text("nothing_owed"))
        yield Spacer(0, GAP)
        return
    by_month = len(found) > FEW
    if by_month:
        found = monthly(found)
    rows: list[tuple[str, ...]] = []
    for one in found:
        amounts = map(text.amount, (one.earlier_minor, one.gross_minor, one.fee_minor, one.amount_minor))
        day = text.month(one.day) if by_month and not one.reference else text.day(one.day)
        rows.append((day, lines.instalment(one, statement, text), *amounts))
    sums = (
        sum(one.earlier_minor for one in found),
        sum(one.gross_minor for one in found),
        sum(one.fee_minor for one in found),
        sum(one.amount_minor for one in found),
    )
    rows.append((text("total_owed"), "", *map(text.amount, sums)))
    yield blocks.folding_table(columns, rows, total=True)
    yield from blocks.notes(text("terms_note"))
    yield Spacer(0, GAP)


def _settled(statement: ProviderStatement, text: Words) -> Iterator[Flowable]:
    """Yield what left the account in the period: it is no longer owed, and may still be on its way."""
    if not statement.settled:
        return
    columns = [
        Column(text("column.left_on"), WIDTH * 0.13),
        Column(text("column.payment"), WIDTH * 0.44),
        Column(text("column.execute_on"), WIDTH * 0.14),
        Column(text("column.paid_on"), WIDTH * 0.14),
        Column(text("column.gross"), WIDTH * 0.15, figures=True),
    ]
    transfers = {one.reference: one for one in statement.transfers}
    rows: list[tuple[str, ...]] = []
    for one in statement.settled:
        found = transfers.get(one.reference)
        told = lines.payment(one.reference, one.gross_minor - (found.fee_minor if found else 0), statement, text)
        if one.gross_minor < 0:
            told = text("payment.back", reference=one.reference)
        asked = text.day(found.execute_on) if found else NOTHING
        paid = text.day(found.paid_on) if found and found.paid_on else NOTHING
        rows.append((text.day(one.occurred_on), told, asked, paid, text.amount(one.gross_minor)))
    rows.append((text("total"), "", "", "", text.amount(sum(one.gross_minor for one in statement.settled))))
    yield CondPageBreak(30 * mm)
    yield Heading(text("heading.settled"))
    yield blocks.folding_table(columns, rows, total=True)
    yield Spacer(0, GAP)


def _regimes(statement: ProviderStatement, text: Words) -> Iterator[Flowable]:
    if not statement.documents:
        return
    columns = [
        Column(text("column.document"), WIDTH * 0.15),
        Column(text("column.mandatary"), WIDTH * 0.2),
        Column(text("column.regime_long"), WIDTH * 0.28),
        Column(text("column.net"), WIDTH * 0.11, figures=True),
        Column(text("column.vat"), WIDTH * 0.09, figures=True),
        Column(text("column.gross"), WIDTH * 0.1, figures=True),
        Column(text("column.rounding"), WIDTH * 0.07, figures=True),
    ]
    rows: list[tuple[str, ...]] = []
    for document in statement.documents:
        for total in document.signed:
            reference = vat_law.reference(total.regime, statement.ends_on).reference
            figures = (total.net_minor, total.vat_minor, total.gross_minor, total.rounding_minor)
            name = f"{text(f'kind.{document.kind}')} {document.number}"
            regime = f"{lines.regime(total.regime, text)} · {reference}"
            rows.append((name, document.buyer, regime, *map(text.amount, figures)))
    sums = (
        sum(total.net_minor for total in statement.regimes),
        sum(total.vat_minor for total in statement.regimes),
        sum(total.gross_minor for total in statement.regimes),
        sum(total.rounding_minor for total in statement.regimes),
    )
    rows.append((text("total"), "", "", *map(text.amount, sums)))
    yield CondPageBreak(40 * mm)
    yield Heading(text("heading.regimes"))
    yield blocks.folding_table(columns, rows, total=True)
    yield from blocks.notes(text("regimes_note"))
    yield Spacer(0, GAP)


def _law(statement: ProviderStatement, text: Words) -> Iterator[Flowable]:
    found = list(lines.law(statement, text))
    if not found:
        return
    yield CondPageBreak(30 * mm)
    yield Heading(text("heading.law"))
    for reference, note in found:
        yield blocks.paragraph(f"{reference}. {note}", 8.5, look.REGULAR, look.INK)
        yield Spacer(0, 1.5 * mm)
    yield Spacer(0, GAP)


def _lines(statement: ProviderStatement, text: Words) -> Iterator[Flowable]:
    earlier = tuple(line for line in statement.before if line.owed)
    yield from _table(statement.lines, text("heading.lines"), text)
    yield from _table(earlier, text("heading.earlier"), text)
    if statement.lines or earlier:
        yield from blocks.notes(text("beneficiary_note"))


def _table(found: Sequence[Line], heading: str, text: Words) -> Iterator[Flowable]:
    if not found:
        return
    columns = [
        Column(text("column.day"), WIDTH * 0.1),
        Column(text("column.code"), WIDTH * 0.14, whole=True),
        Column(text("column.service"), WIDTH * 0.17),
        Column(text("column.regime"), WIDTH * 0.06),
        Column(text("column.net"), WIDTH * 0.08, figures=True),
        Column(text("column.vat"), WIDTH * 0.07, figures=True),
        Column(text("column.gross"), WIDTH * 0.08, figures=True),
        Column(text("column.fee"), WIDTH * 0.06, figures=True),
        Column(text("column.when"), WIDTH * 0.1),
        Column(text("column.reference_paid"), WIDTH * 0.14, whole=True),
    ]

    def row(place: int) -> Row:
        line = found[place]
        fee = text.amount(line.fee_minor) if line.fee_minor else NOTHING
        amounts = map(text.amount, (line.net_minor, line.vat_minor, line.gross_minor))
        return (
            text.day(line.occurred_on),
            line.code,
            line.service_name,
            line.vat_regime,
            *amounts,
            fee,
            text.day(line.when),
            line.reference or NOTHING,
        )

    sums = (
        sum(line.net_minor for line in found),
        sum(line.vat_minor for line in found),
        sum(line.gross_minor for line in found),
        sum(line.fee_minor for line in found),
    )
    total = (text("total"), "", "", "", *map(text.amount, sums), "", "")
    yield blocks.begins(len(found))
    yield Heading(heading)
    yield blocks.Flowing(columns, row, range(len(found)), total)
    yield Spacer(0, GAP)
