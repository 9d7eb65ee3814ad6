"""Numbers in sentences, with the words that agree with them."""

from __future__ import annotations

import pytest

from api.cli.caller import Caller
from config.errors import DomainError
from config.plurals import Counted
from reports import words


class Waiting(DomainError):
    """Entries that wait."""

    it = "In {month} {waiting:scrittura aspetta|scritture aspettano} il sigillo."
    en = "In {month} {waiting:entry waits|entries wait} for a seal."


@pytest.mark.parametrize(
    ("count", "it", "en"),
    [
        (0, "0 scritture aspettano", "0 entries wait"),
        (1, "1 scrittura aspetta", "1 entry waits"),
        (2, "2 scritture aspettano", "2 entries wait"),
        (21, "21 scritture aspettano", "21 entries wait"),
        # Italian has a third form for millions, of which the words are those of the plural.
        (1_000_000, "1000000 scritture aspettano", "1000000 entries wait"),
    ],
)
def test_a_refusal_agrees_with_its_number(count: int, it: str, en: str) -> None:
    refusal = Waiting(month="10/2026", waiting=count)

    assert refusal.text("it") == f"In 10/2026 {it} il sigillo."
    assert refusal.text("en") == f"In 10/2026 {en} for a seal."


def test_what_is_counted_is_still_its_number_where_no_words_are_asked_for() -> None:
    assert f"{Counted(3, 'it')} e {Counted(3, 'it'):>3}" == "3 e   3"


def test_the_command_line_and_the_reports_agree_with_their_numbers() -> None:
    said = Caller(language="it").sentence("{n:riga|righe}, {sure}", "{n:row|rows}, {sure}", n=1, sure=True)
    text = words.read("reports.provider_settlement", "it")

    assert said == "1 riga, sì"
    assert text("card.captured_note", lines=1) == "1 riga, IVA compresa"
    assert text("card.captured_note", lines=12) == "12 righe, IVA compresa"
