"""The results of a survey as CSV."""

from __future__ import annotations

from pathlib import Path

from reports import table, words
from reports.sheet import Withheld
from reports.survey_results.lines import COLUMNS, facts, rows
from reports.survey_results.model import Named, SurveyResults


def write(found: SurveyResults, path: Path, language: str, named: Named) -> None:
    """Write the results; the same results give the same bytes."""
    text = words.read("reports.survey_results", language)
    answers = [
        [text("hidden") if isinstance(cell, Withheld) else cell for cell in row] for row in rows(found, text, named)
    ]
    table.write(
        path,
        text,
        [("survey", facts(found, text)), ("answers", [[text(f"column.{name}") for name in COLUMNS], *answers])],
    )
