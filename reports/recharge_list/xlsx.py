"""The recharge list as a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from reports import foundation
from reports.recharge_list import lines
from reports.recharge_list.model import RechargeList
from reports.sheet import Amount, Looks, Sheet, workbook

MANY_ROWS: Final = 10_000


def write(found: RechargeList, path: Path, language: str = "it") -> None:
    """Write the list as XLSX; the same list gives the same bytes."""
    text = lines.of(language)
    with workbook(
        path,
        title=text("title"),
        author=found.funder_name,
        subject=text.month(found.starts_on),
        created=found.prepared_at,
        many_rows=len(found.lines) > MANY_ROWS,
    ) as book:
        looks = Looks(book, language)
        _summary(Sheet(book, looks, text("section.summary"), text, wide=True), found)
        _lines(Sheet(book, looks, text("section.lines"), text, wide=True), found)
        _proof(Sheet(book, looks, text("section.proof"), text, wide=True), found)


def _summary(sheet: Sheet, found: RechargeList) -> None:
    text, looks = sheet.text, sheet.looks
    sheet.widths(58, 44, 44, 26, 10, 16, 16, 16, 18, 22)
    sheet.sheet.set_row(0, 24)
    sheet.write(text("title"), look=looks.title)
    sheet.write(lines.privacy(found, text), look=looks.note)
    sheet.row += 1
    for label, value in (
        (text("funder"), found.funder_name),
        (text("vat_number"), found.vat_number),
        (text("mandatary"), found.mandatary),
        (text("month"), text.month(found.starts_on)),
        (text("prepared_at"), found.prepared_at),
        *foundation.facts(found.foundation.standing, text),
    ):
        sheet.write(label, value)
    sheet.row += 1
    sheet.head("item", "amount", figures=1)
    for label, amount in lines.figures(found, text):
        sheet.write(label, amount)
    sheet.row += 1
    sheet.write(lines.verdict(found, text), look=looks.verdict if found.holds else looks.alarm)
    sheet.row += 1
    sheet.head("regime", "regime_long", "reference", "confidence", "lines", *lines.FIGURES, figures=6)
    for total in found.regimes:
        confidence = text(f"confidence.{total.confidence}") if total.confidence else None
        name = lines.regime(total.regime, found, text)
        code = lines.short(total.regime, found)
        sheet.write(code, name, total.reference, confidence, total.lines, *lines.amounts(total.amounts))
    sums = (Amount(found.total(name)) for name in lines.FIGURES)
    sheet.closing(text("total"), "", "", "", len(found.lines), *sums)
    sheet.row += 1
    sheet.head("reference", "confidence", "note")
    for reference, confidence, note in lines.notes(found, text):
        sheet.write(reference, confidence, note)


def _lines(sheet: Sheet, found: RechargeList) -> None:
    sheet.widths(24, 10, 36, 16, 16, 16, 18, 22)
    columns = lines.columns(found)
    sheet.table(columns, len(lines.FIGURES) if found.detail else 0, len(found.lines))
    for line in found.lines:
        code = lines.short(line.regime, found)
        sheet.write(line.reference, code, *((line.voucher_id,) if found.detail else ()), *lines.amounts(line.amounts))
    if found.detail:
        sheet.total(len(columns), {place: found.total(name) for place, name in enumerate(lines.FIGURES, 3)})


def _proof(sheet: Sheet, found: RechargeList) -> None:
    text, looks = sheet.text, sheet.looks
    sheet.widths(64, 76)
    sheet.write(lines.verdict(found, text), look=looks.verdict if found.holds else looks.alarm)
    sheet.row += 1
    sheet.head("item", "value")
    for label, value in lines.proof(found, text):
        sheet.write(label, value)
