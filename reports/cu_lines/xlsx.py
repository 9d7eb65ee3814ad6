"""The year as a workbook: boxes 701-706, the other values, the employees, the proof."""

from __future__ import annotations

from pathlib import Path

from reports import words
from reports.cu_lines import tables
from reports.cu_lines.model import CuYear
from reports.sheet import Looks, Sheet, workbook

_WHO = (11, 18, 16, 19)


def write(year: CuYear, path: Path, language: str = "it") -> None:
    """Write the workbook; the same year gives the same bytes."""
    text = words.read("reports.cu_lines", language)
    title = f"{text('title')} {year.year}, {year.funder_name}"
    with workbook(path, title=title, author=year.funder_name, subject=text("reader"), created=year.prepared_at) as book:
        looks = Looks(book, language)
        last = len(tables.REIMBURSED) - 1
        sheet = Sheet(book, looks, text("sheet.reimbursed"), text, wide=True)
        sheet.widths(*_WHO, 12, 14, 14, 19, 12, 12, 14, 50, 14)
        sheet.table(tables.REIMBURSED, 1, len(year.reimbursed))
        for row in tables.reimbursed(year, text):
            sheet.write(*row)
        sheet.total(last + 1, {last: sum(line.amount_minor for line in year.reimbursed)})

        sheet = Sheet(book, looks, text("sheet.values"), text, wide=True)
        sheet.widths(*_WHO, 12, 12, 46, 30, 14, 14, 50, 14, 14, 14)
        sheet.table(tables.VALUES, 3, len(year.values))
        for row in tables.values(year, text):
            sheet.write(*row)
        amounts = (year.exempt_minor, year.taxable_minor, year.amount_minor)
        places = range(len(tables.VALUES) - 3, len(tables.VALUES))
        sheet.total(len(tables.VALUES), dict(zip(places, amounts, strict=True)))

        sheet = Sheet(book, looks, text("sheet.limits"), text, wide=True)
        sheet.widths(*_WHO, 26, 60, 14, 14, 14, 14, 14)
        sheet.table(tables.LIMITS, 5, len(year.limits))
        for row in tables.limits(year, text):
            sheet.write(*row)

        sheet = Sheet(book, looks, text("sheet.people"), text, wide=True)
        sheet.widths(*_WHO, 12, 14, 14, 14, 14, 14)
        sheet.table(tables.PEOPLE, 5, len(year.totals))
        for row in tables.people(year, text):
            sheet.write(*row)
        fringe = sum(total.fringe_minor for total in year.totals)
        reimbursed = sum(total.reimbursed_minor for total in year.totals)
        sums = (year.exempt_minor, year.taxable_minor, fringe, reimbursed, year.amount_minor)
        sheet.total(len(tables.PEOPLE), dict(zip(range(5, 10), sums, strict=True)))

        proof = Sheet(book, looks, text("sheet.proof"), text)
        proof.widths(40, 70)
        proof.write(title, look=looks.title)
        proof.write(text("reader"), look=looks.note)
        proof.write(text("notice"), look=looks.note)
        for name, value in tables.proof(year, text):
            proof.write(name, value)
        proof.write(
            text("proof.holds" if year.proof.holds else "proof.fails"),
            look=looks.verdict if year.proof.holds else looks.alarm,
        )
