"""Every limit a cent below, at and above it; every rule on its first and last day, and before it was known."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.bonus import rules, simulation, worked
from plans.bonus.errors import BonusCapExceeded, BonusRuleMissing
from plans.bonus.simulation import Worker, Year
from plans.rulebook import cases, decision, loading
from plans.rulebook.facts import Facts, NewHire
from plans.rulebook.rows import LimitRule, NewHireRentRule, Rule
from plans.rulebook.timeline import Timeline
from plans.rulebook.words import (
    BonusRate,
    Category,
    Channel,
    Entitlement,
    LimitSubject,
    LimitVariant,
    MealKind,
    Outcome,
    OverCap,
    PlanSource,
    Unit,
)

RULEBOOK = loading.load()
DAY = timedelta(days=1)
TIMELINES = RULEBOOK._timelines()
# Days after which no row begins or ends any more.
FAR = date(2035, 1, 1)
CENTS: Final = (-1, 0, 1)
LIMITS = [row for row in RULEBOOK.rows if isinstance(row, LimitRule)]
# Limits of incomes and of bonuses are held to elsewhere than in a purchase.
OF_PURCHASES = [row for row in LIMITS if row.subject in set(Category)]
OF_DEPENDENCY = [row for row in LIMITS if row.subject is LimitSubject.DEPENDENT_INCOME]
OF_BONUSES = [row for row in LIMITS if row not in OF_PURCHASES and row not in OF_DEPENDENCY]
LINES = Path(__file__).with_name("dependency.csv").read_text("utf-8").splitlines()
DEPENDENCY = list(csv.DictReader((line for line in LINES if not line.startswith("#")), delimiter=";"))


def _cents(written: str) -> int:
    return int(Decimal(written.replace(".", "").replace(",", ".")) * 100)


def keys_of(rule: Rule) -> list[tuple[Timeline, object]]:  # type: ignore[type-arg]  # the keys differ
    """The timelines that a rule stands in, with its keys."""
    return [(timeline, key) for timeline in TIMELINES for key, rows in timeline._rows.items() if rule in rows]


def beaten(rule: Rule, timeline: Timeline, key: object, on: date, known_at: date) -> bool:  # type: ignore[type-arg]
    """Whether another row of the key that is known and holds names this one in what it supersedes."""
    return any(
        rule.id in other.supersedes and other.valid_from <= on <= other.last_day and other.known_from <= known_at
        for other in timeline._rows[key]
    )


def days_of(rule: Rule) -> dict[str, date]:
    """The first and the last day of a rule, and those beside them; a rule without an end is looked at far ahead."""
    last = min(rule.last_day, FAR)
    found = {"first": rule.valid_from, "last": last, "before": rule.valid_from - DAY}
    return found if rule.valid_to is None else found | {"after": last + DAY}


@pytest.mark.parametrize("rule", RULEBOOK.rows, ids=lambda rule: rule.id)
@pytest.mark.parametrize("known", [True, False], ids=["known", "not-yet-known"])
def test_a_rule_answers_on_its_days_once_known_unless_a_later_one_beats_it(rule: Rule, known: bool) -> None:
    """For each of its keys it answers exactly where it holds, is known and is not beaten."""
    known_at = rule.known_from if known else rule.known_from - DAY
    for timeline, key in keys_of(rule):
        for name, on in days_of(rule).items():
            for day in (known_at, FAR) if known else (known_at,):
                holds = name in ("first", "last") and known
                expected = holds and not beaten(rule, timeline, key, on, day)
                assert (timeline.at(key, on, day) is rule) is expected, (key, name, day)


def test_every_rule_stands_in_a_timeline() -> None:
    assert [rule.id for rule in RULEBOOK.rows if not keys_of(rule)] == []


def in_force(subject: LimitSubject, variant: LimitVariant, on: date, known_at: date) -> LimitRule | None:
    """The row that holds and is known and that no other one beats, found by reading every row."""
    rows = [row for row in LIMITS if (row.subject, row.variant) == (subject, variant)]
    there = [row for row in rows if row.valid_from <= on <= row.last_day and row.known_from <= known_at]
    found = [row for row in there if not any(row.id in other.supersedes for other in there)]
    assert len(found) <= 1
    return found[0] if found else None


def edges(rows: list[LimitRule]) -> Iterator[object]:
    """Each limit on its days and those beside them, as known the day before its act, that day and since."""
    for row, cents in product(rows, CENTS):
        for name, on in days_of(row).items():
            for known, known_at in (("unknown", row.known_from - DAY), ("known", row.known_from), ("since", FAR)):
                many = (1, 20) if row.unit is Unit.EUR_PER_DAY else (0,)
                children = (False, True) if row.subject is LimitSubject.FRINGE else (False,)
                for days, child in product(many, children):
                    told = f"{row.id}-{name}-{known}-{cents}" + (f"-{days}-days" if days else "") + "-child" * child
                    yield pytest.param(row, on, known_at, cents, days, child, id=told)


@pytest.mark.parametrize(("row", "on", "known_at", "cents", "days", "child"), list(edges(OF_PURCHASES)))
def test_a_limit_decides_to_the_cent_on_each_of_its_days_and_only_once_known(
    row: LimitRule, on: date, known_at: date, cents: int, days: int, child: bool
) -> None:
    """
    Law: up to the limit nothing is taxable; past a threshold everything is, past a cap the excess.

    On a day, or as the law was known on one, that is not the row's another row answers, or none: then it is blocked.
    """
    held = [in_force(row.subject, LimitVariant.GENERAL, on, known_at)]
    if row.subject is LimitSubject.FRINGE and child:
        held = [in_force(row.subject, LimitVariant.WITH_DEPENDENT_CHILD, on, known_at) or held[0]]
    elif row.subject is LimitSubject.MEAL_VOUCHER:
        held = [in_force(row.subject, row.variant, on, known_at)]
    elif row.variant is LimitVariant.FIRST_JOB_EXTRA and held[0] is not None:
        held.append(in_force(row.subject, row.variant, on, known_at))
    limits = [limit for limit in held if limit is not None]
    limit = sum(each.amount_minor for each in limits) * (days or 1)
    amount = max(limit, 100) + cents

    found = decision.decide(purchase(row, amount, on, days=days, child=child), RULEBOOK, on, known_at)

    if not limits or RULEBOOK.categories.at(Category(row.subject), on, known_at) is None:
        assert (found.outcome, found.exempt_minor, found.taxable_minor) == (Outcome.BLOCKED, 0, 0)
        return
    assert {each.id for each in limits} <= set(found.rule_ids)
    over = amount if row.over_cap is OverCap.CLIFF else 1
    taxable = over if cents > 0 else 0
    outcome = Outcome.TAXABLE if cents > 0 else Outcome.EXEMPT
    assert (found.outcome, found.taxable_minor, found.exempt_minor) == (outcome, taxable, amount - taxable)


def purchase(row: LimitRule, amount: int, on: date, *, used: int = 0, days: int = 0, child: bool = False) -> Facts:
    """A purchase that a limit is about, by somebody of whom all is known."""
    # Hired on the first day of 2025 for a purchase of that day, on its last for one at the end of the relief.
    hire = NewHire(min(on, date(2025, 12, 31)), permanent=True, prior_income_minor=0, residence_moved_km=200)
    return Facts(
        Category(row.subject),
        row.channels[0] if row.channels else Channel.VOUCHER if days else Channel.DIRECT,
        PlanSource.ON_TOP,
        Entitlement.ALL,
        amount,
        year_used_minor=used,
        external_fringe_minor=0,
        external_cap_minor=0,
        dependent_child_declared=child,
        first_job_pension_plus=row.variant is LimitVariant.FIRST_JOB_EXTRA,
        days=days,
        meal_kind=MealKind(row.variant) if days else None,
        new_hire=hire if row.subject is LimitSubject.RENT_NEW_HIRE else None,
    )


@given(
    row=st.sampled_from([row for row in OF_PURCHASES if row.over_cap is OverCap.CLIFF]),
    used=st.integers(min_value=0, max_value=400_000),
    cents=st.sampled_from(CENTS),
)
def test_what_was_used_before_is_recomputed_where_the_threshold_is_passed(
    row: LimitRule, used: int, cents: int
) -> None:
    """Law: one cent past the threshold the whole year's total is taxable, what was spent before it included."""
    used %= row.amount_minor
    amount, on = row.amount_minor + cents - used, min(row.last_day, FAR)
    if amount < 1 or in_force(row.subject, row.variant, on, FAR) is not row:
        return
    child = row.variant is LimitVariant.WITH_DEPENDENT_CHILD

    found = decision.decide(purchase(row, amount, on, used=used, child=child), RULEBOOK, on, FAR)

    past = cents > 0
    assert found.year_taxable_minor == (row.amount_minor + 1 if past else 0)
    assert (found.recomputed_minor, found.taxable_minor) == ((used, amount) if past else (0, 0))


