"""Declarations: each with its form, its boundaries, and two times."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from moneyed import EUR, USD, Money
from sqlalchemy.orm import Session

from plans import children, facts, labels, people
from plans.errors import (
    ChildBirthImplausible,
    ChildCodeProvisional,
    ChildIsAnotherRelative,
    ChildIsTheWorker,
    DeclarationMalformed,
    DeclaredAmountInvalid,
    DeclaredInFuture,
    DistanceInvalid,
    EmployeeNotFound,
    FactHasNoEnd,
    FactNotFound,
    FactWithdrawn,
    PeriodReversed,
    RelativeNotFound,
    YearTooFar,
)
from plans.errors_codes import TaxCodeCheckCharacter
from plans.rulebook.facts import NewHire, Relative
from plans.rulebook.words import Basis, Category, Kinship
from plans.words import Fact
from tests.plans import factories

TODAY = date(2026, 11, 22)
NOW = factories.NOW
LATER = NOW + timedelta(days=1)


class Home:
    """One employee with a mother, and the shortest way to declare and to ask."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.book_id = factories.book(session)
        self.tax_code = factories.tax_code()
        self.employee_id = factories.employee(session, self.book_id, tax_code=self.tax_code)
        self.relative_id = factories.relative(session, self.book_id, self.tax_code)

    def declare(
        self, fact: Fact, recorded_at: datetime = NOW, declared_on: date = TODAY, **told: Any
    ) -> facts.Declared:
        person = self.relative_id if fact in facts.OF_A_RELATIVE else self.employee_id
        when = {"declared_on": declared_on, "recorded_at": recorded_at}
        return facts.declare(self.session, self.book_id, person, fact, **when, **told)

    def known(self, on: date = TODAY, known_at: datetime | None = None) -> people.PersonFacts:
        return people.for_authorization(
            self.session, self.book_id, self.employee_id, self.relative_id, on, known_at=known_at
        )

    def relative(self, on: date = TODAY, known_at: datetime | None = None) -> Relative:
        found = self.known(on, known_at).relative
        assert found is not None
        return found


@pytest.fixture
def home(session: Session) -> Home:
    return Home(session)


def euro(amount: str) -> Money:
    return Money(amount, EUR)


# -- what each fact says ---------------------------------------------------------------------------------------------


def test_nothing_declared_is_not_known_and_never_no(home: Home) -> None:
    found = home.known()

    assert found.relative == Relative(Kinship.PARENT, date(1947, 3, 8))
    assert found.relative.dependent is None
    assert found.relative.parents_missing is None
    assert found.external_fringe_minor is None
    assert found.pdr_elsewhere_minor is None
    assert not found.dependent_child_declared
    assert not found.first_job_pension


def test_cohabitation_holds_from_its_first_to_its_last_day_both_included(home: Home) -> None:
    home.declare(Fact.COHABITATION, since=date(2026, 3, 1), until=date(2026, 6, 30))

    asked = (date(2026, 2, 28), date(2026, 3, 1), date(2026, 6, 30), date(2026, 7, 1))
    found = [home.relative(on).cohabitation for on in asked]

    assert found == [None, Basis.DECLARED, Basis.DECLARED, None]


def test_a_recorded_cohabitation_counts_before_a_declared_one(home: Home) -> None:
    home.declare(Fact.COHABITATION, since=date(2026, 1, 1))
    home.declare(Fact.COHABITATION, since=date(2026, 5, 1), basis=Basis.RECORDED)

    assert home.relative(date(2026, 4, 30)).cohabitation is Basis.DECLARED
    assert home.relative(date(2026, 5, 1)).cohabitation is Basis.RECORDED


@pytest.mark.parametrize(
    ("fact", "ask"),
    [(Fact.MAINTENANCE, lambda r: r.maintenance_declared), (Fact.DEPENDENCY, lambda r: r.dependent is True)],
)
def test_a_declaration_of_a_year_holds_from_new_year_to_its_last_day(
    home: Home, fact: Fact, ask: Callable[[Relative], bool]
) -> None:
    home.declare(fact, year=2026)

    asked = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1))
    assert [ask(home.relative(on)) for on in asked] == [False, True, True, False]


