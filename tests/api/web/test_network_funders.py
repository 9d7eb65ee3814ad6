"""The operator's room for funders: books opened once, mended unless stale, and money recorded once."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from config import database
from tests.api.counter import Counter
from tests.api.web.browser import Browser, browser_of, text_of
from tests.api.web.counting import asked

ROOM = "/rete/finanziatori"
_numbers = iter(range(1, 10_000))


@pytest.fixture
def operator(counter: Counter) -> Browser:
    return browser_of(counter, "operator")


def rows(statement: str, **values: Any) -> list[Any]:
    return database.transact(lambda session: list(session.execute(sa.text(statement), values).all()))


def code() -> str:
    return f"N{next(_numbers)}"


def opened(operator: Browser, **typed: str) -> str:
    """A municipality whose book the operator opened; its code."""
    made = code()
    told = {"code": made, "name": "Comune di Prova", "kind": "MUNICIPALITY", "home_territory": "cremona"} | typed
    assert operator.send(ROOM, "", **told).status_code == 302
    return made


def test_the_room_is_the_operators(counter: Counter) -> None:
    for path in (ROOM, f"{ROOM}/E1"):
        assert browser_of(counter, "operator").get(path).status_code == 200
        assert [browser_of(counter, who).get(path).status_code for who in ("marta", "hr", "giulia", "p04")] == [403] * 4


def test_a_book_is_opened_once_from_one_page(operator: Browser) -> None:
    page, made = operator.get(ROOM), code()
    told = {"code": made, "name": "<b>Ditta</b> srl", "kind": "EMPLOYER", "vat_number": "12345670017",
            "home_territory": "cremona"}  # fmt: skip

    answers = [operator.send_on(page, ROOM, "", **told) for _ in range(2)]
    again = operator.send(ROOM, "", **told)

    assert [answer.headers["Location"] for answer in answers] == [f"{ROOM}/{made}"] * 2
    assert (again.status_code, f'value="{made}"' in again.text) == (409, True)
    assert len(rows("select 1 from funder where code = :code", code=made)) == 1
    shown = operator.get(f"{ROOM}/{made}")
    assert ("&lt;b&gt;Ditta" in shown.text, "<b>Ditta" in shown.text) == (True, False)
    assert "Prima serve un piano" in text_of(shown)


@pytest.mark.parametrize(("typed", "status"), [
    ({"code": "à"}, 422), ({"code": ""}, 422), ({"name": ""}, 422), ({"kind": "KING"}, 422),
    ({"kind": "EMPLOYER"}, 422), ({"vat_number": "12345670018"}, 422), ({"home_territory": "atlantide"}, 404),
    ({"code": "E1"}, 409),
])  # fmt: skip
def test_a_book_that_cannot_be_is_not_opened(operator: Browser, typed: dict[str, str], status: int) -> None:
    told = {"code": code(), "name": "Comune di Nulla", "kind": "MUNICIPALITY", "home_territory": "cremona"} | typed

    answer = operator.send(ROOM, "", **told)

    assert (answer.status_code, "Da sistemare" in text_of(answer)) == (status, True)
    assert rows("select 1 from funder where name = 'Comune di Nulla'") == []


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(operator: Browser) -> None:
    place = f"{ROOM}/{opened(operator)}"
    page = operator.get(place)

    first = operator.send_on(page, place, place, name="Comune di Prima")
    stale = operator.send_on(page, place, place, name="Comune di Poi")
    mended = operator.send_on(stale, place, place, name="Comune di Poi")

    assert (first.status_code, stale.status_code, mended.status_code) == (302, 409, 302)
    assert "Intanto questi dati sono cambiati" in text_of(stale)
    assert 'value="Comune di Poi"' in stale.text
    assert "Comune di Poi" in text_of(operator.get(place))
    assert operator.get(f"{ROOM}/E99").status_code == 404


def test_money_is_recorded_once_from_one_page(counter: Counter, operator: Browser) -> None:
    place, pays = f"{ROOM}/E1", f"{ROOM}/E1/denaro"
    page, reference = operator.get(place), f"bonifico {code()}"
    promised = operator.send_on(page, "", pays, what="commitment", amount="1.234.567,89", reference=f"{reference} i")
    drawn = operator.get(place)

    answers = [operator.send_on(drawn, "", pays, amount="1.000,50", reference=reference) for _ in range(2)]
    assert "conta una volta sola" in text_of(operator.get(place))
    twice = operator.send(place, pays, amount="1,00", reference=reference)

    assert [promised.status_code, *(answer.status_code for answer in answers), twice.status_code] == [302] * 3 + [409]
    found = rows("select kind from entry where reference in (:one, :two)", one=reference, two=f"{reference} i")
    assert sorted(row.kind for row in found) == ["commitment", "funding"]
    shown = text_of(operator.get(place)).replace("\xa0", " ")
    assert ("1.234.567,89 €" in shown, "1.000,50 €" in shown) == (True, True)
    trail = rows("select book_id from audit_event where action = 'funding:record'")
    assert {row.book_id for row in trail} == {counter.books["E1"]}


@pytest.mark.parametrize(("typed", "status"), [
    ({"amount": "molto"}, 422), ({"amount": ""}, 422), ({"amount": "0"}, 422), ({"amount": "99999999,00"}, 409),
    ({"plan": "pln_x"}, 422), ({"on": "ieri"}, 422), ({"on": "2030-01-01"}, 409), ({"on": "1926-03-01"}, 409),
    ({"on": "0001-01-01"}, 422), ({"what": "regalo"}, 422),
])  # fmt: skip
def test_money_that_cannot_be_is_not_recorded(operator: Browser, typed: dict[str, str], status: int) -> None:
    reference = f"mai {code()}"
    answer = operator.send(f"{ROOM}/E1", f"{ROOM}/E1/denaro", **({"amount": "5,00", "reference": reference} | typed))

    assert (answer.status_code, "Da sistemare" in text_of(answer)) == (status, True)
    assert f'value="{reference}"' in answer.text
    assert rows("select 1 from entry where reference = :reference", reference=reference) == []


def test_more_funders_and_money_ask_no_more(operator: Browser) -> None:
    paths = (ROOM, f"{ROOM}/E1", "/rete/territori/cremona")
    for path in paths:
        operator.get(path)
    before = [asked(operator, path) for path in paths]
    opened(operator)
    operator.send(f"{ROOM}/E1", f"{ROOM}/E1/denaro", what="commitment", amount="5,00")
    for path in paths:
        operator.get(path)

    assert [asked(operator, path) for path in paths] == before
