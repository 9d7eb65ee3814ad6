"""One cent under, on and over the threshold of every year, by hand and by property; the year is recomputed whole."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.people import PersonFacts
from plans.rulebook import loading
from plans.rulebook.words import Category, Channel
from plans.words import Fact
from tests import factories
from tests.factories import euro
from tests.wallet.scene import CONSENT, Scene
from wallet import fiscal
from wallet import position as positions
from wallet.fiscal import Line
from wallet.position import Gauge
from wallet.position.gauge import gauge

LINES = (Path(__file__).parent / "position_boundaries.csv").read_text("utf-8").splitlines()
CASES = list(csv.DictReader((line for line in LINES if not line.startswith("#")), delimiter=";"))
KNOWN_AT = date(2028, 1, 1)
NOBODY = PersonFacts(**dict.fromkeys(PersonFacts.__dataclass_fields__))  # type: ignore[arg-type]
PERSON = replace(NOBODY, dependent_child_declared=False, first_job_pension=False)


def cents(text: str) -> int:
    return int(Decimal(text.replace(".", "").replace(",", ".")) * 100)


def name(case: dict[str, str]) -> str:
    return f"{case['anno']}-{case['figlio a carico']}-{case['usato']}"


def measure(
    year: int, used: int, *, child: bool = False, external: int | None = 0, reserved: int = 0, recorded_taxable: int = 0
) -> Gauge:
    person = replace(PERSON, dependent_child_declared=child, external_fringe_minor=external)
    found = gauge(
        Category.FRINGE,
        person,
        loading.load(),
        date(year, 12, 31),
        KNOWN_AT,
        used_minor=used,
        recorded_minor=used,
        recorded_taxable_minor=recorded_taxable,
        reserved_minor=reserved,
    )
    assert found is not None
    return found


@pytest.mark.parametrize("case", CASES, ids=name)
def test_the_gauge_of_a_worked_case(case: dict[str, str]) -> None:
    found = measure(int(case["anno"]), cents(case["usato"]), child=case["figlio a carico"] == "sì")

    assert (found.due_taxable_minor, found.left_minor, found.one_more.newly_taxable_minor) == (
        cents(case["tassato"]),
        cents(case["resta"]),
        cents(case["un euro in più fa tassare"]),
    )


@pytest.mark.parametrize("case", CASES, ids=name)
def test_the_wallet_settles_a_worked_case_as_it_is_written(empty_scene: Scene, case: dict[str, str]) -> None:
    scene, year, used = empty_scene, int(case["anno"]), cents(case["usato"])
    scene.keep_qualified()
    plan_id = scene.plan(**CONSENT)
    scene.grant(500_000)
    # They lend the events their authorizations, and count to no limit themselves.
    one, other = scene.buy("PSI-CR", channel=Channel.VOUCHER), scene.buy("PSI-CR", channel=Channel.VOUCHER)
    if year >= 2027:
        scene.go_to(date(2028, 1, 2))
    if case["figlio a carico"] == "sì":
        factories.declare(
            scene.session, scene.book_id, scene.worker, Fact.DEPENDENT_CHILD, year=year,
            child=factories.tax_code(born=date(2010, 1, 1)),
        )  # fmt: skip
    factories.declare(scene.session, scene.book_id, scene.worker, Fact.EXTERNAL_FRINGE, year=year, amount=euro(0))

    # In two parts, one in spring and one in autumn, so that the second may turn the first taxable.
    for found, amount, month in ((one, used // 2, 4), (other, used - used // 2, 10)):
        line = Line("use", found.authorization_id, plan_id, "ON_TOP", str(Channel.VOUCHER), amount, 0)
        fiscal.append(
            scene.session, scene.book_id, scene.worker, [line], category=Category.FRINGE, in_limit=True,
            on=date(year, month, 1), reason="voucher_issued", entry_id=None, rule_ids=(),
        )  # fmt: skip

    stands = positions.position(scene.session, scene.book_id, scene.worker, year)
    (fringe,) = [each for each in stands.categories if each.category is Category.FRINGE]
    taxable = cents(case["tassato"])
    assert (fringe.taxable_minor, fringe.exempt_minor, stands.settled) == (taxable, used - taxable, True)


years = st.integers(2020, 2028)
amounts = st.integers(0, 320_000)


@given(years, st.booleans(), amounts, st.none() | amounts, amounts)
def test_one_euro_more_is_what_the_gauge_of_one_euro_more_says(
    year: int, child: bool, used: int, external: int | None, reserved: int
) -> None:
    now = measure(year, used, child=child, external=external, reserved=reserved)
    then = measure(year, used + reserved + 100, child=child, external=external)
    before = measure(year, used + reserved, child=child, external=external)

    assert now.one_more.newly_taxable_minor == then.due_taxable_minor - before.due_taxable_minor
    assert now.one_more.crosses == (before.due_taxable_minor == 0 < then.due_taxable_minor) or used + reserved == 0
    assert 0 <= now.left_minor <= now.limit_minor


@given(years, st.booleans(), st.integers(-3, 3), amounts)
def test_around_the_threshold_a_single_cent_decides_about_everything(
    year: int, child: bool, cent: int, external: int
) -> None:
    limit = measure(year, 0, child=child).limit_minor
    external = min(external, limit)
    used = max(0, limit - external + cent)

    found = measure(year, used, child=child, external=external)

    over = used + external > limit
    assert found.due_taxable_minor == (used if over else 0)
    assert (found.left_minor == 0) == (used + external >= limit)


@given(years, amounts)
def test_what_is_unknown_counts_for_nothing_and_is_said_so(year: int, used: int) -> None:
    unknown, zero = measure(year, used, external=None), measure(year, used, external=0)

    assert (unknown.external_known, zero.external_known) == (False, True)
    assert (unknown.due_taxable_minor, unknown.left_minor) == (zero.due_taxable_minor, zero.left_minor)
