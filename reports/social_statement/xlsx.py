"""The municipality's statement as a workbook."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reports import foundation
from reports.plan_statement.suppression import SMALLEST_GROUP
from reports.sheet import Amount, Looks, Sheet, Withheld, workbook
from reports.social_statement import lines
from reports.social_statement.model import InstrumentPart, SocialStatement, Told


def write(statement: SocialStatement, path: Path, language: str = "it") -> None:
    """Write the statement as XLSX; the same statement gives the same bytes."""
    text = lines.of(language)
    period = text.period(statement.starts_on, statement.ends_on)
    with workbook(
        path, title=text("title"), author=statement.funder_name, subject=period, created=statement.prepared_at
    ) as book:
        looks = Looks(book, language)
        _summary(Sheet(book, looks, text("section.summary"), text, wide=True), statement)
        for part in statement.parts:
            _part(Sheet(book, looks, text(f"instrument.{part.instrument}"), text, wide=True), part)
        _proof(Sheet(book, looks, text("section.proof"), text), statement)


def _summary(sheet: Sheet, statement: SocialStatement) -> None:
    text, looks = sheet.text, sheet.looks
    sheet.widths(38, 12, 18, 18, 18, 18, 18, 18)
    sheet.sheet.set_row(0, 24)
    sheet.write(text("title"), look=looks.title)
    sheet.row += 1
    sheet.write(text("funder"), None, statement.funder_name)
    sheet.write(text("period"), None, text.period(statement.starts_on, statement.ends_on))
    sheet.write(text("prepared_at"), None, statement.prepared_at)
    for mark, sentence in foundation.facts(statement.foundation.standing, text):
        sheet.write(mark, None, sentence)
    sheet.row += 1
    sheet.head("instrument", "people", *lines.FIGURES, figures=7)
    for part in statement.parts:
        sheet.write(text(f"instrument.{part.instrument}"), _together(part), *_figures(part.total))
    sheet.closing(text("total"), "", *_figures(statement.total))
    sheet.row += 1
    sheet.write(lines.verdict(statement, text), look=looks.verdict if statement.proof.holds else looks.alarm)
    sheet.write(text("citizen_note"), look=looks.note)
    sheet.write(text("people_note"), look=looks.note)
    if statement.hides:
        sheet.write(text("hidden_note", people=SMALLEST_GROUP), look=looks.note)


def _part(sheet: Sheet, part: InstrumentPart) -> None:
    text = sheet.text
    sheet.widths(16, 38, 20, 12, 18, 18, 18, 18, 18, 18)
    columns = ("code", "service", "act", "people", *lines.FIGURES)
    sheet.table(columns, 7, len(part.services))
    for line in part.services:
        sheet.write(line.code, lines.name(line, text), line.act_ref, _people(line.people), *_figures(line.movement))
    # A sum of what is shown would not be the total where something is withheld: it is written, not summed.
    sheet.closing(text("total"), "", "", _together(part), *_figures(part.total))
    sheet.row += 1
    sheet.write(text(f"about.{part.instrument}"), look=sheet.looks.note)


def _proof(sheet: Sheet, statement: SocialStatement) -> None:
    text, looks = sheet.text, sheet.looks
    sheet.widths(110)
    sheet.write(lines.verdict(statement, text), look=looks.verdict if statement.proof.holds else looks.alarm)
    for sentence in lines.proof(statement, text):
        sheet.write(sentence)


def _figures(told: Told) -> tuple[Any, ...]:
    return tuple(Withheld() if amount is None else Amount(amount) for amount in lines.figures(told))


def _people(people: int | None) -> Any:
    return Withheld() if people is None else people


def _together(part: InstrumentPart) -> Any:
    return _people(part.people) if lines.counts(part) else ""
