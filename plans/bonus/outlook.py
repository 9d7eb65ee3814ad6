"""What a worker would have of each share of an offered bonus: cash and welfare to the cent, or why it cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from config.errors import DomainError
from config.money import from_minor
from plans import people, plans
from plans.bonus import agreements, choices, rules, simulation
from plans.bonus.choices import ChoiceDraft
from plans.bonus.errors import BonusConversionNotAgreed
from plans.bonus.offers import Offer
from plans.bonus.rules import BonusRules
from plans.bonus.simulation import Cash, Worker
from plans.rulebook import loading

# What is shown where the agreement leaves every share open.
USUAL_SHARES = (0, 25, 50, 75, 100)


@dataclass(frozen=True, slots=True)
class Option:
    """
    One share of an offered bonus; minor units.

    `total_minor` is None where the ordinary tax on the cash is not known. `refusal` says why it cannot be chosen.
    """

    share_percent: int
    welfare_minor: int
    cash: Cash
    refusal: DomainError | None

    @property
    def total_minor(self) -> int | None:
        """What the worker has of it, if known."""
        return None if self.cash.net_minor is None else self.cash.net_minor + self.welfare_minor


@dataclass(frozen=True, slots=True)
class Outlook:
    """
    An offered bonus, share by share, the least welfare first.

    `free` says that every share may be chosen; `spend_from` and `spend_by` from when and until when what is taken as
    welfare can be spent, and `carried_until` what is left of it then.
    """

    options: tuple[Option, ...]
    free: bool
    rules: BonusRules
    elsewhere_known: bool
    spend_from: date
    spend_by: date
    carried_until: date

    def option(self, share_percent: int) -> Option | None:
        """Return the option of a share, if it is one of these."""
        return next((each for each in self.options if each.share_percent == share_percent), None)


def of(
    session: Session,
    book_id: int,
    offer: Offer,
    *,
    today: date,
    share: int | None = None,
    ordinary_points: int | None = None,
) -> Outlook:
    """
    Return what each share that the agreement admits would be if it were chosen today; nothing is kept.

    All in cash is among them, as that is what is left to whoever chooses nothing; `share` is one more to look at, and
    `ordinary_points` the worker's marginal rate, if they say it, in hundredths of one per cent.
    Errors: BonusAgreementMissing, BonusRuleMissing, BonusShareInvalid.
    """
    terms = plans.by_code(session, book_id, offer.plan_code)
    agreement = agreements.require(session, terms)
    card = people.employee(session, book_id, offer.employee_id)
    held = rules.at(loading.load(), today, today, joint=agreement.joint)
    year = choices.year_of(session, book_id, offer.employee_id, today)
    worker = Worker(offer.income_within, offer.waived, ordinary_points=ordinary_points)

    def option(percent: int) -> Option:
        amount = from_minor(offer.premium_minor)
        draft = ChoiceDraft(card.tax_code, offer.premium, amount, percent, today, offer.income_within, offer.waived)
        welfare = simulation.converted(offer.premium_minor, percent)
        cash = simulation.paid(offer.premium_minor - welfare, held, worker, year.known_minor + welfare)
        refusal: DomainError | None = None
        try:
            choices.weigh(terms, card, held, year, draft, today=today)
        except DomainError as found:
            refusal = found
        if agreement.shares and percent not in agreement.shares:
            shares = [f"{each} %" for each in agreement.shares]
            refusal = BonusConversionNotAgreed(plan=terms.code, share=percent, shares=shares)
        return Option(percent, welfare, cash, refusal)

    shown: Sequence[int] = agreement.shares or USUAL_SHARES
    last = terms.last_day(terms.spend_by, card.left_on)
    return Outlook(
        options=tuple(map(option, sorted({0, *shown, *(() if share is None else (share,))}))),
        free=not agreement.shares,
        rules=held,
        elsewhere_known=year.elsewhere_minor is not None,
        spend_from=terms.starts_on,
        spend_by=last,
        carried_until=terms.carried_until() if card.left_on is None else last,
    )
