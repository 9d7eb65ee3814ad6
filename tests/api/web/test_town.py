"""The municipality's room: funds with small groups withheld, applications step by step, and an ISEE kept nowhere."""

from __future__ import annotations

import html
from datetime import date
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from api.access.roles import Role
from config import clock, database
from ledger import books
from plans import funders
from plans.words import FunderKind
from tests import factories
from tests.api.counter import Counter, appoint
from tests.api.v1.test_social import office
from tests.api.web.browser import Browser, browser_of, text_of
from tests.api.web.counting import asked
from tests.wallet.social_office import Office

__all__ = ["office"]

PAGES = ("/comune", "/comune/domande", "/comune/domande/nuova", "/comune/fasce")
# Not a round number, so that it can be looked for everywhere.
INDICATOR = "9.417,64"
_numbers = count(500)


def code_of(counter: Counter, who: str = "bruno") -> str:
    statement = sa.text("select tax_code from employee where employee_id = :id")
    return database.transact(lambda session: str(session.scalar(statement, {"id": counter.people[who]})))


def typed(counter: Counter, **more: str) -> dict[str, str]:
    number = next(_numbers)
    return {
        "tax_code": code_of(counter).lower(),
        "service": "PASTI",
        "protocol": f"2026/P{number}",
        "submitted_on": "2026-03-02",
        "isee_amount": INDICATOR,
        "dsu_protocol": f"INPS-ISEE-2026-{number:08d}A-00",
        "presented_on": "2026-01-15",
        "valid_until": "2026-12-31",
    } | more


def presented(counter: Counter, **more: str) -> tuple[Browser, str]:
    """The office's browser, and the page of an application that it has just written down."""
    browser = browser_of(counter, "comune")
    made = browser.send("/comune/domande/nuova", **typed(counter, **more))
    assert made.status_code == 302, text_of(made)
    return browser, str(made.headers["Location"])


def stepped(browser: Browser, page: str, *states: str, **more: Any) -> TestResponse:
    answer = None
    for state in states:
        answer = browser.send(f"{page}/passo/{state}", **more)
        assert answer.status_code == 302, text_of(answer)
    assert answer is not None
    return answer


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["it", "en"])
def test_the_pages(office: Counter, path: str, language: str) -> None:
    page = browser_of(office, "comune", language=language).get(path)

    assert page.status_code == 200, page.text
    assert page.text.count("<h1>") == 1


@pytest.mark.parametrize("who", ["hr", "giulia", "p04", "operator", "marta", "bruno", "accountant"])
@pytest.mark.parametrize("path", PAGES)
def test_nobody_else_comes_in(office: Counter, who: str, path: str) -> None:
    assert browser_of(office, who).get(path).status_code == 403


def test_from_the_application_to_the_voucher_and_its_end(office: Counter) -> None:
    browser, page = presented(office)
    stepped(browser, page, "UNDER_REVIEW", "ADMITTED")
    drawn = browser.get(f"{page}/assegna")

    twice = [
        browser.send_on(drawn, f"{page}/assegna", amount="100,00", starts_on="2026-03-02", ends_on="2026-11-30")
        for _ in range(2)
    ]
    assigned = text_of(browser.get(page))
    stepped(browser, page, "PAI_AGREED", "RENOUNCED", act="DD-45/2026")
    ended = text_of(browser.get(page))

    assert [each.status_code for each in twice] == [302, 302], text_of(twice[0])
    assert "Bruno" in assigned
    assert "100,00" in assigned
    assert "20 % del prezzo" in assigned
    assert "entro la soglia" in assigned
    assert "Tornati al fondo: 100,00" in ended
    assert "la domanda è conclusa" in ended
    assert "DD-45/2026" in ended


def test_a_service_without_a_voucher_is_assigned_without_an_amount(office: Counter) -> None:
    browser, page = presented(office, service="EDU-COP")
    stepped(browser, page, "UNDER_REVIEW", "ADMITTED")

    assert 'name="amount"' not in browser.get(f"{page}/assegna").text
    assert browser.send(f"{page}/assegna", starts_on="2026-03-02", ends_on="2026-12-31").status_code == 302


