"""
What is another's is not there: every operation on something named in its path, as every role that is let in.

`World.places` says what is whose; the same request that finds one's own answers 404 to everybody else, never 403.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from config import fences
from config.fences import Fence, Sight
from tests.api.contract import things
from tests.api.contract.test_matrix import ROLES, ROWS
from tests.api.contract.things import World
from tests.api.counter import Counter
from tests.api.v1 import test_reimbursements as reimbursement_desk
from tests.api.v1.test_reimbursements import office

__all__ = ["office"]

# What is named in these paths is the network's, and everybody's.
PUBLIC = (
    "/v1/acceptances/terms/",
    "/v1/comuni/",
    "/v1/info_cards/",
    "/v1/providers/{provider_id}",
    "/v1/reimbursements/expenses/",
    "/v1/services/",
    "/v1/territories/",
)
FORMS = ("/fixes",)
SIGNED_IN = ("/v1/sessions/", "/v1/me/identities/")


@pytest.fixture(scope="module")
def world(furnished: Counter, office: None) -> World:
    return things.build(furnished)


CASES = [
    (method, path, who)
    for (method, path), cells in ROWS.items()
    for cell, (role, who) in zip(cells, ROLES.items(), strict=True)
    if cell == "x" and "{" in path and who in things.OTHERS and not path.startswith(PUBLIC)
]


@pytest.fixture
def entered(monkeypatch: pytest.MonkeyPatch) -> list[Fence]:
    """The fences that whole books were looked into in, since the test began to ask."""
    whole: list[Fence] = []
    inside = fences.inside

    @contextmanager
    def watched(fence: Fence) -> Iterator[None]:
        if fence.sight is Sight.BOOK:
            whole.append(fence)
        with inside(fence):
            yield

    monkeypatch.setattr(fences, "inside", watched)
    return whole


@pytest.mark.parametrize(("method", "place", "who"), CASES)
def test_what_is_anothers_is_not_there(world: World, entered: list[Fence], method: str, place: str, who: str) -> None:
    """It is not found within what whoever asks sees, and so no verb begins to look into a book for it."""
    mine = world.path(place, who)
    theirs = {world.path(place, other) for other in things.OTHERS[who]} - {None, mine}
    body = next((things.BODIES[end] for end in things.BODIES if place.endswith(end)), {})
    # A session is ended by whoever has signed in, and by no program.
    asking = f"{who} signed in" if place.startswith(SIGNED_IN) else who

    assert theirs, f"nobody else has a {place}: say in this test whose is what"
    for path in map(str, theirs):
        if place.endswith(FORMS):
            answer = reimbursement_desk.send(world.counter, who, path, {"note": "x"})
        else:
            answer = world.counter.ask(asking, method, path, None if method == "GET" else body, If_Match='"any"')
        assert answer.status_code == 404, (path, answer.status_code, answer.text)
    assert entered == []


@pytest.mark.parametrize(("place", "who"), [(place, who) for method, place, who in CASES if method == "GET"])
def test_what_is_ones_own_is(world: World, place: str, who: str) -> None:
    mine = world.path(place, who)
    if mine is not None:
        assert world.counter.ask(who, "GET", mine).status_code in (200, 202, 409), place


_BOOK, _PERSON, _BOUGHT = (
    "/v1/employers/{employer_id}",
    "/v1/employees/{employee_id}",
    "/v1/authorizations/{authorization_id}",
)
_WORKER = {"tax_code": "RSSMRA80A01H501U", "first_name": "X", "last_name": "Y"}
_BUYING, _GUEST = {"service": "PSI-CR", "quantity": 1}, {"email": "x@example.org", "name": "X"}
# Who asks what, with somebody else's id under a name in the body or the query. A relative is looked for among the
# person's own, by the verb.
NAMED: tuple[tuple[str, str, Mapping[str, Any], str, str], ...] = (
    ("giulia", "POST /v1/authorizations", _BUYING, "employee_id", _PERSON),
    ("giulia", "POST /v1/authorizations/simulate", _BUYING, "employee_id", _PERSON),
    ("giulia", "GET /v1/authorizations", {}, "employee_id", _PERSON),
    ("giulia", "POST /v1/disputes", {"reason": "NOT_DELIVERED"}, "authorization_id", _BOUGHT),
    ("hr", "GET /v1/funding", {}, "employer", _BOOK),
    ("hr", "POST /v1/invitations", _GUEST | {"role": "employee"}, "employee_id", _PERSON),
    ("hr", "POST /v1/invitations", _GUEST | {"role": "payroll"}, "employer", _BOOK),
    ("hr", "POST /v1/employees", _WORKER, "employer", _BOOK),
    ("payroll", "GET /v1/elsewhere", {}, "employer", _BOOK),
)


@pytest.mark.parametrize(("who", "asked", "said", "name", "place"), NAMED)
def test_what_is_anothers_is_not_found_by_naming_it(
    world: World, entered: list[Fence], who: str, asked: str, said: Mapping[str, Any], name: str, place: str
) -> None:
    method, path = asked.split()
    theirs = {world.path(place, other) for other in things.OTHERS[who]} - {None, world.path(place, who)}

    assert theirs
    for other in map(str, theirs):
        told = {**said, name: other.rpartition("/")[2]}
        where, body = (f"{path}?{name}={told[name]}", None) if method == "GET" else (path, told)
        answer = world.counter.ask(who, method, where, body)
        assert answer.status_code == 404, answer.text
    assert entered == []


@pytest.mark.parametrize("path", ["/v1/budgets", "/v1/budgets/checks", "/v1/reimbursements"])
def test_what_is_anothers_is_not_found_by_naming_it_in_a_form(world: World, entered: list[Fence], path: str) -> None:
    if path.endswith("reimbursements"):
        who, told = "sara", reimbursement_desk.form(world.counter) | {"employee_id": world.counter.people["tito"]}
    else:
        plan = str(world.path("/v1/plans/{plan_id}", "hr2")).rpartition("/")[2]
        who, told = "hr", {"plan_id": plan, "file": (io.BytesIO(b"codice fiscale;importo\n"), "budget.csv")}

    answer = reimbursement_desk.send(world.counter, who, path, told)

    assert answer.status_code == 404, answer.text
    assert entered == []
