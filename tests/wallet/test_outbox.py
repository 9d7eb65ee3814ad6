"""The outbox holds what happened, once, in its order, and nothing of what did not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.wallet.reimbursements.conftest import Desk, desk, upload
from tests.wallet.scene import DIRECT, NOON, Scene
from tests.wallet.settlement.acts import delivered, pay
from wallet import authorizations
from wallet.outbox import Event
from wallet.purchases import Purchase
from wallet.reimbursements.words import Reason
from wallet.settlement import clearing, payments, terms
from wallet.settlement.errors import PaymentStateWrong

__all__ = ["desk", "upload"]


def told(scene: Scene, *, personal: bool | None = None) -> list[sa.Row[Any]]:
    """The events of a scene's transaction, as they were written."""
    found = scene.session.execute(
        sa.text(
            "select type, aggregate, employee_id, provider_code, personal, book_id, facts from event"
            " where book_id = :book or book_id is null order by seq"
        ),
        {"book": scene.book_id},
    )
    return [row for row in found if personal is None or row.personal is personal]


def types(scene: Scene, **rest: Any) -> list[str]:
    return [row.type for row in told(scene, **rest)]


def test_a_purchase_is_told_from_its_decision_to_its_refund(scene: Scene) -> None:
    scene.grant(60_000)
    found = scene.buy("FIS-NA", channel=DIRECT)
    scene.capture(found, 3_500)
    scene.capture(found, 7_000)
    scene.void(found)
    scene.refund(found, 3_500)

    first, *rest = told(scene, personal=True)
    assert [row.type for row in (first, *rest)] == [
        "authorization.created",
        "authorization.captured",
        "authorization.captured",
        "authorization.voided",
        "refund.created",
    ]
    assert {row.aggregate for row in (first, *rest)} == {found.authorization_id}
    assert {(row.employee_id, row.provider_code) for row in rest} == {(scene.worker, found.provider_code)}
    assert [row.facts.get("moved_minor") for row in rest] == [3_500, 7_000, None, 3_500]
    assert [row.facts["status"] for row in (first, *rest)] == [
        "authorized",
        "partially_captured",
        "partially_captured",
        "captured",
        "partially_refunded",
    ]
    assert found.code is not None
    assert found.code not in str(first.facts)


def test_a_decline_is_told_to_the_worker_and_not_to_the_provider(scene: Scene) -> None:
    scene.grant(1_000)

    declined = scene.ask("PSI-CR")

    (row,) = told(scene, personal=True)
    assert (row.type, row.provider_code) == ("authorization.declined", None)
    assert row.facts["decline_code"] == declined.decline_code == "insufficient_funds"


def test_a_simulation_and_a_replay_tell_nothing(scene: Scene) -> None:
    scene.grant(60_000)
    authorizations.simulate(scene.session, scene.book_id, Purchase(scene.worker, "PSI-CR", quantity=1))
    for _ in range(3):
        scene.ask("PSI-CR", key="k")

    assert types(scene, personal=True) == ["authorization.created"]


def test_what_is_refused_or_undone_is_not_told(scene: Scene) -> None:
    scene.grant(60_000)
    found = delivered(scene)
    pay(scene)
    payments.confirm(scene.session, "R1-00001", on=date(2026, 3, 10), actor="op")
    before = types(scene)

    with pytest.raises(PaymentStateWrong), scene.session.begin_nested():
        payments.confirm(scene.session, "R1-00001", on=date(2026, 3, 10), actor="op")
    savepoint = scene.session.begin_nested()
    scene.refund(found)
    savepoint.rollback()

    assert types(scene) == before


def test_a_hold_that_time_ended_is_told_as_expired(scene: Scene) -> None:
    scene.grant(60_000)
    scene.buy("PSI-CR")
    scene.go_to(NOON + timedelta(days=30))

    scene.expire()
    scene.expire()

    assert types(scene, personal=True) == ["authorization.created", "authorization.expired"]


def test_credit_that_ends_is_told_to_its_owner_and_to_the_funder_as_a_sum(scene: Scene) -> None:
    lots = [scene.grant(60_000), *(scene.grant(5_000, worker=scene.person()) for _ in range(5))]
    scene.go_to(date(2026, 12, 1))

    scene.expire()

    *owners, total = (row for row in told(scene) if row.type == Event.LOT_EXPIRED)
    mine = owners[0]
    assert [row.aggregate for row in owners] == lots
    assert (mine.employee_id, mine.facts["amount_minor"], mine.personal) == (scene.worker, 60_000, True)
    assert (total.employee_id, total.personal) == (None, False)
    assert (total.facts["people"], total.facts["amount_minor"]) == (5, 85_000)
    assert not total.facts.keys() & {"employee_id", "lots"}


def test_credit_of_few_that_ends_is_told_to_the_funder_without_figures(scene: Scene) -> None:
    for worker in (scene.worker, scene.person()):
        scene.grant(60_000, worker=worker)
    scene.go_to(date(2026, 12, 1))

    scene.expire()

    total = next(row for row in told(scene, personal=False) if row.type == Event.LOT_EXPIRED)
    assert (total.facts["plan"], total.facts["people"], total.facts["amount_minor"]) == ("A", None, None)


def test_a_plan_is_activated_by_its_first_credit(scene: Scene) -> None:
    scene.grant(60_000)
    scene.grant(60_000)

    (row,) = told(scene, personal=False)
    assert (row.type, row.aggregate, row.facts["plan"]) == ("plan.activated", scene.plan_ids["A"], "A")


def test_a_reimbursement_is_told_as_such_and_not_as_a_purchase(desk: Desk, upload: Callable[..., Any]) -> None:
    paid, refused = desk.submit(document=10_000), desk.submit(document=5_000)
    desk.ask_fix(paid, Reason.DOCUMENT_UNREADABLE)
    desk.fix(paid, upload("nuova"))
    desk.approve(paid)
    desk.pay(paid)
    desk.reject(refused, Reason.SERVICE_NOT_SHOWN)

    rows = told(desk.scene, personal=True)
    assert [row.type for row in rows if row.aggregate == paid.reimbursement_id] == [
        "reimbursement.submitted",
        "reimbursement.needs_fix",
        "reimbursement.approved",
        "reimbursement.paid",
    ]
    assert [row.type for row in rows if row.aggregate == refused.reimbursement_id] == [
        "reimbursement.submitted",
        "reimbursement.rejected",
    ]
    assert len(rows) == 6
    assert rows[-1].facts["reasons"] == [Reason.SERVICE_NOT_SHOWN]


def test_a_provider_is_told_when_it_is_paid_and_a_territory_when_its_month_is_closed(scene: Scene) -> None:
    scene.grant(300_000)
    delivered(scene, "PSI-MI")
    run = pay(scene)
    payments.confirm(scene.session, "R1-00001", on=date(2026, 3, 10), actor="op")
    scene.go_to(date(2026, 4, 1))
    closed = clearing.run(scene.session, date(2026, 3, 1), terms=terms.shipped(), actor="op")
    clearing.run(scene.session, date(2026, 3, 1), terms=terms.shipped(), actor="op")

    scheduled, paid, cleared = (row for row in told(scene) if row.book_id is None)
    assert [scheduled.type, paid.type, cleared.type] == ["payout.scheduled", "payout.paid", "clearing.closed"]
    assert scheduled.provider_code == paid.provider_code == run.payments[0].provider_code
    assert scheduled.facts["amount_minor"] == run.payments[0].amount_minor
    assert scheduled.facts["execute_on"] == run.execute_on.isoformat()
    assert (cleared.aggregate, cleared.provider_code) == (closed.run_id, None)
