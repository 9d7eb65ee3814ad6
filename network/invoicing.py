"""Who invoices whom: a provider and a mandatary as an invoice names them."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session
from stdnum.exceptions import ValidationError
from stdnum.it import iva

from network.errors import InvoiceDataMissing
from network.models import MandataryRow, ProviderInvoicingRow


@dataclass(frozen=True, slots=True)
class Party:
    """Whoever stands on an invoice."""

    legal_name: str
    vat_number: str
    tax_code: str | None
    address: str
    postcode: str
    comune: str
    province: str


@dataclass(frozen=True, slots=True)
class Seller(Party):
    """A provider; `tax_regime` is the code (RF..) of electronic invoices."""

    tax_regime: str


@dataclass(frozen=True, slots=True)
class Buyer(Party):
    """A mandatary, and where its invoices are delivered."""

    recipient_code: str
    certified_email: str | None


def seller(session: Session, provider_code: str) -> Seller:
    """
    Return a provider as its invoices name it.

    Errors: InvoiceDataMissing.
    """
    columns = (getattr(ProviderInvoicingRow, name) for name in Seller.__dataclass_fields__)
    asked = sa.select(*columns).where(ProviderInvoicingRow.provider_code == provider_code)
    row = session.execute(asked).one_or_none()
    if row is None:
        raise InvoiceDataMissing(party=provider_code, file="provider_invoicing.csv")
    return Seller(*row)


def buyer(session: Session, territory_code: str) -> Buyer:
    """
    Return the mandatary of a territory's employers.

    Errors: InvoiceDataMissing.
    """
    columns = (getattr(MandataryRow, name) for name in Buyer.__dataclass_fields__)
    row = session.execute(sa.select(*columns).where(MandataryRow.territory_code == territory_code)).one_or_none()
    if row is None:
        raise InvoiceDataMissing(party=territory_code, file="mandataries.csv")
    return Buyer(*row)


def read_vat_number(text: str) -> str:
    """
    Return an Italian VAT number of eleven digits.

    Errors: ValueError when its form or its check digit is wrong.
    """
    try:
        return str(iva.validate(text))
    except ValidationError:
        raise ValueError(text) from None
