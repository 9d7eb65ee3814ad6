"""Where a service at home is to come: asked beside the order, changed on its page, read by its provider alone."""

from __future__ import annotations

import re
from html import unescape

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from api.access import cookies
from config import database
from network import acceptance
from network.acceptance import Terms
from plans.rulebook.words import Kinship
from tests.api.counter import Counter
from tests.api.v1.families import kin
from tests.api.v1.purchasing import refilled  # noqa: F401 - used by its name alone
from tests.api.web.browser import Browser, browser_of, forms_of, text_of
from tests.api.web.counting import asked

# Cleaning at home, by P03 in the province of Cremona.
ORDER = "/io/ordina/PUL-CR"
CONFIRM = f"{ORDER}/conferma"
HOME = {
    "comune": "019035",
    "street": "via Verdi 15",
    "ask_for": "Ada Neri",
    "phone": "0373 256781",
    "door": "scala B",
}
NOWHERE = {"street": "", "ask_for": "", "phone": "", "door": ""}
UNKNOWN = "Il fornitore non sa ancora dove venire"


def page(per: str = "me", **more: str) -> str:
    return f"{CONFIRM}?per={per}&quante=1" + "".join(f"&{name}={value}" for name, value in more.items())


def ordered(browser: Browser, path: str | None = None, **typed: str) -> str:
    """Confirm an order, and return where its page is."""
    answer = browser.send(path or page(), CONFIRM, **typed)
    assert answer.status_code == 302, text_of(answer)
    return str(answer.headers["Location"])


def fields(answer: TestResponse, action: str) -> dict[str, str]:
    return {name: forms_of(answer)[action][name] for name in HOME}


def day(counter: Counter) -> str:
    return unescape(text_of(browser_of(counter, "p03").get("/fornitore")))


def test_a_place_is_told_with_the_order_and_the_provider_reads_it(counter: Counter) -> None:
    giulia = browser_of(counter, "giulia")

    asks = giulia.get(page())
    place = ordered(giulia, **HOME)
    told, read = giulia.get(place), browser_of(counter, "p03").get("/fornitore")

    assert "Dove devono venire?" in text_of(asks)
    assert ">Crema</option>" in asks.text
    assert ">Milano</option>" not in asks.text
    for shown in (unescape(text_of(told)), unescape(text_of(read))):
        assert "via Verdi 15, Crema" in shown
        assert "Ada Neri, 0373 256781" in shown
        assert "scala B" in shown
    assert UNKNOWN not in told.text
    assert 'href="tel:0373256781"' in read.text
    assert "Giulia" not in read.text


def test_whoever_goes_back_and_says_another_place_is_told_that_it_is_as_it_was(counter: Counter) -> None:
    giulia = browser_of(counter, "giulia")
    drawn = giulia.get(page())
    first = giulia.send_on(drawn, page(), CONFIRM, **HOME)
    same = giulia.send_on(drawn, page(), CONFIRM, **HOME)
    other = giulia.send_on(drawn, page(), CONFIRM, **(HOME | {"street": "via Nuova 9"}))

    assert first.location == same.location == other.location
    shown = unescape(text_of(giulia.get(str(other.location))))
    assert "Dove devono venire è rimasto com'era" in shown
    assert "via Verdi 15, Crema" in shown
    assert "Nuova 9" not in shown


def test_what_was_told_is_taken_away_also_when_the_order_is_over(counter: Counter) -> None:
    giulia = browser_of(counter, "giulia")
    placed = ordered(giulia, **HOME)
    giulia.send(placed, f"{placed}/annulla")

    gone = giulia.send(placed, f"{placed}/luogo/togli")

    assert gone.status_code == 302
    assert "Tolto: nessuno lo legge più" in unescape(text_of(giulia.get(placed)))
    assert "via Verdi 15" not in giulia.get(placed).text


def test_nobody_takes_away_what_somebody_else_told(counter: Counter) -> None:
    giulia, mario = browser_of(counter, "giulia"), browser_of(counter, "mario")
    placed, own = ordered(giulia, **HOME), ordered(mario, **HOME)

    tried = mario.send_on(mario.get(own), own, f"{own}/luogo/togli")
    token = forms_of(mario.get(ordered(mario, **HOME)))
    foreign = mario.client.post(
        f"{placed}/luogo/togli", data={"csrf_token": next(iter(token.values()))["csrf_token"]}, headers=mario.headers
    )

    assert (tried.status_code, foreign.status_code) == (302, 404)
    assert "via Verdi 15" in unescape(text_of(giulia.get(placed)))


def test_the_wallet_leads_to_an_order_without_a_place_until_it_is_told(counter: Counter) -> None:
    giulia = browser_of(counter, "giulia")
    placed, missing = ordered(giulia, **HOME), ordered(giulia, **NOWHERE)

    home = giulia.get("/io").text

    assert f'href="{missing}#where"' in home
    assert f'href="{placed}#where"' not in home
    assert 'id="where"' in giulia.get(missing).text


