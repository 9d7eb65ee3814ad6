"""Acting for somebody: from what they asked for to an order, with their family, where they live, what they hear."""

from __future__ import annotations

import re
from html import unescape

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from config import clock, database
from plans.rulebook.words import Channel, Kinship
from plans.words import TaxablePolicy
from tests import factories
from tests.api.counter import Counter
from tests.api.v1.conftest import NOON
from tests.api.v1.families import kin
from tests.api.v1.purchasing import refilled
from tests.api.web.browser import Browser, browser_of, forms_of, text_of
from tests.api.web.test_wm import REQUESTS, acting, asked

__all__ = ["refilled"]

PERSON, NEW = "/wm/persona", "/wm/persona/familiari/nuovo"
MOTHER = {"kinship": "PARENT", "first_name": "Ada", "last_name": "Neri", "birth_date": "1940-05-01", "comune": "Milano"}


@pytest.fixture(scope="module", autouse=True)
def employer(furnished: Counter) -> None:
    """Employer E8, whose plan admits what is taxed with consent, with Nina, who has a brother."""

    def work(session: Session) -> None:
        book_id = furnished.books["E8"] = factories.employer(session, "E8", name="Vetreria Lume srl")
        factories.plan(session, book_id, taxable_policy=TaxablePolicy.WITH_CONSENT, channels=frozenset(Channel))
        factories.funded(session, book_id)
        furnished.people["nina"] = factories.employee(session, book_id, first_name="Nina")
        factories.grant(session, book_id, "A", furnished.people["nina"], 100_000)

    if "E8" not in furnished.books:
        with clock.at(NOON):
            database.transact(work)


def found_for(browser: Browser, text: str, **told: str) -> str:
    return browser.send(PERSON, PERSON, text=text, **told).text


def test_one_press_leads_from_a_request_to_whoever_asked(counter: Counter) -> None:
    made, marta = asked(counter), browser_of(counter, "marta")
    path = f"{REQUESTS}/{made}"
    page = marta.get(path)
    assert "Caseificio Po Grande" in text_of(page)

    begun = marta.send_on(page, path, f"/wm/persone/{counter.people['giulia']}/agisci")

    assert begun.location == PERSON
    told = text_of(marta.get(PERSON))
    assert "Chi può stare con mia madre?" in told
    assert "Caseificio Po Grande" in told
    assert re.search(r"Può spendere\s+[0-9.]+,[0-9]{2}.€ .+ da usare entro il", told)


def test_somebody_is_found_in_whatever_company_they_are(counter: Counter) -> None:
    page = browser_of(counter, "marta").send("/wm/persone", "/wm/persone", text="anna")

    assert "Anna" in text_of(page)
    assert counter.people["anna"] in page.text


def test_a_relative_is_added_for_somebody_who_reads_who_did_it(counter: Counter) -> None:
    marta = acting(counter)

    wrong = marta.send(NEW, "", **MOTHER | {"first_name": " ", "birth_date": "2199-01-01"})
    added = marta.send(f"{NEW}?ordina=ADI-CR", "", **MOTHER)

    assert wrong.status_code == 422
    assert re.fullmatch(r"/wm/persona/ordina/ADI-CR\?per=rel_\w+", added.location)
    assert re.search(r'<option selected value="rel_\w+">Ada Neri', marta.get(added.location).text)
    assert "Ada Neri" in marta.get(PERSON).text
    giulia = browser_of(counter, "giulia")
    assert "Ada Neri" in giulia.get("/io/familiari").text
    told = giulia.get("/io/registro").text
    assert ("al posto tuo" in told, "Marta" in told) == (True, True)
    assert marta.get("/io/familiari").status_code == 403


def test_nobody_is_added_to_nobodys_family(counter: Counter) -> None:
    assert browser_of(counter, "marta").get(NEW).location == "/wm/persone"
    assert browser_of(counter, "giulia").get(NEW).status_code == 403


def test_services_that_reach_whoever_needs_them_come_first(counter: Counter) -> None:
    marta = acting(counter)
    mother = marta.send(NEW, "", **MOTHER | {"first_name": "Eva"}).location.rpartition("=")[2]

    own, hers = found_for(marta, "psicol"), found_for(marta, "psicol", relative=mother)

    assert "Arrivano a Cremona (CR)" in own
    assert "Arrivano a Milano (MI)" in hers
    assert own.index("PSI-CR") < own.index("PSI-MI")
    assert hers.index("PSI-MI") < hers.index("PSI-CR")
    assert f"PSI-MI?per={mother}" in unescape(hers)


def test_what_is_told_of_an_order_says_which_credit_pays_and_what_is_left(counter: Counter) -> None:
    marta, path = acting(counter), "/wm/persona/ordina/PSI-CR"

    told = text_of(marta.send(path, path, quantity="1", look="1"))

    assert "Che cosa paga" in told
    assert re.search(r"Credito Paga Poi restano .+ 55,00.€ [0-9.]+,[0-9]{2}", told)


def test_a_taxed_order_tells_what_the_person_hears_and_what_they_alone_declare(counter: Counter) -> None:
    mother, path = kin(counter, "nina", Kinship.PARENT, age=79, book="E8"), "/wm/persona/ordina/ADI-CR"
    marta = browser_of(counter, "marta")
    called = marta.send("/wm/persone", "/wm/persone", employer="E8", text="nina")
    marta.send_on(called, "/wm/persone", f"/wm/persone/{counter.people['nina']}/agisci")

    looked = marta.send(f"{path}?per={mother}", path, come="VOUCHER", look="1")
    told = text_of(looked)

    assert "Prima di confermare, dillo a Nina" in told
    assert "che può dire di no" in told
    assert "dalla sua pagina «La mia famiglia»" in told
    assert "Può dichiarare:" in text_of(marta.get(PERSON))
    assert marta.send_on(looked, path, path, send="y").status_code == 422
    made = marta.send_on(looked, path, path, consent="y", send="y")
    assert made.status_code == 302


