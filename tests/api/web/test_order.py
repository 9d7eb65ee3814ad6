"""Ordering through pages: three steps, the decision told before anything is spent, the code, undoing and disputing."""

from __future__ import annotations

import re
from html import unescape

import pytest
from sqlalchemy.orm import Session

from api.access import cookies
from config import database
from network import acceptance, contacts
from network.acceptance import Terms
from network.contacts import Contact
from plans.rulebook.words import Kinship
from tests.api.counter import Counter
from tests.api.v1.families import kin
from tests.api.v1.purchasing import refilled  # noqa: F401 - used by its name alone
from tests.api.web.browser import Browser, browser_of, forms_of, text_of
from tests.api.web.counting import asked

ORDER = "/io/ordina/PSI-CR"


def confirm(service: str = "PSI-CR", per: str = "me", quante: object = 1, **more: str) -> str:
    rest = "".join(f"&{name}={value}" for name, value in more.items())
    return f"/io/ordina/{service}/conferma?per={per}&quante={quante}{rest}"


def ordered(browser: Browser, path: str | None = None, **typed: str) -> str:
    """Confirm an order, and return where its page is."""
    path = path or confirm()
    answer = browser.send(path, path.partition("?")[0], **typed)
    assert answer.status_code == 302, answer.text
    return str(answer.headers["Location"])


def available(counter: Counter, who: str) -> int:
    return int(counter.ask(who, "GET", "/v1/wallets/mine").get_json()["available_minor"])


def test_an_order_is_made_in_three_steps(counter: Counter) -> None:
    giulia = browser_of(counter, "giulia")
    before = available(counter, "giulia")

    whom = giulia.get(ORDER)
    when = giulia.get(f"{ORDER}/quando?per=me")
    told = giulia.get(confirm(giorno="2026-03-10"))
    assert available(counter, "giulia") == before
    made = giulia.get(ordered(giulia, confirm(giorno="2026-03-10")))

    assert [page.status_code for page in (whom, when, told, made)] == [200] * 4
    assert "Per me" in text_of(whom)
    assert forms_of(when)[f"{ORDER}/conferma"]["quante"] == "1"
    assert "Esente da tasse" in text_of(told)
    assert "55,00" in text_of(told)
    assert "Piano welfare" in text_of(told)
    assert "Pronto da usare" in text_of(made)
    assert "10 marzo 2026" in text_of(made)
    assert before - available(counter, "giulia") == 5_500


def test_going_back_loses_nothing(counter: Counter) -> None:
    giulia = browser_of(counter, "giulia")

    back = giulia.get(f"{ORDER}/quando?per=me&quante=3&giorno=2026-03-10")
    further = giulia.get(f"{ORDER}?per=me&quante=3&giorno=2026-03-10")

    said = {"per": "me", "quante": "3", "giorno": "2026-03-10"}
    carried = forms_of(back)[f"{ORDER}/conferma"]
    assert carried.pop("modulo") in back.request.url
    assert carried == said | {"importo": "", "come": "any"}
    assert forms_of(further)[f"{ORDER}/quando"] == said
    assert "quante=3" in giulia.get(confirm(quante=3)).text


def test_an_order_without_a_day_says_until_when_and_how_it_goes_on(counter: Counter) -> None:
    giulia = browser_of(counter, "giulia")

    blank, dated = giulia.get(ordered(giulia)), giulia.get(ordered(giulia, confirm(giorno="2026-03-10")))

    assert "Quando da decidere, entro il 9 marzo 2026" in text_of(blank)
    assert "Vale fino a" not in text_of(blank)
    assert "Quando 10 marzo 2026 Vale fino a" in text_of(dated)
    for page in (blank, dated):
        assert "Il giorno e l'ora si decidono con" in unescape(text_of(page))
        assert "nel territorio di Cremona" in text_of(page)
        assert 'href="tel:0372' in page.text
        assert re.search(r'href="/io"><span aria-hidden="true">←', page.text)


def test_where_a_provider_has_told_no_way_to_reach_it_a_welfare_manager_is_asked(counter: Counter) -> None:
    giulia = browser_of(counter, "giulia")
    path = ordered(giulia)

    def silent(session: Session) -> Contact | None:
        before = contacts.of(session, "P04")
        contacts.tell(session, "P04")
        return before

    before = database.transact(silent)
    page = giulia.get(path)
    if before is not None:
        told = {"phone": before.phone, "email": before.email, "street": before.street, "comune": before.istat_code}
        database.transact(lambda session: contacts.tell(session, "P04", **told))

    assert 'href="/orientamento?servizio=PSI-CR"' in page.text
    assert "tel:" not in page.text


