"""The worked cases of bonuses: cash against welfare, in a table that a fiscal expert reads and extends."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files

from plans.bonus import rules, simulation
from plans.bonus.rules import BonusRules
from plans.bonus.simulation import Comparison, Worker, Year
from plans.rulebook.model import Rulebook
from plans.rulebook.rows import BonusRateRule, LimitRule
from plans.rulebook.words import BonusRate, LimitSubject

# What each part of a bonus is held to: a case is about the rules of the parts that it has. What cannot bear the
# substitute tax cannot be converted either.
_OF_CASH = frozenset({LimitSubject.PDR_SUBSTITUTE_TAX, LimitSubject.PDR_PRIOR_INCOME})
_OF_WELFARE = _OF_CASH | {LimitSubject.PDR_CONVERSION}
_RATES_OF_CASH = frozenset({BonusRate.SUBSTITUTE_TAX, BonusRate.WORKER_CONTRIBUTIONS})


@dataclass(frozen=True, slots=True)
class BonusCase:
    """
    A bonus, what the worker chose of it, and the figures that an expert wrote beside it; euro cents.

    A figure is None where it depends on an ordinary rate that nobody gave. `refusal` is the code of what speaks
    against it: then there are no figures.
    """

    name: str
    on: date
    premium_minor: int
    share_percent: int
    income_minor: int | None
    joint: bool
    waived: bool
    contributions_points: int | None
    ordinary_points: int | None
    year: Year
    figures: tuple[tuple[str, int | None], ...]
    refusal: str
    note: str

    def rules(self, rulebook: Rulebook) -> BonusRules:
        """Return what holds on the day of the choice, with every act that the rulebook knows."""
        return rules.at(rulebook, self.on, date.max, joint=self.joint)

    def rule_ids(self, rulebook: Rulebook) -> tuple[str, ...]:
        """Return the rules that the case is about."""
        return tuple(row.id for row in self.rules(rulebook).rows if self._concerns(row))

    def run(self, rulebook: Rulebook) -> Comparison:
        """
        Work the case out.

        Errors: those of `simulation.simulate`; the case says which.
        """
        held = self.rules(rulebook)
        within = None if self.income_minor is None else self.income_minor <= held.income_limit_minor
        worker = Worker(within, self.waived, self.contributions_points, self.ordinary_points)
        return simulation.simulate(self.premium_minor, self.share_percent, held, self.year, worker)

    def _concerns(self, row: object) -> bool:
        welfare, cash = self.share_percent > 0, self.share_percent < simulation.WHOLE_PERCENT
        if isinstance(row, LimitRule):
            return (welfare and row.subject in _OF_WELFARE) or (cash and row.subject in _OF_CASH)
        return cash and isinstance(row, BonusRateRule) and row.rate in _RATES_OF_CASH


@cache
def load() -> tuple[BonusCase, ...]:
    """Read the cases shipped beside the code, in the order of their lines."""
    text = (files("plans.bonus") / "cases" / "simulation.csv").read_text("utf-8")
    lines = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return tuple(_case(line) for line in lines)


FIGURES = (
    "welfare",
    "cash_contributions",
    "substitute_base",
    "substitute_tax",
    "ordinary_base",
    "ordinary_tax",
    "net_cash",
    "total",
)


def _case(line: dict[str, str]) -> BonusCase:
    return BonusCase(
        name=line["case"],
        on=date.fromisoformat(line["on"]),
        premium_minor=_cents(line["premium"]),
        share_percent=int(line["share"]),
        income_minor=_maybe(line["income"]),
        joint=line["joint"] == "yes",
        waived=line["waived"] == "yes",
        contributions_points=_maybe(line["contributions"]),
        ordinary_points=_maybe(line["ordinary"]),
        year=Year(_cents(line["converted"]), _cents(line["in_cash"]), _maybe(line["elsewhere"])),
        figures=tuple((name, _maybe(line[name])) for name in FIGURES),
        refusal=line["refusal"],
        note=line["note"],
    )


def _cents(written: str) -> int:
    return int(Decimal(written) * 100)


def _maybe(written: str) -> int | None:
    return None if written in {"", "?"} else _cents(written)