@pytest.mark.parametrize("typed", ["1_0", "+3", "٣", "0", "10001", "9" * 5_000])
def test_how_many_is_a_plain_number(counter: Counter, typed: str) -> None:
    path = "/wm/persona/ordina/PSI-CR"

    page = acting(counter).send(path, path, quantity=typed, look="1")

    assert page.status_code == 422
    assert "Scrivi un numero intero" in page.text


def test_a_services_page_leads_to_the_order_while_acting(counter: Counter) -> None:
    assert "/wm/persona/ordina/PSI-CR" in acting(counter).get("/servizi/PSI-CR").text
    assert "/wm/persona/ordina/" not in browser_of(counter, "marta").get("/servizi/PSI-CR").text


def test_services_are_looked_up_by_name_and_proposed(counter: Counter) -> None:
    path, marta = f"{REQUESTS}/{asked(counter)}", browser_of(counter, "marta")
    answer = f"{path}/risposta"

    looked = marta.send(path, answer, text="Guarda questi", find="psicol", look="y")
    unticked = marta.send_on(looked, path, answer, find="psicol")
    assert (looked.status_code, unticked.status_code) == (200, 422)
    assert "Guarda questi" in looked.text
    assert looked.text.index('value="PSI-CR"') < looked.text.index('value="PSI-MI"')
    more = marta.send_on(looked, path, answer, services=["PSI-CR"], find="compiti", look="y")
    assert re.search(r'checked[^>]+value="PSI-CR"', more.text)
    nothing = marta.send_on(looked, path, answer, find="zzz", look="y")
    assert "Nessun servizio con queste parole" in nothing.text
    many = marta.send_on(more, path, answer, find="", services=["PSI-CR"] * 11)
    assert many.status_code == 422
    sent = marta.send_on(more, path, answer, services=["PSI-CR", "DOP-CR"])

    assert sent.status_code == 302
    assert 'href="/servizi/PSI-CR"' in marta.get(path).text


PLACE = {"comune": "019035", "street": "via Verdi 15", "ask_for": "Ada", "phone": "0373 256781", "door": ""}
NOWHERE = {"street": "", "ask_for": "", "phone": "", "door": ""}


def test_where_to_come_is_told_with_an_order_by_phone_and_filled_in_for_whom_it_is(counter: Counter) -> None:
    marta, path = acting(counter), "/wm/persona/ordina/PUL-CR"
    child = kin(counter, "giulia", Kinship.CHILD, age=9)

    def placed(page: TestResponse) -> dict[str, str]:
        return {name: forms_of(page)[path][name] for name in PLACE}

    looked = marta.send(path, path, quantity="1", look="1", **PLACE)
    wrong = marta.send_on(looked, path, path, send="y", phone="12")
    made = marta.send_on(looked, path, path, send="y")
    own = marta.get(path)
    hers = marta.send_on(own, path, path, relative=child, look="1")
    typed = marta.send_on(own, path, path, relative=child, look="1", street="via Dante 4")

    assert (wrong.status_code, made.status_code) == (422, 302)
    assert 'id="phone-error"' in wrong.text
    place = f"/io/voucher/{re.findall('aut_[0-9A-Z]{26}', browser_of(counter, 'giulia').get('/io').text)[0]}"
    assert "via Verdi 15, Crema" in browser_of(counter, "giulia").get(place).text
    assert placed(own) == PLACE
    assert placed(hers) == NOWHERE | {"comune": ""}
    assert placed(typed) == PLACE | {"street": "via Dante 4"}
    assert "In quale Comune?" not in text_of(marta.get("/wm/persona/ordina/PSI-CR"))


def test_whoever_calls_has_where_to_come_told_of_an_order_that_is_open(counter: Counter) -> None:
    made, elsewhere = counter.buy(service="PUL-CR", channel="DIRECT")["id"], counter.buy()["id"]
    theirs = counter.buy("mario", service="PUL-CR")["id"]
    marta, path = acting(counter), f"{PERSON}/acquisti/{{}}/luogo".format
    page = marta.get(PERSON)
    assert (f'href="{path(made)}"' in page.text, f'href="{path(elsewhere)}"' in page.text) == (True, False)

    wrong = marta.send(path(made), "", **PLACE | {"phone": "boh"})
    saved = marta.send(path(made), "", **PLACE)

    assert (wrong.status_code, saved.status_code, saved.location) == (422, 302, PERSON)
    assert "via Verdi 15, Crema" in browser_of(counter, "p03").get("/fornitore").text
    assert forms_of(marta.get(path(made)))[""]["street"] == "via Verdi 15"
    assert [marta.get(path(each)).status_code for each in (elsewhere, theirs, "aut_none")] == [404] * 3
    counter.ask("giulia", "POST", f"/v1/authorizations/{made}/voids", {})
    assert marta.send(path(made), "", **PLACE).status_code == 409
    assert browser_of(counter, "marta").get(path(made)).location == "/wm/persone"
    told = browser_of(counter, "giulia").get("/io/registro").text
    assert ("al posto tuo" in told, "Marta" in told) == (True, True)
