"""The door of the pages: who is let in, who is told what, and that nothing typed is lost."""

from __future__ import annotations

from api.access.roles import Role
from api.demonstration import sign_ins
from config import database
from tests.api.access.door import Door
from tests.api.counter import Counter
from tests.api.web.browser import browser_of, forms_of


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
