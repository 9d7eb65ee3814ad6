"""Amounts that people pass to the wallet's verbs, in cents."""

from __future__ import annotations

from moneyed import EUR, Money

from config import money
from ledger.errors import AmountTooLarge, CurrencyMismatch
from wallet.errors import AmountNotExact

_MOST = money.from_minor(money.MAX_MINOR)


def minor(amount: Money) -> int:
    """
    Return an amount in cents.

    Errors: CurrencyMismatch (not in euro), AmountTooLarge, AmountNotExact; the first that applies.
    """
    if amount.currency != EUR:
        raise CurrencyMismatch(currency=str(amount.currency))
    if amount.amount.is_finite() and abs(amount) > _MOST:
        raise AmountTooLarge(amount=amount)
    try:
        return money.minor(amount)
    except ValueError as error:
        raise AmountNotExact(amount=amount) from error
