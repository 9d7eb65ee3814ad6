"""
What partners may ask of a municipality where no voucher pays: costs they report, or the price of a tender.

Co-design gives back documented costs and is no price (art. 55 CTS, art. 12 L. 241/1990): it ends in a claim of its own
kind, never in what is owed to a provider for a service. Both draw on the budget of their agreement.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from moneyed import Money
from sqlalchemy.orm import Session

from config import ids
from config.money import from_minor
from ledger import accounts, posting
from ledger.accounts import Opening
from ledger.errors import AmountNotPositive, InsufficientFunds
from ledger.posting import Draft, Pair
from plans.rows import table
from plans.social import offer
from plans.social.errors import InstrumentPaysNoPrice
from plans.social.offer import Entrusted
from plans.social.words import ClaimKind, Instrument
from wallet import amounts, chart
from wallet.social.errors import (
    ClaimOutsidePeriod,
    ClaimTaken,
    PartnerNotNamed,
    ReceiptInvalid,
    ServiceBudgetExceeded,
)
from wallet.social.tables import SocialClaim

_CLAIM = table(SocialClaim)
_REFERENCE = re.compile(r"\S(?:.{1,62})\S")
KINDS = {Instrument.COPROGETTAZIONE: ClaimKind.COST_REPORT, Instrument.APPALTO: ClaimKind.PRICE}


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim as it was recorded; minor units."""

    claim_id: str
    entrusted_code: str
    partner: str
    kind: ClaimKind
    reference: str
    period_from: date
    period_to: date
    amount_minor: int
    claimed_on: date
    entry_id: int


def fund(
    session: Session, book_id: int, code: str, amount: Money, *, on: date, actor: str, reference: str | None = None
) -> int:
    """
    Record what the municipality commits to a co-design agreement or a tender, and return the entry's id.

    Units:  `amount` in euro.
    Errors: EntrustedServiceNotFound, InstrumentPaysNoPrice, those of `amounts.minor`, AmountNotPositive,
            DuplicateReference, PeriodClosed, OccurredInFuture, LedgerCorrupt.
    """
    service = _with_claims(session, book_id, code)
    amount_minor = amounts.minor(amount)
    if amount_minor <= 0:
        raise AmountNotPositive(amount=amount)
    opened = _accounts(session, book_id, service)
    pair = Pair(opened["receivable"], opened["budget"], amount_minor)
    return posting.post(session, book_id, Draft("service_budget", on, (pair,), reference), actor=actor)


def claim(
    session: Session,
    book_id: int,
    code: str,
    partner: str,
    amount: Money,
    *,
    reference: str,
    period_from: date,
    period_to: date,
    on: date,
    actor: str,
) -> Claim:
    """
    Record a partner's report of costs (co-design) or invoice (tender); the same document twice is refused.

    Units:  `amount` in euro: costs admitted, or the price of what was delivered.
    Errors: EntrustedServiceNotFound, InstrumentPaysNoPrice, PartnerNotNamed, ReceiptInvalid, ClaimOutsidePeriod,
            ClaimTaken, those of `amounts.minor`, AmountNotPositive, ServiceBudgetExceeded, PeriodClosed,
            OccurredInFuture, LedgerCorrupt; the first that applies.
    """
    service = _with_claims(session, book_id, code)
    if partner not in service.partners:
        raise PartnerNotNamed(partner=partner, service=code, partners=service.partners)
    if not _REFERENCE.fullmatch(reference):
        raise ReceiptInvalid()
    if not service.starts_on <= period_from <= period_to <= service.ends_on:
        raise ClaimOutsidePeriod(
            starts_on=period_from, ends_on=period_to, service=code, first=service.starts_on, last=service.ends_on
        )
    same = sa.select(_CLAIM.c.claim_id).where(
        _CLAIM.c.book_id == book_id,
        _CLAIM.c.entrusted_code == code,
        _CLAIM.c.partner == partner,
        _CLAIM.c.reference == reference,
    )
    if session.scalar(same) is not None:
        raise ClaimTaken(reference=reference, partner=partner)
    amount_minor = amounts.minor(amount)
    if amount_minor <= 0:
        raise AmountNotPositive(amount=amount)

    opened = _accounts(session, book_id, service, partner)
    kind = KINDS[service.instrument]
    claim_id = ids.new("clm")
    pair = Pair(opened["budget"], opened[f"claims:{partner}"], amount_minor)
    try:
        draft = Draft(str(kind).lower(), on, (pair,), claim_id, reference)
        entry_id = posting.post(session, book_id, draft, actor=actor)
    except InsufficientFunds as refusal:
        raise ServiceBudgetExceeded(service=code, available=refusal.details["available"], needed=amount) from refusal
    found = Claim(claim_id, code, partner, kind, reference, period_from, period_to, amount_minor, on, entry_id)
    values = {name: getattr(found, name) for name in Claim.__dataclass_fields__} | {"kind": str(kind)}
    session.execute(sa.insert(_CLAIM).values(book_id=book_id, actor=actor, **values))
    return found


def left(session: Session, book_id: int, code: str) -> Money:
    """
    Return what no partner has claimed yet of an agreement's budget.

    Errors: EntrustedServiceNotFound, InstrumentPaysNoPrice.
    """
    budget = _accounts(session, book_id, _with_claims(session, book_id, code))["budget"]
    return from_minor(accounts.states(session, book_id, [budget])[budget].available_minor)


def _with_claims(session: Session, book_id: int, code: str) -> Entrusted:
    service = offer.entrusted(session, book_id, code)
    if service.instrument not in KINDS:
        raise InstrumentPaysNoPrice(service=code, instrument=service.instrument)
    return service


def _accounts(session: Session, book_id: int, service: Entrusted, partner: str | None = None) -> dict[str, int]:
    names = {
        "receivable": Opening(chart.entrusted(service.code, "receivable"), "A", f"Impegni per {service.name}"),
        "budget": Opening(chart.entrusted(service.code, "budget"), "L", f"Budget di {service.name}", 0),
    }
    if partner is not None:
        what = f"claims:{partner}"
        label = KINDS[service.instrument].label_it
        names[what] = Opening(chart.entrusted(service.code, what), "L", f"{label}, {partner}")
    opened = accounts.ensure(session, book_id, list(names.values()))
    return {what: opened[opening.code] for what, opening in names.items()}