def test_an_order_needs_no_place_and_its_page_says_that_it_is_missing(counter: Counter) -> None:
    mario = browser_of(counter, "mario")
    place = ordered(mario, **NOWHERE)

    bare, before = mario.get(place), day(counter)
    saved = mario.send(place, f"{place}/luogo", **HOME)
    told = mario.get(saved.headers["Location"])

    assert UNKNOWN in text_of(bare)
    assert "▲ non l'hanno ancora detto" in before
    assert (saved.status_code, saved.headers["Location"]) == (302, place)
    assert "Salvato: il fornitore sa dove venire" in text_of(told)
    assert UNKNOWN not in text_of(told)
    assert "Cambia dove devono venire" in text_of(told)
    assert fields(told, f"{place}/luogo") == HOME
    mario.send(place, f"{place}/luogo", street="piazza Duomo 3")
    assert "piazza Duomo 3, Crema" in text_of(mario.get(place))
    assert "piazza Duomo 3, Crema" in day(counter)


def test_what_comes_to_nobodys_home_asks_for_no_place(counter: Counter) -> None:
    giulia, elsewhere = browser_of(counter, "giulia"), "/io/ordina/PSI-CR/conferma"

    drawn = giulia.get(f"{elsewhere}?per=me&quante=1")
    place = str(giulia.send_on(drawn, elsewhere, elsewhere, **HOME).headers["Location"])

    assert "Dove devono venire?" not in drawn.text
    assert f"{place}/luogo" not in forms_of(giulia.get(place))
    assert "Verdi" not in giulia.get(place).text
    token = forms_of(drawn)[elsewhere]["csrf_token"]
    assert giulia.post(f"{place}/luogo", HOME | {"csrf_token": token}).status_code == 404
    assert "nella tua sede" in text_of(browser_of(counter, "p04").get("/fornitore"))


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"street": ""}, "street", "Manca"),
        ({"street": "x" * 121}, "street", ""),
        ({"ask_for": " "}, "ask_for", "Manca"),
        ({"ask_for": "x" * 81}, "ask_for", ""),
        ({"phone": ""}, "phone", "Manca"),
        ({"phone": "12345"}, "phone", "numero di telefono"),
        ({"phone": "chiamare Ada"}, "phone", "numero di telefono"),
        ({"phone": "1" * 21}, "phone", ""),
        ({"comune": ""}, "comune", "Scegli il Comune"),
        ({"comune": "015146"}, "comune", "Scegli il Comune"),
        ({"door": "x" * 201}, "door", ""),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_ordered(
    counter: Counter, typed: dict[str, str], field: str, said: str
) -> None:
    giulia = browser_of(counter, "giulia")

    answer = giulia.send(page(), CONFIRM, **HOME | typed)
    place = str(giulia.send_on(answer, CONFIRM, CONFIRM, **NOWHERE).headers["Location"])
    late = giulia.send(place, f"{place}/luogo", **HOME | typed)

    for each in (answer, late):
        assert each.status_code == 422
        assert re.search(rf'id="{field}-error">[^<]*{said}', each.text)
        assert "scala B" in each.text or field == "door"
    assert "Verdi" not in text_of(giulia.get(place))
    assert giulia.send_on(late, place, f"{place}/luogo", **HOME).status_code == 302


def test_the_next_order_for_the_same_person_begins_with_the_last_place(counter: Counter) -> None:
    mario, child = browser_of(counter, "mario"), kin(counter, "mario", Kinship.CHILD, age=9)
    ordered(mario, **HOME | {"street": "via Dante 4"})
    assert fields(mario.get(page()), CONFIRM)["street"] == "via Dante 4"
    assert fields(mario.get(page(child)), CONFIRM) == dict.fromkeys(HOME, "")

    lives = sa.text("update relative set comune = 'Soresina' where relative_id = :id")
    database.transact(lambda session: session.execute(lives, {"id": child}))
    known = mario.get(page(child))

    assert re.search(r'<option selected value="\d{6}">Soresina', known.text)
    # What is filled in and not wanted is cleared, and nothing is told.
    place = ordered(mario, **NOWHERE)
    assert UNKNOWN in text_of(mario.get(place))


def test_an_order_that_was_made_keeps_the_place_it_was_made_with(counter: Counter) -> None:
    giulia = browser_of(counter, "giulia")
    drawn = giulia.get(page())

    first = giulia.send_on(drawn, CONFIRM, CONFIRM, **HOME).headers["Location"]
    again = giulia.send_on(drawn, CONFIRM, CONFIRM, **HOME | {"street": "via Altrove 9"})

    assert again.headers["Location"] == first
    assert "via Verdi 15" in text_of(giulia.get(first))


