"""The page for offices names every refusal, and every refusal can be told."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from config.errors import DomainError
from plans import budgets, errors_budgets, errors_cells, errors_codes, errors_files
from plans.sheets import headers

PAGE = (Path(__file__).parents[3] / "docs" / "files.md").read_text(encoding="utf-8")
REFUSALS = [
    refusal
    for module in (errors_files, errors_cells, errors_codes, errors_budgets)
    for refusal in vars(module).values()
    if isinstance(refusal, type) and issubclass(refusal, DomainError) and "it" in vars(refusal)
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.code)
def test_every_refusal_of_a_file_is_explained_on_the_page(refusal: type[DomainError]) -> None:
    assert f"| `{refusal.code}` |" in PAGE


def test_the_page_explains_no_refusal_that_does_not_exist() -> None:
    assert set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == {refusal.code for refusal in REFUSALS}


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.code)
def test_both_languages_tell_the_same_facts(refusal: type[DomainError]) -> None:
    italian, english = (
        {name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (refusal.it, refusal.en)
    )

    assert italian == english


def test_every_column_of_a_budget_file_has_a_name_for_people() -> None:
    for column in budgets.COLUMNS:
        assert headers.vocabulary().name(column.field) in PAGE
