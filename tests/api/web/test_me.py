"""The room of whoever has a wallet: what they have, what moved it, their limits and their papers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from html import unescape

import pytest
from sqlalchemy.orm import Session

from api import tasks
from api.access.roles import Role
from api.web.me import help
from config import clock, database, money
from plans import people
from plans.rulebook.words import Kinship
from tests import factories
from tests.api.counter import Counter, appoint
from tests.api.web.browser import browser_of, forms_of, session_of, text_of
from tests.api.web.counting import asked
from wallet import labels
from wallet.reimbursements.words import State

PAGES = ("/io", "/io/movimenti", "/io/familiari", "/io/familiari/nuovo", "/io/limiti", "/io/notifiche", "/io/estratto")


@pytest.mark.parametrize("path", [*PAGES, "/profilo"])
@pytest.mark.parametrize("language", ["it", "en"])
def test_every_page_is_there_in_both_languages(counter: Counter, path: str, language: str) -> None:
    page = browser_of(counter, "mario", language=language).get(path)

    assert page.status_code == 200
    assert page.text.count("<h1") == 1
    assert f'lang="{language}"' in page.text
    assert "style=" not in page.text


@pytest.mark.parametrize("path", PAGES)
def test_whoever_is_not_signed_in_is_led_to_the_door_and_back(counter: Counter, path: str) -> None:
    page = browser_of(counter).get(path)

    assert page.status_code == 302
    assert page.location.startswith("/entra?to=/io")


@pytest.mark.parametrize("who", ["hr", "p04", "marta", "operator"])
@pytest.mark.parametrize("path", [each for each in PAGES if each != "/io/notifiche"])
def test_a_role_without_a_wallet_of_its_own_is_shown_a_way_on(counter: Counter, who: str, path: str) -> None:
    page = browser_of(counter, who).get(path)

    assert page.status_code == 403
    assert "Torna all" in page.text


def euro(amount_minor: int) -> str:
    """An amount as an Italian page's text has it."""
    return " ".join(money.local_minor(amount_minor, "it").split())


def test_the_wallet_says_first_what_there_is_until_when_and_what_moved_it(counter: Counter) -> None:
    left = int(counter.ask("anna", "GET", "/v1/wallets/mine").get_json()["available_minor"])
    counter.buy("anna")
    told = text_of(browser_of(counter, "anna").get("/io"))

    assert f"Puoi spendere {euro(left - 5_500)}" in told
    assert "tutto entro il" in told
    assert "55,00" in told[told.index("Da usare") :]
    assert "Accredito" in told[told.index("Ultimi movimenti") :]


def test_the_wallet_asks_for_whom_and_leads_into_the_catalogue(counter: Counter) -> None:
    book_id, mario = counter.books["E1"], counter.people["mario"]

    def work(session: Session) -> str:
        code = people.employee(session, book_id, mario).tax_code
        return factories.relative(session, book_id, code, Kinship.PARENT, first_name="Wanda")

    wanda = database.transact(work)
    browser = browser_of(counter, "mario")
    page = browser.get("/io")

    assert "Wanda" in text_of(page)
    for choice in ("io", wanda):
        assert f'href="/servizi?chi={choice}&amp;vicino=1"' in page.text
        assert browser.get(f"/servizi?chi={choice}").status_code == 200


def test_what_was_bought_leads_to_its_order_and_says_what_became_of_it(counter: Counter) -> None:
    bought = counter.buy("anna")
    captured = counter.ask("p04", "POST", f"/v1/authorizations/{bought['id']}/captures", {})
    assert captured.status_code == 201
    page = browser_of(counter, "anna").get("/io/movimenti")
    row = page.text[page.text.index(f"/io/voucher/{bought['id']}") :].partition("</tr>")[0]

    assert "Pagato" in row
    assert re.search(r"-55,00\s€", row)


def test_what_ends_at_midnight_ends_with_the_day_before(counter: Counter) -> None:
    last_day = counter.app.jinja_env.filters["last_day"]

    assert last_day(datetime(2026, 12, 6, tzinfo=clock.ROME)) == date(2026, 12, 5)
    assert last_day(datetime(2026, 12, 6, 9, tzinfo=clock.ROME)) == date(2026, 12, 6)
    with counter.app.test_request_context("/", headers={"Accept-Language": "it"}):
        until = counter.app.jinja_env.filters["until"]
        assert until(datetime(2026, 12, 6, tzinfo=clock.ROME)) == "5 dicembre 2026"
        assert until(datetime(2026, 12, 6, 9, tzinfo=clock.ROME)) == "6 dic 2026, 09:00"


def test_the_gauge_has_words_and_never_takes_the_unknown_for_nothing(counter: Counter) -> None:
    page = browser_of(counter, "mario").get("/io")

    assert re.search(r'<meter[^>]* max="100000"[^>]* value="0"', page.text)
    assert "Entro il limite" in page.text
    assert "nessuno ha ancora detto che cosa ricevi da altrove." in page.text
    assert "Ti restano al massimo" in page.text


