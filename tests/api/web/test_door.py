"""The door of the pages: who is let in, who is told what, and that nothing typed is lost."""

from __future__ import annotations

import re

import pyotp
import pytest
from markupsafe import escape
from werkzeug.test import TestResponse

from api import app
from api.access import members
from api.access.roles import Role
from api.demonstration import sign_ins
from api.web import forms
from config import clock, database, settings
from tests.api.access.door import PASSWORD, Door
from tests.api.counter import Counter
from tests.api.web.browser import Browser, browser_of, forms_of, text_of

ANOTHER = "tavolo-verde-dorme-forte"
XSS = "<script>alert('è')</script>"


def asked_for_a_code(door: Door, browser: Browser, name: str, path: str = "/entra", **typed: str) -> TestResponse:
    """The page that asks for the code, after the right password."""
    page = browser.send(path, "/entra", email=door.with_password(name), password=PASSWORD, **typed)
    assert page.status_code == 200, page.text
    return page


def confirmed(door: Door, browser: Browser, page: TestResponse, name: str) -> TestResponse:
    """What is answered to the code that came by mail."""
    code = str(door.letter(f"{name}@example.it")["code"])
    return browser.send_on(page, "/entra", "/entra/codice", code=code)


def cookies_of(answer: TestResponse) -> dict[str, str]:
    return {cookie.partition("=")[0]: cookie for cookie in answer.headers.getlist("Set-Cookie")}


def test_the_password_and_the_code_by_mail_let_somebody_in_where_they_wanted_to_go(door: Door) -> None:
    browser = browser_of(door.counter)

    page = asked_for_a_code(door, browser, "hr", "/entra?to=/servizi%3Fq%3Dcasa")
    answer = confirmed(door, browser, page, "hr")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/servizi?q=casa")
    assert "Hr" in browser.get("/accessibilita").text
    assert "HttpOnly" in cookies_of(answer)["borsellino"]
    assert "SameSite=Lax" in cookies_of(answer)["borsellino"]


def test_over_tls_every_cookie_of_the_pages_is_of_this_host_alone(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BORSELLINO_PUBLIC_URL", "https://welfare.example.it")
    settings.load.cache_clear()
    try:
        answer = app.create().test_client().get("/entra", base_url="https://welfare.example.it")
    finally:
        monkeypatch.delenv("BORSELLINO_PUBLIC_URL")
        settings.load.cache_clear()

    found = cookies_of(answer)
    assert list(found) == ["__Host-borsellino_page"]
    assert all(part in found["__Host-borsellino_page"] for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))


@pytest.mark.parametrize(
    "there", ["https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example", "x"]
)
def test_nobody_is_sent_to_another_site(door: Door, there: str) -> None:
    browser = browser_of(door.counter)

    page = asked_for_a_code(door, browser, "hr", to=there)
    answer = confirmed(door, browser, page, "hr")
    language = browser.client.get("/lingua/en", query_string={"to": there})

    assert answer.status_code == 302
    for sent in (answer, language):
        assert "evil" not in sent.headers["Location"]
        assert sent.headers["Location"].startswith("/")


def test_a_wrong_password_and_an_unknown_address_are_told_alike_and_the_address_stays(door: Door) -> None:
    door.with_password("hr")
    pages = [
        browser_of(door.counter).send("/entra", "/entra", email=email, password="not this one")
        for email in ("hr@example.it", "nobody@example.it")
    ]

    assert [page.status_code for page in pages] == [401, 401]
    assert len({re.search(r'id="to-mend".*?</ul>', page.text, re.DOTALL)[0] for page in pages}) == 1  # type: ignore[index]
    assert [forms_of(page)["/entra"]["email"] for page in pages] == ["hr@example.it", "nobody@example.it"]
    assert all("not this one" not in page.text for page in pages)


def test_a_code_without_its_sign_in_lets_nobody_in(counter: Counter) -> None:
    browser = browser_of(counter)
    (token,) = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', browser.get("/entra").text)

    assert browser.post("/entra/codice", {"csrf_token": token, "code": "123456"}).status_code == 401


def test_what_was_left_empty_is_said_on_top_and_beside_the_field(counter: Counter) -> None:
    page = browser_of(counter).send("/entra", "/entra", email="", password="")

    assert page.status_code == 422
    assert '<a href="#email">' in page.text
    assert 'id="email-error"' in page.text
    assert 'aria-invalid="true"' in page.text


def test_a_wrong_code_may_be_typed_again_and_the_sixth_is_not_taken(door: Door) -> None:
    browser = browser_of(door.counter)
    page = asked_for_a_code(door, browser, "hr")

    for _ in range(5):
        page = browser.send_on(page, "/entra", "/entra/codice", code="000000")
        assert page.status_code == 401
    assert confirmed(door, browser, page, "hr").status_code in (401, 429)


def test_who_fails_too_often_is_told_how_long_to_wait(door: Door) -> None:
    browser = browser_of(door.counter)
    answers = [browser.send("/entra", "/entra", email="hr@example.it", password="wrong") for _ in range(7)]

    assert answers[0].status_code == 401
    assert answers[-1].status_code == 429
    assert re.search(r"riprovare fra \d+ second", text_of(answers[-1])), text_of(answers[-1])


