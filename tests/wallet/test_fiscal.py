"""What purchases mean for the tax: the cliff of fringe benefits, years, and what is taken back."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
from moneyed import Money

from config import clock
from plans.rulebook.words import Category, Kinship, PlanSource
from plans.words import Fact
from tests import factories
from tests.factories import euro
from tests.wallet.scene import CONSENT, DIRECT, VOUCHER, Scene
from wallet import declarations, fiscal
from wallet.declines import Decline


@pytest.fixture
def consenting(empty_scene: Scene) -> Scene:
    """A plan that admits what is taxable, spendable until June 2027, with 3,000 euro of the worker's."""
    empty_scene.plan(ends_on=date(2027, 12, 31), spend_by=date(2027, 6, 30), **CONSENT)
    empty_scene.grant(300_000)
    return empty_scene


def declare(scene: Scene, fact: Fact, **values: object) -> None:
    factories.declare(scene.session, scene.book_id, scene.worker, fact, **({"year": 2026} | values))


def used(scene: Scene, year: int) -> tuple[int, int]:
    found = fiscal.year_use(scene.session, scene.book_id, scene.worker, year).of(Category.FRINGE)
    return found.used_minor, found.taxed_minor


# -- the cliff -------------------------------------------------------------------------------------------------------


def test_the_purchase_that_crosses_the_threshold_makes_the_earlier_ones_taxable_too(consenting: Scene) -> None:
    scene = consenting
    # Twelve hours are 540,00; eleven more 495,00: 1.035,00 in all, past 1.000,00.
    first = scene.buy("FAC-CR", quantity=12)
    scene.capture(first)
    second = scene.buy("FAC-CR", quantity=11, consent=True)
    assert (second.exempt_minor, second.taxable_minor) == (0, 49_500)

    scene.capture(second)

    assert scene.events(second) == [("use", 0, 49_500, "delivered", 2026)]
    assert scene.events(first) == [
        ("use", 54_000, 0, "delivered", 2026),
        ("reversal", 54_000, 0, "fringe_limit_exceeded", 2026),
        ("use", 0, 54_000, "fringe_limit_exceeded", 2026),
    ]
    assert used(scene, 2026) == (103_500, 103_500)
    assert scene.differences() == []


def test_a_refund_that_comes_back_to_the_threshold_makes_all_exempt_again(consenting: Scene) -> None:
    scene = consenting
    first = scene.buy("FAC-CR", quantity=12)
    scene.capture(first)
    second = scene.buy("FAC-CR", quantity=11, consent=True)
    scene.capture(second)

    scene.refund(second, 3_499)
    assert scene.taxed() == (0, 100_001)
    scene.refund(second, 1)

    assert scene.taxed() == (100_000, 0)
    assert scene.taxed(second) == (46_000, 0)
    assert scene.differences() == []


def test_the_threshold_itself_is_exempt(consenting: Scene) -> None:
    scene = consenting
    # Forty vouchers of 25,00 in one document are 1.000,00.
    scene.buy("BUO-CR", quantity=40)

    assert scene.taxed() == (100_000, 0)
    assert scene.ask("BUO-CR").decline_code == Decline.FRINGE_LIMIT_EXCEEDED


def test_what_payroll_declared_from_elsewhere_counts_and_only_ours_is_recorded(consenting: Scene) -> None:
    scene = consenting
    declare(scene, Fact.EXTERNAL_FRINGE, amount=euro(48_000))
    scene.buy("BUO-CR", quantity=20)
    assert scene.taxed() == (50_000, 0)

    refused = scene.ask("BUO-CR")
    crossing = scene.buy("BUO-CR", consent=True)

    # 480,00 elsewhere, 500,00 and 25,00 here: 1.005,00, of which 525,00 ours.
    assert refused.decline_code == Decline.FRINGE_LIMIT_EXCEEDED
    assert scene.taxed() == (0, 52_500)
    scene.void(crossing)
    assert scene.taxed() == (50_000, 0)
    assert scene.differences() == []


def test_who_declares_a_dependent_child_has_the_higher_threshold(consenting: Scene) -> None:
    scene = consenting
    declare(scene, Fact.DEPENDENT_CHILD, child=factories.tax_code(born=date(2015, 1, 1)))

    # Forty-four hours are 1.980,00; one more is 2.025,00.
    scene.capture(scene.buy("FAC-CR", quantity=44))
    assert scene.taxed() == (198_000, 0)
    scene.capture(scene.buy("FAC-CR", consent=True))

    assert scene.taxed() == (0, 202_500)


