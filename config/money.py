"""The border between integer minor units (ledger, database) and `moneyed.Money` (people, files, reports)."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import format_currency
from moneyed import Currency, Money, get_currency

# Sums of amounts must stay exact in every tool that may read them as a double.
MAX_MINOR = 2**53 - 1

# Amounts from here on are mistakes; the formatter's arithmetic ends some digits later.
_WRITTEN_OUT = 10**20

LOCALES = {"it": "it_IT", "en": "en_IE"}


def minor(amount: Money) -> int:
    """
    Return the amount in minor units, exactly.

    Units:  cents for EUR; the currency says how many digits.
    Errors: ValueError when the amount is not finite or is not a whole number of minor units. `Money`'s own
            conversion truncates (10.005 EUR would be 1000 cents), so it is never used.
    """
    value: Decimal = amount.amount
    if not value.is_finite():
        raise ValueError(f"{value} is not an amount")
    scaled = value * amount.currency.sub_unit
    whole = int(scaled)
    if whole != scaled:
        raise ValueError(f"{value} {amount.currency.code} has more digits than the currency")
    return whole


def from_minor(amount_minor: int, currency: str = "EUR") -> Money:
    """Return minor units as `Money`."""
    unit: Currency = get_currency(currency)
    return Money(Decimal(amount_minor) / unit.sub_unit, unit)


def local(amount: Money, language: str = "it") -> str:
    """Return the amount as people of that language write it (`1.234,56 €`); what is beyond writing out as `1.0E+30`."""
    if not amount.amount.is_finite() or abs(amount.amount) >= _WRITTEN_OUT:
        return f"{amount.amount:.1E} {amount.currency.code}"
    return format_currency(amount.amount, amount.currency.code, locale=LOCALES[language])


def local_minor(amount_minor: int, language: str = "it", currency: str = "EUR") -> str:
    """Return minor units as people of that language write them."""
    return local(from_minor(amount_minor, currency), language)
