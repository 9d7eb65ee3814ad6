"""The profile: who somebody is here, where they are signed in, how they do it, and a copy of their data."""

from __future__ import annotations

import re

import pyotp
import pytest

from api import tasks
from api.access import members, passwords
from api.access.tables import Member
from config import clock, database
from tests.api.counter import Counter
from tests.api.web.browser import browser_of, forms_of, session_of, text_of

PASSWORD = "quattro parole messe insieme"


@pytest.fixture(autouse=True)
def _password(counter: Counter, cheap_passwords: None) -> None:
    def work(session: object) -> None:
        member = members.by_email(session, "mario@example.it")  # type: ignore[arg-type]
        assert member is not None
        row = session.get(Member, member.member_id)  # type: ignore[attr-defined]
        row.password_hash = passwords.kept(PASSWORD)
        row.totp_secret = row.totp_pending = None

    database.transact(work)


@pytest.mark.parametrize("who", ["mario", "hr", "payroll", "p04", "marta", "operator"])
def test_everybody_has_a_profile_and_owners_of_wallets_their_data(counter: Counter, who: str) -> None:
    page = text_of(browser_of(counter, who).get("/profilo"))

    assert f"{who}@example.it" in page
    assert ("I miei dati" in page) == (who == "mario")


@pytest.mark.parametrize(
    "path", ["/profilo", "/profilo/password", "/profilo/app", "/profilo/app/riserva", "/profilo/app/togli"]
)
def test_a_profile_is_for_whoever_signed_in(counter: Counter, path: str) -> None:
    assert browser_of(counter).get(path).status_code == 302


def test_the_password_is_changed_by_whoever_knows_it(counter: Counter) -> None:
    browser = browser_of(counter, "mario")
    changed = {"password": PASSWORD, "new_password": "un altro modo di entrare qui"}

    wrong = browser.send("/profilo/password", **changed | {"password": "sbagliata"})
    assert wrong.status_code in (401, 403, 422)
    assert 'role="alert"' in wrong.text
    weak = browser.send("/profilo/password", **changed | {"new_password": "corta"})
    assert weak.status_code == 422
    assert "sbagliata" not in wrong.text
    assert browser.send("/profilo/password", **changed).status_code == 302
    assert "Password cambiata." in browser.get("/profilo").text


def test_another_device_is_signed_out_and_this_one_stays(counter: Counter) -> None:
    browser, other = browser_of(counter, "mario"), browser_of(counter, "mario")
    page = browser.get("/profilo").text
    assert "Questo dispositivo" in page

    for action in re.findall(r'action="(/profilo/dispositivi/[^"/]+/scollega)"', page):
        browser.post(action, {"csrf_token": forms_of(browser.get("/profilo"))["/esci"]["csrf_token"]})

    assert other.get("/profilo").status_code == 302
    assert browser.get("/profilo").status_code == 200


def test_signing_out_everywhere_ends_here_too(counter: Counter) -> None:
    browser = browser_of(counter, "mario")
    session_of("mario")

    answer = browser.send("/profilo", "/profilo/dispositivi/scollega")

    assert answer.location == "/entra"
    assert browser.get("/profilo").status_code == 302


def test_an_authenticator_is_linked_with_a_picture_and_taken_away_again(counter: Counter) -> None:
    browser = browser_of(counter, "mario")
    drawn = browser.send("/profilo/app", password=PASSWORD)
    assert "<svg" in drawn.text
    assert "style=" not in drawn.text
    found = re.search(r'class="secret">(\w+)<', drawn.text)
    assert found is not None

    wrong = browser.send_on(drawn, "/profilo/app", "/profilo/app/codice", code="000000")
    assert wrong.status_code in (401, 403, 422)
    assert found[1] not in wrong.text
    code = pyotp.TOTP(found[1]).at(clock.now())
    linked = browser.send_on(wrong, "/profilo/app", "/profilo/app/codice", code=code)
    assert "L'app è collegata" in linked.get_data(as_text=True).replace("&#39;", "'")
    spare = re.findall(r"<li>([^<\s]+)</li>", linked.text.partition('class="codes"')[2])
    assert len(spare) >= 8
    assert "codici di riserva" in browser.get("/profilo").text

    assert "/profilo/app/riserva" in browser.get("/profilo").text
    assert "spare" not in browser.send("/profilo/app/riserva", password="indovina").text
    renewed = browser.send("/profilo/app/riserva", password=PASSWORD)
    fresh = re.findall(r"<li>([^<\s]+)</li>", renewed.text.partition('class="codes"')[2])
    assert len(fresh) == len(spare)
    assert not set(fresh) & set(spare)
    assert browser.send("/profilo/app/togli", password=PASSWORD, code=spare[0]).status_code in (401, 403, 422)
    spare = fresh

    assert browser.send("/profilo/app/togli", password=PASSWORD, code=spare[0]).status_code == 302
    assert "Usare un" in browser.get("/profilo").text


def test_no_authenticator_is_begun_without_the_password(counter: Counter) -> None:
    page = browser_of(counter, "mario").send("/profilo/app", password="indovina")

    assert page.status_code in (401, 403, 422)
    assert "<svg" not in page.text
    assert "indovina" not in page.text


def test_a_copy_of_ones_data_is_made_once_and_is_nobody_elses(counter: Counter) -> None:
    browser = browser_of(counter, "mario")
    fields = forms_of(browser.get("/profilo"))["/profilo/dati"]

    for _ in range(2):
        assert browser.post("/profilo/dati", fields).status_code == 302
    waiting = browser.get("/profilo").text
    assert waiting.count("La stiamo preparando") == 1
    assert 'data-waiting="/profilo"' in waiting
    while tasks.run_next():
        pass
    links = re.findall(r'href="(/profilo/dati/[^"]+\.zip)"', browser.get("/profilo").text)
    assert len(links) == 1
    assert browser.get(links[0]).data.startswith(b"PK")
    assert browser_of(counter, "giulia").get(links[0]).status_code == 404
    assert browser_of(counter, "hr").get(links[0]).status_code == 403


@pytest.mark.parametrize(
    ("agent", "told"),
    [
        (
            "Mozilla/5.0 (iPhone; CPU OS 17_0 like Mac OS X) Version/17 Safari/604",
            "Safari · iPhone",
        ),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/120 Safari/537 Edg/120", "Edge · Windows"),
        ("lettore del Comune", "lettore del Comune"),
        ("", ""),
    ],
)
def test_a_device_is_called_what_people_call_it(counter: Counter, agent: str, told: str) -> None:
    assert counter.app.jinja_env.filters["device_name"](agent) == told
