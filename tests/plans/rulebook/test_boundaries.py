"""Every threshold a cent below, at and above it; every rule on its first and last day, and before it was known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.rulebook import decision, loading
from plans.rulebook.facts import Facts
from plans.rulebook.rows import LimitRule, Rule
from plans.rulebook.words import (
    Category,
    Channel,
    Entitlement,
    LimitSubject,
    LimitVariant,
    MealKind,
    Outcome,
    PlanSource,
)

RULEBOOK = loading.load()
ALWAYS = date(2026, 11, 22)
DAY = timedelta(days=1)
TIMELINES = RULEBOOK._timelines()
# Days after which no row begins or ends any more.
FAR = date(2035, 1, 1)


def answering(on: date, known_at: date) -> set[str]:
    """The rows that answer for a day."""
    return {row.id for timeline in TIMELINES for row in timeline.all_at(on, known_at)}


def beaten(rule: Rule, on: date, known_at: date) -> bool:
    """Whether another row that is known and holds names this one in what it supersedes, itself or through others."""
    return any(
        rule.id in other.supersedes and other.valid_from <= on <= other.last_day and other.known_from <= known_at
        for other in RULEBOOK.rows
    )


@pytest.mark.parametrize("rule", RULEBOOK.rows, ids=lambda rule: rule.id)
def test_a_rule_answers_from_its_first_day_to_its_last_and_no_day_more(rule: Rule) -> None:
    last = min(rule.last_day, FAR)
    for on in (rule.valid_from, last):
        assert (rule.id in answering(on, FAR)) != beaten(rule, on, FAR) or _in_part(rule, on, FAR)
    assert rule.id not in answering(rule.valid_from - DAY, FAR)
    if rule.valid_to is not None:
        assert rule.id not in answering(rule.valid_to + DAY, FAR)


@pytest.mark.parametrize("rule", RULEBOOK.rows, ids=lambda rule: rule.id)
def test_a_rule_is_not_known_the_day_before_its_act_is_published_and_is_that_day(rule: Rule) -> None:
    on, known_from = rule.valid_from, rule.known_from

    assert rule.id not in answering(on, known_from - DAY)
    assert (rule.id in answering(on, known_from)) != beaten(rule, on, known_from) or _in_part(rule, on, known_from)


def _in_part(rule: Rule, on: date, known_at: date) -> bool:
    # A row of several kinships or categories may be beaten for some of them and answer for the others.
    return rule.id in answering(on, known_at) and beaten(rule, on, known_at)


def fringe_limits() -> Iterator[tuple[date, bool, int]]:
    """Each day on which a threshold begins or ends, with and without a child, and the threshold that holds on it."""
    rows = [row for row in RULEBOOK.rows if isinstance(row, LimitRule) and row.subject is LimitSubject.FRINGE]
    for row in rows:
        for on in (max(row.valid_from, date(2019, 1, 1)), min(row.last_day, FAR)):
            for child in (False, True):
                variants = (
                    (LimitVariant.WITH_DEPENDENT_CHILD, LimitVariant.GENERAL) if child else (LimitVariant.GENERAL,)
                )
                found = [RULEBOOK.limits.at((LimitSubject.FRINGE, variant), on, FAR) for variant in variants]
                yield on, child, max(limit.amount_minor for limit in found if limit is not None)


LIMITS = sorted(set(fringe_limits()))


@given(case=st.sampled_from(LIMITS), used=st.integers(min_value=0, max_value=400_000), cents=st.integers(-1, 1))
def test_a_cent_over_the_fringe_threshold_taxes_the_whole_year_and_none_below(
    case: tuple[date, bool, int], used: int, cents: int
) -> None:
    """Law: up to the threshold nothing is taxable; one cent past it the whole year's total is."""
    on, child, limit = case
    used = used % limit
    amount = limit + cents - used
    if amount < 1:
        return

    found = decision.decide(_fringe(amount, used, child=child), RULEBOOK, on, FAR)

    if cents > 0:
        assert (found.outcome, found.year_taxable_minor, found.exempt_minor) == (Outcome.TAXABLE, limit + 1, 0)
        assert found.recomputed_minor == used
    else:
        assert (found.outcome, found.taxable_minor, found.exempt_minor) == (Outcome.EXEMPT, 0, amount)


@given(
    subject=st.sampled_from([Category.PENSION, Category.HEALTH_FUND]),
    year=st.integers(min_value=2025, max_value=2028),
    used=st.integers(min_value=0, max_value=900_000),
    cents=st.integers(min_value=-1, max_value=1),
)
def test_past_a_cap_only_the_excess_is_taxable(subject: Category, year: int, used: int, cents: int) -> None:
    """Law: what is taxable is what passes the cap, to the cent, on the first day of the year as on the last."""
    for on in (date(year, 1, 1), date(year, 12, 31)):
        limit = RULEBOOK.limits.at((LimitSubject(subject), LimitVariant.GENERAL), on, FAR)
        assert limit is not None
        before = used % limit.amount_minor
        amount = limit.amount_minor - before + cents
        if amount < 1:
            return
        facts = Facts(
            subject,
            Channel.DIRECT,
            PlanSource.ON_TOP,
            Entitlement.ALL,
            amount,
            year_used_minor=before,
            external_cap_minor=0,
        )

        found = decision.decide(facts, RULEBOOK, on, FAR)

        assert found.taxable_minor == max(cents, 0)
        assert found.exempt_minor == amount - max(cents, 0)


@given(days=st.integers(min_value=1, max_value=31), cents=st.integers(min_value=-1, max_value=1), data=st.data())
def test_a_meal_s_limit_is_of_each_day(days: int, cents: int, data: st.DataObject) -> None:
    """Law: of so many days so many times the daily amount is exempt, and a cent more is a cent taxable."""
    kind = data.draw(st.sampled_from(MealKind))
    on = data.draw(st.sampled_from([date(2020, 1, 1), date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31)]))
    limit = RULEBOOK.limits.at((LimitSubject.MEAL_VOUCHER, LimitVariant(kind)), on, FAR)
    assert limit is not None
    amount = limit.amount_minor * days + cents
    channel = limit.channels[0] if limit.channels else Channel.VOUCHER
    facts = Facts(Category.MEAL_VOUCHER, channel, PlanSource.ON_TOP, Entitlement.ALL, amount, days=days, meal_kind=kind)

    found = decision.decide(facts, RULEBOOK, on, FAR)

    assert found.outcome is not Outcome.BLOCKED
    assert found.taxable_minor == max(cents, 0)


def _fringe(amount: int, used: int, *, child: bool) -> Facts:
    return Facts(
        Category.FRINGE,
        Channel.DIRECT,
        PlanSource.ON_TOP,
        Entitlement.ALL,
        amount,
        year_used_minor=used,
        external_fringe_minor=0,
        dependent_child_declared=child,
    )
