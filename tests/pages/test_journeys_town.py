"""The municipality: its bands, an application from the desk to the voucher, and the citizen who uses one."""

from __future__ import annotations

from itertools import count

from config import database
from tests.api.v1.families import tax_code_of
from tests.api.web.browser import browser_of
from tests.pages import people
from tests.pages.conftest import Place
from tests.pages.travelling import Traveller, travelling
from tests.pages.ways import Way, journey
from tests.wallet.social_office import Office

_numbers = count(1)


def steps(traveller: Traveller, page: str, state: str) -> None:
    """Take a step of an application."""
    traveller.goes(page)
    traveller.hand.push(traveller.main.locator(f'a[href$="/passo/{state}"]'))
    traveller.page.wait_for_url(f"**/passo/{state}*")
    traveller.look()
    traveller.hand.press("Conferma il passo")


@journey("the municipality takes an application")
def test_an_application_comes_to_its_voucher_and_a_stale_form_is_told(place: Place, way: Way) -> None:
    bruno = people.citizen(place.counter, "Bruno")
    number = next(_numbers)
    told = {
        "tax_code": tax_code_of(place.counter, bruno).lower(),
        "protocol": f"2026/P{way.width}{number}",
        "submitted_on": "2026-03-02",
        "dsu_protocol": f"INPS-ISEE-2026-{way.width:05d}{number:03d}A-00",
        "presented_on": "2026-01-15",
        "valid_until": "2026-12-31",
    }
    with travelling(place, way) as traveller:
        hand = traveller.hand
        traveller.is_("comune")
        traveller.goes("/comune/fasce")
        traveller.look()
        traveller.goes("/comune/domande")
        hand.follow("Registra una domanda")
        hand.pick("service", "PASTI")
        for name, text in told.items():
            hand.type(name, text)
        hand.type("isee_amount", "novemila")
        hand.press("Registra la domanda")
        traveller.must_mend()
        assert {name: hand.field(name).input_value() for name in told} == told
        hand.type("isee_amount", "9.500,00")
        hand.press("Registra la domanda")
        traveller.sees("Bruno")
        traveller.look()
        assert "9.500" not in traveller.page.content()
        page = traveller.path()

        hand.follow("Correggi")
        traveller.look()
        hand.type("residence", "019036")
        assert browser_of(place.counter, "comune").send(f"{page}/passo/UNDER_REVIEW").status_code == 302
        hand.press("Salva i dati")
        traveller.must_mend()
        assert hand.field("residence").input_value() == "019036"
        hand.press("Salva i dati")
        traveller.sees("Cremona")

        steps(traveller, page, "ADMITTED")
        traveller.goes(f"{page}/assegna")
        hand.type("amount", "100,00")
        hand.type("starts_on", "2026-03-02")
        hand.type("ends_on", "2026-11-30")
        hand.press("Assegna")
        traveller.reads("A carico del Comune, al massimo")
        traveller.look()
        traveller.goes("/comune")
        traveller.look()


@journey("bruno asks the desk for his meal")
def test_story_14_bruno_sees_what_the_comune_pays_and_asks_the_desk_for_the_rest(place: Place, way: Way) -> None:
    counter = place.counter
    bruno = people.citizen(counter, "Bruno")
    database.transact(lambda session: Office(session, counter.books["PUB"]).active(citizen=counter.people[bruno]))
    with travelling(place, way) as traveller:
        hand = traveller.hand
        traveller.is_(bruno)
        traveller.goes("/io")
        traveller.look()
        hand.push(traveller.main.locator('a[href="/io/buono/PAS-CR"]').first)
        traveller.page.wait_for_url("**/io/buono/PAS-CR*")
        hand.type("quante", "0")
        hand.press("Vedi chi paga che cosa")
        traveller.must_mend()
        hand.type("quante", "1")
        hand.press("Vedi chi paga che cosa")
        traveller.reads("La tua parte si paga allo sportello")
        for amount in ("8,50", "6,80", "1,70") if way.language == "it" else ("8.50", "6.80", "1.70"):
            traveller.sees(amount)
        traveller.look()
        hand.press("Chiedi l'ordine allo sportello")
        traveller.reads("Richiesta mandata allo sportello. Ti diciamo qui come pagare la tua parte.")
        traveller.reads("In attesa di risposta")
        traveller.look()
