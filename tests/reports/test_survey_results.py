"""The results of a survey: what few people said is in none of them, nor can it be reckoned from the rest."""

from __future__ import annotations

import csv as reader
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest

from reports.survey_results import SurveyResults, csv, xlsx
from reports.survey_results.model import Answered
from reports.survey_results.query import _shown
from wallet.surveys.records import Audience, Question, Sheet, Survey
from wallet.surveys.results import Counted
from wallet.surveys.words import Kind

ONE = Question(Kind.ONE, "Quale?", needs=("casa",), choices=("a", "=b", "c"))
SEVERAL = Question(Kind.SEVERAL, "Quali?", choices=("a", "b", "c", "d"))
SCALE = Question(Kind.SCALE, "Quanto?")
TEXT = Question(Kind.TEXT, "Che cosa?")


def shown(question: Question, answers: int, *tally: int, texts: tuple[str, ...] = ()) -> Answered:
    return _shown(question, Counted(answers, tally, texts))


@pytest.mark.parametrize(
    ("tally", "told"),
    [
        ((10, 10, 10, 10), (10, 10, 10, 10)),
        # One small group, and the smallest of the others with it.
        ((3, 20, 8, 9), (None, 20, None, 9)),
        # Two of five people together cover each other; four need a third.
        ((3, 2, 20, 20), (None, None, 20, 20)),
        ((2, 2, 6, 30), (None, None, None, 30)),
        # What is about nobody hides nobody, and covers when there is nothing else.
        ((0, 20, 20, 0), (0, 20, 20, 0)),
        ((4, 20, 0, 0), (None, None, 0, 0)),
    ],
)
def test_a_small_group_is_hidden_with_what_would_tell_it(tally: tuple[int, ...], told: tuple[int | None, ...]) -> None:
    found = shown(ONE, sum(tally), *tally)

    assert tuple(each.count for each in found.choices) == told


def test_of_several_answers_those_who_did_not_take_one_are_a_group_too() -> None:
    found = shown(SEVERAL, 12, 12, 7, 8, 3)

    assert [each.count for each in found.choices] == [12, 7, None, None]


def test_of_a_question_that_few_answered_nothing_is_told() -> None:
    chosen, words = shown(ONE, 4, 4, 0, 0, 0), shown(TEXT, 4, texts=("mia figlia",) * 4)

    assert (chosen.answers, {each.count for each in chosen.choices}) == (None, {None})
    assert (words.answers, words.texts) == (None, ())
    assert shown(TEXT, 5, texts=("sera",) * 5).texts == ("sera",) * 5


def test_a_scale_tells_its_mean_where_nothing_of_it_is_hidden() -> None:
    assert shown(SCALE, 10, 0, 0, 0, 5, 5).mean_tenths == 45
    assert shown(SCALE, 10, 1, 0, 0, 4, 5).mean_tenths is None
    assert shown(SCALE, 0, 0, 0, 0, 0, 0).mean_tenths is None


def test_the_files_have_the_counts_and_no_word_that_people_wrote(tmp_path: Path) -> None:
    sheet = Sheet("=Bisogni", "", Audience(territory_code="cremona"), date(2026, 3, 31), (ONE, TEXT))
    survey = Survey("svy_1", sheet, 1, 23, date(2026, 3, 1), date(2026, 3, 20))
    questions = (shown(ONE, 23, 3, 5, 6, 9), shown(TEXT, 6, texts=("Zelinda",) * 6))
    found = SurveyResults(survey, "Cremona", questions, datetime(2026, 4, 1, tzinfo=UTC))

    csv.write(found, tmp_path / "a.csv", "it", {"casa": "Casa"}.__getitem__)
    xlsx.write(found, tmp_path / "a.xlsx", "en", {"casa": "Home"}.__getitem__)

    text = (tmp_path / "a.csv").read_text(encoding="utf-8-sig")
    rows = list(reader.reader(text.splitlines(), delimiter=";"))
    assert rows[0] == ["Questionario", "Questionario", "'=Bisogni"]
    assert [row[4:7] for row in rows if row[0] == "Risposte"][1:5] == [
        ["Casa", "casa", "riservato"],
        ["a", "", "riservato"],
        ["'=b", "", "6"],
        ["c", "", "9"],
    ]
    cells = [cell for sheet in openpyxl.load_workbook(tmp_path / "a.xlsx") for row in sheet.values for cell in row]
    assert "Home" in cells
    assert "Zelinda" not in text
    assert not any("Zelinda" in str(cell) for cell in cells)
