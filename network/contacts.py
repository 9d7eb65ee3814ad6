"""How a provider is reached: what it tells everybody, so that people ask, book and pay without looking elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import EllipsisType
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from config import clock
from config.errors import Worded
from network import comuni, spelling
from network.errors import ContactChanged, ContactUnclear, ProviderNotFound
from network.models import ComuneRow, ProviderContactRow, ProviderRow

PHONE_MOST: Final = 20
EMAIL_MOST: Final = 254
STREET_MOST: Final = 120

# What stands in a link without meaning anything else there.
_EMAIL = re.compile(r"[A-Za-z0-9._+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_PHONE_NAME, _EMAIL_NAME = Worded("telefono", "telephone"), Worded("e-mail", "e-mail")
_STREET_NAME, _COMUNE_NAME = Worded("via e numero", "street and number"), Worded("Comune", "municipality")
_TABLE, _COMUNE, _PROVIDER = ProviderContactRow.__table__, ComuneRow.__table__, ProviderRow.__table__


@dataclass(frozen=True, slots=True)
class Contact:
    """A telephone, an address for letters by e-mail, and a seat: a street in a municipality; empty where not told."""

    phone: str = ""
    email: str = ""
    street: str = ""
    istat_code: str | None = None
    comune_name: str = ""


def of(session: Session, provider_code: str) -> Contact | None:
    """Return how a provider is reached; None where it tells nothing."""
    row = session.execute(_select(provider_code)).one_or_none()
    return None if row is None or not any(row[:3]) else Contact(*row)


def tell(
    session: Session,
    provider_code: str,
    *,
    phone: str = "",
    email: str = "",
    street: str = "",
    comune: str | None = None,
    instead_of: Contact | EllipsisType | None = ...,
) -> Contact | None:
    """
    Write how a provider is reached, in place of what was told before; where nothing is told, nobody reads anything.

    `comune` is the ISTAT code of the municipality that the street is in, and `instead_of` what somebody saw before they
    wrote: where it is something else by now, nothing is written.

    Errors: ProviderNotFound, ContactUnclear, ComuneNotFound, ContactChanged; in this order.
    """
    if session.scalar(sa.select(_PROVIDER.c.code).where(_PROVIDER.c.code == provider_code)) is None:
        raise ProviderNotFound(provider=provider_code)
    phone, email, street = (" ".join(each.split()) for each in (phone, email, street))
    if phone and (not spelling.is_phone(phone) or len(phone := spelling.phone(phone)) > PHONE_MOST):
        raise ContactUnclear(field=_PHONE_NAME)
    if email and not is_email(email):
        raise ContactUnclear(field=_EMAIL_NAME)
    if len(street) > STREET_MOST or not street.isprintable() or (comune is not None and not street):
        raise ContactUnclear(field=_STREET_NAME)
    if street and comune is None:
        raise ContactUnclear(field=_COMUNE_NAME)
    if comune is not None:
        comuni.get(session, comune)
    told = {"phone": phone, "email": email, "street": street, "istat_code": comune, "told_at": clock.now()}
    # Whoever writes at the same time waits here, and finds what was written.
    session.execute(
        insert(ProviderContactRow)
        .values(provider_code=provider_code, told_at=told["told_at"])
        .on_conflict_do_nothing(index_elements=["provider_code"])
    )
    session.execute(sa.select(_TABLE.c.provider_code).where(_TABLE.c.provider_code == provider_code).with_for_update())
    if instead_of is not ... and of(session, provider_code) != instead_of:
        raise ContactChanged()
    session.execute(sa.update(ProviderContactRow).where(_TABLE.c.provider_code == provider_code).values(told))
    return of(session, provider_code)


def is_email(written: str) -> bool:
    """Say whether something is written as one address for letters by e-mail."""
    return len(written) <= EMAIL_MOST and bool(_EMAIL.fullmatch(written))


def _select(provider_code: str) -> sa.Select[Any]:
    columns = (_TABLE.c.phone, _TABLE.c.email, _TABLE.c.street, _TABLE.c.istat_code)
    return (
        sa.select(*columns, sa.func.coalesce(_COMUNE.c.name, ""))
        .select_from(_TABLE.outerjoin(_COMUNE, _COMUNE.c.istat_code == _TABLE.c.istat_code))
        .where(_TABLE.c.provider_code == provider_code)
    )
