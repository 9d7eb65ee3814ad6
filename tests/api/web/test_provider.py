"""The provider's room: what is asked, the till, what is paid, and the qualification."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from api.exports import calendars
from api.exports.calendars import Calendar
from api.web import site
from config import clock
from reports.provider_settlement.model import Instalment
from tests.api.counter import Counter
from tests.api.v1.purchasing import refilled
from tests.api.web.browser import browser_of, text_of
from tests.api.web.counting import asked

__all__ = ["refilled"]

TILL, CONFIRM = "/fornitore/riscatta", "/fornitore/riscatta/conferma"


def status_of(counter: Counter, made: Any) -> Any:
    return counter.ask("giulia", "GET", f"/v1/authorizations/{made['id']}").get_json()


@pytest.mark.parametrize(
    "path", ["/fornitore", TILL, "/fornitore/pagamenti", "/fornitore/contestazioni", "/fornitore/qualifica"]
)
def test_the_room_is_the_providers_alone_in_both_languages(counter: Counter, path: str) -> None:
    for language in ("it", "en"):
        assert browser_of(counter, "p04", language=language).get(path).status_code == 200
    for who in ("giulia", "hr", "marta"):
        assert browser_of(counter, who).get(path).status_code == 403
    assert browser_of(counter).get(path).status_code == 302


def test_a_day_shows_what_is_to_be_given_without_a_name_or_a_code(counter: Counter) -> None:
    made = counter.buy()

    page = browser_of(counter, "p04").get("/fornitore")

    assert "55,00" in text_of(page)
    assert made["code"] not in page.text
    assert "Giulia" not in page.text


def test_a_code_is_looked_at_and_then_redeemed_once_however_often_it_is_sent(counter: Counter) -> None:
    made, browser = counter.buy(channel="DIRECT"), browser_of(counter, "p04")

    looked = browser.send(TILL, TILL, code=made["code"].lower().replace("-", " "))

    assert (looked.status_code, status_of(counter, made)["captured_minor"]) == (200, 0)
    for _ in range(2):
        done = browser.send_on(looked, TILL, CONFIRM, amount="15,50")
        assert done.status_code == 302
    assert "15,50" in text_of(browser.get(done.location))
    assert status_of(counter, made)["captured_minor"] == 1_550


def test_who_goes_back_to_the_till_redeems_what_they_meant_once_and_the_next_code_too(counter: Counter) -> None:
    (one, other), browser = (counter.buy(channel="DIRECT") for _ in range(2)), browser_of(counter, "p04")
    page = browser.get(TILL)

    def redeemed(code: str, amount: str) -> TestResponse:
        again = browser.get(page.request.path + "?" + page.request.query_string.decode())
        return browser.send_on(browser.send_on(again, TILL, TILL, code=code), TILL, CONFIRM, amount=amount)

    first, back, next_one = (
        redeemed(one["code"], "15,50"),
        redeemed(one["code"], "15,50"),
        redeemed(other["code"], "9,00"),
    )
    more = redeemed(one["code"], "10,00")

    assert [answer.status_code for answer in (first, back, next_one, more)] == [302, 302, 302, 422]
    assert back.location == first.location
    assert "premi di nuovo" in text_of(more)
    assert [status_of(counter, each)["captured_minor"] for each in (one, other)] == [1_550, 900]
    assert browser.send_on(more, TILL, CONFIRM).status_code == 302


def test_without_an_amount_all_of_it_is_redeemed(counter: Counter) -> None:
    made, browser = counter.buy(channel="DIRECT"), browser_of(counter, "p04")

    browser.send_on(browser.send(TILL, TILL, code=made["code"]), TILL, CONFIRM)

    assert status_of(counter, made)["status"] == "captured"


def test_an_amount_that_is_wrong_is_said_and_can_be_mended(counter: Counter) -> None:
    made, browser = counter.buy(channel="DIRECT"), browser_of(counter, "p04")
    looked = browser.send(TILL, TILL, code=made["code"])

    unread = browser.send_on(looked, TILL, CONFIRM, amount="molto")
    refused = browser.send_on(looked, TILL, CONFIRM, amount="55,01")
    mended = browser.send_on(refused, TILL, CONFIRM, amount="55,00")

    assert (unread.status_code, refused.status_code, mended.status_code) == (422, 409, 302)
    assert "molto" in unread.text
    assert status_of(counter, made)["captured_minor"] == 5_500


@pytest.mark.parametrize(
    ("code", "status"),
    [("", 422), ("7K3F", 422), ("https://buoni.example/qr/92837465123/usa?x=<script>", 422), ("7K3F-9QWD-2M5X", 422)],
)
def test_a_code_that_is_none_is_told_helpfully(counter: Counter, code: str, status: int) -> None:
    page = browser_of(counter, "p04").send(TILL, TILL, code=code)

    assert page.status_code == status
    assert "Da sistemare" in page.text
    assert "<script>" not in page.text


def test_what_cannot_be_redeemed_says_why(counter: Counter) -> None:
    used, voided, browser = counter.buy(channel="DIRECT"), counter.buy(), browser_of(counter, "p04")
    browser.send_on(browser.send(TILL, TILL, code=used["code"]), TILL, CONFIRM)
    counter.ask("giulia", "POST", f"/v1/authorizations/{voided['id']}/voids", {})

    for made, why in ((used, "già stato riscattato"), (voided, "annullato")):
        page = browser.send(TILL, TILL, code=made["code"])
        assert page.status_code == 200
        assert why in page.text
        assert 'value="Riscatta"' not in page.text
    others = browser_of(counter, "p03").send(TILL, TILL, code=used["code"])
    assert (others.status_code, "altro fornitore" in others.text) == (404, True)


def test_the_camera_is_for_the_till_alone(counter: Counter) -> None:
    browser = browser_of(counter, "p04")

    assert "camera=(self)" in browser.get(TILL).headers["Permissions-Policy"]
    assert "camera=()" in browser.get("/fornitore").headers["Permissions-Policy"]


@pytest.fixture
def asks(counter: Counter) -> Any:
    """P04 wants to be asked."""
    path = "/v1/acceptances/terms/P04"
    for hours in (24, None):
        tag = counter.ask("marta", "GET", path).headers["ETag"]
        assert counter.ask("marta", "PUT", path, {"hours": hours}, If_Match=tag).status_code == 200
        if hours is not None:
            yield


def test_what_waits_is_accepted_or_refused_from_the_day(counter: Counter, asks: None) -> None:
    taken, left, browser = counter.buy(), counter.buy(), browser_of(counter, "p04")
    base = "/fornitore/richieste"

    accepted = browser.send("/fornitore", f"{base}/{taken['id']}/accetta")
    refused = browser.send(f"{base}/{left['id']}", f"{base}/{left['id']}", reason="fully_booked")

    assert (accepted.status_code, refused.status_code) == (302, 302)
    assert status_of(counter, taken)["code"] is not None
    assert status_of(counter, left)["status"] == "voided"
    assert "rifiutata" in text_of(browser.get(f"{base}/{left['id']}"))
    assert browser_of(counter, "p03").get(f"{base}/{left['id']}").status_code == 404


def test_a_day_takes_as_many_statements_with_many_purchases_as_with_few(counter: Counter, asks: None) -> None:
    counter.buy()
    browser = browser_of(counter, "p04")
    few = asked(browser, "/fornitore")
    for _ in range(5):
        counter.buy()

    assert asked(browser, "/fornitore") == few


# -- given earlier ---------------------------------------------------------------------------------------------------


def late(counter: Counter, made: Any, **typed: str) -> Any:
    """Look at a code and enter it as given earlier."""
    browser = browser_of(counter, "p04")
    return browser.send_on(browser.send(TILL, TILL, code=made["code"]), TILL, CONFIRM, late="1", **typed)


def test_what_was_given_while_there_was_no_network_is_charged_if_it_is_still_open(counter: Counter) -> None:
    made, browser = counter.buy(channel="DIRECT"), browser_of(counter, "p04")

    done = late(counter, made, on="2026-03-02", at="12:00", amount="20,00")

    assert done.status_code == 302, text_of(done)
    assert "20,00" in text_of(browser.get(done.location))
    assert status_of(counter, made)["captured_minor"] == 2_000


def test_what_is_open_no_more_is_written_down_once_for_somebody_to_decide(counter: Counter) -> None:
    made, browser = counter.buy(channel="DIRECT"), browser_of(counter, "p04")
    counter.ask("giulia", "POST", f"/v1/authorizations/{made['id']}/voids", {})
    looked = browser.send(TILL, TILL, code=made["code"])

    twice = [browser.send_on(looked, TILL, CONFIRM, late="1", on="2026-03-02", at="12:00") for _ in range(2)]
    day = browser.get("/fornitore")

    assert [each.location for each in twice] == [twice[0].location] * 2
    assert "da decidere" in text_of(browser.get(twice[0].location))
    assert f'href="{twice[0].location}"' in day.text
    assert status_of(counter, made)["captured_minor"] == 0


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Scrivi il giorno"),
        ({"at": "10:00"}, "Scrivi il giorno"),
        ({"on": "2026-03-01"}, "Scrivi anche l&#39;ora"),
        ({"on": "2026-03-03", "at": "10:00"}, "deve ancora venire"),
        ({"on": "ieri", "at": "10:00"}, "Da sistemare"),
        ({"on": "2026-03-02", "at": "23:00"}, "Da sistemare"),
    ],
)
def test_a_moment_that_cannot_be_is_said(counter: Counter, typed: dict[str, str], said: str) -> None:
    page = late(counter, counter.buy(channel="DIRECT"), **typed)

    assert page.status_code in (409, 422), page.status_code
    assert said in page.text
    assert '<details class="more mt-4" open>' in page.text


# -- disputes --------------------------------------------------------------------------------------------------------


def disputed(counter: Counter) -> str:
    """A service that P04 gave and Giulia disputes."""
    made = counter.buy(channel="DIRECT")
    counter.ask("p04", "POST", f"/v1/authorizations/{made['id']}/captures", {})
    told = {"authorization_id": made["id"], "reason": "NOT_DELIVERED", "note": "Maria non è venuta"}
    answer = counter.ask("giulia", "POST", "/v1/disputes", told)
    assert answer.status_code == 201, answer.text
    return str(answer.get_json()["id"])


def test_a_dispute_is_on_the_day_and_answered_once_without_anybodys_name(counter: Counter) -> None:
    dispute, browser = disputed(counter), browser_of(counter, "p04")
    place = f"/fornitore/contestazioni/{dispute}"
    assert place in browser.get("/fornitore").text

    page = browser.get(place)
    sent = [browser.send_on(page, place, note="c'eravamo alle nove") for _ in range(2)]
    told = counter.ask("marta", "GET", f"/v1/disputes/{dispute}").get_json()
    after = browser.get(place)

    assert "servizio non reso" in text_of(page)
    assert "55,00" in text_of(page)
    for hidden in ("Maria", "Giulia", counter.people["giulia"]):
        assert hidden not in after.text
    assert [each.status_code for each in sent] == [302, 302], text_of(sent[0])
    assert [each["note"] for each in told["events"]] == ["Maria non è venuta", "c'eravamo alle nove"]
    assert place not in browser.get("/fornitore").text
    assert "si sta decidendo" in text_of(browser.get("/fornitore/contestazioni"))


def test_what_was_decided_is_told_and_takes_no_answer(counter: Counter) -> None:
    dispute, browser = disputed(counter), browser_of(counter, "p04")
    place = f"/fornitore/contestazioni/{dispute}"
    drawn = browser.get(place)
    settled = {"state": "upheld", "note": "sentita Giulia"}
    assert counter.ask("marta", "POST", f"/v1/disputes/{dispute}/settlements", settled).status_code == 201

    late_answer = browser.send_on(drawn, place, note="era venuta")
    page = browser.get(place)

    assert late_answer.status_code == 409
    assert "accolta: torna alla persona 55,00" in text_of(page)
    assert "sentita" not in page.text
    assert "<textarea" not in page.text


def test_a_dispute_is_its_providers_alone_and_wants_words(counter: Counter) -> None:
    place = f"/fornitore/contestazioni/{disputed(counter)}"
    browser = browser_of(counter, "p04")

    assert browser_of(counter, "p03").get(place).status_code == 404
    assert browser.send(place, note=" ").status_code == 422
    assert browser.send(place, note="x" * 501).status_code == 422


def test_what_is_coming_is_told_net_by_day_and_what_is_disputed_apart(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = clock.today()
    lines = [
        Instalment(today + timedelta(days=30), "due", "", 0, 20_000, 400),
        Instalment(today - timedelta(days=5), "overdue", "", 0, 10_000, 200),
        Instalment(today + timedelta(days=1), "disputed", "", 0, 5_000, 100),
    ]
    calendar = Calendar("P04", today, 0, 35_000, lines)
    monkeypatch.setattr(calendars, "of", lambda asking, provider: calendar)
    browser = browser_of(counter, "p04")

    day, payments = (text_of(browser.get(f"/fornitore{path}")) for path in ("", "/pagamenti"))

    assert "343,00 € 350,00 € lordi, meno 7,00 € di commissione." in day
    assert "Di questi, 49,00 € sono contestati" in day
    assert "La prossima data è il 1 aprile 2026." in day
    assert "343,00 €" in payments
    assert payments.index("in ritardo") < payments.index("contestato:") < payments.index("da pagare per quel giorno")


def test_a_receipt_says_the_services_name(counter: Counter) -> None:
    made, browser = counter.buy(channel="DIRECT"), browser_of(counter, "p04")
    looked = browser.send(TILL, TILL, code=made["code"])
    name = looked.text.partition("<h1>")[2].partition("</h1>")[0]

    page = text_of(browser.get(browser.send_on(looked, TILL, CONFIRM).location))

    assert f"Servizio {name}" in page
    assert "PSI-CR" not in page


@pytest.mark.parametrize("contact", [None, "rete@esempio.it"])
def test_people_are_told_where_to_write_if_there_is_somewhere(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, contact: str | None
) -> None:
    monkeypatch.setattr(site, "_network", lambda: site.Network(None, contact, None))
    main = text_of(browser_of(counter, "p04").get("/fornitore/pagamenti")).partition("Accessibilità")[0]

    assert ("Scrivi a: rete@esempio.it" in main) == (contact is not None)
    assert "Chiama" not in main


def test_what_the_qualification_stands_without_is_told_apart(counter: Counter) -> None:
    page = browser_of(counter, "p04").get("/fornitore/qualifica")

    assert "nessun documento" not in page.text.partition("<details")[0]
    assert "Certificato antipedofilia" in page.text.partition("<details")[2]
    assert "che non cambiano la tua qualifica" in text_of(page)


def test_whether_a_provider_is_asked_is_told(counter: Counter, asks: None) -> None:
    asked_first = text_of(browser_of(counter, "p04").get("/fornitore/qualifica"))
    not_asked = text_of(browser_of(counter, "p03").get("/fornitore/qualifica"))

    assert "hai 24 ore per accettare" in asked_first
    assert "chi compra ha subito il suo codice" in not_asked


@pytest.mark.parametrize("path", ["/fornitore", "/fornitore/contestazioni", "/fornitore/pagamenti"])
def test_a_page_takes_as_many_statements_however_much_there_is(counter: Counter, path: str) -> None:
    browser = browser_of(counter, "p04")
    disputed(counter)
    few = asked(browser, path)
    for _ in range(3):
        disputed(counter)
        made = counter.buy(channel="DIRECT")
        counter.ask("giulia", "POST", f"/v1/authorizations/{made['id']}/voids", {})
        late(counter, made, on="2026-03-02", at="12:00")

    assert asked(browser, path) == few


CONTACTS = "/fornitore/recapiti"


def test_a_provider_tells_how_it_is_reached_and_everybody_reads_it_beside_its_services(counter: Counter) -> None:
    browser, anyone = browser_of(counter, "p04"), browser_of(counter)
    told = {"phone": " 0372  55 66 77", "email": "qui@example.org", "street": "Via <b>Nuova</b> 7", "comune": "cremona"}

    empty = dict.fromkeys(told, "")
    assert browser.send(CONTACTS, "", **empty).status_code == 302
    emptied = browser.get("/fornitore")
    assert "ora non trova come chiamare" in text_of(emptied)
    assert "Chi ti sceglie non sa come chiamarti" in text_of(emptied)
    sent = browser.send(CONTACTS, "", **told)

    assert (sent.status_code, sent.location) == (302, "/fornitore/qualifica#recapiti")
    assert "Recapiti salvati" in text_of(browser.get(sent.location))
    assert "Chi ti sceglie non sa come chiamarti" not in text_of(browser.get("/fornitore"))
    page = anyone.get("/servizi/PSI-CR")
    assert 'href="tel:0372556677"' in page.text
    assert 'href="mailto:qui@example.org"' in page.text
    assert "Via &lt;b&gt;Nuova&lt;/b&gt; 7, Cremona" in page.text
    found = counter.ask("giulia", "GET", "/v1/providers/P04").get_json()["contact"]
    assert found == {
        "phone": "0372 55 66 77",
        "email": "qui@example.org",
        "street": "Via <b>Nuova</b> 7",
        "comune": "019036",
    }


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"phone": "123"}, "almeno sei cifre"),
        ({"phone": "javascript:alert(1)"}, "almeno sei cifre"),
        ({"email": "nessuno"}, "Non è un indirizzo e-mail"),
        ({"street": "Via Dante 1"}, "Scrivi in quale Comune"),
        ({"comune": "Cremona"}, "Manca la via"),
        ({"street": "Via Dante 1", "comune": "Atlantide"}, "Nessun Comune italiano"),
        ({"street": "Via Dante 1", "comune": "Castro"}, "Quale Comune?"),
    ],
)
def test_what_reaches_nobody_is_said_beside_its_field_and_nothing_typed_is_lost(
    counter: Counter, told: dict[str, str], said: str
) -> None:
    browser = browser_of(counter, "p04")
    empty = dict.fromkeys(("phone", "email", "street", "comune"), "")

    sent = browser.send(CONTACTS, "", **(empty | told))

    assert sent.status_code == 422
    assert said in text_of(sent)
    for typed in told.values():
        assert f'value="{typed}"' in sent.text


def test_what_somebody_else_saved_meanwhile_is_shown_before_it_is_replaced(counter: Counter) -> None:
    marta, path = browser_of(counter, "marta"), "/wm/fornitori/P04/recapiti"
    drawn = marta.get(path)
    told = {"phone": "0372 77 77 77", "email": "", "street": "", "comune": ""}
    assert browser_of(counter, "p04").send(CONTACTS, "", **told).status_code == 302

    late = marta.send_on(drawn, path, "", **(told | {"phone": "0372 88 88 88"}))
    again = marta.send_on(late, path, "")

    assert late.status_code == 409
    assert "0372 77 77 77" in text_of(late)
    assert 'value="0372 88 88 88"' in late.text
    assert again.status_code == 302
    assert "0372 88 88 88" in text_of(marta.get("/wm/fornitori/P04"))


def test_a_provider_writes_of_itself_alone_and_a_welfare_manager_of_each(counter: Counter) -> None:
    marta, path = browser_of(counter, "marta"), "/wm/fornitori/P03/recapiti"
    assert browser_of(counter, "p04").get(path).status_code == 403
    assert browser_of(counter, "giulia").get(CONTACTS).status_code == 403

    done = marta.send(path, "", phone="0372 31 31 31", email="", street="", comune="")

    assert (done.status_code, done.location) == (302, "/wm/fornitori/P03")
    assert "0372 31 31 31" in text_of(marta.get("/wm/fornitori/P03"))
    assert "P04" not in text_of(marta.get(path))
    assert marta.get("/wm/fornitori/P99/recapiti").status_code == 404
