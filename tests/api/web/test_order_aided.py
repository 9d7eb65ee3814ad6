"""Story 14 through pages: Bruno pays a fifth and his municipality the rest; Ines's pays all, and Rosa pays herself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html import unescape

import pytest
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from api.access.roles import Role
from api.web.order.shapes import ShareForm
from config import clock, database
from ledger import books
from plans import funders
from plans.rulebook.words import Entitlement, PlanSource
from plans.social import applications
from plans.social.tariffs import Quota
from plans.social.words import QuotaKind, Standing, State, Why
from plans.words import FunderKind
from tests import factories
from tests.api.counter import Counter, appoint
from tests.api.v1.conftest import NOON
from tests.api.web.browser import Browser, browser_of, forms_of, rows, text_of
from tests.api.web.citizens import citizens  # noqa: F401 - used by its name alone
from tests.api.web.counting import asked
from tests.api.web.test_order import available, confirm, ordered
from wallet import tenders
from wallet.social import aids, purchases
from wallet.tenders import Receipt, TenderKind

MEAL, HELP = "/io/buono/PAS-CR", "/io/buono/ADI-CR"


def left(counter: Counter, who: str) -> int:
    """What is left in somebody's voucher, in cents."""
    book_id, person = counter.books["CITY"], counter.people[who]
    return database.transact(lambda session: aids.of_person(session, book_id, person)[0].left_minor)


@pytest.fixture
def bruno(counter: Counter) -> Browser:
    return browser_of(counter, "bruno")


@pytest.fixture
def suspended(counter: Counter) -> Iterator[None]:
    """Bruno's voucher, suspended for a while."""

    def step(to: State, why: Why) -> None:
        book_id, asked = counter.books["CITY"], counter.people["bruno's application"]
        database.transact(
            lambda session: applications.advance(
                session, book_id, asked, to, why=why, on=clock.today(), actor="assistente sociale"
            )
        )

    step(State.SUSPENDED, Why.TEMPORARY_ABSENCE)
    yield
    step(State.ACTIVE, Why.RESUMED)


def test_bruno_is_told_who_pays_what_before_anything_is_asked(counter: Counter, bruno: Browser) -> None:
    chosen = bruno.get("/io/ordina/PAS-CR")
    assert "Il Comune paga una parte" in text_of(chosen)
    assert re.search(r"tu paghi 1,70\s€, il Comune 6,80\s€", text_of(chosen))
    assert f'href="{MEAL}"' in chosen.text

    begun, told = bruno.get(MEAL), bruno.get(f"{MEAL}?quante=2&giorno=2026-03-10")

    assert "Quanti te ne servono?" in text_of(begun)
    assert all(amount in text_of(told) for amount in ("13,60", "3,40", "17,00", "86,40"))
    assert "10 marzo 2026" in text_of(told)
    assert "La tua parte si paga allo sportello" in text_of(told)
    assert MEAL not in forms_of(told)
    assert left(counter, "bruno") == 10_000


def test_the_service_s_page_tells_bruno_his_own_price(counter: Counter, bruno: Browser) -> None:
    told = bruno.get("/servizi/PAS-CR")

    assert re.search(r"1,70\s€ È la tua parte: il Comune paga gli altri 6,80\s€", text_of(told))
    assert f'href="{MEAL}"' in told.text
    assert "È la tua parte" not in text_of(browser_of(counter, "giulia").get("/servizi/PAS-CR"))


def test_bruno_asks_the_desk_once_however_often_he_presses(counter: Counter, bruno: Browser) -> None:
    told = bruno.get(f"{MEAL}?quante=3")

    first, second = (bruno.send_on(told, MEAL, f"{MEAL}/chiedi") for _ in range(2))

    assert (first.status_code, first.location) == (302, second.location)
    place, _, anchor = first.location.partition("#")
    page = bruno.get(place)
    assert f'id="{anchor}"' in page.text
    assert page.text.count("3 × Pasto a domicilio") == 1
    assert re.search(r"La mia parte è 5,10\s€", page.text)
    assert left(counter, "bruno") == 10_000


def test_a_share_is_not_left_unpaid_by_a_forged_form(counter: Counter, bruno: Browser) -> None:
    drawn = forms_of(bruno.get(f"{MEAL}?quante=1"))[f"{MEAL}/chiedi"]

    answer = bruno.post(MEAL, drawn)

    assert answer.status_code == 409
    assert "1,70" in text_of(answer)
    assert "ricevuta" not in text_of(answer)
    assert left(counter, "bruno") == 10_000


def test_more_than_the_voucher_holds_is_declined_before(bruno: Browser) -> None:
    told = bruno.get(f"{MEAL}?quante=500")

    assert "Così non si può fare" in text_of(told)
    assert re.search(r"Nel buono ci sono ancora 100,00\s€", text_of(told))
    assert f"{MEAL}/chiedi" not in forms_of(told)


