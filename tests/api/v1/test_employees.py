"""Employees over HTTP: a book's own people, written down, corrected, searched for and left, by whoever keeps them."""

from __future__ import annotations

from datetime import date
from itertools import count
from threading import Barrier, Thread
from typing import Any

import pytest

from config import clock
from tests import factories
from tests.api.counter import Counter
from tests.api.v1.conftest import NOON
from tests.api.v1.families import tax_code_of

PATH = "/v1/employees"
OFFICES = ["hr", "payroll", "accountant"]
_numbers = count(1)


def person(**values: Any) -> dict[str, Any]:
    return {
        "tax_code": factories.tax_code(),
        "first_name": "Prova",
        "last_name": f"Nuovo{next(_numbers):03}",
        "birth_date": "1980-01-01",
        "hired_on": "2020-01-01",
        "cluster": "operai",
    } | values


def enrolled(counter: Counter, who: str = "hr", **values: Any) -> Any:
    answer = counter.ask(who, "POST", PATH, person(**values))
    assert answer.status_code == 201, answer.text
    return answer


@pytest.mark.parametrize("who", OFFICES)
def test_an_office_reads_its_own_people_alone(counter: Counter, who: str) -> None:
    listed = counter.ask(who, "GET", f"{PATH}?limit=100").get_json()["data"]
    shown = counter.ask(who, "GET", f"{PATH}/{counter.people['giulia']}").get_json()

    assert {counter.people["giulia"], counter.people["mario"]} <= {each["id"] for each in listed}
    assert counter.people["anna"] not in {each["id"] for each in listed}
    assert shown in listed
    assert shown["tax_code"] == tax_code_of(counter, "giulia")


def test_an_employee_sees_themself_alone(counter: Counter) -> None:
    listed = counter.ask("giulia", "GET", PATH).get_json()["data"]

    assert [each["id"] for each in listed] == [counter.people["giulia"]]
    assert counter.ask("giulia", "GET", f"{PATH}/{counter.people['giulia']}").status_code == 200


@pytest.mark.parametrize(
    ("who", "whose"), [("giulia", "mario"), ("giulia", "anna"), ("hr", "anna"), ("payroll", "anna"), ("comune", "anna")]
)
def test_somebody_of_another_is_not_found(counter: Counter, who: str, whose: str) -> None:
    answer = counter.ask(who, "GET", f"{PATH}/{counter.people[whose]}")

    assert (answer.status_code, answer.get_json()["code"]) == (404, "employee_not_found")


@pytest.mark.parametrize("who", ["marta", "operator"])
def test_the_networks_people_choose_a_book(counter: Counter, who: str) -> None:
    listed = counter.ask(who, "GET", f"{PATH}?employer=E2").get_json()["data"]
    unsaid = counter.ask(who, "GET", PATH)

    assert [each["id"] for each in listed] == [counter.people["anna"]]
    assert [each["pointer"] for each in unsaid.get_json()["errors"]] == ["?employer"]
    assert counter.ask(who, "GET", f"{PATH}/{counter.people['anna']}").status_code == 200


def test_the_book_of_another_employer_is_not_found(counter: Counter) -> None:
    answers = [
        counter.ask("hr", "GET", f"{PATH}?employer=E2"),
        counter.ask("hr", "POST", PATH, person(employer="E2")),
        counter.ask("marta", "GET", f"{PATH}?employer=E99"),
    ]

    assert {(answer.status_code, answer.get_json()["code"]) for answer in answers} == {(404, "funder_not_found")}


def test_pages_by_name_meet_everybody_once_whatever_the_filter(counter: Counter) -> None:
    for _ in range(5):
        enrolled(counter, cluster="pagine")
    enrolled(counter, cluster="pagine", hired_on="2027-01-01")
    met: list[dict[str, Any]] = []
    while True:
        after = f"&starting_after={met[-1]['id']}" if met else ""
        page = counter.ask("hr", "GET", f"{PATH}?cluster=pagine&employed_on=2026-03-02&limit=2{after}").get_json()
        met += page["data"]
        if not page["has_more"]:
            break
    back = counter.ask("hr", "GET", f"{PATH}?cluster=pagine&limit=2&ending_before={met[-1]['id']}").get_json()["data"]

    names = [each["last_name"] for each in met]
    assert (len({each["id"] for each in met}), names) == (5, sorted(names))
    assert back == met[2:4]
    other = counter.ask("hr", "GET", f"{PATH}?cluster=pagine&starting_after={counter.people['giulia']}")
    assert other.get_json()["code"] == "cursor_unknown"


