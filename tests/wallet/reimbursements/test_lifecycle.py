"""From the submission to the payslip: what is held, owed and written at each step."""

from __future__ import annotations

from datetime import date

import pytest

from tests.wallet.reimbursements.conftest import Desk
from wallet.reimbursements import records
from wallet.reimbursements.errors import ReimbursementNotOpen
from wallet.reimbursements.words import Reason, State


def test_money_is_held_from_the_submission_on(desk: Desk) -> None:
    found = desk.submit()

    assert (found.status, found.amount_minor, found.outcome) == (State.SUBMITTED, 22_000, "EXEMPT")
    assert desk.left() == 38_000
    assert desk.scene.events() == []


def test_an_approval_is_owed_through_payroll_and_taxed_then(desk: Desk) -> None:
    found = desk.approve(desk.submit())

    assert (found.status, found.approved_minor, found.approved_on) == (State.APPROVED, 22_000, date(2026, 3, 10))
    assert desk.scene.posted(f"payroll:{desk.scene.worker}") == 22_000
    assert desk.scene.events() == [("use", 22_000, 0, "reimbursed", 2026)]
    assert desk.left() == 38_000


def test_a_payment_closes_what_payroll_owes(desk: Desk) -> None:
    found = desk.pay(desk.approve(desk.submit()))

    assert (found.status, found.payroll_month, found.reimbursed_on) == (
        State.PAID,
        date(2026, 3, 1),
        date(2026, 3, 10),
    )
    assert desk.scene.posted(f"payroll:{desk.scene.worker}") == 0
    assert desk.scene.posted("payroll:paid") == 22_000


def test_a_partial_approval_frees_the_rest(desk: Desk) -> None:
    found = desk.approve(desk.submit(), 15_000, reasons=[Reason.AMOUNT_DIFFERS])

    assert (found.approved_minor, found.partial) == (15_000, True)
    assert desk.left() == 45_000
    assert desk.scene.events() == [("use", 15_000, 0, "reimbursed", 2026)]


def test_a_rejection_and_a_withdrawal_free_everything(desk: Desk) -> None:
    rejected = desk.reject(desk.submit(), Reason.NOT_REIMBURSABLE)
    withdrawn = desk.withdraw(desk.submit())

    assert (rejected.status, withdrawn.status) == (State.REJECTED, State.WITHDRAWN)
    assert desk.left() == 60_000
    with pytest.raises(ReimbursementNotOpen):
        desk.approve(withdrawn)


def test_the_history_bears_both_names_where_somebody_acts_for_the_worker(desk: Desk) -> None:
    found = desk.submit()
    desk.withdraw(found, actor="welfare manager")

    history = records.steps(desk.scene.session, desk.scene.book_id, found.reimbursement_id)

    assert [(step.kind, step.actor, step.on_behalf_of) for step in history] == [
        ("submit", desk.scene.worker, None),
        ("withdraw", "welfare manager", desk.scene.worker),
    ]
