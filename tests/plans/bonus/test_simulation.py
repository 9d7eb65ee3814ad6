"""Cash against welfare: the published example, every worked case, and what holds whatever the amounts."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.errors import DomainError
from plans.bonus import rules, simulation, worked
from plans.bonus.errors import BonusAmountInvalid, BonusCapExceeded, BonusRateInvalid
from plans.bonus.simulation import Worker, Year
from plans.bonus.worked import BonusCase
from plans.rulebook import loading
from plans.rulebook.words import BonusRate

TODAY = date(2026, 11, 22)
RULEBOOK = loading.load()


@pytest.mark.parametrize("case", worked.load(), ids=lambda case: case.name)
def test_a_worked_case_comes_out_to_the_cent(case: BonusCase) -> None:
    if case.refusal:
        with pytest.raises(DomainError) as refused:
            case.run(RULEBOOK)
        assert refused.value.code == case.refusal
        return

    found = case.run(RULEBOOK)

    cash = found.cash
    told = (
        found.welfare_minor,
        cash.contributions_minor,
        cash.substitute_base_minor,
        cash.substitute_tax_minor,
        cash.ordinary_base_minor,
        cash.ordinary_tax_minor,
        cash.net_minor,
        None if cash.net_minor is None else cash.net_minor + found.welfare_minor,
    )
    assert tuple(zip(worked.FIGURES, told, strict=True)) == case.figures


def test_the_published_example_of_a_thousand_euro() -> None:
    """1,000 euro: 91.90 of contributions, 908.10 left; at 5 % 45.41, at 1 % 9.08 and 899.02 net; as welfare 1,000."""
    before = simulation.simulate(100_000, 0, rules.at(RULEBOOK, date(2025, 6, 30), TODAY), Year(), Worker(True)).cash
    now = simulation.simulate(100_000, 100, rules.at(RULEBOOK, date(2026, 6, 30), TODAY), Year(), Worker(True))

    assert (before.contributions_minor, before.substitute_base_minor) == (9_190, 90_810)
    assert before.substitute_tax_minor == 4_541
    assert (now.all_cash.substitute_tax_minor, now.all_cash.net_minor) == (908, 89_902)
    assert (now.welfare_minor, now.gain_minor) == (100_000, 10_098)


def test_there_are_enough_cases_and_every_year_is_among_them() -> None:
    found = worked.load()

    assert len(found) >= 40
    assert len({case.name for case in found}) == len(found)
    assert {str(case.on.year) for case in found} >= {
        "2017",
        "2020",
        "2022",
        "2023",
        "2024",
        "2025",
        "2026",
        "2027",
        "2028",
    }


def test_every_rule_about_bonuses_answers_in_a_case() -> None:
    used = set()
    for case in worked.load():
        if case.refusal != "bonus_rule_missing":
            held = case.rules(RULEBOOK)
            used |= set(held.rule_ids)

    # What was converted into a fund is the one rule about a purchase, and stands among the rulebook's own cases.
    assert {row.id for row in RULEBOOK.rows if row.id.startswith("pdr-")} - used == {"pdr-outside-fund-caps"}


def test_a_choice_before_the_law_of_2026_was_known_is_held_to_what_was_known() -> None:
    then = rules.at(RULEBOOK, date(2026, 6, 30), date(2025, 12, 29))

    assert (then.tax_points, then.tax_limit_minor) == (1_000, 300_000)


def test_the_cap_of_2026_is_shown_as_a_doubt_and_that_of_2025_is_none() -> None:
    assert [row.id for row in rules.at(RULEBOOK, date(2026, 6, 30), TODAY).doubts] == ["pdr-conversion-cap-2026"]
    assert rules.at(RULEBOOK, date(2025, 6, 30), TODAY).doubts == ()


def test_converted_into_a_fund_it_bears_the_solidarity_contribution() -> None:
    row = RULEBOOK.bonus_rates.at(BonusRate.SOLIDARITY_CONTRIBUTION, date(2026, 1, 1), TODAY)

    assert row is not None
    assert row.basis_points == 1_000


@pytest.mark.parametrize("points", [-1, 10_000])
def test_a_rate_of_a_hundred_per_cent_or_below_zero_is_refused(points: int) -> None:
    held = rules.at(RULEBOOK, date(2026, 6, 30), TODAY)

    with pytest.raises(BonusRateInvalid):
        simulation.simulate(100_000, 0, held, Year(), Worker(True, False, points))


@pytest.mark.parametrize("premium", [0, -1, 2**53])
def test_a_bonus_of_nothing_or_beyond_counting_is_refused(premium: int) -> None:
    with pytest.raises(BonusAmountInvalid):
        simulation.converted(premium, 50)


@given(
    premium=st.integers(1, 600_000),
    share=st.integers(0, 100),
    day=st.dates(date(2017, 1, 1), date(2029, 12, 31)),
    ordinary=st.integers(0, 9_999),
    converted=st.integers(0, 300_000),
    taxed=st.integers(0, 300_000),
)
def test_no_cent_is_lost_and_no_limit_is_passed(
    premium: int, share: int, day: date, ordinary: int, converted: int, taxed: int
) -> None:
    held = rules.at(RULEBOOK, day, TODAY)
    year = Year(converted, taxed, 0)
    welfare = simulation.converted(premium, share)
    try:
        found = simulation.simulate(premium, share, held, year, Worker(True, ordinary_points=ordinary))
    except BonusCapExceeded:
        assert welfare > simulation.room(held, year)
        return

    cash = found.cash
    assert cash.gross_minor + found.welfare_minor == premium
    assert cash.contributions_minor + cash.substitute_base_minor + cash.ordinary_base_minor == cash.gross_minor
    assert cash.ordinary_tax_minor is not None
    assert cash.net_minor is not None
    paid = cash.contributions_minor + cash.substitute_tax_minor + cash.ordinary_tax_minor
    assert cash.net_minor == cash.gross_minor - paid
    assert converted + found.welfare_minor <= held.conversion_cap_minor or found.welfare_minor == 0
    assert cash.substitute_base_minor <= max(0, held.tax_limit_minor - converted - taxed - found.welfare_minor)