def test_a_relative_may_be_declared_not_dependent(home: Home) -> None:
    home.declare(Fact.DEPENDENCY, year=2026, holds=False)

    assert home.relative().dependent is False


def test_a_later_declaration_of_dependency_replaces_the_earlier_of_the_same_year(home: Home) -> None:
    first = home.declare(Fact.DEPENDENCY, year=2026)

    second = home.declare(Fact.DEPENDENCY, LATER, declared_on=TODAY, year=2026, holds=False)

    assert second.replaced == first.fact_id
    assert home.relative().dependent is False


def test_a_certificate_holds_until_its_expiry_day_included(home: Home) -> None:
    home.declare(Fact.NOT_SELF_SUFFICIENT, until=date(2027, 3, 31))

    asked = (TODAY - timedelta(days=1), TODAY, date(2027, 3, 31), date(2027, 4, 1))
    assert [home.relative(on).not_self_sufficient for on in asked] == [False, True, True, False]


def test_a_renewed_certificate_stands_beside_the_old_one(home: Home) -> None:
    home.declare(Fact.NOT_SELF_SUFFICIENT, since=date(2025, 1, 1), until=date(2026, 12, 31))
    home.declare(Fact.NOT_SELF_SUFFICIENT, since=date(2026, 10, 1), until=date(2028, 12, 31))

    assert [home.relative(date(year, 11, 1)).not_self_sufficient for year in (2024, 2025, 2026, 2028, 2029)] == [
        False,
        True,
        True,
        True,
        False,
    ]


def test_the_latest_word_on_missing_parents_answers(home: Home) -> None:
    home.declare(Fact.PARENTS_MISSING, since=date(2020, 1, 1), holds=False)
    home.declare(Fact.PARENTS_MISSING, since=date(2026, 6, 1))

    asked = (date(2019, 12, 31), date(2026, 5, 31), date(2026, 6, 1))
    assert [home.relative(on).parents_missing for on in asked] == [None, False, True]


def test_fringe_from_elsewhere_is_of_its_year_only(home: Home) -> None:
    home.declare(Fact.EXTERNAL_FRINGE, year=2026, amount=euro("480.00"))

    years = (date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1))
    assert [home.known(on).external_fringe_minor for on in years] == [None, 48_000, 48_000, None]


def test_zero_from_elsewhere_is_zero_and_not_unknown(home: Home) -> None:
    home.declare(Fact.EXTERNAL_FRINGE, year=2026, amount=euro("0"))

    assert home.known().external_fringe_minor == 0


def test_a_later_figure_supersedes_the_earlier(home: Home) -> None:
    first = home.declare(Fact.EXTERNAL_FRINGE, year=2026, amount=euro("480.00"))

    second = home.declare(Fact.EXTERNAL_FRINGE, LATER, year=2026, amount=euro("520.00"))

    assert second.replaced == first.fact_id
    assert home.known().external_fringe_minor == 52_000


def test_every_sum_from_elsewhere_is_kept_apart(home: Home) -> None:
    home.declare(Fact.EXTERNAL_PENSION, year=2026, amount=euro("1000"))
    home.declare(Fact.EXTERNAL_HEALTH_FUND, year=2026, amount=euro("300.50"))
    home.declare(Fact.PDR_ELSEWHERE, year=2026, amount=euro("2000"))

    found = home.known()

    assert found.external_pension_minor == 100_000
    assert found.external_health_fund_minor == 30_050
    assert found.pdr_elsewhere_minor == 200_000
    assert found.external_fringe_minor is None
    assert [found.external_cap_minor(c) for c in (Category.PENSION, Category.HEALTH_FUND, Category.CARE)] == [
        100_000,
        30_050,
        None,
    ]


