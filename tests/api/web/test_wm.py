"""The welfare manager's room: requests, reviews, providers, demand, and acting for somebody by phone."""

from __future__ import annotations

import pytest

from tests.api.counter import Counter
from tests.api.v1.purchasing import refilled
from tests.api.v1.test_reimbursements import office, review, submit
from tests.api.web.browser import Browser, browser_of, text_of
from tests.api.web.counting import asked as statements_of

__all__ = ["office", "refilled"]

REQUESTS, REVIEWS, ORDER = "/wm/richieste", "/wm/rimborsi", "/wm/persona/ordina/PSI-CR"
PAGES = ["/wm", "/wm/domanda", REQUESTS, REVIEWS, "/wm/fornitori", "/wm/fornitori/P04", "/wm/persone"]


def asked(counter: Counter, text: str = "Chi può stare con mia madre?") -> str:
    made = counter.ask("giulia", "POST", "/v1/requests", {"text": text, "territory": "cremona"})
    assert made.status_code == 201, made.text
    return str(made.get_json()["id"])


def acting(counter: Counter) -> Browser:
    """Marta's browser, who acts for Giulia."""
    browser = browser_of(counter, "marta")
    found = browser.send("/wm/persone", "/wm/persone", employer="E1", text="giulia")
    browser.send_on(found, "/wm/persone", f"/wm/persone/{counter.people['giulia']}/agisci")
    return browser


@pytest.mark.parametrize("path", PAGES)
def test_the_room_is_the_welfare_managers_alone_in_both_languages(counter: Counter, path: str) -> None:
    for language in ("it", "en"):
        assert browser_of(counter, "marta", language=language).get(path).status_code == 200
    for who in ("giulia", "hr", "p04", "operator"):
        assert browser_of(counter, who).get(path).status_code == 403


def test_a_request_is_answered_once_and_closed_as_unmet_demand(counter: Counter) -> None:
    made, browser = asked(counter, "<script>alert(1)</script> la nonna"), browser_of(counter, "marta")
    path = f"{REQUESTS}/{made}"
    page = browser.get(path)
    assert "<script>alert" not in page.text

    for _ in range(2):
        answered = browser.send_on(
            page, path, f"{path}/risposta", text="Ti chiamo domani.", services=["PSI-CR", "DOP-CR"]
        )
        assert answered.status_code == 302
    closed = browser.send(path, f"{path}/chiusura", **{"end-outcome": "not_available"})

    found = counter.ask("giulia", "GET", f"/v1/requests/{made}").get_json()
    assert closed.status_code == 302
    assert [event["kind"] for event in found["events"]] == ["asked", "answered", "closed"]
    assert found["events"][1]["services"] == ["PSI-CR", "DOP-CR"]
    assert "cremona" in text_of(browser.get("/wm/domanda")).lower()
    assert "Chiudi la richiesta" not in browser.get(path).text


def test_an_answer_that_cannot_be_given_keeps_what_was_typed(counter: Counter) -> None:
    path, browser = f"{REQUESTS}/{asked(counter)}", browser_of(counter, "marta")

    empty = browser.send(path, f"{path}/risposta", text="")
    unknown = browser.send(path, f"{path}/risposta", text="Prova questo", services="NON-C-E")

    assert (empty.status_code, unknown.status_code) == (422, 404)
    assert "Prova questo" in unknown.text
    assert browser.get(f"{REQUESTS}/rqs_none").status_code == 404


def test_what_is_no_text_is_refused_and_not_written(counter: Counter) -> None:
    path, browser = f"{REQUESTS}/{asked(counter)}", browser_of(counter, "marta")

    assert browser.send(path, f"{path}/risposta", text="a\x00b").status_code == 422


def test_pages_take_as_many_statements_however_much_waits(counter: Counter) -> None:
    browser = browser_of(counter, "marta")
    pages = [REQUESTS, REVIEWS, f"{REQUESTS}/{asked(counter)}", f"{REVIEWS}/{submit(counter)['id']}", "/wm"]
    few = [[statements_of(browser, page) for _ in range(2)][-1] for page in pages]
    for _ in range(3):
        asked(counter)
        submit(counter)

    assert [statements_of(browser, page) for page in pages] == few


def test_whoever_is_acted_for_takes_as_many_statements_however_much_they_bought(counter: Counter) -> None:
    browser = acting(counter)
    counter.buy()
    pages = ["/wm/persona", ORDER]
    few = [[statements_of(browser, page) for _ in range(2)][-1] for page in pages]
    for _ in range(3):
        counter.buy()

    assert [statements_of(browser, page) for page in pages] == few


@pytest.mark.parametrize("verb", ["approva", "sistemare", "respingi"])
def test_what_was_mended_meanwhile_is_looked_at_before_it_is_decided(counter: Counter, verb: str) -> None:
    made, browser = submit(counter), browser_of(counter, "marta")
    path, why = f"{REVIEWS}/{made['id']}", {f"{verb}-reasons": ["document_unreadable"]}
    old = browser.get(path)
    assert review(counter, made, "fix-requests", reasons=["document_unreadable"]).status_code < 300

    late = browser.send_on(old, path, f"{path}/{verb}", **why)

    assert late.status_code == 409
    assert "Intanto questa richiesta di rimborso è cambiata" in text_of(late)
    assert counter.ask("sara", "GET", f"/v1/reimbursements/{made['id']}").get_json()["status"] == "needs_fix"


