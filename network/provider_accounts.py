"""Where providers are paid: their bank accounts, and how many days after a capture."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session
from stdnum import iban as ibans
from stdnum.exceptions import ValidationError

from network import bank_text
from network.models import ProviderAccountRow

MOST_PAYMENT_DAYS = 365
# The days from a capture to its payment where no account says otherwise.
PAYMENT_DAYS = 30


@dataclass(frozen=True, slots=True)
class ProviderAccount:
    """A provider's account. `holder` is written exactly as at the bank, which compares it before a payment leaves."""

    provider_code: str
    iban: str
    holder: str
    payment_days: int


def every(session: Session, codes: Collection[str] | None = None) -> dict[str, ProviderAccount]:
    """Return the accounts by provider code: all, or those of these providers; who has none is not there."""
    statement = sa.select(
        ProviderAccountRow.provider_code,
        ProviderAccountRow.iban,
        ProviderAccountRow.holder,
        ProviderAccountRow.payment_days,
    )
    if codes is not None:
        statement = statement.where(ProviderAccountRow.provider_code.in_(codes))
    return {row[0]: ProviderAccount(*row) for row in session.execute(statement)}


def is_holder(text: str) -> bool:
    """Say whether banks can write a holder's name: something of it is left in the characters they agree on."""
    return bool(bank_text.plain(text, bank_text.LONGEST_NAME))


def read_holder(text: str) -> str:
    """
    Return a holder's name as it is.

    Errors: ValueError when banks cannot write it.
    """
    if not is_holder(text):
        raise ValueError(text)
    return text


def is_iban(text: str) -> bool:
    """Say whether a text is an IBAN by its country's length and check digits; spaces are looked over."""
    try:
        ibans.validate(text)
    except ValidationError:
        return False
    return True


def read_iban(text: str) -> str:
    """
    Return an IBAN without spaces, in capitals.

    Errors: ValueError when its form or its check digits are wrong.
    """
    if not is_iban(text):
        raise ValueError(text)
    return str(ibans.compact(text))
