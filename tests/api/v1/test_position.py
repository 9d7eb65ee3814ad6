"""The fiscal position over HTTP: the same figures as the core's, for the person and the network, never the employer."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.access.roles import Role
from config import database
from plans.words import Fact
from tests import factories
from tests.api.counter import Counter, appoint
from wallet.position import Position, position, words

_people = count(1)


@pytest.fixture
def person(counter: Counter) -> str:
    """The name of somebody of E1 who bought a talk with the psychologist, and had it."""
    name = f"taxed{next(_people)}"

    def work(session: Session) -> None:
        book_id = counter.books["E1"]
        employee_id = counter.people[name] = factories.employee(session, book_id, first_name=name.title())
        factories.grant(session, book_id, "A", employee_id, 60_000)
        appoint(session, counter, name, Role.EMPLOYEE, book_id=book_id, employee_id=employee_id)

    database.transact(work)
    made = counter.buy(name, channel="DIRECT")
    counter.ask("p04", "POST", f"/v1/authorizations/{made['id']}/captures", {})
    return name


def core(counter: Counter, name: str, year: int = 2026) -> Position:
    return database.transact(lambda session: position(session, counter.books["E1"], counter.people[name], year))


def test_a_position_has_the_figures_of_the_core(counter: Counter, person: str) -> None:
    counter.buy(person, channel="DIRECT")

    told = counter.ask(person, "GET", "/v1/position/mine", Accept_Language="it").get_json()

    expected = core(counter, person)
    for name in ("year", "exempt_minor", "unknown_minor", "taxable_minor", "reserved_minor", "settled"):
        assert told[name] == getattr(expected, name)
    assert (told["exempt_minor"], told["reserved_minor"], told["provisional"]) == (5_500, 5_500, True)
    assert told["employee_id"] == counter.people[person]
    shown = {each["category"]: each for each in told["categories"]}
    for each in expected.categories:
        for name in ("used_minor", "exempt_minor", "unknown_minor", "taxable_minor", "reserved_minor"):
            assert shown[each.category][name] == getattr(each, name)
    gauges = {each["category"]: each for each in told["gauges"]}
    assert gauges.keys() == {each.category for each in expected.gauges}
    for gauge in expected.gauges:
        shown_gauge = gauges[gauge.category]
        for name in ("limit_minor", "used_minor", "external_minor", "left_minor", "zone", "external_known"):
            assert shown_gauge[name] == getattr(gauge, name)
        assert shown_gauge["sentences"] == list(words.sentences(gauge, "it"))
        assert shown_gauge["one_more_sentence"] == words.one_more(gauge, "it")


def test_what_is_unknown_is_null_until_it_is_declared(counter: Counter, person: str) -> None:
    def fringe() -> dict[str, Any]:
        told = counter.ask(person, "GET", "/v1/position/mine").get_json()
        return next(each for each in told["gauges"] if each["category"] == "FRINGE")

    before = fringe()
    database.transact(
        lambda session: factories.declare(
            session,
            counter.books["E1"],
            counter.people[person],
            Fact.EXTERNAL_FRINGE,
            year=2026,
            amount=factories.euro(99_950),
        )
    )
    after = fringe()

    assert (before["external_minor"], before["external_known"]) == (None, False)
    assert (after["external_minor"], after["left_minor"], after["zone"]) == (99_950, 50, "near")
    assert after["one_more"] == {"crosses": True, "newly_taxable_minor": 100}


def test_events_are_told_in_their_order_and_sum_to_the_position(counter: Counter, person: str) -> None:
    counter.buy(person)

    told = counter.ask(person, "GET", "/v1/position/mine/events?year=2026").get_json()
    first = counter.ask(person, "GET", "/v1/position/mine/events?limit=1").get_json()

    assert [each["kind"] for each in told["data"]] == ["use", "use"]
    assert sum(each["exempt_minor"] for each in told["data"]) == core(counter, person).exempt_minor
    assert (first["data"], first["has_more"]) == (told["data"][:1], True)


def test_another_year_is_told_apart(counter: Counter, person: str) -> None:
    def told() -> dict[str, Any]:
        found: dict[str, Any] = counter.ask(
            "marta", "GET", f"/v1/position/{counter.people[person]}?year=2024"
        ).get_json()
        return found

    before = told()
    closed = (
        "insert into period (book_id, starts_on, ends_on, state, closed_at)"
        " values (:book, '2024-01-01', '2024-12-31', 'closed', ledger_now())"
    )
    database.transact(lambda session: session.execute(sa.text(closed), {"book": counter.books["E1"]}))

    assert (before["year"], before["exempt_minor"], before["provisional"]) == (2024, 0, True)
    assert told()["provisional"] is False


@pytest.mark.parametrize("query", ["year=x", "year=1999", "year=2030", "year=-1", "more=1"])
def test_a_year_that_cannot_be_asked_for_is_refused(counter: Counter, query: str) -> None:
    assert counter.ask("giulia", "GET", f"/v1/position/mine?{query}").status_code == 422


@pytest.mark.parametrize("rest", ["", "/events"])
def test_nobody_else_reads_a_position(counter: Counter, rest: str) -> None:
    path = f"/v1/position/{counter.people['giulia']}{rest}"

    for who in ("hr", "payroll", "accountant", "p04", "operator"):
        assert counter.ask(who, "GET", path).status_code == 403
    for who in ("mario", "anna"):
        foreign = counter.ask(who, "GET", path)
        assert (foreign.status_code, foreign.get_json()["code"]) == (404, "employee_not_found")
    assert counter.ask("marta", "GET", f"/v1/position/mine{rest}").status_code == 404
    assert counter.ask("marta", "GET", path).status_code == 200
