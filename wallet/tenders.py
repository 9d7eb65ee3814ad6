"""
Tenders: people's own money. It is paid elsewhere, by card for instance, and recorded here so that one ledger tells all.

What was paid becomes a lot of source PRIVATE and is spent, voided and refunded like any other credit; what is not spent
goes back to where it came from. Beside a municipal voucher the citizen's share is such a lot in the same book, so that
one hold reserves both parts and nothing can happen to one without the other.
Source: docs/social-vouchers.md; glossary, "plan source".
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from moneyed import Money
from sqlalchemy.orm import Session

from config import clock, database, ids
from config.labelled import Labelled
from config.money import from_minor
from ledger import accounts, idempotency, posting
from ledger.accounts import Opening
from ledger.errors import AmountNotPositive, InsufficientFunds
from ledger.posting import Draft, Pair
from plans import people, plans
from plans.plans import PlanTerms
from plans.rows import table
from plans.rulebook.words import PlanSource
from wallet import amounts, authorizations, chart, grants, lots, residual, wallets
from wallet.grants import Grant
from wallet.lots import SpendableLot
from wallet.social.errors import (
    PlanNotPrivate,
    ReceiptInvalid,
    ReceiptTaken,
    TenderHandedOver,
    TenderInUse,
    TenderNotFound,
    TenderSpent,
    TenderTransferExceeds,
)
from wallet.social.tables import Tender, TenderReturn

_TENDER, _RETURN = table(Tender), table(TenderReturn)
_REFERENCE = re.compile(r"\S(?:.{1,62})\S")
# Thirteen digits and more in a row, however grouped, are a card's number: it is not ours to keep.
_CARD_NUMBER = re.compile(r"(?:\d[\W_]?){13,}")
# What ended in one lot and waits, less what went back since for the payments that stand in it: the plan's account holds
# the money of all its citizens, and every lot's is its own.
_WAITING = (
    "select (select coalesce(sum(case p.debit_account_id when %(lot)s then p.amount_minor else -p.amount_minor end), 0)"
    "          from posting p where p.book_id = %(book)s"
    "           and ((p.debit_account_id = %(lot)s and p.credit_account_id = %(ended)s)"
    "                or (p.debit_account_id = %(ended)s and p.credit_account_id = %(lot)s)))"
    "     - (select coalesce(sum(r.amount_minor), 0) from tender t"
    "          join tender_return r on r.book_id = t.book_id and r.tender_id = t.tender_id"
    "         where t.book_id = %(book)s and t.lot_id = %(lot_id)s)"
)


class TenderKind(Labelled):
    """How somebody paid with their own money."""

    CARD = "CARD", "carta"
    BANK_TRANSFER = "BANK_TRANSFER", "bonifico"
    PAGOPA = "PAGOPA", "pagoPA", "pagoPA"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What proves a payment: how it was made and its reference at whoever took it; never a card's number."""

    kind: TenderKind
    reference: str


@dataclass(frozen=True, slots=True)
class Paid:
    """Own money that was recorded; minor units. `authorization_id` when it is the share of one purchase."""

    tender_id: str
    employee_id: str
    receipt: Receipt
    amount_minor: int
    plan_id: str
    lot_id: str
    authorization_id: str | None
    paid_on: date


@dataclass(frozen=True, slots=True)
class Returned:
    """Own money that went back; minor units."""

    tender_id: str
    amount_minor: int
    entry_id: int


