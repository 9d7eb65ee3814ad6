"""Every refusal of people, facts and plans speaks both languages."""

from __future__ import annotations

import string

import pytest

from config.errors import DomainError
from plans import errors

REFUSALS = [
    refusal for refusal in vars(errors).values() if isinstance(refusal, type) and refusal.__module__ == errors.__name__
]


def places(template: str) -> set[str]:
    # A word that is translated itself has one name for each language.
    names = {name for _, name, _, _ in string.Formatter().parse(template) if name}
    return {name.removesuffix("_it").removesuffix("_en") for name in names}


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.code)
def test_a_refusal_tells_the_same_facts_in_both_languages(refusal: type[DomainError]) -> None:
    assert refusal.it != refusal.en
    assert places(refusal.it) == places(refusal.en)
    assert refusal.__doc__


def test_no_two_refusals_share_a_code() -> None:
    codes = [refusal.code for refusal in REFUSALS]

    assert len(set(codes)) == len(codes)
