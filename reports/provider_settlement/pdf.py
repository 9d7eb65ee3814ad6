"""The provider's statement as a document: one page that says it all, then every line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, PageBreak, Spacer

from network import vat_law
from reports import blocks, foundation, look, pages
from reports.blocks import HEAD, HEADING, HEIGHT, ROW, WIDTH, Bar, Column, Grid, Heading, Row
from reports.front import Card, Cards, Head, Masthead, ProofBox
from reports.provider_settlement import lines
from reports.provider_settlement.model import ProviderStatement, monthly
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
        author="borsellino",
        subject=period,
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
            chip=text("chip"),
        )
    )
    yield Spacer(0, 4 * mm)
    yield Cards(_cards(statement, text))
    yield Spacer(0, GAP)
    yield from _schedule(statement, text)
    yield from _regimes(statement, text)
    yield CondPageBreak(40 * mm)
    yield ProofBox(lines.verdict(statement, text), lines.proof(statement, text), holds=statement.holds)
    yield Spacer(0, GAP)
    yield from _law(statement, text)
    yield from _lines(statement, text)


def _cards(statement: ProviderStatement, text: Words) -> list[Card]:
    due = [one for one in statement.schedule if not one.paid]
    note = text("card.due_note", day=text.day(due[0].day)) if due else text("card.due_none")
    count = text("card.captured_note", lines=len(statement.lines))
    return [
        Card(look.PINE, text("card.captured"), text.euro(statement.captured_minor), count),
        Card(look.CLAY, text("card.refunded"), text.euro(statement.refunded_minor), text("card.refunded_note")),
        Card(look.PLUM, text("card.fee"), text.euro(statement.fee_minor), text("card.fee_note")),
        Card(look.OCHRE, text("card.due"), text.euro(sum(one.amount_minor for one in due)), note),
    ]


def _schedule(statement: ProviderStatement, text: Words) -> Iterator[Flowable]:
    columns = [
        Column(text("column.day"), WIDTH * 0.13),
        Column(text("column.state"), WIDTH * 0.25),
        Column("", WIDTH * 0.23),
        Column(text("column.gross"), WIDTH * 0.13, figures=True),
        Column(text("column.fee"), WIDTH * 0.12, figures=True),
        Column(text("column.payable"), WIDTH * 0.14, figures=True),
    ]
    found = statement.schedule
    yield Heading(text("heading.schedule"))
    if not found:
        yield from blocks.notes(text("no_lines"))
        yield Spacer(0, GAP)
        return
    by_month = len(found) > FEW
    if by_month:
        found = monthly(found)
    most = max((one.amount_minor for one in found), default=0)
    rows: list[Row] = []
    for one in found:
        share = max(one.amount_minor, 0) / most if most > 0 else 0.0
        amounts = map(text.amount, (one.gross_minor, one.fee_minor, one.amount_minor))
        day = text.month(one.day) if by_month else text.day(one.day)
        rows.append((day, text(f"state.{one.state}"), Bar(columns[2].width - 12, share), *amounts))
    totals = (sum(one.gross_minor for one in found), statement.fee_minor, sum(one.amount_minor for one in found))
    rows.append((text("total"), "", "", *map(text.amount, totals)))
    yield from blocks.table_pages(columns, rows, HEIGHT * 0.32, total=True)
    yield from blocks.notes(text("terms_note"))
    yield Spacer(0, GAP)


def _regimes(statement: ProviderStatement, text: Words) -> Iterator[Flowable]:
    if not statement.regimes:
        return
    columns = [
        Column(text("column.regime_long"), WIDTH * 0.27),
        Column(text("column.reference"), WIDTH * 0.28, whole=True, size=7),
        Column(text("column.lines"), WIDTH * 0.06, figures=True),
        Column(text("column.net"), WIDTH * 0.11, figures=True),
        Column(text("column.vat"), WIDTH * 0.09, figures=True),
        Column(text("column.gross"), WIDTH * 0.11, figures=True),
        Column(text("column.rounding"), WIDTH * 0.08, figures=True),
    ]
    rows: list[Row] = []
    for total in statement.regimes:
        reference = vat_law.reference(total.regime, statement.ends_on).reference
        figures = (total.net_minor, total.vat_minor, total.gross_minor, total.rounding_minor)
        name = lines.regime(total.regime, text)
        rows.append((name, reference, str(total.lines), *map(text.amount, figures)))
    sums = (
        sum(total.net_minor for total in statement.regimes),
        sum(total.vat_minor for total in statement.regimes),
        sum(total.gross_minor for total in statement.regimes),
        sum(total.rounding_minor for total in statement.regimes),
    )
    rows.append((text("total"), "", str(len(statement.lines)), *map(text.amount, sums)))
    yield CondPageBreak(40 * mm)
    yield Heading(text("heading.regimes"))
    yield from blocks.table_pages(columns, rows, HEIGHT / 2, total=True)
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
    columns = [
        Column(text("column.day"), WIDTH * 0.1),
        Column(text("column.code"), WIDTH * 0.15, whole=True),
        Column(text("column.service"), WIDTH * 0.25),
        Column(text("column.regime"), WIDTH * 0.06),
        Column(text("column.net"), WIDTH * 0.09, figures=True),
        Column(text("column.vat"), WIDTH * 0.08, figures=True),
        Column(text("column.gross"), WIDTH * 0.09, figures=True),
        Column(text("column.fee"), WIDTH * 0.08, figures=True),
        Column(text("column.due_on"), WIDTH * 0.1),
    ]
    found = statement.lines
    if not found:
        return

    def row(place: int) -> Row:
        line = found[place]
        paid = line.paid_on or line.due_on
        fee = text.amount(line.fee_minor) if line.fee_minor else NOTHING
        amounts = map(text.amount, (line.net_minor, line.vat_minor, line.gross_minor))
        return (
            text.day(line.occurred_on),
            line.code,
            line.service_name,
            line.vat_regime,
            *amounts,
            fee,
            text.day(paid),
        )

    sums = (
        sum(line.net_minor for line in found),
        sum(line.vat_minor for line in found),
        sum(line.gross_minor for line in found),
        statement.fee_minor,
    )
    total = (text("total"), "", "", "", *map(text.amount, sums), "")
    if len(found) <= FEW:
        yield CondPageBreak(HEAD + (len(found) + 3) * ROW + HEADING)
        yield Heading(text("heading.lines"))
        yield Grid(columns, [*map(row, range(len(found))), total], total=True)
    else:
        yield PageBreak()
        yield Heading(text("heading.lines"))
        yield from blocks.long_table(columns, row, len(found), total)
    yield from blocks.notes(text("beneficiary_note"))
