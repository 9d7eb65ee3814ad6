"""Stories that people live through the pages of an order: a mother far away, and the cliff of a limit."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from sqlalchemy.orm import Session

from api.access.roles import Role
from config import clock, database
from plans.rulebook.words import Channel, Kinship
from plans.words import Fact, TaxablePolicy
from tests import factories
from tests.api.counter import Counter, appoint
from tests.api.v1.conftest import NOON
from tests.api.v1.families import kin
from tests.api.web.browser import browser_of, forms_of, text_of
from tests.api.web.test_order import available, confirm, ordered


@pytest.fixture(scope="module", autouse=True)
def employer(furnished: Counter) -> None:
    """Employer E7, whose plan admits what is taxed with consent, with Marco, Luca and Nora."""
    if "E7" in furnished.books:
        return

    def work(session: Session) -> None:
        book_id = furnished.books["E7"] = factories.employer(session, "E7")
        factories.plan(session, book_id, taxable_policy=TaxablePolicy.WITH_CONSENT, channels=frozenset(Channel))
        factories.funded(session, book_id)
        for name in ("marco", "luca", "nora"):
            employee_id = factories.employee(session, book_id, first_name=name.title())
            furnished.people[name] = employee_id
            factories.grant(session, book_id, "A", employee_id, 1_000_000)
            appoint(session, furnished, name, Role.EMPLOYEE, book_id=book_id, employee_id=employee_id)

    with clock.at(NOON):
        database.transact(work)


def declare(counter: Counter, person_id: str, fact: Fact, **values: Any) -> None:
    database.transact(lambda session: factories.declare(session, counter.books["E7"], person_id, fact, **values))


def test_story_2_a_mother_far_away_is_taxed_until_her_maintenance_is_declared(counter: Counter) -> None:
    mother = kin(counter, "marco", Kinship.PARENT, age=79, book="E7")
    marco, path = browser_of(counter, "marco"), confirm("ADI-MT", mother, 2)

    told = marco.get(path)
    assert "Si può, ma viene tassato" in text_of(told)
    assert "dichiaralo" in text_of(told)
    assert "chiedere al Comune" in text_of(told)
    assert f'href="/io/familiari/{mother}/dichiara/MAINTENANCE?' in told.text
    assert f'href="/io/familiari/{mother}/dichiara/COHABITATION?' in told.text
    assert 'href="/agevolazioni"' in told.text
    # Without the box nothing is bought, and what costs is said again.
    refused = marco.send_on(told, path, path.partition("?")[0])
    assert (refused.status_code, "Metti la spunta" in text_of(refused)) == (422, True)
    assert available(counter, "marco") == 1_000_000

    # What is declared on the way leads back to the order, as it was said; and nowhere else.
    way = re.search(r'href="([^"]+/dichiara/MAINTENANCE[^"]+)"', told.text)
    assert way is not None
    form = unescape(way[1])
    assert "Torna all'ordine" in unescape(marco.get(form).text)
    away = f"{form.partition('?')[0]}?poi=https://altrove.example/"
    assert 'href="https://altrove' not in marco.get(away).text
    back = marco.send(form, "", year="2026")
    assert (back.status_code, back.location) == (302, path)

    whom, told = marco.get("/io/ordina/ADI-MT"), marco.get(path)
    assert "mantenimento" in text_of(whom)
    assert "Esente da tasse, grazie a quello che hai dichiarato" in text_of(told)
    assert "consent" not in forms_of(told)["/io/ordina/ADI-MT/conferma"]
    made = marco.get(ordered(marco, path))
    assert "Pronto da usare" in text_of(made)
    assert "Matera" in text_of(made)
    assert "Tassati in busta paga" not in text_of(made)


def test_story_4_past_the_cliff_nothing_is_bought_without_consent(counter: Counter) -> None:
    declare(counter, counter.people["luca"], Fact.EXTERNAL_FRINGE, year=2026, amount=factories.euro(48_000))
    luca, path = browser_of(counter, "luca"), confirm("BUO-RH")
    assert "Resti dentro il limite." in text_of(luca.get(path))
    beyond = confirm("BUO-RH", quante=30)
    agreed = forms_of(luca.get(beyond))["/io/ordina/BUO-RH/conferma"] | {"consent": "y"}
    for _ in range(20):
        counter.buy("luca", service="BUO-RH")

    # What was agreed to before was another year: it is told anew, and agreed to anew.
    late = luca.post("/io/ordina/BUO-RH/conferma", agreed)
    assert late.status_code == 409
    assert "non è più come ti avevamo detto" in text_of(late)
    assert "consent" not in forms_of(late)["/io/ordina/BUO-RH/conferma"]
    assert "consent" not in forms_of(luca.get(f"{beyond}&consent=y"))["/io/ordina/BUO-RH/conferma"]

    told = luca.get(path)

    assert "Si può, ma viene tassato" in text_of(told)
    assert "Oltre il limite: viene tassato tutto l'anno" in text_of(told).replace("&#39;", "'")
    assert all(amount in text_of(told) for amount in ("1.000,00", "980,00", "1.005,00", "525,00"))
    made = luca.get(ordered(luca, path, consent="y"))
    assert "Pronto da usare" in text_of(made)
    assert "Tassati in busta paga" in text_of(made)


def test_who_agreed_to_a_tax_on_the_phone_agrees_anew_to_another(counter: Counter) -> None:
    mother = kin(counter, "nora", Kinship.PARENT, age=79, book="E7")
    marta, order = browser_of(counter, "marta"), "/wm/persona/ordina/ADI-MT"
    marta.post(
        f"/wm/persone/{counter.people['nora']}/agisci",
        {"csrf_token": forms_of(marta.get("/wm/persone"))["/wm/persone"]["csrf_token"]},
    )
    looked = marta.send(order, order, relative=mother, look="1")
    unheard = marta.send_on(looked, order, order, send="y")

    changed = marta.send_on(looked, order, order, quantity="2", consent="y", send="y")

    assert "Si può, ma viene tassato" in text_of(looked)
    assert "non è stato fatto" not in text_of(looked)
    assert (unheard.status_code, changed.status_code) == (422, 409)
    assert "consent" not in forms_of(changed)[order], "the box is still ticked"
    assert marta.send_on(changed, order, order, consent="y", send="y").status_code == 302
    # The person finds who ordered in their place, and what they agreed to.
    made = counter.ask("nora", "GET", "/v1/authorizations").get_json()["data"][0]
    voucher = text_of(browser_of(counter, "nora").get(f"/io/voucher/{made['id']}"))
    assert "Marta" in voucher
    assert "al posto tuo" in voucher
    assert "accettare" not in voucher
    assert "Hai accettato che venga tassato" in voucher
