"""Somebody of the network who has a wallet too: what concerns it is a colleague's matter."""

from __future__ import annotations

from sqlalchemy.orm import Session

from api.access import members, tokens
from api.access.roles import Role
from config import database
from tests import factories
from tests.api.access.door import Door
from tests.api.counter import LASTING, appoint


def with_wallet(door: Door, name: str = "nilde") -> str:
    """A welfare manager of these tests alone, with a wallet; the name under which they ask as its owner."""
    counter, owner = door.counter, f"{name}-owner"
    book_id = counter.books["E1"]

    def work(session: Session) -> None:
        member_id = door.member_id(name)
        employee_id = factories.employee(session, book_id)
        factories.grant(session, book_id, "A", employee_id, 60_000)
        held = members.appoint(session, member_id, Role.EMPLOYEE, book_id=book_id, employee_id=employee_id)
        counter.secrets[owner] = tokens.issue(session, held, lasting=LASTING).secret

    if owner not in counter.secrets:
        database.transact(lambda session: appoint(session, counter, name, Role.WELFARE_MANAGER))
        database.transact(work)
    return owner


def test_nobody_gives_themself_back_what_a_provider_was_to_be_paid(door: Door) -> None:
    counter, owner = door.counter, with_wallet(door)
    made = counter.buy(owner)
    path = f"/v1/authorizations/{made['id']}"
    assert counter.ask("p04", "POST", f"{path}/captures", {}).status_code == 201
    opened = counter.ask(owner, "POST", "/v1/disputes", {"authorization_id": made["id"], "reason": "NOT_DELIVERED"})
    settling = f"/v1/disputes/{opened.get_json()['id']}/settlements"

    refunded = counter.ask("nilde", "POST", f"{path}/refunds", {"reason": "non reso"})
    upheld = counter.ask("nilde", "POST", settling, {"state": "upheld", "note": "sentito il fornitore"})
    by_colleague = counter.ask("operator", "POST", settling, {"state": "upheld", "note": "sentito il fornitore"})

    for answer in (refunded, upheld):
        assert (answer.status_code, answer.get_json()["code"]) == (409, "own_matter"), answer.text
    assert by_colleague.status_code == 201


def test_nobody_says_of_their_own_purchase_that_a_till_told_too_late(door: Door) -> None:
    counter, owner = door.counter, with_wallet(door)
    made = counter.buy(owner)
    assert counter.ask(owner, "POST", f"/v1/authorizations/{made['id']}/voids", {}).status_code == 201
    late = {"code": made["code"], "nonce": "own-1", "occurred_at": "2026-03-02T11:59:00+01:00"}
    conflict = counter.ask("p04", "POST", "/v1/redemptions", late).get_json()
    path = f"/v1/redemptions/{conflict['id']}/settlements"

    answer = counter.ask("nilde", "POST", path, {"decision": "dismiss", "note": "annullato prima"})

    assert conflict["status"] == "conflict"
    assert (answer.status_code, answer.get_json()["code"]) == (409, "own_matter"), answer.text