def record(
    session: Session,
    book_id: int,
    employee_id: str,
    plan_code: str,
    receipt: Receipt,
    amount: Money,
    *,
    on: date,
    actor: str,
    key: str | None = None,
) -> Paid:
    """
    Record that a private citizen paid with their own money, and put it into their wallet.

    Units:  `amount` in euro.
    Errors: those of `amounts.minor`; KeyReused, InProgress; AmountNotPositive, EmployeeNotFound, PlanNotFound,
            PlanNotPrivate, ReceiptInvalid, ReceiptTaken, PeriodClosed, OccurredInFuture, LedgerCorrupt.
    """
    amount_minor = amounts.minor(amount)

    def work() -> Paid:
        if amount_minor <= 0:
            raise AmountNotPositive(amount=amount)
        people.employee(session, book_id, employee_id)
        terms = plans.by_code(session, book_id, plan_code)
        check(session, book_id, receipt)
        wallets.lock(session, book_id, employee_id)
        lot = credit(session, terms, employee_id, receipt, amount_minor, terms.spend_by, on=on, actor=actor)
        return keep(session, terms, employee_id, receipt, amount_minor, lot.lot_id, on=on, actor=actor)

    request = {
        "employee": employee_id,
        "plan": plan_code,
        "kind": str(receipt.kind),
        "reference": receipt.reference,
        "amount_minor": amount_minor,
        "on": str(on),
    }
    return idempotency.once(
        session, book_id, actor, "tender", key, request, work=work,
        answer=lambda paid: {"tender_id": paid.tender_id}, replay=lambda kept: get(session, book_id, kept["tender_id"]),
    )  # fmt: skip


def check(session: Session, book_id: int, receipt: Receipt) -> None:
    """
    Refuse a receipt that is none, or was recorded before.

    Errors: ReceiptInvalid, ReceiptTaken.
    """
    if not _REFERENCE.fullmatch(receipt.reference) or _CARD_NUMBER.search(receipt.reference):
        raise ReceiptInvalid()
    same = sa.select(_TENDER.c.tender_id).where(
        _TENDER.c.book_id == book_id, _TENDER.c.kind == str(receipt.kind), _TENDER.c.reference == receipt.reference
    )
    if session.scalar(same) is not None:
        raise ReceiptTaken(reference=receipt.reference)


def credit(
    session: Session,
    terms: PlanTerms,
    employee_id: str,
    receipt: Receipt,
    amount_minor: int,
    expires_on: date,
    *,
    on: date,
    actor: str,
) -> SpendableLot:
    """
    Turn a payment into credit of source PRIVATE and return the lot; the wallet is locked by the caller.

    Errors: PlanNotPrivate; those of `ledger.posting.post`.
    """
    if terms.source is not PlanSource.PRIVATE:
        raise PlanNotPrivate(plan=terms.code)
    plan_accounts = chart.open_plan(session, terms)
    received = _received(session, terms.book_id, receipt.kind)
    receivable = plan_accounts[chart.receivable(terms.code)]
    committed, granting = plan_accounts[chart.committed(terms.code)], plan_accounts[chart.granting(terms)]
    memo = receipt.reference
    # Promised and paid in the same moment: the plan's accounts tell own money like any other.
    pairs = [Pair(received, receivable, amount_minor)]
    if granting != committed:
        pairs.append(Pair(committed, granting, amount_minor))
    drafts = [
        Draft("commitment", on, (Pair(receivable, committed, amount_minor),), memo=memo),
        Draft("funding", on, tuple(pairs), memo=memo),
    ]
    for draft in drafts:
        posting.post(session, terms.book_id, draft, actor=actor)
    grants.put(session, terms, [Grant(employee_id, amount_minor, expires_on)], on=on, actor=actor, memo=memo)
    return next(
        lot
        for lot in lots.of_wallet(session, terms.book_id, employee_id)
        if lot.plan_id == terms.plan_id and lot.expires_on == expires_on and not lot.carried
    )


def keep(
    session: Session,
    terms: PlanTerms,
    employee_id: str,
    receipt: Receipt,
    amount_minor: int,
    lot_id: str,
    *,
    on: date,
    actor: str,
    authorization_id: str | None = None,
) -> Paid:
    """Write down a payment that was turned into credit, and which purchase it is the share of."""
    paid = Paid(ids.new("tnd"), employee_id, receipt, amount_minor, terms.plan_id, lot_id, authorization_id, on)
    session.execute(
        sa.insert(_TENDER).values(
            book_id=terms.book_id,
            tender_id=paid.tender_id,
            employee_id=employee_id,
            kind=str(receipt.kind),
            reference=receipt.reference,
            amount_minor=amount_minor,
            plan_id=terms.plan_id,
            lot_id=lot_id,
            authorization_id=authorization_id,
            paid_on=on,
            actor=actor,
        )
    )
    return paid


