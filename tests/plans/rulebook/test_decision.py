"""What holds for every purchase, whatever the rules say."""

import ast
from dataclasses import replace
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.rulebook import decision, loading
from plans.rulebook.errors import FactsInvalid
from plans.rulebook.facts import Facts, NewHire, Relative
from plans.rulebook.words import (
    Basis,
    Category,
    Channel,
    Confidence,
    Entitlement,
    ExpenseKind,
    Kinship,
    MealKind,
    Outcome,
    PlanSource,
    Warn,
)

RULEBOOK = loading.load()
TODAY = date(2026, 11, 22)

# Sums straddle every limit on purpose: far smaller ones would never be refused.
SUMS = st.integers(min_value=0, max_value=900_000)
AMOUNTS = st.integers(min_value=1, max_value=900_000)
DAYS = st.dates(min_value=date(2001, 1, 1), max_value=date(2030, 12, 31))

RELATIVES = st.builds(
    Relative,
    kinship=st.sampled_from(Kinship),
    birth_date=st.none() | st.dates(min_value=date(1920, 1, 1), max_value=date(2025, 12, 31)),
    cohabitation=st.none() | st.sampled_from(Basis),
    maintenance_declared=st.booleans(),
    dependent=st.none() | st.booleans(),
    not_self_sufficient=st.booleans(),
    parents_missing=st.none() | st.booleans(),
)

HIRES = st.builds(
    NewHire,
    hired_on=st.dates(min_value=date(2024, 1, 1), max_value=date(2026, 12, 31)),
    permanent=st.booleans(),
    prior_income_minor=st.integers(min_value=0, max_value=5_000_000),
    residence_moved_km=st.integers(min_value=0, max_value=300),
)

PURCHASES = st.builds(
    Facts,
    category=st.sampled_from(Category),
    channel=st.sampled_from(Channel),
    source=st.sampled_from(PlanSource),
    entitlement=st.sampled_from(Entitlement),
    amount_minor=AMOUNTS,
    full_price_minor=st.none() | SUMS,
    relative=st.none() | RELATIVES,
    year_used_minor=SUMS,
    external_fringe_minor=st.none() | SUMS,
    external_cap_minor=st.none() | SUMS,
    dependent_child_declared=st.booleans(),
    days=st.integers(min_value=0, max_value=31),
    meal_kind=st.none() | st.sampled_from(MealKind),
    expense_kind=st.none() | st.sampled_from(ExpenseKind),
    first_job_pension_plus=st.booleans(),
    voucher_items=st.integers(min_value=1, max_value=3),
    new_hire=st.none() | HIRES,
)

# Direct payment, to everybody, on top: what most reaches the limits.
LIMITED = st.builds(
    Facts,
    category=st.sampled_from([Category.FRINGE, Category.PENSION, Category.HEALTH_FUND]),
    channel=st.just(Channel.DIRECT),
    source=st.just(PlanSource.ON_TOP),
    entitlement=st.just(Entitlement.ALL),
    amount_minor=AMOUNTS,
    year_used_minor=SUMS,
    external_fringe_minor=st.none() | SUMS,
    external_cap_minor=st.none() | SUMS,
    dependent_child_declared=st.booleans(),
    first_job_pension_plus=st.booleans(),
)


def decide(facts: Facts, on: date = TODAY, known_at: date | None = None) -> decision.Decision:
    return decision.decide(facts, RULEBOOK, on, known_at or on)


def fringe(**changes: Any) -> Facts:
    plain = Facts(Category.FRINGE, Channel.DIRECT, PlanSource.ON_TOP, Entitlement.ALL, 10_000, external_fringe_minor=0)
    return replace(plain, **changes)


@given(PURCHASES, DAYS, DAYS)
def test_every_purchase_gets_an_answer_that_adds_up(facts: Facts, on: date, known_at: date) -> None:
    found = decide(facts, on, known_at)

    assert found.exempt_minor >= 0
    assert found.taxable_minor >= 0
    assert found.recomputed_minor >= 0
    if found.outcome is Outcome.BLOCKED:
        assert (found.exempt_minor, found.taxable_minor, found.year_taxable_minor) == (0, 0, 0)
    else:
        assert found.exempt_minor + found.taxable_minor == facts.amount_minor
    assert (found.outcome is Outcome.TAXABLE) == (found.taxable_minor > 0)
    assert found.year_taxable_minor >= found.taxable_minor
    assert found.recomputed_minor <= facts.year_used_minor
    assert found.reasons