def test_credit_that_is_carried_over_is_not_told_to_be_lost(counter: Counter) -> None:
    def work(session: Session) -> None:
        book_id = counter.books["E1"]
        factories.plan(session, book_id, "CARRY", name="Piano riportato", carry_over_months=12)
        factories.funded(session, book_id, "CARRY")
        for name, plans in (("carla", ("CARRY",)), ("cosimo", ("A", "CARRY"))):
            employee_id = factories.employee(session, book_id, first_name=name.title())
            appoint(session, counter, name, Role.EMPLOYEE, book_id=book_id, employee_id=employee_id)
            for code in plans:
                factories.grant(session, book_id, code, employee_id, 10_000)

    database.transact(work)
    with clock.at(datetime(2026, 11, 23, 12, tzinfo=clock.ROME)):
        carla, cosimo = (text_of(browser_of(counter, name).get("/io")) for name in ("carla", "cosimo"))

    assert "tutto entro il 30 novembre 2026" in carla
    assert "Quello che resta si può spendere ancora fino al 30 novembre 2027." in carla
    assert "ancora 7 giorni" not in carla
    assert "Piano riportato 30 novembre 2026 poi ancora, fino al 30 novembre 2027 100,00" in carla.replace("\xa0", " ")
    assert cosimo.count("poi ancora, fino al") == 1
    with clock.at(datetime(2026, 11, 23, 12, tzinfo=clock.ROME)):
        days = re.findall(r"DTSTART;VALUE=DATE:(\d+)", browser_of(counter, "cosimo").get("/io/scadenze.ics").text)
    assert days == ["20261130", "20271130"]
    assert "Accredito Piano riportato" in text_of(browser_of(counter, "carla").get("/io/movimenti"))
    assert re.search(r"100,00\s€ entro il 30 novembre 2026 · ancora 7 giorni", cosimo)
    assert re.search(r"Altri 100,00\s€ non scadono quel giorno: si possono spendere fino al 30 novembre 2027", cosimo)


def test_movements_can_be_filtered_by_their_way_and_their_days(counter: Counter) -> None:
    browser = browser_of(counter, "mario")

    assert "Accredito" in browser.get("/io/movimenti?flow=in").text
    assert "Nessun movimento con questi filtri." in browser.get("/io/movimenti?flow=out").text
    assert "Nessun movimento con questi filtri." in browser.get("/io/movimenti?since=2026-12-01").text
    assert "Nessun movimento con questi filtri." in browser.get("/io/movimenti?until=2025-01-01").text


@pytest.mark.parametrize("wrong", ["flow=sideways", "since=soon", "until=31-02-2026"])
def test_a_wrong_filter_is_said_beside_its_field(counter: Counter, wrong: str) -> None:
    page = browser_of(counter, "mario").get(f"/io/movimenti?{wrong}")

    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text


def test_a_page_of_movements_that_nobody_knows_is_refused_with_a_way_on(counter: Counter) -> None:
    page = browser_of(counter, "mario").get("/io/movimenti?starting_after=999999999")

    assert page.status_code == 422
    assert "Torna all" in page.text


def test_the_calendar_is_what_calendars_read(counter: Counter) -> None:
    left = int(counter.ask("mario", "GET", "/v1/wallets/mine").get_json()["available_minor"])
    answer = browser_of(counter, "mario").get("/io/scadenze.ics")

    assert answer.content_type == "text/calendar; charset=utf-8"
    lines = answer.get_data().decode().split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 1
    assert lines.count("BEGIN:VALARM") == 2
    assert all(len(line.encode()) <= 75 for line in lines)
    amount = euro(left).partition(" ")[0].replace(",", "\\,")
    assert any(line.startswith(f"SUMMARY:Ultimo giorno per usare {amount}") for line in lines)


def test_the_limits_say_what_one_euro_more_would_do(counter: Counter) -> None:
    browser = browser_of(counter, "mario")

    assert "Un euro in più resterebbe esente solo se da altrove" in browser.get("/io/limiti").text
    assert "I limiti del 2025" in browser.get("/io/limiti?anno=2025").text
    assert browser.get("/io/limiti?anno=1960").status_code in (400, 409, 422)


@pytest.mark.parametrize("language", ["it", "en"])
@pytest.mark.parametrize("who", [None, "mario", "hr"])
def test_help_tells_what_every_word_means(counter: Counter, who: str | None, language: str) -> None:
    page = browser_of(counter, who, language=language).get("/io/aiuto")

    assert page.status_code == 200
    assert page.text.count("<h1") == 1
    told = re.findall(
        r'class="state state-[^>]*>.*?</span> ([^<]+)</span>\s*</dt><dd>([^<]+)</dd>', page.text, re.DOTALL
    )
    assert len({word for word, _ in told}) == len(help.ORDERS) + len(State)
    assert set(help.ORDERS) == {*labels.STATUSES, "awaited"}
    assert ('href="/io/aiuto"' in page.text) == (who != "hr")


