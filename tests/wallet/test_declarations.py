"""What is declared of a child as a relative and for the fringe threshold says the same."""

from __future__ import annotations

from datetime import date

import pytest

from config import clock
from plans.errors import ChildDeclaredDependent, ChildNotDependent
from plans.rulebook.words import Kinship
from plans.words import Fact
from tests import factories
from tests.wallet.scene import CONSENT, DIRECT, Scene
from wallet import declarations
from wallet.declines import Decline


@pytest.fixture
def child(empty_scene: Scene) -> tuple[str, str]:
    """The tax code of a grown-up child and their id among the relatives; the worker has 3,000 euro."""
    empty_scene.plan(**CONSENT)
    empty_scene.grant(300_000)
    code = factories.tax_code(born=date(2004, 6, 1))
    return code, empty_scene.relative(Kinship.CHILD, tax_code=code, birth_date=date(2004, 6, 1))


def test_a_child_recorded_as_not_dependent_does_not_raise_the_threshold(
    empty_scene: Scene, child: tuple[str, str]
) -> None:
    scene, (code, relative_id) = empty_scene, child
    scene.declare(relative_id, Fact.DEPENDENCY, year=2026, holds=False)

    with pytest.raises(ChildNotDependent) as refusal:
        scene.declare(scene.worker, Fact.DEPENDENT_CHILD, year=2026, child=code)

    assert code in refusal.value.text("it")
    assert scene.ask("FAC-CR", quantity=40, channel=DIRECT).decline_code == Decline.FRINGE_LIMIT_EXCEEDED
    # Another year is another question, and what is said anew replaces what was said.
    scene.declare(scene.worker, Fact.DEPENDENT_CHILD, year=2025, child=code)
    scene.declare(relative_id, Fact.DEPENDENCY, year=2026, holds=True)
    assert scene.declare(scene.worker, Fact.DEPENDENT_CHILD, year=2026, child=code)[0].created


def test_who_raised_the_threshold_is_not_declared_independent_before_that_is_withdrawn(
    empty_scene: Scene, child: tuple[str, str]
) -> None:
    scene, (code, relative_id) = empty_scene, child
    raised, _ = scene.declare(scene.worker, Fact.DEPENDENT_CHILD, year=2026, child=code)
    scene.capture(scene.buy("FAC-CR", quantity=40, channel=DIRECT))
    assert scene.taxed() == (180_000, 0)

    with pytest.raises(ChildDeclaredDependent):
        scene.declare(relative_id, Fact.DEPENDENCY, year=2026, holds=False)

    scene.declare(relative_id, Fact.DEPENDENCY, year=2025, holds=False)
    declarations.withdraw(scene.session, scene.book_id, raised.fact_id, recorded_at=clock.now())
    assert scene.taxed() == (0, 180_000)
    assert scene.declare(relative_id, Fact.DEPENDENCY, year=2026, holds=False)[0].created
    assert scene.differences() == []
