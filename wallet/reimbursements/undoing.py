"""What the office takes back: an approval that is not paid yet, and a payment that was recorded by mistake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy.orm import Session

from config import clock, database, ids
from ledger import holds, posting
from ledger.errors import InsufficientFunds
from wallet import authorizations, fiscal
from wallet.reimbursements import receipts, records
from wallet.reimbursements.errors import (
    ExpenseTotalDiffers,
    OwnReimbursement,
    ReceiptAskedBefore,
    ReimbursementNotApproved,
    ReimbursementNotPaid,
    UndoingReasonInvalid,
)
from wallet.reimbursements.receipts import Asker
from wallet.reimbursements.records import Reimbursement
from wallet.reimbursements.requests import DAYS_TO_ANSWER, DAYS_TO_FIX, once
from wallet.reimbursements.words import OF_APPROVALS, OF_PAYMENTS, State, Undoing

# What the hold that ended took of each lot and what it let go, in its order; and whether the lot may still be spent.
_LINES = (
    "select h.account_id, l.lot_id, h.captured_minor, h.amount_minor - h.captured_minor as let_go,"
    "       greatest(least(l.expires_on, e.left_on + p.leaver_grace_days), l.grace_until) >= %(today)s::date as lives"
    "  from hold_line h join lot l on l.book_id = h.book_id and l.account_id = h.account_id"
    "  join employee e on e.book_id = l.book_id and e.employee_id = l.employee_id"
    "  join plan p on p.book_id = l.book_id and p.plan_id = l.plan_id"
    " where h.book_id = %(book)s and h.hold_id = %(hold)s order by h.line"
)
# The same decision again, over the amount that is held now; what the limit leaves exempt is used first.
_DECIDED_BEFORE = """
insert into "authorization" (book_id, authorization_id, status, employee_id, relative_id, service_code, channel,
    category, outcome, quantity, unit_price_minor, amount_minor, net_minor, vat_minor, exempt_minor, taxable_minor,
    in_limit, consent, hold_id, service_on, tax_on, decided_at, expires_at, reasons, warnings, rule_ids,
    rulebook_version, facts, actor, home_territory)
select book_id, %(id)s, 'authorized', employee_id, relative_id, service_code, channel, category, outcome, quantity,
       %(amount)s, %(amount)s, %(amount)s, 0, least(exempt_minor, %(amount)s),
       %(amount)s - least(exempt_minor, %(amount)s), in_limit, consent, %(hold)s, service_on, tax_on, decided_at,
       %(expires_at)s, reasons, warnings, rule_ids, rulebook_version,
       facts || jsonb_build_object('lots', %(lots)s::jsonb), %(actor)s, home_territory
  from "authorization" where book_id = %(book)s and authorization_id = %(before)s
