"""The re-check as a workbook: real numbers and dates, filters, totals that follow them."""

from __future__ import annotations

from pathlib import Path

from reports import foundation
from reports.recheck_report import lines
from reports.recheck_report.model import PersonTotal, RecheckLine, RecheckReport
from reports.sheet import Amount, Looks, Sheet, workbook
from reports.words import Words

_LINES = (
    ("employee_no", 12),
    ("last_name", 22),
    ("first_name", 20),
    ("tax_code", 20),
    ("day", 12),
    ("category", 34),
    ("then", 24),
    ("now", 24),
    ("known_then", 14),
    ("known_now", 14),
    ("version_then", 16),
    ("version_now", 16),
    ("rules_then", 34),
    ("rules_now", 34),
    ("used", 14),
    ("taxable_then", 14),
    ("taxable_now", 14),
    ("recorded", 14),
    ("due", 14),
    ("correction", 14),
    ("waiting", 14),
)


def write(report: RecheckReport, path: Path, language: str = "it") -> None:
    """Write the report as XLSX; the same report gives the same bytes."""
    text = lines.of(language)
    with workbook(
        path,
        title=f"{text('title')} {report.year}",
        author=report.funder_name,
        subject=f"{text('year')} {report.year}",
        created=report.prepared_at,
    ) as book:
        looks = Looks(book, language)
        _summary(Sheet(book, looks, text("section.summary"), text), report, text)
        _people(Sheet(book, looks, text("section.people"), text), report)
        _lines(Sheet(book, looks, text("section.lines"), text, wide=True), report, text)
        _facts(Sheet(book, looks, text("section.facts"), text, wide=True), report, text)
        _rules(Sheet(book, looks, text("section.rules"), text, wide=True), report, text)


def _summary(sheet: Sheet, report: RecheckReport, text: Words) -> None:
    sheet.widths(48, 60)
    sheet.write(text("title"), look=sheet.looks.title)
    sheet.write(text("chip"), look=sheet.looks.note)
    sheet.row += 1
    sheet.write(text("funder"), report.funder_name)
    sheet.write(text("vat_number"), report.vat_number)
    sheet.write(text("year"), str(report.year))
    sheet.write(text("prepared_at"), report.prepared_at)
    sheet.row += 1
    for remark in (text("intro"), text("doubt"), *lines.remarks(report, text)):
        sheet.folded("", remark)
    sheet.row += 1
    sheet.head("item", "amount", figures=1)
    sheet.write(text("card.removed"), Amount(report.removed_minor))
    sheet.write(text("card.added"), Amount(report.added_minor))
    sheet.closing(text("card.correction"), Amount(report.correction_minor))
    sheet.row += 1
    look = sheet.looks.verdict if report.holds else sheet.looks.alarm
    sheet.write(lines.verdict(report, text), look=look)
    sheet.write(text("proof.looked"), Amount(report.coverage.used_minor))
    sheet.write(text("proof.events"), Amount(report.coverage.events_minor))
    sheet.write(text("proof.difference"), Amount(report.coverage.difference_minor))
    sheet.write(text("proof.seal"), foundation.told(report.foundation, text, whole=True))
    sheet.write(text("proof.rulebook"), foundation.rules(report.foundation, text))


def _people(sheet: Sheet, report: RecheckReport) -> None:
    sheet.widths(14, 40, 22, 12, 16, 16)
    sheet.table(("employee_no", "name", "tax_code", "purchases", "correction", "waiting"), 3, len(report.people))
    for one in report.people:
        sheet.write(one.employee_no, one.name, one.tax_code, one.purchases, *_corrections(one))
    sheet.total(6, {4: report.correction_minor, 5: report.waiting_minor})


def _lines(sheet: Sheet, report: RecheckReport, text: Words) -> None:
    sheet.widths(*(width for _, width in _LINES))
    sheet.table([name for name, _ in _LINES], 7, len(report.lines))
    for line in report.lines:
        sheet.folded(
            line.employee_no,
            line.last_name,
            line.first_name,
            line.tax_code,
            line.tax_on,
            text.named("category", line.category),
            text(f"outcome.{line.outcome_then}"),
            text(f"outcome.{line.outcome_now}"),
            line.known_then,
            line.known_now,
            line.version_then,
            line.version_now,
            ", ".join(line.rules_then),
            ", ".join(line.rules_now),
            Amount(line.used_minor),
            Amount(line.taxable_then_minor),
            Amount(line.taxable_now_minor),
            Amount(line.recorded_minor),
            Amount(line.due_minor),
            *_corrections(line),
        )
    recorded = sum(line.recorded_minor for line in report.lines)
    sums = (recorded, recorded + report.correction_minor, report.correction_minor, report.waiting_minor)
    sheet.total(len(_LINES), {14: report.used_minor, **dict(enumerate(sums, 17))})


def _facts(sheet: Sheet, report: RecheckReport, text: Words) -> None:
    sheet.widths(12, 22, 20, 20, 12, 34, 24, 24, 14, 14, 14)
    who = ("employee_no", "last_name", "first_name", "tax_code", "day", "category", "then_facts", "now_facts")
    sheet.table((*who, "used", "recorded", "due"), 3, len(report.facts))
    for line in report.facts:
        sheet.folded(
            line.employee_no,
            line.last_name,
            line.first_name,
            line.tax_code,
            line.tax_on,
            text.named("category", line.category),
            text(f"outcome.{line.outcome_then}"),
            text(f"outcome.{line.outcome_now}"),
            Amount(line.used_minor),
            Amount(line.recorded_minor),
            text("by_year") if line.due_minor is None else Amount(line.due_minor),
        )


def _corrections(one: RecheckLine | PersonTotal) -> tuple[Amount, Amount]:
    return Amount(one.correction_minor), Amount(one.waiting_minor)


def _rules(sheet: Sheet, report: RecheckReport, text: Words) -> None:
    sheet.widths(34, 90, 50, 16, 16)
    sheet.table(("rule", "sentence", "legal_ref", "known_from", "confidence"), 0, len(report.rules))
    for rule in report.rules.values():
        sheet.folded(rule.id, lines.sentence(rule, text), rule.legal_ref, rule.known_from, rule.confidence)
