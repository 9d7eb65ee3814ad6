"""
Co-payment: what a citizen pays of one unit of a service, from an indicator that is not kept.

A tariff is a list of bands in ascending order, each with its last amount (included) and what is paid in it: a fixed
amount, a percentage of the price, the full price, or a point on the line between two given points. Bands need not meet:
some municipalities jump, and the jump is the rule.
Source: docs/social-vouchers.md; data/tariffs.toml names the page each published tariff was read on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import floor

from plans.rulebook.words import Confidence
from plans.social.errors import IseeAmountInvalid, IseeTypeNotAccepted
from plans.social.words import Effect, Fallback, IseeType, QuotaKind, TariffKind

ALL_BP = 10_000
# No household's indicator; a slip of the keyboard.
MOST_ISEE_MINOR = 10_000_000_00


@dataclass(frozen=True, slots=True)
class Quota:
    """
    A citizen's share of one unit.

    Units: `value` is cents a unit for AMOUNT, basis points of the price for PERCENT, 10,000 for FULL.
    """

    kind: QuotaKind
    value: int

    def of(self, unit_price_minor: int, quantity: int) -> int:
        """
        Return what the citizen pays of so many units, never more than their price.

        Units: cents; a percentage is taken of the whole price and rounded half up.
        """
        price = unit_price_minor * quantity
        if self.kind is QuotaKind.AMOUNT:
            return min(self.value * quantity, price)
        return price if self.kind is QuotaKind.FULL else half_up(Fraction(price * self.value, ALL_BP))


FULL = Quota(QuotaKind.FULL, ALL_BP)


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line through two points of (indicator, amount); cents."""

    from_isee_minor: int
    from_minor: int
    to_isee_minor: int
    to_minor: int

    def at(self, isee_minor: int) -> Fraction:
        """Return the exact amount at an indicator."""
        run = self.to_isee_minor - self.from_isee_minor
        rise = self.to_minor - self.from_minor
        return self.from_minor + Fraction((isee_minor - self.from_isee_minor) * rise, run)


@dataclass(frozen=True, slots=True)
class Band:
    """What is paid up to an indicator (None: without end); either a fixed `quota` or a `line`."""

    up_to_minor: int | None
    quota: Quota | None
    line: Line | None


@dataclass(frozen=True, slots=True)
class Tariff:
    """A municipality's co-payment function with its flags; amounts in cents."""

    id: str
    municipality: str
    service: str
    unit: str
    kind: TariffKind
    sentence_it: str
    sentence_en: str
    bands: tuple[Band, ...]
    isee_types: tuple[IseeType, ...]
    no_isee: Fallback
    defects: Fallback
    rounding_minor: int
    least_minor: int | None
    most_minor: int | None
    may_shift: bool
    effect: Effect
    valid_from: date
    valid_to: date | None
    source: str
    confidence: Confidence
    checked_on: date
    note: str

    def assess(
        self, isee_minor: int | None, *, isee_type: IseeType | None = None, defects: bool = False, shift: int = 0
    ) -> Quota:
        """
        Say what a citizen pays of one unit; `isee_minor` None means that no attestation was presented.

        `shift` moves the citizen so many bands down (siblings, a disability), where the tariff provides for it.
        Units:  cents.
        Errors: IseeAmountInvalid (below zero or beyond any household), IseeTypeNotAccepted.
        """
        if isee_minor is None:
            return self._fallback(self.no_isee)
        if not 0 <= isee_minor <= MOST_ISEE_MINOR:
            raise IseeAmountInvalid()
        if isee_type is not None and isee_type not in self.isee_types:
            raise IseeTypeNotAccepted(tariff=self.id, given=isee_type, accepted=self.isee_types)
        if defects and self.defects is not Fallback.AS_USUAL:
            return self._fallback(self.defects)
        place = next(
            number
            for number, band in enumerate(self.bands)
            if band.up_to_minor is None or isee_minor <= band.up_to_minor
        )
        return self._in_band(self.bands[max(0, place - (shift if self.may_shift else 0))], isee_minor)

    def holds_on(self, on: date) -> bool:
        """Say whether the municipality's act has the tariff in force on a day."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def effective_from(self, presented_on: date) -> date:
        """Return the first day on which a new attestation changes what is paid."""
        if self.effect is Effect.SAME_DAY:
            return presented_on
        years, month = divmod(presented_on.month, 12)
        return date(presented_on.year + years, month + 1, 1)

    def _fallback(self, rule: Fallback) -> Quota:
        last = self.bands[-1]
        if rule is Fallback.LAST_BAND and last.quota is not None:
            return last.quota
        return FULL

    def _in_band(self, band: Band, isee_minor: int) -> Quota:
        if band.quota is not None:
            return band.quota
        assert band.line is not None  # noqa: S101
        amount = half_up(band.line.at(isee_minor) / self.rounding_minor) * self.rounding_minor
        if self.least_minor is not None:
            amount = max(amount, self.least_minor)
        if self.most_minor is not None:
            amount = min(amount, self.most_minor)
        return Quota(QuotaKind.AMOUNT, amount)


def half_up(value: Fraction) -> int:
    """Return a number to the nearest whole, a half upwards."""
    return floor(value + Fraction(1, 2))