def test_two_children_are_two_declarations_and_one_answer(home: Home) -> None:
    home.declare(Fact.DEPENDENT_CHILD, year=2026, child=factories.tax_code(born="15A01"))
    home.declare(Fact.DEPENDENT_CHILD, year=2026, child=factories.tax_code(born="18A01"))

    assert len(facts.of_employee(home.session, home.book_id, home.employee_id)) == 2
    assert home.known().dependent_child_declared
    assert not home.known(date(2027, 1, 1)).dependent_child_declared


def test_a_first_job_is_declared_for_its_year(home: Home) -> None:
    home.declare(Fact.FIRST_JOB_PENSION, year=2026)

    assert home.known().first_job_pension


def test_a_new_hire_is_asked_about_in_every_year_after_the_hiring(home: Home) -> None:
    home.declare(Fact.NEW_HIRE, year=2020, amount=euro("34999.99"), distance_km=730)

    found = [home.known(on).new_hire for on in (date(2020, 1, 1), date(2026, 11, 22))]

    assert found == [NewHire(date(2020, 1, 1), True, 3_499_999, 730)] * 2


def test_what_was_declared_of_another_hiring_does_not_count(home: Home) -> None:
    home.declare(Fact.NEW_HIRE, year=2025, amount=euro("1"), distance_km=730)

    assert home.known(date(2025, 6, 1)).new_hire is None


@pytest.mark.parametrize("distance_km", [-1, 20_039])
def test_a_distance_is_one_on_earth(home: Home, distance_km: int) -> None:
    with pytest.raises(DistanceInvalid):
        home.declare(Fact.NEW_HIRE, year=2026, amount=euro("1"), distance_km=distance_km)


def test_maintenance_may_be_declared_for_a_spouse_who_needs_none(home: Home) -> None:
    home.relative_id = factories.relative(
        home.session, home.book_id, home.tax_code, kinship=Kinship.SPOUSE, first_name="Lia"
    )

    home.declare(Fact.MAINTENANCE, year=2026)

    assert home.relative().maintenance_declared


# -- two times -------------------------------------------------------------------------------------------------------


def test_the_past_is_asked_with_what_was_known_then(home: Home) -> None:
    first = datetime(2026, 1, 10, 9, 0, tzinfo=UTC)
    second = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
    home.declare(Fact.EXTERNAL_FRINGE, first, declared_on=date(2026, 1, 10), year=2026, amount=euro("100"))
    home.declare(Fact.EXTERNAL_FRINGE, second, declared_on=date(2026, 3, 1), year=2026, amount=euro("900"))

    instant = timedelta(microseconds=1)
    moments = (first - instant, first, second - instant, second, NOW)
    found = [home.known(known_at=moment).external_fringe_minor for moment in moments]

    assert found == [None, 10_000, 10_000, 90_000, 90_000]


def test_a_fact_of_last_year_recorded_today_was_not_known_last_year(home: Home) -> None:
    home.declare(Fact.MAINTENANCE, NOW, year=2025)

    assert home.relative(date(2025, 6, 30)).maintenance_declared
    assert not home.relative(date(2025, 6, 30), known_at=datetime(2025, 6, 30, tzinfo=UTC)).maintenance_declared


def test_a_withdrawn_fact_is_still_what_was_known_before(home: Home) -> None:
    declared = home.declare(Fact.COHABITATION, NOW, since=date(2026, 1, 1))

    facts.withdraw(home.session, home.book_id, declared.fact_id, recorded_at=LATER)

    assert home.relative().cohabitation is None
    assert home.relative(known_at=NOW).cohabitation is Basis.DECLARED
    assert home.relative(known_at=LATER).cohabitation is None


def test_an_ended_cohabitation_keeps_its_first_day(home: Home) -> None:
    declared = home.declare(Fact.COHABITATION, since=date(2026, 1, 1), basis=Basis.RECORDED)

    ended = facts.end(
        home.session, home.book_id, declared.fact_id, on=date(2026, 8, 31), declared_on=TODAY, recorded_at=LATER
    )

    assert ended.replaced == declared.fact_id
    assert home.relative(date(2026, 1, 1)).cohabitation is Basis.RECORDED
    assert home.relative(date(2026, 8, 31)).cohabitation is Basis.RECORDED
    assert home.relative(date(2026, 9, 1)).cohabitation is None
    assert home.relative(date(2026, 9, 1), known_at=NOW).cohabitation is Basis.RECORDED


