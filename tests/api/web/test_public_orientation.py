"""Asking for orientation: in one's own words, once, read by two people alone, and taken back."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest

from config import clock
from tests.api.counter import Counter
from tests.api.web.browser import browser_of, forms_of, text_of

ASK = "/orientamento"


def told(counter: Counter, who: str = "giulia") -> str:
    """What somebody reads of their requests."""
    return unescape(text_of(browser_of(counter, who).get(ASK)))


def waiting_for_marta(counter: Counter) -> set[str]:
    """The ids of what waits for an answer: other tests ask too."""
    waiting = counter.ask("marta", "GET", "/v1/requests?state=open&limit=100").get_json()["data"]
    return {one["id"] for one in waiting}


def test_whoever_asks_finds_it_waiting_and_then_answered(counter: Counter) -> None:
    giulia, before = browser_of(counter, "giulia"), waiting_for_marta(counter)
    sent = giulia.send(f"{ASK}?servizio=CON-CR", ASK, testo="Chi può stare con <b>mia madre</b> il mattino?")

    assert (sent.status_code, sent.location) == (302, ASK)
    page = giulia.get(ASK)
    assert "Richiesta inviata" in page.text
    assert "&lt;b&gt;mia madre&lt;/b&gt;" in page.text
    assert "In attesa di risposta" in page.text
    (waiting,) = waiting_for_marta(counter) - before
    body = {"text": "Prova con lo psicologo.", "services": ["PSI-CR"]}
    assert f"#{waiting}" not in giulia.get("/io").text
    counter.ask("marta", "POST", f"/v1/requests/{waiting}/answers", body)
    assert f'href="/orientamento#{waiting}"' in giulia.get("/io").text
    with clock.at(clock.now() + timedelta(days=15)):
        assert f"#{waiting}" not in browser_of(counter, "giulia").get("/io").text
    assert "Hai una risposta" in told(counter)
    assert 'href="/servizi/PSI-CR"' in giulia.get(ASK).text


def test_a_question_sent_twice_is_asked_once(counter: Counter) -> None:
    giulia = browser_of(counter, "giulia")
    fields = {**forms_of(giulia.get(ASK))[ASK], "testo": "Una volta sola, per favore."}
    answers = [giulia.post(ASK, fields).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert told(counter).count("Una volta sola, per favore.") == 1


def test_a_question_is_taken_back(counter: Counter) -> None:
    mario = browser_of(counter, "mario")
    mario.send(ASK, ASK, testo="Serve un passaggio.")
    (action,) = [one for one in forms_of(mario.get(ASK)) if one.endswith("/ritira")]

    assert mario.send(ASK, action).location == ASK
    assert "Chiusa: ritirata" in told(counter, "mario")
    assert browser_of(counter, "giulia").post(action, {}).status_code == 400


def test_nobody_takes_back_what_another_asked(counter: Counter) -> None:
    anna, giulia = browser_of(counter, "anna"), browser_of(counter, "giulia")
    anna.send(ASK, ASK, testo="Vorrei un corso.")
    (action,) = [one for one in forms_of(anna.get(ASK)) if one.endswith("/ritira")]
    token = next(iter(forms_of(giulia.get(ASK)).values()))["csrf_token"]

    assert giulia.post(action, {"csrf_token": token}).status_code == 404
    assert "Vorrei un corso." not in told(counter)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"testo": ""}, "Scrivi che cosa ti serve."),
        ({"testo": "   "}, "Servono parole"),
        ({"testo": "x" * 2_001}, "testo-error"),
        ({"testo": "Aiuto", "territorio": "atlantide"}, "territorio-error"),
        ({"testo": "Aiuto", "servizio": "NOPE"}, "NOPE"),
    ],
)
def test_what_cannot_be_asked_is_said_and_nothing_typed_is_lost(
    counter: Counter, typed: dict[str, str], said: str
) -> None:
    page = browser_of(counter, "giulia").send(ASK, ASK, **typed)

    assert page.status_code >= 400
    assert said in unescape(page.text)
    assert typed["testo"] in page.text


@pytest.mark.parametrize("who", ["hr", "p04", "marta", "comune"])
def test_only_whoever_has_a_wallet_asks_here(counter: Counter, who: str) -> None:
    assert browser_of(counter, who).get(ASK).status_code == 403