@given(PURCHASES, DAYS, DAYS)
def test_every_answer_names_rules_that_were_known_and_in_force(facts: Facts, on: date, known_at: date) -> None:
    found = decide(facts, on, known_at)

    rows = [RULEBOOK.by_id[rule_id] for rule_id in found.rule_ids]
    assert all(row.known_from <= known_at and row.valid_from <= on <= row.last_day for row in rows)
    if rows:
        order = list(Confidence)
        assert found.confidence is max((row.confidence for row in rows), key=order.index)
        assert found.checked_on == min(row.checked_on for row in rows)
    uncertain = any(row.confidence is Confidence.UNCERTAIN for row in rows)
    assert (Warn.INTERPRETATIVE_RULE in found.warnings) == uncertain


@given(PURCHASES, DAYS, DAYS, st.sampled_from(["it", "en"]))
def test_every_answer_can_be_said(facts: Facts, on: date, known_at: date, language: str) -> None:
    text = decide(facts, on, known_at).sentence(language)

    assert text.endswith(".")
    assert "{" not in text
    assert "  " not in text


@given(PURCHASES, DAYS, DAYS)
def test_the_same_question_gets_the_same_answer(facts: Facts, on: date, known_at: date) -> None:
    assert decide(facts, on, known_at) == decide(facts, on, known_at)


@given(LIMITED, st.integers(min_value=0, max_value=500_000))
def test_spending_more_is_never_taxed_less(facts: Facts, more: int) -> None:
    less_taxed = decide(facts)
    more_taxed = decide(replace(facts, amount_minor=facts.amount_minor + more))

    assert more_taxed.taxable_minor >= less_taxed.taxable_minor
    assert more_taxed.year_taxable_minor >= less_taxed.year_taxable_minor


@given(LIMITED, st.integers(min_value=0, max_value=500_000))
def test_having_spent_more_is_never_taxed_less(facts: Facts, more: int) -> None:
    less_taxed = decide(facts)
    more_taxed = decide(replace(facts, year_used_minor=facts.year_used_minor + more))

    assert more_taxed.taxable_minor >= less_taxed.taxable_minor
    assert more_taxed.year_taxable_minor >= less_taxed.year_taxable_minor


@given(LIMITED)
def test_only_the_cliff_reaches_back(facts: Facts) -> None:
    found = decide(facts)

    if facts.category is not Category.FRINGE or found.outcome is not Outcome.TAXABLE:
        assert found.recomputed_minor == 0
    else:
        assert found.exempt_minor == 0


@given(
    st.lists(st.integers(min_value=1, max_value=60_000), min_size=1, max_size=8),
    st.integers(min_value=0, max_value=60_000),
)
def test_corrections_keep_the_year_whole_however_it_is_split(amounts: list[int], external: int) -> None:
    used = taxed = 0
    for amount in amounts:
        found = decide(
            fringe(amount_minor=amount, year_used_minor=used, year_taxed_minor=taxed, external_fringe_minor=external)
        )
        taxed += found.taxable_minor + found.recomputed_minor
        used += amount

    year = decision.assess_fringe_year(
        used, external, dependent_child_declared=False, rulebook=RULEBOOK, on=TODAY, known_at=TODAY
    )

    assert year is not None
    assert taxed == year.ours_taxable_minor
    assert year.taxable_minor == (used + external if used + external > year.limit_minor else 0)


@given(st.lists(st.integers(min_value=1, max_value=60_000), min_size=1, max_size=8))
def test_without_knowing_what_was_taxed_the_past_is_corrected_once(amounts: list[int]) -> None:
    used = taxed = 0
    for amount in amounts:
        found = decide(fringe(amount_minor=amount, year_used_minor=used))
        taxed += found.taxable_minor + found.recomputed_minor
        used += amount

    assert taxed in (0, used)


def test_the_gauge_says_what_is_left_and_that_the_rest_is_unknown() -> None:
    year = decision.assess_fringe_year(
        50_000, None, dependent_child_declared=True, rulebook=RULEBOOK, on=TODAY, known_at=TODAY
    )

    assert year is not None
    assert (year.limit_minor, year.left_minor, year.taxable_minor) == (200_000, 150_000, 0)
    assert not year.external_known
    assert year.rule_ids == ("fringe-threshold-child-2025",)


def test_no_gauge_without_a_threshold() -> None:
    year = decision.assess_fringe_year(
        1, 0, dependent_child_declared=False, rulebook=RULEBOOK, on=date(1999, 1, 1), known_at=TODAY
    )

    assert year is None


