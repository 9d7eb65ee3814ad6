"""The re-check report: who must be corrected, what proves that nothing was missed, and what it never tells."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pikepdf
import pypdf
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from plans.rulebook.words import Category, Outcome
from reports import recheck_report
from reports.recheck_report import RecheckReport, pdf, xlsx
from reports.recheck_report.model import FactsLine, RecheckLine
from tests.reports.story import Story, on

LINE = RecheckLine(
    employee_no="007",
    last_name="D'Àvila",
    first_name="Zoë",
    tax_code="ZVLZOE80A01D150X",
    tax_on=date(2025, 6, 10),
    category=Category.CARE,
    used_minor=10_000,
    outcome_then=Outcome.TAXABLE,
    outcome_now=Outcome.EXEMPT,
    known_then=date(2025, 6, 10),
    known_now=date(2026, 11, 22),
    version_then="aaaaaaaaaaaa",
    version_now="bbbbbbbbbbbb",
    rules_then=("circle-b-excluded",),
    rules_now=("circle-c-relatives",),
    taxable_then_minor=10_000,
    taxable_now_minor=0,
    recorded_minor=10_000,
    due_minor=0,
    waiting_minor=0,
)


@pytest.fixture
def report(session: Session, half_told: Story) -> RecheckReport:
    """The first half of the story, in which the law changes nothing."""
    with on(session, date(2026, 6, 30)):
        return recheck_report.gather(session, half_told.book_id, 2026)


def test_a_year_whose_law_did_not_change_has_no_line_and_covers_every_use(report: RecheckReport) -> None:
    assert (report.lines, report.correction_minor, report.unused) == ((), 0, 0)
    # 450.00 of physiotherapy, 130.00 of after-school, 1,140.00 of cleaning, less 45.00 given back.
    assert report.coverage.used_minor == report.coverage.events_minor == 167_500
    assert report.holds


def test_a_use_that_no_decision_explains_breaks_the_proof(session: Session, half_told: Story, tmp_path: Path) -> None:
    session.execute(sa.text("set local session_replication_role = replica"))
    session.execute(
        sa.text(
            'update "authorization" set outcome = null where authorization_id ='
            " (select min(authorization_id) from fiscal_event where book_id = :book and category = 'EDUCATION')"
        ),
        {"book": half_told.book_id},
    )

    with on(session, date(2026, 6, 30)):
        found = recheck_report.gather(session, half_told.book_id, 2026)
    pdf.write(found, tmp_path / "report.pdf")

    assert not found.holds
    assert found.coverage.difference_minor == 13_000
    assert "NON copre 130,00 €" in " ".join(pypdf.PdfReader(tmp_path / "report.pdf").pages[0].extract_text().split())


def test_totals_are_per_person_and_keep_what_is_added_apart_from_what_is_taken_away(report: RecheckReport) -> None:
    other = replace(LINE, tax_code="X", last_name="Rossi", due_minor=12_500, waiting_minor=500)
    found = replace(report, lines=(LINE, replace(LINE, due_minor=9_999, waiting_minor=-1), other))

    assert [(one.name, one.purchases, one.correction_minor, one.waiting_minor) for one in found.people] == [
        ("D'Àvila Zoë", 2, -10_001, -1),
        ("Rossi Zoë", 1, 2_500, 500),
    ]
    assert (found.waiting_minor, found.waits) == (499, True)
    assert (found.added_minor, found.removed_minor, found.correction_minor) == (2_500, 10_001, -7_501)


@pytest.mark.parametrize("language", ["it", "en"])
def test_many_lines_go_over_pages_with_their_headings_and_no_byte_differs(
    report: RecheckReport, tmp_path: Path, language: str
) -> None:
    found = replace(report, lines=(LINE,) * 80)
    for layout, ending in ((pdf, "pdf"), (xlsx, "xlsx")):
        for name in ("one", "two"):
            layout.write(found, tmp_path / f"{name}.{ending}", language)
        assert (tmp_path / f"one.{ending}").read_bytes() == (tmp_path / f"two.{ending}").read_bytes()

    with pikepdf.open(tmp_path / "one.pdf") as checked:
        assert checked.check_pdf_syntax() == []
    pages = [page.extract_text() for page in pypdf.PdfReader(tmp_path / "one.pdf").pages]
    assert len(pages) > 4
    heading = "Allora" if language == "it" else "Then"
    assert sum(heading in page for page in pages[1:]) >= 4
    assert all(
        f"{number} {'di' if language == 'it' else 'of'} {len(pages)}" in page for number, page in enumerate(pages, 1)
    )


@pytest.mark.parametrize("language", ["it", "en"])
def test_what_a_recomputation_writes_is_told_apart(report: RecheckReport, tmp_path: Path, language: str) -> None:
    found = replace(report, lines=(replace(LINE, recorded_minor=45_000, waiting_minor=-45_000),))

    pdf.write(found, tmp_path / "r.pdf", language)
    xlsx.write(found, tmp_path / "r.xlsx", language)

    text = " ".join(" ".join(page.extract_text().split()) for page in pypdf.PdfReader(tmp_path / "r.pdf").pages)
    assert "borsellino position --recompute" in text
    headings, row, total = openpyxl.load_workbook(tmp_path / "r.xlsx").worksheets[2].iter_rows(values_only=True)
    assert headings[17:] == (
        ("Registrato", "Dovuto oggi", "Correzione", "di cui col ricalcolo")
        if language == "it"
        else ("Recorded", "Due today", "Correction", "by recomputing")
    )
    assert row[14:] == (100, 100, 0, 450, 0, -450, -450)
    assert total[20] == "=SUBTOTAL(109,U2:U2)"


def test_nothing_is_said_of_recomputing_where_nothing_waits(report: RecheckReport, tmp_path: Path) -> None:
    pdf.write(replace(report, lines=(LINE,)), tmp_path / "r.pdf")

    pages = pypdf.PdfReader(tmp_path / "r.pdf").pages
    assert not any("recompute" in page.extract_text() for page in pages)


FACT = FactsLine("007", "D'Àvila", "Zoë", "ZVLZOE80A01D150X", date(2026, 6, 10), Category.CARE, 2_300, Outcome.EXEMPT,
                 Outcome.TAXABLE, 0, 2_300)  # fmt: skip


def test_what_the_facts_of_today_would_change_stands_apart(report: RecheckReport, tmp_path: Path) -> None:
    found = replace(report, facts=(FACT, replace(FACT, category=Category.FRINGE, due_minor=None)))

    pdf.write(found, tmp_path / "r.pdf")
    xlsx.write(found, tmp_path / "r.xlsx")

    text = " ".join(" ".join(page.extract_text().split()) for page in pypdf.PdfReader(tmp_path / "r.pdf").pages)
    assert "Fatti cambiati dopo la spesa" in text
    assert "Altre 2 spese usate" in text
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx")["Fatti cambiati"]
    assert [row[5:] for row in sheet.iter_rows(min_row=2, values_only=True)] == [
        ("Assistenza anziani e n. autosuff.", "esente", "imponibile", 23, 0, 23),
        ("Fringe benefit", "esente", "imponibile", 23, 0, "secondo l'anno"),
    ]
    assert found.correction_minor == 0


def test_then_and_today_stand_in_columns_with_what_was_used_and_the_versions_once(
    report: RecheckReport, tmp_path: Path
) -> None:
    part = replace(LINE, used_minor=1_700, recorded_minor=0, due_minor=1_700, taxable_now_minor=5_700)

    pdf.write(replace(report, lines=(part, replace(part, tax_code="X"))), tmp_path / "r.pdf")
    text = " ".join(" ".join(page.extract_text().split()) for page in pypdf.PdfReader(tmp_path / "r.pdf").pages)

    assert "Allora imponibile 10/06/2025 circle-b-excluded 0,00" in text
    assert "Oggi esente 22/11/2026 circle-c-relatives 17,00 17,00" in text
    assert "57,00" not in text  # the whole purchase, of which a part was used
    assert (text.count("aaaaaaaaaaaa"), text.count("bbbbbbbbbbbb")) == (1, 1)
    assert "allora aaaaaaaaaaaa; oggi bbbbbbbbbbbb" in text

    pdf.write(replace(report, lines=(replace(part, version_then="bbbbbbbbbbbb"),)), tmp_path / "r.pdf")
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(tmp_path / "r.pdf").pages)
    assert text.count("bbbbbbbbbbbb") == 1
