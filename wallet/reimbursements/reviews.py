"""What the office decides of a reimbursement: to be mended, approved in whole or in part, rejected; and its payment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from moneyed import Money
from sqlalchemy.orm import Session

from config import clock
from config.money import from_minor
from ledger import holds, posting
from ledger.posting import Draft, Pair
from plans.rulebook.words import Category, Channel
from wallet import amounts, authorizations, chart, fiscal
from wallet.reimbursements import deadlines, receipts, records
from wallet.reimbursements.errors import (
    ApprovalExceedsRequest,
    ExpenseAmountInvalid,
    FixStillNeeded,
    OwnReimbursement,
    PaymentDateInvalid,
    PayrollMonthInvalid,
    ReasonNotToMend,
    ReimbursementChanged,
    ReimbursementNotOpen,
    ReimbursementNotYetApproved,
    ReviewReasonsNeeded,
)
from wallet.reimbursements.records import Reimbursement
from wallet.reimbursements.requests import DAYS_TO_FIX, once
from wallet.reimbursements.words import FINAL, OPEN, Reason, State

# How many months after the approval's a payroll may still be the one that pays it.
MONTHS_TO_PAY = 12


def ask_fix(
    session: Session,
    book_id: int,
    reimbursement_id: str,
    reasons: Sequence[Reason],
    *,
    actor: str,
    note: str = "",
    key: str | None = None,
    seen: int | None = None,
) -> Reimbursement:
    """
    Ask the employee to mend a reimbursement; its place in the queue and its money stay, until the day to mend it by.

    `seen` is how many steps of it were looked at, where that is to be all of them.
    Errors: KeyReused, InProgress; ReviewReasonsNeeded, ReasonNotToMend; ReimbursementNotFound, ReimbursementNotOpen,
            OwnReimbursement, ReimbursementChanged.
    """
    _need_reasons(reasons, mendable=True)

    def work() -> Reimbursement:
        found = _open(session, book_id, reimbursement_id, actor, seen)
        fix_by = min(clock.today() + timedelta(days=DAYS_TO_FIX), found.expires_at.astimezone(clock.ROME).date())
        asked = records.change(session, book_id, found, status=str(State.NEEDS_FIX), fix_by=fix_by)
        records.write_step(session, book_id, asked, "ask_fix", actor=actor, reasons=reasons, note=note)
        return asked

    request = {"reimbursement": reimbursement_id, "reasons": sorted(reasons), "note": note}
    return once(session, book_id, actor, "reimbursement_ask_fix", key, request, work)


def approve(
    session: Session,
    book_id: int,
    reimbursement_id: str,
    amount: Money | None = None,
    *,
    reasons: Sequence[Reason] = (),
    actor: str,
    note: str = "",
    key: str | None = None,
    seen: int | None = None,
) -> Reimbursement:
    """
    Approve a reimbursement, or a part of it with a reason: payroll owes it to the employee, what is left is free.

    The fiscal event is written now, in the year in which the employee asked for it: the choice is what counts (a doubt
    outside converted bonuses, which the rule of the moment shows).

    Units:  `amount` in euro; all that was asked for unless given.
    Errors: those of `amounts.minor`; KeyReused, InProgress; ReimbursementNotFound, ReimbursementNotOpen,
            OwnReimbursement, ReimbursementChanged, FixStillNeeded, ExpenseAmountInvalid, ApprovalExceedsRequest,
            ReviewReasonsNeeded; PeriodClosed, LedgerCorrupt.
    Source: art. 51 c. 1 TUIR; interpello AdE 212/2019; docs/reimbursements.md.
    """
    asked_minor = None if amount is None else amounts.minor(amount)

    def work() -> Reimbursement:
        found = _open(session, book_id, reimbursement_id, actor, seen)
        if found.status is State.NEEDS_FIX:
            told = records.steps(session, book_id, reimbursement_id)[-1].reasons
            raise FixStillNeeded(reimbursement=reimbursement_id, reasons=told)
        approved = found.amount_minor if asked_minor is None else asked_minor
        if approved < 1:
            raise ExpenseAmountInvalid(amount=from_minor(approved))
        if approved > found.amount_minor:
            raise ApprovalExceedsRequest(asked=from_minor(found.amount_minor), amount=from_minor(approved))
        if approved < found.amount_minor:
            _need_reasons(reasons, mendable=False)
        return _approve(session, book_id, found, approved, reasons, actor, note)

    request = {"reimbursement": reimbursement_id, "amount": asked_minor, "reasons": sorted(reasons), "note": note}
    return once(session, book_id, actor, "reimbursement_approve", key, request, work)


def reject(
    session: Session,
    book_id: int,
    reimbursement_id: str,
    reasons: Sequence[Reason],
    *,
    actor: str,
    note: str = "",
    key: str | None = None,
    seen: int | None = None,
) -> Reimbursement:
    """
    Reject a reimbursement for reasons that the employee is told; its money is free again.

    Errors: KeyReused, InProgress; ReviewReasonsNeeded; ReimbursementNotFound, ReimbursementNotOpen, OwnReimbursement,
            ReimbursementChanged.
    """
    _need_reasons(reasons, mendable=False)

    def work() -> Reimbursement:
        found = _open(session, book_id, reimbursement_id, actor, seen)
        ended = deadlines.end(session, book_id, found, State.REJECTED)
        records.write_step(session, book_id, ended, "reject", actor=actor, reasons=reasons, note=note)
        return ended

    request = {"reimbursement": reimbursement_id, "reasons": sorted(reasons), "note": note}
    return once(session, book_id, actor, "reimbursement_reject", key, request, work)


def pay(
    session: Session,
    book_id: int,
    reimbursement_id: str,
    *,
    payroll_month: date,
    on: date | None = None,
    actor: str,
    key: str | None = None,
) -> Reimbursement:
    """
    Record that payroll paid an approved reimbursement: what was owed to the employee is owed to the funder who paid.

    Units:  `payroll_month` any day of the month of the payslip; `on` the day of the payment, today unless given.
    Errors: KeyReused, InProgress; ReimbursementNotFound, ReimbursementNotYetApproved, ReimbursementNotOpen,
            PaymentDateInvalid, PayrollMonthInvalid; PeriodClosed, OccurredInFuture, LedgerCorrupt.
    """
    day, month = on or clock.today(), payroll_month.replace(day=1)

    def work() -> Reimbursement:
        found = records.lock(session, book_id, reimbursement_id)
        if found.status in OPEN:
            raise ReimbursementNotYetApproved(reimbursement=reimbursement_id, status=found.status)
        if found.status is not State.APPROVED or found.approved_on is None:
            raise ReimbursementNotOpen(reimbursement=reimbursement_id, status=found.status)
        if day < found.approved_on:
            raise PaymentDateInvalid(approved_on=found.approved_on, on=day)
        first = found.approved_on.replace(day=1)
        last = _months_later(first, MONTHS_TO_PAY)
        if not first <= month <= last:
            raise PayrollMonthInvalid(month=f"{month:%m/%Y}", approved_on=found.approved_on, last=f"{last:%m/%Y}")
        return _pay(session, book_id, found, month, day, actor)

    request = {"reimbursement": reimbursement_id, "month": str(month), "on": None if on is None else str(on)}
    return once(session, book_id, actor, "reimbursement_pay", key, request, work)


def _approve(
    session: Session,
    book_id: int,
    found: Reimbursement,
    approved_minor: int,
    reasons: Sequence[Reason],
    actor: str,
    note: str,
) -> Reimbursement:
    today = clock.today()
    accounts = chart.open_payroll(session, book_id, found.employee_id)
    entry_id = holds.capture(
        session,
        book_id,
        found.hold_id,
        approved_minor,
        credit_account_id=accounts[chart.payroll(found.employee_id)],
        final=True,
        kind="reimbursement",
        occurred_on=today,
        actor=actor,
        # Of the authorization: a reimbursement may be approved again after an approval was withdrawn.
        reference=f"{found.authorization_id}:approve",
        memo=found.reimbursement_id,
    )
    authorization = authorizations.lock(session, book_id, found.authorization_id)
    authorizations.update(session, book_id, authorization, approved_minor, 0, ended="captured")
    fiscal.append_delivery(
        session,
        book_id,
        found.employee_id,
        found.authorization_id,
        entry_id,
        taxable_minor=max(0, approved_minor - found.exempt_minor),
        category=Category(found.category),
        channel=str(Channel.REIMBURSEMENT),
        in_limit=found.in_limit,
        on=today,
        year=found.chosen_on.year,
        reason="reimbursed",
        rule_ids=found.rule_ids,
    )
    receipts.give_back(session, book_id, found.receipt_id, found.amount_minor - approved_minor)
    changed = records.change(
        session, book_id, found, status=str(State.APPROVED), approved_minor=approved_minor, approved_on=today
    )
    records.write_step(
        session,
        book_id,
        changed,
        "approve",
        actor=actor,
        reasons=reasons,
        note=note,
        amount_minor=approved_minor,
        entry_id=entry_id,
    )
    return changed


def _pay(session: Session, book_id: int, found: Reimbursement, month: date, day: date, actor: str) -> Reimbursement:
    accounts = chart.open_payroll(session, book_id, found.employee_id)
    pair = Pair(accounts[chart.payroll(found.employee_id)], accounts[chart.PAYROLL_PAID], found.approved_minor)
    before = sum(step.kind == "pay" for step in records.steps(session, book_id, found.reimbursement_id))
    draft = Draft(
        "payroll_payment",
        day,
        (pair,),
        reference=f"{found.reimbursement_id}:pay" + (f":{before + 1}" if before else ""),
        memo=found.reimbursement_id,
    )
    entry_id = posting.post(session, book_id, draft, actor=actor)
    changed = records.change(session, book_id, found, status=str(State.PAID), payroll_month=month, reimbursed_on=day)
    records.write_step(
        session, book_id, changed, "pay", actor=actor, amount_minor=found.approved_minor, entry_id=entry_id
    )
    return changed


def _open(session: Session, book_id: int, reimbursement_id: str, actor: str, seen: int | None) -> Reimbursement:
    found = records.lock(session, book_id, reimbursement_id)
    if found.status not in OPEN:
        raise ReimbursementNotOpen(reimbursement=reimbursement_id, status=found.status)
    if actor == found.employee_id:
        raise OwnReimbursement()
    if seen is not None and len(records.steps(session, book_id, reimbursement_id)) != seen:
        raise ReimbursementChanged(reimbursement=reimbursement_id)
    return found


def _need_reasons(reasons: Sequence[Reason], *, mendable: bool) -> None:
    known = [reason for reason in Reason if not mendable or reason not in FINAL]
    if not reasons:
        raise ReviewReasonsNeeded(known=[str(reason) for reason in known])
    for reason in reasons:
        if reason not in known:
            raise ReasonNotToMend(reason=str(reason))


def _months_later(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)
