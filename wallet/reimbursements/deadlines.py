"""What time ends: a fix that nobody made, a hold that is over; and how any reimbursement ends without being paid."""

from __future__ import annotations

from sqlalchemy.orm import Session

from config import clock, database
from ledger import holds
from wallet import authorizations, wallets
from wallet.reimbursements import receipts, records
from wallet.reimbursements.records import Reimbursement
from wallet.reimbursements.words import State

ACTOR = "clock"
_DUE = (
    "select r.employee_id, r.reimbursement_id from reimbursement r"
    ' join "authorization" a using (book_id, authorization_id)'
    " where r.book_id = %(book)s and (%(employee)s::text is null or r.employee_id = %(employee)s)"
    "   and r.status in ('submitted', 'needs_fix')"
    "   and (a.expires_at <= ledger_now() or r.fix_by < %(today)s::date)"
    " order by r.employee_id, r.reimbursement_id"
)


def settle(session: Session, book_id: int, employee_id: str | None) -> int:
    """
    Expire the reimbursements of one person, or of a whole book, whose time is over; return how many.

    Whoever settles one person holds that person's wallet; for a whole book the wallets are locked here. Safe to run
    twice.
    """
    asked = {"book": book_id, "employee": employee_id, "today": clock.today()}
    done = 0
    for row in database.rows(session, _DUE, asked):
        if employee_id is None:
            wallets.lock(session, book_id, row.employee_id)
            # What was waited for may have ended it.
            if not database.rows(session, _STORED, (book_id, row.reimbursement_id)):
                continue
        found = records.get(session, book_id, row.reimbursement_id)
        ended = end(session, book_id, found, State.EXPIRED)
        records.write_step(session, book_id, ended, "expire", actor=ACTOR)
        done += 1
    return done


_STORED = (
    "select 1 from reimbursement where book_id = %s and reimbursement_id = %s and status in ('submitted', 'needs_fix')"
)


def end(session: Session, book_id: int, found: Reimbursement, state: State) -> Reimbursement:
    """
    End a reimbursement that is not approved: its money is free, its document may be asked for again.

    Whoever calls it holds the person's wallet, and writes the step.
    """
    authorization = authorizations.lock(session, book_id, found.authorization_id)
    if authorization.open:
        if found.expires_at <= clock.now():
            authorizations.settle(session, book_id, found.employee_id)
        else:
            holds.void(session, book_id, found.hold_id)
            authorizations.finish(session, book_id, authorization, "voided", f"reimbursement_{state}")
    receipts.give_back(session, book_id, found.receipt_id, found.amount_minor)
    return records.change(session, book_id, found, status=str(state), fix_by=None)