def test_a_refund_that_uncrosses_leaves_nothing_behind_in_a_purchase_paid_by_two_plans(consenting: Scene) -> None:
    scene = consenting
    first = scene.buy("FAC-CR", quantity=12)
    scene.capture(first)
    scene.plan("B", spend_by=date(2026, 11, 30), **CONSENT)
    scene.grant(20_000, "B")
    # 200,00 of plan B, which expires first, and 340,00 of plan A.
    second = scene.buy("FAC-CR", quantity=12, consent=True)
    assert [amount for _, amount in scene.paid_from(second)] == [20_000, 34_000]
    scene.capture(second)
    assert scene.taxed() == (0, 108_000)

    scene.refund(second)

    assert scene.taxed(second) == (0, 0)
    assert scene.taxed(first) == (54_000, 0)
    assert scene.differences() == []


def test_a_voucher_voided_across_two_plans_leaves_nothing_behind(consenting: Scene) -> None:
    scene = consenting
    first = scene.buy("BUO-CR", quantity=30)
    scene.plan("B", spend_by=date(2026, 11, 30), **CONSENT)
    scene.grant(20_000, "B")
    second = scene.buy("BUO-CR", quantity=20, consent=True)
    assert scene.taxed() == (0, 125_000)

    scene.void(second)

    assert (scene.taxed(second), scene.taxed(first)) == ((0, 0), (75_000, 0))
    assert scene.differences() == []


def test_what_is_only_reserved_is_not_yet_taxed(consenting: Scene) -> None:
    scene = consenting
    reserved = scene.buy("FAC-CR", quantity=12)
    crossing = scene.buy("FAC-CR", quantity=11, consent=True)

    # Nothing but the second was given: the year stands at 495,00.
    scene.capture(crossing)
    assert scene.taxed() == (49_500, 0)
    assert used(scene, 2026) == (103_500, 0)
    scene.capture(reserved)

    assert scene.taxed() == (0, 103_500)
    assert scene.differences() == []


# -- years -----------------------------------------------------------------------------------------------------------


def test_a_new_year_has_its_own_threshold(consenting: Scene) -> None:
    scene = consenting
    scene.go_to(date(2026, 12, 31))
    scene.buy("BUO-CR", quantity=40)
    scene.go_to(date(2027, 1, 1))

    scene.buy("BUO-CR", quantity=40)

    assert (scene.taxed(year=2026), scene.taxed(year=2027)) == ((100_000, 0), (100_000, 0))


def test_the_year_changes_at_midnight_in_rome(consenting: Scene) -> None:
    from datetime import UTC, datetime

    scene = consenting
    scene.go_to(datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC))
    last = scene.buy("BUO-CR")
    scene.go_to(datetime(2026, 12, 31, 23, tzinfo=UTC))
    first = scene.buy("BUO-CR")

    assert (last.tax_on, first.tax_on) == (date(2026, 12, 31), date(2027, 1, 1))


def test_a_reversal_belongs_to_the_year_of_what_it_undoes(consenting: Scene) -> None:
    scene = consenting
    scene.go_to(date(2026, 12, 31))
    first = scene.buy("BUO-CR", quantity=40)
    crossing = scene.buy("BUO-CR", consent=True)
    assert scene.taxed(year=2026) == (0, 102_500)
    scene.go_to(date(2027, 1, 2))

    scene.void(crossing)

    assert scene.taxed(year=2026) == (100_000, 0)
    assert scene.events(year=2027) == []
    assert scene.taxed(first) == (100_000, 0)
    assert scene.differences() == []


def test_a_direct_service_counts_in_the_year_it_is_given(consenting: Scene) -> None:
    scene = consenting
    scene.go_to(date(2026, 12, 29))
    # Forty-five hours at 12,00 are 540,00.
    found = scene.buy("PET-MI", quantity=45, service_on=date(2027, 1, 4))
    # It may be given on either side of the new year, so that it is reserved in both.
    assert (used(scene, 2026), used(scene, 2027)) == ((54_000, 0), (54_000, 0))

    scene.go_to(date(2027, 1, 4))
    scene.capture(found)

    assert (scene.taxed(year=2026), scene.taxed(year=2027)) == ((0, 0), (54_000, 0))


