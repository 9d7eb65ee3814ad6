"""Members as those who manage them see them, and the end of their roles."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from api.access import members, sweeping
from api.access.roles import Role
from config import clock, database
from tests import factories
from tests.api.access.door import Door
from tests.api.counter import Counter, appoint


def listed(counter: Counter, who: str) -> set[str]:
    return {one["name"] for one in counter.ask(who, "GET", "/v1/members?limit=100").get_json()["data"]}


def test_an_employer_sees_the_members_of_its_book(counter: Counter) -> None:
    seen = listed(counter, "hr")

    assert {"Giulia", "Mario", "Hr", "Payroll", "Accountant"} <= seen
    assert not seen & {"Anna", "P04", "Marta", "Operator", "Comune"}


def test_the_network_sees_everybody(counter: Counter) -> None:
    assert {"Giulia", "Anna", "P04", "Marta", "Operator", "Comune"} <= listed(counter, "operator")


def test_a_member_of_another_book_is_not_found(door: Door) -> None:
    anna, giulia = door.member_id("anna"), door.member_id("giulia")

    foreign = door.counter.ask("hr", "GET", f"/v1/members/{anna}")
    own = door.counter.ask("hr", "GET", f"/v1/members/{giulia}")

    assert (foreign.status_code, foreign.get_json()["code"]) == (404, "member_not_found")
    assert own.get_json()["appointments"][0]["employer"] == "E1"


def test_only_the_roles_of_ones_own_reach_are_shown(door: Door) -> None:
    counter = door.counter
    database.transact(lambda s: appoint(s, counter, "duetto", Role.PAYROLL, book_id=counter.books["E1"]))
    member_id = door.member_id("duetto")
    database.transact(lambda s: members.appoint(s, member_id, Role.PAYROLL, book_id=counter.books["E2"]))

    shown = counter.ask("hr", "GET", f"/v1/members/{member_id}").get_json()

    assert [one["employer"] for one in shown["appointments"]] == ["E1"]


def test_for_those_who_may_not_read_them_there_are_none(counter: Counter) -> None:
    for who in ("giulia", "payroll", "accountant", "p04"):
        assert counter.ask(who, "GET", "/v1/members").status_code == 403


def test_the_end_of_a_role_ends_its_tokens_and_sessions_at_once(door: Door) -> None:
    counter = door.counter
    database.transact(lambda s: appoint(s, counter, "uscente", Role.PAYROLL, book_id=counter.books["E1"]))
    browser = door.signed_in("uscente")
    me = browser.ask("GET", "/v1/me").get_json()
    path = f"/v1/members/{me['id']}/appointments/{me['appointment']}"

    stranger = counter.ask("comune", "DELETE", path)
    own = counter.ask("hr", "GET", "/v1/me").get_json()
    leaving = counter.ask("hr", "DELETE", f"/v1/members/{own['id']}/appointments/{own['appointment']}")
    assert (leaving.status_code, leaving.get_json()["code"]) == (409, "own_role_in_use")
    ended = counter.ask("hr", "DELETE", path)
    again = counter.ask("hr", "DELETE", path)

    assert [stranger.status_code, ended.status_code, again.status_code] == [404, 204, 404]
    assert browser.ask("GET", "/v1/me").status_code == 401
    assert counter.ask("uscente", "GET", "/v1/me").status_code == 401
    assert door.begin(door.browser(), "uscente@example.it").status_code == 202


def test_a_welfare_manager_ends_no_role_that_is_not_theirs_to_give(door: Door) -> None:
    hr = door.counter.ask("hr", "GET", "/v1/me").get_json()

    answer = door.counter.ask("marta", "DELETE", f"/v1/members/{hr['id']}/appointments/{hr['appointment']}")

    assert (answer.status_code, answer.get_json()["code"]) == (403, "role_not_given")


@pytest.mark.parametrize(("who", "status"), [("hr", 403), ("comune", 404), ("marta", 204)])
def test_no_funder_takes_a_wallet_from_its_owner(door: Door, who: str, status: int) -> None:
    """An address of the funder's own could be invited to it, and would read what the person bought."""
    counter, book_id = door.counter, door.counter.books["E1"]
    employee_id = database.transact(lambda s: factories.employee(s, book_id))
    owner = f"titolare-{who}"
    database.transact(lambda s: appoint(s, counter, owner, Role.EMPLOYEE, book_id=book_id, employee_id=employee_id))
    me = counter.ask(owner, "GET", "/v1/me").get_json()

    answer = counter.ask(who, "DELETE", f"/v1/members/{me['id']}/appointments/{me['appointment']}")
    invited = counter.ask(
        "hr",
        "POST",
        "/v1/invitations",
        {"email": f"hr-{who}@example.org", "name": "Guest", "role": "employee", "employee_id": employee_id},
    )

    assert answer.status_code == status
    assert invited.status_code == (201 if status == 204 else 409)