def test_ending_on_the_day_it_ends_already_changes_nothing(home: Home) -> None:
    declared = home.declare(Fact.COHABITATION, since=date(2026, 1, 1), until=date(2026, 8, 31))

    ended = facts.end(
        home.session, home.book_id, declared.fact_id, on=date(2026, 8, 31), declared_on=TODAY, recorded_at=LATER
    )

    assert ended == facts.Declared(declared.fact_id, created=False)


def test_a_clock_that_runs_behind_forgets_nothing_before_it_was_learned(home: Home) -> None:
    home.declare(Fact.EXTERNAL_FRINGE, LATER, year=2026, amount=euro("1"))

    home.declare(Fact.EXTERNAL_FRINGE, NOW, year=2026, amount=euro("2"))

    assert home.known().external_fringe_minor == 200
    latest, earlier = sorted(
        facts.of_employee(home.session, home.book_id, home.employee_id), key=lambda d: d.revoked_at is not None
    )
    assert latest.recorded_at == earlier.revoked_at == LATER


# -- idempotence and histories ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fact", "told"),
    [
        (Fact.COHABITATION, {"since": date(2026, 1, 1)}),
        (Fact.MAINTENANCE, {"year": 2026}),
        (Fact.DEPENDENCY, {"year": 2026, "holds": False}),
        (Fact.NOT_SELF_SUFFICIENT, {"until": date(2027, 1, 1)}),
        (Fact.PARENTS_MISSING, {"since": date(2026, 1, 1)}),
        (Fact.EXTERNAL_FRINGE, {"year": 2026, "amount": Money("480", EUR)}),
        (Fact.DEPENDENT_CHILD, {"year": 2026, "child": factories.tax_code(7, born="15A01")}),
        (Fact.FIRST_JOB_PENSION, {"year": 2026}),
        (Fact.NEW_HIRE, {"year": 2020, "amount": Money("30000", EUR), "distance_km": 730}),
    ],
)
def test_the_same_declaration_twice_changes_nothing(home: Home, fact: Fact, told: dict[str, Any]) -> None:
    first = home.declare(fact, **told)

    second = home.declare(fact, LATER, declared_on=TODAY, **told)

    assert first.created
    assert second == facts.Declared(first.fact_id, created=False)


def test_what_was_withdrawn_may_be_declared_again(home: Home) -> None:
    first = home.declare(Fact.MAINTENANCE, year=2026)
    facts.withdraw(home.session, home.book_id, first.fact_id, recorded_at=LATER)

    again = home.declare(Fact.MAINTENANCE, LATER, year=2026)

    assert again.created
    assert home.relative().maintenance_declared


def test_the_history_of_a_relative_shows_what_stands_and_what_does_not(home: Home) -> None:
    home.declare(Fact.DEPENDENCY, year=2026)
    home.declare(Fact.DEPENDENCY, LATER, year=2026, holds=False)

    latest, earlier = facts.of_relative(home.session, home.book_id, home.relative_id)

    assert (latest.fact, latest.holds, latest.revoked_at) == (Fact.DEPENDENCY, False, None)
    assert (earlier.holds, earlier.revoked_at) == (True, LATER)
    assert (latest.valid_from, latest.valid_to) == (date(2026, 1, 1), date(2026, 12, 31))


def test_the_history_of_an_employee_shows_amounts_and_children(home: Home) -> None:
    child = factories.tax_code(born="15A01")
    home.declare(Fact.EXTERNAL_FRINGE, year=2026, amount=euro("480"))
    home.declare(Fact.DEPENDENT_CHILD, LATER, year=2026, child=child)

    latest, earlier = facts.of_employee(home.session, home.book_id, home.employee_id)

    assert latest.child_tax_code == child
    assert earlier.amount == euro("480")


