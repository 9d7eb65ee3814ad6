"""Story 15: Elio orders help at home by telephone; the welfare manager acts for him, and the trail has both names."""

from __future__ import annotations

from datetime import date

import pytest

from api.access.roles import Role
from config import database
from plans.rulebook.words import Kinship
from plans.words import Fact
from tests import factories
from tests.api.access.door import Door
from tests.api.counter import Counter, appoint


@pytest.fixture
def elio(counter: Counter) -> str:
    """Elio of E1, whose mother is 85 and not self-sufficient; he has a wallet and is a member."""

    def furnish(session: database.Session) -> str:
        book_id = counter.books["E1"]
        code = factories.tax_code()
        employee_id = factories.employee(session, book_id, tax_code=code, first_name="Elio", last_name="Fermi")
        counter.people["mother"] = factories.relative(
            session, book_id, code, Kinship.PARENT, first_name="Ida", birth_date=date(1941, 5, 5)
        )
        factories.declare(session, book_id, counter.people["mother"], Fact.MAINTENANCE, year=2026)
        factories.grant(session, book_id, "A", employee_id, 60_000)
        return employee_id

    if "elio" not in counter.people:
        counter.people["elio"] = database.transact(furnish)
        database.transact(
            lambda session: appoint(
                session,
                counter,
                "elio",
                Role.EMPLOYEE,
                book_id=counter.books["E1"],
                employee_id=counter.people["elio"],
            )
        )
    return counter.people["elio"]


def order(counter: Counter, elio: str, who: str = "marta", **more: object) -> dict[str, object]:
    body = {"employee_id": elio, "service": "ADI-CR", "quantity": 2, "relative_id": counter.people["mother"]} | more
    answer = counter.ask(who, "POST", "/v1/authorizations", body)
    assert answer.status_code == 201, answer.text
    found: dict[str, object] = answer.get_json()
    return found


def test_elio_orders_by_telephone_and_the_trail_has_both_names(door: Door, elio: str) -> None:
    counter = door.counter

    made = order(counter, elio)

    assert (made["employee_id"], made["status"]) == (elio, "authorized")
    for reader in ("elio", "marta", "operator"):
        rows = counter.ask(reader, "GET", f"/v1/audit?employee_id={elio}").get_json()["data"]
        (row,) = [row for row in rows if row["target"] == made["id"]]
        assert row["actor"] == {"id": door.member_id("marta"), "name": "Marta"}
        assert row["role"] == "welfare_manager"
        assert row["on_behalf_of"] == {"id": elio, "name": "Elio Fermi"}


def test_what_elio_does_himself_is_on_nobodys_behalf(door: Door, elio: str) -> None:
    made = order(door.counter, elio, who="elio")

    rows = door.counter.ask("elio", "GET", "/v1/audit").get_json()["data"]
    (row,) = [row for row in rows if row["target"] == made["id"]]
    assert (row["actor"]["name"], row["on_behalf_of"]) == ("Elio", None)


def test_his_employer_reads_nothing_of_it(door: Door, elio: str) -> None:
    made = order(door.counter, elio)

    for office in ("hr", "accountant"):
        assert made["id"] not in door.counter.ask(office, "GET", "/v1/audit?limit=100").text


def test_whatever_the_welfare_manager_does_next_is_written_too(door: Door, elio: str) -> None:
    counter = door.counter
    made = order(counter, elio)

    answer = counter.ask("marta", "POST", f"/v1/authorizations/{made['id']}/voids", {})

    assert answer.status_code == 201, answer.text
    rows = counter.ask("elio", "GET", "/v1/audit?action=authorizations:void").get_json()["data"]
    assert [(row["actor"]["name"], row["on_behalf_of"]["name"]) for row in rows] == [("Marta", "Elio Fermi")]


def test_a_colleague_of_his_employer_acts_for_nobody(counter: Counter, elio: str) -> None:
    body = {"employee_id": elio, "service": "ADI-CR", "quantity": 1}

    answers = {who: counter.ask(who, "POST", "/v1/authorizations", body).status_code for who in ("hr", "giulia", "p04")}

    assert answers == {"hr": 403, "giulia": 404, "p04": 403}
