"""What each employer commits, transfers and grants in these years: who gets how much of which plan, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from api.demonstration.people import FIRST_YEAR, LAST_YEAR, Employer, Worker

# The last day of the demonstration.
TODAY = date(2026, 11, 22)

_BONUS = {"operai": 100_000, "impiegati": 140_000, "quadri": 200_000}
# A thousand euro in twelve parts: eight of 83,33 and four of 83,34.
CAREGIVER_TWELFTHS = (8_333,) * 8 + (8_334,) * 4
_OTHERS_TWELFTH = 2_500


@dataclass(frozen=True, slots=True)
class Budget:
    """
    What one file grants of a plan: `spend_by` and `carried_until` say how long the planner of purchases may use it.

    `premiums` are bonuses and the share in per cent that each worker takes as welfare: then the file is one of choices.
    """

    employer: Employer
    plan_code: str
    reference: str
    on: date
    credits: tuple[tuple[Worker, int], ...]
    spend_by: date
    carried_until: date
    repeat: bool = False
    premiums: tuple[tuple[Worker, int, int], ...] = ()

    @property
    def total_minor(self) -> int:
        """Return the sum of the file in minor units."""
        return sum(amount_minor for _, amount_minor in self.credits)


@dataclass(frozen=True, slots=True)
class Funding:
    """What an employer commits to a plan on a day, and the bank transfers that follow; minor units."""

    employer: Employer
    plan_code: str
    on: date
    committed_minor: int
    transfers: tuple[tuple[date, int], ...]


def schedule(employers: Sequence[Employer]) -> tuple[tuple[Budget, ...], tuple[Funding, ...]]:
    """Return every budget file and every funding up to the last day of the demonstration."""
    budgets: list[Budget] = []
    fundings: list[Funding] = []
    for employer in employers:
        for year in range(FIRST_YEAR, LAST_YEAR + 1):
            for budget_list, funding in _YEARS[employer.code](employer, year):
                if budget_list and budget_list[0].on <= TODAY:
                    budgets += [budget for budget in budget_list if budget.on <= TODAY]
                    fundings.append(funding)
    return tuple(budgets), tuple(fundings)


_Plan = tuple[list[Budget], Funding]


def _cheese(employer: Employer, year: int) -> Iterator[_Plan]:
    spend_by, carried = date(year, 11, 30), date(year + 1, 11, 30)
    staff = employer.on_payroll(date(year, 1, 1))
    summer = employer.on_payroll(date(year, 7, 1))
    parents = [worker for worker in staff if worker.children_under(14, date(year, 1, 1))]
    premiums = tuple((worker, _BONUS[worker.cluster], (worker.pdr_choice or {}).get(year, 0)) for worker in summer)
    converted = [(worker, premium * share // 100) for worker, premium, share in premiums if share]
    for letter, on, credits in (
        ("A", date(year, 1, 10), [(worker, 60_000) for worker in staff]),
        ("F", date(year, 1, 10), [(worker, 20_000) for worker in parents]),
        ("B", date(year, 7, 6), converted),
        ("M", date(year, 7, 6), [(worker, amount // 10) for worker, amount in converted]),
    ):
        code = f"E1-{year}-{letter}"
        chosen = premiums if letter == "B" else ()
        budget = Budget(employer, code, code, on, tuple(credits), spend_by, carried, premiums=chosen)
        paid_on = on.replace(day=on.day - 2)
        yield [budget], Funding(employer, code, paid_on, budget.total_minor, ((paid_on, budget.total_minor),))


def _workshop(employer: Employer, year: int) -> Iterator[_Plan]:
    shifts = [(w, 40_000) for w in employer.on_payroll(date(year, 1, 1)) if w.cluster == "turnisti"]
    code, last = f"E2-{year}-T", date(year, 12, 31)
    budget = Budget(employer, code, code, date(year, 1, 12), tuple(shifts), last, last)
    half = budget.total_minor // 2
    yield (
        [budget],
        Funding(
            employer,
            code,
            date(year, 1, 8),
            budget.total_minor,
            _until_today((date(year, 3, 31), half), (date(year, 6, 30), budget.total_minor - half)),
        ),
    )
    everybody = [(worker, 20_000) for worker in employer.on_payroll(date(year, 9, 1))]
    code, last = f"E2-{year}-CCNL", date(year + 1, 8, 31)
    budget = Budget(employer, code, code, date(year, 9, 2), tuple(everybody), last, last)
    first = budget.total_minor * 6 // 10
    yield (
        [budget],
        Funding(
            employer,
            code,
            date(year, 9, 1),
            budget.total_minor,
            _until_today((date(year, 10, 31), first), (date(year, 12, 15), budget.total_minor - first)),
        ),
    )


def _logistics(employer: Employer, year: int) -> Iterator[_Plan]:
    code, last = f"E3-{year}", date(year, 12, 31)
    months = []
    for month in range(1, 13):
        on = date(year, month, 4)
        credits = tuple(
            (worker, CAREGIVER_TWELFTHS[month - 1] if worker.cluster == "caregiver" else _OTHERS_TWELFTH)
            for worker in employer.on_payroll(on)
        )
        months.append(Budget(employer, code, f"{code}-{month:02d}", on, credits, last, last, repeat=True))
    transfers = [(month.on.replace(day=3), month.total_minor) for month in months]
    committed = sum(month.total_minor for month in months)
    yield months, Funding(employer, code, date(year, 1, 3), committed, _until_today(*transfers))

    code, on = f"E3-{year}-N", date(year, 12, 2)
    credits = tuple((worker, 5_000) for worker in employer.on_payroll(on))
    budget = Budget(employer, code, code, on, credits, last, last)
    paid_on = date(year, 12, 1)
    yield [budget], Funding(employer, code, paid_on, budget.total_minor, ((paid_on, budget.total_minor),))


def _until_today(*transfers: tuple[date, int]) -> tuple[tuple[date, int], ...]:
    return tuple(transfer for transfer in transfers if transfer[0] <= TODAY)


_YEARS: dict[str, Callable[[Employer, int], Iterator[_Plan]]] = {"E1": _cheese, "E2": _workshop, "E3": _logistics}
