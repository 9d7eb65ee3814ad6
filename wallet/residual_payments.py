"""
Paying out what ended: own money back to a private citizen by bank transfer, credit into a worker's pension fund.

What is recorded is that it was paid, to which account and by which reference; the bank is told elsewhere. A payment
recorded by mistake is undone by a reversing entry, and stays with the reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import sqlalchemy as sa
from moneyed import Money
from sqlalchemy.orm import Session

from config import ids
from config.labelled import Labelled
from config.money import from_minor
from ledger import posting
from ledger.errors import AmountNotPositive
from ledger.posting import Draft, Pair
from network import provider_accounts
from plans import people, plans
from plans.plans import PlanTerms
from plans.rows import Plan, table
from plans.rulebook.words import PlanSource
from wallet import amounts, bank, chart, lots, residual, wallets
from wallet.errors import (
    BankNotCovering,
    ReasonRequired,
    ResidualAccountInvalid,
    ResidualExceedsLeft,
    ResidualNotOwnMoney,
    ResidualPaymentChanged,
    ResidualPaymentNotFound,
    ResidualPaymentUndone,
)
from wallet.lots import SpendableLot
from wallet.settlement import payouts
from wallet.tables import ResidualPayment, ResidualReversal

_PAYMENT, _REVERSAL, _PLAN = table(ResidualPayment), table(ResidualReversal), table(Plan)
_TEXT = re.compile(r"\S(?:.{0,62}\S)?")


class Payee(Labelled):
    """Who is paid."""

    CITIZEN = "CITIZEN", "cittadino"
    PENSION_FUND = "PENSION_FUND", "fondo pensione"


class Payer(Labelled):
    """With whose money: the book's bank account, or the employer's own through payroll, who is owed it then."""

    OPERATOR = "OPERATOR", "dalla banca del libro", "from the book's bank"
    EMPLOYER = "EMPLOYER", "dall'azienda in busta paga", "by the employer through payroll"


@dataclass(frozen=True, slots=True)
class Payment:
    """
    A payment as it was recorded; minor units. `undone_on` and `undone_reason` when it was undone.

    `replayed` when the same payment had been recorded before.
    """

    payment_id: str
    employee_id: str
    plan_code: str
    payee: Payee
    payer: Payer
    account: str
    reference: str
    amount_minor: int
    paid_on: date
    entry_id: int
    undone_on: date | None = None
    undone_reason: str | None = None
    replayed: bool = False


def pay(
    session: Session,
    book_id: int,
    employee_id: str,
    plan_code: str,
    payee: Payee,
    *,
    account: str,
    reference: str,
    amount: Money | None = None,
    payer: Payer = Payer.OPERATOR,
    on: date,
    actor: str,
) -> Payment:
    """
    Record that a private citizen was paid back, or a worker's pension fund paid, what one plan ended.

    A citizen's free credit may be paid back before it ends: it ends with the payment. What the employer paid through
    payroll goes back to it as the plan's returned credit does. The same reference again for the same person and plan
    returns the payment that was recorded.

    Units:  `amount` in euro; without it all that waits.
    Errors: those of `amounts.minor`; EmployeeNotFound, PlanNotFound, ResidualNotOwnMoney, ResidualAccountInvalid,
            ResidualPaymentChanged, AmountNotPositive, ResidualExceedsLeft, BankNotCovering, PeriodClosed,
            OccurredInFuture, LedgerCorrupt.
    """
    asked = None if amount is None else amounts.minor(amount)
    people.employee(session, book_id, employee_id)
    terms = plans.by_code(session, book_id, plan_code)
    if payee is Payee.CITIZEN and (terms.source is not PlanSource.PRIVATE or payer is Payer.EMPLOYER):
        raise ResidualNotOwnMoney(plan=plan_code)
    account = _account(payee, account, reference)
    wallets.lock(session, book_id, employee_id)
    payouts.lock(session, exclusive=True)
    same = _same(session, book_id, employee_id, plan_code, payee, reference)
    if same is not None:
        told = {"account": account, "payer": payer, "paid_on": on, "amount_minor": asked or same.amount_minor}
        differs = [name for name, value in told.items() if getattr(same, name) != value]
        if differs:
            raise ResidualPaymentChanged(reference=reference, payment=same.payment_id, differs=differs)
        return replace(same, replayed=True)

    waits, free = _left(session, book_id, employee_id, terms, payee)
    amount_minor = waits if asked is None else asked
    if asked is not None and asked <= 0:
        raise AmountNotPositive(amount=from_minor(asked))
    left_minor = waits + sum(lot.available_minor for lot in free)
    if not 0 < amount_minor <= left_minor:
        raise ResidualExceedsLeft(plan=plan_code, left=from_minor(left_minor), needed=from_minor(amount_minor))
    if payer is Payer.OPERATOR:
        covered = bank.free(session, [book_id])[book_id]
        if amount_minor > covered:
            raise BankNotCovering(available=from_minor(covered), needed=from_minor(amount_minor))
    opened = chart.open_plan(session, terms)
    source = opened[chart.returned(plan_code)] if payee is Payee.CITIZEN else chart.open_pension(session, terms)
    target = opened[chart.BANK if payer is Payer.OPERATOR else chart.returned(plan_code)]
    # What is not over yet ends now, so that it can be paid back like what time ended.
    rest = amount_minor - waits
    for lot in free:
        part = min(lot.available_minor, rest)
        if part > 0:
            posting.post(
                session,
                book_id,
                Draft("expiry", on, (Pair(lot.account_id, source, part),), memo=lot.lot_id),
                actor=actor,
            )
            rest -= part
    payment_id = ids.new("rpy")
    draft = Draft("residual_payment", on, (Pair(source, target, amount_minor),), payment_id, memo=reference)
    entry_id = posting.post(session, book_id, draft, actor=actor)
    session.execute(
        sa.insert(_PAYMENT).values(
            book_id=book_id,
            payment_id=payment_id,
            employee_id=employee_id,
            plan_id=terms.plan_id,
            payee=str(payee),
            payer=str(payer),
            account=account,
            reference=reference,
            amount_minor=amount_minor,
            paid_on=on,
            entry_id=entry_id,
            actor=actor,
        )
    )
    return get(session, book_id, payment_id)


def undo(session: Session, book_id: int, payment_id: str, *, reason: str, on: date, actor: str) -> Payment:
    """
    Take back that something was paid: its entry is reversed, and what it paid waits again.

    Errors: ReasonRequired, ResidualPaymentNotFound, ResidualPaymentUndone; those of `posting.reverse`.
    """
    if not reason.strip():
        raise ReasonRequired()
    found = get(session, book_id, payment_id)
    wallets.lock(session, book_id, found.employee_id)
    found = get(session, book_id, payment_id)
    if found.undone_on is not None:
        raise ResidualPaymentUndone(payment=payment_id, on=found.undone_on)
    entry_id = posting.reverse(session, book_id, found.entry_id, occurred_on=on, actor=actor, reason=reason.strip())
    session.execute(
        sa.insert(_REVERSAL).values(
            book_id=book_id,
            payment_id=payment_id,
            entry_id=entry_id,
            reversed_on=on,
            reason=reason.strip(),
            actor=actor,
        )
    )
    return get(session, book_id, payment_id)


def get(session: Session, book_id: int, payment_id: str) -> Payment:
    """
    Return a payment.

    Errors: ResidualPaymentNotFound.
    """
    found = _listed(session, book_id, _PAYMENT.c.payment_id == payment_id)
    if not found:
        raise ResidualPaymentNotFound(payment=payment_id)
    return found[0]


def listed(session: Session, book_id: int) -> list[Payment]:
    """Return a book's payments of ended credit, the oldest first, undone ones too."""
    return _listed(session, book_id)


