"""What the personnel office is told of bonuses that workers choose about, and what it can still change."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any

from ulid import ULID

from config import clock, database
from tests import factories
from tests.api.counter import Counter
from tests.api.v1.families import tax_code_of
from tests.api.web.browser import browser_of
from tests.api.web.test_bonus_pages import (
    CHOICES,
    PREMIUM,
    choose,
    folder,
    offer,
    offered,
    plan,
    row,
    tax_code_by_id,
    told,
)
from wallet import conversions

__all__ = ["folder", "plan"]


def on_paper(counter: Counter, share: int, who: str = "giulia", amount: str = "500,00") -> dict[str, Any]:
    line = f"{tax_code_of(counter, who)};{amount};{share};2026-03-02;sì\n"
    return {"premium": PREMIUM, "file": (BytesIO((CHOICES + line).encode()), "scelte.csv")}


def decide(counter: Counter, who: str, share: int) -> None:
    book_id, person = counter.books["E1"], counter.people[who]
    found = offered(counter, who).rpartition("/")[2]
    database.transact(lambda session: conversions.choose_offered(session, book_id, person, found, share, actor=person))


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


def test_sums_of_fewer_than_five_who_took_welfare_or_cash_are_not_told_after_the_last_day_either(
    counter: Counter, plan: str
) -> None:
    names = [f"bonus{number}-{ULID()}" for number in range(6)]
    for name in names:
        counter.people[name] = database.transact(lambda session: factories.employee(session, counter.books["E1"]))
    offer(counter, plan, *(f"{tax_code_by_id(counter, name)};500,00;sì;\n" for name in names))
    for number, name in enumerate(names):
        decide(counter, name, 100 if number < 2 else 50)

    with clock.at(datetime(2026, 3, 21, 12, tzinfo=clock.ROME)):
        seen = told(browser_of(counter, "hr").get(f"/azienda/piani/{plan}/premio"))

    assert seen.count("si dice se almeno 5 persone hanno preso welfare e 5 denaro") == 2
    assert "2.000,00 €" not in seen