# -- refusals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fact", "told", "missing", "extra"),
    [
        (Fact.COHABITATION, {}, ["since"], []),
        (Fact.COHABITATION, {"since": TODAY, "year": 2026}, [], ["year"]),
        (Fact.COHABITATION, {"since": TODAY, "holds": False}, [], ["holds"]),
        (Fact.MAINTENANCE, {"since": TODAY}, ["year"], ["since"]),
        (Fact.NOT_SELF_SUFFICIENT, {}, ["until"], []),
        (Fact.EXTERNAL_FRINGE, {"year": 2026}, ["amount"], []),
        (Fact.EXTERNAL_FRINGE, {"amount": Money("1", EUR)}, ["year"], []),
        (Fact.DEPENDENT_CHILD, {"year": 2026}, ["child"], []),
        (Fact.FIRST_JOB_PENSION, {"year": 2026, "basis": Basis.RECORDED}, [], ["basis"]),
        (Fact.NEW_HIRE, {"year": 2026, "distance_km": 120}, ["amount"], []),
    ],
)
def test_each_fact_takes_its_own_arguments(
    home: Home, fact: Fact, told: dict[str, Any], missing: list[str], extra: list[str]
) -> None:
    with pytest.raises(DeclarationMalformed) as refusal:
        home.declare(fact, **told)

    assert (refusal.value.details["missing"], refusal.value.details["extra"]) == (missing, extra)
    assert f"«{labels.italian(fact)}»" in refusal.value.text("it")


def test_a_relative_of_another_book_is_not_found(home: Home) -> None:
    other = Home(home.session)
    home.relative_id = other.relative_id

    with pytest.raises(RelativeNotFound):
        home.declare(Fact.MAINTENANCE, year=2026)


def test_an_employee_of_another_book_is_not_found(home: Home) -> None:
    home.employee_id = Home(home.session).employee_id

    with pytest.raises(EmployeeNotFound):
        home.declare(Fact.FIRST_JOB_PENSION, year=2026)


def test_a_declaration_cannot_be_dated_tomorrow(home: Home) -> None:
    with pytest.raises(DeclaredInFuture):
        home.declare(Fact.MAINTENANCE, declared_on=TODAY + timedelta(days=1), year=2026)


def test_the_day_is_that_of_rome(home: Home) -> None:
    half_past_midnight = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)

    assert home.declare(Fact.MAINTENANCE, half_past_midnight, declared_on=date(2026, 11, 23), year=2026).created


@pytest.mark.parametrize("year", [2016, 2027])
def test_the_first_and_the_next_year_can_be_declared(home: Home, year: int) -> None:
    assert home.declare(Fact.MAINTENANCE, year=year).created


@pytest.mark.parametrize("year", [2015, 2028])
def test_a_year_out_of_reach_is_refused(home: Home, year: int) -> None:
    with pytest.raises(YearTooFar) as refusal:
        home.declare(Fact.EXTERNAL_FRINGE, year=year, amount=euro("1"))

    assert (refusal.value.details["first"], refusal.value.details["last"]) == (2016, 2027)


def test_a_period_of_one_day_is_a_period(home: Home) -> None:
    home.declare(Fact.COHABITATION, since=TODAY, until=TODAY)

    assert home.relative().cohabitation is Basis.DECLARED


def test_a_period_that_ends_before_it_begins_is_refused(home: Home) -> None:
    with pytest.raises(PeriodReversed):
        home.declare(Fact.COHABITATION, since=TODAY, until=TODAY - timedelta(days=1))


def test_a_certificate_already_expired_needs_its_first_day(home: Home) -> None:
    with pytest.raises(PeriodReversed):
        home.declare(Fact.NOT_SELF_SUFFICIENT, until=TODAY - timedelta(days=1))

    assert home.declare(Fact.NOT_SELF_SUFFICIENT, since=date(2025, 1, 1), until=TODAY - timedelta(days=1)).created


@pytest.mark.parametrize("amount", [Money("-0.01", EUR), Money("10.005", EUR), Money("NaN", EUR), Money("1", USD)])
def test_an_amount_that_is_not_whole_cents_of_euro_is_refused(home: Home, amount: Money) -> None:
    with pytest.raises(DeclaredAmountInvalid):
        home.declare(Fact.EXTERNAL_FRINGE, year=2026, amount=amount)