def test_a_refund_takes_the_last_year_back_first_as_it_does_with_the_money(consenting: Scene) -> None:
    scene = consenting
    scene.go_to(date(2026, 12, 30))
    found = scene.buy("FIS-NA")
    scene.capture(found, 10_000)
    scene.go_to(date(2027, 1, 4))
    scene.capture(found, 25_000)

    scene.refund(found, 24_000)
    assert (scene.taxed(year=2026), scene.taxed(year=2027)) == ((10_000, 0), (1_000, 0))
    scene.refund(found, 6_000)

    assert (scene.taxed(year=2026), scene.taxed(year=2027)) == ((5_000, 0), (0, 0))
    assert scene.differences() == []


def test_a_refund_takes_back_the_year_of_the_capture_it_undoes_in_whatever_order_they_were_entered(
    consenting: Scene,
) -> None:
    # January's delivery is entered first: the money that goes back is that of the last one entered, of 31 December.
    scene = consenting
    scene.keep_qualified()
    scene.go_to(date(2026, 12, 20))
    found = scene.buy("FAC-CR", quantity=2, channel=DIRECT, service_on=date(2026, 12, 31))
    scene.go_to(date(2027, 1, 3))
    scene.capture(found, 4_500, on=date(2027, 1, 2))
    scene.capture(found, 4_500, on=date(2026, 12, 31))

    scene.refund(found, 4_000)
    assert (scene.taxed(year=2026), scene.taxed(year=2027)) == ((500, 0), (4_500, 0))
    scene.refund(found, 1_000)

    assert (scene.taxed(year=2026), scene.taxed(year=2027)) == ((0, 0), (4_000, 0))
    assert scene.differences() == []


# -- what counts against a limit -------------------------------------------------------------------------------------


def test_a_converted_bonus_stays_outside_the_cap_and_never_pays_together_with_what_is_inside(
    empty_scene: Scene,
) -> None:
    scene = empty_scene
    scene.session.execute(sa.text("update service set categories = '{HEALTH_FUND}' where code = 'LIN-MI'"))
    act = factories.Act(factories.SourceType.COMPANY_AGREEMENT, "Accordo", date(2025, 12, 1), None, False)
    scene.plan("P", source=PlanSource.PDR, categories=frozenset({Category.HEALTH_FUND}), act=act, priority=1)
    scene.plan("O", categories=frozenset({Category.HEALTH_FUND}))
    bonus, on_top = scene.grant(36_000, "P"), scene.grant(50_000, "O")

    outside = scene.buy("LIN-MI", channel=DIRECT)
    inside = scene.buy("LIN-MI", channel=DIRECT)
    neither = scene.ask("LIN-MI", channel=DIRECT)

    assert (outside.in_limit, scene.paid_from(outside)) == (False, [(bonus, 36_000)])
    assert (inside.in_limit, scene.paid_from(inside)) == (True, [(on_top, 36_000)])
    assert neither.decline_code == Decline.INSUFFICIENT_FUNDS
    year = fiscal.year_use(scene.session, scene.book_id, scene.worker, 2026)
    assert year.of(Category.HEALTH_FUND).used_minor == 36_000


def test_where_the_first_source_cannot_pay_all_the_other_one_does(empty_scene: Scene) -> None:
    scene = empty_scene
    scene.session.execute(sa.text("update service set categories = '{HEALTH_FUND}' where code = 'LIN-MI'"))
    act = factories.Act(factories.SourceType.COMPANY_AGREEMENT, "Accordo", date(2025, 12, 1), None, False)
    scene.plan("P", source=PlanSource.PDR, categories=frozenset({Category.HEALTH_FUND}), act=act, priority=1)
    scene.plan("O", categories=frozenset({Category.HEALTH_FUND}))
    bonus, on_top = scene.grant(20_000, "P"), scene.grant(50_000, "O")

    assert scene.paid_from(scene.buy("LIN-MI", channel=DIRECT)) == [(on_top, 36_000)]
    assert scene.left(bonus) == 20_000


def test_the_database_refuses_to_change_or_delete_an_event(consenting: Scene) -> None:
    scene = consenting
    scene.buy("BUO-CR")

    for statement in ("update fiscal_event set taxable_minor = 0", "delete from fiscal_event", "truncate fiscal_event"):
        with pytest.raises(sa.exc.DBAPIError, match="append only"), scene.session.begin_nested():
            scene.session.execute(sa.text(statement))


