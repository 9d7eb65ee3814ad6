"""Endpoints over the API, and what reaches them: real requests to real receivers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from api.events import delivery, webhooks
from config import clock, database, fences
from config.fences import Fence, Sight
from tests import factories
from tests.api.counter import Counter
from tests.api.events.receivers import Receiver, receiving
from tests.api.v1.conftest import NOON
from wallet import outbox
from wallet.outbox import Event

ALL_OF = {
    "hr": ["plan.activated", "statement.ready", "wallet.lot_expired", "wallet.lot_expiring"],
    "p04": ["authorization.captured", "authorization.created", "authorization.voided", "payout.paid", "refund.created"],
    "operator": [str(event) for event in Event],
}


def register(counter: Counter, who: str, url: str, *events: str) -> Mapping[str, Any]:
    answer = counter.ask(who, "POST", "/v1/webhooks", {"url": url, "events": list(events) or ALL_OF[who]})
    assert answer.status_code == 201, answer.text
    found: Mapping[str, Any] = answer.get_json()
    return found


def happen(event: Event = Event.CLEARING_CLOSED, aggregate: str = "x", **facts: Any) -> None:
    database.transact(lambda session: outbox.tell(session, None, event, aggregate, facts))


def deliver(after: timedelta = timedelta(0)) -> int:
    with clock.at(NOON + after):
        return delivery.deliver_due()


def sent(counter: Counter, made: Mapping[str, Any], who: str = "operator", **query: str) -> list[Mapping[str, Any]]:
    answer = counter.ask(
        who, "GET", f"/v1/webhooks/{made['id']}/deliveries" + "".join(f"?{k}={v}" for k, v in query.items())
    )
    found: list[Mapping[str, Any]] = answer.get_json()["data"]
    return found


def test_what_happens_is_sent_signed_as_the_standard_says(counter: Counter, receiver: Receiver) -> None:
    made = register(counter, "operator", receiver.url)
    bought = counter.buy("giulia")

    assert deliver() == 1
    assert deliver() == 0

    (got,) = receiver.got
    assert (got.event, got.data["authorization_id"]) == ("authorization.created", bought["id"])
    assert got.body.startswith('{"type":"authorization.created","timestamp":"2026-03-02T11:00:00.000000Z","data":{')
    assert got.headers["webhook-id"].startswith("evt_")
    assert int(got.headers["webhook-timestamp"]) == int(NOON.timestamp())
    assert got.signed_by(made["secret"])
    assert got.headers["content-type"] == "application/json"
    (line,) = sent(counter, made)
    assert (line["status"], line["event_id"]) == ("delivered", got.headers["webhook-id"])
    assert [(each["status"], each["problem"]) for each in line["attempts"]] == [(204, None)]


def test_the_secret_is_told_once_and_read_by_no_fence(counter: Counter, receiver: Receiver) -> None:
    made = register(counter, "operator", receiver.url)

    for path in (f"/v1/webhooks/{made['id']}", "/v1/webhooks"):
        assert made["secret"] not in counter.ask("operator", "GET", path).text
    for fence in (Fence(Sight.NETWORK), Fence(Sight.BOOK, counter.books["E1"]), Fence(Sight.NOBODY)):
        with fences.inside(fence):
            found = database.transact(lambda session: session.execute(sa.text("select * from webhook_secret")).all())
        assert found == []


def test_an_employer_is_told_nothing_of_what_a_person_bought(counter: Counter, receiver: Receiver) -> None:
    made = [register(counter, who, receiver.url, *ALL_OF["hr"]) for who in ("hr", "payroll", "accountant")]
    refused = counter.ask("hr", "POST", "/v1/webhooks", {"url": receiver.url, "events": ["authorization.created"]})
    # Whatever a row says, the events themselves are held to the fence.
    database.transact(
        lambda session: session.execute(
            sa.text("update webhook_endpoint set types = :types"), {"types": [str(event) for event in Event]}
        )
    )
    book_id, giulia = counter.books["E1"], counter.people["giulia"]
    bought = counter.buy("giulia")
    counter.ask("p04", "POST", f"/v1/authorizations/{bought['id']}/captures", {})
    counter.ask("marta", "POST", f"/v1/authorizations/{bought['id']}/refunds", {"reason": "x"})
    other = counter.books["E2"]
    plan = {"plan": "A", "amount_minor": 1, "people": 5}

    def more(session: Any) -> None:
        outbox.tell(session, book_id, Event.LOT_EXPIRING, "lot_1", {"lot_id": "lot_1"}, employee_id=giulia)
        outbox.tell(session, book_id, Event.REIMBURSEMENT_PAID, "rmb_1", {}, employee_id=giulia)
        outbox.tell(session, book_id, Event.LOT_EXPIRING, "pln_1", plan)
        outbox.tell(session, other, Event.LOT_EXPIRING, "pln_2", plan)

    database.transact(more)
    deliver()

    assert refused.status_code == 422
    assert [(got.event, got.data) for got in receiver.got] == [("wallet.lot_expiring", plan)] * len(made)
    with fences.inside(Fence(Sight.FUNDER, book_id)):
        seen = database.transact(lambda session: session.scalars(sa.text("select aggregate from event")).all())
    assert seen == ["pln_1"]


def test_a_provider_is_told_of_its_own_and_of_nobody_by_name(counter: Counter, receiver: Receiver) -> None:
    register(counter, "p04", receiver.url)
    register(counter, "p03", receiver.url, *ALL_OF["p04"])
    bought = counter.buy("giulia")
    counter.ask("p04", "POST", f"/v1/authorizations/{bought['id']}/captures", {})

    deliver()

    assert receiver.events == ["authorization.created", "authorization.captured"]
    for got in receiver.got:
        assert got.data["service"] == "PSI-CR"
        for secret in (counter.people["giulia"], "Giulia", bought["code"], "employee", "relative"):
            assert secret not in got.body


@pytest.mark.parametrize(
    ("sight", "reach"),
    [
        (Sight.NETWORK, {}),
        (Sight.FUNDER, {"book": "E1"}),
        (Sight.FUNDER, {"book": "E2"}),
        (Sight.EMPLOYEE, {"book": "E1", "person": "giulia"}),
        (Sight.EMPLOYEE, {"book": "E2", "person": "anna"}),
        (Sight.PROVIDER, {"provider": "P04"}),
        (Sight.PROVIDER, {"provider": "P03"}),
    ],
)
def test_what_is_told_is_what_the_fence_of_the_database_shows(
    counter: Counter, receiver: Receiver, sight: Sight, reach: Mapping[str, str]
) -> None:
    made = register(counter, "operator", receiver.url)
    book_id = counter.books.get(reach.get("book", ""))
    person, provider = counter.people.get(reach.get("person", "")), reach.get("provider")
    values = {"sight": str(sight), "book": book_id, "person": person, "provider": provider, "id": made["id"]}
    appointed = {"member": f"mbr_{sight}_{book_id}_{provider}"}
    counter.buy("giulia")
    counter.buy("mario")
    counter.buy("anna", service="SAN-CR")

    def work(session: Any) -> None:
        for book in counter.books.values():
            outbox.tell(session, book, Event.PLAN_ACTIVATED, f"pln_{book}", {})
        outbox.tell(session, None, Event.PAYOUT_PAID, "pay_1", {}, provider_code="P03")
        session.execute(
            sa.text(
                "update webhook_endpoint set sight = :sight, book_id = :book, employee_id = :person,"
                " provider_code = :provider where endpoint_id = :id"
            ),
            values,
        )

    database.transact(work)
    # Its member holds another role than the row says now: that is not what is looked at here.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.events.telling._LEAVE", "select %s")
        deliver()

    with fences.inside(Fence(sight, book_id, person, provider)):
        seen = database.transact(
            lambda session: session.execute(sa.text("select event_id from event order by seq")).scalars().all()
        )
    assert appointed
    assert sorted(got.headers["webhook-id"] for got in receiver.got) == sorted(seen)
    assert seen


def test_events_of_one_aggregate_go_one_after_the_other(counter: Counter, receiver: Receiver) -> None:
    register(counter, "operator", receiver.url, "clearing.closed")
    receiver.answers = [500]
    for aggregate, number in (("a", 1), ("a", 2), ("b", 3), ("a", 4)):
        happen(aggregate=aggregate, number=number)

    deliver()
    before = [got.data["number"] for got in receiver.got]
    deliver(timedelta(seconds=6))

    assert before == [1, 3]
    assert [got.data["number"] for got in receiver.got] == [1, 3, 1, 2, 4]


def test_a_dead_letter_lets_the_next_one_pass_and_is_sent_again_when_asked(
    counter: Counter, receiver: Receiver
) -> None:
    made = register(counter, "operator", receiver.url, "clearing.closed")
    tries = len(delivery.SCHEDULE)
    receiver.answers = [500] * tries
    happen(aggregate="a", number=1)
    happen(aggregate="a", number=2)
    waited = timedelta(0)
    for wait in delivery.SCHEDULE:
        waited += wait * 1.1
        deliver(waited)

    assert [got.data["number"] for got in receiver.got] == [1] * tries + [2]
    assert len({got.headers["webhook-id"] for got in receiver.got}) == 2
    assert len({got.headers["webhook-timestamp"] for got in receiver.got}) == tries
    dead = sent(counter, made, status="dead")
    assert [len(line["attempts"]) for line in dead] == [tries]

    with clock.at(NOON + waited):
        again = counter.ask("operator", "POST", f"/v1/webhooks/{made['id']}/replays")
        assert (again.status_code, again.get_json()) == (202, {"replayed": 1})
        delivery.deliver_due()
        one = counter.ask("operator", "POST", f"/v1/webhooks/{made['id']}/deliveries/{dead[0]['id']}/replays")
        delivery.deliver_due()
    assert one.status_code == 202
    assert [got.data["number"] for got in receiver.got[-3:]] == [2, 1, 1]
    assert sent(counter, made, status="dead") == []


def test_what_fails_is_tried_again_on_the_schedule_of_the_standard(counter: Counter, receiver: Receiver) -> None:
    register(counter, "operator", receiver.url, "clearing.closed")
    receiver.answers = [500] * len(delivery.SCHEDULE)
    happen()
    moment = timedelta(0)
    for number, wait in enumerate(delivery.SCHEDULE):
        deliver(moment + wait * 0.99)
        early = len(receiver.got)
        moment += wait * 1.1
        deliver(moment)
        assert (early, len(receiver.got)) == (number if number else 1, number + 1)
    deliver(moment + timedelta(days=3))
    assert len(receiver.got) == len(delivery.SCHEDULE)


@pytest.mark.parametrize("told", ["120", "Mon, 02 Mar 2026 11:02:00 GMT"])
def test_who_asks_to_wait_is_waited_for(counter: Counter, receiver: Receiver, told: str) -> None:
    register(counter, "operator", receiver.url, "clearing.closed")
    receiver.answers, receiver.headers = [429], {"Retry-After": told}
    happen(aggregate="a")
    happen(aggregate="b")

    deliver()
    deliver(timedelta(seconds=110))
    before = len(receiver.got)
    deliver(timedelta(seconds=121))

    assert (before, len(receiver.got)) == (1, 3)


def test_an_endpoint_that_is_gone_is_turned_off(counter: Counter, receiver: Receiver) -> None:
    made = register(counter, "operator", receiver.url, "clearing.closed")
    receiver.answers = [410]
    happen()
    deliver()
    happen()
    deliver()

    shown = counter.ask("operator", "GET", f"/v1/webhooks/{made['id']}")
    assert (shown.get_json()["enabled"], shown.get_json()["disabled_why"]) == (False, "gone")
    assert len(receiver.got) == 1
    assert counter.ask("operator", "POST", f"/v1/webhooks/{made['id']}/pings").status_code == 409


def test_an_endpoint_that_takes_nothing_for_days_is_turned_off_until_somebody_turns_it_on(
    counter: Counter, receiver: Receiver
) -> None:
    made = register(counter, "operator", receiver.url, "clearing.closed")
    receiver.answers = [500] * 3
    happen(aggregate="a")
    deliver()
    happen(aggregate="b")
    deliver(delivery.GIVEN_UP_AFTER + timedelta(minutes=1))
    path = f"/v1/webhooks/{made['id']}"
    shown = counter.ask("operator", "GET", path)
    assert shown.get_json()["disabled_why"] == "failing"

    on = counter.ask("operator", "PATCH", path, {"enabled": True}, If_Match=shown.headers["ETag"])
    receiver.answers = []
    deliver(timedelta(days=6))

    assert (on.status_code, on.get_json()["enabled"]) == (200, True)
    assert receiver.events[-2:] == ["clearing.closed"] * 2


def test_who_holds_the_role_no_more_is_told_nothing_more(counter: Counter, receiver: Receiver) -> None:
    made = register(counter, "marta_hook", receiver.url, "clearing.closed") if "marta_hook" in counter.secrets else None
    assert made is None
    made = register(counter, "p03", receiver.url, "payout.paid")
    ended = "update appointment set ended_at = {} where provider_code = 'P03'"
    database.transact(lambda session: session.execute(sa.text(ended.format("ledger_now()"))))
    try:
        database.transact(
            lambda session: outbox.tell(session, None, Event.PAYOUT_PAID, "pay_1", {}, provider_code="P03")
        )
        deliver()
    finally:
        database.transact(lambda session: session.execute(sa.text(ended.format("null"))))

    assert receiver.got == []
    assert counter.ask("p03", "GET", f"/v1/webhooks/{made['id']}").get_json()["disabled_why"] == "left"


def test_what_is_for_one_member_is_told_to_nobody_else(counter: Counter, receiver: Receiver) -> None:
    register(counter, "operator", receiver.url, "statement.ready")

    def work(session: Any) -> None:
        mine = session.execute(sa.text("select registered_by from webhook_endpoint")).scalar_one()
        for member in (mine, "mbr_other"):
            outbox.tell(session, None, Event.STATEMENT_READY, member, {"for": member}, only_for=member)

    database.transact(work)
    deliver()

    assert len(receiver.got) == 1


def test_a_renewed_secret_signs_beside_the_old_one_for_a_time(counter: Counter, receiver: Receiver) -> None:
    made = register(counter, "operator", receiver.url, "clearing.closed")
    path = f"/v1/webhooks/{made['id']}/secrets"
    renewed = counter.ask("operator", "POST", path, {"overlap_hours": 2})
    assert renewed.status_code == 201
    new, old = renewed.get_json()["secret"], made["secret"]

    signed = []
    for hours in (0, 1, 3):
        with clock.at(NOON + timedelta(hours=hours)):
            happen()
        deliver(timedelta(hours=hours))
        signed.append((receiver.got[-1].signed_by(new), receiver.got[-1].signed_by(old)))
    at_once = counter.ask("operator", "POST", path, {"overlap_hours": 0}).get_json()["secret"]
    happen()
    deliver(timedelta(hours=3))

    assert signed == [(True, True), (True, True), (True, False)]
    assert (receiver.got[-1].signed_by(at_once), receiver.got[-1].signed_by(new)) == (True, False)


def test_a_ping_tries_an_endpoint(counter: Counter, receiver: Receiver) -> None:
    made = register(counter, "hr", receiver.url)

    asked = counter.ask("hr", "POST", f"/v1/webhooks/{made['id']}/pings")
    deliver()

    assert asked.status_code == 202
    assert [(got.event, got.data) for got in receiver.got] == [("webhook.ping", {"webhook_id": made["id"]})]
    assert [line["status"] for line in sent(counter, made, "hr")] == ["delivered"]


def test_an_endpoint_is_changed_and_deleted_only_as_it_was_read(counter: Counter, receiver: Receiver) -> None:
    made = register(counter, "hr", receiver.url)
    path = f"/v1/webhooks/{made['id']}"
    tag = counter.ask("hr", "GET", path).headers["ETag"]

    assert counter.ask("hr", "PATCH", path, {"enabled": False}).status_code == 428
    changed = counter.ask("hr", "PATCH", path, {"enabled": False, "description": "x"}, If_Match=tag)
    assert (changed.status_code, changed.get_json()["disabled_why"]) == (200, "asked")
    assert counter.ask("hr", "PATCH", path, {"enabled": True}, If_Match=tag).status_code == 412
    assert counter.ask("hr", "DELETE", path, If_Match=tag).status_code == 412
    assert counter.ask("hr", "DELETE", path, If_Match=changed.headers["ETag"]).status_code == 204
    assert counter.ask("hr", "GET", path).status_code == 404


@pytest.mark.parametrize("stranger", ["payroll", "p03", "operator"])
def test_another_reach_or_role_does_not_find_it(counter: Counter, receiver: Receiver, stranger: str) -> None:
    made = register(counter, "hr", receiver.url)
    path = f"/v1/webhooks/{made['id']}"

    for method, rest in (("GET", ""), ("POST", "/pings"), ("POST", "/replays"), ("GET", "/deliveries")):
        assert counter.ask(stranger, method, path + rest).status_code == 404
    for method, body in (("PATCH", {"enabled": False}), ("DELETE", None)):
        assert counter.ask(stranger, method, path, body, If_Match="*").status_code == 404
    assert counter.ask(stranger, "POST", path + "/secrets", {}).status_code == 404
    assert counter.ask(stranger, "GET", "/v1/webhooks").get_json()["data"] == []
    assert counter.ask("giulia", "GET", "/v1/webhooks").status_code == 403


def test_a_reach_has_so_many_endpoints_and_no_more(
    counter: Counter, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "MOST", 1)
    register(counter, "hr", receiver.url)

    again = counter.ask("hr", "POST", "/v1/webhooks", {"url": receiver.url, "events": ["plan.activated"]})

    assert (again.status_code, again.get_json()["code"]) == (409, "webhooks_too_many")


def test_one_endpoint_that_is_away_does_not_hold_the_others_up(
    counter: Counter, receiver: Receiver, configure: Callable[..., None]
) -> None:
    with receiving() as gone:
        away = register(counter, "operator", gone.url, "clearing.closed")
    register(counter, "operator", receiver.url, "clearing.closed")
    for aggregate in "abc":
        happen(aggregate=aggregate)

    assert deliver() == 3
    lines = sent(counter, away)
    assert sorted(len(line["attempts"]) for line in lines) == [0, 0, 1]
    assert {each["problem"] for line in lines for each in line["attempts"]} == {"ConnectionRefusedError"}


def test_what_was_told_and_delivered_is_forgotten_after_a_time(counter: Counter, receiver: Receiver) -> None:
    made = register(counter, "operator", receiver.url, "clearing.closed")
    happen()
    deliver()
    happen()

    with clock.at(NOON + timedelta(days=31)):
        assert delivery.clean() == 2
        assert sent(counter, made) == []
    left = database.transact(lambda session: session.execute(sa.text("select count(*) from event")).scalar_one())
    assert left == 1


def test_a_plan_that_gets_its_first_credit_is_told_to_its_employer(counter: Counter, receiver: Receiver) -> None:
    register(counter, "hr", receiver.url)

    def work(session: Any) -> None:
        book_id = counter.books["E1"]
        code = f"N{datetime.now(clock.ROME).timestamp():.0f}"[-8:]
        factories.plan(session, book_id, code)
        factories.funded(session, book_id, code)
        factories.grant(session, book_id, code, counter.people["giulia"], 100)

    database.transact(work)
    deliver()

    assert receiver.events == ["plan.activated"]