def test_the_indicator_is_kept_nowhere_and_shown_to_nobody(office: Counter) -> None:
    browser, page = presented(office)
    again = browser.send(f"{page}/isee", isee_amount="9.417,65", dsu_protocol="INPS-ISEE-2026-77777777A-00",
                         presented_on="2026-01-15", valid_until="2026-12-31")  # fmt: skip
    assert again.status_code == 302, text_of(again)

    def rows(session: Any) -> str:
        tables = session.scalars(sa.text("select tablename from pg_tables where schemaname = 'public'")).all()
        return " ".join(
            str(session.scalar(sa.text(f'select string_agg(t::text, chr(10)) from "{each}" t'))) for each in tables
        )

    kept = database.transact(rows)
    for secret in ("941764", "941765", INDICATOR, "9.417,65"):
        assert secret not in kept
        assert secret not in browser.get(page).text


def test_whoever_applies_for_the_first_time_is_recorded_with_the_application(office: Counter) -> None:
    browser, code = browser_of(office, "comune"), factories.tax_code()
    told = typed(office) | {"tax_code": code}

    unknown = browser.send("/comune/domande/nuova", **told)
    made = browser.send_on(unknown, "/comune/domande/nuova", first_name="Noemi", last_name="Nuova")

    assert (unknown.status_code, "prima domanda" in text_of(unknown), made.status_code) == (422, True, 302)
    page = text_of(browser.get(str(made.headers["Location"])))
    assert ("Noemi Nuova" in page, code in page) == (True, True)


def test_a_form_that_was_sent_is_not_sent_again_with_another_indicator(office: Counter) -> None:
    browser = browser_of(office, "comune")
    drawn, told = browser.get("/comune/domande/nuova"), typed(office)
    first, again, other = (
        browser.send_on(drawn, "/comune/domande/nuova", **told | {"isee_amount": amount})
        for amount in (INDICATOR, INDICATOR, "29.000,00")
    )

    assert [first.status_code, again.status_code, other.status_code] == [302, 302, 422]
    assert "20 % del prezzo" in text_of(browser.get(str(first.headers["Location"])))


def test_an_indicator_goes_through_no_sign_in(office: Counter) -> None:
    browser = browser_of(office, "comune")
    fields = {**typed(office), "csrf_token": "x"}

    late = browser_of(office).post("/comune/domande/nuova", fields)

    assert browser.get("/comune").status_code == 200
    assert INDICATOR not in late.text


