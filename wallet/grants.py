"""Grants: credit put into lots, and the correction of a wrong one before it is spent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from moneyed import Money
from sqlalchemy.orm import Session

from config import database, money
from config.money import from_minor
from ledger import accounts, posting
from ledger.errors import InsufficientFunds, LedgerError
from ledger.posting import Draft, Outcome, Pair
from plans import plans
from plans.plans import PlanTerms
from plans.rulebook.words import PlanSource
from wallet import chart, funding, lots, telling, wallets
from wallet.errors import (
    BudgetNotFunded,
    CorrectionBeforeGrant,
    CorrectionExceedsGrant,
    GrantAlreadySpent,
    LotNotFound,
    ReasonRequired,
)
from wallet.social.errors import VoucherNeedsApplication
from wallet.tables import Lot

# Entries in one statement: large enough to be fast, small enough for the statement's time limit on a slow machine.
CHUNK = 20_000

_ANY_LOT = "select from lot where book_id = %s and plan_id = %s limit 1"
_GRANTED_ON = (
    "select min(e.occurred_on) from posting p join entry e on e.book_id = p.book_id and e.entry_id = p.entry_id"
    " where p.book_id = :book and p.credit_account_id = :account"
)
# What a plan granted a person and was not taken back, and what it was brought from elsewhere; net of reversals.
_SOURCES = (
    "select coalesce(sum(s.signed) filter (where s.kind in ('grant', 'grant_correction')), 0)::bigint as granted,"
    "       coalesce(sum(s.signed) filter (where s.kind = 'opening'), 0)::bigint as brought"
    "  from (select coalesce(r.kind, e.kind) as kind,"
    "               case p.credit_account_id when l.account_id then p.amount_minor else -p.amount_minor end as signed"
    "          from lot l"
    "          join posting p on p.book_id = l.book_id and l.account_id in (p.credit_account_id, p.debit_account_id)"
    "          join entry e on e.book_id = p.book_id and e.entry_id = p.entry_id"
    "          left join entry r on r.book_id = e.book_id and r.entry_id = e.reverses"
    "         where l.book_id = :book and l.employee_id = :employee and l.plan_id = :plan) s"
)


@dataclass(frozen=True, slots=True)
class Grant:
    """Credit to be put into one person's lot of a plan; minor units."""

    employee_id: str
    amount_minor: int
    expires_on: date
    reference: str | None = None


def refuse_apart(terms: PlanTerms) -> None:
    """
    Refuse a plan whose credit has a door of its own: citizens' money, and a municipality's vouchers.

    Errors: OwnMoneyNeedsReceipt, VoucherNeedsApplication.
    """
    funding.refuse_own_money(terms)
    if terms.source is PlanSource.MUNICIPAL:
        raise VoucherNeedsApplication(plan=terms.code)


def grant_many(
    session: Session, terms: PlanTerms, grants: Sequence[Grant], *, on: date, actor: str, memo: str = ""
) -> list[int]:
    """
    Put credit of a funder's into lots, all or nothing, and return the entries' ids in the same order.

    Errors: OwnMoneyNeedsReceipt, VoucherNeedsApplication; those of `put`.
    """
    refuse_apart(terms)
    return put(session, terms, grants, on=on, actor=actor, memo=memo)


def put(
    session: Session, terms: PlanTerms, grants: Sequence[Grant], *, on: date, actor: str, memo: str = ""
) -> list[int]:
    """
    Put credit of any source into lots; of citizens' own money, whoever calls it records the receipt.

    Errors: BudgetNotFunded when the plan has not enough available for granting; those of `ledger.posting.post`.
    """
    # Read again under the lock: a revision that was waited for may have changed what is granted from.
    chart.lock_plan(session, terms.book_id, terms.plan_id)
    terms = plans.terms(session, terms.book_id, [terms.plan_id])[terms.plan_id]
    plan_accounts = chart.open_plan(session, terms)
    source = plan_accounts[chart.granting(terms)]
    if grants and not database.rows(session, _ANY_LOT, (terms.book_id, terms.plan_id)):
        telling.plan_activated(session, terms)
    by_lot = lots.ensure(session, terms, [(grant.employee_id, grant.expires_on) for grant in grants])
    drafts = [
        Draft(
            "grant",
            on,
            (Pair(source, by_lot[grant.employee_id, grant.expires_on], grant.amount_minor),),
            grant.reference,
            memo,
        )
        for grant in grants
    ]
    entries: list[int] = []
    for start in range(0, len(drafts), CHUNK):
        outcomes = posting.post_entries(session, terms.book_id, drafts[start : start + CHUNK], actor=actor)
        _refuse_first(session, outcomes, terms, source, drafts[start:])
        entries += [outcome.entry_id for outcome in outcomes if outcome.entry_id is not None]
    return entries


