"""Relatives over HTTP: the employee's own and a welfare manager's matter, and never the employer's."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from config import database, fences
from config.fences import Fence, Sight
from plans.rulebook.words import Kinship
from tests import factories
from tests.api.counter import Counter
from tests.api.v1.families import kin, tax_code_of

NOT_THEIRS = ["hr", "payroll", "accountant", "comune", "p04", "operator"]
_numbers = count(1)


def path(counter: Counter, name: str = "giulia") -> str:
    return f"/v1/employees/{counter.people[name]}/relatives"


def relative(**values: Any) -> dict[str, Any]:
    return {
        "kinship": "PARENT",
        "first_name": "Teresa",
        "last_name": f"Prova{next(_numbers):03}",
        "birth_date": "1946-05-05",
        "comune": "Matera",
    } | values


def added(counter: Counter, who: str = "giulia", name: str = "giulia", **values: Any) -> Any:
    answer = counter.ask(who, "POST", path(counter, name), relative(**values))
    assert answer.status_code == 201, answer.text
    return answer


def test_an_employee_adds_a_relative_once(counter: Counter) -> None:
    sent = relative(tax_code=factories.tax_code().lower(), birth_date=None)
    first = counter.ask("giulia", "POST", path(counter), sent, key="mamma")
    again = counter.ask("giulia", "POST", path(counter), sent, key="mamma")
    other = counter.ask("marta", "POST", path(counter), sent)

    made = first.get_json()
    assert (first.status_code, first.headers["Location"]) == (201, f"/v1/relatives/{made['id']}")
    assert (made["employee_id"], made["tax_code"]) == (counter.people["giulia"], sent["tax_code"].upper())
    assert (again.data, again.headers["Idempotency-Replayed"]) == (first.data, "true")
    assert (other.status_code, other.get_json()["code"]) == (409, "relative_exists")
    assert counter.ask("giulia", "GET", first.headers["Location"]).get_json() == made


def test_pages_meet_every_relative_once(counter: Counter) -> None:
    made = [added(counter, name="anna", who="anna").get_json()["id"] for _ in range(3)]

    first = counter.ask("anna", "GET", f"{path(counter, 'anna')}?limit=2").get_json()
    rest = counter.ask("marta", "GET", f"{path(counter, 'anna')}?starting_after={first['data'][-1]['id']}").get_json()

    assert [each["id"] for page in (first, rest) for each in page["data"]][-3:] == made
    assert (first["has_more"], rest["has_more"]) == (True, False)


@pytest.mark.parametrize("who", NOT_THEIRS)
def test_nobody_else_learns_of_relatives(counter: Counter, who: str) -> None:
    place = added(counter).headers["Location"]

    answers = [
        counter.ask(who, "GET", path(counter)),
        counter.ask(who, "POST", path(counter), relative()),
        counter.ask(who, "GET", place),
        counter.ask(who, "PATCH", place, {"comune": "Bari"}, If_Match="*"),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert "Teresa" not in "".join(answer.text for answer in answers)


def test_a_colleagues_relatives_are_not_there(counter: Counter) -> None:
    place = added(counter).headers["Location"]

    for who in ("mario", "anna"):
        answers = [
            counter.ask(who, "GET", path(counter)),
            counter.ask(who, "POST", path(counter), relative()),
            counter.ask(who, "GET", place),
            counter.ask(who, "PATCH", place, {"comune": "Bari"}, If_Match="*"),
        ]
        codes = [answer.get_json()["code"] for answer in answers]
        assert [answer.status_code for answer in answers] == [404] * 4
        assert codes == ["employee_not_found", "employee_not_found", "relative_not_found", "relative_not_found"]


def test_an_employers_files_and_lists_show_no_relative(counter: Counter) -> None:
    added(counter, last_name="Zibaldone")

    for place in ("/v1/employees", f"/v1/employees/{counter.people['giulia']}", "/v1/clusters"):
        assert "Zibaldone" not in counter.ask("hr", "GET", place).text
    for statement in ("select 1 from relative", "select 1 from relative_fact", "select 1 from employee_fact"):
        with fences.inside(Fence(Sight.FUNDER, counter.books["E1"])):
            found = database.transact(lambda session, asked=statement: database.rows(session, asked, ()))  # type: ignore[misc]
        assert found == []


def test_of_two_who_correct_the_same_relative_one_is_told_to_look_again(counter: Counter) -> None:
    place = added(counter).headers["Location"]
    seen = counter.ask("giulia", "GET", place).headers["ETag"]

    first = counter.ask("marta", "PATCH", place, {"comune": "Bari"}, If_Match=seen)
    second = counter.ask("giulia", "PATCH", place, {"comune": "Lecce"}, If_Match=seen)

    assert (first.status_code, first.get_json()["comune"], first.get_json()["first_name"]) == (200, "Bari", "Teresa")
    assert second.status_code == 412
    assert counter.ask("giulia", "PATCH", place, {"comune": "Lecce"}).status_code == 428
    assert counter.ask("giulia", "GET", place).headers["ETag"] == first.headers["ETag"]


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"kinship": "FRIEND"}, "#/kinship"),
        ({"tax_code": "RSSMRA80A01H501X"}, "#/tax_code"),
        ({"birth_date": "2026-03-03"}, "#/birth_date"),
        ({"birth_date": "5/5/1946"}, "#/birth_date"),
        ({"first_name": "x" * 101}, "#/first_name"),
        ({"diagnosis": "x"}, "#/diagnosis"),
    ],
)
def test_a_field_that_is_wrong_is_named(counter: Counter, values: dict[str, Any], pointer: str) -> None:
    answer = counter.ask("giulia", "POST", path(counter), relative(**values))

    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.get_json()["errors"]] == [pointer]


def test_nobody_is_their_own_relative(counter: Counter) -> None:
    own = tax_code_of(counter, "giulia")
    place = added(counter, birth_date=None).headers["Location"]

    answers = [
        counter.ask("giulia", "POST", path(counter), relative(tax_code=own, birth_date=None)),
        counter.ask("giulia", "PATCH", place, {"tax_code": own}, If_Match="*"),
    ]

    assert {(answer.status_code, answer.get_json()["code"]) for answer in answers} == {(409, "relative_of_themselves")}


def test_two_relatives_do_not_share_a_code(counter: Counter) -> None:
    first = counter.ask("giulia", "GET", f"/v1/relatives/{kin(counter, 'giulia', Kinship.CHILD, age=9)}").get_json()
    second = added(counter, kinship="CHILD", birth_date=None).headers["Location"]

    answer = counter.ask("giulia", "PATCH", second, {"tax_code": first["tax_code"]}, If_Match="*")

    assert (answer.status_code, answer.get_json()["code"]) == (409, "relative_exists")


def test_a_relative_who_is_not_there_is_404(counter: Counter) -> None:
    for who in ("giulia", "marta"):
        assert counter.ask(who, "GET", "/v1/relatives/rel_x").get_json()["code"] == "relative_not_found"