def test_a_form_that_was_drawn_before_somebody_else_changed_it_is_told(office: Counter) -> None:
    browser, page = presented(office)
    drawn = browser.get(f"{page}/anagrafe")
    stepped(browser, page, "UNDER_REVIEW")

    stale = browser.send_on(drawn, f"{page}/anagrafe", citizenship="380", residence="019036")
    mended = browser.send_on(stale, f"{page}/anagrafe")

    assert stale.status_code == 409
    assert "Intanto qualcun altro" in text_of(stale)
    assert 'value="019036"' in stale.text
    assert mended.status_code == 302
    assert "Cremona" in text_of(browser.get(page))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"tax_code": ""}, "Manca"),
        ({"tax_code": "RSSMRA80A01H501U"}, "prima domanda"),
        ({"tax_code": "RSSMRA80A01H501X", "first_name": "Mario", "last_name": "Rossi"}, "Da sistemare"),
        ({"isee_amount": "1.234"}, "Da sistemare"),
        ({"dsu_protocol": ""}, "DSU"),
        ({"case": "ALZHEIMER-2026"}, "Da sistemare"),
        ({"submitted_on": "2027-01-01"}, "Da sistemare"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(office: Counter, more: dict[str, str], said: str) -> None:
    told = typed(office, **more)

    page = browser_of(office, "comune").send("/comune/domande/nuova", **told)

    assert page.status_code in (404, 409, 422), page.status_code
    assert said in text_of(page)
    assert told["protocol"] in page.text


def test_without_an_attestation_none_is_asked_for(office: Counter) -> None:
    browser, page = presented(office, isee_amount="", dsu_protocol="", presented_on="", valid_until="")

    assert "ISEE non presentato" in text_of(browser.get(page))


def test_a_step_that_cannot_be_taken_any_more_says_so(office: Counter) -> None:
    browser, page = presented(office)

    answer = browser.send(f"{page}/passo/UNDER_REVIEW")
    late = browser.get(f"{page}/passo/UNDER_REVIEW", follow_redirects=True)

    assert answer.status_code == 302
    assert "non si può più fare" in text_of(late)
    assert browser.get("/comune/domande/apl_01K0Z7V3J8Q2X4N6B8C0D2F4H6").status_code == 404


def test_the_list_is_filtered_and_another_s_filter_is_refused(office: Counter) -> None:
    browser, page = presented(office)

    submitted = browser.get("/comune/domande?stato=SUBMITTED&servizio=PASTI")
    revoked = browser.get("/comune/domande?stato=REVOKED")

    assert page in submitted.text
    assert page not in revoked.text
    assert browser.get("/comune/domande?stato=FLYING").status_code == 422


def used(counter: Counter, people: int, on: date) -> None:
    """So many citizens each use one meal of their voucher on a day."""

    def work(session: Session) -> None:
        at_work = Office(session, counter.books["PUB"])
        for _ in range(people):
            at_work.captured(at_work.active(1_000))

    with clock.at(on):
        database.transact(work)


# After whatever a test writes down, in any order: an entry is recorded no earlier than the one before it.
LATER = date(2027, 1, 5)


def looked_at(counter: Counter, month: str = "", on: date = LATER) -> TestResponse:
    """The page of the funds as it is on a day."""
    with clock.at(on):
        return browser_of(counter, "comune").get(f"/comune?mese={month}" if month else "/comune")


def test_few_people_s_use_is_withheld(office: Counter) -> None:
    used(office, 1, date(2026, 6, 10))

    read = text_of(looked_at(office, "2026-06"))

    assert "Dal 1 giugno 2026 al 30 giugno 2026" in read
    assert "riservato" in read
    assert "protegge le persone" in read
    assert "Ancora da assegnare" in read


def test_no_two_pages_of_the_funds_can_be_subtracted(office: Counter) -> None:
    used(office, 6, date(2026, 7, 10))

    before, after = looked_at(office, "2026-07"), looked_at(office, "2026-08")

    assert "6,80 €" not in text_of(before)
    assert "40,80 €" in text_of(before), "six meals are told"
    for page in (before, after):
        # What one month leaves is what the next begins with.
        assert "All'inizio" not in html.unescape(page.text)
        assert "Resta" not in text_of(page)


@pytest.mark.parametrize("month", ["2026-03", "2026-04", "2999-01", "20٢٣-03", "2026-13", "marzo", "0000-00"])
def test_a_month_that_is_no_past_one_is_told(office: Counter, month: str) -> None:
    page = looked_at(office, month, date(2026, 3, 20))

    assert page.status_code == 422, page.text
    assert "Da sistemare" in text_of(page)
    assert "Dal 1 febbraio 2026 al 28 febbraio 2026" in text_of(page)


@pytest.mark.parametrize("month", ["%20", "2026-02%0A", "2026-02"])
def test_blanks_around_a_month_are_none(office: Counter, month: str) -> None:
    page = looked_at(office, month, date(2026, 3, 20))

    assert page.status_code == 200
    assert 'value="2026-02"' in page.text


def test_a_filter_of_blanks_is_none(office: Counter) -> None:
    assert browser_of(office, "comune").get("/comune/domande?stato=%20&servizio=%20").status_code == 200


def test_statements_do_not_grow_with_rows(office: Counter) -> None:
    browser, _ = presented(office)
    few = asked(browser, "/comune/domande")
    for _ in range(3):
        presented(office)

    assert asked(browser, "/comune/domande") == few


def test_a_municipality_with_nothing_is_told_what_comes_next(counter: Counter) -> None:
    def work(session: Session) -> None:
        book_id = books.open_book(session, "VUOTO", "Comune di Vuoto")
        funders.record(
            session, book_id, code="VUOTO", name="Comune di Vuoto", kind=FunderKind.MUNICIPALITY,
            home_territory="cremona",
        )  # fmt: skip
        appoint(session, counter, "vuoto", Role.MUNICIPALITY, book_id=book_id)

    if "vuoto" not in counter.secrets:
        database.transact(work)
    browser = browser_of(counter, "vuoto")

    for path, said in (
        ("/comune", "Nessun fondo per i buoni"),
        ("/comune/domande", "Ancora nessuna domanda"),
        ("/comune/domande?stato=SUBMITTED", "Nessuna domanda corrisponde"),
        ("/comune/domande/nuova", "servizio affidato: lo carica"),
        ("/comune/fasce", "Nessun servizio affidato"),
        ("/documenti", "Ancora nessuno"),
    ):
        page = browser.get(path)
        assert page.status_code == 200, path
        assert said in text_of(page), path


def test_what_was_used_is_drawn_as_far_as_it_may_be_told(office: Counter) -> None:
    used(office, 4, date(2026, 11, 10))

    page = looked_at(office, "2026-11")

    assert "assegnati" in text_of(page)
    assert '<meter class="gauge-bar office-meter"' in page.text
    # Fewer than five used anything of a service: no bar says how much.
    assert "/grafici/" not in page.text
