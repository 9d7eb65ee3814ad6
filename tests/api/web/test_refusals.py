"""Pages for what is not there, not allowed, too much or broken: they help, with the right status, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy.engine import URL
from sqlalchemy.orm import sessionmaker

from api import app
from api.web.public import places
from config import database, settings
from tests.api.counter import Counter
from tests.api.running.site import free_port
from tests.api.web.browser import Browser, browser_of, forms_of, text_of


@contextmanager
def away() -> Iterator[None]:
    """A database that does not answer for the length of a block."""
    engine = database.make_engine(URL.create("postgresql+psycopg", "nobody", host="127.0.0.1", port=free_port()))
    factory = sessionmaker(engine)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_owner_factory", lambda: factory)
        patch.setattr(database, "_fenced_factory", lambda: factory)
        yield
    engine.dispose()


@pytest.mark.parametrize(
    ("language", "heading", "way"),
    [("it", "Qui non c'è niente", "Cerchi un servizio?"), ("en", "There is nothing", "Looking")],
)
@pytest.mark.parametrize(
    "path", ["/nowhere", "/servizi/NOPE", "/t/atlantide", "/azienda/nowhere", "/static/nowhere.js"]
)
def test_what_is_not_there_leads_to_a_search(
    counter: Counter, path: str, language: str, heading: str, way: str
) -> None:
    answer = browser_of(counter, language=language).get(path)

    assert answer.status_code == 404
    assert heading in text_of(answer)
    assert way in text_of(answer)
    assert f'<html lang="{language}">' in answer.text
    assert 'href="/"' in answer.text


def test_an_address_that_programs_use_is_not_there_for_them_in_their_way(counter: Counter) -> None:
    assert browser_of(counter).get("/v1/nowhere").mimetype == "application/problem+json"
    assert counter.client.get("/nowhere").mimetype == "application/problem+json"


@pytest.mark.parametrize(("language", "way"), [("it", "Scegli un altro ruolo"), ("en", "Choose another role")])
@pytest.mark.parametrize("path", ["/fornitore", "/io", "/wm"])
def test_a_room_of_another_role_leads_to_the_choice_of_roles(
    counter: Counter, path: str, language: str, way: str
) -> None:
    answer = browser_of(counter, "hr", language=language).get(path)

    assert answer.status_code == 403
    assert way in text_of(answer)
    assert 'href="/ruolo"' in answer.text
    # Nobody is told what a program's permissions are called.
    assert "token" not in text_of(answer)


def test_what_another_site_sent_is_refused_with_a_way_to_begin(counter: Counter) -> None:
    browser = browser_of(counter)
    form = forms_of(browser.get("/entra"))["/entra"]
    browser.client.set_cookie("borsellino", browser_of(counter, "hr").client.get_cookie("borsellino").value)  # type: ignore[union-attr]
    browser.headers = {"Sec-Fetch-Site": "cross-site"}

    answer = browser.post("/entra", form)

    assert answer.status_code == 403
    assert "altro sito" in text_of(answer)


@pytest.mark.parametrize(("language", "sentence"), [("it", "si arriva da"), ("en", "One comes to")])
def test_a_page_that_is_only_sent_to_says_so(counter: Counter, language: str, sentence: str) -> None:
    answer = browser_of(counter, language=language).get("/entra/codice")

    assert answer.status_code == 405
    assert sentence in text_of(answer)
    assert "POST" in answer.headers["Allow"]


@pytest.fixture
def impatient(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    """A browser of pages that answer twice a day."""
    monkeypatch.setenv("BORSELLINO_RATE", "2/day")
    settings.load.cache_clear()
    yield Browser(app.create().test_client())
    monkeypatch.undo()
    settings.load.cache_clear()


def test_who_asks_too_often_is_told_to_wait_and_how_long(impatient: Browser) -> None:
    answers = [impatient.get("/accessibilita") for _ in range(3)]

    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert "Un momento" in text_of(answers[-1])
    assert 'href="/accessibilita">Riprova' in answers[-1].text
    assert "Retry-After" not in text_of(answers[-1])


def test_who_fails_to_sign_in_too_often_is_told_how_long_to_wait_in_the_header_too(impatient: Browser) -> None:
    for _ in range(3):
        answer = impatient.post("/entra", {"email": "x@example.it", "password": "secret one"})

    assert answer.status_code == 429
    kept = forms_of(answer)["/entra"]
    assert kept["email"] == "x@example.it"
    assert "password" not in kept


@pytest.mark.parametrize(("language", "sentence"), [("it", "Non è colpa tua"), ("en", "It is not your fault")])
def test_what_broke_is_told_with_a_code_to_report_and_nothing_else(
    counter: Counter, monkeypatch: pytest.MonkeyPatch, language: str, sentence: str
) -> None:
    def broken(*_: Any) -> None:
        raise KeyError("10.0.0.3")

    monkeypatch.setattr(places, "every", broken)
    answer = browser_of(counter, language=language).get("/")

    assert answer.status_code == 500
    assert sentence in text_of(answer)
    assert answer.headers["Request-Id"] in text_of(answer)
    assert "10.0.0.3" not in answer.text
    assert "KeyError" not in answer.text


@pytest.mark.parametrize(("language", "sentence"), [("it", "non risponde"), ("en", "does not answer")])
@pytest.mark.parametrize("who", [None, "giulia", "marta"])
def test_a_database_that_is_away_is_waited_for(counter: Counter, who: str | None, language: str, sentence: str) -> None:
    browser = browser_of(counter, who, language=language)

    with away():
        answer = browser.get("/servizi?cosa=casa")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert sentence in text_of(answer)
    assert 'href="/servizi?cosa=casa"' in answer.text


def test_what_was_written_while_the_database_was_away_is_not_lost(counter: Counter) -> None:
    giulia = browser_of(counter, "giulia")
    page = giulia.get("/orientamento")
    with away():
        refused = giulia.send_on(page, "/orientamento", "/orientamento", testo="Chi sta con la nonna?")
    back = giulia.send_on(refused, "/orientamento", "/orientamento")

    assert (refused.status_code, back.status_code) == (503, 200)
    assert re.search(r"<textarea[^>]*>\s*Chi sta con la nonna\?", back.text)


def test_no_password_is_kept_of_a_form_that_comes_back(counter: Counter) -> None:
    giulia = browser_of(counter, "giulia")
    typed = {"password": "secret-one", "new_password": "secret-two", "end-password": "secret-three", "code": "secret-4"}

    answer = giulia.post("/profilo/password", typed | {"note": "a note"})

    assert answer.status_code == 400
    assert forms_of(answer)["/profilo/password"]["note"] == "a note"
    assert "secret" not in answer.text


@pytest.mark.parametrize("name", ["rows-²-code", f"rows-{'9' * 5_000}-code"])
def test_a_row_that_no_form_draws_is_refused(counter: Counter, name: str) -> None:
    payroll = browser_of(counter, "payroll")

    assert payroll.send("/studio/voci/modifica", "/studio/voci/modifica", **{name: "6001"}).status_code == 422


def test_what_is_no_text_is_taken_out_and_the_rest_comes_back(counter: Counter) -> None:
    giulia = browser_of(counter, "giulia")

    refused = giulia.send("/orientamento", "/orientamento", testo="Chi sta\x00 con la nonna?")
    back = giulia.send_on(refused, "/orientamento", "/orientamento")

    assert refused.status_code == 422
    assert "li abbiamo tolti" in text_of(refused)
    assert back.status_code == 200
    assert re.search(r"<textarea[^>]*>\s*Chi sta con la nonna\?", back.text)
