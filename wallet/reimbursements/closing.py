"""
What payroll paid, closed against the funder: set off with what it still owes for a plan, or given back to it.

The funder pays reimbursements with its own money, beside what it transferred for the credit they came from. Until it is
settled that money is owed back to it: `payroll:paid`.
"""

from __future__ import annotations

from datetime import date

from moneyed import Money
from sqlalchemy.orm import Session

from config import database, money
from config.money import from_minor
from ledger import accounts, posting
from ledger.accounts import Opening
from ledger.errors import AmountNotPositive
from ledger.posting import Draft, Pair
from wallet import amounts, chart, funding
from wallet.bank import free
from wallet.errors import BankNotCovering, FundingExceedsCommitment
from wallet.reimbursements.errors import PayrollPaidExceeded, SetOffExceedsDue
from wallet.settlement import payouts

REPAID = "payroll_repayment"
_LOCK = "select pg_advisory_xact_lock(hashtextextended('payroll:paid:' || %s, 0))"


def open_minor(session: Session, book_id: int) -> int:
    """
    Return what payroll paid and is not settled with the funder, in minor units.

    Below zero where a payment was reversed after it had been settled: then the funder owes it.
    """
    account_id = _account(session, book_id)
    return accounts.states(session, book_id, [account_id])[account_id].posted_minor


def set_off(
    session: Session, book_id: int, plan_code: str, amount: Money, *, on: date, actor: str, reference: str | None = None
) -> int:
    """
    Set what payroll paid off with what the funder still owes for a plan, as if it had been transferred; return the
    entry's id.

    Errors: those of `amounts.minor`; AmountNotPositive, PayrollPaidExceeded; those of `funding.record_transfer`,
            with SetOffExceedsDue in place of FundingExceedsCommitment.
    Source: docs/reimbursements.md, "Settling with the funder".
    """
    account_id = _take(session, book_id, amount)
    try:
        return funding.fund_from(
            session,
            book_id,
            plan_code,
            account_id,
            amount,
            on=on,
            actor=actor,
            reference=reference,
            memo=chart.PAYROLL_PAID,
        )
    except FundingExceedsCommitment as refusal:
        # There is no transfer here, and raising the commitment to set it off would be the wrong way round.
        raise SetOffExceedsDue(**refusal.details) from refusal


def repay(session: Session, book_id: int, amount: Money, *, on: date, actor: str, reference: str | None = None) -> int:
    """
    Record a bank transfer that gives back to the funder what payroll paid, and return the entry's id.

    Errors: those of `amounts.minor`; AmountNotPositive, PayrollPaidExceeded, BankNotCovering, DuplicateReference,
            PeriodClosed, OccurredInFuture.
    """
    # What is free in the bank stays so: no payout run promises it meanwhile.
    payouts.lock(session, exclusive=True)
    account_id = _take(session, book_id, amount)
    covered = free(session, [book_id])[book_id]
    if money.minor(amount) > covered:
        raise BankNotCovering(available=from_minor(covered), needed=amount)
    bank = accounts.ensure(session, book_id, [Opening(chart.BANK, "A", "Banca")])[chart.BANK]
    draft = Draft(REPAID, on, (Pair(account_id, bank, money.minor(amount)),), reference)
    return posting.post(session, book_id, draft, actor=actor)


def _take(session: Session, book_id: int, amount: Money) -> int:
    """Hold an amount against what is not settled yet, one settling at a time, and return the account."""
    amount_minor = amounts.minor(amount)
    if amount_minor <= 0:
        raise AmountNotPositive(amount=amount)
    database.rows(session, _LOCK, (str(book_id),))
    left = open_minor(session, book_id)
    if amount_minor > left:
        raise PayrollPaidExceeded(amount=amount, open=from_minor(left))
    return _account(session, book_id)


def _account(session: Session, book_id: int) -> int:
    account = Opening(chart.PAYROLL_PAID, "L", chart.PAYROLL_PAID_NAME)
    return accounts.ensure(session, book_id, [account])[account.code]