def test_letters_that_are_not_wanted_are_not_wanted_any_more(counter: Counter) -> None:
    browser = browser_of(counter, "mario")
    drawn = browser.get("/io/notifiche")
    token = forms_of(drawn)[""]["csrf_token"]

    answer = browser.post("/io/notifiche", {"csrf_token": token, "kinds": ["expiring", "refunds"]})

    assert answer.status_code == 302
    again = browser.get("/io/notifiche").text
    assert re.findall(r'<input checked[^>]*value="(\w+)"', again) == ["expiring", "refunds"]
    assert "security" not in re.findall(r'value="(\w+)"', again)


@pytest.mark.parametrize("wrong", ["security", "everything"])
def test_letters_that_are_nobodys_to_choose_are_refused(counter: Counter, wrong: str) -> None:
    browser = browser_of(counter, "mario")
    token = forms_of(browser.get("/io/notifiche"))[""]["csrf_token"]

    assert browser.post("/io/notifiche", {"csrf_token": token, "kinds": [wrong]}).status_code == 422


def test_a_years_statement_is_made_once_however_often_its_form_is_sent(counter: Counter) -> None:
    browser = browser_of(counter, "mario")
    fields = forms_of(browser.get("/io/estratto"))[""]

    assert browser.post("/io/estratto", fields).status_code == 302
    assert browser.post("/io/estratto", fields).status_code == 302
    waiting = browser.get("/io/estratto").text
    assert waiting.count("In preparazione") == 1
    assert 'data-waiting="/io/estratto"' in waiting
    assert "waiting.js" in waiting
    while tasks.run_next():
        pass
    made = browser.get("/io/estratto").text
    assert "waiting.js" not in made
    links = re.findall(r'href="(/io/estratto/[^"]+\.pdf)"', made)
    assert len(links) == 1
    answer = browser.get(links[0])
    assert answer.data.startswith(b"%PDF")
    assert browser_of(counter, "giulia").get(links[0]).status_code == 404


def test_a_year_that_is_not_offered_is_refused_beside_its_field(counter: Counter) -> None:
    page = browser_of(counter, "mario").send("/io/estratto", year="1999")

    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text


def test_no_page_asks_the_database_more_for_more_rows(counter: Counter) -> None:
    browser = browser_of(counter, "giulia")
    paths = ("/io", "/io/movimenti", "/io/familiari", "/io/limiti")

    def counted() -> dict[str, int]:
        return {path: asked(browser, path) for path in paths}

    def add(number: int) -> None:
        employee_id, book_id = counter.people["giulia"], counter.books["E1"]
        for each in range(number):
            counter.buy("giulia")
            database.transact(
                lambda session: factories.relative(
                    session,
                    book_id,
                    people.employee(session, book_id, employee_id).tax_code,
                    Kinship.PARENT,
                    first_name=f"Ada {number} {each}",  # noqa: B023
                )
            )

    add(1)
    few = counted()
    add(3)
    assert counted() == few


def test_no_page_of_papers_and_settings_asks_the_database_more_for_more_rows(counter: Counter) -> None:
    browser = browser_of(counter, "giulia")
    paths = ("/io/dichiarazioni", "/io/estratto", "/io/notifiche", "/profilo", "/orientamento", "/io/aiuto")

    def counted() -> dict[str, int]:
        return {path: asked(browser, path) for path in paths}

    def add(years: Sequence[int]) -> None:
        for year in years:
            assert browser.send("/io/dichiarazioni/FIRST_JOB_PENSION", year=str(year)).status_code == 302
            assert browser.send("/io/estratto", year=str(year)).status_code == 302
            browser.send("/orientamento", "/orientamento", testo=f"Che cosa c'è per il {year}?")
            session_of("giulia")

    add((2026,))
    few = counted()
    add((2025, 2024, 2023))
    assert counted() == few


def test_whoever_left_is_told_until_when_the_credit_is_theirs(counter: Counter) -> None:
    book_id = counter.books["E2"]

    def work(session: Session) -> None:
        ivan = factories.employee(session, book_id, first_name="Ivan", left_on=date(2026, 2, 15))
        factories.plan(session, book_id, "LEAVERS", leaver_grace_days=60)
        factories.funded(session, book_id, "LEAVERS")
        factories.grant(session, book_id, "LEAVERS", ivan, 10_000)
        appoint(session, counter, "ivan", Role.EMPLOYEE, book_id=book_id, employee_id=ivan)

    if "ivan" not in counter.secrets:
        database.transact(work)
    page = browser_of(counter, "ivan").get("/io")
    told = unescape(text_of(page))

    assert "Hai lasciato l'azienda il 15 febbraio 2026" in told
    assert "usalo entro il 16 aprile 2026, o va perso" in told
    assert "tutto entro il 16 aprile 2026" in told
    assert 'href="/servizi?cosa=previdenza"' in page.text
    assert "Hai lasciato" not in browser_of(counter, "mario").get("/io").text
