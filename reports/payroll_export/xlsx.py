"""The payroll month as a workbook for people: a summary with control totals and proof, and every line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from reports import words, year_limits
from reports.cells import guarded
from reports.payroll_export.csv import padded
from reports.payroll_export.model import PayrollLine, PayrollMonth
from reports.sheet import Amount, Looks, Numeral, Sheet, workbook
from reports.words import Words
from wallet import reasons

_COLUMNS = (
    "employee_no", "name", "tax_code", "day", "fiscal_year", "category", "legal_ref", "source", "plan", "channel",
    "nature", "reason", "recomputed", "late", "exempt_item", "taxable_item", "cu_year", "cu_box", "cu_code",
    "cu_tax_code", "event", "reversal_of", "limit", "limit_used", "elsewhere", "year_total",
    "exempt", "taxable", "amount",
)  # fmt: skip
_WIDTHS = (
    11,
    26,
    19,
    12,
    9,
    30,
    34,
    16,
    12,
    11,
    12,
    30,
    10,
    9,
    10,
    10,
    9,
    10,
    9,
    19,
    10,
    16,
    14,
    14,
    14,
    14,
    14,
    14,
    14,
)


def write(month: PayrollMonth, path: Path, language: str = "it") -> None:
    """Write the workbook; the same month gives the same bytes."""
    text = words.read("reports.payroll_export", language)
    title = f"{text('title')} {month.funder_name} {text.month_figures(month.month)}"
    with workbook(
        path, title=title, author=month.funder_name, subject=text("reader"), created=month.prepared_at
    ) as book:
        looks = Looks(book, language)
        _summary(Sheet(book, looks, text("sheet.summary"), text), month, text)
        _lines(Sheet(book, looks, text("sheet.lines"), text, wide=True), month, text)


def _summary(sheet: Sheet, month: PayrollMonth, text: Words) -> None:
    looks, proof = sheet.looks, month.proof
    sheet.widths(34, 40, 16, 14, 12, 16)
    sheet.write(text("title"), look=looks.title)
    sheet.write(text("reader"), look=looks.note)
    sheet.write()
    state = text("draft") if month.closed_at is None or month.draft else text("closed", moment=_moment(month, text))
    sheet.write(text("fact.funder"), f"{month.funder_name} ({month.funder_code})")
    sheet.write(text("fact.month"), text.month(month.month))
    sheet.write(text("fact.state"), state, look=looks.alarm if month.draft else looks.text)
    table = text("neutral") if month.table_is_neutral else f"{month.table.name}: {month.table.source}"
    sheet.write(text("fact.table"), table)
    sheet.write(text("fact.lines"), len(month.lines))
    for name, amount in (
        ("amount", month.amount_minor),
        ("exempt", month.exempt_minor),
        ("taxable", month.taxable_minor),
        ("ledger", proof.ledger_minor),
        ("difference", proof.difference_minor),
    ):
        sheet.write(text(f"fact.{name}"), Amount(amount))
    verdict = ("proof.holds", looks.verdict) if proof.holds else ("proof.fails", looks.alarm)
    sheet.write(text(verdict[0]), look=verdict[1])
    seal = text("proof.seal_none")
    if proof.seal_seq is not None:
        seal = text("proof.seal_text", seq=proof.seal_seq, hash=proof.seal_hash)
    sheet.write(text("fact.seal"), seal)
    sheet.write(text("fact.rules"), ", ".join(proof.rulebooks))
    if month.without_number:
        sheet.write(text("fact.unnumbered"), ", ".join(month.without_number), look=looks.alarm)
    _crossings(sheet, month, text)
    sheet.write()
    _totals(sheet, month, text)
    if month.unmapped:
        sheet.write()
        sheet.write(text("heading.unmapped"), look=looks.alarm)
        sheet.head("category", "source", "channel", "treatment", "lines", "amount", figures=2)
        for left in month.unmapped:
            sheet.write(
                text.named("category", left.category),
                text.named("source_name", left.source),
                text.named("channel", left.channel),
                text(f"treatment.{left.treatment}"),
                left.lines,
                Amount(left.amount_minor),
            )


def _crossings(sheet: Sheet, month: PayrollMonth, text: Words) -> None:
    if not month.crossings:
        return
    sheet.write()
    sheet.write(text("heading.crossings"), look=sheet.looks.alarm)
    for crossing in month.crossings:
        who = " · ".join(filter(None, (crossing.name, crossing.employee_no, str(crossing.fiscal_year))))
        sheet.write(who, year_limits.crossing(crossing.limit, text))


def _totals(sheet: Sheet, month: PayrollMonth, text: Words) -> None:
    sheet.write(text("heading.totals"), look=sheet.looks.strong)
    sheet.head("item", "description", "nature", "treatment", "lines", "amount", figures=2)
    for total in month.totals:
        item = total.item
        sheet.write(
            padded(item.code, month.table.layout.item_width) if item else text("none"),
            guarded(item.description) if item else "",
            text(f"nature.{total.nature}"),
            text(f"treatment.{total.treatment}"),
            total.lines,
            Amount(total.amount_minor),
        )
    sheet.closing(text("total"), "", "", "", len(month.lines), Amount(month.amount_minor))


def _lines(sheet: Sheet, month: PayrollMonth, text: Words) -> None:
    sheet.widths(*_WIDTHS)
    sheet.table(_COLUMNS, 7, len(month.lines))
    for line in month.lines:
        sheet.write(*_cells(line, month, text))
    figures = (len(_COLUMNS) - 3, len(_COLUMNS) - 2, len(_COLUMNS) - 1)
    sums = dict(zip(figures, (month.exempt_minor, month.taxable_minor, month.amount_minor), strict=True))
    sheet.total(len(_COLUMNS), sums)


def _cells(line: PayrollLine, month: PayrollMonth, text: Words) -> Iterator[Any]:
    layout = month.table.layout
    yield padded(line.employee_no, layout.employee_width)
    yield line.name
    yield line.tax_code
    yield line.fiscal_on
    yield Numeral(line.fiscal_year)
    yield text.named("category", line.category)
    yield line.legal_ref
    yield text.named("source_name", line.source)
    yield line.plan_code
    yield text.named("channel", line.channel)
    yield text(f"nature.{line.nature}")
    yield reasons.label(line.reason, text.language)
    yield text("yes") if line.recomputed else ""
    yield text("yes") if line.late else ""
    yield padded(line.exempt_item.code, layout.item_width) if line.exempt_item else ""
    yield padded(line.taxable_item.code, layout.item_width) if line.taxable_item else ""
    yield None if line.cu_year is None else Numeral(line.cu_year)
    yield line.cu_box
    yield line.cu_code
    yield line.cu_tax_code
    yield Numeral(line.event_id)
    yield " ".join(map(str, line.reversal_of))
    yield from _limit(line, text)
    yield Amount(line.exempt_minor)
    yield Amount(line.taxable_minor)
    yield Amount(line.amount_minor)


def _limit(line: PayrollLine, text: Words) -> tuple[Any, ...]:
    limit = line.limit
    if limit is None:
        return None, None, None, None
    here = Amount(limit.limit_minor), Amount(limit.used_minor)
    if limit.elsewhere_minor is None or limit.total_minor is None:
        return *here, text("unknown"), None
    return *here, Amount(limit.elsewhere_minor), Amount(limit.total_minor)


def _moment(month: PayrollMonth, text: Words) -> str:
    assert month.closed_at is not None  # noqa: S101
    return text.moment(month.closed_at)
