"""A purchase is decided for the day of its service: what is given on another day is held to that day."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from plans.rulebook.words import Category, Kinship
from plans.words import Fact
from tests.wallet.scene import CONSENT, DIRECT, VOUCHER, Scene
from wallet import fiscal
from wallet.declines import Decline
from wallet.errors import CaptureBeforeService

AUTUMN = date(2026, 10, 10)
YEARS = {"starts_on": date(2026, 1, 1), "ends_on": date(2027, 12, 31), "spend_by": date(2027, 11, 30)}


@pytest.fixture
def lasting(empty_scene: Scene) -> Scene:
    """A plan over two years that refuses what is taxable, and a network qualified all along."""
    empty_scene.keep_qualified()
    empty_scene.plan(**YEARS)
    empty_scene.grant(400_000)
    return empty_scene


# -- before the day --------------------------------------------------------------------------------------------------


def test_a_relative_who_qualifies_from_december_on_is_not_served_exempt_in_october(lasting: Scene) -> None:
    scene = lasting
    scene.go_to(AUTUMN)
    mother = scene.relative(Kinship.PARENT, birth_date=date(1970, 1, 1))
    scene.declare(mother, Fact.COHABITATION, since=date(2026, 12, 1))
    today = scene.ask("PSI-CR", relative_id=mother, channel=DIRECT)
    assert today.decline_code == Decline.BENEFICIARY_NOT_ELIGIBLE
    found = scene.buy("PSI-CR", relative_id=mother, channel=DIRECT, service_on=date(2026, 12, 2))
    before = scene.image()

    with pytest.raises(CaptureBeforeService) as refusal:
        scene.capture(found)

    assert "02/12/2026" in refusal.value.text("it")
    assert scene.image() == before
    scene.go_to(date(2026, 12, 2))
    assert scene.capture(found).authorization.status == "captured"
    assert scene.taxed(found) == (5_500, 0)
    assert scene.differences() == []


def test_a_parent_is_elderly_from_the_birthday_on(lasting: Scene) -> None:
    scene = lasting
    scene.go_to(AUTUMN)
    father = scene.relative(Kinship.PARENT, birth_date=date(1951, 11, 20))
    scene.declare(father, Fact.COHABITATION, since=date(2026, 1, 1))
    found = scene.buy("ADI-CR", relative_id=father, channel=DIRECT, service_on=date(2026, 11, 21))

    with pytest.raises(CaptureBeforeService):
        scene.capture(found)

    scene.go_to(date(2026, 11, 22))
    assert scene.capture(found, on=date(2026, 11, 21)).authorization.status == "captured"


def test_what_would_be_taxed_less_before_its_day_is_asked_for_anew(empty_scene: Scene) -> None:
    # Lived with until the end of October: in November the sister is an outsider, and her porters are wages.
    scene = empty_scene
    scene.plan(**YEARS, **CONSENT)
    scene.grant(10_000)
    scene.go_to(AUTUMN)
    sister = scene.relative(Kinship.SIBLING)
    scene.declare(sister, Fact.COHABITATION, since=date(2026, 1, 1), until=date(2026, 10, 31))
    found = scene.buy("FAC-CR", relative_id=sister, channel=DIRECT, service_on=date(2026, 11, 5), consent=True)
    assert (found.outcome, found.in_limit) == ("TAXABLE", False)

    with pytest.raises(CaptureBeforeService):
        scene.capture(found)


def test_a_course_of_sessions_is_paid_as_it_is_given_before_its_last_day(lasting: Scene) -> None:
    scene = lasting
    found = scene.buy("FIS-NA", service_on=date(2026, 5, 15))

    scene.capture(found, 3_500)

    assert scene.taxed(found) == (3_500, 0)


def test_a_consented_excess_is_paid_in_parts_before_its_day(empty_scene: Scene) -> None:
    scene = empty_scene
    scene.plan(**YEARS, **CONSENT)
    scene.grant(200_000)
    found = scene.buy("FAC-CR", quantity=24, channel=DIRECT, service_on=date(2026, 4, 10), consent=True)
    assert found.taxable_minor == 108_000

    scene.capture(found, 54_000)
    assert scene.taxed() == (54_000, 0)
    scene.capture(found)

    assert scene.taxed() == (0, 108_000)
    assert scene.differences() == []


def test_a_voucher_is_decided_on_the_day_it_is_issued_and_can_be_redeemed_at_once(lasting: Scene) -> None:
    scene = lasting

    scene.capture(scene.buy("PSI-CR", channel=VOUCHER, service_on=date(2026, 4, 10)))

    assert scene.taxed() == (5_500, 0)


def test_january_s_room_does_not_open_december_s_threshold(lasting: Scene) -> None:
    # 990,00 are used; 90,00 ordered for January fit the new year, and given in December they would tax all 1.080,00.
    scene = lasting
    scene.go_to(date(2026, 12, 20))
    first = scene.buy("FAC-CR", quantity=22, channel=DIRECT, service_on=date(2026, 12, 21))
    scene.go_to(date(2026, 12, 21))
    scene.capture(first)
    found = scene.buy("FAC-CR", quantity=2, channel=DIRECT, service_on=date(2027, 1, 4))
    scene.go_to(date(2026, 12, 22))

    with pytest.raises(CaptureBeforeService):
        scene.capture(found)

    assert scene.taxed(year=2026) == (99_000, 0)
    scene.capture(found, 1_000)
    assert scene.taxed(year=2026) == (100_000, 0)
    scene.go_to(date(2027, 1, 4))
    scene.capture(found)
    assert (scene.taxed(year=2026), scene.taxed(year=2027)) == ((100_000, 0), (8_000, 0))
    assert scene.differences() == []


# -- in the year after -----------------------------------------------------------------------------------------------


def test_what_can_no_longer_be_decided_is_taxed_and_stays_taxed(empty_scene: Scene) -> None:
    # Whether the grandfather's children live was declared until the end of December: in January nobody knows.
    scene = empty_scene
    scene.keep_qualified()
    scene.plan(**YEARS)
    scene.grant(10_000)
    scene.go_to(date(2026, 12, 28))
    grandfather = scene.relative(Kinship.GRANDPARENT)
    scene.declare(grandfather, Fact.COHABITATION, since=date(2026, 1, 1))
    scene.declare(grandfather, Fact.PARENTS_MISSING, since=date(2026, 1, 1), until=date(2026, 12, 31))
    found = scene.buy("FAC-CR", relative_id=grandfather, channel=DIRECT, service_on=date(2026, 12, 30))

    scene.go_to(date(2027, 1, 2))
    scene.capture(found)

    assert scene.events(found) == [("use", 0, 4_500, "delivered", 2027)]
    used = fiscal.year_use(scene.session, scene.book_id, scene.worker, 2027)
    assert used.of(Category.FRINGE).used_minor == 0
    assert scene.differences() == []


def test_the_higher_pension_cap_of_a_first_job_is_that_of_the_year_of_the_delivery(empty_scene: Scene) -> None:
    # 5.300,00 without a first job. With it declared for 2027, 5.760,00 delivered in January are exempt.
    scene = empty_scene
    scene.keep_qualified()
    scene.session.execute(sa.text("update service set categories = '{PENSION}' where code = 'LIN-MI'"))
    scene.plan(**YEARS, categories=frozenset({Category.PENSION}), **CONSENT)
    scene.grant(900_000)
    scene.go_to(date(2026, 12, 29))
    scene.declare(scene.worker, Fact.FIRST_JOB_PENSION, year=2027)
    found = scene.buy("LIN-MI", quantity=16, channel=DIRECT, service_on=date(2026, 12, 31), consent=True)
    assert found.taxable_minor == 576_000 - 530_000
    scene.go_to(date(2027, 1, 2))

    scene.capture(found)

    assert scene.events(found) == [("use", 576_000, 0, "delivered", 2027)]
