"""What was decided on facts that fell away or came late: unknown in the position, and listed for payroll."""

from __future__ import annotations

from datetime import date

import pytest

from config import clock
from plans.rulebook.words import Basis, Kinship, Outcome
from plans.words import Fact
from tests import factories
from tests.factories import euro
from tests.wallet.scene import CONSENT, DIRECT, Scene
from wallet import changed_facts, declarations
from wallet import position as positions
from wallet.authorizations import Authorization
from wallet.position import Unknown
from wallet.recheck import recheck


@pytest.fixture
def scene(empty_scene: Scene) -> Scene:
    """The end of 2026, with a plan for two years that admits what is taxable."""
    empty_scene.keep_qualified()
    empty_scene.plan(starts_on=date(2026, 1, 1), ends_on=date(2027, 12, 31), spend_by=date(2027, 11, 30), **CONSENT)
    empty_scene.grant(400_000)
    empty_scene.go_to(date(2026, 12, 28))
    return empty_scene


@pytest.fixture
def mother(scene: Scene) -> str:
    return scene.relative(Kinship.PARENT, birth_date=date(1970, 1, 1))


def withdraw(scene: Scene, fact_id: str) -> None:
    declarations.withdraw(scene.session, scene.book_id, fact_id, recorded_at=clock.now())


def maintained(scene: Scene, mother: str, year: int) -> str:
    declared, _ = scene.declare(mother, Fact.MAINTENANCE, year=year)
    return declared.fact_id


def served(scene: Scene, relative_id: str, service: str = "PSI-CR", on: date | None = None) -> Authorization:
    """A service for a relative, given on the day it is for."""
    found = scene.buy(service, relative_id=relative_id, channel=DIRECT, service_on=on, consent=True)
    scene.go_to(on or clock.today())
    scene.capture(found)
    return found


def show(scene: Scene, year: int) -> tuple[int, int, int]:
    """What is exempt, unknown and taxable in all categories."""
    found = positions.position(scene.session, scene.book_id, scene.worker, year)
    for category in found.categories:
        assert (Unknown.DECLARATION in category.because) is (category.unknown_minor > 0)
    return found.exempt_minor, found.unknown_minor, found.taxable_minor


def listed(scene: Scene, year: int) -> list[tuple[Outcome, Outcome, int, int, int | None]]:
    """The outcomes then and now, what was used, what is recorded as taxable and what would be."""
    return [
        (one.outcome_then, one.outcome_now, one.used_minor, one.recorded_minor, one.due_minor)
        for one in changed_facts.of_year(scene.session, scene.book_id, year)
    ]


@pytest.mark.parametrize(("withdrawn", "expected"), [(2027, (0, 5_500, 0)), (2026, (5_500, 0, 0))])
def test_what_was_given_in_another_year_stands_on_the_facts_of_that_year(
    scene: Scene, mother: str, withdrawn: int, expected: tuple[int, int, int]
) -> None:
    words = {year: maintained(scene, mother, year) for year in (2026, 2027)}
    found = scene.buy("PSI-CR", relative_id=mother, channel=DIRECT, service_on=date(2026, 12, 30))
    scene.go_to(date(2027, 1, 2))
    scene.capture(found)
    assert show(scene, 2027) == (5_500, 0, 0)

    withdraw(scene, words[withdrawn])

    assert show(scene, 2027) == expected
    assert len(listed(scene, 2027)) == (1 if withdrawn == 2027 else 0)


def test_one_of_two_reasons_is_enough(scene: Scene, mother: str) -> None:
    word = maintained(scene, mother, 2026)
    scene.declare(mother, Fact.COHABITATION, since=date(2020, 1, 1))
    served(scene, mother)

    withdraw(scene, word)

    assert show(scene, 2026) == (5_500, 0, 0)
    assert listed(scene, 2026) == []


def test_a_dependency_that_was_denied_leaves_what_stood_on_it_unknown(scene: Scene) -> None:
    spouse = scene.relative(Kinship.SPOUSE, birth_date=date(1985, 5, 5), tax_code=factories.tax_code())
    scene.declare(spouse, Fact.DEPENDENCY, year=2026, holds=True)
    found = scene.buy("TPL-TO", relative_id=spouse)
    assert (found.outcome, found.amount_minor) == (Outcome.EXEMPT, 31_000)

    scene.declare(spouse, Fact.DEPENDENCY, year=2026, holds=False)

    assert show(scene, 2026) == (0, 31_000, 0)
    assert listed(scene, 2026) == [(Outcome.EXEMPT, Outcome.TAXABLE, 31_000, 0, 31_000)]


def test_a_certificate_that_was_withdrawn_leaves_care_unknown(scene: Scene, mother: str) -> None:
    scene.declare(mother, Fact.COHABITATION, since=date(2020, 1, 1), basis=Basis.RECORDED)
    paper, _ = scene.declare(mother, Fact.NOT_SELF_SUFFICIENT, since=date(2026, 1, 1), until=date(2027, 12, 31))
    found = served(scene, mother, "ADI-CR")
    assert (found.outcome, found.amount_minor, show(scene, 2026)) == (Outcome.EXEMPT, 2_300, (2_300, 0, 0))

    withdraw(scene, paper.fact_id)

    assert show(scene, 2026) == (0, 2_300, 0)
    [(_, _, used, recorded, due)] = listed(scene, 2026)
    assert (used, recorded, due) == (2_300, 0, 2_300)


def test_what_was_declared_late_is_listed_with_what_would_be_exempt(scene: Scene, mother: str) -> None:
    found = served(scene, mother)
    assert (found.outcome, show(scene, 2026)) == (Outcome.TAXABLE, (0, 0, 5_500))

    maintained(scene, mother, 2026)

    # Nothing is corrected by itself, and the law did not change: payroll is told.
    assert show(scene, 2026) == (0, 0, 5_500)
    assert recheck(scene.session, scene.book_id, 2026) == []
    assert listed(scene, 2026) == [(Outcome.TAXABLE, Outcome.EXEMPT_ON_DECLARATION, 5_500, 5_500, 0)]


def test_of_a_limited_category_the_year_decides(scene: Scene, mother: str) -> None:
    """A fringe benefit for a mother out of the circle is wages; in it, it counts to the threshold of the year."""
    served(scene, mother, "FAC-CR")
    assert show(scene, 2026) == (0, 0, 4_500)

    maintained(scene, mother, 2026)

    [(then, now, used, recorded, due)] = listed(scene, 2026)
    assert (then, now) == (Outcome.TAXABLE, Outcome.EXEMPT_ON_DECLARATION)
    assert (used, recorded, due) == (4_500, 4_500, None)


def test_what_was_given_back_is_not_listed(scene: Scene, mother: str) -> None:
    word = maintained(scene, mother, 2026)
    scene.refund(served(scene, mother))

    withdraw(scene, word)

    assert listed(scene, 2026) == []


def test_a_hiring_is_no_matter_of_anything_but_its_rent(scene: Scene) -> None:
    scene.worker = scene.person(hired_on=date(2025, 6, 1))
    scene.grant(10_000)
    said = {"year": 2025, "distance_km": 400}
    scene.declare(scene.worker, Fact.NEW_HIRE, amount=euro(3_000_000), **said)
    scene.capture(scene.buy("PSI-CR", channel=DIRECT))

    scene.declare(scene.worker, Fact.NEW_HIRE, amount=euro(2_900_000), **said)

    assert show(scene, 2026) == (5_500, 0, 0)
    assert listed(scene, 2026) == []
