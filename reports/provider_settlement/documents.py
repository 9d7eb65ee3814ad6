"""
Which invoices and credit notes the lines of a statement come to: one of each for a mandatary.

The statement's VAT table is the sum of these documents, and `reports.fattura` writes them: both say the same cents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date

from sqlalchemy.orm import Session

from network import invoicing, vat
from network.errors import InvoiceDataMissing
from reports.provider_settlement.model import Document, Kind, Line, RegimeTotal

# The number of a document has so many characters at most in an electronic invoice.
_NUMBER = 20

# The VAT number and the name of whoever buys for a territory's employers.
Buyers = Mapping[str, tuple[str, str]]


def buyers(session: Session, lines: Iterable[Line]) -> Buyers:
    """Return who buys for each territory of the lines; one that no table names a mandatary of stands for itself."""
    found: dict[str, tuple[str, str]] = {}
    for place in sorted({line.mandatary for line in lines}):
        found[place] = (place, place)
        with suppress(InvoiceDataMissing):
            buyer = invoicing.buyer(session, place)
            found[place] = (buyer.vat_number, buyer.legal_name)
    return found


def split(provider_code: str, ends_on: date, lines: Iterable[Line], of: Buyers) -> tuple[Document, ...]:
    """
    Divide lines into documents, invoices first, in the order of the buyers' VAT numbers.

    A purchase counts net: what was undone in the period it was captured in is in no document. Numbers are proposals
    of at most twenty characters: PF-<provider>-<month>-<place>.
    """
    purchases: dict[tuple[int, str], list[Line]] = {}
    for line in lines:
        purchases.setdefault((line.book_id, line.authorization_id), []).append(line)
    parts: dict[tuple[Kind, str], list[tuple[Line, ...]]] = {}
    for each in purchases.values():
        gross = sum(line.gross_minor for line in each)
        if gross:
            kind = Kind.INVOICE if gross > 0 else Kind.CREDIT_NOTE
            parts.setdefault((kind, of[each[0].mandatary][0]), []).append(tuple(each))
    names: dict[str, str] = {}
    for vat_number, name in of.values():
        names.setdefault(vat_number, name)
    return tuple(
        Document(kind, _number(provider_code, ends_on, place), number, names[number], tuple(found), totals(found, kind))
        for place, ((kind, number), found) in enumerate(sorted(parts.items(), key=lambda each: each[0]), 1)
    )


def totals(purchases: Sequence[Sequence[Line]], kind: Kind) -> tuple[RegimeTotal, ...]:
    """Sum the lines of purchases by VAT regime as an invoice does, in the order of the codes; amounts above zero."""
    sign = 1 if kind is Kind.INVOICE else -1
    by_regime: dict[str, list[Line]] = {}
    for purchase in purchases:
        for line in purchase:
            by_regime.setdefault(line.vat_regime, []).append(line)
    sums = []
    for regime, found in sorted(by_regime.items()):
        gross = sign * sum(line.gross_minor for line in found)
        net, tax = vat.split(gross, regime)
        rounding = net - sign * sum(line.net_minor for line in found)
        sums.append(RegimeTotal(regime, len(found), gross, net, tax, rounding))
    return tuple(sums)


def _number(provider_code: str, ends_on: date, place: int) -> str:
    tail = f"-{ends_on:%y%m}-{place}"
    return f"PF-{provider_code[: _NUMBER - 3 - len(tail)]}{tail}"
