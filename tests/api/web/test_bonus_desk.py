"""What the personnel office is told of bonuses that workers choose about, and what it can still change."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from tests.api.counter import Counter
from tests.api.v1.families import tax_code_of
from tests.api.web.browser import browser_of
from tests.api.web.test_bonus_pages import CHOICES, PREMIUM, choose, folder, offer, offered, plan, row, told

__all__ = ["folder", "plan"]


def on_paper(counter: Counter, share: int, who: str = "giulia", amount: str = "500,00") -> dict[str, Any]:
    line = f"{tax_code_of(counter, who)};{amount};{share};2026-03-02;sì\n"
    return {"premium": PREMIUM, "file": (BytesIO((CHOICES + line).encode()), "scelte.csv")}


@pytest.mark.usefixtures("folder")
def test_guesses_on_paper_about_whoever_chose_alone_are_all_answered_alike(counter: Counter, plan: str) -> None:
    offer(counter, plan, row(counter))
    giulia, hr, page = browser_of(counter, "giulia"), browser_of(counter, "hr"), offered(counter)
    choose(giulia, page, 50)

    answers = [
        hr.send(f"/azienda/piani/{plan}/premio/scelte", "", **on_paper(counter, share)) for share in (0, 50, 100, 33)
    ]

    assert {each.status_code for each in answers} == {422}
    assert len({told(each).partition("Da sistemare")[2] or told(each) for each in answers}) == 1
    assert "ha già scelto dal suo borsellino: togliere la riga" in told(answers[0])
    giulia.send(page, f"{page}/annulla")
