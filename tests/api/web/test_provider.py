"""The provider's room: what is asked, the till, what is paid, and the qualification."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.counter import Counter
from tests.api.v1.purchasing import refilled
from tests.api.web.browser import browser_of, text_of
from tests.api.web.counting import asked

__all__ = ["refilled"]

TILL, CONFIRM = "/fornitore/riscatta", "/fornitore/riscatta/conferma"


def status_of(counter: Counter, made: Any) -> Any:
    return counter.ask("giulia", "GET", f"/v1/authorizations/{made['id']}").get_json()


@pytest.mark.parametrize("path", ["/fornitore", TILL, "/fornitore/pagamenti", "/fornitore/qualifica"])
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
        assert CONFIRM not in page.text
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
