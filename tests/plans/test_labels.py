"""Every code of a vocabulary that people are shown has its own Italian word."""

from __future__ import annotations

import re
from enum import StrEnum

import pytest

from plans import errors, errors_files, labels
from plans.labels import WORDS
from plans.rulebook.words import MealKind


@pytest.mark.parametrize("vocabulary", WORDS, ids=lambda vocabulary: vocabulary.__name__)
def test_every_code_has_a_word_of_its_own(vocabulary: type[StrEnum]) -> None:
    words = [labels.italian(code) for code in vocabulary]

    assert set(WORDS[vocabulary]) == set(vocabulary)
    assert len(set(words)) == len(words)


def test_a_code_that_nobody_is_shown_stands_for_itself() -> None:
    assert labels.italian(MealKind.PAPER) == "PAPER"


@pytest.mark.parametrize("module", [errors, errors_files], ids=lambda module: module.__name__)
def test_offices_are_told_in_the_infinitive_what_to_do(module: object) -> None:
    for refusal in vars(module).values():
        text = str(getattr(refusal, "it", ""))
        # What to do follows a full stop, a colon or a semicolon, or an "or".
        verbs = re.findall(r"(?:[.:;] |oppure |, o |\()(\w+(?:ate|ete|ite)(?:lo|la|li|le|ne|ci)?)\b", text)
        assert verbs == [], refusal