@given(
    row=st.sampled_from(
        [row for row in OF_PURCHASES if row.subject in (LimitSubject.PENSION, LimitSubject.HEALTH_FUND)]
    ),
    used=st.integers(min_value=0, max_value=900_000),
    amount=st.integers(min_value=1, max_value=900_000),
)
def test_past_a_cap_only_the_excess_of_this_purchase_is_taxable(row: LimitRule, used: int, amount: int) -> None:
    """Law: what is taxable is what passes the cap, and never more than what is paid now."""
    on = min(row.last_day, FAR)
    general = in_force(row.subject, LimitVariant.GENERAL, on, FAR)
    assert general is not None
    extra = in_force(row.subject, row.variant, on, FAR) if row.variant is not LimitVariant.GENERAL else None
    limit = general.amount_minor + (extra.amount_minor if extra is not None else 0)

    found = decision.decide(purchase(row, amount, on, used=used), RULEBOOK, on, FAR)

    assert found.taxable_minor == min(amount, max(0, used + amount - limit))
    assert found.exempt_minor == amount - found.taxable_minor


# -- bonuses and dependency --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("row", "on", "known_at", "cents", "days", "child"), list(edges(OF_BONUSES)))
def test_a_limit_of_bonuses_holds_to_the_cent_on_each_of_its_days(
    row: LimitRule, on: date, known_at: date, cents: int, days: int, child: bool
) -> None:
    """Law: up to the limit a bonus is converted, or bears the substitute tax; a cent more is refused, or ordinary."""
    joint = row.variant is LimitVariant.JOINT_INVOLVEMENT
    limit = in_force(row.subject, row.variant, on, known_at)
    needed: list[Rule | None] = [
        in_force(LimitSubject.PDR_CONVERSION, row.variant if joint else LimitVariant.GENERAL, on, known_at),
        in_force(LimitSubject.PDR_SUBSTITUTE_TAX, row.variant if joint else LimitVariant.GENERAL, on, known_at),
        in_force(LimitSubject.PDR_PRIOR_INCOME, LimitVariant.GENERAL, on, known_at),
        *(RULEBOOK.bonus_rates.at(rate, on, known_at) for rate in BonusRate),
    ]
    if limit is None or None in needed:
        assert None in needed
        with pytest.raises(BonusRuleMissing):
            rules.at(RULEBOOK, on, known_at, joint=joint)
        return
    held = rules.at(RULEBOOK, on, known_at, joint=joint)
    assert limit.id in held.rule_ids
    premium, worker = limit.amount_minor + cents, Worker(True, False, 0, 0)

    if row.subject is LimitSubject.PDR_PRIOR_INCOME:
        assert held.income_limit_minor == limit.amount_minor
    elif row.subject is LimitSubject.PDR_SUBSTITUTE_TAX:
        cash = simulation.simulate(premium, 0, held, Year(), worker).cash
        assert (cash.substitute_base_minor, cash.ordinary_base_minor) == (premium - max(cents, 0), max(cents, 0))
    elif cents > 0:
        with pytest.raises(BonusCapExceeded):
            simulation.simulate(premium, 100, held, Year(), worker)
    else:
        assert simulation.simulate(premium, 100, held, Year(), worker).welfare_minor == premium


