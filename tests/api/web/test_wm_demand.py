"""Demand that the catalogue does not meet: what a search is counted by, and what is counted nowhere."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from config import database
from tests.api.counter import Counter
from tests.api.web.browser import browser_of, text_of
from tests.api.web.counting import asked

# Nobody helps at home from afar.
NOTHING = "/servizi?cosa=casa&come=remote&territorio=cremona"


def counted() -> dict[tuple[str, str, str, str], int]:
    with database.transaction() as session:
        rows = session.execute(
            sa.text("select territory_code, need, beneficiary, delivery, searches from unmet_search")
        )
        return {tuple(row)[:4]: row[4] for row in rows}


def grown(counter: Counter, path: str, who: str | None = None, **headers: str | None) -> dict[object, int]:
    """What a search added to the counts."""
    before, browser = counted(), browser_of(counter, who)
    browser.headers = {name: value for name, value in (browser.headers | headers).items() if value is not None}
    assert browser.get(path).status_code in (200, 422)
    return {key: value - before.get(key, 0) for key, value in counted().items() if value != before.get(key, 0)}


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("", ("cremona", "casa", "", "remote")),
        ("&chi=anziano", ("cremona", "casa", "anziano", "remote")),
    ],
)
def test_a_search_that_found_nothing_is_counted_by_what_was_looked_for(
    counter: Counter, query: str, key: tuple[str, ...]
) -> None:
    assert grown(counter, NOTHING + query) == {key: 1}
    assert grown(counter, NOTHING + query, "giulia") == {key: 1}
    page = text_of(browser_of(counter, "marta").get("/wm/domanda"))
    assert "Cercato nel catalogo e non trovato" in page
    assert "A distanza" in page


@pytest.mark.parametrize(
    "query", ["&parole=xyz", "&a=1", "&da=9999", "&paga=denaro", "&fornitore=P04", "&dove=Nessundove"]
)
def test_what_finds_nothing_for_another_reason_is_not_counted(counter: Counter, query: str) -> None:
    assert grown(counter, NOTHING + query) == {}


def test_what_is_found_and_what_programs_ask_is_not_counted(counter: Counter) -> None:
    assert grown(counter, "/servizi?territorio=cremona") == {}
    assert grown(counter, NOTHING, **{"Sec-Fetch-Site": None}) == {}
    assert grown(counter, NOTHING, **{"Sec-Purpose": "prefetch"}) == {}


def test_a_place_without_a_network_is_told_apart(counter: Counter) -> None:
    assert grown(counter, "/servizi?cosa=casa&come=home&dove=Bergamo") == {("-", "casa", "", "home"): 1}


def test_whoever_has_a_wallet_is_counted_without_their_relative(counter: Counter) -> None:
    made = counter.ask(
        "giulia",
        "POST",
        f"/v1/employees/{counter.people['giulia']}/relatives",
        {"kinship": "PARENT", "first_name": "Pia", "last_name": "Rossi", "birth_date": "1940-05-05"},
    )
    assert made.status_code == 201, made.text

    assert grown(counter, f"{NOTHING}&chi={made.get_json()['id']}", "giulia") == {
        ("cremona", "casa", "familiare", "remote"): 1
    }


def test_the_page_takes_as_many_statements_however_many_searches(counter: Counter) -> None:
    browser = browser_of(counter, "marta")
    few = [asked(browser, "/wm/domanda") for _ in range(2)][-1]
    for need in ("anziani", "salute", "spesa"):
        browser_of(counter).get(f"/servizi?cosa={need}&come=remote&territorio=cremona&chi=bambino")

    assert asked(browser, "/wm/domanda") == few