def test_a_reimbursement_is_approved_in_part_taken_back_mended_or_rejected(counter: Counter) -> None:
    browser = browser_of(counter, "marta")
    part, mended, rejected = (f"{REVIEWS}/{submit(counter)['id']}" for _ in range(3))

    bare = browser.send(part, f"{part}/approva", **{"approva-amount": "1,00"})
    approved = browser.send(
        part, f"{part}/approva", **{"approva-amount": "1,00", "approva-reasons": ["amount_differs"]}
    )
    assert (bare.status_code, approved.status_code) == (422, 302)
    assert "approvata" in text_of(browser.get(part))
    assert browser.send(part, f"{part}/ritira", **{"ritira-reason": "wrong_amount"}).status_code == 302
    assert "presentata" in text_of(browser.get(part))
    fixed = browser.send(mended, f"{mended}/sistemare", **{"sistemare-reasons": ["document_unreadable"]})
    ended = browser.send(rejected, f"{rejected}/respingi", **{"respingi-reasons": ["not_reimbursable"]})
    assert (fixed.status_code, ended.status_code) == (302, 302)
    assert "da sistemare" in text_of(browser.get(mended))
    assert "respinta" in text_of(browser.get(rejected))


def test_who_qualifies_a_provider_without_papers_is_told_what_is_missing(counter: Counter) -> None:
    path = "/wm/fornitori/P25"
    browser = browser_of(counter, "marta")

    page = browser.send(path, f"{path}/qualifica", valid_from="2026-03-02", valid_to="2026-03-01", reason="Primo giro")

    assert page.status_code in (409, 422)
    assert "Primo giro" in page.text
    assert browser.get("/wm/fornitori/P99").status_code == 404


def test_whoever_acts_for_somebody_is_told_so_on_every_page_until_they_stop(counter: Counter) -> None:
    browser = acting(counter)

    for path in ("/wm", "/servizi", "/wm/persona"):
        assert "Stai agendo per" in browser.get(path).text
    after = browser_of(counter, "marta")
    kept = browser.client.get_cookie("borsellino_page")
    assert kept is not None
    after.client.set_cookie(kept.key, kept.value)
    assert "Stai agendo per" not in after.get("/wm").text
    browser.send("/wm", "/wm/persona/basta")
    assert "Stai agendo per" not in browser.get("/wm").text
    assert browser.get("/wm/persona").location == "/wm/persone"


def test_an_order_by_phone_is_looked_at_then_made_once_with_both_names(counter: Counter) -> None:
    browser = acting(counter)

    first = browser.send(ORDER, ORDER, quantity="1", look="1")
    unseen = browser.send_on(first, ORDER, ORDER, quantity="2", send="y")
    assert (first.status_code, unseen.status_code) == (200, 409)
    for _ in range(2):
        assert browser.send_on(first, ORDER, ORDER, quantity="1", send="y").status_code == 302

    made = counter.ask("giulia", "GET", "/v1/authorizations").get_json()["data"]
    assert [(one["on_behalf"], one["quantity"]) for one in made if one["on_behalf"]] == [(True, 1)]
    assert made[0]["code"] in browser.get("/wm/persona").text
    trail = counter.ask("giulia", "GET", "/v1/audit").get_json()["data"][0]
    assert (trail["on_behalf_of"] is not None, "Marta" in str(trail)) == (True, True)
    told = browser_of(counter, "giulia").get("/io/registro").text
    assert ("al posto tuo" in told, "Marta" in told, "Acquisti: creare" in told) == (True, True, True)


def test_an_order_that_cannot_be_is_said_before_it_is_made(counter: Counter) -> None:
    page = acting(counter).send(ORDER, ORDER, quantity="10000", look="1")

    assert "Così non si può fare" in page.text
    assert "Conferma l&#39;ordine" not in page.text


@pytest.mark.parametrize("path", [f"{REQUESTS}?limit=1", f"{REVIEWS}?limit=1", f"{REQUESTS}?limit=x"])
def test_how_much_a_page_shows_is_not_in_its_address(counter: Counter, path: str) -> None:
    assert browser_of(counter, "marta").get(path).status_code == 200


def test_a_page_that_a_form_drew_offers_no_way_to_lose_it(counter: Counter) -> None:
    marta = browser_of(counter, "marta")

    drawn = marta.send("/wm/persone", "/wm/persone", employer="E1", text="giulia")

    assert "/lingua/en" in marta.get("/wm/persone").text
    assert "/lingua/" not in drawn.text


def test_a_review_says_for_whom_in_whose_name_how_it_was_paid_and_what_was_declared(counter: Counter) -> None:
    marta = browser_of(counter, "marta")
    good, other = submit(counter), submit(counter, holder="RELATIVE", payment_means="TRANSFER")

    page, doubtful = (text_of(marta.get(f"{REVIEWS}/{each['id']}")) for each in (good, other))

    child = counter.ask("sara", "GET", "/v1/relatives/" + counter.people["sara's child"]).get_json()
    assert f"Per chi è la spesa {child['first_name']} {child['last_name']} (figlio" in page
    assert str(child["tax_code"]) in page
    assert "✓ ammesso" in page
    assert "con: carta" in page
    assert "non è stata e non sarà rimborsata da altri" in page
    assert "con il nome di chi lo usa e il tipo di servizio" in page
    assert "documento di spesa ·" in page
    assert "un familiare del lavoratore ✕ non ammesso" in doubtful
    assert "con: bonifico" in doubtful
