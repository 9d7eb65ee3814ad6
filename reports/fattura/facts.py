"""What an electronic invoice says beside its lines, in the codes of its format: the XML and the paper say the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from network import vat
from reports import words
from reports.fattura.model import Kind, Proforma

CURRENCY: Final = "EUR"
# Paid in one sum, by bank transfer.
PAID_WHOLE: Final = "TP02"
TRANSFER: Final = "MP05"
# VAT that is due at once; an operation without VAT says nothing of it.
DUE_AT_ONCE: Final = "I"
QUANTITY: Final = "1.00"
# How a line says what its day is: of a voucher's issue, of an order, or of the capture that a credit note gives back.
VOUCHER, ORDER, UNDONE = "BUONO", "ORDINE", "STORNO"


def causes(proforma: Proforma) -> Iterator[str]:
    """Yield what the document is for, and which months' operations a credit note gives back; in Italian, as it is."""
    text = words.read("reports.fattura", "it")
    days = {"starts_on": text.day(proforma.starts_on), "ends_on": text.day(proforma.ends_on)}
    yield text(f"cause.{proforma.kind}", **days)
    for one in proforma.corrected:
        yield text("cause.corrected", month=text.month(one.month))


def vat_due(regime_code: str) -> str | None:
    """Return when the VAT of a regime is due; None where there is none."""
    return DUE_AT_ONCE if vat.regime(regime_code).nature is None else None


def paid(proforma: Proforma) -> bool:
    """Say whether the document asks for a payment: a credit note does not."""
    return proforma.kind is Kind.INVOICE
