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
from tests.api.web.browser import browser_of, text_of
from tests.api.web.test_bonus_pages import (
    CHOICES,
    HEADER,
    PREMIUM,
    choose,
    folder,
    look,
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


def test_what_was_looked_at_is_offered_upon_what_stood_then_alone(counter: Counter, plan: str) -> None:
    hr, page = browser_of(counter, "hr"), f"/azienda/piani/{plan}/premio"
    looked = look(hr, plan, row(counter, amount="400,00"))
    offer(counter, plan, row(counter, amount="500,00"))

    refused = hr.send_on(looked, page, f"{page}/offri")

    assert refused.status_code == 409
    assert "sono cambiate: ricontrollare" in told(refused)
    assert "Cambiate 1" in told(refused)
    assert hr.send_on(refused, page, f"{page}/offri").status_code == 302
    # The same again changes nothing, and is not refused.
    assert hr.send_on(refused, page, f"{page}/offri").status_code == 302
    assert "1 persona, 400,00 €" in told(hr.get(page))


def test_what_is_offered_to_one_person_is_withdrawn_though_another_chose(counter: Counter, plan: str) -> None:
    offer(counter, plan, row(counter), row(counter, "mario"))
    giulia, hr, page = browser_of(counter, "giulia"), browser_of(counter, "hr"), f"/azienda/piani/{plan}/premio"
    mine, his = offered(counter), offered(counter, "mario")
    choose(giulia, mine, 50)

    chosen = hr.send(page, f"{page}/ritira/persona", tax_code=tax_code_of(counter, "giulia"))
    nobody = hr.send(page, f"{page}/ritira/persona", tax_code="X")
    blank = hr.send(page, f"{page}/ritira/persona", tax_code="  ")
    done = hr.send(page, f"{page}/ritira/persona", tax_code=tax_code_of(counter, "mario").lower())

    assert (chosen.status_code, "qualcuno ha già scelto" in told(chosen)) == (409, True)
    assert (nobody.status_code, "Questa offerta non c'è" in told(nobody)) == (404, True)
    assert (blank.status_code, 'id="tax_code-1-error"' in blank.text) == (422, True)
    assert (done.status_code, "1 persona, 500,00 €" in told(hr.get(page))) == (302, True)
    assert his not in browser_of(counter, "mario").get("/io/premio").text
    giulia.send(mine, f"{mine}/annulla")


def test_a_name_that_is_another_but_for_blanks_and_capitals_is_refused_with_that_one(
    counter: Counter, plan: str
) -> None:
    offer(counter, plan, row(counter))
    hr, page = browser_of(counter, "hr"), f"/azienda/piani/{plan}/premio"
    days = {"choose_from": "2026-03-01", "choose_by": "2026-03-20"}

    for near in ("premio di risultato 2025", "Premio di risultato-2025.", "PremioDiRisultato 2025"):
        file = (BytesIO((HEADER + row(counter)).encode()), "p.csv")
        refused = hr.send(page, "", premium=near, file=file, **days)
        papers = hr.send(f"{page}/scelte", "", **(on_paper(counter, 50) | {"premium": near}))
        for each in (refused, papers):
            assert (each.status_code, f"c'è già il premio «{PREMIUM}»" in told(each)) == (409, True), near


def test_a_name_of_blanks_is_refused_beside_its_field(counter: Counter, plan: str) -> None:
    hr, page = browser_of(counter, "hr"), f"/azienda/piani/{plan}/premio"
    days = {"choose_from": "2026-03-01", "choose_by": "2026-03-20"}

    blank = hr.send(page, "", premium="   ", file=(BytesIO((HEADER + row(counter)).encode()), "p.csv"), **days)
    papers = hr.send(f"{page}/scelte", "", **(on_paper(counter, 50) | {"premium": " \t "}))
    unseen = hr.send_on(look(hr, plan, row(counter)), page, f"{page}/offri", premium=" ")

    for refused in (blank, papers, unseen):
        assert refused.status_code == 422
        assert 'id="premium-error"' in refused.text


def test_a_file_of_headers_alone_is_told_so(counter: Counter, plan: str) -> None:
    hr, page = browser_of(counter, "hr"), f"/azienda/piani/{plan}/premio"

    offers = look(hr, plan)
    papers = hr.send(f"{page}/scelte", "", premium=PREMIUM, file=(BytesIO(CHOICES.encode()), "scelte.csv"))

    for refused, button in ((offers, "Offri questi premi"), (papers, "Registra queste scelte")):
        assert refused.status_code == 422
        assert "c'è solo la riga delle intestazioni" in told(refused)
        assert button not in told(refused)


def test_whoever_signed_on_paper_is_led_to_the_office_to_change_it(counter: Counter, plan: str) -> None:
    offer(counter, plan, row(counter))
    hr, giulia, page = browser_of(counter, "hr"), browser_of(counter, "giulia"), offered(counter)
    scelte = f"/azienda/piani/{plan}/premio/scelte"
    looked = hr.send(scelte, "", **on_paper(counter, 50))
    recorded = hr.send_on(looked, scelte, f"{scelte}/registra")

    shown = giulia.get(page)

    assert recorded.status_code == 302, text_of(recorded)
    assert "L'hai firmata su carta" in told(shown)
    assert f"{page}/annulla" not in shown.text
