"""What the office may do and when; what a fix changes; what time ends."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from ledger.errors import KeyReused, RefusedBefore
from tests.factories import euro
from tests.wallet.reimbursements.conftest import REIMBURSING, Desk
from tests.wallet.scene import CONSENT
from wallet import authorizations, captures, recheck
from wallet.errors import AuthorizationNotFound
from wallet.reimbursements import deadlines, records
from wallet.reimbursements.errors import (
    ApprovalExceedsRequest,
    DocumentsTooMany,
    ExpenseAmountInvalid,
    ExpenseInFuture,
    ExpenseOutsidePlan,
    FixChangesNothing,
    FixLowersDocument,
    FixStillNeeded,
    OwnReimbursement,
    PaymentDateInvalid,
    PayrollMonthInvalid,
    ReasonNotToMend,
    ReimbursementHasItsOwnVerbs,
    ReimbursementNotFound,
    ReimbursementNotOpen,
    ReimbursementNotToMend,
    ReviewReasonsNeeded,
    SubmissionIncomplete,
)
from wallet.reimbursements.words import FINAL, Holder, Reason, State


def test_a_fix_keeps_the_place_and_the_hold(desk: Desk) -> None:
    first, second = desk.submit(document=10_000), desk.submit(document=10_000)
    asked = desk.ask_fix(first, Reason.DOCUMENT_UNREADABLE, Reason.USER_NOT_SHOWN, note="pagina 2")

    assert (asked.status, asked.fix_by) == (State.NEEDS_FIX, date(2026, 4, 9))
    assert desk.left() == 40_000
    with pytest.raises(FixStillNeeded) as raised:
        desk.approve(first)
    assert "document_unreadable, user_not_shown" in raised.value.text("it").replace("'", "")
    mended = desk.fix(first, desk.upload("nuova"))
    assert (mended.status, mended.fix_by) == (State.SUBMITTED, None)
    queue = records.find(desk.scene.session, desk.scene.book_id, states=[State.SUBMITTED])
    assert [one.reimbursement_id for one in queue] == [first.reimbursement_id, second.reimbursement_id]
    assert desk.approve(mended).status is State.APPROVED


def test_a_fix_that_leaves_the_holder_wrong_is_not_enough(desk: Desk) -> None:
    found = desk.submit(holder=Holder.OTHER)

    still = desk.fix(found, desk.upload("altra pagina"))

    assert (still.status, still.fix_by) == (State.NEEDS_FIX, found.fix_by)
    with pytest.raises(FixStillNeeded):
        desk.approve(found)


def test_a_fix_corrects_what_the_document_says(desk: Desk) -> None:
    found = desk.ask_fix(desk.submit(document_no="7"), Reason.NUMBER_DIFFERS)

    mended = desk.fix(found, document_no="8", document=euro(25_000), supplier_tax_code="IT 12345670017")

    assert (mended.document_no, mended.document_minor, mended.amount_minor) == ("8", 25_000, 22_000)
    steps = records.steps(desk.scene.session, desk.scene.book_id, found.reimbursement_id)
    assert steps[-1].changes == {"document_no": ["7", "8"], "document_minor": ["22000", "25000"]}
    assert desk.submit(document_no="7", document=1_000, files=[desk.upload("altra")]).status is State.SUBMITTED


def test_a_fix_may_bring_the_same_file_again(desk: Desk) -> None:
    file = desk.upload("sette")
    found = desk.ask_fix(desk.submit(document_no="7", files=[file]), Reason.NUMBER_DIFFERS)

    assert desk.fix(found, file, document_no="8").status is State.SUBMITTED


@pytest.mark.parametrize(
    ("correction", "refusal"),
    [
        ({}, FixChangesNothing),
        ({"document_no": "7"}, FixChangesNothing),
        ({"document": euro(100)}, FixLowersDocument),
        ({"expense_on": date(2026, 3, 11)}, ExpenseInFuture),
        ({"document_on": date(2026, 3, 11)}, ExpenseInFuture),
        ({"expense_on": date(2025, 12, 31), "already_detracted": False}, ExpenseOutsidePlan),
        ({"expense_on": date(2025, 12, 31)}, SubmissionIncomplete),
        ({"supplier": " "}, SubmissionIncomplete),
        ({"document_no": ""}, SubmissionIncomplete),
    ],
)
def test_a_fix_that_will_not_do_is_refused(desk: Desk, correction: dict[str, Any], refusal: type[Exception]) -> None:
    found = desk.ask_fix(desk.submit(document_no="7"), Reason.NUMBER_DIFFERS)
    before = desk.scene.image()

    with pytest.raises(refusal):
        desk.fix(found, **correction)

    assert desk.scene.image() == before
    assert records.get(desk.scene.session, desk.scene.book_id, found.reimbursement_id) == found


def test_a_fix_brings_ten_documents_at_a_time(desk: Desk) -> None:
    found = desk.ask_fix(desk.submit(), Reason.DOCUMENT_UNREADABLE)

    with pytest.raises(DocumentsTooMany):
        desk.fix(found, *[desk.upload("a")] * 11)


def test_nothing_is_mended_that_nobody_asked_for(desk: Desk) -> None:
    with pytest.raises(ReimbursementNotToMend) as raised:
        desk.fix(desk.submit(), desk.upload("nuova"))

    assert "«presentata»" in raised.value.text("it")


@pytest.mark.parametrize("reason", FINAL)
def test_what_no_document_mends_is_no_reason_for_a_fix(desk: Desk, reason: Reason) -> None:
    with pytest.raises(ReasonNotToMend):
        desk.ask_fix(desk.submit(), reason)


def test_reasons_are_needed_where_less_is_given_than_asked(desk: Desk) -> None:
    found = desk.submit()

    for refused in (lambda: desk.ask_fix(found), lambda: desk.reject(found), lambda: desk.approve(found, 1)):
        with pytest.raises(ReviewReasonsNeeded):
            refused()
    with pytest.raises(ApprovalExceedsRequest):
        desk.approve(found, 22_001)
    with pytest.raises(ExpenseAmountInvalid):
        desk.approve(found, 0)
    assert desk.left() == 38_000


def test_nobody_reviews_their_own(desk: Desk) -> None:
    found = desk.submit()

    for verb in (
        lambda: desk.approve(found, actor=desk.scene.worker),
        lambda: desk.reject(found, Reason.NOT_AUTHENTIC, actor=desk.scene.worker),
        lambda: desk.ask_fix(found, Reason.AMOUNT_DIFFERS, actor=desk.scene.worker),
    ):
        with pytest.raises(OwnReimbursement):
            verb()


def test_what_is_decided_is_not_decided_again(desk: Desk) -> None:
    approved = desk.approve(desk.submit(document=1_000))
    paid = desk.pay(approved)

    for verb in (
        lambda: desk.approve(paid),
        lambda: desk.reject(paid, Reason.NOT_AUTHENTIC),
        lambda: desk.ask_fix(paid, Reason.AMOUNT_DIFFERS),
        lambda: desk.withdraw(paid),
        lambda: desk.pay(paid),
    ):
        with pytest.raises(ReimbursementNotOpen):
            verb()
    assert desk.scene.posted("payroll:paid") == 1_000


def test_a_payment_bears_a_day_and_a_month_after_the_approval(desk: Desk) -> None:
    scene, found = desk.scene, desk.approve(desk.submit())
    scene.go_to(date(2026, 4, 27))

    with pytest.raises(PaymentDateInvalid):
        desk.pay(found, on=date(2026, 3, 9))
    for month in (date(2026, 2, 28), date(2027, 4, 1)):
        with pytest.raises(PayrollMonthInvalid):
            desk.pay(found, payroll_month=month)
    assert desk.pay(found, payroll_month=date(2026, 4, 27)).payroll_month == date(2026, 4, 1)


def test_the_year_is_that_of_the_choice_and_a_closed_month_stays_as_it_was(desk: Desk) -> None:
    scene = desk.scene
    scene.plan("N", starts_on=date(2026, 1, 1), ends_on=date(2027, 6, 30), spend_by=date(2027, 6, 30), **REIMBURSING)
    scene.grant(10_000, "N")
    scene.go_to(date(2026, 12, 30))
    found = desk.submit(document=10_000)
    scene.go_to(date(2027, 1, 20))

    approved = desk.approve(found)

    assert (approved.chosen_on, approved.approved_on) == (date(2026, 12, 30), date(2027, 1, 20))
    assert scene.events() == [("use", 10_000, 0, "reimbursed", 2026)]
    assert recheck.recheck(scene.session, scene.book_id, 2026) == []


def test_bills_past_the_cliff_turn_the_year_of_the_choice(desk: Desk) -> None:
    scene = desk.scene
    scene.plan("T", **CONSENT, **REIMBURSING)
    scene.grant(200_000, "T")
    bills = {"expense": "utilities", "relative_id": None}
    desk.approve(desk.submit(**bills, document=100_000))
    assert scene.taxed() == (100_000, 0)

    desk.approve(desk.submit(**bills, document=1, consent=True))

    assert scene.taxed() == (0, 100_001)


def test_what_nobody_mends_in_time_expires_swept_or_not(desk: Desk) -> None:
    scene = desk.scene
    found = desk.submit(holder=Holder.OTHER)
    scene.go_to(date(2026, 4, 9))
    assert records.get(scene.session, scene.book_id, found.reimbursement_id).status is State.NEEDS_FIX
    scene.go_to(date(2026, 4, 10))

    assert records.get(scene.session, scene.book_id, found.reimbursement_id).status is State.EXPIRED
    with pytest.raises(ReimbursementNotToMend):
        desk.fix(found, holder=Holder.EMPLOYEE)
    assert scene.expire().reimbursements == 1
    assert scene.expire().reimbursements == 0
    assert desk.left() == 60_000
    steps = records.steps(scene.session, scene.book_id, found.reimbursement_id)
    assert (steps[-1].kind, steps[-1].actor) == ("expire", "clock")


def test_an_answer_that_never_comes_frees_the_money_after_a_year(desk: Desk) -> None:
    scene = desk.scene
    found = desk.submit()
    scene.go_to(found.expires_at + timedelta(minutes=1))

    assert records.get(scene.session, scene.book_id, found.reimbursement_id).status is State.EXPIRED
    authorizations.settle(scene.session, scene.book_id, None)
    assert scene.differences() == []
    assert deadlines.settle(scene.session, scene.book_id, None) == 1


def test_credit_held_past_its_last_day_is_still_given_back(desk: Desk) -> None:
    scene = desk.scene
    scene.go_to(date(2026, 11, 30))
    found = desk.submit()
    scene.go_to(date(2026, 12, 5))
    scene.expire()

    assert desk.approve(found).approved_minor == 22_000


def test_the_verbs_of_purchases_leave_reimbursements_alone(desk: Desk) -> None:
    scene, found = desk.scene, desk.submit()

    for verb in (captures.capture, captures.void, captures.refund):
        with pytest.raises(ReimbursementHasItsOwnVerbs):
            verb(scene.session, scene.book_id, found.authorization_id, actor="test")  # type: ignore[operator]


def test_another_books_reimbursement_is_not_found(desk: Desk) -> None:
    found = desk.submit()

    with pytest.raises(ReimbursementNotFound):
        records.lock(desk.scene.session, desk.scene.book_id + 1_000, found.reimbursement_id)
    with pytest.raises(AuthorizationNotFound):
        authorizations.get(desk.scene.session, desk.scene.book_id + 1_000, found.authorization_id)


def test_a_repetition_is_answered_as_it_was_and_does_nothing(desk: Desk) -> None:
    file = [desk.upload("unica")]
    first = desk.submit(document_no="7", files=file, key="k")
    desk.approve(first, key="k")

    again = desk.submit(document_no="7", files=file, key="k")
    twice = desk.approve(first, key="k")

    assert (again.replayed, again.reimbursement_id, again.status) == (True, first.reimbursement_id, State.SUBMITTED)
    assert (twice.replayed, twice.status) == (True, State.APPROVED)
    assert desk.left() == 38_000
    assert desk.scene.posted(f"payroll:{desk.scene.worker}") == 22_000
    with pytest.raises(KeyReused):
        desk.submit(document_no="8", files=file, key="k")


def test_a_refusal_is_an_answer_too(desk: Desk) -> None:
    first = desk.submit(document_no="7")
    with pytest.raises(Exception, match="receipt_asked_before"):
        desk.submit(document_no="7", key="k")
    desk.withdraw(first)

    with pytest.raises(RefusedBefore):
        desk.submit(document_no="7", key="k")