def test_an_authenticators_code_is_asked_for_where_there_is_one(door: Door) -> None:
    secret = pyotp.random_base32()
    browser = browser_of(door.counter)
    door.with_password("hr")
    door.run("update member set totp_secret = :secret where email = 'hr@example.it'", secret=secret)

    page = asked_for_a_code(door, browser, "hr")
    code = pyotp.TOTP(secret).at(clock.now())
    answer = browser.send_on(page, "/entra", "/entra/codice", code=code)

    assert "app di autenticazione" in page.text
    assert answer.status_code == 302


def test_a_forgotten_password_is_chosen_anew_with_the_letter(door: Door) -> None:
    browser = browser_of(door.counter)
    email = door.with_password("hr")

    asked = browser.send("/password/dimenticata", "", email=email)
    unknown = browser.send("/password/dimenticata", "", email="nobody@example.it")
    weak = browser.send("/password", "", secret=str(door.letter(email, "password_reset")["link"]), password="short")
    done = browser.send("/password", "", secret=str(door.letter(email, "password_reset")["link"]), password=ANOTHER)
    assert "Password cambiata" in browser.get("/entra").text
    again = browser.send("/password", "", secret=str(door.letter(email, "password_reset")["link"]), password=ANOTHER)

    assert (asked.status_code, asked.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    assert (weak.status_code, done.status_code, again.status_code) == (422, 302, 404)
    assert browser.send("/entra", "/entra", email=email, password=ANOTHER).status_code == 200


def test_an_invitation_is_accepted_and_a_link_that_is_no_good_says_so(door: Door) -> None:
    hr = browser_of(door.counter, "hr")
    body = {"role": "payroll", "email": "nuova@example.it", "name": XSS, "language": "it", "employer": "E1"}
    invited = hr.client.post("/v1/invitations", json=body, headers=hr.headers)
    assert invited.status_code == 201, invited.text
    browser = browser_of(door.counter)

    bad = browser.send("/accept", "", secret="nothing", password=ANOTHER)
    done = browser.send("/accept", "", secret=str(door.letter("nuova@example.it")["link"]), password=ANOTHER)

    assert (bad.status_code, done.status_code) == (404, 302)
    page = browser.send("/entra", "/entra", email="nuova@example.it", password=ANOTHER)
    answer = confirmed(door, browser, page, "nuova")
    shown = browser.get(answer.headers["Location"])
    # A name is text, whatever it is made of.
    assert XSS not in shown.text
    assert str(escape(XSS)) in shown.text


def test_a_form_that_came_too_late_is_found_again_after_the_sign_in(door: Door) -> None:
    late = browser_of(door.counter, "hr")
    form = forms_of(late.get("/ruolo"))["/esci"]
    sent = {**form, "appointment": XSS, "password": "a secret", "note": "riga uno\nriga due"}
    door.run("update token set revoked_at = ledger_now() where idle_seconds is not null")

    answer = late.post("/ruolo", sent)
    assert answer.status_code == 401
    assert "non hai perso niente" in text_of(answer)
    sign_in = late.send_on(answer, "/ruolo", "/entra/riprendi")
    code = late.send_on(sign_in, "/entra", "/entra", email=door.with_password("hr"), password=PASSWORD)
    resumed = confirmed(door, late, code, "hr")

    kept = forms_of(resumed)["/ruolo"]
    assert kept["appointment"] == XSS
    assert kept["note"].splitlines() == ["riga uno", "riga due"]
    # A password is not carried, and what is carried is not sent yet.
    assert "password" not in kept
    assert forms.RESUMED in kept
    assert XSS not in resumed.text


def test_what_was_not_sealed_by_us_leads_nowhere(door: Door) -> None:
    browser = browser_of(door.counter)

    page = asked_for_a_code(door, browser, "hr", kept="eyJwYXRoIjoiaHR0cHM6Ly9ldmlsLmV4YW1wbGUifQ.x.y")
    answer = confirmed(door, browser, page, "hr")

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/")


@pytest.mark.parametrize("token", ["", "stale"])
def test_a_form_without_our_token_does_nothing_and_keeps_the_text(door: Door, token: str) -> None:
    browser = browser_of(door.counter)
    browser.get("/entra")

    answer = browser.post("/entra", {"csrf_token": token, "email": "hr@example.it", "password": PASSWORD})

    assert answer.status_code == 400
    assert forms_of(answer)["/entra"]["email"] == "hr@example.it"
    assert PASSWORD not in answer.text


def test_who_signs_out_is_out(counter: Counter) -> None:
    browser = browser_of(counter, "hr")
    answer = browser.send("/ruolo", "/esci")
    assert answer.status_code == 302
    browser.client.set_cookie("borsellino", "brsl_gone")

    assert browser.get("/ruolo").status_code == 302
    assert "/entra?to=/ruolo" in browser.get("/ruolo").headers["Location"]


def test_who_holds_several_roles_goes_from_one_to_the_other(door: Door) -> None:
    member = door.member_id("accountant")
    with_two = database.transact(
        lambda session: members.appoint(session, member, Role.PAYROLL, book_id=door.counter.books["E1"])
    )
    browser = browser_of(door.counter, "accountant")

    page = browser.get("/ruolo")
    assert "" in forms_of(page), page.text
    answer = browser.send_on(page, "/ruolo", "")

    assert "Ufficio paghe" in page.text
    assert "È quello di adesso" in page.text
    assert answer.status_code == 302
    assert browser.client.get("/v1/me").get_json()["role"] == "payroll"
    assert browser.send("/ruolo", "", appointment="apt_nobody").status_code == 404
    database.transact(lambda session: members.end_appointment(session, member, with_two))


def test_a_page_of_a_session_is_no_business_of_other_sites(counter: Counter) -> None:
    browser = browser_of(counter, "hr")
    form = forms_of(browser.get("/ruolo"))["/esci"]
    browser.headers = {"Sec-Fetch-Site": "cross-site"}

    assert browser.post("/esci", form).status_code == 403
    browser.headers = {"Sec-Fetch-Site": "same-origin"}
    assert browser.get("/ruolo").status_code == 200


def test_a_letter_leads_to_the_choice_of_letters(counter: Counter) -> None:
    assert browser_of(counter).get("/notifications").headers["Location"] == "/io/notifiche"


def test_the_language_stays(counter: Counter) -> None:
    browser = browser_of(counter)
    assert browser.get("/lingua/en?to=/entra").headers["Location"] == "/entra"

    assert "<h1>Sign in</h1>" in browser.get("/entra").text


def test_the_language_of_somebody_who_is_known_is_kept_for_letters_and_for_the_next_browser(door: Door) -> None:
    browser = browser_of(door.counter, "hr")
    page = browser.get("/ruolo?x=1")
    switched = browser.send_on(page, "/ruolo", "/lingua/en")
    try:
        next_browser = browser_of(door.counter)
        answer = confirmed(door, next_browser, asked_for_a_code(door, next_browser, "hr"), "hr")

        assert switched.headers["Location"] == "/ruolo?x=1"
        assert browser.client.get("/v1/me").get_json()["language"] == "en"
        assert "borsellino_language=en" in cookies_of(answer)["borsellino_language"]
        assert '<html lang="en">' in next_browser.get("/ruolo").text
    finally:
        browser.send("/ruolo", "/lingua/it")


def test_a_language_chosen_in_this_browser_is_not_changed_by_signing_in(door: Door) -> None:
    browser = browser_of(door.counter)
    browser.get("/lingua/en")

    answer = confirmed(door, browser, asked_for_a_code(door, browser, "hr"), "hr")

    assert "borsellino_language" not in cookies_of(answer)


@pytest.mark.parametrize("there", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_whoever_changes_the_language_is_not_sent_to_another_site(counter: Counter, there: str) -> None:
    browser = browser_of(counter, "hr", language="en")

    assert browser.send("/ruolo", "/lingua/it", to=there).headers["Location"] == "/"


def test_a_link_of_the_demonstration_opens_the_pages_as_its_role_more_than_once(door: Door) -> None:
    found = {one.role: one for one in database.transact(sign_ins.make)}
    for _ in range(2):
        browser = browser_of(door.counter)
        answer = browser.send("/dimostrazione", "", secret=f"http://x/dimostrazione#{found[Role.OPERATOR].secret}")
        assert answer.status_code == 302
        assert found[Role.OPERATOR].name in browser.get("/servizi").text
        assert browser.client.get("/v1/me").get_json()["role"] == "operator"
    door.run("delete from proof")


def test_a_link_of_the_demonstration_is_refused_to_other_sites_and_when_it_is_wrong(door: Door) -> None:
    secret = database.transact(sign_ins.make)[0].secret
    browser = browser_of(door.counter)
    wrong = browser.send("/dimostrazione", "", secret="not this one")
    assert (wrong.status_code, "Set-Cookie" in wrong.headers) == (404, False)
    browser.headers = {"Sec-Fetch-Site": "cross-site"}
    assert browser.send("/dimostrazione", "", secret=secret).status_code == 403
    # And it proves nothing elsewhere.
    browser.headers = {"Sec-Fetch-Site": "same-origin"}
    assert browser.send("/password", "", secret=secret, password="una-frase-lunga-davvero").status_code == 404
    door.run("delete from proof")


def test_without_a_demonstration_there_is_no_page_for_its_links(counter: Counter) -> None:
    database.transact(lambda session: session.connection().exec_driver_sql("delete from proof"))

    assert browser_of(counter).get("/dimostrazione").status_code == 404


def test_forms_are_taken_behind_tls_though_no_referrer_is_told(door: Door) -> None:
    browser = browser_of(door.counter)

    form = forms_of(browser.get("/entra"))["/entra"]
    answer = browser.post("/entra", {**form, "email": "x@example.it", "password": "x"}, base_url="https://localhost")

    assert answer.status_code == 401
    assert browser.get("/entra").headers["Referrer-Policy"] == "same-origin"
