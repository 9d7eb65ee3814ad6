"""Wallets over HTTP: the same money as the ledger, for the person and the network's own people alone."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from api.access.roles import Role
from config import clock, database
from ledger import accounts
from tests import factories
from tests.api.counter import Counter, appoint
from wallet import contents, lots, wallets
from wallet.contents import Ending

_people = iter(range(1, 1_000))


@pytest.fixture
def person(counter: Counter) -> str:
    """The name of somebody of E1 with two lots: 300,00 until 30 June and 200,00 until 30 November."""
    name = f"wallet{next(_people)}"

    def work(session: Session) -> None:
        book_id = counter.books["E1"]
        employee_id = counter.people[name] = factories.employee(session, book_id, first_name=name.title())
        factories.grant(session, book_id, "A", employee_id, 30_000, expires_on=date(2026, 6, 30))
        factories.grant(session, book_id, "A", employee_id, 20_000)
        appoint(session, counter, name, Role.EMPLOYEE, book_id=book_id, employee_id=employee_id)

    database.transact(work)
    return name


def test_a_wallet_says_first_what_is_available_and_what_of_it_ends_next(counter: Counter, person: str) -> None:
    counter.buy(person)

    found = counter.ask(person, "GET", "/v1/wallets/mine").get_json()

    assert (found["employee_id"], found["status"]) == (counter.people[person], "open")
    assert (found["available_minor"], found["held_minor"], found["balance_minor"]) == (44_500, 5_500, 50_000)
    assert found["next_expiry"] == {"on": "2026-06-30", "amount_minor": 24_500}
    assert [(lot["spend_by"], lot["available_minor"], lot["plan"], lot["source"]) for lot in found["lots"]] == [
        ("2026-06-30", 24_500, "A", "ON_TOP"),
        ("2026-11-30", 20_000, "A", "ON_TOP"),
    ]


def test_lots_sum_to_what_the_ledger_holds_and_a_purchase_may_spend(counter: Counter, person: str) -> None:
    made = counter.buy(person)
    counter.buy(person)
    counter.ask("p04", "POST", f"/v1/authorizations/{made['id']}/captures", {})

    found = counter.ask(person, "GET", "/v1/wallets/mine").get_json()
    ledger, spendable = read_ledger(counter, person)

    assert [(lot["balance_minor"], lot["held_minor"]) for lot in found["lots"]] == ledger
    assert found["balance_minor"] == sum(balance for balance, _ in ledger) == 44_500
    assert found["available_minor"] == spendable == 39_000


def read_ledger(counter: Counter, name: str) -> tuple[list[tuple[int, int]], int]:
    def work(session: Session) -> tuple[list[tuple[int, int]], int]:
        found = sorted(lots.of_wallet(session, counter.books["E1"], counter.people[name]), key=lambda lot: lot.last_day)
        states = accounts.states(session, counter.books["E1"], [lot.account_id for lot in found])
        told = [(states[lot.account_id].posted_minor, states[lot.account_id].held_minor) for lot in found]
        return told, sum(lot.available_minor for lot in found)

    return database.transact(work)


def test_a_hold_whose_time_is_over_reserves_nothing_and_a_lot_whose_time_is_over_cannot_be_spent(
    counter: Counter, person: str
) -> None:
    counter.buy(person)

    with clock.at(date(2026, 7, 1)):
        found = database.transact(lambda session: contents.of(session, counter.books["E1"], counter.people[person]))

    assert (found.available_minor, found.held_minor, found.balance_minor) == (20_000, 0, 50_000)
    assert [lot.spendable for lot in found.lots] == [False, True]
    assert found.next_expiry == Ending(date(2026, 11, 30), 20_000)


def test_a_lot_that_is_over_and_empty_is_told_when_it_is_asked_for(counter: Counter, person: str) -> None:
    def spent(session: Session) -> None:
        """Let a lot end yesterday, that nothing was ever put into."""
        statement = (
            "with opened as (insert into account (book_id, code, kind, currency)"
            " values (:book, :lot, 'L', 'EUR') returning account_id),"
            " balanced as (insert into balance (book_id, account_id, side) select :book, account_id, -1 from opened)"
            " insert into lot (book_id, lot_id, employee_id, plan_id, source, expires_on, account_id)"
            " select :book, :lot, :employee, p.plan_id, p.source, date '2026-03-01', account_id"
            " from opened, plan p where p.book_id = :book and p.code = 'A'"
        )
        asked = {"book": counter.books["E1"], "employee": counter.people[person], "lot": f"lot_{person}"}
        session.execute(sa.text(statement), asked)

    database.transact(spent)

    usual = counter.ask(person, "GET", "/v1/wallets/mine").get_json()
    every = counter.ask(person, "GET", "/v1/wallets/mine?ended=true").get_json()

    assert [lot["id"] for lot in every["lots"]] == [f"lot_{person}", *(lot["id"] for lot in usual["lots"])]
    assert usual | {"lots": []} == every | {"lots": []}
    assert counter.ask(person, "GET", "/v1/wallets/mine?ended=yes").status_code == 422


def test_a_leavers_lots_end_with_the_days_that_the_plan_leaves(counter: Counter, person: str) -> None:
    employee_id = counter.people[person]
    left = "update employee set left_on = '2026-03-31' where employee_id = :employee"
    database.transact(lambda session: session.execute(sa.text(left), {"employee": employee_id}))

    found = counter.ask("marta", "GET", f"/v1/wallets/{employee_id}").get_json()

    assert {lot["spend_by"] for lot in found["lots"]} == {"2026-03-31"}
    assert found["next_expiry"] == {"on": "2026-03-31", "amount_minor": 50_000}


def test_a_wallet_without_lots_is_empty_and_a_frozen_one_says_so(counter: Counter, person: str) -> None:
    empty = database.transact(lambda session: factories.employee(session, counter.books["E1"]))
    database.transact(
        lambda session: wallets.set_status(session, counter.books["E1"], counter.people[person], "frozen")
    )

    nothing = counter.ask("marta", "GET", f"/v1/wallets/{empty}").get_json()
    frozen = counter.ask(person, "GET", "/v1/wallets/mine").get_json()

    assert (nothing["available_minor"], nothing["next_expiry"], nothing["lots"]) == (0, None, [])
    assert (frozen["status"], frozen["available_minor"]) == ("frozen", 50_000)


def test_movements_say_what_moved_the_credit_and_sum_to_it(counter: Counter, person: str) -> None:
    made = counter.buy(person, quantity=6, channel="DIRECT")
    path = f"/v1/authorizations/{made['id']}"
    counter.ask("p04", "POST", f"{path}/captures", {})
    counter.ask("marta", "POST", f"{path}/refunds", {"amount": {"minor": 10_000}, "reason": "non reso"})

    answer = counter.ask(person, "GET", "/v1/wallets/mine/movements", Accept_Language="it").get_json()
    refund, capture, *grants = answer["data"]

    assert [(each["kind"], each["what"], each["amount_minor"]) for each in answer["data"]] == [
        ("refund", "storno a favore", 10_000),
        ("capture", "addebito", -33_000),
        ("grant", "accredito", 20_000),
        ("grant", "accredito", 30_000),
    ]
    assert [lot["amount_minor"] for lot in capture["lots"]] == [-30_000, -3_000]
    for each in (refund, capture):
        assert (each["authorization_id"], each["service"], each["relative_id"]) == (made["id"], "PSI-CR", None)
        assert each["service_name"]
        assert each["provider_name"]
    assert {each["authorization_id"] for each in grants} == {None}
    assert sum(each["amount_minor"] for each in answer["data"]) == 27_000
    assert counter.ask(person, "GET", "/v1/wallets/mine").get_json()["balance_minor"] == 27_000


def test_walking_the_movements_meets_each_once(counter: Counter, person: str) -> None:
    path, met, query = "/v1/wallets/mine/movements", [], "?limit=1"
    while True:
        page = counter.ask(person, "GET", path + query).get_json()
        met += [each["id"] for each in page["data"]]
        if not page["has_more"]:
            break
        query = f"?limit=1&starting_after={met[-1]}"

    assert met == [each["id"] for each in counter.ask(person, "GET", path).get_json()["data"]]
    assert len(set(met)) == 2


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "starting_after=1", "starting_after=x", "more=1"])
def test_a_page_that_is_none_is_refused(counter: Counter, query: str) -> None:
    answer = counter.ask("giulia", "GET", f"/v1/wallets/mine/movements?{query}")

    assert answer.status_code == 422


@pytest.mark.parametrize("rest", ["", "/movements"])
def test_nobody_else_sees_a_wallet(counter: Counter, rest: str) -> None:
    mine = f"/v1/wallets/{counter.people['giulia']}{rest}"
    nobody = [counter.ask(who, "GET", mine) for who in ("mario", "anna")]
    unknown = counter.ask("mario", "GET", f"/v1/wallets/emp_x{rest}")

    assert [(answer.status_code, answer.get_json()["code"]) for answer in (*nobody, unknown)] == [
        (404, "employee_not_found")
    ] * 3
    for who in ("hr", "payroll", "accountant", "p04", "operator"):
        assert counter.ask(who, "GET", mine).status_code == 403
    for who in ("giulia", "marta"):
        assert counter.ask(who, "GET", mine).status_code == 200
    assert counter.ask("marta", "GET", f"/v1/wallets/mine{rest}").status_code == 404


def test_a_wallet_is_not_sent_again_while_it_is_the_same(counter: Counter, person: str) -> None:
    first = counter.ask(person, "GET", "/v1/wallets/mine")
    same = counter.ask(person, "GET", "/v1/wallets/mine", If_None_Match=first.headers["ETag"])
    counter.buy(person)
    other = counter.ask(person, "GET", "/v1/wallets/mine", If_None_Match=first.headers["ETag"])

    assert (same.status_code, same.data, other.status_code) == (304, b"", 200)


def test_a_wallet_is_read_in_one_statement(counter: Counter, person: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    execute = database._execute

    def counted(session: Session, statement: str, *rest: Any) -> Any:
        asked.append(statement)
        return execute(session, statement, *rest)

    monkeypatch.setattr(database, "_execute", counted)
    database.transact(lambda session: contents.of(session, counter.books["E1"], counter.people[person]))

    assert len(asked) == 1