@pytest.mark.parametrize("said", ["quante=0", "quante=molti", "quante=", "quante=1&giorno=domani"])
def test_what_cannot_be_read_is_said_beside_its_field(bruno: Browser, said: str) -> None:
    answer = bruno.get(f"{MEAL}?{said}")

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text


@pytest.mark.parametrize("said", ["quante=1&giorno=2020-01-01", "quante=1&giorno=2027-02-01"])
def test_a_day_that_the_voucher_is_not_for_is_refused_in_words(bruno: Browser, said: str) -> None:
    answer = bruno.get(f"{MEAL}?{said}")

    assert answer.status_code == 422
    assert 'id="giorno-error"' in answer.text
    assert re.search(r"Il tuo buono vale dal \d+ \w+ 2026 al 31 dicembre 2026", text_of(answer))
    assert "apl_" not in answer.text


@pytest.mark.parametrize(
    ("isee_until", "standing", "sound"),
    [
        (date(2026, 6, 30), Standing.BELOW, False),
        (date(2026, 12, 31), Standing.BELOW, True),
        (None, Standing.NOT_PRESENTED, True),
    ],
)
def test_a_day_after_the_isee_is_over_is_said_beside_it(
    counter: Counter, isee_until: date | None, standing: Standing, sound: bool
) -> None:
    book_id, person = counter.books["CITY"], counter.people["bruno"]
    found = database.transact(lambda session: aids.of_person(session, book_id, person)[0])
    aid = replace(found, isee_until=isee_until, standing=standing)

    with counter.app.test_request_context("/"):
        form = ShareForm(aid, formdata=MultiDict({"quante": "1", "giorno": "2026-09-01"}))
        assert form.validate() is sound
        assert ("Il tuo ISEE vale fino al 30 giugno 2026" in str(form.giorno.errors)) is not sound


def test_a_voucher_that_pays_nothing_is_not_offered(counter: Counter) -> None:
    book_id, person = counter.books["CITY"], counter.people["bruno"]
    found = database.transact(lambda session: aids.of_person(session, book_id, person)[0])

    assert (found.usable, found.pays(850), found.pays(0)) == (True, True, False)
    for changed in (
        replace(found, quota=Quota(QuotaKind.FULL, 10_000)),
        replace(found, standing=Standing.ABOVE),
        replace(found, quota=None),
    ):
        assert not changed.usable
    assert not replace(found, quota=None).pays(850)
    assert not replace(found, quota=Quota(QuotaKind.AMOUNT, 900)).pays(850)


def asked_of_the_desk(bruno: Browser) -> str:
    return text_of(bruno.get("/orientamento"))


@pytest.mark.parametrize("more", [{"quante": "10000"}, {"giorno": "2027-02-01"}, {"quante": "2"}, {"told": ""}])
def test_the_desk_is_asked_for_nothing_that_cannot_be_or_was_not_told(bruno: Browser, more: dict[str, str]) -> None:
    drawn = forms_of(bruno.get(f"{MEAL}?quante=1"))[f"{MEAL}/chiedi"]
    before = asked_of_the_desk(bruno)

    answer = bruno.post(f"{MEAL}/chiedi", drawn | more)

    assert answer.status_code in (409, 422)
    assert asked_of_the_desk(bruno) == before
    assert "ricevuta" not in text_of(answer)


@pytest.mark.parametrize("more", [{"quante": "10000"}, {"quante": "2"}, {"told": ""}])
def test_nothing_is_bought_otherwise_than_it_was_told(counter: Counter, more: dict[str, str]) -> None:
    ines, before = browser_of(counter, "ines"), left(counter, "ines")
    drawn = forms_of(ines.get(f"{HELP}?quante=1"))[HELP]
    written = rows()

    answer = ines.post(HELP, drawn | more)

    assert answer.status_code == 409
    assert "Intanto qualcosa è cambiato" in text_of(answer)
    assert (left(counter, "ines"), rows()["authorization"]) == (before, written["authorization"])


def test_a_voucher_that_was_used_up_shows_the_order_to_whoever_presses_twice(counter: Counter) -> None:
    ines = browser_of(counter, "ines")
    drawn = forms_of(ines.get(f"{HELP}?quante=4"))[HELP]

    made = ines.post(HELP, drawn)
    assert made.status_code == 302
    again = ines.client.post(HELP, data=drawn, headers={"Accept": "text/html", **ines.headers})

    assert again.location == made.location
    assert ines.send(made.location, f"{made.location}/annulla", reason="changed_mind").status_code == 302


def test_a_suspended_voucher_is_told_and_leads_to_the_ordinary_way(bruno: Browser, suspended: None) -> None:
    assert "Sospeso" in text_of(bruno.get("/io"))
    assert bruno.get(MEAL).location == "/io/ordina/PAS-CR"