def test_no_funder_says_that_the_owner_of_a_wallet_is_somebody_else(door: Door) -> None:
    """Who signs in with SPID is known by the codice fiscale: that of a friend of the office would let the friend in."""
    counter, book_id = door.counter, door.counter.books["E1"]
    born = date(1985, 5, 5)
    code, other = factories.tax_code(born=born), factories.tax_code(born=born)
    employee_id = database.transact(lambda s: factories.employee(s, book_id, tax_code=code))
    path = f"/v1/employees/{employee_id}"
    database.transact(lambda s: appoint(s, counter, "spid", Role.EMPLOYEE, book_id=book_id, employee_id=employee_id))

    answer = counter.ask("hr", "PATCH", path, {"tax_code": other}, If_Match="*")
    same = counter.ask("hr", "PATCH", path, {"tax_code": code.lower(), "cluster": "quadri"}, If_Match="*")
    by_operator = counter.ask("operator", "PATCH", path, {"tax_code": other}, If_Match="*")

    assert (answer.status_code, answer.get_json()["code"]) == (409, "wallet_owned")
    assert [same.status_code, by_operator.status_code] == [200, 200]
    assert by_operator.get_json()["tax_code"] == other


def test_somebody_without_a_role_is_not_let_in(door: Door) -> None:
    counter = door.counter
    database.transact(lambda s: appoint(s, counter, "nessuno", Role.PAYROLL, book_id=counter.books["E1"]))
    me = counter.ask("nessuno", "GET", "/v1/me").get_json()
    database.transact(lambda s: members.end_appointment(s, me["id"], me["appointment"]))

    answer = door.confirm(door.browser(), door.with_password("nessuno"))

    assert answer.status_code == 401


def test_who_leaves_is_let_in_no_more_and_their_address_is_free(door: Door) -> None:
    counter = door.counter
    database.transact(lambda s: appoint(s, counter, "parte", Role.PAYROLL, book_id=counter.books["E1"]))
    email, member_id = door.with_password("parte"), door.member_id("parte")

    database.transact(lambda s: members.end(s, member_id))

    assert door.begin(door.browser(), email).status_code == 401
    assert counter.ask("parte", "GET", "/v1/me").status_code == 401
    assert "Parte" not in listed(counter, "operator")
    assert database.transact(lambda s: members.admit(s, "Another", email=email)) != member_id


def test_the_end_of_a_person_ends_what_acts_for_them(counter: Counter) -> None:
    book_id = counter.books["E1"]
    employee_id = database.transact(lambda s: factories.employee(s, book_id))
    database.transact(lambda s: appoint(s, counter, "persona", Role.EMPLOYEE, book_id=book_id, employee_id=employee_id))
    assert counter.ask("persona", "GET", "/v1/me").status_code == 200

    ended = database.transact(lambda s: members.end_of_employee(s, book_id, employee_id))

    assert ended == 1
    assert counter.ask("persona", "GET", "/v1/me").status_code == 401


def test_who_am_i(door: Door) -> None:
    me = door.counter.ask("giulia", "GET", "/v1/me").get_json()

    assert me["id"] == door.member_id("giulia")
    assert (me["kind"], me["role"], me["session"]) == ("person", "employee", None)
    assert (me["email"], me["language"]) == ("giulia@example.it", "it")
    assert "wallets:read" in me["scopes"]
    assert me["appointments"] == [
        {
            "id": me["appointment"],
            "role": "employee",
            "employer": "E1",
            "employer_name": "Caseificio Po Grande srl",
            "employee_id": door.counter.people["giulia"],
            "provider": None,
        }
    ]


def test_what_is_over_is_swept_away(door: Door) -> None:
    door.signed_in("giulia")
    door.begin(door.browser(), "giulia@example.it", "wrong")
    door.counter.ask("hr", "POST", "/v1/invitations", {"email": "x@example.org", "name": "X", "role": "payroll"})

    # The counter's own tokens would be over too: what is swept here is undone.
    with clock.at(clock.now() + timedelta(days=400)), database._owner_factory()() as session:
        swept = sweeping.sweep(session)
        again = sweeping.sweep(session)
        session.rollback()

    assert all(count > 0 for count in swept.values()), swept
    assert not any(again.values())


def test_what_is_not_over_stays(door: Door) -> None:
    browser = door.signed_in("giulia")
    rows = door.rows("select 1 from audit_event")

    with database._owner_factory()() as session:
        swept = sweeping.sweep(session)
        session.commit()

    assert swept["tokens"] == swept["devices"] == 0
    assert browser.ask("GET", "/v1/me").status_code == 200
    assert len(door.rows("select 1 from audit_event")) == len(rows)