def test_names_and_codes_are_looked_for_in_a_body(counter: Counter) -> None:
    made = enrolled(counter, last_name="D'Àvila Zuccàro", employee_no="M-77").get_json()

    def found(who: str, **asked: Any) -> list[str]:
        page = counter.ask(who, "POST", f"{PATH}/search", asked, key=False)
        return [each["id"] for each in page.get_json()["data"]]

    assert found("hr", text="zuccÀro prova") == [made["id"]]
    assert found("payroll", text="m-77") == [made["id"]]
    assert found("accountant", tax_code=made["tax_code"].lower()) == [made["id"]]
    assert found("giulia", tax_code=made["tax_code"]) == []
    assert found("marta", text="zuccàro", employer="E2") == []
    for query in ("text=zuccaro", f"tax_code={made['tax_code']}"):
        assert counter.ask("hr", "GET", f"{PATH}?{query}").status_code == 422


def test_an_employee_is_written_down_once(counter: Counter) -> None:
    sent = person(tax_code=f" {factories.tax_code().lower()} ", email="prova@example.it")
    first = counter.ask("hr", "POST", PATH, sent, key="assume")
    again = counter.ask("hr", "POST", PATH, sent, key="assume")
    other = counter.ask("operator", "POST", PATH, sent | {"employer": "E1"})

    made = first.get_json()
    assert (first.status_code, first.headers["Location"]) == (201, f"{PATH}/{made['id']}")
    assert made["tax_code"] == sent["tax_code"].strip().upper()
    assert (again.data, again.headers["Idempotency-Replayed"]) == (first.data, "true")
    assert (other.status_code, other.get_json()["code"]) == (409, "employee_exists")
    assert made["id"] in other.get_json()["detail"]
    assert counter.ask("hr", "GET", first.headers["Location"]).get_json() == made


def test_of_two_who_correct_the_same_person_one_is_told_to_look_again(counter: Counter) -> None:
    path = enrolled(counter, email="a@example.it").headers["Location"]
    seen = counter.ask("hr", "GET", path).headers["ETag"]

    first = counter.ask("hr", "PATCH", path, {"cluster": "quadri"}, If_Match=seen)
    second = counter.ask("operator", "PATCH", path, {"cluster": "impiegati"}, If_Match=seen)

    assert (first.status_code, second.status_code) == (200, 412)
    assert (first.get_json()["cluster"], first.get_json()["email"]) == ("quadri", "a@example.it")
    assert counter.ask("hr", "PATCH", path, {"cluster": "x"}).status_code == 428
    now = counter.ask("hr", "GET", path)
    assert (now.get_json(), now.headers["ETag"]) == (first.get_json(), first.headers["ETag"])


