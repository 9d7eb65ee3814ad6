"""Verification names whatever reimbursements keep that the journal does not say."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from tests.factories import euro
from tests.wallet.reimbursements.conftest import Desk
from tests.wallet.scene import Scene
from wallet import verification
from wallet.reimbursements import closing, undoing
from wallet.reimbursements.verification import KINDS
from wallet.reimbursements.words import Holder, Reason, Undoing


@pytest.fixture
def busy(desk: Desk) -> Iterator[Scene]:
    """A book with a reimbursement in every state, with the triggers off so that it can be tampered with."""
    desk.submit(document=100)
    desk.submit(document=200, holder=Holder.OTHER)
    desk.approve(desk.submit(document=400), 300, reasons=[Reason.AMOUNT_DIFFERS])
    desk.pay(desk.approve(desk.submit(document=800)))
    desk.reject(desk.submit(document=1_600), Reason.NOT_AUTHENTIC)
    desk.withdraw(desk.submit(document=3_200))
    book = desk.scene.session, desk.scene.book_id
    again = desk.approve(desk.submit(document=6_400))
    undoing.withdraw_approval(*book, again.reimbursement_id, Undoing.TO_BE_REVIEWED, actor="office")
    closing.repay(*book, euro(500), on=again.chosen_on, actor="office")
    session = desk.scene.session
    assert desk.scene.differences() == []
    with session.begin_nested() as tampering:
        session.execute(sa.text("set local session_replication_role = replica"))
        yield desk.scene
        tampering.rollback()


TAMPERINGS = [
    ("reimbursement_authorization", "update reimbursement set category = 'CARE' where amount_minor = 100"),
    (
        "reimbursement_authorization",
        "update reimbursement set amount_minor = 101, document_minor = 101 where amount_minor = 100",
    ),
    ("reimbursement_status", "update reimbursement set status = 'withdrawn' where amount_minor = 100"),
    ("reimbursement_status", "update reimbursement set approved_minor = 299 where status = 'approved'"),
    ("reimbursement_status", "update \"authorization\" set status = 'voided' where amount_minor = 100"),
    ("reimbursement_history", "update reimbursement set status = 'expired' where status = 'rejected'"),
    ("reimbursement_history", "delete from reimbursement_step where kind = 'pay'"),
    ("reimbursement_document", "delete from reimbursement_document"),
    ("authorization_without_reimbursement", "delete from reimbursement where amount_minor = 100"),
    ("payroll_payable", "update reimbursement set approved_minor = 299 where status = 'approved'"),
    ("payroll_payable", "update account set code = 'x' where code like 'payroll:emp%'"),
    ("payroll_paid", "update reimbursement set approved_minor = 799 where status = 'paid'"),
    ("payroll_paid", "update entry set kind = 'correction' where kind = 'payroll_repayment'"),
    (
        "authorization_without_reimbursement",
        "delete from reimbursement_authorization where authorization_id in"
        " (select authorization_id from \"authorization\" where status = 'refunded')",
    ),
    (
        "authorization_without_reimbursement",
        "update \"authorization\" set status = 'captured' where amount_minor = 6400 and status = 'refunded'",
    ),
    ("receipt_counter", "update reimbursement_receipt set asked_minor = 0 where document_minor = 800"),
    ("receipt_counter", "update reimbursement_receipt set asked_minor = 1600 where document_minor = 1600"),
]


@pytest.mark.parametrize(("kind", "tampering"), TAMPERINGS, ids=[f"{k}-{n}" for n, (k, _) in enumerate(TAMPERINGS)])
def test_what_was_tampered_with_is_named(busy: Scene, kind: str, tampering: str) -> None:
    changed = busy.session.execute(sa.text(tampering)).rowcount  # type: ignore[attr-defined]
    assert changed

    found = verification.verify(busy.session, busy.book_id)

    assert kind in {difference.kind for difference in found}
    for difference in found:
        assert difference.text("it")
        assert difference.text("en")


def test_every_kind_is_tried() -> None:
    assert {kind for kind, _ in TAMPERINGS} == set(KINDS)


@pytest.mark.parametrize("table", ["reimbursement_document", "reimbursement_step", "reimbursement_authorization"])
@pytest.mark.parametrize("change", ["update {} set book_id = 0", "delete from {}", "truncate {}"])
def test_documents_and_steps_are_never_changed(desk: Desk, table: str, change: str) -> None:
    desk.submit()
    session = desk.scene.session

    with pytest.raises(sa.exc.DBAPIError, match="append only"), session.begin_nested():
        session.execute(sa.text(change.format(table)))
