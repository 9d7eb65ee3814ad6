"""
What everybody buys, apart from the stories: a calendar of orders, made once and the same at every run.

The planner knows prices and roughly who has how much credit. It does not know the law: what the rulebook declines is
left as it comes, as in life.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from random import Random

from api.demonstration.credits import TODAY, Budget
from api.demonstration.people import SEED, Employer, Relative, Worker
from plans.rulebook.words import Kinship

# How many workers in a hundred take part, and how often they buy: a launch, then a habit.
_TAKING_PART = {2024: 55, 2025: 75, 2026: 90}
_VISITS = {"E1": (5, 18), "E2": (2, 7), "E3": (3, 10)}


class Fate(StrEnum):
    """What becomes of an order once it is authorized."""

    DELIVERED = "DELIVERED"
    CUT_SHORT = "CUT_SHORT"
    VOIDED = "VOIDED"
    MISSED = "MISSED"
    REFUNDED = "REFUNDED"


_FATES = (
    *((Fate.DELIVERED,) * 84),
    *((Fate.CUT_SHORT,) * 4),
    *((Fate.VOIDED,) * 5),
    *((Fate.MISSED,) * 3),
    *((Fate.REFUNDED,) * 4),
)


@dataclass(frozen=True, slots=True)
class Order:
    """One purchase and what happens to it; `parts` are the deliveries, with amounts in minor units."""

    number: int
    employer_code: str
    worker: Worker
    relative: Relative | None
    service: str
    quantity: int
    on: date
    service_on: date
    parts: tuple[tuple[date, int], ...]
    fate: Fate
    undone_on: date | None
    undone_minor: int
    consent: bool


@dataclass(frozen=True, slots=True)
class _Wish:
    service: str
    relative: Relative | None = None
    least: int = 1
    most: int = 1
    weight: int = 2


# What elderly relatives find where they live: service, from and to how many units.
_ELDERLY = {
    "Cremona": (("ADI-CR", 2, 6), ("PAS-CR", 5, 12), ("INF-CR", 1, 1)),
    "Matera": (("ADI-MT", 3, 8), ("PAS-MT", 5, 10), ("GER-MT", 1, 1)),
    "Bari": (("ADI-BA", 3, 8), ("PAS-BA", 5, 10)),
    "Napoli": (("ADI-NA", 2, 8),),
    "Trapani": (("ADI-TP", 3, 8), ("ACC-TP", 1, 1)),
    "Chieti": (("CDI-CH", 2, 5),),
    "Forlì": (("TEL-FC", 1, 3), ("CDI-FC", 1, 4)),
    "Biella": (("ADI-BI", 2, 6),),
    "Padova": (("ADI-PD", 2, 6),),
    "Torino": (("ADI-TO", 2, 6),),
    "Salerno": (("LOG-SA", 2, 4),),
    "Sondrio": (("ADI-SO", 2, 6),),
}
_PUPILS = {
    "Cremona": (("DOP-CR", 1, 1), ("DAD-CR", 2, 6)),
    "Sondrio": (("ORI-MI", 1, 1),),
    "Rho": (("DOP-RH", 1, 1), ("BAB-RH", 3, 9)),
    "Napoli": (("EDU-NA", 2, 6), ("DSA-SA", 2, 6)),
}
_TODDLERS = {"Sondrio": (("NID-SO", 1, 1),), "Rho": (("BAB-RH", 4, 10),), "Napoli": (("EDU-NA", 2, 5),)}
_SUMMER = {"Cremona": "EST-CR", "Napoli": "EST-NA"}
_OWN = {
    "Cremona": (
        ("PSI-CR", 1, 1, 3),
        ("TEA-CR", 1, 1, 4),
        ("BUO-CR", 1, 6, 6),
        ("PUL-CR", 2, 5, 3),
        ("ISE-CR", 1, 1, 1),
        ("LIN-MI", 1, 1, 2),
        ("SAN-CR", 1, 1, 1),
        ("NUO-FC", 1, 1, 1),
        ("PSI-MI", 1, 1, 1),
    ),
    "Sondrio": (
        ("BUO-RH", 1, 6, 6),
        ("PSI-MI", 1, 1, 3),
        ("LIN-MI", 1, 1, 1),
        ("CAR-BI", 1, 1, 1),
        ("MAN-BI", 1, 1, 1),
    ),
    "Rho": (("BUO-RH", 1, 6, 6), ("PSI-MI", 1, 1, 3), ("PET-MI", 2, 6, 2), ("LIN-MI", 1, 1, 1)),
    "Napoli": (
        ("BUO-NA", 1, 3, 4),
        ("PRE-NA", 1, 1, 3),
        ("FIS-NA", 1, 1, 2),
        ("LOG-SA", 1, 3, 1),
        ("PSI-MI", 1, 1, 2),
        ("LOG-TP", 1, 2, 1),
    ),
}


def services() -> list[str]:
    """Return the code of every service that somebody may want."""
    found = {"PSI-MI", "LIN-MI", *_SUMMER.values()}
    for offered in (_ELDERLY, _PUPILS, _TODDLERS):
        found |= {code for wishes in offered.values() for code, _, _ in wishes}
    found |= {code for wishes in _OWN.values() for code, _, _, _ in wishes}
    return sorted(found)


def plan(employers: Sequence[Employer], budgets: Iterable[Budget], prices: Mapping[str, int]) -> tuple[Order, ...]:
    """Return every order in the sequence of its day; `prices` gives one unit of each service in minor units."""
    by_worker: dict[str, list[_Credit]] = {}
    for budget in budgets:
        only_christmas = budget.plan_code.endswith("-N")
        for worker, amount_minor in budget.credits:
            credit = _Credit(budget.on, amount_minor, budget.spend_by, budget.carried_until, only_christmas)
            by_worker.setdefault(worker.tax_code, []).append(credit)
    drafts: list[Order] = []
    for employer in employers:
        for worker in employer.workers:
            if not worker.story:
                drafts += _of_worker(employer, worker, by_worker.get(worker.tax_code, []), prices)
    drafts.sort(key=lambda order: (order.on, order.worker.tax_code, order.service))
    return tuple(_numbered(order, number) for number, order in enumerate(drafts, 1))


@dataclass(slots=True)
class _Credit:
    """What is left of one grant, as far as the planner knows."""

    since: date
    left_minor: int
    spend_by: date
    carried_until: date
    only_christmas: bool

    def usable(self, on: date) -> bool:
        # Carried over on the day after its expiry.
        return self.since < on <= self.carried_until and on != self.spend_by + timedelta(days=1)


def _of_worker(
    employer: Employer, worker: Worker, credits: list[_Credit], prices: Mapping[str, int]
) -> Iterator[Order]:
    random = Random(f"{SEED}:{worker.tax_code}")  # noqa: S311 - the same every time
    for credit in credits:
        if credit.only_christmas and random.random() < 0.85:
            credit.left_minor -= 5_000
            on = credit.since + timedelta(days=random.randint(1, 20))
            yield _order(employer, worker, _Wish("BUO-NA"), 2, on, prices, random, Fate.DELIVERED)
    for year, share in _TAKING_PART.items():
        if random.randrange(100) >= share:
            continue
        days = sorted(_day(employer.code, year, random) for _ in range(random.randint(*_VISITS[employer.code])))
        for on in days:
            if on > TODAY or not worker.employed(on):
                continue
            usable = [credit for credit in credits if credit.usable(on) and not credit.only_christmas]
            usable.sort(key=lambda credit: credit.carried_until)
            available = sum(credit.left_minor for credit in usable)
            choice = _choose(_wishes(worker, on), available, prices, random)
            if choice is None:
                continue
            wish, quantity = choice
            order = _order(employer, worker, wish, quantity, on, prices, random, random.choice(_FATES))
            if order.fate not in (Fate.VOIDED, Fate.MISSED):
                _spend(usable, quantity * prices[wish.service])
            yield order


def _day(employer_code: str, year: int, random: Random) -> date:
    """Draw a day; people hurry before the credit expires."""
    if random.random() < 0.3:
        rush = {"E1": (date(year, 10, 20), 40), "E2": (date(year, 8, 1), 30), "E3": (date(year, 11, 25), 35)}
        first, span = rush[employer_code]
        return first + timedelta(days=random.randrange(span))
    return date(year, 1, 15) + timedelta(days=random.randrange(345))


def _wishes(worker: Worker, on: date) -> list[_Wish]:
    wishes = [_Wish(service, None, least, most, weight) for service, least, most, weight in _OWN[worker.site]]
    for relative in worker.relatives:
        age = relative.age(on)
        if relative.kinship is Kinship.PARENT and (age >= 74 or relative.facts):
            wishes += [_Wish(code, relative, a, b, 6) for code, a, b in _ELDERLY.get(relative.comune, ())]
        elif relative.kinship is Kinship.CHILD and relative.birth_date <= on:
            wishes += _for_a_child(relative, age, on)
    return wishes


def _for_a_child(child: Relative, age: int, on: date) -> Iterator[_Wish]:
    if age >= 19:
        yield _Wish("PSI-MI", child, 1, 1, 3)
        yield _Wish("LIN-MI", child, 1, 1, 1)
    elif age < 4:
        for code, least, most in _TODDLERS.get(child.comune, ()):
            yield _Wish(code, child, least, most, 5)
    elif on.month in (6, 7, 8):
        if child.comune in _SUMMER:
            yield _Wish(_SUMMER[child.comune], child, 1, 2, 8)
    else:
        for code, least, most in _PUPILS.get(child.comune, ()):
            yield _Wish(code, child, least, most, 5)


def _choose(
    wishes: Sequence[_Wish], available_minor: int, prices: Mapping[str, int], random: Random
) -> tuple[_Wish, int] | None:
    # Now and then somebody tries more than there is.
    reach = available_minor if random.random() < 0.97 else available_minor + 20_000
    within = [wish for wish in wishes if prices[wish.service] * wish.least <= reach]
    if not within:
        return None
    wish = random.choices(within, [wish.weight for wish in within])[0]
    most = min(wish.most, reach // prices[wish.service])
    return wish, random.randint(wish.least, max(wish.least, most))


def _order(
    employer: Employer,
    worker: Worker,
    wish: _Wish,
    quantity: int,
    on: date,
    prices: Mapping[str, int],
    random: Random,
    fate: Fate,
) -> Order:
    price = prices[wish.service]
    service_on, parts = _deliveries(wish.service, quantity, price, on, random)
    if fate is Fate.CUT_SHORT:
        fate, parts = (fate, parts[:-1]) if len(parts) > 1 else (Fate.DELIVERED, parts)
    undone_on, undone_minor = None, 0
    if fate is Fate.VOIDED:
        undone_on = on + timedelta(days=1)
    elif fate is Fate.REFUNDED:
        undone_on = parts[-1][0] + timedelta(days=random.randint(2, 45))
        undone_minor = parts[-1][1]
    return Order(
        number=0,
        employer_code=employer.code,
        worker=worker,
        relative=wish.relative,
        service=wish.service,
        quantity=quantity,
        on=on,
        service_on=service_on,
        parts=() if fate in (Fate.VOIDED, Fate.MISSED) else parts,
        fate=fate,
        undone_on=undone_on,
        undone_minor=undone_minor,
        consent=random.random() < 0.1,
    )


def _deliveries(
    service: str, quantity: int, price: int, on: date, random: Random
) -> tuple[date, tuple[tuple[date, int], ...]]:
    """Lay out when the service is given: vouchers and single things at once, hours and months in parts."""
    if service.startswith("BUO-"):
        day = on + timedelta(days=random.randint(1, 5))
        return day, ((day, quantity * price),)
    if service.startswith("DOP-"):
        half = price // 2
        return on + timedelta(days=28), ((on + timedelta(days=14), half), (on + timedelta(days=28), price - half))
    if quantity == 1:
        day = on + timedelta(days=random.randint(1, 12))
        return day, ((day, price),)
    times = min(quantity, random.choice((2, 2, 3, 4)))
    units = [quantity // times + (place < quantity % times) for place in range(times)]
    parts = tuple((on + timedelta(days=5 * place + 3), count * price) for place, count in enumerate(units))
    return parts[-1][0], parts


def _spend(credits: Iterable[_Credit], amount_minor: int) -> None:
    for credit in credits:
        taken = min(credit.left_minor, amount_minor)
        credit.left_minor -= taken
        amount_minor -= taken


def _numbered(order: Order, number: int) -> Order:
    return Order(**({name: getattr(order, name) for name in Order.__dataclass_fields__} | {"number": number}))