def test_vouchers_and_direct_services_are_one_year(consenting: Scene) -> None:
    scene = consenting
    scene.capture(scene.buy("FAC-CR", quantity=12))
    voucher = scene.buy("SAN-CR", channel=VOUCHER)

    assert used(scene, 2026) == (68_000, 0)
    scene.void(voucher)
    assert used(scene, 2026) == (54_000, 0)
    assert clock.today().year == 2026


# -- two tax years ---------------------------------------------------------------------------------------------------


def test_a_month_across_the_new_year_counts_in_the_year_of_each_delivery(consenting: Scene) -> None:
    scene = consenting
    child = scene.relative()
    scene.go_to(date(2026, 12, 14))
    found = scene.buy("DOP-CR", relative_id=child, service_on=date(2027, 1, 11), channel=DIRECT)

    scene.go_to(date(2026, 12, 28))
    scene.capture(found, 6_500)
    scene.go_to(date(2027, 1, 11))
    scene.capture(found)

    assert (scene.taxed(year=2026), scene.taxed(year=2027)) == ((6_500, 0), (6_500, 0))
    assert scene.differences() == []


def test_what_may_be_delivered_in_two_years_is_reserved_in_both(consenting: Scene) -> None:
    # 900,00 of fringe benefits ordered on 30 December can be given until 6 January: the new year has 100,00 left.
    scene = consenting
    scene.go_to(date(2026, 12, 30))
    scene.buy("PET-MI", quantity=75, channel=DIRECT)
    scene.go_to(date(2027, 1, 2))

    answer = scene.ask("PET-MI", quantity=10, channel=DIRECT)

    assert (answer.status, answer.decline_code) == ("declined", "fringe_limit_exceeded")


def test_a_service_given_in_the_next_year_is_decided_by_the_law_of_that_year(empty_scene: Scene) -> None:
    # A mother living apart qualified until 2024; ordered on 30 December and given on 3 January, she no longer does.
    scene = empty_scene
    scene.go_to(date(2024, 12, 30))
    scene.plan(starts_on=date(2024, 1, 1), ends_on=date(2025, 12, 31), spend_by=date(2025, 12, 31), **CONSENT)
    scene.grant(100_000)
    mother = scene.relative(Kinship.PARENT, birth_date=date(1947, 3, 1))
    found = scene.buy("ADI-MT", relative_id=mother, channel=DIRECT)
    assert found.outcome == "EXEMPT"

    scene.go_to(date(2025, 1, 3))
    scene.capture(found)

    assert scene.events(found) == [("use", 0, 1_950, "delivered", 2025)]
    assert scene.differences() == []


# -- declarations after the fact -------------------------------------------------------------------------------------


def test_what_payroll_declares_later_is_held_against_what_was_already_used(consenting: Scene) -> None:
    scene = consenting
    scene.capture(scene.buy("FAC-CR", quantity=20, channel=DIRECT))
    assert scene.taxed() == (90_000, 0)

    _, corrections = declarations.declare(
        scene.session,
        scene.book_id,
        scene.worker,
        Fact.EXTERNAL_FRINGE,
        year=2026,
        amount=Money("800", "EUR"),
        declared_on=clock.today(),
        recorded_at=clock.now(),
    )

    assert (corrections, scene.taxed()) == (1, (0, 90_000))
    assert scene.differences() == []


def test_a_correction_belongs_to_its_year_and_bears_the_day_it_was_made(consenting: Scene) -> None:
    scene = consenting
    first, second = scene.buy("FAC-CR", quantity=20, channel=DIRECT), None
    scene.capture(first)
    second = scene.buy("FAC-CR", quantity=10, channel=DIRECT, consent=True)
    scene.capture(second)
    assert scene.taxed(year=2026) == (0, 135_000)
    scene.go_to(date(2027, 1, 10))

    scene.refund(second)

    assert scene.taxed(year=2026) == (90_000, 0)
    days = scene.session.scalars(
        sa.text("select distinct fiscal_on from fiscal_event where reason = 'fringe_limit_respected'")
    ).all()
    assert days == [date(2027, 1, 10)]


def test_nobodys_own_words_are_a_reason_for_the_tax(scene: Scene) -> None:
    scene.grant(10_000)
    found = scene.buy("PSI-CR")
    before = scene.image()

    with pytest.raises(ValueError, match="ricovero"):
        fiscal.reverse(
            scene.session,
            scene.book_id,
            scene.worker,
            found.authorization_id,
            None,
            on=clock.today(),
            reason="ricovero della madre",
            entry_id=None,
        )

    assert scene.image() == before