def test_a_child_needs_a_true_tax_code(home: Home) -> None:
    code = factories.tax_code(born="15A01")
    wrong = code[:15] + ("A" if code[15] != "A" else "B")

    with pytest.raises(TaxCodeCheckCharacter):
        home.declare(Fact.DEPENDENT_CHILD, year=2026, child=wrong)


def test_a_worker_is_not_their_own_child(home: Home) -> None:
    with pytest.raises(ChildIsTheWorker) as refusal:
        home.declare(Fact.DEPENDENT_CHILD, year=2026, child=home.tax_code.lower())

    assert "del lavoratore stesso" in refusal.value.text("it")
    assert not home.known().dependent_child_declared


@pytest.mark.parametrize("kinship", sorted(set(Kinship) - children.CHILDREN))
def test_a_relative_who_is_not_a_child_is_no_dependent_child(home: Home, kinship: Kinship) -> None:
    code = factories.tax_code(born="15A01")
    factories.relative(home.session, home.book_id, home.tax_code, kinship=kinship, tax_code=code, birth_date=None)

    with pytest.raises(ChildIsAnotherRelative) as refusal:
        home.declare(Fact.DEPENDENT_CHILD, year=2026, child=code)

    assert f"({labels.italian(kinship)})" in refusal.value.text("it")
    assert f"({kinship})" in refusal.value.text("en")


@pytest.mark.parametrize("kinship", sorted(children.CHILDREN))
def test_a_child_may_be_among_the_relatives_or_not(home: Home, kinship: Kinship) -> None:
    code = factories.tax_code(born="15A01")
    factories.relative(home.session, home.book_id, home.tax_code, kinship=kinship, tax_code=code, birth_date=None)

    assert home.declare(Fact.DEPENDENT_CHILD, year=2026, child=code).created


@pytest.mark.parametrize(
    ("worker", "worker_code", "child", "year", "plausible"),
    [
        (date(1974, 5, 9), "74E09", "80A01", 2026, False),
        (None, "74E09", "80A01", 2026, False),
        # Twelve years younger to the day, and one day less; a woman's day is written 40 later.
        (date(1974, 5, 9), "74E49", "86E49", 2026, True),
        (date(1974, 5, 9), "74E49", "86E48", 2026, False),
        # The century: the child's is the latest that has come; the worker's the latest that makes one of working age.
        (None, "74E09", "26A10", 2026, True),
        (None, "74E09", "27A10", 2026, False),
        (None, "04E09", "20A10", 2026, True),
        (None, "14E09", "20A10", 2026, True),
        (date(1914, 5, 9), "14E09", "20A10", 2026, True),
        (date(2004, 2, 29), "04B29", "16B29", 2026, False),
        (date(2004, 2, 29), "04B29", "16C01", 2026, True),
        # Nobody depends on anybody before the year they are born.
        (None, "74E09", "26A10", 2025, False),
        (None, "74E09", "25T31", 2025, True),
        # Letters in place of digits read as the digits they stand for.
        (None, "74E09", "UL" + "A01", 2026, False),
    ],
)
def test_a_child_is_born_when_a_child_of_this_worker_can_be(
    session: Session, worker: date | None, worker_code: str, child: str, year: int, plausible: bool
) -> None:
    book_id = factories.book(session)
    code = factories.tax_code(born=worker_code)
    employee_id = factories.employee(session, book_id, tax_code=code, birth_date=worker)
    told: dict[str, Any] = {"year": year, "child": factories.tax_code(born=child), "declared_on": TODAY}

    if plausible:
        assert facts.declare(session, book_id, employee_id, Fact.DEPENDENT_CHILD, recorded_at=NOW, **told).created
        return
    with pytest.raises(ChildBirthImplausible) as refusal:
        facts.declare(session, book_id, employee_id, Fact.DEPENDENT_CHILD, recorded_at=NOW, **told)
    assert told["child"] in refusal.value.text("it")


