"""
What each invoice of a provider's statement must say: one document a mandatary, and a credit note for what was undone.

A voucher is one line, net of what was refunded of it. No line names a beneficiary, and nothing tells of health.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy.orm import Session

from network import invoicing, provider_accounts, vat_law
from network.invoicing import Buyer, Seller
from network.vat_law import StampDuty
from reports.errors import TaxRegimeMismatch
from reports.provider_settlement.model import Line, ProviderStatement, RegimeTotal, regime_totals

# A provider without VAT because of what it is bears the tax regime of it, and the other way round.
_REGIME_OF = {"FORF": "RF19"}


class Kind(StrEnum):
    """The kinds of document, by their codes in an electronic invoice."""

    INVOICE = "TD01"
    CREDIT_NOTE = "TD04"


@dataclass(frozen=True, slots=True)
class Item:
    """One voucher's line; minor units, above zero. `reference` is for the mandatary's books (20 characters at most)."""

    code: str
    reference: str
    service_name: str
    channel: str
    issued_on: date
    first_on: date
    last_on: date
    vat_regime: str
    gross_minor: int
    net_minor: int
    vat_minor: int


@dataclass(frozen=True, slots=True)
class Proforma:
    """One document to be: who invoices whom for what, when it is paid, and the stamp duty it bears."""

    kind: Kind
    number: str
    issued_on: date
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
    buyers = {place: invoicing.buyer(session, place) for place in sorted({line.mandatary for line in statement.lines})}
    by_buyer: dict[str, list[Line]] = defaultdict(list)
    for line in statement.lines:
        by_buyer[buyers[line.mandatary].vat_number].append(line)

    found = []
    for vat_number, lines in by_buyer.items():
        buyer = next(buyer for buyer in buyers.values() if buyer.vat_number == vat_number)
        items = _items(lines)
        for kind, sign in ((Kind.INVOICE, 1), (Kind.CREDIT_NOTE, -1)):
            chosen = [(item, of) for item, of in items if sum(line.gross_minor for line in of) * sign > 0]
            if not chosen:
                continue
            regimes = _positive(regime_totals(line for _, of in chosen for line in of), sign)
            exempt = sum(regime.gross_minor for regime in regimes if regime.vat_minor == 0)
            found.append(
                Proforma(
                    kind=kind,
                    number="",
                    issued_on=issued_on,
                    starts_on=statement.starts_on,
                    ends_on=statement.ends_on,
                    provider_code=statement.provider_code,
                    seller=seller,
                    buyer=buyer,
                    items=tuple(item for item, _ in chosen),
                    regimes=regimes,
                    stamp_duty=vat_law.stamp_duty(exempt, issued_on),
                    iban=account.iban if account else None,
                    due_on=max(line.due_on for _, of in chosen for line in of),
                )
            )
    return _numbered(found)


def _check_regime(statement: ProviderStatement, seller: Seller, line: Line) -> None:
    expected = _REGIME_OF.get(line.vat_regime)
    flat_rate = seller.tax_regime in _REGIME_OF.values()
    if (expected is not None or flat_rate) and seller.tax_regime != expected:
        raise TaxRegimeMismatch(provider=statement.provider_code, tax_regime=seller.tax_regime, regime=line.vat_regime)


def _items(lines: Iterable[Line]) -> list[tuple[Item, list[Line]]]:
    """Put the lines of one voucher together; amounts are told without sign, the document has it."""
    by_code: dict[tuple[int, str], list[Line]] = {}
    for line in lines:
        by_code.setdefault((line.book_id, line.authorization_id), []).append(line)
    found = []
    for each in by_code.values():
        first = each[0]
        gross = sum(line.gross_minor for line in each)
        item = Item(
            code=first.code,
            # The last twenty characters of the authorization's id: enough for the mandatary to find it by.
            reference=first.authorization_id[-20:],
            service_name=first.service_name,
            channel=first.channel,
            issued_on=first.issued_on,
            first_on=min(line.occurred_on for line in each),
            last_on=max(line.occurred_on for line in each),
            vat_regime=first.vat_regime,
            gross_minor=abs(gross),
            net_minor=abs(sum(line.net_minor for line in each)),
            vat_minor=abs(sum(line.vat_minor for line in each)),
        )
        found.append((item, each))
    return found


def _positive(regimes: Iterable[RegimeTotal], sign: int) -> tuple[RegimeTotal, ...]:
    return tuple(
        RegimeTotal(
            total.regime,
            total.lines,
            sign * total.gross_minor,
            sign * total.net_minor,
            sign * total.vat_minor,
            sign * total.rounding_minor,
        )
        for total in regimes
    )


def _numbered(found: list[Proforma]) -> tuple[Proforma, ...]:
    """Give each document a number of at most twenty characters: PF-<provider>-<month>-<place>."""
    ordered = sorted(found, key=lambda one: (one.kind.value, one.buyer.vat_number))
    return tuple(
        Proforma(**{name: getattr(one, name) for name in Proforma.__slots__} | {"number": _number(one, place)})
        for place, one in enumerate(ordered, 1)
    )


def _number(one: Proforma, place: int) -> str:
    tail = f"-{one.ends_on:%y%m}-{place}"
    return f"PF-{one.provider_code[: 20 - 3 - len(tail)]}{tail}"
