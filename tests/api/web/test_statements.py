"""Statements on pages: what a role may ask for, how far it is, and its file; nobody else's."""

from __future__ import annotations

from html import unescape

import pytest

from api import tasks
from api.exports.kinds import KINDS
from tests.api.counter import Counter
from tests.api.web.browser import Browser, browser_of, text_of

TRIAL = "/documenti/trial_balance"


@pytest.mark.parametrize(
    ("who", "offered", "kept"),
    [("accountant", "Bilancio di verifica", "Mese per le paghe"), ("payroll", "Mese per le paghe", "Giornale")],
)
def test_each_role_is_offered_its_own(counter: Counter, who: str, offered: str, kept: str) -> None:
    read = text_of(browser_of(counter, who).get("/documenti"))

    assert offered in read
    assert kept not in read


def test_it_is_asked_for_followed_and_downloaded(counter: Counter) -> None:
    browser = browser_of(counter, "accountant")

    asked = browser.send(TRIAL, form="csv")
    waiting = browser.get("/documenti")
    while tasks.run_next():
        pass
    made = browser.get("/documenti")
    link = made.text.split('href="/documenti/file/')[1].split('"')[0]
    file = browser.get(f"/documenti/file/{link}")

    assert asked.status_code == 302, asked.text
    assert "In preparazione" in text_of(waiting)
    assert "waiting.js" in waiting.text
    assert "Pronto" in text_of(made)
    assert file.status_code == 200
    assert file.headers["Content-Disposition"].startswith("attachment")
    file.close()
    assert browser_of(counter, "payroll").get(f"/documenti/file/{link}").status_code == 404


def test_a_file_says_its_charset_once_and_its_period_from_the_beginning(counter: Counter) -> None:
    browser = browser_of(counter, "accountant")
    browser.send("/documenti/trial_balance", starts_on="2026-01-01", ends_on="2026-01-31", form="csv")
    while tasks.run_next():
        pass
    page = browser.get("/documenti")
    place = next(part.split('"')[0] for part in page.text.split('href="') if part.startswith("/documenti/file/"))

    assert "1 gennaio 2026, 31 gennaio 2026" in text_of(page)
    with browser.get(place) as file:
        assert file.headers["Content-Type"] == "text/csv; charset=utf-8"


def asked_for(browser: Browser) -> int:
    """How many statements the list has; where it has none there is no table, and no heading of one."""
    return max(0, browser.get("/documenti").text.count("<tr>") - 1)


def test_sent_twice_it_is_asked_for_once(counter: Counter) -> None:
    browser = browser_of(counter, "accountant")
    page = browser.get(TRIAL)
    before = asked_for(browser)

    browser.send_on(page, TRIAL)
    browser.send_on(page, TRIAL)

    assert asked_for(browser) == before + 1


@pytest.mark.parametrize(
    ("who", "kind", "typed", "said"),
    [
        ("accountant", "trial_balance", {"starts_on": "2026-03-02", "ends_on": "2026-03-01"}, "finisce prima"),
        ("accountant", "cu_year", {"year": "1"}, "dal 2016 al 2100"),
        ("payroll", "payroll_month", {"month": "marzo"}, "Scrivi il mese così"),
        ("payroll", "payroll_month", {"month": ""}, "Manca"),
        ("comune", "siuss_flow", {"operator_code": "X"}, "sedici caratteri"),
        ("accountant", "trial_balance", {"form": "exe"}, "Da sistemare"),
    ],
)
def test_what_cannot_be_read_is_said_beside_its_field(
    counter: Counter, who: str, kind: str, typed: dict[str, str], said: str
) -> None:
    answer = browser_of(counter, who).send(f"/documenti/{kind}", **typed)

    assert answer.status_code == 422
    assert said in text_of(answer)


@pytest.mark.parametrize(
    ("who", "role"),
    [("accountant", "accountant"), ("payroll", "payroll"), ("hr", "employer"),
     ("comune", "municipality"), ("p04", "provider"), ("operator", "operator"), ("marta", "welfare_manager")],
)  # fmt: skip
def test_every_kind_has_a_form_in_both_languages(counter: Counter, who: str, role: str) -> None:
    for kind in (kind for kind in KINDS.values() if role in kind.roles):
        for language in ("it", "en"):
            page = browser_of(counter, who, language=language).get(f"/documenti/{kind.name}")
            assert page.status_code == 200, kind.name
            assert kind.title(language) in unescape(text_of(page))


@pytest.mark.parametrize("path", ["/documenti", "/documenti/personal_statement", "/documenti/trial_balance"])
def test_whoever_has_a_wallet_has_one_page_for_their_statement(counter: Counter, path: str) -> None:
    answer = browser_of(counter, "giulia").get(path)

    assert (answer.status_code, answer.location) == (302, "/io/estratto")


def test_another_role_s_kind_and_an_unknown_one_are_not_there(counter: Counter) -> None:
    browser = browser_of(counter, "accountant")

    assert browser.get("/documenti/payroll_month").status_code == 404
    assert browser.get("/documenti/nothing").status_code == 404
    assert browser.get("/documenti/file/tsk_01K0Z3J8Q4X5N6T7V8W9Y0A1B2").status_code == 404
    assert "sign" not in browser_of(counter).get("/documenti").text
    assert browser_of(counter).get("/documenti").status_code == 302