@pytest.mark.parametrize(("row", "on", "known_at", "cents", "days", "child"), list(edges(OF_DEPENDENCY)))
def test_an_income_leaves_a_relative_dependent_up_to_the_limit(
    row: LimitRule, on: date, known_at: date, cents: int, days: int, child: bool
) -> None:
    """Law: at the limit still dependent, a cent more not; a young child by the higher limit once it holds."""
    young = row.variant is LimitVariant.YOUNG_CHILD
    higher = in_force(row.subject, row.variant, on, known_at)
    limit = higher or in_force(row.subject, LimitVariant.GENERAL, on, known_at)
    born = date(on.year - 10, 1, 1) if young else None
    income = row.amount_minor if limit is None else limit.amount_minor

    found = decision.dependent_by_income(
        income + cents, young_child_born=born, rulebook=RULEBOOK, on=on, known_at=known_at
    )

    assert found == (None if limit is None else (cents <= 0, limit.id))


@pytest.mark.parametrize("line", DEPENDENCY, ids=lambda line: line["caso"])
def test_a_worked_case_of_dependency(line: dict[str, str]) -> None:
    born = date.fromisoformat(line["figlio nato il"]) if line["figlio nato il"] else None
    on = date.fromisoformat(line["giorno"])

    found = decision.dependent_by_income(
        _cents(line["reddito"]), young_child_born=born, rulebook=RULEBOOK, on=on, known_at=on
    )

    assert found == (line["a carico"] == "sì", line["regola"])


