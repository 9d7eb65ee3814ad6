"""The results of a survey as a workbook."""

from __future__ import annotations

from pathlib import Path

from reports import words
from reports.sheet import Looks, Sheet, workbook
from reports.survey_results.lines import COLUMNS, facts, rows
from reports.survey_results.model import Named, SurveyResults

_FIGURES = 2


def write(found: SurveyResults, path: Path, language: str, named: Named) -> None:
    """Write the workbook; the same results give the same bytes."""
    text = words.read("reports.survey_results", language)
    title = f"{text('title')}: {found.survey.sheet.title}"
    with workbook(path, title=title, author=found.asked_of, subject=text("title"), created=found.prepared_at) as book:
        looks, answers = Looks(book, language), list(rows(found, text, named))
        sheet = Sheet(book, looks, text("section.answers"), text, wide=True)
        sheet.widths(6, 50, 18, 40, 14, 12, 12)
        sheet.table(COLUMNS, _FIGURES, len(answers))
        for row in answers:
            sheet.folded(*row)
        about = Sheet(book, looks, text("section.survey"), text)
        about.widths(26, 80)
        for name, value in facts(found, text):
            about.folded(name, value)
