"""The rent of a new hire is exempt up to 5.000,00 a year: of the year, and not of each month's bill."""

from __future__ import annotations

from datetime import date

import pytest

from plans.rulebook.words import Category, Outcome
from plans.words import Fact
from tests import factories
from tests.factories import euro
from tests.wallet.reimbursements.conftest import REIMBURSING, Desk
from tests.wallet.scene import CONSENT
from wallet import position as positions
from wallet.position import CategoryPosition, Gauge, Unknown, words
from wallet.reimbursements.records import Reimbursement
from wallet.reimbursements.words import Purpose, Reason

RENT = Category.RENT_NEW_HIRE


@pytest.fixture
def tenant(desk: Desk) -> Desk:
    """Hired on 1 June 2025 far from home, and says so; 9.000,00 of a plan that pays the rent, taxable with consent."""
    scene = desk.scene
    scene.worker = scene.person(hired_on=date(2025, 6, 1))
    declare(desk)
    scene.plan("R", categories=frozenset({RENT}), **CONSENT, **REIMBURSING)
    scene.grant(900_000, "R")
    return desk


def declare(desk: Desk, income: int = 3_000_000) -> str:
    told = {"year": 2025, "amount": euro(income), "distance_km": 400}
    declared, _ = desk.scene.declare(desk.scene.worker, Fact.NEW_HIRE, **told)
    return declared.fact_id


def ask(desk: Desk, amount: int) -> Reimbursement:
    """A month's rent, with the receipt and the contract."""
    number = desk.numbers[0]
    files = [desk.upload(f"ricevuta {number}"), desk.upload("contratto", Purpose.CONTRACT)]
    return desk.submit(relative_id=None, expense="NEW_HIRE_RENT", document=amount, consent=True, files=files)


def rent(desk: Desk, amount: int) -> None:
    desk.approve(ask(desk, amount))


def stand(desk: Desk) -> tuple[CategoryPosition, Gauge]:
    found = positions.position(desk.scene.session, desk.scene.book_id, desk.scene.worker, 2026)
    [category] = [one for one in found.categories if one.category is RENT]
    [gauge] = [one for one in found.gauges if one.category is RENT]
    return category, gauge


def test_what_was_approved_less_makes_room_for_what_came_after_it(tenant: Desk) -> None:
    first = ask(tenant, 400_000)
    second = ask(tenant, 200_000)
    # 4.000,00 and 2.000,00 asked for: 1.000,00 is over 5.000,00.
    assert (second.exempt_minor, second.taxable_minor) == (100_000, 100_000)

    tenant.approve(first, 100_000, reasons=[Reason.AMOUNT_DIFFERS])
    tenant.approve(second)

    # 1.000,00 and 2.000,00 were paid: 3.000,00 is under it.
    category, gauge = stand(tenant)
    assert (category.exempt_minor, category.unknown_minor, category.taxable_minor) == (300_000, 0, 0)
    assert (gauge.limit_minor, gauge.used_minor, gauge.left_minor) == (500_000, 300_000, 200_000)
    assert gauge.settled
    assert tenant.scene.differences() == []


def test_what_is_over_the_year_is_taxable_and_the_gauge_says_it(tenant: Desk) -> None:
    rent(tenant, 400_000)
    rent(tenant, 200_000)

    category, gauge = stand(tenant)

    assert (category.exempt_minor, category.taxable_minor) == (500_000, 100_000)
    assert (gauge.due_taxable_minor, gauge.recorded_taxable_minor, gauge.settled) == (100_000, 100_000, True)
    said = list(words.sentences(gauge, "it"))
    assert said[0] == "Limite dell'anno: 5.000,00\N{NO-BREAK SPACE}€."
    # Nothing counts from elsewhere, and nobody is asked for it.
    assert not any("altrove" in one for one in said)
    assert gauge.external_known


def test_who_was_not_hired_so_has_no_gauge(desk: Desk) -> None:
    found = positions.position(desk.scene.session, desk.scene.book_id, desk.scene.worker, 2026)

    assert RENT not in [gauge.category for gauge in found.gauges]


def test_rent_without_its_conditions_is_wages_and_takes_no_room(tenant: Desk) -> None:
    rent(tenant, 100_000)
    # 35.000,01 the year before: one cent too much.
    declare(tenant, income=3_500_001)
    found = ask(tenant, 450_000)
    assert (found.outcome, found.in_limit) == (Outcome.TAXABLE, False)

    tenant.approve(found)

    category, gauge = stand(tenant)
    assert category.taxable_minor == 450_000
    assert gauge.used_minor == 100_000
    assert tenant.scene.events()[-1] == ("use", 0, 450_000, "reimbursed", 2026)


def test_what_a_replaced_declaration_bore_is_unknown_where_the_new_one_would_not_bear_it(tenant: Desk) -> None:
    rent(tenant, 100_000)
    declare(tenant, income=2_900_000)
    assert stand(tenant)[0].unknown_minor == 0

    declare(tenant, income=3_500_001)

    category, _ = stand(tenant)
    assert (category.exempt_minor, category.unknown_minor, category.because) == (0, 100_000, (Unknown.DECLARATION,))


@pytest.mark.parametrize("day", [date(2027, 12, 30), date(2027, 12, 31)])
def test_the_limit_of_its_last_year_holds_to_the_end_of_it(desk: Desk, day: date) -> None:
    """The rule ends on 30 December 2027, two years after the last day of hiring."""
    scene = desk.scene
    scene.worker = factories.employee(scene.session, scene.book_id, hired_on=date(2025, 12, 31))
    declare(desk)
    scene.go_to(day)

    found = positions.position(scene.session, scene.book_id, scene.worker, 2027)

    assert [gauge.limit_minor for gauge in found.gauges if gauge.category is RENT] == [500_000]