def get(session: Session, book_id: int, asked: str) -> Paid:
    """
    Return a payment by id, or by the reference of its receipt.

    Errors: TenderNotFound.
    """
    key = _TENDER.c.tender_id if asked.startswith("tnd_") else _TENDER.c.reference
    row = session.execute(sa.select(_TENDER).where(_TENDER.c.book_id == book_id, key == asked)).one_or_none()
    if row is None:
        raise TenderNotFound(tender=asked)
    return _paid(row)


def of_authorization(session: Session, book_id: int, authorization_id: str) -> Paid | None:
    """Return the payment that is the citizen's share of a purchase, if there is one."""
    row = session.execute(
        sa.select(_TENDER).where(_TENDER.c.book_id == book_id, _TENDER.c.authorization_id == authorization_id)
    ).one_or_none()
    return None if row is None else _paid(row)


def unspent(session: Session, book_id: int) -> list[Paid]:
    """Return the shares of purchases that ended without being paid for, and that have not gone back yet."""
    rows = session.execute(
        sa.text(
            'select t.tender_id from tender t join "authorization" a'
            "    on a.book_id = t.book_id and a.authorization_id = t.authorization_id"
            " where t.book_id = :book and a.status in ('voided', 'expired', 'refunded')"
            "   and not exists (select from tender_return r where r.book_id = t.book_id and r.tender_id = t.tender_id)"
            " order by t.tender_id"
        ),
        {"book": book_id},
    )
    return [get(session, book_id, row.tender_id) for row in rows]


def give_back(session: Session, book_id: int, asked: str, *, on: date, actor: str) -> Returned:
    """
    Send what is not spent of a payment back to where it was paid from.

    The share of a purchase goes back whole when the purchase was voided, has expired or was refunded. Own money that
    stands for no purchase goes back as far as it is free, or time has ended it and nobody paid it out.
    Errors: TenderNotFound, TenderInUse, TenderSpent, TenderHandedOver, PeriodClosed, OccurredInFuture, LedgerCorrupt.
    """
    paid = get(session, book_id, asked)
    wallets.lock(session, book_id, paid.employee_id)
    authorizations.settle(session, book_id, paid.employee_id)
    left = paid.amount_minor - _gone_back(session, book_id, paid.tender_id)
    if paid.authorization_id is not None:
        given = authorizations.get(session, book_id, paid.authorization_id)
        if given.open:
            raise TenderInUse(tender=paid.tender_id)
        if given.status not in ("voided", "expired", "refunded"):
            raise TenderSpent(tender=paid.tender_id)
    terms = plans.terms(session, book_id, [paid.plan_id])[paid.plan_id]
    plan_accounts = chart.open_plan(session, terms)
    ended = plan_accounts[chart.returned(terms.code)]
    lots.lock(session, book_id, [paid.lot_id])
    lot = next(found for found in lots.of_wallet(session, book_id, paid.employee_id) if found.lot_id == paid.lot_id)
    # What time has ended in the lot already waits in the plan's account, beside that of others, unless it was paid out.
    waiting = min(
        _waiting(session, book_id, lot, ended), residual.waiting(session, book_id, paid.employee_id, terms.code)
    )
    free = min(lot.available_minor, left)
    rest = min(left - free, waiting)
    if free + rest <= 0:
        raise TenderSpent(tender=paid.tender_id)

    if free > 0:
        draft = Draft("expiry", on, (Pair(lot.account_id, ended, free),), memo=lot.lot_id)
        posting.post(session, book_id, draft, actor=actor)
    pair = Pair(ended, _received(session, book_id, paid.receipt.kind), free + rest)
    draft = Draft("tender_return", on, (pair,), memo=paid.tender_id)
    try:
        entry_id = posting.post(session, book_id, draft, actor=actor)
    except InsufficientFunds as refusal:
        raise TenderHandedOver(tender=paid.tender_id, **_still_taken(refusal, paid.receipt.kind)) from refusal
    before = sa.select(sa.func.count()).where(_RETURN.c.book_id == book_id, _RETURN.c.tender_id == paid.tender_id)
    session.execute(
        sa.insert(_RETURN).values(
            book_id=book_id,
            tender_id=paid.tender_id,
            seq=int(session.scalar(before) or 0) + 1,
            amount_minor=free + rest,
            entry_id=entry_id,
            returned_on=on,
            actor=actor,
        )
    )
    return Returned(paid.tender_id, free + rest, entry_id)


