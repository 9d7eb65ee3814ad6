"""
What each invoice of a provider's statement must say: one document a mandatary, and a credit note for what was undone.

A voucher is one line, net of what was refunded of it. No line names a beneficiary, and nothing tells of health.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from network import invoicing, provider_accounts, vat_law
from network.invoicing import Buyer, Seller
from network.vat_law import StampDuty
from reports.errors import TaxRegimeMismatch
from reports.provider_settlement import documents
from reports.provider_settlement.model import Document, Line, ProviderStatement, RegimeTotal
from reports.provider_settlement.model import Kind as Kind

# A provider without VAT because of what it is bears the tax regime of it, and the other way round.
_REGIME_OF = {"FORF": "RF19"}


@dataclass(frozen=True, slots=True)
class Item:
    """
    One voucher's line; minor units, above zero. `reference` is for the mandatary's books (20 characters at most).

    `corrects` are the days of the captures that a line of a credit note gives back.
    """

    code: str
    reference: str
    service_code: str
    service_name: str
    channel: str
    issued_on: date
    first_on: date
    last_on: date
    vat_regime: str
    gross_minor: int
    net_minor: int
    vat_minor: int
    corrects: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class Corrected:
    """
    What of a credit note corrects a month's captures: the places of its lines, from one, and the month's first day.

    `number` is the one proposed for the invoice of that month: the provider puts the number it gave in its place.
    """

    month: date
    number: str
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Proforma:
    """One document to be: who invoices whom for what, when it is paid, and the stamp duty it bears."""

    kind: Kind
    number: str
    issued_on: date
    prepared_at: datetime
    starts_on: date
    ends_on: date
    provider_code: str
    seller: Seller
    buyer: Buyer
    items: tuple[Item, ...]
    regimes: tuple[RegimeTotal, ...]
    stamp_duty: StampDuty | None
    iban: str | None
    due_on: date
    corrected: tuple[Corrected, ...] = ()

    @property
    def total_minor(self) -> int:
        """What the document comes to, VAT included."""
        return sum(regime.gross_minor for regime in self.regimes)


def proformas(session: Session, statement: ProviderStatement, issued_on: date) -> tuple[Proforma, ...]:
    """
    Return the documents that a provider has to issue for a statement, invoices first, in the order of the mandataries.

    Mandataries of several territories with one VAT number are one buyer. The number is a proposal: the provider
    gives its own.

    Errors: InvoiceDataMissing, TaxRegimeMismatch.
    Source: AdE answer 10/2020 for who invoices whom; docs/statements.md.
    """
    if not statement.lines:
        return ()
    seller = invoicing.seller(session, statement.provider_code)
    for line in statement.lines:
        _check_regime(statement, seller, line)
    account = provider_accounts.every(session, [statement.provider_code]).get(statement.provider_code)
    found = []
    for document in statement.documents:
        lines = [line for purchase in document.purchases for line in purchase]
        items = tuple(_item(purchase, document.kind) for purchase in document.purchases)
        exempt = sum(regime.gross_minor for regime in document.regimes if regime.vat_minor == 0)
        found.append(
            Proforma(
                kind=document.kind,
                number=document.number,
                issued_on=issued_on,
                prepared_at=statement.prepared_at,
                starts_on=statement.starts_on,
                ends_on=statement.ends_on,
                provider_code=statement.provider_code,
                seller=seller,
                buyer=_buyer(session, lines, document),
                items=items,
                regimes=document.regimes,
                stamp_duty=vat_law.stamp_duty(exempt, issued_on),
                iban=account.iban if account else None,
                due_on=max(line.due_on for line in lines),
                corrected=tuple(_corrected(session, statement, document.vat_number, items)),
            )
        )
    return tuple(found)


def _buyer(session: Session, lines: Iterable[Line], document: Document) -> Buyer:
    """Return whom a document is made out to: of territories with one mandatary the first."""
    buyers = (invoicing.buyer(session, place) for place in sorted({line.mandatary for line in lines}))
    return next(buyer for buyer in buyers if buyer.vat_number == document.vat_number)


def _corrected(
    session: Session, statement: ProviderStatement, vat_number: str, items: Sequence[Item]
) -> Iterable[Corrected]:
    """Yield what each month's invoice to the buyer is corrected by, and the number that was proposed for it."""
    months = sorted({day.replace(day=1) for item in items for day in item.corrects})
    for month in months:
        ends_on = month.replace(day=monthrange(month.year, month.month)[1])
        lines = [line for line in statement.before if month <= line.occurred_on <= ends_on]
        told = documents.split(statement.provider_code, ends_on, lines, documents.buyers(session, lines))
        number = next((one.number for one in told if (one.kind, one.vat_number) == (Kind.INVOICE, vat_number)), "")
        places = (
            place for place, item in enumerate(items, 1) if any(day.replace(day=1) == month for day in item.corrects)
        )
        yield Corrected(month, number, tuple(places))


def _check_regime(statement: ProviderStatement, seller: Seller, line: Line) -> None:
    expected = _REGIME_OF.get(line.vat_regime)
    flat_rate = seller.tax_regime in _REGIME_OF.values()
    if (expected is not None or flat_rate) and seller.tax_regime != expected:
        raise TaxRegimeMismatch(provider=statement.provider_code, tax_regime=seller.tax_regime, regime=line.vat_regime)


def _item(lines: Sequence[Line], kind: Kind) -> Item:
    """Put the lines of one voucher together; amounts are told without sign, the document has it."""
    first = lines[0]
    undone = (line.captured_on for line in lines if line.gross_minor < 0 and kind is Kind.CREDIT_NOTE)
    return Item(
        code=first.code,
        # The last twenty characters of the authorization's id: enough for the mandatary to find it by.
        reference=first.authorization_id[-20:],
        service_code=first.service_code,
        service_name=first.service_name,
        channel=first.channel,
        issued_on=first.issued_on,
        first_on=min(line.occurred_on for line in lines),
        last_on=max(line.occurred_on for line in lines),
        vat_regime=first.vat_regime,
        gross_minor=abs(sum(line.gross_minor for line in lines)),
        net_minor=abs(sum(line.net_minor for line in lines)),
        vat_minor=abs(sum(line.vat_minor for line in lines)),
        corrects=tuple(sorted(set(undone))),
    )