def test_of_two_at_the_same_moment_one_wins(counter: Counter) -> None:
    path = enrolled(counter).headers["Location"]
    seen = counter.ask("hr", "GET", path).headers["ETag"]
    start, answers = Barrier(2), []

    def correct(cluster: str) -> None:
        with clock.at(NOON):
            start.wait()
            answers.append(counter.ask("hr", "PATCH", path, {"cluster": cluster}, If_Match=seen).status_code)

    threads = [Thread(target=correct, args=(cluster,)) for cluster in ("quadri", "impiegati")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [200, 412]


def test_a_code_that_is_somebody_elses_is_not_taken(counter: Counter) -> None:
    path = enrolled(counter).headers["Location"]
    taken = enrolled(counter).get_json()["tax_code"]

    answer = counter.ask("hr", "PATCH", path, {"tax_code": taken}, If_Match="*")

    assert (answer.status_code, answer.get_json()["code"]) == (409, "employee_exists")


def test_a_birth_that_the_code_on_file_contradicts_is_refused(counter: Counter) -> None:
    path = enrolled(counter).headers["Location"]

    answer = counter.ask("hr", "PATCH", path, {"birth_date": "1981-01-01"}, If_Match="*")

    assert (answer.status_code, answer.get_json()["code"]) == (409, "birth_date_contradicts")


def test_whoever_leaves_has_a_last_day_that_can_be_taken_back(counter: Counter) -> None:
    path = enrolled(counter).headers["Location"]

    left = counter.ask("hr", "POST", f"{path}/leave", {"on": "2026-03-31"}, key="esce")
    again = counter.ask("hr", "POST", f"{path}/leave", {"on": "2026-03-31"}, key="esce")
    before = counter.ask("hr", "POST", f"{path}/leave", {"on": "2019-12-31"})
    stays = counter.ask("hr", "POST", f"{path}/leave", {"on": None})

    assert (left.status_code, left.get_json()["left_on"]) == (200, "2026-03-31")
    assert (again.data, again.headers["Idempotency-Replayed"]) == (left.data, "true")
    assert (before.status_code, before.get_json()["code"]) == (409, "left_before_hired")
    assert stays.get_json()["left_on"] is None


@pytest.mark.parametrize("who", ["giulia", "payroll", "accountant", "p04"])
def test_nobody_else_writes_people_down(counter: Counter, who: str) -> None:
    path = f"{PATH}/{counter.people['giulia']}"

    answers = [
        counter.ask(who, "POST", PATH, person()),
        counter.ask(who, "PATCH", path, {"cluster": "quadri"}, If_Match="*"),
        counter.ask(who, "POST", f"{path}/leave", {"on": "2026-03-31"}),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert counter.ask("p04", "GET", path).status_code == 403


@pytest.mark.parametrize(("method", "rest"), [("GET", ""), ("PATCH", ""), ("POST", "/leave")])
def test_nobody_writes_to_people_of_another_book(counter: Counter, method: str, rest: str) -> None:
    body = {"GET": None, "PATCH": {"cluster": "x"}, "POST": {"on": "2026-03-31"}}[method]

    answer = counter.ask("hr", method, f"{PATH}/{counter.people['anna']}{rest}", body, If_Match="*")

    assert (answer.status_code, answer.get_json()["code"]) == (404, "employee_not_found")


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"tax_code": "RSSMRA80A01H501X"}, "#/tax_code"),
        ({"tax_code": "RSSMRA80A01"}, "#/tax_code"),
        ({"tax_code": 80}, "#/tax_code"),
        ({"birth_date": "1981-01-01"}, "#/birth_date"),
        ({"birth_date": "2026-03-03", "tax_code": factories.tax_code(born=date(2026, 3, 3))}, "#/birth_date"),
        ({"hired_on": "01/01/2020"}, "#/hired_on"),
        ({"email": "prova@example.it\r\nBcc: x@example.it"}, "#/email"),
        ({"first_name": ""}, "#/first_name"),
        ({"last_name": "\x00"}, "#/last_name"),
        ({"left_on": "2026-03-31"}, "#/left_on"),
        ({"salary": 1}, "#/salary"),
    ],
)
def test_a_field_that_is_wrong_is_named(counter: Counter, values: dict[str, Any], pointer: str) -> None:
    answer = counter.ask("hr", "POST", PATH, person(**values))

    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.get_json()["errors"]] == [pointer]


def test_what_is_wrong_with_a_code_is_said_in_the_language_asked_for(counter: Counter) -> None:
    def said(language: str) -> str:
        answer = counter.ask("hr", "POST", PATH, person(tax_code="RSSMRA80A01"), Accept_Language=language)
        return str(answer.get_json()["errors"][0]["detail"])

    assert "caratteri" in said("it")
    assert "characters" in said("en")


def test_a_territory_that_is_not_there_is_said(counter: Counter) -> None:
    answer = counter.ask("hr", "POST", PATH, person(home_territory="atlantis"))

    assert (answer.status_code, answer.get_json()["code"]) == (404, "territory_not_found")


def test_text_that_looks_like_a_command_is_kept_as_text(counter: Counter) -> None:
    name = "Robert'); drop table employee;-- {{7*7}} =cmd"

    made = enrolled(counter, last_name=name).get_json()

    assert made["last_name"] == name
    assert counter.ask("hr", "GET", f"{PATH}/{made['id']}").get_json()["last_name"] == name