def test_a_provisional_code_names_no_child(home: Home) -> None:
    with pytest.raises(ChildCodeProvisional):
        home.declare(Fact.DEPENDENT_CHILD, year=2026, child="00743110157")


def test_a_fact_that_is_not_there_cannot_be_withdrawn(home: Home) -> None:
    with pytest.raises(FactNotFound):
        facts.withdraw(home.session, home.book_id, "fct_none", recorded_at=LATER)


def test_a_fact_is_withdrawn_once(home: Home) -> None:
    declared = home.declare(Fact.FIRST_JOB_PENSION, year=2026)
    facts.withdraw(home.session, home.book_id, declared.fact_id, recorded_at=LATER)

    with pytest.raises(FactWithdrawn):
        facts.withdraw(home.session, home.book_id, declared.fact_id, recorded_at=LATER)


def test_a_whole_year_is_withdrawn_and_not_ended(home: Home) -> None:
    declared = home.declare(Fact.MAINTENANCE, year=2026)

    with pytest.raises(FactHasNoEnd):
        facts.end(home.session, home.book_id, declared.fact_id, on=TODAY, declared_on=TODAY, recorded_at=LATER)


def test_a_spell_cannot_end_before_it_begins(home: Home) -> None:
    declared = home.declare(Fact.COHABITATION, since=TODAY)

    with pytest.raises(PeriodReversed):
        facts.end(
            home.session,
            home.book_id,
            declared.fact_id,
            on=TODAY - timedelta(days=1),
            declared_on=TODAY,
            recorded_at=LATER,
        )


# -- the tables themselves -------------------------------------------------------------------------------------------

RELATIVE_FACT = {
    "fact_id": "fct_raw",
    "fact": "COHABITATION",
    "basis": "DECLARED",
    "holds": True,
    "valid_from": date(2026, 1, 1),
    "valid_to": date(2026, 12, 31),
    "declared_on": TODAY,
    "recorded_at": NOW,
    "revoked_at": None,
}
EMPLOYEE_FACT = {
    "fact_id": "fct_raw",
    "fact": "EXTERNAL_FRINGE",
    "year": 2026,
    "amount_minor": 1,
    "child_tax_code": None,
    "distance_km": None,
    "declared_on": TODAY,
    "recorded_at": NOW,
    "revoked_at": None,
}


def insert(session: Session, table: str, values: dict[str, Any]) -> None:
    names = ", ".join(values)
    places = ", ".join(f":{name}" for name in values)
    session.execute(sa.text(f"insert into {table} ({names}) values ({places})"), values)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"fact": "DIAGNOSIS"}, "ck_relative_fact_fact"),
        ({"basis": "HEARSAY"}, "ck_relative_fact_basis"),
        ({"holds": False}, "ck_relative_fact_holds"),
        ({"valid_to": date(2025, 12, 31)}, "ck_relative_fact_period"),
        ({"revoked_at": NOW - timedelta(seconds=1)}, "ck_relative_fact_knowledge"),
        ({"fact": "MAINTENANCE", "valid_from": date(2026, 1, 2)}, "ck_relative_fact_whole_year"),
        ({"fact": "MAINTENANCE", "valid_to": date(2026, 12, 30)}, "ck_relative_fact_whole_year"),
        ({"fact": "DEPENDENCY", "valid_to": date(2027, 12, 31)}, "ck_relative_fact_whole_year"),
        ({"fact": "DEPENDENCY", "valid_to": None}, "ck_relative_fact_whole_year"),
        ({"fact": "NOT_SELF_SUFFICIENT", "valid_to": None}, "ck_relative_fact_certificate_expires"),
        ({"relative_id": "rel_none"}, "fk_relative_fact_relative"),
    ],
)
def test_the_database_refuses_a_relative_fact_that_makes_no_sense(
    home: Home, changes: dict[str, Any], constraint: str
) -> None:
    values = {"book_id": home.book_id, "relative_id": home.relative_id, **RELATIVE_FACT, **changes}

    with pytest.raises(sa.exc.IntegrityError, match=constraint):
        insert(home.session, "relative_fact", values)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"fact": "SALARY"}, "ck_employee_fact_fact"),
        ({"year": 1989}, "ck_employee_fact_year"),
        ({"amount_minor": -1}, "ck_employee_fact_amount"),
        ({"amount_minor": 2**53}, "ck_employee_fact_amount"),
        ({"amount_minor": None}, "ck_employee_fact_amount_of_its_kind"),
        ({"fact": "FIRST_JOB_PENSION"}, "ck_employee_fact_amount_of_its_kind"),
        ({"fact": "DEPENDENT_CHILD", "amount_minor": None}, "ck_employee_fact_child_of_its_kind"),
        ({"child_tax_code": "RSSMRA80A01H501U"}, "ck_employee_fact_child_of_its_kind"),
        ({"revoked_at": NOW - timedelta(seconds=1)}, "ck_employee_fact_knowledge"),
        ({"employee_id": "emp_none"}, "fk_employee_fact_employee"),
        ({"distance_km": 1}, "ck_employee_fact_distance_of_its_kind"),
        ({"fact": "NEW_HIRE"}, "ck_employee_fact_distance_of_its_kind"),
        ({"fact": "NEW_HIRE", "distance_km": -1}, "ck_employee_fact_distance_of_its_kind"),
    ],
)
def test_the_database_refuses_an_employee_fact_that_makes_no_sense(
    home: Home, changes: dict[str, Any], constraint: str
) -> None:
    values = {"book_id": home.book_id, "employee_id": home.employee_id, **EMPLOYEE_FACT, **changes}

    with pytest.raises(sa.exc.IntegrityError, match=constraint):
        insert(home.session, "employee_fact", values)