def _same(
    session: Session, book_id: int, employee_id: str, plan_code: str, payee: Payee, reference: str
) -> Payment | None:
    here = (
        _PAYMENT.c.employee_id == employee_id,
        _PAYMENT.c.payee == str(payee),
        _PAYMENT.c.reference == reference,
    )
    found = _listed(session, book_id, *here)
    return next((each for each in found if each.undone_on is None and each.plan_code == plan_code), None)


def _account(payee: Payee, account: str, reference: str) -> str:
    """Return the account as it is kept: a citizen's is an IBAN, a fund's is what names it to the fund."""
    told = account.strip()
    if payee is Payee.CITIZEN:
        if not provider_accounts.is_iban(told):
            raise ResidualAccountInvalid(account=told)
        told = provider_accounts.read_iban(told)
    if not _TEXT.fullmatch(told) or not _TEXT.fullmatch(reference):
        raise ResidualAccountInvalid(account=told or reference)
    return told


def _left(
    session: Session, book_id: int, employee_id: str, terms: PlanTerms, payee: Payee
) -> tuple[int, list[SpendableLot]]:
    """Return what waits, in minor units, and the lots in which credit of a citizen's own is free."""
    if payee is Payee.PENSION_FUND:
        found = residual.pension(session, book_id, plan_code=terms.code, employee_id=employee_id)
        return sum(each.left_minor for each in found), []
    own = [lot.lot_id for lot in lots.of_wallet(session, book_id, employee_id) if lot.plan_id == terms.plan_id]
    lots.lock(session, book_id, own)
    free = [
        lot for lot in lots.of_wallet(session, book_id, employee_id) if lot.lot_id in own and lot.available_minor > 0
    ]
    return residual.waiting(session, book_id, employee_id, terms.code), free


def _listed(session: Session, book_id: int, *conditions: sa.ColumnElement[bool]) -> list[Payment]:
    rows: Any = session.execute(
        sa.select(
            _PAYMENT,
            _PLAN.c.code.label("plan_code"),
            _REVERSAL.c.reversed_on,
            _REVERSAL.c.reason.label("undone_reason"),
        )
        .join(_PLAN, sa.and_(_PLAN.c.book_id == _PAYMENT.c.book_id, _PLAN.c.plan_id == _PAYMENT.c.plan_id))
        .outerjoin(
            _REVERSAL,
            sa.and_(_REVERSAL.c.book_id == _PAYMENT.c.book_id, _REVERSAL.c.payment_id == _PAYMENT.c.payment_id),
        )
        .where(_PAYMENT.c.book_id == book_id, *conditions)
        .order_by(_PAYMENT.c.payment_id)
    )
    return [
        Payment(
            row.payment_id,
            row.employee_id,
            row.plan_code,
            Payee(row.payee),
            Payer(row.payer),
            row.account,
            row.reference,
            row.amount_minor,
            row.paid_on,
            row.entry_id,
            row.reversed_on,
            row.undone_reason,
        )
        for row in rows
    ]