# -- the readable cases ------------------------------------------------------------------------------------------------


def shown() -> Iterator[tuple[str, str, int]]:
    """By rule, what a worked case holds to it, and how many cents below, at or above its limit."""
    by_id = RULEBOOK.by_id
    for case in cases.load():
        facts, found = case.facts, decision.decide(case.facts, RULEBOOK, case.on, case.known_at)
        used = [row for row in map(by_id.__getitem__, found.rule_ids) if isinstance(row, LimitRule)]
        if not found.reasons or found.outcome is Outcome.BLOCKED:
            continue
        limit = sum(row.amount_minor for row in used) * (facts.days or 1)
        total = facts.amount_minor + facts.year_used_minor
        total += (facts.external_fringe_minor or 0) + (facts.external_cap_minor or 0)
        for row in used:
            yield row.id, f"{min(facts.days, 2)} days", total - limit
        for rent in (row for row in map(by_id.__getitem__, found.rule_ids) if isinstance(row, NewHireRentRule)):
            if facts.new_hire is not None:
                yield rent.id, "income", facts.new_hire.prior_income_minor - rent.prior_income_limit_minor
                yield rent.id, "km", facts.new_hire.residence_moved_km - rent.distance_over_km
    for bonus in worked.load():
        if bonus.refusal == BonusRuleMissing.code:
            continue
        for row in (row for row in bonus.rules(RULEBOOK).rows if isinstance(row, LimitRule)):
            if row.subject is LimitSubject.PDR_PRIOR_INCOME:
                yield row.id, "0 days", (bonus.income_minor or 0) - row.amount_minor
            elif row.subject is LimitSubject.PDR_CONVERSION and bonus.share_percent == simulation.WHOLE_PERCENT:
                yield row.id, "0 days", bonus.premium_minor - row.amount_minor
            elif row.subject is LimitSubject.PDR_SUBSTITUTE_TAX and bonus.share_percent == 0:
                figures = dict(bonus.figures)
                base = (figures["substitute_base"] or 0) + (figures["ordinary_base"] or 0)
                yield row.id, "0 days", base - row.amount_minor
    for line in DEPENDENCY:
        row = by_id[line["regola"]]
        assert isinstance(row, LimitRule)
        yield row.id, "0 days", _cents(line["reddito"]) - row.amount_minor


SHOWN = frozenset(shown())


@pytest.mark.parametrize("row", LIMITS, ids=lambda row: row.id)
def test_each_limit_has_a_readable_case_a_cent_under_at_and_a_cent_over(row: LimitRule) -> None:
    kinds = ("1 days", "2 days") if row.unit is Unit.EUR_PER_DAY else ("0 days",)

    assert [pair for pair in product(kinds, CENTS) if (row.id, *pair) not in SHOWN] == []


@pytest.mark.parametrize("what", ["income", "km"])
def test_the_conditions_of_a_new_hire_have_a_readable_case_below_at_and_above(what: str) -> None:
    assert [step for step in CENTS if ("rent-new-hire-conditions", what, step) not in SHOWN] == []