def test_the_database_holds_one_figure_at_a_time(home: Home) -> None:
    home.declare(Fact.EXTERNAL_FRINGE, year=2026, amount=euro("1"))

    with pytest.raises(sa.exc.IntegrityError, match="ux_employee_fact_current"):
        insert(
            home.session,
            "employee_fact",
            {"book_id": home.book_id, "employee_id": home.employee_id, **EMPLOYEE_FACT},
        )


def test_the_database_holds_one_word_of_dependency_a_year(home: Home) -> None:
    home.declare(Fact.DEPENDENCY, year=2026)

    with pytest.raises(sa.exc.IntegrityError, match="ux_relative_fact_current"):
        insert(
            home.session,
            "relative_fact",
            {"book_id": home.book_id, "relative_id": home.relative_id, **RELATIVE_FACT, "fact": "DEPENDENCY"},
        )


@pytest.mark.parametrize(
    "statement",
    [
        "delete from relative_fact",
        "update relative_fact set valid_to = '2030-12-31'",
        "update relative_fact set revoked_at = now(), basis = 'RECORDED'",
        "update relative_fact set basis = basis",
        "delete from employee_fact",
        "update employee_fact set amount_minor = 0",
    ],
)
def test_the_database_never_rewrites_a_fact(home: Home, statement: str) -> None:
    home.declare(Fact.COHABITATION, since=TODAY)
    home.declare(Fact.EXTERNAL_FRINGE, year=2026, amount=euro("1"))

    with pytest.raises(sa.exc.IntegrityError, match="fact is"):
        home.session.execute(sa.text(statement))


def test_the_database_never_unrevokes_a_fact(home: Home) -> None:
    declared = home.declare(Fact.COHABITATION, since=TODAY)
    facts.withdraw(home.session, home.book_id, declared.fact_id, recorded_at=LATER)

    with pytest.raises(sa.exc.IntegrityError, match="append-only"):
        home.session.execute(sa.text("update relative_fact set revoked_at = null"))


def test_no_table_of_facts_can_hold_a_diagnosis(session: Session) -> None:
    columns = sa.inspect(session.connection()).get_columns("relative_fact")
    texts = {column["name"] for column in columns if isinstance(column["type"], sa.Text)}

    # Ids, and words from a closed list.
    assert texts == {"fact_id", "relative_id", "fact", "basis"}
