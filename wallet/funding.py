"""Funding: what a funder commits to a plan, and the bank transfers that honour it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from moneyed import Money
from sqlalchemy.orm import Session

from config import money
from ledger import accounts, posting
from ledger.errors import InsufficientFunds
from ledger.posting import Draft, Pair
from plans import plans
from plans.plans import PlanTerms
from plans.rulebook.words import PlanSource
from plans.words import FundingPolicy
from wallet import chart
from wallet.errors import FundingExceedsCommitment, FundingLongBeforePlan
from wallet.social.errors import OwnMoneyNeedsReceipt


@dataclass(frozen=True, slots=True)
class FundingState:
    """
    Where the money of a plan stands; minor units.

    `granted_minor` is net of corrections; `grantable_minor` is what may still be granted: what was transferred
    (prefunded) or committed (on account).
    """

    committed_minor: int
    funded_minor: int
    granted_minor: int
    grantable_minor: int


def refuse_own_money(terms: PlanTerms) -> None:
    """
    Refuse a plan of citizens' own money, which nobody promises or grants: it comes with their receipts, and goes back.

    Errors: OwnMoneyNeedsReceipt.
    """
    if terms.source is PlanSource.PRIVATE:
        raise OwnMoneyNeedsReceipt(plan=terms.code)


def commit(
    session: Session, book_id: int, plan_code: str, amount: Money, *, on: date, actor: str, reference: str | None = None
) -> int:
    """
    Record that the funder commits an amount to a plan, and return the entry's id.

    Errors: PlanNotFound, OwnMoneyNeedsReceipt, FundingLongBeforePlan, AmountNotPositive, CurrencyMismatch,
            DuplicateReference, PeriodClosed, OccurredInFuture.
    """
    terms = _locked(session, book_id, plan_code)
    refuse_own_money(terms)
    _refuse_long_before(terms, on)
    ids = chart.open_plan(session, terms)
    pair = Pair(ids[chart.receivable(plan_code)], ids[chart.committed(plan_code)], money.minor(amount))
    draft = Draft("commitment", on, (pair,), reference)
    return posting.post(session, book_id, draft, actor=actor, currency=str(amount.currency))


def record_transfer(
    session: Session, book_id: int, plan_code: str, amount: Money, *, on: date, actor: str, reference: str | None = None
) -> int:
    """
    Record a bank transfer of the funder for a plan, and return the entry's id.

    For a prefunded plan what arrived becomes available for granting; on account it already was.
    Errors: PlanNotFound, OwnMoneyNeedsReceipt, FundingLongBeforePlan, AmountNotPositive, CurrencyMismatch,
            FundingExceedsCommitment, DuplicateReference, PeriodClosed, OccurredInFuture.
    """
    terms = plans.by_code(session, book_id, plan_code)
    refuse_own_money(terms)
    _refuse_long_before(terms, on)
    bank = chart.open_plan(session, terms)[chart.BANK]
    return fund_from(session, book_id, plan_code, bank, amount, on=on, actor=actor, reference=reference)


def fund_from(
    session: Session,
    book_id: int,
    plan_code: str,
    account_id: int,
    amount: Money,
    *,
    on: date,
    actor: str,
    reference: str | None = None,
    memo: str = "",
) -> int:
    """
    Record that a funder honoured a commitment through one account, the bank's or another, and return the entry's id.

    Errors: those of `record_transfer`.
    """
    terms = _locked(session, book_id, plan_code)
    ids = chart.open_plan(session, terms)
    amount_minor = money.minor(amount)
    pairs = [Pair(account_id, ids[chart.receivable(plan_code)], amount_minor)]
    if terms.funding_policy is FundingPolicy.PREFUNDED:
        pairs.append(Pair(ids[chart.committed(plan_code)], ids[chart.funded(plan_code)], amount_minor))
    try:
        draft = Draft("funding", on, tuple(pairs), reference, memo)
        return posting.post(session, book_id, draft, actor=actor, currency=str(amount.currency))
    except InsufficientFunds as refusal:
        raise FundingExceedsCommitment(amount=amount, plan=plan_code, open=refusal.details["available"]) from refusal


def _refuse_long_before(terms: PlanTerms, on: date) -> None:
    # A mistyped year would stand in the journal for ever.
    if on.year < terms.starts_on.year - 1:
        raise FundingLongBeforePlan(plan=terms.code, starts_on=terms.starts_on, on=on)


def _locked(session: Session, book_id: int, plan_code: str) -> PlanTerms:
    chart.lock_plan(session, book_id, plans.by_code(session, book_id, plan_code).plan_id)
    # Read again: a revision that was waited for may have changed them.
    return plans.by_code(session, book_id, plan_code)


def state(session: Session, terms: PlanTerms) -> FundingState:
    """Return what was committed, transferred, granted and may still be granted under a plan."""
    ids = chart.open_plan(session, terms)
    due = accounts.trial_balance(session, terms.book_id, account_ids=[ids[chart.receivable(terms.code)]])[0]
    committed, funded = ids[chart.committed(terms.code)], ids[chart.funded(terms.code)]
    states = accounts.states(session, terms.book_id, [committed, funded])
    return FundingState(
        committed_minor=due.debit_minor,
        funded_minor=due.credit_minor,
        granted_minor=due.debit_minor - states[committed].posted_minor - states[funded].posted_minor,
        grantable_minor=states[ids[chart.granting(terms)]].available_minor,
    )
