"""Who gives which role, to a person and to a machine: every pair of roles is asked for."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from api.access.roles import SCOPES, Role
from config import database
from tests import factories
from tests.api.access.door import Door
from tests.api.contract.test_matrix import ROLES

# A row gives, a column is given, in one order: `P` to a person, `M` to a machine, `B` to both, `-` to neither.
GRID = """
                 employee employer payroll accountant municipality provider welfare_manager operator
employee         -        -        -       -          -            -        -               -
employer         P        B        P       P          -            -        -               -
payroll          -        -        M       -          -            -        -               -
accountant       -        -        -       M          -            -        -               -
municipality     P        -        -       P          B            -        -               -
provider         -        -        -       -          -            M        -               -
welfare_manager  P        -        -       -          -            P        -               -
operator         P        P        P       P          P            P        P               B
"""
_HEAD, *_ROWS = [line.split() for line in GRID.strip().splitlines()]
CELLS = [(Role(row[0]), Role(given), cell) for row in _ROWS for given, cell in zip(_HEAD, row[1:], strict=True)]
_numbers = iter(range(1, 10_000))


def said(door: Door, giver: Role, given: Role) -> dict[str, Any]:
    """What a role is for, as its giver has to say it."""
    own_book = giver in (Role.EMPLOYER, Role.PAYROLL, Role.ACCOUNTANT, Role.MUNICIPALITY, Role.EMPLOYEE)
    if given is Role.EMPLOYEE:
        book = door.counter.books["PUB" if giver is Role.MUNICIPALITY else "E1"]
        return {"employee_id": database.transact(lambda session: factories.employee(session, book))}
    if given is Role.PROVIDER:
        return {} if giver is Role.PROVIDER else {"provider": "P04"}
    if given in (Role.WELFARE_MANAGER, Role.OPERATOR) or own_book:
        return {}
    return {"employer": "PUB" if given is Role.MUNICIPALITY else "E1"}


def refused(answer: TestResponse) -> bool:
    """Whether it is the role that is not given; a giver without the scope is told so sooner."""
    return answer.status_code == 403 and answer.get_json()["code"] in ("role_not_given", "not_allowed")


@pytest.mark.parametrize(("giver", "given", "cell"), CELLS, ids=lambda part: str(part))
def test_each_pair_of_roles(door: Door, giver: Role, given: Role, cell: str) -> None:
    more = said(door, giver, given)
    person = {"email": f"given{next(_numbers)}@example.org", "name": "Given", "role": given} | more
    machine = {"name": "Given", "role": given} | {name: value for name, value in more.items() if name != "employee_id"}

    invited = door.counter.ask(ROLES[giver], "POST", "/v1/invitations", person)
    made = door.counter.ask(ROLES[giver], "POST", "/v1/tokens", {"label": "Given", "machine": machine})

    assert (invited.status_code == 201, refused(invited)) == (cell in "PB", cell not in "PB"), invited.text
    assert (made.status_code == 201, refused(made)) == (cell in "MB", cell not in "MB"), made.text
    if made.status_code == 201:
        assert set(made.get_json()["scopes"]) <= SCOPES[giver]


def test_the_grid_has_every_role_in_one_order() -> None:
    assert [row[0] for row in _ROWS] == _HEAD == [str(role) for role in Role]


@pytest.mark.parametrize(
    ("who", "email", "role"),
    [
        ("hr", "HR@example.it", "payroll"),
        ("hr", "hr@example.it", "employer"),
        ("operator", "operator@example.it", "welfare_manager"),
    ],
)
def test_nobody_invites_themself(door: Door, who: str, email: str, role: str) -> None:
    answer = door.counter.ask(who, "POST", "/v1/invitations", {"email": email, "name": "Me", "role": role})

    assert (answer.status_code, answer.get_json()["code"]) == (403, "role_for_oneself")


def test_nobody_invites_themself_by_a_machine_of_theirs(door: Door) -> None:
    counter = door.counter
    made = counter.ask("hr", "POST", "/v1/tokens", {"label": "x", "machine": {"name": "Gestionale"}}).get_json()
    counter.secrets["hr's machine"] = made["token"]

    answers = [
        counter.ask("hr's machine", "POST", "/v1/invitations", {"email": email, "name": "Me", "role": "accountant"})
        for email in ("Hr@example.it", f"given{next(_numbers)}@example.org")
    ]

    assert [answer.status_code for answer in answers] == [403, 201]
    assert answers[0].get_json()["code"] == "role_for_oneself"


def test_an_employer_sees_and_ends_the_machine_of_its_payroll_office_and_makes_none(door: Door) -> None:
    """The office's program goes on after its people have left, unless somebody ends it."""
    counter = door.counter
    machine = {"name": "Gestionale paghe", "role": "payroll"}
    made = counter.ask("payroll", "POST", "/v1/tokens", {"label": "Paghe", "machine": machine}).get_json()
    counter.secrets["robot"] = made["token"]

    again = counter.ask("hr", "POST", "/v1/tokens", {"label": "Paghe", "machine": machine})
    seen = counter.ask("hr", "GET", "/v1/tokens?limit=100").get_json()["data"]
    before = counter.ask("robot", "GET", "/v1/me").status_code
    ended = counter.ask("hr", "DELETE", f"/v1/tokens/{made['id']}")

    assert (again.status_code, again.get_json()["code"]) == (403, "role_not_given")
    assert made["id"] in [one["id"] for one in seen]
    assert made["token"] not in str(seen)
    assert (before, ended.status_code) == (200, 204)
    assert counter.ask("robot", "GET", "/v1/me").status_code == 401