def test_story_12_a_double_click_is_one_order(counter: Counter) -> None:
    mario = browser_of(counter, "mario")
    before = available(counter, "mario")
    page = mario.get(confirm())

    first, second = (mario.send_on(page, ORDER, f"{ORDER}/conferma") for _ in range(2))

    assert (first.status_code, second.status_code) == (302, 302)
    assert first.headers["Location"] == second.headers["Location"]
    assert before - available(counter, "mario") == 5_500


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        (confirm(quante=0), "numero intero"),
        (confirm(quante="molte"), "numero intero"),
        (confirm(quante=10_001), "numero intero"),
        (confirm(quante="1_0"), "numero intero"),
        (confirm(quante="²"), "numero intero"),
        (confirm(quante=""), "Scrivi quanti"),
        (confirm(giorno="domani"), "Quando?"),
        (confirm(giorno="2020-01-01"), "01/01/2020"),
        (confirm(giorno="2199-01-01"), "2199"),
    ],
)
def test_what_cannot_be_is_told_on_its_step_with_what_was_typed(counter: Counter, path: str, sentence: str) -> None:
    answer = browser_of(counter, "giulia").get(path)

    assert answer.status_code in (409, 422)
    assert "Da sistemare" in text_of(answer)
    assert sentence in text_of(answer)
    for typed in path.partition("?")[2].split("&")[1:]:
        assert f'value="{typed.partition("=")[2]}"' in answer.text


@pytest.mark.parametrize("whom", ["", "rel_nobody", "<script>"])
def test_a_person_who_is_not_ones_own_is_chosen_anew(counter: Counter, whom: str) -> None:
    for step in ("quando", "conferma"):
        answer = browser_of(counter, "giulia").get(f"{ORDER}/{step}?per={whom}&quante=1")
        assert (answer.status_code, answer.headers["Location"]) == (302, f"{ORDER}?per=scegli&avanti=1")
    again = browser_of(counter, "giulia").get(answer.headers["Location"])
    assert (again.status_code, 'id="per-error"' in again.text, " checked" in again.text) == (422, True, False)


def test_a_service_that_nobody_has_is_not_found(counter: Counter) -> None:
    assert browser_of(counter, "giulia").get("/io/ordina/NIENTE-XX").status_code == 404


def test_a_decline_is_told_before_and_offers_ways_on(counter: Counter) -> None:
    told = browser_of(counter, "giulia").get(confirm(quante=10_000))

    assert told.status_code == 200
    assert "Così non si può fare" in text_of(told)
    assert "riduci la quantità" in text_of(told)
    assert "Cambia quantità, giorno o modo" in text_of(told)
    assert "Usa soldi tuoi" in text_of(told)
    assert 'href="/orientamento?servizio=PSI-CR"' in told.text
    assert "Conferma l" not in text_of(told).replace("Conferma ·", "")
    # Sent all the same, it is told anew, and nothing is done.
    forged = browser_of(counter, "giulia")
    drawn = forms_of(forged.get(confirm()))[f"{ORDER}/conferma"]
    answer = forged.post(f"{ORDER}/conferma", drawn | {"quante": "10000"})
    assert answer.status_code == 409
    assert "Così non si può fare" in text_of(answer)


def test_whoever_goes_back_and_confirms_again_has_one_order_unless_another_is_meant(counter: Counter) -> None:
    mario, path = browser_of(counter, "mario"), f"{ORDER}/conferma"
    before = available(counter, "mario")
    when = forms_of(mario.get(f"{ORDER}/quando?per=me"))[path]
    address = f"{path}?" + "&".join(f"{name}={value}" for name, value in when.items())
    first, drawn_again = mario.get(address), mario.get(address)
    place = mario.send_on(first, path, path).headers["Location"]

    again = mario.send_on(drawn_again, path, path)
    found, back = mario.get(place), mario.get(address)

    assert again.headers["Location"] == place
    assert "già ordinato" in text_of(found)
    assert "già ordinato" in text_of(back)
    assert f'href="{place}"' in back.text
    assert path not in forms_of(back)
    assert before - available(counter, "mario") == 5_500
    other = re.search(rf'href="({path}\?[^"]+)"[^>]*>Ordinane un altro', back.text)
    assert other is not None
    assert mario.send(other[1].replace("&amp;", "&"), path).headers["Location"] != place
    assert before - available(counter, "mario") == 11_000