def test_whose_municipality_pays_all_orders_at_once_and_a_double_click_is_one_order(counter: Counter) -> None:
    ines, before = browser_of(counter, "ines"), left(counter, "ines")
    told = ines.get(f"{HELP}?quante=1")
    assert "Paga tutto il Comune" in text_of(told)

    first, second = (ines.send_on(told, HELP, HELP) for _ in range(2))

    assert (first.status_code, first.location) == (302, second.location)
    back = ines.get(told.request.full_path)
    assert "L'hai già ordinato" in unescape(text_of(back))
    assert (f'href="{first.location}"' in back.text, HELP in forms_of(back)) == (True, False)
    made = ines.get(first.location)
    assert "Pronto da usare" in text_of(made)
    assert "qr.svg" in made.text
    price = before - left(counter, "ines")
    assert price > 0
    assert ines.send(first.location, f"{first.location}/annulla", reason="changed_mind").status_code == 302
    assert left(counter, "ines") == before


def test_what_the_desk_bought_for_bruno_tells_both_parts_and_where_they_go(counter: Counter, bruno: Browser) -> None:
    book_id, application = counter.books["CITY"], counter.people["bruno's application"]

    def sell(session: Session) -> str:
        receipt = Receipt(TenderKind.CARD, "POS-000777")
        bought = purchases.buy(session, book_id, application, "PAS-CR", 1, receipt, actor="sportello")
        return bought.authorization.authorization_id

    place = f"/io/voucher/{database.transact(sell)}"
    page = text_of(bruno.get(place))
    assert re.search(r"Paga il Comune 6,80\s€ Paghi tu 1,70\s€", page)
    assert "qr.svg" in bruno.get(place).text

    answer = bruno.send(place, f"{place}/annulla", reason="changed_mind")
    ended = unescape(text_of(bruno.get(answer.location)))

    assert re.search(r"6,80\s€ tornano nel buono del Comune", ended)
    assert re.search(r"I tuoi 1,70\s€ te li restituisce lo sportello", ended)
    assert left(counter, "bruno") == 10_000


def test_whoever_is_late_begins_again_with_what_was_said(counter: Counter) -> None:
    ines = browser_of(counter, "ines")
    typed = {"comune": "019036", "street": "via Bissolati 8", "ask_for": "Ines", "phone": "0372 123456"}
    drawn = forms_of(ines.get(f"{HELP}?quante=2"))[HELP] | typed

    back = ines.post(HELP, drawn | {"resumed": "1"})

    kept = forms_of(back)[HELP]
    assert (back.status_code, kept["quante"]) == (200, "2")
    assert {name: kept[name] for name in typed} == typed
    made = ines.send_on(back, HELP, HELP)
    assert "via Bissolati 8, Cremona" in text_of(ines.get(made.location))
    assert ines.send(made.location, f"{made.location}/annulla", reason="changed_mind").status_code == 302


def test_nobody_has_another_s_voucher(counter: Counter, bruno: Browser) -> None:
    assert bruno.get(HELP).location == "/io/ordina/ADI-CR"
    assert browser_of(counter, "giulia").get(MEAL).location == "/io/ordina/PAS-CR"
    assert browser_of(counter, "marta").get(MEAL).status_code == 403
    assert bruno.get("/io/buono/NIENTE-XX").status_code == 404


def test_the_statements_do_not_depend_on_how_much_is_asked(bruno: Browser) -> None:
    assert asked(bruno, f"{MEAL}?quante=1") == asked(bruno, f"{MEAL}?quante=9")


def test_rosa_orders_with_the_money_that_she_paid_by_card(counter: Counter) -> None:
    def work(session: Session) -> None:
        book = counter.books["PRV"] = books.open_book(session, "PRV", "Cittadini di Cremona")
        kind = FunderKind.PRIVATE
        funders.record(session, book, code="PRV", name="Cittadini di Cremona", kind=kind, home_territory="cremona")
        factories.plan(session, book, "PRV", source=PlanSource.PRIVATE, entitlement=Entitlement.AD_PERSONAM, act=None)
        rosa = factories.employee(session, book, first_name="Rosa", hired_on=None, cluster=None)
        appoint(session, counter, "rosa", Role.EMPLOYEE, book_id=book, employee_id=rosa)
        receipt = Receipt(TenderKind.CARD, "POS-000123")
        tenders.record(session, book, rosa, "PRV", receipt, factories.euro(850), on=NOON.date(), actor="sportello")

    database.transact(work)
    rosa = browser_of(counter, "rosa")
    assert "<meter" not in rosa.get("/io").text

    made = rosa.get(ordered(rosa, confirm("PAS-CR")))

    assert "Pronto da usare" in text_of(made)
    assert available(counter, "rosa") == 0
    assert re.search(r"Puoi spendere 0,00\s€", text_of(rosa.get("/io")))
