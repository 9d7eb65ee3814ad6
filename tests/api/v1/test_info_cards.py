"""Information cards over HTTP: read by everybody, kept by whoever keeps the catalogue."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from tests.api.counter import Counter

PATH = "/v1/info_cards"
_numbers = count(1)


def card(**values: Any) -> dict[str, Any]:
    return {
        "id": f"PROVA-{next(_numbers)}",
        "title": "Buono di prova",
        "who": "Famiglie",
        "amount_text": "Vedi la pagina",
        "office": "Comune",
        "url": "https://www.example.it/",
        "territory": "cremona",
        "verified_on": "2026-03-01",
    } | values


def made(counter: Counter, **values: Any) -> Any:
    answer = counter.ask("marta", "POST", PATH, card(**values))
    assert answer.status_code == 201, answer.text
    return answer


def test_a_territory_has_its_own_cards_and_the_national_ones(counter: Counter) -> None:
    own = made(counter).get_json()["id"]
    cremona = counter.ask("giulia", "GET", f"{PATH}?territory=cremona&limit=100").get_json()["data"]
    biella = counter.ask("giulia", "GET", f"{PATH}?territory=biella&limit=100").get_json()["data"]

    assert {found["territory"] for found in cremona} == {"cremona", None}
    assert own not in [found["id"] for found in biella]
    assert all(found["verified_on"] for found in cremona + biella)


def test_cards_are_found_by_words_and_by_the_days_one_may_apply(counter: Counter) -> None:
    made(counter, title="Dote Zaffiro", window_from="2026-01-01", window_to="2026-01-31")

    def titles(query: str) -> list[str]:
        page = counter.ask("p04", "GET", f"{PATH}?{query}").get_json()
        return [found["title"] for found in page["data"]]

    assert titles("text=ZAFFIRO%20dote") == ["Dote Zaffiro"]
    assert titles("text=zaffiro&open_on=2026-01-31") == ["Dote Zaffiro"]
    assert titles("text=zaffiro&open_on=2026-02-01") == []
    assert titles("text=zaffiro&verified_before=2026-03-01") == []


def test_who_adds_a_card_is_who_verified_it_and_once(counter: Counter) -> None:
    body = card()
    first = counter.ask("marta", "POST", PATH, body, key="scheda")
    again = counter.ask("marta", "POST", PATH, body, key="scheda")
    other = counter.ask("marta", "POST", PATH, body)

    assert first.headers["Location"] == f"{PATH}/{body['id']}"
    assert first.get_json()["verified_by"] == "Marta"
    assert (again.status_code, again.data, again.headers["Idempotency-Replayed"]) == (201, first.data, "true")
    assert (other.status_code, other.get_json()["code"]) == (409, "info_card_exists")


def test_of_two_who_change_the_same_card_one_is_told_to_look_again(counter: Counter) -> None:
    path = made(counter).headers["Location"]
    seen = counter.ask("operator", "GET", path).headers["ETag"]

    first = counter.ask("marta", "PATCH", path, {"who": "Chi risiede"}, If_Match=seen)
    second = counter.ask("operator", "PATCH", path, {"who": "Tutti"}, If_Match=seen)

    assert (first.status_code, first.get_json()["who"], first.get_json()["title"]) == (
        200, "Chi risiede", "Buono di prova",
    )  # fmt: skip
    assert (second.status_code, second.get_json()["code"]) == (412, "precondition_failed")
    assert counter.ask("operator", "PATCH", path, {"who": "Tutti"}).status_code == 428
    now = counter.ask("operator", "GET", path)
    assert now.headers["ETag"] == first.headers["ETag"]
    assert now.get_json()["verified_by"] == "Marta"


def test_a_card_is_taken_away_by_whoever_has_seen_it(counter: Counter) -> None:
    created = made(counter)
    path = created.headers["Location"]

    assert counter.ask("marta", "DELETE", path).status_code == 428
    assert counter.ask("marta", "DELETE", path, If_Match='"other"').status_code == 412
    seen = counter.ask("marta", "GET", path).headers["ETag"]
    assert counter.ask("marta", "DELETE", path, If_Match=seen).status_code == 204
    assert counter.ask("marta", "GET", path).get_json()["code"] == "info_card_not_found"


@pytest.mark.parametrize("who", ["giulia", "hr", "payroll", "accountant", "p04"])
def test_nobody_else_changes_the_catalogue(counter: Counter, who: str) -> None:
    path = made(counter).headers["Location"]

    answers = [
        counter.ask(who, "POST", PATH, card()),
        counter.ask(who, "PATCH", path, {"who": "x"}, If_Match="*"),
        counter.ask(who, "DELETE", path, If_Match="*"),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"verified_on": None}, "#/verified_on"),
        ({"verified_on": "2026-03-03"}, "#/verified_on"),
        ({"verified_on": "1/3/2026"}, "#/verified_on"),
        ({"url": "javascript:alert(1)"}, "#/url"),
        ({"url": "http://www.example.it/"}, "#/url"),
        ({"title": ""}, "#/title"),
        ({"title": "x" * 201}, "#/title"),
        ({"isee_max_minor": -1}, "#/isee_max_minor"),
        ({"isee_max_minor": "1"}, "#/isee_max_minor"),
        ({"id": "a b"}, "#/id"),
        ({"colour": "red"}, "#/colour"),
    ],
)
def test_a_field_that_is_wrong_is_named(counter: Counter, values: dict[str, Any], pointer: str) -> None:
    answer = counter.ask("marta", "POST", PATH, card(**values))

    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.get_json()["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("values", "status", "code"),
    [
        ({"window_from": "2026-02-01", "window_to": "2026-01-01"}, 409, "period_backwards"),
        ({"territory": "atlantis"}, 404, "territory_not_found"),
    ],
)
def test_a_card_that_cannot_be_is_refused(counter: Counter, values: dict[str, Any], status: int, code: str) -> None:
    answer = counter.ask("marta", "POST", PATH, card(**values))

    assert (answer.status_code, answer.get_json()["code"]) == (status, code)


def test_the_code_of_a_card_does_not_change(counter: Counter) -> None:
    path = made(counter).headers["Location"]

    answer = counter.ask("marta", "PATCH", path, {"id": "ALTRA"}, If_Match="*")

    assert [each["pointer"] for each in answer.get_json()["errors"]] == ["#/id"]