def test_whoever_is_late_finds_the_place_again_and_no_address_bears_it(counter: Counter) -> None:
    giulia = browser_of(counter, "giulia")
    drawn = forms_of(giulia.get(page()))[CONFIRM] | HOME
    giulia.client.delete_cookie(cookies.name(cookies.SESSION))

    late = giulia.post(CONFIRM, drawn)
    again = browser_of(counter, "giulia")
    token = forms_of(again.get(page()))[CONFIRM]["csrf_token"]
    back = again.post(CONFIRM, drawn | {"resumed": "1", "csrf_token": token})

    assert (late.status_code, back.status_code) == (401, 200)
    assert fields(back, CONFIRM) == HOME
    assert "resumed" not in forms_of(back)[CONFIRM]
    made = again.send_on(back, CONFIRM, CONFIRM)
    assert made.status_code == 302
    assert "via Verdi 15" in text_of(again.get(made.headers["Location"]))
    assert "Verdi" not in back.request.url + made.headers["Location"]


def test_whoever_is_late_on_an_orders_page_finds_what_was_typed_too(counter: Counter) -> None:
    giulia = browser_of(counter, "giulia")
    place = ordered(giulia, **NOWHERE)
    drawn = forms_of(giulia.get(place))[f"{place}/luogo"] | HOME | {"street": "via Tarda 6"}

    back = giulia.post(f"{place}/luogo", drawn | {"resumed": "1"})

    assert (back.status_code, fields(back, f"{place}/luogo")["street"]) == (200, "via Tarda 6")
    assert UNKNOWN in text_of(giulia.get(place))
    assert giulia.send_on(back, place, f"{place}/luogo").status_code == 302
    assert "via Tarda 6" in text_of(giulia.get(place))


def test_an_order_that_is_over_takes_no_place(counter: Counter) -> None:
    giulia = browser_of(counter, "giulia")
    place = ordered(giulia, **HOME)
    drawn = giulia.get(place)
    giulia.send(place, f"{place}/annulla", reason="changed_mind")

    late = giulia.send_on(drawn, place, f"{place}/luogo", street="via Altrove 9")
    over = giulia.get(place)

    assert late.status_code == 409
    assert "Intanto questo ordine è cambiato" in text_of(late)
    assert all(f"{place}/luogo" not in forms_of(each) for each in (late, over))
    assert "via Verdi 15" in text_of(over)
    made = place.rpartition("/")[2]
    assert made not in browser_of(counter, "p03").get("/fornitore").text


def test_a_provider_reads_it_once_it_has_accepted(counter: Counter) -> None:
    giulia = browser_of(counter, "giulia")
    database.transact(lambda session: acceptance.change(session, Terms("P03", 24)))
    try:
        place = ordered(giulia, **NOWHERE)
    finally:
        database.transact(lambda session: acceptance.change(session, Terms("P03")))

    saved = giulia.send(place, f"{place}/luogo", **HOME | {"street": "via Attesa 7"})

    assert "lo legge appena accetta" in text_of(giulia.get(saved.headers["Location"]))
    assert "via Attesa 7" not in day(counter)
    assert "dove, lo leggi appena accetti" in day(counter)
    made = place.rpartition("/")[2]
    assert counter.ask("p03", "POST", f"/v1/acceptances/{made}/acceptances", {}).status_code == 201
    assert "via Attesa 7" in day(counter)


def test_somebody_elses_order_is_told_nothing(counter: Counter) -> None:
    place = ordered(browser_of(counter, "giulia"))
    mario = browser_of(counter, "mario")
    token = forms_of(mario.get(page()))[CONFIRM]["csrf_token"]

    assert mario.post(f"{place}/luogo", HOME | {"csrf_token": token}).status_code == 404
    for who in ("hr", "payroll", "accountant", "comune", "p03", "marta", "operator"):
        assert browser_of(counter, who).get(place).status_code == 403


def test_a_day_with_places_takes_as_many_statements_as_one_without(counter: Counter) -> None:
    giulia, provider = browser_of(counter, "giulia"), browser_of(counter, "p03")
    ordered(giulia, **HOME)
    few = asked(provider, "/fornitore")
    for _ in range(3):
        ordered(giulia, **HOME)

    assert asked(provider, "/fornitore") == few


def test_the_trail_says_that_a_place_was_told_to_its_person_and_not_to_the_company(counter: Counter) -> None:
    giulia = browser_of(counter, "giulia")
    place = ordered(giulia, **NOWHERE)
    giulia.send(place, f"{place}/luogo", **HOME)

    told = counter.ask("giulia", "GET", "/v1/audit").text
    assert "web_order.place" in told
    assert "Verdi" not in told
    assert "web_order.place" not in counter.ask("hr", "GET", "/v1/audit").text
