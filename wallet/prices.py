"""What a purchase costs: quantity, amount and VAT regime of an offer of the network."""

from __future__ import annotations

from datetime import date

from moneyed import Money

from config.money import from_minor
from ledger.errors import AmountTooLarge
from network.services import Offer
from plans.people import PersonFacts
from plans.rulebook import loading
from plans.rulebook.words import AgeSubject, Channel
from wallet import amounts
from wallet.declines import Decline
from wallet.errors import QuantityOrAmount

# A purchase beyond ten million euro is a slip of the keyboard, and its quantity would not fit its column.
MOST_MINOR = 1_000_000_000


# Age of majority (art. 2 of the civil code); who counts as elderly for the 5 % rate is read as in the rulebook.
MAJORITY = 18


def price(
    offer: Offer, quantity: int | None, amount: Money | None, channel: Channel | None
) -> tuple[int, int, Decline | None]:
    """
    Return how many units are asked for, their price in minor units, and why an amount is no price, if so.

    Errors: QuantityOrAmount, AmountTooLarge; those of `amounts.minor`.
    """
    if (quantity is None) == (amount is None):
        raise QuantityOrAmount()
    if quantity is not None:
        if quantity < 1:
            raise QuantityOrAmount()
        amount_minor = quantity * offer.price_minor
        if amount_minor > MOST_MINOR:
            raise AmountTooLarge(amount=from_minor(amount_minor))
        return quantity, amount_minor, None
    assert amount is not None  # noqa: S101
    amount_minor = amounts.minor(amount)
    if amount_minor < 1:
        raise QuantityOrAmount()
    if amount_minor > MOST_MINOR:
        raise AmountTooLarge(amount=amount)
    units, rest = divmod(amount_minor, offer.price_minor)
    if rest == 0:
        return units, amount_minor, None
    below = channel is Channel.VOUCHER and amount_minor < offer.price_minor
    return max(units, 1), amount_minor, Decline.VOUCHER_TOPUP_NOT_ALLOWED if below else Decline.PRICE_MISMATCH


def vat_regime(offer: Offer, person: PersonFacts, on: date) -> str:
    """Return the VAT regime of an offer for whoever uses it on a day."""
    if offer.vat_if_not_listed is None:
        return offer.vat_regime
    return offer.vat_regime if _listed_for_reduced_vat(person, on) else offer.vat_if_not_listed


def _listed_for_reduced_vat(person: PersonFacts, on: date) -> bool:
    """Whether the user is of a class that the 5 % rate asks for: elderly, not self-sufficient, or a minor."""
    relative = person.relative
    if relative is None:
        return False
    if relative.not_self_sufficient:
        return True
    if relative.birth_date is None:
        return False
    elderly = loading.load().ages.at(AgeSubject.ELDERLY, on, on)
    age = (
        on.year - relative.birth_date.year - ((on.month, on.day) < (relative.birth_date.month, relative.birth_date.day))
    )
    return age < MAJORITY or (elderly is not None and age >= elderly.years)
