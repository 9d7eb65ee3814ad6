"""What is told of each verb: which event, of what, with which facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.orm import Session

from plans.plans import PlanTerms
from wallet import outbox
from wallet.outbox import Event, Told

if TYPE_CHECKING:
    from wallet.authorizations import Authorization
    from wallet.reimbursements.records import Reimbursement
    from wallet.settlement.payouts import Payment

# A sum over fewer people may be read as each one's, and a count of them as who it is.
SMALLEST_GROUP: Final = 5

# Of a reimbursement's history, what is told, by the kind of the step.
_STEPS: Mapping[str, Event] = {
    "submit": Event.REIMBURSEMENT_SUBMITTED,
    "ask_fix": Event.REIMBURSEMENT_NEEDS_FIX,
    "approve": Event.REIMBURSEMENT_APPROVED,
    "pay": Event.REIMBURSEMENT_PAID,
    "reject": Event.REIMBURSEMENT_REJECTED,
    # Nobody mended it in time: its state says so.
    "expire": Event.REIMBURSEMENT_REJECTED,
}


def purchase(event: Event, found: Authorization, more: Mapping[str, Any]) -> Told:
    """
    Return what is told of a purchase.

    Units: minor units; `moved_minor` is what this event captured or gave back.
    """
    facts = {
        "authorization_id": found.authorization_id,
        "status": found.status,
        "employee_id": found.employee_id,
        "relative_id": found.relative_id,
        "service": found.service_code,
        "provider": found.provider_code,
        "channel": found.channel,
        "amount_minor": found.amount_minor,
        "captured_minor": found.captured_minor,
        "refunded_minor": found.refunded_minor,
        "currency": "EUR",
        "service_on": found.service_on.isoformat(),
        "expires_at": None if found.expires_at is None else found.expires_at.isoformat(),
        "decline_code": found.decline_code,
        "answer_by": None if found.answer_by is None else found.answer_by.isoformat(),
    }
    # What was declined never came to the provider's ears.
    provider_code = None if found.decline_code is not None else found.provider_code
    return Told(event, found.authorization_id, facts | dict(more), found.employee_id, provider_code)


def reimbursement(session: Session, book_id: int, kind: str, found: Reimbursement, reasons: Sequence[str]) -> None:
    """Tell how far a reimbursement has come, if that step is one that is told."""
    event = _STEPS.get(kind)
    if event is None:
        return
    facts = {
        "reimbursement_id": found.reimbursement_id,
        "status": str(found.status),
        "employee_id": found.employee_id,
        "amount_minor": found.amount_minor,
        "approved_minor": found.approved_minor,
        "currency": "EUR",
        "promised_on": found.promised_on.isoformat(),
        "fix_by": None if found.fix_by is None else found.fix_by.isoformat(),
        "payroll_month": None if found.payroll_month is None else found.payroll_month.isoformat(),
        "reasons": [str(reason) for reason in reasons],
    }
    outbox.tell(session, book_id, event, found.reimbursement_id, facts, employee_id=found.employee_id)


def plan_activated(session: Session, terms: PlanTerms) -> None:
    """Tell that credit was granted under a plan for the first time: from now on its rules stay."""
    facts = {
        "plan_id": terms.plan_id,
        "plan": terms.code,
        "name": terms.name,
        "starts_on": terms.starts_on.isoformat(),
        "spend_by": terms.spend_by.isoformat(),
    }
    outbox.tell(session, terms.book_id, Event.PLAN_ACTIVATED, terms.plan_id, facts)


def of_group(lots: Iterable[tuple[str, int]]) -> dict[str, int | None]:
    """
    Return what a funder is told of several lots: the sum, and of how many people at least, in fives; of fewer than
    five people neither.

    Units: `lots` is employee, minor units.
    """
    found = list(lots)
    people = len({employee_id for employee_id, _ in found})
    if people < SMALLEST_GROUP:
        return {"people": None, "amount_minor": None}
    return {"people": people - people % SMALLEST_GROUP, "amount_minor": sum(amount for _, amount in found)}


def lots_expired(session: Session, terms: PlanTerms, lost: Sequence[tuple[str, str, int]], on: date) -> None:
    """
    Tell that credit ended unspent: each person of their lot, and the funder of the plan's sum (`of_group`).

    Units: `lost` is employee, lot, minor units.
    """
    if not lost:
        return
    plan = {"plan_id": terms.plan_id, "plan": terms.code, "expired_on": on.isoformat(), "currency": "EUR"}
    events = [
        Told(
            Event.LOT_EXPIRED,
            lot_id,
            plan | {"lot_id": lot_id, "employee_id": employee_id, "amount_minor": amount_minor},
            employee_id=employee_id,
        )
        for employee_id, lot_id, amount_minor in lost
    ]
    total = of_group((employee_id, amount_minor) for employee_id, _, amount_minor in lost)
    outbox.tell_many(session, terms.book_id, [*events, Told(Event.LOT_EXPIRED, terms.plan_id, plan | total)])


def payouts(session: Session, event: Event, paid: Iterable[Payment], **more: Any) -> None:
    """Tell each provider of what it is paid: as one amount, net of the fee that was withheld."""
    outbox.tell_many(session, None, [_payout(event, payment, more) for payment in paid])


def _payout(event: Event, payment: Payment, more: Mapping[str, Any]) -> Told:
    facts = {
        "payment": payment.end_to_end_id,
        "provider": payment.provider_code,
        "amount_minor": payment.amount_minor,
        "fee_minor": payment.fee_minor,
        "currency": "EUR",
    }
    return Told(event, payment.end_to_end_id, {**facts, **more}, provider_code=payment.provider_code)
