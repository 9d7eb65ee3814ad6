"""The re-check as a document: what payroll must correct, person by person and purchase by purchase, and the proof."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, Spacer

from reports import blocks, foundation, look, pages
from reports.blocks import WIDTH, Column, Heading
from reports.front import Card, Cards, Head, Masthead, ProofBox
from reports.recheck_report import lines
from reports.recheck_report.model import RecheckReport
from reports.words import Words


def write(report: RecheckReport, path: Path, language: str = "it") -> None:
    """Write the report as a PDF; the same report gives the same bytes."""
    text = lines.of(language)
    subject = f"{text('year')} {report.year}"
    pages.write(
        path,
        _flow(report, text),
        text,
        title=f"{text('title')} {report.year}",
        author=report.funder_name,
        subject=subject,
        created=report.prepared_at,
        running=f"{report.funder_name} · {text('title')} · {subject}",
        footer=foundation.footer(report.foundation, text),
    )


def _flow(report: RecheckReport, text: Words) -> Iterator[Flowable]:
    look.register()
    yield Masthead(
        Head(
            kind=text("title"),
            title=report.funder_name,
            facts=(
                (text("year"), str(report.year)),
                (text("vat_number"), report.vat_number or "–"),
                (text("prepared_at"), text.moment(report.prepared_at)),
            ),
            chip=text("chip"),
        )
    )
    yield Spacer(0, 4 * mm)
    yield Cards(_cards(report, text))
    yield Spacer(0, 6 * mm)
    yield blocks.paragraph(text("intro"), 9.5, look.REGULAR, look.INK)
    yield Spacer(0, 2.5 * mm)
    yield blocks.paragraph(text("doubt"), 9.5, look.REGULAR, look.CLAY)
    yield Spacer(0, 4 * mm)
    for remark in lines.remarks(report, text):
        yield from blocks.notes(remark)
    yield Spacer(0, 4 * mm)
    yield ProofBox(lines.verdict(report, text), lines.proof(report, text), holds=report.holds)
    yield Spacer(0, 7 * mm)
    if report.lines:
        yield from _people(report, text)
        yield from _lines(report, text)
    if report.facts:
        yield from _facts(report, text)
    if report.lines:
        yield from _rules(report, text)


def _cards(report: RecheckReport, text: Words) -> list[Card]:
    decisions = text("card.lines_note", decisions=report.coverage.decisions)
    people = text("card.correction_note", people=len(report.people))
    return [
        Card(look.PLUM, text("card.lines"), str(len(report.lines)), decisions),
        Card(look.PINE, text("card.removed"), text.euro(report.removed_minor), text("card.removed_note")),
        Card(look.CLAY, text("card.added"), text.euro(report.added_minor), text("card.added_note")),
        Card(look.OCHRE, text("card.correction"), text.euro(report.correction_minor), people),
    ]


def _people(report: RecheckReport, text: Words) -> Iterator[Flowable]:
    columns = [
        Column(text("column.name"), WIDTH * 0.3),
        Column(text("column.tax_code"), WIDTH * 0.2),
        Column(text("column.employee_no"), WIDTH * 0.12),
        Column(text("column.purchases"), WIDTH * 0.1, figures=True),
        Column(text("column.correction"), WIDTH * 0.14, figures=True),
        Column(text("column.waiting"), WIDTH * 0.14, figures=True),
    ]
    rows = [
        (
            one.name,
            one.tax_code,
            one.employee_no,
            str(one.purchases),
            text.amount(one.correction_minor),
            text.amount(one.waiting_minor),
        )
        for one in report.people
    ]
    sums = text.amount(report.correction_minor), text.amount(report.waiting_minor)
    rows.append((text("total"), "", "", str(len(report.lines)), *sums))
    yield CondPageBreak(40 * mm)
    yield Heading(text("heading.people"))
    yield blocks.folding_table(columns, rows, total=True)
    yield Spacer(0, 7 * mm)


def _lines(report: RecheckReport, text: Words) -> Iterator[Flowable]:
    """Yield a pair of rows for each purchase: what then, and under it what today."""
    columns = [
        Column(text("column.who"), WIDTH * 0.16),
        Column(text("column.purchase"), WIDTH * 0.15),
        Column(text("column.used"), WIDTH * 0.09, figures=True),
        Column("", WIDTH * 0.06),
        Column(text("column.outcome"), WIDTH * 0.11),
        Column(text("column.known_at"), WIDTH * 0.1),
        Column(text("column.rules"), WIDTH * 0.15),
        Column(text("column.taxable_used"), WIDTH * 0.09, figures=True),
        Column(text("column.correction"), WIDTH * 0.09, figures=True),
    ]
    rows: list[tuple[str, ...]] = []
    for line in report.lines:
        rows += [
            (
                line.name,
                text.day(line.tax_on),
                text.amount(line.used_minor),
                text("column.then"),
                *lines.then(line, text),
                text.amount(line.recorded_minor),
                "",
            ),
            (
                line.employee_no,
                text.named("category", line.category),
                "",
                text("column.now"),
                *lines.now(line, text),
                text.amount(line.due_minor),
                text.amount(line.correction_minor),
            ),
        ]
    recorded = sum(line.recorded_minor for line in report.lines)
    sums = map(text.amount, (recorded + report.correction_minor, report.correction_minor))
    then = (text("column.then"), "", "", "", text.amount(recorded), "")
    rows.append((text("total"), "", text.amount(report.used_minor), *then))
    rows.append(("", "", "", text("column.now"), "", "", "", *sums))
    yield CondPageBreak(50 * mm)
    yield Heading(text("heading.lines"))
    yield blocks.folding_table(columns, rows, total=True, together=2)
    for note in lines.notes(report, text):
        yield from blocks.notes(note)
    yield Spacer(0, 7 * mm)


def _facts(report: RecheckReport, text: Words) -> Iterator[Flowable]:
    columns = [
        Column(text("column.name"), WIDTH * 0.22),
        Column(text("column.day"), WIDTH * 0.105),
        Column(text("column.category"), WIDTH * 0.165),
        Column(text("column.used"), WIDTH * 0.1, figures=True),
        Column(text("column.then_facts"), WIDTH * 0.1),
        Column(text("column.now_facts"), WIDTH * 0.11),
        Column(text("column.recorded"), WIDTH * 0.1, figures=True),
        Column(text("column.due"), WIDTH * 0.1, figures=True),
    ]
    rows = [
        (
            line.name,
            text.day(line.tax_on),
            text.named("category", line.category),
            text.amount(line.used_minor),
            text(f"outcome.{line.outcome_then}"),
            text(f"outcome.{line.outcome_now}"),
            text.amount(line.recorded_minor),
            text("by_year") if line.due_minor is None else text.amount(line.due_minor),
        )
        for line in report.facts
    ]
    yield CondPageBreak(50 * mm)
    yield Heading(text("heading.facts"))
    yield blocks.paragraph(text("facts_note"), 8.5, look.REGULAR, look.MUTED)
    yield Spacer(0, 1.5 * mm)
    yield blocks.folding_table(columns, rows)
    yield Spacer(0, 7 * mm)


def _rules(report: RecheckReport, text: Words) -> Iterator[Flowable]:
    columns = [
        Column(text("column.rule"), WIDTH * 0.2),
        Column(text("column.sentence"), WIDTH * 0.44),
        Column(text("column.legal_ref"), WIDTH * 0.22),
        Column(text("column.known_from"), WIDTH * 0.14),
    ]
    rows = [
        (
            rule.id,
            lines.sentence(rule, text),
            rule.legal_ref,
            "" if rule.known_from is None else text.day(rule.known_from),
        )
        for rule in report.rules.values()
    ]
    yield CondPageBreak(40 * mm)
    yield Heading(text("heading.rules"))
    yield blocks.folding_table(columns, rows)
