"""Every code of a vocabulary that people are shown has its own Italian word."""

from __future__ import annotations

import re

import pytest

from plans import errors, errors_budgets, errors_cells, errors_codes, errors_files, labels
from plans.rulebook.words import Category, MealKind


def test_a_code_that_nobody_is_shown_stands_for_itself() -> None:
    assert labels.italian(Category.PENSION) == "previdenza complementare"
    assert labels.italian(MealKind.PAPER) == "PAPER"


MODULES = (errors, errors_budgets, errors_cells, errors_codes, errors_files)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_offices_are_told_in_the_infinitive_what_to_do(module: object) -> None:
    for refusal in vars(module).values():
        text = str(getattr(refusal, "it", ""))
        # What to do follows a full stop, a colon or a semicolon, or an "or".
        verbs = re.findall(r"(?:[.:;] |oppure |, o |\()(\w+(?:ate|ete|ite)(?:lo|la|li|le|ne|ci)?)\b", text)
        assert verbs == [], refusal