def test_whoever_is_late_finds_the_order_again(counter: Counter) -> None:
    giulia = browser_of(counter, "giulia")
    drawn = forms_of(giulia.get(confirm(quante=2)))[f"{ORDER}/conferma"]
    giulia.client.delete_cookie(cookies.name(cookies.SESSION))

    late = giulia.post(f"{ORDER}/conferma", drawn)
    again = browser_of(counter, "giulia")
    token = forms_of(again.get(confirm()))[f"{ORDER}/conferma"]["csrf_token"]
    back = again.post(f"{ORDER}/conferma", drawn | {"resumed": "1", "csrf_token": token})

    assert late.status_code == 401
    assert back.status_code == 200
    assert forms_of(back)[f"{ORDER}/conferma"]["quante"] == "2"
    assert "110,00" in text_of(back)


def test_the_code_is_shown_in_letters_and_as_a_picture_to_its_person_alone(counter: Counter) -> None:
    giulia, mario = browser_of(counter, "giulia"), browser_of(counter, "mario")
    place = ordered(giulia)

    page, picture = giulia.get(place), giulia.get(f"{place}/qr.svg")

    code = counter.ask("giulia", "GET", f"/v1/authorizations/{place.rpartition('/')[2]}").get_json()["code"]
    assert code in page.text
    assert f'src="{place}/qr.svg"' in page.text
    assert (picture.mimetype, code in picture.text, "style=" in picture.text) == ("image/svg+xml", True, False)
    for path in (place, f"{place}/qr.svg"):
        assert mario.get(path).status_code == 404
        assert browser_of(counter, "p04").get(path).status_code == 403


def test_an_order_is_cancelled_and_its_money_comes_back(counter: Counter) -> None:
    giulia = browser_of(counter, "giulia")
    before = available(counter, "giulia")
    place = ordered(giulia)

    answer = giulia.send(place, f"{place}/annulla", reason="changed_mind")
    page = giulia.get(answer.headers["Location"])

    assert available(counter, "giulia") == before
    assert "Ordine annullato: 55,00" in text_of(page)
    assert "Ordina di nuovo" in text_of(page)
    assert "qr.svg" not in page.text
    token = forms_of(giulia.get(confirm()))[f"{ORDER}/conferma"]["csrf_token"]
    forged = giulia.post(f"{place}/annulla", {"csrf_token": token, "key": "k", "reason": "provider_refused"})
    assert forged.status_code == 422
    stale = giulia.post(f"{place}/annulla", {"csrf_token": token, "key": "k2", "reason": "changed_mind"})
    assert (stale.status_code, "Da sistemare" in text_of(stale)) == (409, True)
    assert "Intanto questo ordine è cambiato" in text_of(stale)


def test_what_is_left_of_an_order_that_ends_is_told(counter: Counter) -> None:
    giulia, made = browser_of(counter, "giulia"), counter.buy(channel="DIRECT")["id"]
    place, captures = f"/io/voucher/{made}", f"/v1/authorizations/{made}/captures"
    assert counter.ask("p04", "POST", captures, {"amount": {"minor": 1_000}}).status_code == 201
    assert giulia.send(place, f"{place}/annulla", reason="changed_mind").status_code == 302

    told = text_of(giulia.get(place))

    assert "Usato tutto" not in told
    assert "Usato in parte, il resto annullato" in told
    assert "Non usato, tornato disponibile 45,00" in told


