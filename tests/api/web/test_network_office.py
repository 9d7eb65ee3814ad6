"""The operator's room: jobs run by hand once, the trail and its filter, members; nobody else's."""

from __future__ import annotations

import pytest

from tests.api.access.door import Door
from tests.api.counter import Counter
from tests.api.web.browser import browser_of, forms_of, text_of


def test_a_job_asked_for_twice_from_one_page_runs_once(door: Door) -> None:
    browser = browser_of(door.counter, "operator")
    fields = forms_of(browser.get("/rete"))["/rete/lavori/verify"]

    answers = [browser.post("/rete/lavori/verify", fields) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert len(door.rows("select 1 from job_run where job = 'verify'")) == 1
    assert "in coda" in text_of(browser.get("/rete"))


def test_a_job_that_is_not_there_is_told_on_the_page(counter: Counter) -> None:
    browser = browser_of(counter, "operator")
    fields = forms_of(browser.get("/rete"))["/rete/lavori/verify"]

    assert browser.post("/rete/lavori/nothing", fields).status_code == 404


def test_the_trail_tells_who_did_what_and_only_what_is_asked_for(counter: Counter) -> None:
    counter.buy("giulia")
    browser = browser_of(counter, "operator")

    assert "authorizations:create" in browser.get("/rete/registro").text
    assert "Giulia" in browser.get("/rete/registro?action=authorizations:create").text
    assert "Niente di questo tipo" in browser.get("/rete/registro?action=nothing:of").text
    assert browser.get("/rete/registro?starting_after=evt_nobody").status_code in (404, 422)


def test_the_members_are_shown_with_their_roles(counter: Counter) -> None:
    page = browser_of(counter, "operator", language="en").get("/rete/persone")

    assert "hr@example.it" in page.text
    assert "head of human resources" in page.text


@pytest.mark.parametrize("path", ["/rete", "/rete/registro", "/rete/persone"])
def test_the_room_is_the_operators(counter: Counter, path: str) -> None:
    assert [browser_of(counter, who).get(path).status_code for who in ("marta", "hr", "giulia", "p04")] == [403] * 4
    assert browser_of(counter).get(path).status_code == 302
