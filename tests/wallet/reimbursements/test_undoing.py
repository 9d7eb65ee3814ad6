"""Approvals that are withdrawn, payments that are reversed, and what payroll paid settled with the funder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from config import clock
from ledger.errors import AmountNotPositive
from plans.words import FundingPolicy
from tests import factories
from tests.factories import euro
from tests.wallet.reimbursements.conftest import REIMBURSING, Desk
from tests.wallet.scene import Scene
from wallet import funding
from wallet.errors import BankNotCovering
from wallet.reimbursements import closing, deadlines, records, undoing
from wallet.reimbursements.documents import Store, Upload
from wallet.reimbursements.errors import (
    OwnReimbursement,
    PayrollPaidExceeded,
    ReimbursementNotApproved,
    ReimbursementNotPaid,
    SetOffExceedsDue,
    UndoingReasonInvalid,
)
from wallet.reimbursements.records import Reimbursement
from wallet.reimbursements.words import OF_APPROVALS, OF_PAYMENTS, Reason, State, Undoing


def withdraw(desk: Desk, found: Reimbursement, reason: Undoing = Undoing.TO_BE_REVIEWED, **rest: str) -> Reimbursement:
    return undoing.withdraw_approval(
        desk.scene.session, desk.scene.book_id, found.reimbursement_id, reason, **({"actor": "office"} | rest)
    )


def reverse(desk: Desk, found: Reimbursement, reason: Undoing = Undoing.NOT_PAID, **rest: str) -> Reimbursement:
    return undoing.reverse_payment(
        desk.scene.session, desk.scene.book_id, found.reimbursement_id, reason, **({"actor": "payroll"} | rest)
    )


def test_a_withdrawn_approval_is_reviewed_again_with_its_money_held(desk: Desk) -> None:
    first = desk.approve(desk.submit())

    found = withdraw(desk, first, Undoing.WRONG_REQUEST, note="era il rimborso di un'altra")

    assert (found.status, found.amount_minor, found.approved_minor, found.approved_on) == (
        State.SUBMITTED,
        22_000,
        0,
        None,
    )
    assert found.authorization_id != first.authorization_id
    assert desk.left() == 38_000
    assert desk.scene.posted(f"payroll:{desk.scene.worker}") == 0
    assert desk.scene.taxed() == (0, 0)
    assert desk.scene.events() == [
        ("use", 22_000, 0, "reimbursed", 2026),
        ("reversal", 22_000, 0, "approval_withdrawn", 2026),
    ]
    step = records.steps(desk.scene.session, desk.scene.book_id, found.reimbursement_id)[-1]
    assert (step.kind, step.reasons, step.amount_minor, step.changes) == (
        "withdraw_approval",
        ("wrong_request",),
        22_000,
        {},
    )


def test_it_can_be_approved_again_and_rejected(desk: Desk) -> None:
    found = withdraw(desk, desk.approve(desk.submit()))
    again = withdraw(desk, desk.approve(found), Undoing.WRONG_AMOUNT)
    paid = desk.pay(desk.approve(again, 20_000, reasons=[Reason.AMOUNT_DIFFERS]))

    assert paid.status is State.PAID
    assert desk.left() == 40_000
    assert desk.scene.taxed() == (20_000, 0)

    other = withdraw(desk, desk.approve(desk.submit(document=10_000)))
    assert desk.reject(other, Reason.NOT_AUTHENTIC).status is State.REJECTED
    assert desk.left() == 40_000


def test_the_part_that_was_not_approved_is_held_again(desk: Desk) -> None:
    partly = desk.approve(desk.submit(), 15_000, reasons=[Reason.AMOUNT_DIFFERS])
    assert desk.left() == 45_000

    found = withdraw(desk, partly, Undoing.WRONG_AMOUNT)

    assert (found.amount_minor, desk.left()) == (22_000, 38_000)
    assert desk.approve(found).approved_minor == 22_000


def test_where_it_was_spent_meanwhile_what_had_been_approved_is_reviewed(desk: Desk) -> None:
    partly = desk.approve(desk.submit(), 15_000, reasons=[Reason.AMOUNT_DIFFERS])
    desk.submit(document=40_000)
    assert desk.left() == 5_000

    found = withdraw(desk, partly)

    assert (found.amount_minor, found.exempt_minor, desk.left()) == (15_000, 15_000, 5_000)
    step = records.steps(desk.scene.session, desk.scene.book_id, found.reimbursement_id)[-1]
    assert step.changes == {"amount_minor": ["22000", "15000"]}


def test_where_its_receipt_was_asked_for_meanwhile_too(desk: Desk) -> None:
    same = {"document_no": "77/2026", "files": [desk.upload("fattura 77")]}
    partly = desk.approve(desk.submit(**same), 15_000, reasons=[Reason.AMOUNT_DIFFERS])
    desk.submit(amount=7_000, **same)

    found = withdraw(desk, partly)

    assert (found.amount_minor, desk.left()) == (15_000, 38_000)


def test_the_reversal_belongs_to_the_year_of_the_use_and_to_todays_month(desk: Desk) -> None:
    desk.scene.go_to(date(2026, 11, 20))
    found = desk.submit()
    desk.scene.go_to(date(2027, 1, 20))
    approved = desk.approve(found)
    desk.scene.go_to(date(2027, 2, 3))

    withdraw(desk, approved)

    rows = desk.scene.session.execute(
        sa.text("select kind, fiscal_year, fiscal_on from fiscal_event where book_id = :book order by event_id"),
        {"book": desk.scene.book_id},
    ).all()
    assert [tuple(row) for row in rows] == [
        ("use", 2026, date(2027, 1, 20)),
        ("reversal", 2026, date(2027, 2, 3)),
    ]


def test_an_approval_withdrawn_after_its_lot_ended_keeps_what_it_had_and_takes_no_more(desk: Desk) -> None:
    last = desk.scene.session.execute(sa.text("select max(expires_on) from lot")).scalar_one()
    partly = desk.approve(desk.submit(), 15_000, reasons=[Reason.AMOUNT_DIFFERS])
    desk.scene.go_to(datetime(last.year + 1, 1, 20, 12, tzinfo=clock.ROME))

    found = withdraw(desk, partly)

    assert found.amount_minor == 15_000
    assert desk.approve(found).status is State.APPROVED


def test_a_hold_that_would_be_over_lasts_long_enough_to_review(desk: Desk) -> None:
    approved = desk.approve(desk.submit())
    desk.scene.go_to(date(2027, 3, 20))

    found = withdraw(desk, approved)

    assert found.expires_at.astimezone(clock.ROME).date() == date(2027, 4, 20)
    assert deadlines.settle(desk.scene.session, desk.scene.book_id, desk.scene.worker) == 0


@pytest.mark.parametrize("reason", [None, *set(Undoing) - set(OF_APPROVALS)])
def test_an_approval_is_withdrawn_for_a_reason_of_its_own(desk: Desk, reason: Undoing | None) -> None:
    found = desk.approve(desk.submit())

    with pytest.raises(UndoingReasonInvalid):
        withdraw(desk, found, reason)  # type: ignore[arg-type]


@pytest.mark.parametrize("reason", [None, *set(Undoing) - set(OF_PAYMENTS)])
def test_a_payment_is_reversed_for_a_reason_of_its_own(desk: Desk, reason: Undoing | None) -> None:
    found = desk.pay(desk.approve(desk.submit()))

    with pytest.raises(UndoingReasonInvalid):
        reverse(desk, found, reason)  # type: ignore[arg-type]


def test_what_is_not_approved_or_not_paid_is_refused_and_nothing_changes(desk: Desk) -> None:
    submitted, approved = desk.submit(document=1_000), desk.approve(desk.submit(document=2_000))
    paid = desk.pay(desk.approve(desk.submit(document=4_000)))
    before = desk.scene.image()

    with pytest.raises(ReimbursementNotApproved):
        withdraw(desk, submitted)
    with pytest.raises(ReimbursementNotApproved) as raised:
        withdraw(desk, paid)
    with pytest.raises(ReimbursementNotPaid):
        reverse(desk, approved)
    with pytest.raises(OwnReimbursement):
        withdraw(desk, approved, actor=desk.scene.worker)
    with pytest.raises(OwnReimbursement):
        reverse(desk, paid, actor=desk.scene.worker)

    assert "«pagata»" in raised.value.text("it")
    assert desk.scene.image() == before


def test_the_same_key_withdraws_once(desk: Desk) -> None:
    found = desk.approve(desk.submit())

    first = withdraw(desk, found, key="k")
    again = withdraw(desk, found, key="k")

    assert (again.status, again.replayed, again.authorization_id) == (State.SUBMITTED, True, first.authorization_id)
    assert len(desk.scene.events()) == 2


def test_a_payment_that_was_not_made_is_owed_again_and_the_tax_stays(desk: Desk) -> None:
    paid = desk.pay(desk.approve(desk.submit()))

    found = reverse(desk, paid)

    assert (found.status, found.payroll_month, found.reimbursed_on) == (State.APPROVED, None, None)
    assert desk.scene.posted(f"payroll:{desk.scene.worker}") == 22_000
    assert desk.scene.posted("payroll:paid") == 0
    assert desk.scene.events() == [("use", 22_000, 0, "reimbursed", 2026)]
    again = desk.pay(found, payroll_month=date(2026, 4, 1))
    assert (again.payroll_month, desk.scene.posted("payroll:paid")) == (date(2026, 4, 1), 22_000)
    assert reverse(desk, again, Undoing.WRONG_PAYMENT).status is State.APPROVED


def test_a_payment_and_then_its_approval_may_be_taken_back(desk: Desk) -> None:
    found = withdraw(desk, reverse(desk, desk.pay(desk.approve(desk.submit())), Undoing.WRONG_REQUEST))

    assert found.status is State.SUBMITTED
    assert desk.scene.taxed() == (0, 0)
    assert desk.left() == 38_000
    desk.withdraw(found)
    assert desk.left() == 60_000


def test_what_payroll_paid_is_set_off_with_what_the_funder_owes(desk: Desk) -> None:
    session, book = desk.scene.session, desk.scene.book_id
    funding.commit(session, book, "A", euro(50_000), on=date(2026, 3, 10), actor="office")
    desk.pay(desk.approve(desk.submit()))
    granted = desk.scene.posted("plan:A:funded")

    closing.set_off(session, book, "A", euro(15_000), on=date(2026, 3, 10), actor="office", reference="comp 1")

    assert desk.scene.posted("payroll:paid") == 7_000
    assert desk.scene.posted("plan:A:receivable") == 35_000
    assert desk.scene.posted("plan:A:funded") == granted + 15_000
    with pytest.raises(PayrollPaidExceeded) as raised:
        closing.set_off(session, book, "A", euro(7_001), on=date(2026, 3, 10), actor="office")
    assert "70,00" in raised.value.text("it")


def test_it_is_given_back_where_the_funder_owes_nothing(desk: Desk) -> None:
    session, book, bank = desk.scene.session, desk.scene.book_id, desk.scene.posted("bank")
    desk.pay(desk.approve(desk.submit()))

    with pytest.raises(SetOffExceedsDue):
        closing.set_off(session, book, "A", euro(22_000), on=date(2026, 3, 10), actor="office")
    closing.repay(session, book, euro(22_000), on=date(2026, 3, 10), actor="office")

    assert desk.scene.posted("bank") == bank - 22_000
    assert closing.open_minor(session, book) == 0
    with pytest.raises(PayrollPaidExceeded):
        closing.repay(session, book, euro(1), on=date(2026, 3, 10), actor="office")
    with pytest.raises(AmountNotPositive):
        closing.repay(session, book, euro(0), on=date(2026, 3, 10), actor="office")


def test_no_more_is_given_back_than_the_bank_holds(
    empty_scene: Scene, tmp_path: Path, upload: Callable[..., Upload]
) -> None:
    scene = empty_scene
    scene.plan(transferred=0, funding_policy=FundingPolicy.ON_ACCOUNT, **REIMBURSING)
    lot = scene.grant(60_000)
    child = scene.relative(tax_code=factories.tax_code(born=date(2018, 6, 1)))
    poor = Desk(scene, child, Store(tmp_path / "documents"), upload, lot)
    poor.pay(poor.approve(poor.submit()))
    funding.record_transfer(scene.session, scene.book_id, "A", euro(21_999), on=date(2026, 3, 10), actor="office")

    with pytest.raises(BankNotCovering) as refused:
        closing.repay(scene.session, scene.book_id, euro(22_000), on=date(2026, 3, 10), actor="office")

    assert "219,99" in refused.value.text("it")
    closing.repay(scene.session, scene.book_id, euro(21_999), on=date(2026, 3, 10), actor="office")
    assert scene.posted("bank") == 0
    assert scene.differences() == []


def test_a_plan_on_account_is_paid_by_what_payroll_paid(desk: Desk) -> None:
    session, book = desk.scene.session, desk.scene.book_id
    desk.scene.plan("B", transferred=0, funding_policy=FundingPolicy.ON_ACCOUNT, **REIMBURSING)
    desk.pay(desk.approve(desk.submit()))
    committed = desk.scene.posted("plan:B:committed")

    closing.set_off(session, book, "B", euro(22_000), on=date(2026, 3, 10), actor="office")

    assert desk.scene.posted("plan:B:receivable") == 1_000_000 - 22_000
    assert (desk.scene.posted("plan:B:committed"), desk.scene.posted("payroll:paid")) == (committed, 0)


def test_a_payment_reversed_after_it_was_settled_is_owed_by_the_funder(desk: Desk) -> None:
    session, book = desk.scene.session, desk.scene.book_id
    paid = desk.pay(desk.approve(desk.submit()))
    closing.repay(session, book, euro(22_000), on=date(2026, 3, 10), actor="office")

    reverse(desk, paid)

    assert closing.open_minor(session, book) == -22_000
    assert desk.scene.differences() == []