def test_a_charge_is_disputed_once_and_a_refund_told(counter: Counter) -> None:
    giulia = browser_of(counter, "giulia")
    place = ordered(giulia)
    made = place.rpartition("/")[2]
    assert counter.ask("p04", "POST", f"/v1/authorizations/{made}/captures", {}).status_code == 201
    page = giulia.get(place)
    assert "Usato tutto" in text_of(page)

    answers = [giulia.send_on(page, place, f"{place}/contesta", why="NOT_DELIVERED", note="<mai>") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    told = giulia.get(place)
    assert "Contestazione aperta" in text_of(told)
    assert "servizio non reso" in text_of(told)
    assert f"{place}/contesta" not in forms_of(told)
    stranger = browser_of(counter, "mario")
    assert stranger.send_on(page, place, f"{place}/contesta").status_code in (400, 404)
    assert counter.ask("marta", "POST", f"/v1/authorizations/{made}/refunds", {"reason": "non reso"}).status_code == 201
    assert "Restituito nel borsellino" in text_of(giulia.get(place))


def test_an_order_waits_for_its_provider_and_has_no_code_before(counter: Counter) -> None:
    giulia = browser_of(counter, "giulia")

    def ask(hours: int | None) -> None:
        database.transact(lambda session: acceptance.change(session, Terms("P04", hours=hours, services={})))

    ask(24)
    try:
        place = ordered(giulia)
    finally:
        ask(None)

    page = giulia.get(place)
    assert "Aspetta il sì del fornitore" in text_of(page)
    assert "deve prima accettare" in text_of(page)
    assert "qr.svg" not in page.text
    assert giulia.get(f"{place}/qr.svg").status_code == 404
    made = place.rpartition("/")[2]
    assert counter.ask("p04", "POST", f"/v1/acceptances/{made}/acceptances", {}).status_code == 201
    assert "Pronto da usare" in text_of(giulia.get(place))


def test_what_has_no_price_is_asked_for_in_words(counter: Counter) -> None:
    answer = browser_of(counter, "giulia").get("/io/ordina/CON-CR")

    assert (answer.status_code, answer.location) == (302, "/orientamento?servizio=CON-CR")


def test_an_order_comes_in_the_way_that_is_chosen(counter: Counter) -> None:
    giulia = browser_of(counter, "giulia")
    assert "Come vuoi riceverlo?" in text_of(giulia.get(f"{ORDER}/quando?per=me"))

    made = giulia.get(ordered(giulia, confirm(come="VOUCHER")))
    assert "È un buono a tuo nome" in text_of(made)
    assert "A nome di Giulia" in text_of(made)
    other = giulia.get(ordered(giulia, confirm(come="DIRECT")))
    assert "È un buono a tuo nome" not in text_of(other)
    for wrong in ("REIMBURSEMENT", "PIGEON"):
        answer = giulia.get(confirm(come=wrong))
        assert answer.status_code == 422
        assert "come-error" in answer.text


def test_an_amount_is_as_good_as_a_quantity_where_it_comes_to_whole_units(counter: Counter) -> None:
    giulia = browser_of(counter, "giulia")

    told = giulia.get(confirm(quante="", importo="110,00"))
    assert "2 × colloquio" in text_of(told)
    made = giulia.get(ordered(giulia, confirm(importo="110,00")))
    assert "110,00" in text_of(made)
    mismatch = giulia.get(confirm(quante="", importo="100"))
    assert "non corrisponde al prezzo" in text_of(mismatch)
    assert giulia.get(confirm(quante="", importo="tanto")).status_code == 422
    assert "Scrivi quanti" in text_of(giulia.get(confirm(quante="", importo="")))


def test_the_pages_are_in_english_too(counter: Counter) -> None:
    giulia = browser_of(counter, "giulia", language="en")

    assert "Free of tax" in text_of(giulia.get(confirm()))
    assert "€55.00" in text_of(giulia.get(confirm()))
    assert "Ready to use" in text_of(giulia.get(ordered(giulia)))


@pytest.mark.parametrize("who", ["hr", "payroll", "p04", "marta", "operator"])
def test_nobody_else_has_these_pages(counter: Counter, who: str) -> None:
    browser = browser_of(counter, who)

    assert [browser.get(path).status_code for path in (ORDER, confirm())] == [403, 403]


def test_more_relatives_and_more_charges_ask_no_more_of_the_database(counter: Counter) -> None:
    mario = browser_of(counter, "mario")
    place = ordered(mario, confirm(quante=3, giorno="2026-03-02"))
    captures = f"/v1/authorizations/{place.rpartition('/')[2]}/captures"
    counter.ask("p04", "POST", captures, {"amount": {"minor": 5_500}})
    kin(counter, "mario", Kinship.CHILD, age=8)
    paths = (ORDER, f"{ORDER}/quando?per=me", confirm(), place)
    before = [asked(mario, path) for path in paths]

    counter.ask("p04", "POST", captures, {"amount": {"minor": 5_500}})
    for age in (9, 10, 11):
        kin(counter, "mario", Kinship.CHILD, age=age)

    assert [asked(mario, path) for path in paths] == before