def give_back_all(session: Session, book_id: int, *, actor: str) -> list[Returned]:
    """
    Send back every share of a purchase that ended without being paid for; safe to run twice.

    What was paid back from the bank already, or has to be, is left out.
    """
    authorizations.settle(session, book_id, None)
    done: list[Returned] = []
    for paid in unspent(session, book_id):
        with suppress(TenderSpent, TenderHandedOver), session.begin_nested():
            done.append(give_back(session, book_id, paid.tender_id, on=clock.today(), actor=actor))
    return done


def record_transfer(
    session: Session, book_id: int, kind: TenderKind, amount: Money, *, reference: str, on: date, actor: str
) -> int:
    """
    Record that whoever took people's payments handed them over to the book's bank account; return the entry's id.

    Units:  `amount` in euro, at most what is still with whoever took it.
    Errors: those of `amounts.minor`; AmountNotPositive, TenderTransferExceeds, DuplicateReference, PeriodClosed,
            OccurredInFuture, LedgerCorrupt.
    """
    amount_minor = amounts.minor(amount)
    if amount_minor <= 0:
        raise AmountNotPositive(amount=amount)
    bank = accounts.ensure(session, book_id, [Opening(chart.BANK, "A", "Banca")])[chart.BANK]
    pair = Pair(bank, _received(session, book_id, kind), amount_minor)
    draft = Draft("tender_transfer", on, (pair,), f"{chart.tender(str(kind))}:{reference}", memo=reference)
    try:
        return posting.post(session, book_id, draft, actor=actor)
    except InsufficientFunds as refusal:
        raise TenderTransferExceeds(needed=amount, **_still_taken(refusal, kind)) from refusal


def to_hand_over(session: Session, book_id: int, kind: TenderKind, day: date) -> Money:
    """
    Return what people paid in a way up to a day that whoever took it has to hand over, and still has.

    Units:  euro; zero where nobody paid.
    """
    received = _received(session, book_id, kind)
    left = accounts.states(session, book_id, [received])[received].posted_minor
    return from_minor(max(0, min(accounts.posted_on(session, book_id, received, day), left)))


def _still_taken(refusal: InsufficientFunds, kind: TenderKind) -> dict[str, Any]:
    return {"available": refusal.details["available"], "kind_it": kind.label_it, "kind_en": kind.label_en}


def _waiting(session: Session, book_id: int, lot: SpendableLot, ended: int) -> int:
    asked = {"book": book_id, "lot": lot.account_id, "lot_id": lot.lot_id, "ended": ended}
    return int(database.rows(session, _WAITING, asked)[0][0])


def _gone_back(session: Session, book_id: int, tender_id: str) -> int:
    query = sa.select(sa.func.coalesce(sa.func.sum(_RETURN.c.amount_minor), 0)).where(
        _RETURN.c.book_id == book_id, _RETURN.c.tender_id == tender_id
    )
    return int(session.scalar(query) or 0)


def _received(session: Session, book_id: int, kind: TenderKind) -> int:
    opening = Opening(chart.tender(str(kind)), "A", f"Pagamenti dei cittadini, {kind.label_it}", 0)
    return accounts.ensure(session, book_id, [opening])[opening.code]


def _paid(row: Any) -> Paid:
    return Paid(
        row.tender_id,
        row.employee_id,
        Receipt(TenderKind(row.kind), row.reference),
        row.amount_minor,
        row.plan_id,
        row.lot_id,
        row.authorization_id,
        row.paid_on,
    )
