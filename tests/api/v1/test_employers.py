"""Employers and clusters over HTTP: each book's own for whoever belongs to it, all for the network's people."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from tests import factories
from tests.api.counter import Counter

PATH = "/v1/employers"
_numbers = count(1)


def body(**values: Any) -> dict[str, Any]:
    return {
        "id": f"N{next(_numbers)}",
        "name": "Nuova srl",
        "vat_number": "IT 12345670017",
        "home_territory": "cremona",
    } | values


def ids(counter: Counter, who: str, query: str = "") -> list[str]:
    return [each["id"] for each in counter.ask(who, "GET", f"{PATH}?limit=100&{query}").get_json()["data"]]


@pytest.mark.parametrize("who", ["giulia", "hr", "payroll", "accountant"])
def test_whoever_belongs_to_a_book_sees_its_funder_alone(counter: Counter, who: str) -> None:
    assert ids(counter, who) == ["E1"]
    assert counter.ask(who, "GET", f"{PATH}/E1").get_json()["home_territory"] == "cremona"
    assert counter.ask(who, "GET", f"{PATH}/E2").get_json()["code"] == "funder_not_found"


def test_the_network_sees_all_by_kind_and_page_by_page(counter: Counter) -> None:
    assert {"E1", "E2", "PUB"} <= set(ids(counter, "operator"))
    assert ids(counter, "marta", "kind=MUNICIPALITY") == ["PUB"]
    page = counter.ask("marta", "GET", f"{PATH}?limit=1&starting_after=E1").get_json()
    assert [each["id"] for each in page["data"]] == ["E2"]


def test_an_operator_opens_a_book_once(counter: Counter) -> None:
    sent = body()
    first = counter.ask("operator", "POST", PATH, sent, key="apre")
    again = counter.ask("operator", "POST", PATH, sent, key="apre")
    other = counter.ask("operator", "POST", PATH, sent)

    assert (first.status_code, first.headers["Location"]) == (201, f"{PATH}/{sent['id']}")
    assert first.get_json()["vat_number"] == "12345670017"
    assert (again.data, again.headers["Idempotency-Replayed"]) == (first.data, "true")
    assert (other.status_code, other.get_json()["code"]) == (409, "book_exists")
    assert counter.ask("operator", "GET", first.headers["Location"]).get_json() == first.get_json()


def test_of_two_who_change_the_same_funder_one_is_told_to_look_again(counter: Counter) -> None:
    path = counter.ask("operator", "POST", PATH, body()).headers["Location"]
    seen = counter.ask("operator", "GET", path).headers["ETag"]

    first = counter.ask("operator", "PATCH", path, {"name": "Altra srl"}, If_Match=seen)
    second = counter.ask("operator", "PATCH", path, {"home_territory": "matera"}, If_Match=seen)

    assert (first.status_code, first.get_json()["name"], second.status_code) == (200, "Altra srl", 412)
    assert counter.ask("operator", "PATCH", path, {"name": "x"}).status_code == 428
    assert counter.ask("operator", "GET", path).get_json()["home_territory"] == "cremona"
    lost = counter.ask("operator", "PATCH", path, {"vat_number": None}, If_Match="*")
    assert lost.get_json()["code"] == "vat_number_missing"


@pytest.mark.parametrize("who", ["giulia", "hr", "payroll", "accountant", "comune", "p04", "marta"])
def test_nobody_else_opens_or_changes_books(counter: Counter, who: str) -> None:
    assert counter.ask(who, "POST", PATH, body()).status_code == 403
    assert counter.ask(who, "PATCH", f"{PATH}/E1", {"name": "x"}, If_Match="*").status_code == 403


def test_a_provider_has_no_business_with_funders(counter: Counter) -> None:
    assert counter.ask("p04", "GET", PATH).status_code == 403
    assert counter.ask("p04", "GET", "/v1/clusters").status_code == 403


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"vat_number": "12345670018"}, "#/vat_number"),
        ({"vat_number": "abc"}, "#/vat_number"),
        ({"id": "a/b"}, "#/id"),
        ({"name": None}, "#/name"),
        ({"kind": "BANK"}, "#/kind"),
        ({"book_id": 1}, "#/book_id"),
    ],
)
def test_a_field_that_is_wrong_is_named(counter: Counter, values: dict[str, Any], pointer: str) -> None:
    answer = counter.ask("operator", "POST", PATH, body(**values))

    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.get_json()["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("values", "status", "code"),
    [({"home_territory": "atlantis"}, 404, "territory_not_found"), ({"vat_number": None}, 422, "vat_number_missing")],
)
def test_a_funder_that_cannot_be_is_refused(counter: Counter, values: dict[str, Any], status: int, code: str) -> None:
    answer = counter.ask("operator", "POST", PATH, body(**values))

    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert answer.get_json()["detail"]


def test_clusters_are_counted_for_offices_and_an_employee_sees_their_own(counter: Counter) -> None:
    employer = {"employer": counter.ask("operator", "POST", PATH, body()).get_json()["id"]}
    for code, cluster in ((factories.tax_code(), "quadri"), (factories.tax_code(), "impiegati")):
        person = {"tax_code": code, "first_name": "Prova", "last_name": "Prova", "cluster": cluster}
        made = counter.ask("operator", "POST", "/v1/employees", person | employer)
        assert made.status_code == 201, made.text

    all_of_them = counter.ask("marta", "GET", f"/v1/clusters?employer={employer['employer']}").get_json()["data"]
    second = counter.ask("marta", "GET", f"/v1/clusters?employer={employer['employer']}&starting_after=impiegati")
    own = counter.ask("giulia", "GET", "/v1/clusters").get_json()["data"]

    assert [(each["id"], each["people"], each["entitlements"]) for each in all_of_them] == [
        ("impiegati", 1, []), ("quadri", 1, []),
    ]  # fmt: skip
    assert [each["id"] for each in second.get_json()["data"]] == ["quadri"]
    assert [(each["id"], each["people"]) for each in own] == [("operai", None)]


@pytest.mark.parametrize(("who", "path"), [("hr", "/v1/clusters?employer=E2"), ("marta", "/v1/clusters?employer=E99")])
def test_the_clusters_of_another_book_are_not_found(counter: Counter, who: str, path: str) -> None:
    answer = counter.ask(who, "GET", path)

    assert (answer.status_code, answer.get_json()["code"]) == (404, "funder_not_found")


def test_whoever_works_for_the_network_says_which_book(counter: Counter) -> None:
    answer = counter.ask("operator", "GET", "/v1/clusters")

    assert [each["pointer"] for each in answer.get_json()["errors"]] == ["?employer"]