def correct(session: Session, book_id: int, lot_id: str, amount: Money, *, reason: str, on: date, actor: str) -> int:
    """
    Take wrongly granted credit back before it is spent, as its own entry with a reason; return the entry's id.

    What was brought from another platform was never drawn from the plan's money and does not go back there; nor does
    what citizens paid themselves, which `tenders.give_back` sends back to them.
    Errors: ReasonRequired, LotNotFound, OwnMoneyNeedsReceipt, VoucherNeedsApplication; those of `take_back`.
    """
    if not reason.strip():
        raise ReasonRequired()
    plan_id = session.scalar(sa.select(Lot.plan_id).where(Lot.book_id == book_id, Lot.lot_id == lot_id))
    if plan_id is None:
        raise LotNotFound(lot=lot_id)
    refuse_apart(plans.terms(session, book_id, [plan_id])[plan_id])
    return take_back(session, book_id, lot_id, amount, reason=reason, on=on, actor=actor)


def take_back(session: Session, book_id: int, lot_id: str, amount: Money, *, reason: str, on: date, actor: str) -> int:
    """
    Take free credit out of a lot, back to the plan it was granted from; return the entry's id.

    Errors: LotNotFound, CorrectionBeforeGrant, CorrectionExceedsGrant, AmountNotPositive, CurrencyMismatch,
            GrantAlreadySpent, PeriodClosed, OccurredInFuture.
    """
    row = session.execute(
        sa.select(Lot.employee_id, Lot.account_id, Lot.plan_id).where(Lot.book_id == book_id, Lot.lot_id == lot_id)
    ).one_or_none()
    if row is None:
        raise LotNotFound(lot=lot_id)
    terms = plans.terms(session, book_id, [row.plan_id])[row.plan_id]
    # A purchase that counts on this credit is decided before or after.
    wallets.lock(session, book_id, row.employee_id)
    granted_on = session.scalar(sa.text(_GRANTED_ON), {"book": book_id, "account": row.account_id})
    if granted_on is not None and on < granted_on:
        raise CorrectionBeforeGrant(lot=lot_id, on=on, granted_on=granted_on)
    target = chart.open_plan(session, terms)[chart.granting(terms)]
    asked = {"book": book_id, "employee": row.employee_id, "plan": row.plan_id}
    sources = session.execute(sa.text(_SOURCES), asked).one()
    if sources.brought and money.minor(amount) > sources.granted:
        raise CorrectionExceedsGrant(plan=terms.code, granted=from_minor(sources.granted), needed=amount)
    pair = Pair(row.account_id, target, money.minor(amount))
    try:
        draft = Draft("grant_correction", on, (pair,), memo=reason.strip())
        return posting.post(session, book_id, draft, actor=actor, currency=str(amount.currency))
    except InsufficientFunds as refusal:
        raise GrantAlreadySpent(lot=lot_id, available=refusal.details["available"], needed=amount) from refusal


def _refuse_first(
    session: Session, outcomes: Sequence[Outcome], terms: PlanTerms, source: int, drafts: Sequence[Draft]
) -> None:
    refusal: LedgerError | None = next((found.refusal for found in outcomes if found.refusal is not None), None)
    if isinstance(refusal, InsufficientFunds):
        # The refusal is one row's, after the rows before it; people ask what there was for all that were to come.
        available = accounts.states(session, terms.book_id, [source])[source].available_minor
        needed = sum(draft.pairs[0].amount_minor for draft in drafts)
        raise BudgetNotFunded(plan=terms.code, available=from_minor(available), needed=from_minor(needed)) from refusal
    if refusal is not None:
        raise refusal