"""


def withdraw_approval(
    session: Session,
    book_id: int,
    reimbursement_id: str,
    reason: Undoing | None,
    *,
    actor: str,
    note: str = "",
    key: str | None = None,
) -> Reimbursement:
    """
    Take an approval back before payroll pays it: the reimbursement is to be reviewed again, and its money held.

    The use is reversed in the tax year it was written in, on today's day. What had not been approved is held again
    too, if its lots and its receipt still have it; otherwise what had been approved is all that is reviewed.

    Errors: KeyReused, InProgress; UndoingReasonInvalid; ReimbursementNotFound, ReimbursementNotApproved,
            OwnReimbursement; PeriodClosed, LedgerCorrupt.
    Source: docs/reimbursements.md, "Taking back".
    """
    _need(reason, OF_APPROVALS)

    def work() -> Reimbursement:
        found = records.lock(session, book_id, reimbursement_id)
        if found.status is not State.APPROVED:
            raise ReimbursementNotApproved(reimbursement=reimbursement_id, status=found.status)
        if actor == found.employee_id:
            raise OwnReimbursement()
        return _withdraw_approval(session, book_id, found, str(reason), actor, note)

    request = {"reimbursement": reimbursement_id, "reason": reason, "note": note}
    return once(session, book_id, actor, "reimbursement_withdraw_approval", key, request, work)


def reverse_payment(
    session: Session,
    book_id: int,
    reimbursement_id: str,
    reason: Undoing | None,
    *,
    actor: str,
    note: str = "",
    key: str | None = None,
) -> Reimbursement:
    """
    Reverse a payment that was recorded by mistake: payroll owes the reimbursement to the employee again.

    The tax does not move: the choice and the approval are what counts, and a payment writes no fiscal event. Where the
    approval was wrong too, it is withdrawn after this, and that reverses the use in its year.

    Errors: KeyReused, InProgress; UndoingReasonInvalid; ReimbursementNotFound, ReimbursementNotPaid, OwnReimbursement;
            PeriodClosed, LedgerCorrupt.
    """
    _need(reason, OF_PAYMENTS)

    def work() -> Reimbursement:
        found = records.lock(session, book_id, reimbursement_id)
        if found.status is not State.PAID:
            raise ReimbursementNotPaid(reimbursement=reimbursement_id, status=found.status)
        if actor == found.employee_id:
            raise OwnReimbursement()
        return _reverse_payment(session, book_id, found, str(reason), actor, note)

    request = {"reimbursement": reimbursement_id, "reason": reason, "note": note}
    return once(session, book_id, actor, "reimbursement_reverse_payment", key, request, work)


def _withdraw_approval(
    session: Session, book_id: int, found: Reimbursement, reason: str, actor: str, note: str
) -> Reimbursement:
    today = clock.today()
    # What is due is free, and over, before anything of it is held again.
    authorizations.settle(session, book_id, found.employee_id)
    lines = database.rows(session, _LINES, {"book": book_id, "hold": found.hold_id, "today": today})
    entry_id = holds.refund(
        session,
        book_id,
        _entry_of(session, book_id, found, "approve"),
        found.approved_minor,
        kind="refund",
        occurred_on=today,
        actor=actor,
        memo=found.reimbursement_id,
    )
    before = authorizations.lock(session, book_id, found.authorization_id)
    authorizations.update(session, book_id, before, found.approved_minor, found.approved_minor)
    fiscal.reverse(
        session,
        book_id,
        found.employee_id,
        found.authorization_id,
        None,
        on=today,
        reason="approval_withdrawn",
        entry_id=entry_id,
    )
    authorization_id, amount_minor = _hold_again(session, book_id, found, lines, actor)
    changed = records.change(
        session,
        book_id,
        found,
        status=str(State.SUBMITTED),
        authorization_id=authorization_id,
        amount_minor=amount_minor,
        approved_minor=0,
        approved_on=None,
        promised_on=today + timedelta(days=DAYS_TO_ANSWER),
    )
    shrunk = {"amount_minor": [str(found.amount_minor), str(amount_minor)]} if amount_minor < found.amount_minor else {}
    records.write_step(
        session,
        book_id,
        changed,
        "withdraw_approval",
        actor=actor,
        reasons=[reason],
        note=note,
        amount_minor=found.approved_minor,
        entry_id=entry_id,
        changes=shrunk,
    )
    return changed


def _hold_again(
    session: Session, book_id: int, found: Reimbursement, lines: Sequence[Any], actor: str
) -> tuple[str, int]:
    """Hold what was asked for, or what had been approved of it, and return the new authorization with its amount."""
    authorization_id = ids.new("aut")
    # At least as long as a fix takes: an approval may be withdrawn when the first hold would be over.
    until = datetime.combine(clock.today() + timedelta(days=DAYS_TO_FIX + 1), time.min, clock.ROME)
    expires_at = max(found.expires_at, until)

    def reserve(shares: Sequence[tuple[int, int]]) -> int:
        return holds.reserve(session, book_id, shares, expires_at=expires_at, reference=authorization_id)

    rest_minor = found.amount_minor - found.approved_minor
    amounts = {line.account_id: line.captured_minor for line in lines}
    hold_id = None
    if rest_minor and sum(line.let_go for line in lines if line.lives) == rest_minor:
        whole = {line.account_id: line.captured_minor + line.let_go for line in lines}
        try:
            with session.begin_nested():
                _ask_rest(session, book_id, found, rest_minor)
                hold_id = reserve(list(whole.items()))
            amounts = whole
        except (ReceiptAskedBefore, ExpenseTotalDiffers, InsufficientFunds):
            # Asked for or spent in the meantime: what had been approved is what can be reviewed.
            hold_id = None
    shares = [(account_id, amount) for account_id, amount in amounts.items() if amount]
    if hold_id is None:
        hold_id = reserve(shares)
    lots = {line.account_id: line.lot_id for line in lines}
    amount_minor = sum(amount for _, amount in shares)
    asked = {
        "book": book_id,
        "id": authorization_id,
        "before": found.authorization_id,
        "amount": amount_minor,
        "hold": hold_id,
        "expires_at": expires_at,
        "lots": Jsonb([[lots[account_id], amount] for account_id, amount in shares]),
        "actor": actor,
    }
    database.run(session, _DECIDED_BEFORE, asked)
    records.bind(session, book_id, found.reimbursement_id, authorization_id)
    return authorization_id, amount_minor


def _ask_rest(session: Session, book_id: int, found: Reimbursement, rest_minor: int) -> None:
    # The receipt that its counter stands on, however its number was read then.
    told = receipts.of(
        found.supplier, found.supplier_tax_code, found.document_no, found.document_on, found.document_minor
    )
    receipt = replace(told, receipt_id=found.receipt_id)
    told_of = {"supplier": found.supplier, "number": found.document_no}
    receipts.take(session, book_id, receipt, rest_minor, told_of, asker=Asker(found.employee_id, office=True))


def _reverse_payment(
    session: Session, book_id: int, found: Reimbursement, reason: str, actor: str, note: str
) -> Reimbursement:
    entry_id = posting.reverse(
        session,
        book_id,
        _entry_of(session, book_id, found, "pay"),
        occurred_on=clock.today(),
        actor=actor,
        reason=found.reimbursement_id,
    )
    changed = records.change(
        session, book_id, found, status=str(State.APPROVED), payroll_month=None, reimbursed_on=None
    )
    records.write_step(
        session,
        book_id,
        changed,
        "reverse_payment",
        actor=actor,
        reasons=[reason],
        note=note,
        amount_minor=found.approved_minor,
        entry_id=entry_id,
        changes={"reimbursed_on": [str(found.reimbursed_on), ""], "payroll_month": [str(found.payroll_month), ""]},
    )
    return changed


def _entry_of(session: Session, book_id: int, found: Reimbursement, kind: str) -> int:
    """Return the entry that the last step of a kind wrote."""
    steps = records.steps(session, book_id, found.reimbursement_id)
    entry_id = next(step.entry_id for step in reversed(steps) if step.kind == kind)
    assert entry_id is not None  # noqa: S101
    return entry_id


def _need(reason: Undoing | None, known: Sequence[Undoing]) -> None:
    if reason not in known:
        raise UndoingReasonInvalid(known=[str(one) for one in known])