@pytest.mark.parametrize(
    ("income_minor", "born", "on", "dependent", "rule"),
    [
        (284_051, None, TODAY, True, "dependent-income"),
        (284_052, None, TODAY, False, "dependent-income"),
        (400_000, date(2001, 11, 23), TODAY, True, "dependent-income-young-child"),
        (400_001, date(2001, 11, 23), TODAY, False, "dependent-income-young-child"),
        (400_000, date(2001, 11, 22), TODAY, False, "dependent-income"),
        (400_000, date(2000, 1, 1), date(2018, 6, 1), False, "dependent-income"),
    ],
)
def test_a_child_is_young_until_the_day_before_twenty_five(
    income_minor: int, born: date | None, on: date, dependent: bool, rule: str
) -> None:
    found = decision.dependent_by_income(income_minor, young_child_born=born, rulebook=RULEBOOK, on=on, known_at=on)

    assert found == (dependent, rule)


@pytest.mark.parametrize(
    "changes",
    [
        {"amount_minor": 0},
        {"amount_minor": -1},
        {"amount_minor": 10.0},
        {"amount_minor": True},
        {"year_used_minor": -1},
        {"year_used_minor": None},
        {"external_fringe_minor": -1},
        {"external_cap_minor": 1.5},
        {"full_price_minor": -1},
        {"days": -1},
        {"voucher_items": 0},
        {"year_used_minor": 5, "year_taxed_minor": 6},
    ],
)
def test_facts_that_are_not_whole_cents_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(FactsInvalid):
        fringe(**changes)


def test_a_reading_that_asks_for_evidence_blocks_what_is_only_declared() -> None:
    folder = files("plans.rulebook") / "data"
    texts = {entry.name: entry.read_text("utf-8") for entry in folder.iterdir() if entry.name.endswith(".toml")}
    texts["admission.toml"] = texts["admission.toml"].replace("EXEMPT_ON_DECLARATION", "BLOCKED")
    mother = Relative(Kinship.PARENT, maintenance_declared=True)

    found = decision.decide(fringe(relative=mother), loading.build(texts), TODAY, TODAY)

    assert found.outcome is Outcome.BLOCKED
    assert found.reasons == ("evidence_needed",)


def test_a_signed_reading_can_let_fringe_benefits_outside_the_circle() -> None:
    folder = files("plans.rulebook") / "data"
    texts = {entry.name: entry.read_text("utf-8") for entry in folder.iterdir() if entry.name.endswith(".toml")}
    texts["admission.toml"] = texts["admission.toml"].replace(
        'answer = "TAXABLE"\nsentence_it = "Un fringe', 'answer = "EXEMPT"\nsentence_it = "Un fringe'
    )
    partner = Relative(Kinship.DE_FACTO_PARTNER)

    found = decision.decide(fringe(relative=partner), loading.build(texts), TODAY, TODAY)

    assert found.outcome is Outcome.EXEMPT
    assert "reading-fringe-outside-circle" in found.rule_ids


def test_no_figure_of_the_law_stands_in_code() -> None:
    """The law's numbers are data: code may count (0, 1), and turn euro into cents where files are read."""
    found: dict[str, set[object]] = {}
    for entry in (files("plans.rulebook")).iterdir():
        if not entry.name.endswith(".py"):
            continue
        for node in ast.walk(ast.parse(entry.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and type(node.value) in (int, float, complex):
                found.setdefault(entry.name, set()).add(node.value)
            if isinstance(node, ast.Name) and node.id in ("float", "today", "now"):
                found.setdefault(entry.name, set()).add(node.id)

    # 100 cents in a euro; 12 letters of a hash; carriage return is character 13.
    assert found.pop("loading.py") <= {0, 1, 12, 13}
    assert found.pop("reader.py") <= {0, 1, 100}
    assert all(values <= {0, 1} for values in found.values()), found


@pytest.mark.parametrize("offset", [-1, 0])
def test_the_december_decree_is_not_known_before_it_is_published(offset: int) -> None:
    sister = Relative(Kinship.SIBLING, cohabitation=Basis.RECORDED, not_self_sufficient=True)
    facts = Facts(Category.CARE, Channel.DIRECT, PlanSource.ON_TOP, Entitlement.ALL, 20_000, relative=sister)
    published = RULEBOOK.by_id["circle-c-relatives"].known_from

    found = decide(facts, date(2025, 6, 15), published + timedelta(days=offset))

    assert found.outcome is (Outcome.TAXABLE if offset else Outcome.EXEMPT)
